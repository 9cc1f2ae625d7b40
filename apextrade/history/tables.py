"""Journals of a run as the files that users read: the rows of a run in memory, a block of them at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from apextrade.failures import UsageError
from apextrade.files import write_whole
from apextrade.tables import ROWS_AT_ONCE, TableColumn, arrow_table, check_suffix, csv_blocks, json_blocks
from runtime.data.arrays import Floats
from runtime.history.journal import as_time, read_rows
from runtime.history.records import WIDTHS
from runtime.history.run import Outcome
from runtime.machine.codes import ENDS, KINDS, PLACES, REASONS

Advance = Callable[[int], None]


def write_journal(
    name: str, journal: Path, path: Path, outcome: Outcome, symbol: str, advance: Advance = lambda rows: None
) -> None:
    """Writes one of the files of WIDTHS, whole or not at all, in the format of its suffix. Raises UsageError."""
    check_suffix(path)
    made = COLUMNS[name]

    def blocks() -> Iterator[list[TableColumn]]:
        start = 0
        for rows in read_rows(journal, WIDTHS[name], 8 * ROWS_AT_ONCE if path.suffix.lower() == ".parquet" else ROWS_AT_ONCE):
            yield made(rows, start, outcome, symbol)
            start += len(rows)
            advance(len(rows))

    write_blocks(path, made(np.empty((0, WIDTHS[name])), 0, outcome, symbol), blocks())


def write_blocks(path: Path, empty: list[TableColumn], blocks: Iterator[list[TableColumn]]) -> None:
    """Writes a table that comes in blocks, whole or not at all, in the format of its suffix. empty: its columns without rows. Raises UsageError."""
    if path.suffix.lower() == ".parquet":
        write_parquet(path, empty, blocks)
    elif path.suffix.lower() == ".json":
        write_whole(path, json_text(blocks))
    else:
        write_whole(path, csv_text(empty, blocks))


def csv_text(empty: list[TableColumn], blocks: Iterator[list[TableColumn]]) -> Iterator[bytes]:
    """The header, then the rows of each block."""
    header = next(csv_blocks(empty))[0]
    yield header.encode()
    for columns in blocks:
        for text, rows in csv_blocks(columns):
            if rows:
                yield text.encode()


def json_text(blocks: Iterator[list[TableColumn]]) -> Iterator[bytes]:
    """A list with an object for each row, as of one block."""
    yield b"["
    first = True
    for columns in blocks:
        for text, rows in json_blocks(columns):
            if rows:
                yield (text if first else "," + text).encode()
                first = False
    yield b"\n]\n"


def write_parquet(path: Path, empty: list[TableColumn], blocks: Iterator[list[TableColumn]]) -> None:
    """A row group for each block; readers, and a crash, see the old file or the new one."""
    import pyarrow.parquet as pq

    path = path.resolve()
    beside = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        with pq.ParquetWriter(beside, arrow_table(empty).schema, compression="zstd") as file:
            for columns in blocks:
                file.write_table(arrow_table(columns))
        os.replace(beside, path)
    except OSError as error:
        raise UsageError(f"{path} can't be written: {error.strerror or error}.") from None
    finally:
        beside.unlink(missing_ok=True)


def trade_columns(rows: Floats, start: int, outcome: Outcome, symbol: str) -> list[TableColumn]:
    """Trades, with the columns of `runtime.result.TRADE_FIELDS`."""
    _, action, side, quantity, entry_bar, entry, exit_bar, exit_price, profit, fee, mae, mfe, reason = rows.T[:13]
    is_open = np.isnan(exit_bar)
    left = np.where(is_open, outcome.bars - 1, exit_bar)
    value = entry * quantity * outcome.instrument.multiplier
    percent = np.full(len(rows), np.nan)
    np.divide(100.0 * profit, value, out=percent, where=value > 0)
    tags = [code.tag for code in outcome.actions]
    return [
        TableColumn("id", "whole", np.arange(start + 1, start + 1 + len(rows))),
        TableColumn("symbol", "text", [symbol] * len(rows)),
        TableColumn("side", "text", ["long" if s > 0 else "short" for s in side.tolist()]),
        TableColumn("quantity", "number", quantity),
        TableColumn("entry_time", "time", as_time(rows[:, 13])),
        TableColumn("entry_price", "number", entry),
        TableColumn("exit_time", "time", as_time(rows[:, 14])),
        TableColumn("exit_price", "number", np.where(is_open, np.nan, exit_price)),
        TableColumn("profit", "number", profit),
        TableColumn("profit_percent", "number", percent),
        TableColumn("commission", "number", fee),
        TableColumn("bars", "whole", (left - entry_bar).astype(np.int64)),
        TableColumn("tag", "text", [tags[int(a)] for a in action.tolist()]),
        TableColumn(
            "exit_reason", "text", ["" if o else REASONS[int(r)] for o, r in zip(is_open.tolist(), reason.tolist(), strict=True)]
        ),
        TableColumn("mae", "number", mae),
        TableColumn("mfe", "number", mfe),
    ]


def equity_columns(rows: Floats, start: int, outcome: Outcome, symbol: str) -> list[TableColumn]:
    """Equity, cash and position at each close."""
    names = ("equity", "cash", "position")
    return [
        TableColumn("time", "time", as_time(rows[:, 0])),
        *(TableColumn(name, "number", rows[:, at + 1]) for at, name in enumerate(names)),
    ]


def order_columns(rows: Floats, start: int, outcome: Outcome, symbol: str) -> list[TableColumn]:
    """Orders in the order in which they ended, pending ones last, with the columns of `runtime.result.ORDER_FIELDS`."""
    order, action, _, entry, kind, side, quantity, price, limit, end, _, filled, fill_price = rows.T[:13]
    codes = [outcome.actions[int(a)] for a in action.tolist()]
    return [
        TableColumn("id", "whole", order.astype(np.int64) + 1),
        TableColumn("symbol", "text", [symbol] * len(rows)),
        TableColumn("verb", "text", [code.verb for code in codes]),
        TableColumn("tag", "text", [code.tag for code in codes]),
        TableColumn("opens", "truth", (entry != 0.0).astype(np.float64)),
        TableColumn("side", "text", ["buy" if s > 0 else "sell" for s in side.tolist()]),
        TableColumn("kind", "text", [KINDS[int(k)] for k in kind.tolist()]),
        TableColumn("quantity", "number", quantity),
        TableColumn("price", "number", price),
        TableColumn("limit", "number", limit),
        TableColumn("made", "time", as_time(rows[:, 13])),
        TableColumn("status", "text", [ENDS[int(e)] for e in end.tolist()]),
        TableColumn("ended", "time", as_time(rows[:, 14])),
        TableColumn("filled", "number", filled),
        TableColumn("fill_price", "number", fill_price),
    ]


def fill_columns(rows: Floats, start: int, outcome: Outcome, symbol: str) -> list[TableColumn]:
    """Fills in order; reason '' opened, and an exit of the machine's own has no order."""
    order, _, place, side, quantity, price, fee, reason, cash, position, action = rows.T[:11]
    tags = [code.tag for code in outcome.actions]
    return [
        TableColumn("time", "time", as_time(rows[:, 11])),
        TableColumn("symbol", "text", [symbol] * len(rows)),
        TableColumn("order", "row", np.where(order < 0, np.nan, order + 1)),
        TableColumn("place", "text", [PLACES[int(p)] for p in place.tolist()]),
        TableColumn("side", "text", ["buy" if s > 0 else "sell" for s in side.tolist()]),
        TableColumn("quantity", "number", quantity),
        TableColumn("price", "number", price),
        TableColumn("commission", "number", fee),
        TableColumn("reason", "text", [REASONS[int(r)] for r in reason.tolist()]),
        TableColumn("cash", "number", cash),
        TableColumn("position", "number", position),
        TableColumn("tag", "text", [tags[int(a)] if a >= 0 else "" for a in action.tolist()]),
    ]


COLUMNS: dict[str, Callable[[Floats, int, Outcome, str], list[TableColumn]]] = {
    "trades": trade_columns,
    "equity": equity_columns,
    "orders": order_columns,
    "executions": fill_columns,
}

"""Trades a program on past bars and says what came of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apextrade.every import asked_every
from apextrade.failures import UsageError
from apextrade.files import check_page
from apextrade.history.command import history_arguments, streamed
from apextrade.libraries import compile_file
from apextrade.progress import progress
from apextrade.run_arguments import (
    account_arguments,
    bar_arguments,
    input_arguments,
    instrument_arguments,
    read_arguments,
    said_as_options,
)
from apextrade.values import read_settings

if TYPE_CHECKING:
    from apextrade.backtesting import Result
    from apextrade.portfolio import PortfolioRun
    from apextrade.tables import TableColumn
    from compiler.program import Program

TABLES = ("trades", "equity", "orders", "executions")
TIMES = ("entry_time", "exit_time", "made", "ended", "time")
WHOLE = ("id", "bars")
TRUTHS = ("opens",)
TEXTS = ("symbol", "side", "tag", "exit_reason", "verb", "kind", "status", "place", "reason")
FILL_FIELDS = ("order", "time", "place", "side", "quantity", "price", "commission", "reason", "cash", "position", "tag")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    bar_arguments(parser)
    input_arguments(parser)
    account_arguments(parser)
    instrument_arguments(parser)
    output = parser.add_argument_group("output")
    output.add_argument("--json", action="store_true", help="print the result as JSON")
    output.add_argument(
        "--out",
        metavar="F.json",
        help="save the whole result, with equity, orders and fills, for `apx compare` and other programs",
    )
    output.add_argument("--trades", metavar="F", help="write the trades to a .csv, .parquet or .json file")
    output.add_argument("--equity", metavar="F", help="the same for equity, cash and position at each close")
    output.add_argument("--orders", metavar="F", help="the same for the orders, whatever became of them")
    output.add_argument("--executions", metavar="F", help="the same for the fills, with cash and position after each")
    output.add_argument("--report", metavar="F.html", help="write the report: one page that needs nothing else")
    history_arguments(parser)


def run(args: argparse.Namespace) -> int:
    check_outputs(args)
    if (code := streamed(args)) is not None:
        return code
    result = traded(args, args.file)
    write_files(args, result)
    if args.json:
        import json

        from apextrade.result_json import as_json

        print(json.dumps(as_json(result), indent=2, allow_nan=False))
    else:
        result.show()
        for what, path in (
            *((name.capitalize(), getattr(args, name)) for name in TABLES),
            ("Result", args.out),
            ("Report", args.report),
        ):
            if path:
                print(f"{what}: {path}")
    return 0


def traded(args: argparse.Namespace, file: str) -> Result | PortfolioRun:
    """A program's file traded as the arguments say."""
    return traded_program(args, compile_file(file, every=asked_every(args)))


def traded_program(args: argparse.Namespace, program: Program) -> Result | PortfolioRun:
    """A program traded as the arguments say. Raises InputError, UsageError, DataError."""
    values = read_settings(program, args.settings)
    program.values(values)  # a value out of its range is said before data are read
    asked = read_arguments(args, program, say_repairs=args.json)  # else the summary says them
    facts = asked.facts
    with said_as_options():
        if isinstance(asked.candles, dict):
            from apextrade.portfolio import run as trade_all

            return trade_all(
                program, asked.candles, values, asked.settings, facts["tick"], facts["lot"], facts["multiplier"], asked.universe, asked.finer,
                asked.venue,
            )  # fmt: skip
        from apextrade.backtesting import run as trade

        return trade(
            program, asked.candles, values, asked.settings, asked.fact("tick"), asked.fact("lot"), asked.fact("multiplier"), asked.detail,
            asked.venue,
        )  # fmt: skip


def check_outputs(args: argparse.Namespace) -> None:
    """Raises UsageError, before any work is done, for files that can't be written."""
    tables = [path for name in TABLES if (path := getattr(args, name))]
    if tables:
        from apextrade.tables import check_suffix

        for path in tables:
            check_suffix(Path(path))
    if args.out:
        if Path(args.out).suffix.lower() != ".json":
            raise UsageError(
                f"{args.out}: name a file that ends in .json; tables are written by --trades, --equity, --orders and --executions."
            )
        if not Path(args.out).parent.is_dir():
            raise UsageError(f"There is no folder {Path(args.out).parent}.")
    if args.report:
        check_page(args.report)


def write_files(args: argparse.Namespace, result: Result | PortfolioRun) -> None:
    """Writes the files that were asked for."""
    if any(getattr(args, name) for name in TABLES):
        from apextrade.tables import write_table

        columns = {"trades": trade_columns, "equity": equity_columns, "orders": order_columns, "executions": fill_columns}
        for name in TABLES:
            if path := getattr(args, name):
                with progress(f"Writing {path}", len(result.run.time)) as advance:
                    write_table(Path(path), columns[name](result), advance if name == "equity" else lambda rows: None)
    if args.out:
        from apextrade.files import write_whole
        from apextrade.result_json import saved_text

        write_whole(Path(args.out), saved_text(result).encode())
    if args.report:
        result.report(args.report)


def trade_columns(result: Result | PortfolioRun) -> list[TableColumn]:
    """The trades as columns of a file."""
    from runtime.result import TRADE_FIELDS

    return record_columns(result.run.trade_rows(), TRADE_FIELDS)


def order_columns(result: Result | PortfolioRun) -> list[TableColumn]:
    """The orders as columns of a file."""
    from runtime.result import ORDER_FIELDS

    return record_columns(result.run.order_records(), ORDER_FIELDS)


def fill_columns(result: Result | PortfolioRun) -> list[TableColumn]:
    """The fills as columns of a file."""
    symbol = getattr(result.run, "symbol", "")
    rows = [{"symbol": symbol, **row} for row in result.run.fill_records()]
    return record_columns(rows, tuple(dict.fromkeys(("time", "symbol", *(rows[0] if rows else FILL_FIELDS)))))


def record_columns(records: Iterable[Mapping[str, Any]], fields: Sequence[str]) -> list[TableColumn]:
    """Records as columns of a file, each of the kind that its name says."""
    import numpy as np

    from apextrade.tables import TableColumn

    rows = list(records)
    columns = []
    for name in fields:
        values = [row.get(name) for row in rows]
        if name in TIMES:
            times = np.array([value.removesuffix("Z") if value else "NaT" for value in values], dtype="M8[us]")
            columns.append(TableColumn(name, "time", times.astype(np.int64)))
        elif name in WHOLE:
            columns.append(TableColumn(name, "whole", np.array(values, dtype=np.int64)))
        elif name == "order":
            columns.append(TableColumn(name, "row", np.array(values, dtype=np.float64)))
        elif name in TRUTHS:
            columns.append(TableColumn(name, "truth", np.array(values, dtype=np.float64)))
        elif name in TEXTS:
            columns.append(TableColumn(name, "text", [value or "" for value in values]))
        else:
            columns.append(TableColumn(name, "number", np.array(values, dtype=np.float64)))
    return columns


def equity_columns(result: Result | PortfolioRun) -> list[TableColumn]:
    """Equity, cash and position at each close as columns of a file; of several instruments a column of their own symbol."""
    from apextrade.tables import TableColumn

    run = result.run
    held = run.position_values
    values = {"equity": run.equity_values, "cash": run.cash_values, **(held if isinstance(held, dict) else {"position": held})}
    return [TableColumn("time", "time", run.time), *(TableColumn(name, "number", column) for name, column in values.items())]

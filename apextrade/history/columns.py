"""`apx run --stream`: the columns of a program over a file that is read a part at a time, written as they come."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from apextrade.currency import account_of, converted_by
from apextrade.failures import UsageError
from apextrade.history.bars import History
from apextrade.history.call import named, require_own_length
from apextrade.history.command import currency_of, file_of
from apextrade.history.tables import write_blocks
from apextrade.progress import progress
from apextrade.short_data import short_data
from apextrade.signals import placed
from apextrade.tables import TableColumn
from apextrade.venue import Venue
from compiler.inputs import InputValue
from compiler.program import Program
from runtime.backtest import WITHOUT_FINER
from runtime.clocks.reading import follows_calendar, usual_calendar_notes
from runtime.conversion.quoted import quote_currency
from runtime.history.columns import computed_blocks
from runtime.history.stored import BLOCK
from runtime.signals import Signals


def write_columns(
    program: Program,
    history: History,
    values: Mapping[str, InputValue],
    path: Path,
    tick: float | None = None,
    venue: Venue | None = None,
    block: int = BLOCK,
) -> tuple[int, int, list[str]]:
    """Writes a row for each bar to a file. Returns how many rows and columns there are, and what to say of them.

    Memory does not grow with the bars; block: bars at a time, any number gives the same values. Raises NeedsWhole, InputError, DataError, UsageError.
    """
    if program.universe or program.compares or len(program.symbols) > 1:
        raise UsageError("--stream is for programs of one instrument.")
    stored = named(history.look(next(iter(program.symbols), "")), program)
    bars = stored.specimen
    require_own_length(bars, program)
    instrument = placed(program, bars, tick, quote_currency(bars), venue)
    plan = program.plan(values, instrument.tick)
    account = account_of(program, plan.account, {}, instrument.tick, [instrument.currency], venue)
    notes = [*program.clock_notes]
    if any(column.register < 0 for column in plan.columns):
        converted_by(program, account, {bars.symbol: instrument.currency}, ())
        if account.fills == "detail":
            notes.append(WITHOUT_FINER)
    plan = replace(plan, account=account)
    rows = 0
    with progress(f"Writing {path}", stored.bars) as advance:

        def tables() -> Iterator[list[TableColumn]]:
            nonlocal rows
            for signals in computed_blocks(plan, stored, instrument, program.session, block):
                yield columns_of(signals)
                rows += len(signals.time)
                advance(len(signals.time))

        none = np.empty(0)
        places = {c.register: none for c in plan.columns}, {c.slot: none for c in plan.columns}
        empty = columns_of(Signals(bars.time[:0], plan.columns, *places))
        write_blocks(path, empty, tables())
    notes += short_data(plan, rows)
    if follows_calendar(plan):
        notes += usual_calendar_notes(bars)
    return rows, len(empty), notes


def columns_of(signals: Signals) -> list[TableColumn]:
    """A table with a row for each bar."""
    named_columns = (TableColumn(name, column.kind, signals[name]) for name, column in signals.columns.items())
    return [TableColumn("time", "time", signals.time), *named_columns]


def run_streamed(args: argparse.Namespace, program: Program, values: Mapping[str, InputValue], venue: Venue | None) -> int:
    """The command."""
    if args.out in (None, "-"):
        raise UsageError("--stream writes a file: name it with --out FILE.csv, .parquet or .json.")
    if args.engine != "kernel" or args.chunk:
        raise UsageError("--stream goes with the kernels and blocks of its own: leave --engine and --chunk out.")
    path = file_of(argparse.Namespace(**{**vars(args), "out": None}), asked=True)
    assert path is not None
    symbol, equals, _ = args.data[0].partition("=")
    symbol = symbol if equals and not Path(args.data[0]).is_file() else ""
    currency = currency_of(args.currency, symbol or next(iter(program.symbols), "the instrument"))
    history = History(path, symbol, args.start or None, args.end or None, args.calendar or "", currency)
    rows, columns, notes = write_columns(program, history, values, Path(args.out), args.tick, venue)
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
    print(f"Wrote {rows:,} rows of {columns} columns to {args.out}.")
    return 0

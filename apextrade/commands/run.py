"""Computes every let, rule and plot of a program over bars: one row a bar, unknown is empty."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from apextrade.bars import above_zero
from apextrade.currency import asked_currency, currency_argument, with_pairs
from apextrade.every import asked_every
from apextrade.failures import UsageError
from apextrade.finer import detail_notes, with_detail
from apextrade.instruments import open_details, open_instruments, open_universe
from apextrade.libraries import compile_file
from apextrade.progress import progress
from apextrade.run_arguments import bar_arguments, input_arguments, venue_argument, venue_of
from apextrade.short_data import short_data
from apextrade.tables import TableColumn, as_lines, check_suffix, csv_blocks, write_table
from apextrade.values import read_settings
from compiler.inputs import InputValue
from compiler.program import Program
from runtime.clocks.base_bars import as_traded, base_notes
from runtime.clocks.finer_notes import finer_notes
from runtime.clocks.reading import calendar_notes

if TYPE_CHECKING:
    from apextrade.venue import Venue
    from runtime.candles import Candles
    from runtime.portfolio.universe import Universe

SHOWN_ROWS = 20


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    bar_arguments(parser)
    input_arguments(parser)
    parser.add_argument("--tick", type=above_zero, metavar="T", help="the price step (default: the step of the prices)")
    currency_argument(parser)
    venue_argument(parser)
    parser.add_argument(
        "--engine",
        choices=("kernel", "interpreter"),
        default="kernel",
        help="compiled kernels, or the reference interpreter: the same bits",
    )
    parser.add_argument("--chunk", type=int, metavar="N", help="rows at a time: any number gives the same bits")
    parser.add_argument(
        "--stream", action="store_true", help="read a Parquet file a part at a time and write --out as it goes: constant memory"
    )
    parser.add_argument("--out", metavar="F", help="a .csv, .parquet or .json file; - for CSV on the standard output")


def run(args: argparse.Namespace) -> int:
    if args.out not in (None, "-"):
        check_suffix(Path(args.out))
    if args.chunk is not None and args.chunk < 1:
        raise UsageError(f"--chunk takes a number of rows, 1 or more; this is {args.chunk}.")
    program = compile_file(args.file, every=asked_every(args))
    values = read_settings(program, args.settings)
    program.values(values)  # a value out of its range is said before data are read
    venue = venue_of(args)
    if args.stream:
        from apextrade.history.columns import run_streamed

        return run_streamed(args, program, values, venue)
    universe = open_universe(args, program)
    candles = with_pairs(args, program, {}, asked_currency(args.currency, open_instruments(args, program, universe)))
    own = candles if isinstance(candles, dict) else {candles.symbol or "the instrument": candles}
    finer = open_details(args.detail, own, args.start, args.splits is not None)
    if isinstance(candles, dict):
        candles = dict(with_detail(candles, finer))
        columns, rows = _of_several(args, program, candles, values, universe, finer or {}, venue), sum(map(len, candles.values()))
        plan = program.plan(values)
        said = {
            note: None
            for bars in candles.values()
            for note in calendar_notes(plan, as_traded(bars, (bars.symbol,), program.session, program.every))
        }
        for note in said:
            print(f"note: {note}", file=sys.stderr)
    else:
        candles = with_detail(candles, next(iter(finer.values())) if finer else None)
        given, candles = candles, as_traded(candles, program.symbols, program.session, program.every)
        own_finer = next(iter(finer.values())) if finer else None
        columns, rows = _of_one(args, program, candles, values, own_finer, venue), len(candles)
        plan = program.plan(values)
        for note in [
            *base_notes(given, candles),
            *short_data(plan, len(candles)),
            *calendar_notes(plan, candles),
            *finer_notes(plan, candles),
            *detail_notes(plan, candles, own_finer),
        ]:
            print(f"note: {note}", file=sys.stderr)
    for note in program.clock_notes:
        print(f"note: {note}", file=sys.stderr)
    if args.out == "-":
        sys.stdout.writelines(text for text, _ in csv_blocks(columns))
    elif args.out:
        with progress(f"Writing {args.out}", rows) as advance:
            write_table(Path(args.out), columns, advance)
        print(f"Wrote {rows:,} rows of {len(columns)} columns to {args.out}.")
    else:
        print("\n".join(as_lines(columns, SHOWN_ROWS)))
        if rows > SHOWN_ROWS:
            print(f"The last {SHOWN_ROWS} of {rows:,} rows; --out FILE.csv writes them all.")
    return 0


def _of_one(
    args: argparse.Namespace,
    program: Program,
    candles: Candles,
    values: dict[str, InputValue],
    finer: Candles | None,
    venue: Venue | None,
) -> list[TableColumn]:
    """The columns over the bars of one instrument."""
    if args.engine == "interpreter":
        from apextrade.signals import interpreted

        signals = interpreted(program, candles, values, args.tick, finer, venue)
    else:
        from apextrade.signals import computed
        from runtime.kernel import CHUNK

        signals = computed(program, candles, values, args.chunk or CHUNK, args.tick, detail=finer, venue=venue)
    columns = [TableColumn("time", "time", signals.time)]
    columns += [TableColumn(name, column.kind, signals[name]) for name, column in signals.columns.items()]
    return columns


def _of_several(
    args: argparse.Namespace,
    program: Program,
    candles: dict[str, Candles],
    values: dict[str, InputValue],
    universe: Universe | None,
    finer: Mapping[str, Candles],
    venue: Venue | None,
) -> list[TableColumn]:
    """The columns of several instruments on one account: a row for each time and symbol, by time, then in the order of the instruments."""
    import numpy as np

    from apextrade.portfolio import interpreted, signals

    run_all = interpreted if args.engine == "interpreter" else signals
    found = run_all(program, candles, values, args.tick, universe, finer, venue)
    who = np.repeat(np.arange(len(found)), [len(one.time) for one in found.values()])
    time = np.concatenate([one.time for one in found.values()])
    order = np.lexsort((who, time))
    symbols = list(found)
    columns = [TableColumn("time", "time", time[order]), TableColumn("symbol", "text", [symbols[k] for k in who[order].tolist()])]
    for name, column in next(iter(found.values())).columns.items():
        columns.append(TableColumn(name, column.kind, np.concatenate([one[name] for one in found.values()])[order]))
    return columns

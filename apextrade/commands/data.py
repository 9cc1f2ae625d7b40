"""Imports, checks and lists bars. Stored bars are used as SYMBOL@store; the store is $APX_HOME/candles (~/.apextrade/candles)."""

from __future__ import annotations

import argparse
from pathlib import Path

from apextrade.bars import store_folder
from apextrade.failures import FOUND_ERRORS, UsageError

DUPLICATES = ("error", "first", "last")


def arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    put = actions.add_parser("import", help="keep the bars of a file in the store")
    put.add_argument("file", metavar="FILE", help="CSV or Parquet, any usual column names and times")
    put.add_argument("--symbol", metavar="S", help="the instrument (default: the one the file names, else the file's name)")
    put.add_argument("--every", metavar="T", help="the bar length, such as 15m or 1d (default: the step of the bars)")
    put.add_argument(
        "--currency", metavar="C", help="what the prices are in, such as EUR (default: what the file or the symbol says)"
    )
    put.add_argument("--replace", action="store_true", help="put these bars in place of those stored")
    put.add_argument("--duplicates", choices=DUPLICATES, default="error", help="what to do with two rows of one time")
    look = actions.add_parser("check", help="report problems and gaps of bars")
    look.add_argument("data", nargs="+", metavar="D", help="a file, SYMBOL@store, or a sample")
    look.add_argument("--duplicates", choices=DUPLICATES, default="error", help="what to do with two rows of one time")
    actions.add_parser("list", help="list the stored bars and the samples")


def run(args: argparse.Namespace) -> int:
    return {"import": put_in_store, "check": check, "list": listing}[args.action](args)


def put_in_store(args: argparse.Namespace) -> int:
    from runtime.data.resolve import read_path
    from runtime.data.steps import step_text
    from runtime.data.store import Store

    candles = read_path(Path(args.file), args.symbol or "", args.duplicates)
    candles = candles.quoted_in(args.currency) if args.currency else candles
    for problem in candles.repairs:
        print(problem.sentence)
    symbol = args.symbol or candles.symbol or Path(args.file).name.split(".")[0].upper()
    if not args.every and not candles.timeframe:
        raise UsageError(f"{args.file} has one bar only, which does not tell its length: say --every 1d or the like.")
    stored = Store(store_folder()).write(candles, symbol, args.every or step_text(candles.timeframe), args.replace)
    print(f"Stored {stored.bars:,} bars of {stored.symbol} every {step_text(stored.every)}. Use: --data {stored.symbol}@store")
    return 0


def check(args: argparse.Namespace) -> int:
    from runtime.data.problems import DataError
    from runtime.data.report import DataReport, report
    from runtime.data.report import check as check_file
    from runtime.data.resolve import open_data

    clean = True
    for spec in args.data:
        if Path(spec).is_file():
            found = check_file(Path(spec), args.duplicates)
        else:
            try:
                found = report(open_data(spec, store=store_folder(), duplicates=args.duplicates))
            except DataError as error:
                found = DataReport(spec, "", 0, 0, 0, 0, error.problems, (), error.message)
        print(f"{spec}:")
        print("\n".join(f"  {sentence}" for sentence in found.sentences()))
        clean = clean and not found.refused
    return 0 if clean else FOUND_ERRORS


def listing(args: argparse.Namespace) -> int:
    import numpy as np

    from runtime.data.samples import SAMPLES
    from runtime.data.steps import step_text
    from runtime.data.store import Store

    rows = [
        (
            s.symbol,
            step_text(s.every),
            f"{s.bars:,} bars",
            str(np.datetime64(s.first, "us").astype("M8[m]")),
            str(np.datetime64(s.last, "us").astype("M8[m]")),
        )
        for s in Store(store_folder()).list()
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(5)] if rows else []
    for row in rows:
        symbol, every, count, first, last = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        print(f"{symbol}  {every}  {count}  {first} to {last}".rstrip())
    if not rows:
        print(f"The store {store_folder()} is empty. Fill it with: apx data import FILE")
    print(f"Samples, daily: {', '.join(SAMPLES)}")
    return 0

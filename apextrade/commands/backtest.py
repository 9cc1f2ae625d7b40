"""Trades a program on past bars and says what came of it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apextrade.bars import data_arguments
from apextrade.currency import asked_currency, currency_argument, with_pairs
from apextrade.every import asked_every, every_argument
from apextrade.failures import UsageError
from apextrade.files import check_page
from apextrade.finer import detail_argument
from apextrade.history.command import history_arguments, streamed
from apextrade.instruments import by_symbol, fact_arguments, open_details, open_instruments, open_universe, universe_argument
from apextrade.libraries import compile_file
from apextrade.progress import progress
from apextrade.values import read_settings

if TYPE_CHECKING:
    from apextrade.backtesting import Result
    from apextrade.portfolio import PortfolioRun
    from apextrade.tables import TableColumn

TABLES = ("trades", "equity", "orders", "executions")
TIMES = ("entry_time", "exit_time", "made", "ended", "time")
WHOLE = ("id", "bars")
TRUTHS = ("opens",)
TEXTS = ("symbol", "side", "tag", "exit_reason", "verb", "kind", "status", "place", "reason")
FILL_FIELDS = ("order", "time", "place", "side", "quantity", "price", "commission", "reason", "cash", "position", "tag")
FILL_MODELS = "pessimistic, ohlc_path, next_open_only, tradingview or 'detail 1m'"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    data_arguments(parser, several=True)
    universe_argument(parser)
    every_argument(parser)
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="k=v",
        help="a value for an input, such as fast=20 or risk=2%%",
    )
    account_arguments(parser)
    venue_argument(parser)
    detail_argument(parser, several=True)
    facts = parser.add_argument_group("facts of the instrument; of one of several as AAPL=0.01")
    fact_arguments(facts)
    currency_argument(facts)
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


def account_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the settings of a run that can take the place of the program's."""
    account = parser.add_argument_group("settings in place of the program's, written as there")
    account.add_argument("--capital", metavar="C", help="such as 10_000 or '10_000 USD'")
    account.add_argument("--commission", metavar="C", help="such as 0.1%%, '1 USD per order' or '0.005 USD per unit'")
    account.add_argument("--slippage", metavar="S", help="such as '2 ticks' or 0.05%%")
    account.add_argument("--fills", metavar="MODEL", help=FILL_MODELS)


def venue_argument(parser: argparse.ArgumentParser) -> None:
    """Declares --venue."""
    text = "costs and facts of a broker or exchange for what neither the program nor the run says: alpaca, binance, binance-perpetual, kraken, or your own FILE.toml"
    parser.add_argument("--venue", metavar="V", default="", help=text)


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
    """A program traded as the arguments say."""
    program = compile_file(file, every=asked_every(args))
    values = read_settings(program, args.settings)
    program.values(values)  # a value out of its range is said before data are read
    universe = open_universe(args, program)
    candles = open_instruments(args, program, universe, say_repairs=args.json)  # else the summary says them
    candles = asked_currency(args.currency, candles)
    symbols = tuple(candles) if isinstance(candles, dict) else (candles.symbol or "the instrument",)
    tick, lot, multiplier = (by_symbol(getattr(args, name), symbols, name) for name in ("tick", "lot", "multiplier"))
    from apextrade.settings import UnreadSetting

    settings = {"capital": args.capital, "commission": args.commission, "slippage": args.slippage, "fills": args.fills}
    profile = None
    if args.venue:
        from apextrade.venue import open_venue

        profile = open_venue(args.venue)
    try:
        candles = with_pairs(args, program, settings, candles)
        result: Result | PortfolioRun
        if isinstance(candles, dict):
            from apextrade.portfolio import run as trade_all

            finer = open_details(args.detail, candles, args.start, args.splits is not None)
            result = trade_all(program, candles, values, settings, tick, lot, multiplier, universe, finer, profile)
        else:
            from apextrade.backtesting import run as trade

            details = open_details(args.detail, {symbols[0]: candles}, args.start, args.splits is not None)
            detail = next(iter(details.values())) if details else None
            of_this = [found.get(symbols[0]) for found in (tick, lot, multiplier)]
            result = trade(program, candles, values, settings, of_this[0], of_this[1], of_this[2], detail, profile)
    except UnreadSetting as error:
        raise UsageError(f"--{error}") from None
    return result


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

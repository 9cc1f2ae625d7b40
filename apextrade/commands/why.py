"""Says for each rule whether it was true, false or unknown on one bar, which part decided, and what became of its orders.

The run is the one that `apx backtest` with the same arguments makes.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from apextrade.bars import data_arguments
from apextrade.currency import asked_currency, currency_argument, with_pairs
from apextrade.every import asked_every, every_argument
from apextrade.failures import UsageError
from apextrade.finer import detail_argument, with_detail
from apextrade.instruments import by_symbol, fact_arguments, open_details, open_instruments, open_universe, universe_argument
from apextrade.libraries import compile_file
from apextrade.values import read_settings
from apextrade.why.explaining import explained, explained_alone
from apextrade.why.look import Look

if TYPE_CHECKING:
    from runtime.why.several import WhyAll

FILL_MODELS = "pessimistic, ohlc_path, next_open_only or tradingview"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    parser.add_argument(
        "--at", required=True, metavar="TIME", help="a date, or a time such as 2010-05-06T14:30Z; a bar is open until the next"
    )
    data_arguments(parser, several=True)
    detail_argument(parser, several=True)
    universe_argument(parser)
    every_argument(parser)
    parser.add_argument("--symbol", metavar="S", help="of several instruments on one account, the one to explain (default: all)")
    parser.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="k=v",
        help="a value for an input, such as fast=20 or risk=2%%",
    )
    account = parser.add_argument_group("settings in place of the program's, as for backtest")
    account.add_argument("--capital", metavar="C", help="such as 10_000 or '10_000 USD'")
    account.add_argument("--commission", metavar="C", help="such as 0.1%%, '1 USD per order' or '0.005 USD per unit'")
    account.add_argument("--slippage", metavar="S", help="such as '2 ticks' or 0.05%%")
    account.add_argument("--fills", metavar="MODEL", help=FILL_MODELS)
    facts = parser.add_argument_group("facts of the instrument, as for backtest; of one of several as AAPL=0.01")
    fact_arguments(facts)
    currency_argument(facts)
    parser.add_argument("--json", action="store_true", help="print it as JSON: truths as true, false or null")


def run(args: argparse.Namespace) -> int:
    program = compile_file(args.file, every=asked_every(args))
    values = read_settings(program, args.settings)
    program.values(values)  # a value out of its range is said before data are read
    universe = open_universe(args, program)
    candles = asked_currency(args.currency, open_instruments(args, program, universe))
    from apextrade.settings import UnreadSetting

    symbols = tuple(candles) if isinstance(candles, dict) else (candles.symbol or "the instrument",)
    finer = open_details(
        args.detail, candles if isinstance(candles, dict) else {symbols[0]: candles}, args.start, args.splits is not None
    )
    if finer is not None:
        candles = dict(with_detail(candles, finer)) if isinstance(candles, dict) else with_detail(candles, finer[symbols[0]])
    facts = {name: by_symbol(getattr(args, name), symbols, name) for name in ("tick", "lot", "multiplier")}
    settings = {"capital": args.capital, "commission": args.commission, "slippage": args.slippage, "fills": args.fills}
    look = Look.of(sys.stdout, shutil.get_terminal_size((100, 24)).columns)
    try:
        candles = with_pairs(args, program, settings, candles)
        if isinstance(candles, dict):
            return _say_all(args, explained(program, candles, args.at, values, settings, facts, universe), look)
        if args.symbol:
            raise UsageError("--symbol chooses among several instruments; this is a run of one.")
        found = explained_alone(
            program, candles, args.at, values, settings, {name: of.get(symbols[0]) for name, of in facts.items()}
        )
    except UnreadSetting as error:
        raise UsageError(f"--{error}") from None
    if args.json:
        from apextrade.why.as_json import why_json

        print(json.dumps(why_json(found), indent=2, allow_nan=False))
    else:
        from apextrade.why.bar import why_text

        print(why_text(found, look))
    return 0


def _say_all(args: argparse.Namespace, found: WhyAll, look: Look) -> int:
    """Several instruments, or the one of them that was asked for."""
    if args.symbol:
        if args.symbol in found.absent:
            raise UsageError(f"--symbol {args.symbol}: it has no bar at this time.")
        there = [why.symbol for why in found.instruments]
        if args.symbol not in there:
            raise UsageError(f"--symbol {args.symbol} names an instrument that is not there; there are {', '.join(there)}.")
        found = replace(found, instruments=tuple(why for why in found.instruments if why.symbol == args.symbol), absent=())
    if args.json:
        from apextrade.why.as_json import why_all_json

        print(json.dumps(why_all_json(found), indent=2, allow_nan=False))
    else:
        from apextrade.why.several import why_all_text

        print(why_all_text(found, look))
    return 0

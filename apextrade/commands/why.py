"""Says for each rule whether it was true, false or unknown on one bar, which part decided, and what became of its orders.

The run is the one that `apx backtest` with the same arguments makes.
"""

from __future__ import annotations

import argparse
import shutil
import sys

from apextrade.bars import above_zero, data_arguments, open_bars
from apextrade.failures import UsageError
from apextrade.libraries import compile_file
from apextrade.values import read_settings
from apextrade.why.look import Look
from compiler.program import DEFAULT_TICK

FILL_MODELS = "pessimistic, ohlc_path, next_open_only or tradingview"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    parser.add_argument(
        "--at", required=True, metavar="TIME", help="a date, or a time such as 2010-05-06T14:30Z; a bar is open until the next"
    )
    data_arguments(parser)
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
    facts = parser.add_argument_group("facts of the instrument, as for backtest")
    facts.add_argument("--tick", type=above_zero, metavar="T", help="smallest price step (default: the step of the prices)")
    facts.add_argument("--lot", type=above_zero, metavar="L", help="smallest quantity step (default: sizes are not rounded)")
    facts.add_argument("--multiplier", type=above_zero, metavar="M", help="money per unit of price and quantity (default 1)")
    parser.add_argument("--json", action="store_true", help="print it as JSON: truths as true, false or null")


def run(args: argparse.Namespace) -> int:
    program = compile_file(args.file)
    if len(program.symbols) > 1:
        raise UsageError(
            f"The program trades {len(program.symbols)} instruments on one account; `apx why` explains programs of one instrument so far."
        )
    values = read_settings(program, args.settings)
    program.values(values)  # a value out of its range is said before data are read
    from apextrade.settings import UnreadSetting, overridden
    from runtime.clocks.reading import as_traded
    from runtime.machine.instrument import Instrument
    from runtime.why.explain import why
    from runtime.why.moment import bar_at

    candles = as_traded(open_bars(args, program), program.symbols, program.session)
    bar = bar_at(candles, args.at)
    tick = args.tick or candles.price_step() or DEFAULT_TICK
    given = {"lot": args.lot, "multiplier": args.multiplier}
    instrument = Instrument(tick=tick, **{name: value for name, value in given.items() if value is not None})
    settings = {"capital": args.capital, "commission": args.commission, "slippage": args.slippage, "fills": args.fills}
    try:
        account = overridden(program.plan(values, tick, "backtest").account, settings, tick)
    except UnreadSetting as error:
        raise UsageError(f"--{error}") from None
    found = why(program, candles, bar, values, instrument, account)
    if args.json:
        import json

        from apextrade.why.as_json import why_json

        print(json.dumps(why_json(found), indent=2, allow_nan=False))
    else:
        from apextrade.why.bar import why_text

        print(why_text(found, Look.of(sys.stdout, shutil.get_terminal_size((100, 24)).columns)))
    return 0

"""The finer bars that a run is given: `--detail`, and `detail=` in Python."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING, overload

from compiler.plan import Plan

if TYPE_CHECKING:
    from runtime.candles import Candles


def detail_argument(parser: argparse.ArgumentParser, several: bool) -> None:
    """Declares --detail. several: it can be given for each of several instruments."""
    text = "finer bars, for `fills detail 1m` and for what is aggregated `on 1m`: a CSV or Parquet file, or SYMBOL@store"
    if several:
        parser.add_argument("--detail", metavar="D", action="append", help=f"{text}; of one of several as AAPL=minutes.csv")
    else:
        parser.add_argument("--detail", metavar="D", help=text)


def detail_notes(plan: Plan, candles: Candles, given: Candles | None) -> list[str]:
    """What a reader of columns should know of the fills behind them, where they read position or account."""
    from runtime.detail import detail_within

    if plan.account.fills != "detail" or all(column.register >= 0 for column in plan.columns):
        return []
    inside = detail_within(candles, plan.account, given)
    if inside is None:
        return ["`fills detail` was given no finer bars; every bar was filled by the pessimistic model."]
    return inside.warnings()


@overload
def with_detail(candles: Candles, detail: Candles | Mapping[str, Candles] | None) -> Candles: ...
@overload
def with_detail(candles: Mapping[str, Candles], detail: Candles | Mapping[str, Candles] | None) -> Mapping[str, Candles]: ...
def with_detail(
    candles: Candles | Mapping[str, Candles], detail: Candles | Mapping[str, Candles] | None
) -> Candles | Mapping[str, Candles]:
    """The bars with the finer ones that are given, of several instruments by symbol. Raises TypeError for what does not go together, InputError for a
    symbol that is not there."""
    from apextrade.given_bars import require_candles
    from compiler.inputs import InputError

    if detail is None:
        return candles
    if isinstance(candles, Mapping):
        if not isinstance(detail, Mapping):
            raise TypeError("The finer bars of several instruments are given by symbol, as a mapping.")
        for symbol, bars in detail.items():
            require_candles(bars)
            if symbol not in candles:
                raise InputError(f"Finer bars of {symbol} were given, but the instruments are {', '.join(candles)}.")
        return {symbol: bars.with_finer(detail[symbol]) if symbol in detail else bars for symbol, bars in candles.items()}
    if isinstance(detail, Mapping):
        raise TypeError("The finer bars of one instrument are Candles, not a mapping.")
    require_candles(detail)
    return candles.with_finer(detail)

"""The same run with higher costs, and with every rule acting later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from apextrade.examining.market import Market
from compiler import syntax as s
from compiler.diagnostics import CompileError
from compiler.inputs import InputValue
from compiler.libraries.port import Resolver
from compiler.pipeline import compile_text
from compiler.plan import Account
from compiler.program import Program
from runtime.backtest import backtest
from runtime.detail import finer_of_fills
from stdlib.library import load

TIMES = (0.0, 1.0, 2.0, 3.0, 5.0)
"""Costs that are tried, as multiples of those of the run."""
COSTS = ("commission_share", "commission_per_unit", "commission_per_order", "slippage_ticks", "slippage_share")
"""The settings that are costs."""
DELAYS = (1, 2, 3)
"""Bars by which rules are delayed."""
SEARCHED = 24
"""Halvings of the interval in which costs take everything."""


@dataclass(frozen=True, slots=True)
class Stressed:
    """A run under stress: by how much (a multiple of the costs, or bars), and what came of it."""

    by: float
    total_return: float
    sharpe: float
    trades: float


@dataclass(frozen=True, slots=True)
class Costs:
    """runs: at each multiple. enough: the multiple of the costs that takes the whole gain; NaN if there is none to take or the run is free, infinite if none
    does up to 100. free: neither commission nor slippage is set, so that multiples of them say nothing."""

    runs: tuple[Stressed, ...]
    enough: float
    free: bool


def dearer(account: Account, times: float) -> Account:
    """Settings with all costs multiplied."""
    changes: dict[str, Any] = {name: getattr(account, name) * times for name in COSTS}
    if account.terms.maker > 0.0:
        changes["terms"] = replace(account.terms, maker=account.terms.maker * times)
    return replace(account, **changes)


def with_costs(program: Program, inputs: Mapping[str, InputValue], market: Market) -> Costs:
    """The run at multiples of its costs."""
    usual = market.trade(program, inputs)
    candles, instrument, converted = usual.candles, usual.run.instrument, usual.run.converted
    plan = program.plan(inputs, instrument.tick, "backtest", candles.has_factors)
    detail, rates = finer_of_fills(candles, usual.run.account), None if converted is None else converted.rates

    def at(times: float) -> Stressed:
        account = dearer(usual.run.account, times)
        found = backtest(replace(plan, account=account), candles, instrument=instrument, detail=detail, rates=rates)
        return Stressed(times, found.stats["total_return"], found.stats["sharpe"], found.stats["trades"])

    runs = tuple(at(times) for times in TIMES)
    free = not any(getattr(usual.run.account, name) for name in COSTS)
    return Costs(runs, float("nan") if free else _enough(at, runs), free)


def _enough(at: Callable[[float], Stressed], runs: tuple[Stressed, ...]) -> float:
    if not runs[0].total_return > 0.0:
        return float("nan")
    low, high = 0.0, 100.0
    if at(high).total_return > 0.0:
        return float("inf")
    for _ in range(SEARCHED):
        middle = (low + high) / 2.0
        low, high = (middle, high) if at(middle).total_return > 0.0 else (low, middle)
    return low


def delayed(program: Program, bars: int, resolver: Resolver | None = None) -> Program:
    """The program with the condition of every `when` read so many bars later; prices and sizes are those of the later bar.

    Raises CompileError where a condition can't be read later.
    """
    text = program.source.text
    rules = [line for line in program.typed.names.file.statements if isinstance(line, s.When)]
    for span in sorted((rule.condition.span for rule in rules), key=lambda span: span.start, reverse=True):
        text = f"{text[: span.start]}({text[span.start : span.end]})[{bars}]{text[span.end :]}"
    return compile_text(text, load(), program.source.name, resolver, every=program.every)


def with_delay(
    program: Program, inputs: Mapping[str, InputValue], market: Market, resolver: Resolver | None = None
) -> tuple[Stressed, ...]:
    """The run with its rules delayed; empty where they can't be."""
    found = []
    for bars in DELAYS:
        try:
            late = delayed(program, bars, resolver)
        except CompileError:
            return ()
        stats = market.trade(late, inputs).stats
        found.append(Stressed(float(bars), stats["total_return"], stats["sharpe"], stats["trades"]))
    return tuple(found)

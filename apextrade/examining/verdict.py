"""One sentence: whether the result survives, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from apextrade.backtesting import Result
from apextrade.examining.folds import Folds, holds
from apextrade.examining.stress import Costs, Stressed
from apextrade.examining.walk import WalkForward, kept_its_promise
from apextrade.report.numbers import counted, percent, plain
from runtime.research.overfitting import Overfitting
from runtime.research.plateau import Plateau
from runtime.research.sharpe import Deflated

CONFIDENCE = 0.95
FEW_TRADES = 30
FEW_TRIALS = 10
"""Combinations below which halves of the years and neighbours say little: of three without skill the best is in the worse half two times in three."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """survives: nothing speaks against the result. against: every reason, the weightiest first. sentence: for a reader."""

    survives: bool
    against: tuple[str, ...]
    sentence: str


def judge(
    result: Result,
    deflated: Deflated,
    trials: int,
    overfit: Overfitting | None,
    walk: WalkForward | None,
    folds: Folds | None,
    flat: Plateau | None,
    costs: Costs,
    delays: tuple[Stressed, ...],
) -> Verdict:
    reasons = tuple(_against(result, deflated, trials, overfit, walk, folds, flat, costs, delays))
    if not reasons:
        tried = f" in {counted(trials, 'trial')}" if trials > 1 else ""
        kept = ""
        if walk is not None:
            kept = f", {percent(walk.total_return)} on bars that its parameters were not chosen on"
        sentence = (
            f"The result survives: a {percent(deflated.probability, decimals=0)} chance that it is better than luck{tried}{kept}, "
            "and twice the costs do not take it."
        )
        return Verdict(True, (), sentence)
    more = f", and {counted(len(reasons) - 1, 'thing')} more against it" if len(reasons) > 1 else ""
    return Verdict(False, reasons, f"The result does not survive: {reasons[0]}{more}.")


def _against(
    result: Result,
    deflated: Deflated,
    trials: int,
    overfit: Overfitting | None,
    walk: WalkForward | None,
    folds: Folds | None,
    flat: Plateau | None,
    costs: Costs,
    delays: tuple[Stressed, ...],
) -> Iterator[str]:
    stats = result.stats
    if not stats["total_return"] > 0.0:
        yield "it made no money"
        return
    if not deflated.probability >= CONFIDENCE:
        if trials > 1:
            yield (
                f"the best of {counted(trials, 'trial')} without any skill would look about as good "
                f"(a {_chance(deflated.probability)} chance that this is better)"
            )
        else:
            yield f"its bars are too few or too wild to tell it from luck (a {_chance(deflated.probability)} chance that it is better)"
    if walk is not None and not kept_its_promise(walk):
        efficiency = (
            ", which can't be held against a yearly growth before"
            if walk.efficiency != walk.efficiency and walk.total_return > 0.0
            else ""
            if walk.efficiency != walk.efficiency
            else f", {percent(walk.efficiency, decimals=0)} of the yearly growth it had before"
        )
        yield f"on bars that its parameters were not chosen on it made {percent(walk.total_return)}{efficiency}"
    if folds is not None and not holds(folds):
        judged = folds.judged
        won = sum(window.judged_return > 0.0 for window in judged.windows)
        yield (
            f"on folds held out, with parameters chosen on all others, it made {percent(judged.total_return)} "
            f"and money in {won} of {len(judged.windows)}"
        )
    if overfit is not None and overfit.trials >= FEW_TRIALS and overfit.probability >= 0.5:
        yield (
            f"the best combination of one half of the years is in the worse half of the other in "
            f"{percent(overfit.probability, decimals=0)} of the splits"
        )
    if stats["trades"] < FEW_TRADES:
        yield f"{counted(stats['trades'], 'trade')} are too few to tell"
    double = next(run for run in costs.runs if run.by == 2.0)
    if costs.free:
        yield "neither commission nor slippage is set, so that nothing is known of what costs take"
    elif not double.total_return > 0.0:
        yield f"{plain(costs.enough, 1)} times its costs take the whole gain"
    late = next((run for run in delays if run.by == 1.0), None)
    if late is not None and not late.total_return > 0.5 * stats["total_return"]:
        yield f"acting one bar later leaves {percent(late.total_return)} of {percent(stats['total_return'])}"
    if flat is not None and trials >= FEW_TRIALS and flat.score < 0.5:
        yield f"its parameters stand on a peak: their neighbours keep {percent(flat.score, decimals=0)} of its lead over the median"


def _chance(probability: float) -> str:
    return percent(probability, decimals=0) if probability == probability else "unknown"

"""Positions that were closed by force: on which bar, at what price, and what was left; so that `why` can name them as a cause."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from runtime.why.numbers import shown
from runtime.why.observe import Filled, Observed

LIQUIDATION = "liquidation"


@dataclass(frozen=True, slots=True)
class Forced:
    """A position that the broker closed. side: of the order that closed it. place: where in its bar. left: the equity that was left after it, NaN among
    several instruments, whose other positions count too. maintenance: the share of what is held that equity has to stay above."""

    side: str
    quantity: float
    price: float
    place: str
    left: float
    maintenance: float

    @property
    def said(self) -> str:
        """The whole in one sentence."""
        when = "at the open" if self.place == "open" else "inside the bar"
        share = f"{100.0 * self.maintenance:.6g}%"
        left = "" if isnan(self.left) else f"; {round(self.left, 2) + 0.0:,.2f} of equity was left"
        return (
            f"closed by force {when} at {shown(self.price)} ({self.side} {shown(self.quantity)}): equity had fallen to {share} of the value held "
            f"(`maintenance`){left}"
        )


def forced_on(run: Observed, bar: int, alone: bool) -> tuple[Forced, ...]:
    """What was closed by force on a bar. alone: the account trades nothing else."""
    maintenance = run.plan.account.terms.maintenance
    return tuple(
        Forced(fill.side, fill.quantity, fill.price, fill.place, fill.cash if alone else nan, maintenance)
        for fill in run.fills
        if fill.bar == bar and fill.reason == LIQUIDATION
    )


def none_open(run: Observed, bar: int) -> str:
    """That no position was open on a bar, and why not where the last one was closed by force."""
    last: Filled | None = None
    for fill in run.fills:
        if fill.bar > bar:
            break
        last = fill
    if last is None or last.reason != LIQUIDATION:
        return "no position was open"
    ago = bar - last.bar
    when = "on this bar" if ago == 0 else f"{ago} bar{'' if ago == 1 else 's'} before"
    return f"no position was open, since the last one was closed by force {when} at {shown(last.price)} (`maintenance`)"

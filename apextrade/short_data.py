"""Bars too few for a program: what it needs before all of it is known, against what it is given."""

from __future__ import annotations

from compiler.plan import Plan


def short_data(plan: Plan, bars: int) -> list[str]:
    """A note where the bars end before every rule (or, of signals, every output) can be known; nothing where there are enough."""
    if plan.warmup < bars or plan.sources or plan.across:  # of several clocks the warm-up is a bound, not what is needed
        return []
    what = "A rule of the program needs" if plan.machine is not None and not plan.columns else "The program needs"
    return [f"{what} {plan.warmup + 1:,} bars before it can be known; these are {bars:,}: use more bars or shorter windows."]

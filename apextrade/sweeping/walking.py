"""`apx sweep --walk-forward`: the combinations chosen anew on one stretch after the other, and traded on the bars after each."""

from __future__ import annotations

from typing import TextIO

from apextrade.examining.market import Market
from apextrade.examining.shown import walked_lines
from apextrade.examining.walk import WalkForward, walked
from apextrade.progress import progress
from apextrade.report.numbers import ASCII, TYPESET
from apextrade.sweeping.request import Request
from apextrade.terminal import shows_unicode
from compiler.inputs import InputError
from compiler.program import Program
from runtime.research.overfitting import ResearchError
from runtime.sweep.space import Numbers


def walking(request: Request, numbers: Numbers, market: Market, metric: str, windows: int, workers: int | None) -> WalkForward:
    """Raises InputError for too few bars, or where nothing can be chosen."""
    market = market.on_clock_of(request.program)
    try:
        with progress("Walking forward", windows) as advance:
            return walked(request, numbers, market, metric, windows, workers=workers, advance=advance)
    except ResearchError as error:
        raise InputError(f"No walk forward: {error}") from None


def lines(walk: WalkForward, program: Program, stream: TextIO) -> list[str]:
    glyphs = TYPESET if shows_unicode(stream) else ASCII
    return ["Walking forward:", *(f"  {line}" for line in walked_lines(program, walk, glyphs))]

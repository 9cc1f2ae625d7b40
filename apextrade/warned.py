"""What to know before trusting the figures of a run: what the program's warnings mean for the account it ran with, and ruin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from compiler.plan import Account
from compiler.program import Program

if TYPE_CHECKING:
    from runtime.portfolio.result import PortfolioResult
    from runtime.result import BacktestResult

ZERO_COMMISSION = "The commission is zero, so results look better than a real market allows."
# Remarks on the text; they say nothing about the figures of a run, and `apx check` makes them.
ABOUT_THE_TEXT = ("W02", "W0710")
ABOUT_COMMISSION = ("W0501", "W0502")


def run_warnings(
    program: Program, run: BacktestResult | PortfolioResult, commission_given: bool = False
) -> tuple[tuple[str, str], ...]:
    """(code, sentence) of each warning, the gravest first; the code is empty where it is not the program's.

    commission_given: whether the run's commission took the place of the program's.
    """
    said = [(d.code, d.message) for d in program.diagnostics if not d.code.startswith(ABOUT_THE_TEXT)]
    others = [pair for pair in said if pair[0] not in ABOUT_COMMISSION]
    cost: list[tuple[str, str]] = []
    if program.typed.names.rules and is_free(run.account):
        own = [pair for pair in said if pair[0] in ABOUT_COMMISSION]
        cost = own if own and not commission_given else [("", ZERO_COMMISSION)]
    return (*ruin(run), *others, *cost, *(("", sentence) for sentence in run.warnings))


def is_free(account: Account) -> bool:
    """Whether trades cost nothing."""
    return not (account.commission_share or account.commission_per_unit or account.commission_per_order)


def ruin(run: BacktestResult | PortfolioResult) -> tuple[tuple[str, str], ...]:
    """The warning of a run whose equity was zero or less at a close."""
    bars = np.flatnonzero(run.equity_values <= 0.0)
    if not len(bars):
        return ()
    day = run.stamp(bars[0])[:10]
    if run.account.terms.maintenance >= 0:
        fell = f"On {day} equity fell to or below zero: prices went past the liquidation, and the account was ruined."
    else:
        fell = (
            f"On {day} equity fell to or below zero; no margin call is simulated, so what follows is not to be trusted. "
            "`maintenance 25%` in the settings closes positions by force, as a broker does; `maintenance 0%` when nothing is left."
        )
    return (("", fell),)

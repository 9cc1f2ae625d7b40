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
    return warnings_of(program, run.account, run.warnings, ruined(run), commission_given)


def warnings_of(
    program: Program, account: Account, warnings: tuple[str, ...], ruin_day: str, commission_given: bool
) -> tuple[tuple[str, str], ...]:
    """The same from what it takes of a run. ruin_day: the first on which equity was zero or less at a close, '' if there is none."""
    said = [(d.code, d.message) for d in program.diagnostics if not d.code.startswith(ABOUT_THE_TEXT)]
    others = [pair for pair in said if pair[0] not in ABOUT_COMMISSION]
    cost: list[tuple[str, str]] = []
    if program.typed.names.rules and is_free(account):
        own = [pair for pair in said if pair[0] in ABOUT_COMMISSION]
        cost = own if own and not commission_given else [("", ZERO_COMMISSION)]
    if account.terms.maintenance >= 0:
        fell = f"On {ruin_day} equity fell to or below zero: prices went past the liquidation, and the account was ruined."
    else:
        fell = (
            f"On {ruin_day} equity fell to or below zero; no margin call is simulated, so what follows is not to be trusted. "
            "`maintenance 25%` in the settings closes positions by force, as a broker does; `maintenance 0%` when nothing is left."
        )
    return (*((("", fell),) if ruin_day else ()), *others, *cost, *(("", sentence) for sentence in warnings))


def is_free(account: Account) -> bool:
    """Whether trades cost nothing."""
    return not (account.commission_share or account.commission_per_unit or account.commission_per_order)


def ruined(run: BacktestResult | PortfolioResult) -> str:
    """The first day on which equity was zero or less at a close; '' if there is none."""
    bars = np.flatnonzero(run.equity_values <= 0.0)
    return run.stamp(bars[0])[:10] if len(bars) else ""

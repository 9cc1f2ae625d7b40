"""What a run was charged for holding positions, and how often it was closed by force: rows by the bar, and figures beside the statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compiler.plan import Account
from compiler.terms import NO_TERMS
from runtime.machine.codes import CAUSE_NAMES, HOLDING_COLUMNS

if TYPE_CHECKING:
    from runtime.machine.core import Machine

Floats = NDArray[np.float64]

LIQUIDATION = float(CAUSE_NAMES.index("liquidation"))
BAR, CASH = HOLDING_COLUMNS.index("bar"), HOLDING_COLUMNS.index("cash")


def no_charges() -> Floats:
    """Rows of HOLDING_COLUMNS where nothing is charged."""
    return np.empty((0, len(HOLDING_COLUMNS)))


def charged(account: Account, machines: Sequence[Machine], interest: float = 0.0) -> dict[str, float]:
    """By name, what the account's terms have cost in account currency, and how many positions they have closed; nothing where it has none.

    interest: what the account paid beside its machines.
    """
    terms, found = account.terms, dict[str, float]()
    for name, asked in (("borrow", terms.borrow), ("funding", terms.funding), ("interest", terms.interest)):
        if asked:
            found[name] = sum((float(getattr(m, f"{name}_paid")) for m in machines), interest if name == "interest" else 0.0)
    if terms.maintenance >= 0:
        found["liquidations"] = float(sum(int((m.event_rows.values()[:, 0] == LIQUIDATION).sum()) for m in machines))
    return found


def forced(account: Account, runs: Sequence[tuple[Machine, NDArray[np.int64]]]) -> list[str]:
    """What is to be said of positions that were closed by force; nothing where none was. runs: machines, each with the times of its bars."""
    days = []
    for machine, time in runs:
        rows = machine.event_rows.values()
        days += [day_of(int(time[int(bar)])) for bar in rows[rows[:, 0] == LIQUIDATION, 2].tolist()]
    return closed_by_force(account, len(days), min(days, default=""))


def closed_by_force(account: Account, positions: int, first: str) -> list[str]:
    """What is to be said of so many positions, the first of them on the day `first`; nothing of none."""
    if not positions:
        return []
    closed = "1 position was" if positions == 1 else f"{positions:,} positions were"
    share = f"{100 * round(account.terms.maintenance, 12):g}%"
    return [f"{closed} closed by force, first on {first}: equity had fallen to {share} of the value held (`maintenance`)."]


def day_of(time: int) -> str:
    """The day of an instant, in UTC."""
    return str(np.datetime64(time, "us").astype("M8[D]"))


def account_settings(account: Account, written: dict[str, Any]) -> dict[str, Any]:
    """The account as a mapping of plain values; its terms only where it has any."""
    terms = written.pop("terms")
    limits = {"limits": dict(account.limits)}
    return written | limits if account.terms == NO_TERMS else written | limits | {"terms": terms}


def cash_steps(fills: Floats, charges: Floats, at: int) -> tuple[NDArray[np.int64], Floats]:
    """Bars at which cash changed, and cash after it, in order; a bar's charge comes before its fills. at: the fills' column of cash."""
    bars = np.concatenate((charges[:, BAR], fills[:, 1])).astype(np.int64)
    values = np.concatenate((charges[:, CASH], fills[:, at]))
    order = np.argsort(bars, kind="stable")
    return bars[order], values[order]

"""Returns by calendar month, UTC."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from apextrade.report.data import Floats, Micros
from apextrade.report.numbers import moment

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Year:
    """A year's twelve returns and its total, as ratios; None where no bar closed, NaN where the return is undefined."""

    year: int
    months: tuple[float | None, ...]
    total: float


def monthly_returns(time: Micros, equity: Floats, capital: float) -> list[Year]:
    """Each month's last equity over the last one before it, less 1; the first month's over the capital.

    time: microseconds since 1970 UTC, rising. equity: account currency at each close. Unknown equity takes no part.
    A month without bars is None; one that starts with nothing or a debt has no return.
    """
    known = np.isfinite(equity)
    time, equity = time[known], equity[known]
    if not len(time):
        return []
    months = time.astype("M8[us]").astype("M8[M]").astype(np.int64)
    last_of_month = np.flatnonzero(np.append(months[1:] != months[:-1], True))
    table: dict[int, list[float | None]] = {}
    before = capital
    year_start: dict[int, float] = {}
    year_end: dict[int, float] = {}
    for at in last_of_month:
        when, value = moment(int(time[at])), float(equity[at])
        table.setdefault(when.year, [None] * 12)[when.month - 1] = _return(before, value)
        year_start.setdefault(when.year, before)
        year_end[when.year] = before = value
    return [Year(year, tuple(row), _return(year_start[year], year_end[year])) for year, row in table.items()]


def _return(start: float, end: float) -> float:
    return end / start - 1 if start > 0 else float("nan")

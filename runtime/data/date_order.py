"""Which number of a date is the day and which the month, decided from a whole column."""

from __future__ import annotations

import numpy as np

from runtime.data.arrays import Micros
from runtime.data.epochs import Naming
from runtime.data.problems import DataError, Problem


def year_month_day(
    first: Micros, second: Micros, third: Micros, separator: str, short_year: bool, naming: Naming
) -> tuple[Micros, Micros, Micros, tuple[Problem, ...]]:
    """Year, month and day of dates written `a/b/year`, from every row that has a time, in the source's order.

    A number above 12 decides. Without one, dots mean day first and the rest month first, and that is stated.
    With two-digit years the year may stand first: in a column in order of time the year changes least often.
    Raises DataError if rows contradict each other.
    """
    if short_year and _changes(first) < _changes(third):
        return _full(first), second, third, ()
    year = _full(third) if short_year else third
    day_leads, month_leads = first > 12, second > 12
    if day_leads.any() and month_leads.any():
        one, other = int(np.argmax(day_leads)), int(np.argmax(month_leads))
        late, early = max(one, other), min(one, other)
        raise DataError(
            f"The dates mix two orders: {naming(early)} has the {'day' if early == one else 'month'} first,"
            f" {naming(late)} the {'day' if late == one else 'month'}. Write them all as YYYY-MM-DD."
        )
    if day_leads.any():
        return year, second, first, ()
    if month_leads.any():
        return year, first, second, ()
    if (first == second).all():
        return year, first, second, ()
    day_first = separator == "."
    sentence = (
        f"No date tells day from month, so {'the day' if day_first else 'the month'} is read first"
        f" ({int(first[0])}{separator}{int(second[0])} is {'day' if day_first else 'month'} {int(first[0])},"
        f" {'month' if day_first else 'day'} {int(second[0])}). If that is wrong, write the dates as YYYY-MM-DD."
    )
    month, day = (second, first) if day_first else (first, second)
    return year, month, day, (Problem("assumed_order", 0, (), "noted", sentence),)


def _changes(values: Micros) -> int:
    return int(np.count_nonzero(np.diff(values)))


def _full(year: Micros) -> Micros:
    """Two-digit years as POSIX reads them: 69 to 99 are 1969 to 1999."""
    return np.where(year < 69, 2000 + year, 1900 + year)

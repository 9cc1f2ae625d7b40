"""Times that are numbers: their unit found, converted to microseconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, NO_TIME, Flags, Floats, Micros
from runtime.data.problems import DataError, Problem

Naming: TypeAlias = Callable[[int], str]
"""Names a row in messages, from its place in the column: `line 12 of prices.csv`."""

# One row a unit: name, first magnitude of the next unit. Times up to the year 5138 in seconds stay below 1e11.
_UNITS = (("seconds", 10**11), ("milliseconds", 10**14), ("microseconds", 10**17), ("nanoseconds", 2**63))
_EARLY = 10**8  # seconds: March 1973
_EXCEL_DAYS = (20_000, 80_000)  # 1954 to 2119, counted in days from 1900
_FIRST_YEAR, _LAST_YEAR = 1800, 2200


def days_from_civil(year: Micros, month: Micros, day: Micros) -> tuple[Micros, Flags]:
    """Days since 1970-01-01, and whether that day exists in the calendar (years 1800 to 2200)."""
    months = (year - 1970) * 12 + (month - 1)
    start = months.astype("M8[M]").astype("M8[D]").astype(np.int64)
    length = (months + 1).astype("M8[M]").astype("M8[D]").astype(np.int64) - start
    exists = (month >= 1) & (month <= 12) & (day >= 1) & (day <= length) & (year >= _FIRST_YEAR) & (year <= _LAST_YEAR)
    return start + day - 1, exists


def require_plausible(time: Micros, naming: Naming) -> None:
    """Raises DataError where a known time lies outside the years 1800 to 2200: a wrong unit or a damaged file."""
    low, high = (int(np.datetime64(f"{y}-01-01", "us").astype(np.int64)) for y in (_FIRST_YEAR, _LAST_YEAR + 1))
    wrong = (time != NO_TIME) & ((time < low) | (time >= high))
    if wrong.any():
        raise DataError(f"The time of {naming(int(np.argmax(wrong)))} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}.")


def from_whole_numbers(values: Micros, missing: Flags, naming: Naming) -> tuple[Micros, tuple[Problem, ...]]:
    """Microseconds UTC from epoch seconds, milli-, micro- or nanoseconds, or from dates such as 20170103; shape kept.

    missing: rows without a time; they become NO_TIME. The unit is found from the numbers themselves.
    Raises DataError if the unit changes within the column, or if the numbers are Excel's day counts.
    """
    given = values[~missing]
    if not len(given):
        return np.full(len(values), NO_TIME, np.int64), ()
    smallest, largest = int(given.min()), int(given.max())
    if smallest >= 18_000_101 and largest <= 22_001_231:
        days, exists = days_from_civil(values // 10_000, values // 100 % 100, values % 100)
        if exists[~missing].all():
            return np.where(missing, NO_TIME, days * MICROS_PER_DAY), ()
    if _EXCEL_DAYS[0] <= smallest and largest <= _EXCEL_DAYS[1]:
        raise DataError(f"The times look like Excel's day numbers ({smallest}, …). Save the file with dates such as 2017-01-03.")
    edges = np.array([edge for _, edge in _UNITS[:-1]])
    unit = np.searchsorted(edges, np.abs(values), side="right")
    unit[missing] = (first := int(unit[np.argmin(missing)]))
    if (unit != first).any():
        at = int(np.argmax(unit != first))
        one, other = _UNITS[first][0], _UNITS[int(unit[at])][0]
        raise DataError(f"The times change from {one} to {other} at {naming(at)}. Give the whole column in one unit.")
    scaled = values // 1_000 if first == 3 else values * (MICROS_PER_SECOND, 1_000, 1)[first]
    time = np.where(missing, NO_TIME, scaled)
    require_plausible(time, naming)
    return time, _early(first, largest)


def _early(unit: int, largest: int) -> tuple[Problem, ...]:
    if unit or largest >= _EARLY:
        return ()
    sentence = "The times are small numbers and were read as seconds since 1970. Row numbers are no times."
    return (Problem("early_times", 0, (), "noted", sentence),)


def from_fractions(values: Floats, naming: Naming) -> tuple[Micros, tuple[Problem, ...]]:
    """Microseconds UTC from epoch numbers held as float64; NaN is a missing time.

    Whole numbers are read by `from_whole_numbers`; numbers with a fraction are seconds, rounded to the microsecond.
    """
    missing: Flags = ~np.isfinite(values)
    whole = np.where(missing, 0.0, values)
    if np.abs(whole).max(initial=0.0) >= 2.0**63:
        raise DataError(f"The time of {naming(int(np.argmax(np.abs(whole))))} is too large to be one.")
    if (np.floor(whole) == whole).all():
        return from_whole_numbers(whole.astype(np.int64), missing, naming)
    time: Micros = np.rint(whole * MICROS_PER_SECOND).astype(np.int64)
    time[missing] = NO_TIME
    require_plausible(time, naming)
    return time, _early(0, int(whole.max()))

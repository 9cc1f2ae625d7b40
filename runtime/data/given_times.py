"""Times as Python programs hold them: NumPy and pandas columns, datetimes, dates, numbers, texts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, NO_TIME, Micros
from runtime.data.epochs import Naming, from_fractions, from_whole_numbers, require_plausible
from runtime.data.problems import DataError, Problem
from runtime.data.times import read_times

_EPOCH_DAY = date(1970, 1, 1).toordinal()


def micros_of(values: Any, naming: Naming) -> tuple[Micros, tuple[Problem, ...]]:
    """Microseconds UTC of a column of times, shape (n,): datetime64 of any unit, epoch numbers of any unit, texts,
    datetimes, dates, a pandas Series or index. Times without a zone are UTC; NaT, None and NaN become NO_TIME.

    Raises DataError naming the first time that is none.
    """
    array = _without_zone(values)
    if array.ndim != 1:
        raise DataError(f"time must be one column; this has {array.ndim} dimensions.")
    if array.dtype.kind == "M":
        time: Micros = array.astype("M8[us]").astype(np.int64)
        require_plausible(time, naming)
        return time, ()
    if array.dtype.kind in "iu":
        return from_whole_numbers(array.astype(np.int64), np.zeros(len(array), np.bool_), naming)
    if array.dtype.kind == "f":
        return from_fractions(array.astype(np.float64), naming)
    if array.dtype.kind in "SU":
        return _read_texts(array.tolist(), naming)
    if array.dtype.kind == "O":
        return _read_objects(array.tolist(), naming)
    raise DataError(f"time holds {array.dtype}, which is no kind of time.")


def _without_zone(values: Any) -> np.ndarray[Any, Any]:
    """The values as an array; of pandas objects with a time zone, their instants in UTC."""
    if getattr(getattr(values, "dtype", None), "tz", None) is not None:
        zoned = getattr(values, "dt", values)
        return np.asarray(getattr(zoned.tz_convert("UTC"), "dt", zoned.tz_convert("UTC")).tz_localize(None).to_numpy())
    if str(getattr(values, "dtype", "")).startswith("period"):  # a bar's time is its open
        return np.asarray(getattr(values, "dt", values).to_timestamp().to_numpy())
    return np.asarray(values)


def _read_texts(cells: Sequence[Any], naming: Naming) -> tuple[Micros, tuple[Problem, ...]]:
    texts = [c if isinstance(c, bytes) else str(c) for c in cells]
    for i, text in enumerate(texts):
        if not text.isascii():
            raise DataError(f"The time of {naming(i)} is {text!r:.50}, which is no time.")
    return read_times(np.array(texts, dtype=np.bytes_), naming)


def _read_objects(cells: Sequence[Any], naming: Naming) -> tuple[Micros, tuple[Problem, ...]]:
    known = [c for c in cells if not _is_missing(c)]
    if known and all(isinstance(c, (str, bytes)) for c in known):
        return _read_texts(["" if _is_missing(c) else c for c in cells], naming)
    time = np.full(len(cells), NO_TIME, np.int64)
    is_naive = False
    for i, cell in enumerate(cells):
        if _is_missing(cell):
            continue
        if isinstance(cell, np.datetime64):
            time[i] = int(cell.astype("M8[us]").astype(np.int64))
        elif isinstance(cell, date):
            time[i] = instant(cell)
            is_naive |= isinstance(cell, datetime) and cell.tzinfo is None and time[i] % MICROS_PER_DAY != 0
        else:
            raise DataError(f"The time of {naming(i)} is {cell!r:.50}, which is no time.")
    require_plausible(time, naming)
    note = Problem("assumed_utc", 0, (), "noted", "The times carry no time zone and are read as UTC.")
    return time, (note,) if is_naive else ()


def _is_missing(cell: Any) -> bool:
    return cell is None or bool(cell != cell)  # NaN and NaT differ from themselves


def instant(moment: date) -> int:
    """Microseconds UTC of a datetime (without a zone: UTC) or of the start of a date."""
    if not isinstance(moment, datetime):
        return (moment.toordinal() - _EPOCH_DAY) * MICROS_PER_DAY
    in_utc = moment.astimezone(UTC) if moment.tzinfo is not None else moment
    seconds = in_utc.hour * 3_600 + in_utc.minute * 60 + in_utc.second
    return (in_utc.toordinal() - _EPOCH_DAY) * MICROS_PER_DAY + seconds * MICROS_PER_SECOND + in_utc.microsecond


def bound(moment: str | date | np.datetime64, is_end: bool) -> int:
    """Microseconds UTC of the first (or, is_end, last) instant that a date or time names; a date alone is a whole day.

    Raises DataError for what is neither an ISO date nor an ISO time.
    """
    if isinstance(moment, np.datetime64):
        moment = str(moment)
    if isinstance(moment, str):
        text = moment.strip()
        try:
            moment = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            raise DataError(f"{text!r} is not a date or time. Write 2024-03-31 or 2024-03-31T15:00.") from None
    start = instant(moment)
    is_day = not isinstance(moment, datetime)
    return start + MICROS_PER_DAY - 1 if is_end and is_day else start

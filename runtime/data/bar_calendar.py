"""Calendar facts of bars: hour, minute, weekday, day, month and year of each bar's open, in UTC."""

from __future__ import annotations

import numpy as np

from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, Floats, Micros

CALENDAR = ("time", "time.hour", "time.minute", "time.weekday", "time.day", "time.month", "time.year")


def calendar_columns(time: Micros) -> dict[str, Floats]:
    """A float64 column for each name of CALENDAR, shape (n,): `time` in seconds since 1970, weekday with Monday = 1."""
    days = time // MICROS_PER_DAY
    minutes = time % MICROS_PER_DAY // (60 * MICROS_PER_SECOND)
    months = days.astype("M8[D]").astype("M8[M]")
    month_count = months.astype(np.int64)
    columns = (
        time / MICROS_PER_SECOND,
        minutes // 60,
        minutes % 60,
        (days + 3) % 7 + 1,  # 1970-01-01 was a Thursday
        days - months.astype("M8[D]").astype(np.int64) + 1,
        month_count % 12 + 1,
        month_count // 12 + 1970,
    )
    return {name: column.astype(np.float64) for name, column in zip(CALENDAR, columns, strict=True)}

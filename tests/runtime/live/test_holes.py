"""How many bars a calendar has between two candles."""

from __future__ import annotations

import numpy as np
import pytest

from compiler.clocks import Length
from runtime.clocks.sessions import calendar
from runtime.live.holes import missing_between


@pytest.mark.parametrize(
    ("named", "every", "last", "time", "bars"),
    [
        ("24/7", "1h", "2024-01-05T10:00", "2024-01-05T11:00", 0),
        ("24/7", "1h", "2024-01-05T10:00", "2024-01-05T14:00", 3),
        ("24/7", "1d", "2024-01-05", "2024-01-08", 2),
        ("FX", "1d", "2024-01-05", "2024-01-08", 0),
        ("XNYS", "1d", "2024-01-12", "2024-01-16", 0),
        ("XNYS", "1d", "2024-01-12", "2024-01-18", 2),
        ("XNYS", "1h", "2024-01-05T20:30", "2024-01-08T14:30", 0),
        ("XNYS", "1h", "2024-01-05T19:30", "2024-01-08T15:30", 2),
        ("24/7", "1w", "2024-01-01", "2024-01-22", 2),
    ],
)
def test_the_bars_between_are_those_of_the_calendar(named: str, every: str, last: str, time: str, bars: int) -> None:
    ends = [int(np.datetime64(t, "us").astype(np.int64)) for t in (last, time)]
    assert missing_between(*ends, Length.parse(every), calendar(named)) == bars

"""`every day at` where days have no gap between them, and bars that seem longer than they are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import apextrade as apx
from runtime.feeds import FeedError

TEXT = """apx 1
strategy "Clock"
trade "{symbol}" every {every}
settings
  commission 0.1%
every day at "{at}"
  buy 1 units
"""
MINUTES = {"15m": 15, "1h": 60, "4h": 240}


def bars(minutes: int, days: int = 6, start: str = "2024-03-04T00:00", gone: int = 0) -> apx.Candles:
    count = days * 1440 // minutes
    time = np.datetime64(start, "us") + np.arange(count) * np.timedelta64(minutes, "m")
    time = time[:: gone + 1]
    flat = np.full(len(time), 10.0)
    return apx.Candles.from_arrays(time=time, open=flat, high=flat + 1, low=flat - 1, close=flat, volume=flat)


def fires(symbol: str, every: str, at: str, candles: apx.Candles) -> list[np.datetime64]:
    """When the bars close on which the schedule fires."""
    program = apx.compile(TEXT.format(symbol=symbol, every=every, at=at))
    found = program.run(candles)
    (rule,) = [name for name in found if found.columns[name].role == "rule"]
    assert found[rule].tobytes() == apx.interpret(program, candles)[rule].tobytes()
    stream = program.stream()
    for row, time in enumerate(candles.time.tolist()):
        step = stream.push({"time": time, "open": 10.0, "high": 11.0, "low": 9.0, "close": 10.0, "volume": 10.0})  # type: ignore[call-arg]
        assert step[rule] == found[rule][row]
    return [
        np.datetime64(int(candles.time[i]), "us") + np.timedelta64(MINUTES[every], "m")
        for i in np.flatnonzero(found[rule] == 1.0)
    ]


@pytest.mark.parametrize("every", MINUTES)
@pytest.mark.parametrize("at", ["00:00", "24:00", "04:00", "12:00", "20:00"])
def test_a_clock_time_comes_once_a_day_where_the_market_never_closes(every: str, at: str) -> None:
    found = fires("BTC/USDT", every, at, bars(MINUTES[every]))
    assert len(found) == 6
    assert all(later - earlier == np.timedelta64(1, "D") for earlier, later in pairwise(found))
    assert {str(time)[11:16] for time in found} == {"00:00" if at == "24:00" else at}


def test_the_close_of_a_day_without_a_gap_is_a_clock_time_of_it() -> None:
    for at in ("17:00", "16:00", "18:00"):  # days of currencies run from five to five, New York
        assert len(fires("EURUSD", "1h", at, bars(60, 4, "2024-03-04T22:00"))) >= 3, at


def test_bars_that_seem_longer_than_the_program_says_are_told_as_such() -> None:
    text = TEXT.format(symbol="BTC/USDT", every="1h", at="12:00") + "plot close on 3h\n"
    with pytest.raises(FeedError, match="because none open less than 2h apart: bars may be missing between them"):
        apx.compile(text).run(bars(60, gone=1))

"""When schedules, clock times and session facts come true, on real sessions with their short and missing bars."""

from __future__ import annotations

import numpy as np
import pytest

from compiler.pipeline import compile_text
from runtime.backtest import backtest, signals
from runtime.candles import Candles
from runtime.clocks.reading import in_session
from runtime.machine.instrument import Instrument
from stdlib.library import load
from tests.generators.sessions import intraday
from tests.laws.clocks import history, interpreted, pushed
from tests.laws.running import assert_same_bits


def columns(body: str, candles: Candles, every: str) -> list[np.ndarray]:  # type: ignore[type-arg]
    program = compile_text(f'apx 1\nstrategy "S"\ntrade "TEST" every {every}\n{body}\n', load(), "schedules")
    return list(signals(program.plan(), candles).values())


def when(rule: str, candles: Candles, every: str) -> list[str]:
    """The opens, UTC, of the bars on which a scheduled rule fires."""
    (fires,) = columns(f"{rule}\n  exit position", candles, every)
    return [str(t) for t in candles.time[fires == 1.0].astype("M8[us]").astype("M8[m]")]


def daily(start: str, days: int, follows: str = "XNYS") -> Candles:
    dates = np.arange(np.datetime64(start), np.datetime64(start) + days)
    dates = dates[np.is_busday(dates, holidays=["2024-01-01", "2024-01-15", "2024-02-19", "2024-03-29", "2024-05-27"])]
    close = 100.0 + np.arange(len(dates))
    return Candles.from_arrays(time=dates, open=close, high=close + 1, low=close - 1, close=close, symbol="TEST").following(
        follows
    )


def test_a_month_ends_with_its_last_session_and_starts_with_its_first_bar() -> None:
    candles = daily("2024-01-10", 120)
    assert when("every month end", candles, "1d") == [f"2024-{d}T00:00" for d in ("01-31", "02-29", "03-28", "04-30")]
    assert when("every month start", candles, "1d") == [f"2024-{d}T00:00" for d in ("02-01", "03-01", "04-01", "05-01")]


def test_a_week_ends_on_thursday_when_friday_is_a_holiday() -> None:
    candles = daily("2024-03-18", 19)
    assert when("every week end", candles, "1d") == ["2024-03-22T00:00", "2024-03-28T00:00", "2024-04-05T00:00"]
    assert when("every week start", candles, "1d") == ["2024-03-25T00:00", "2024-04-01T00:00"]


def test_a_clock_time_is_that_of_the_session_and_a_short_session_fires_at_its_last_bar_but_one() -> None:
    candles = intraday(1, "XNYS", "2024-11-27", 15, 6, 0.0, 0.0, "TEST")  # the 29th closes at 13:00
    assert when('every day at "15:45"', candles, "15m") == ["2024-11-27T20:30", "2024-11-29T17:30", "2024-12-02T20:30"]
    assert when('every day at "16:00"', candles, "15m") == ["2024-11-27T20:45", "2024-11-29T17:30", "2024-12-02T20:45"]


def without(candles: Candles, *opens: str) -> Candles:
    """The bars without those that open at some times."""
    gone = np.array(opens, dtype="M8[us]").astype(np.int64)
    return candles.rows(np.flatnonzero(~np.isin(candles.time, gone)))


def test_where_the_bar_of_a_clock_time_is_missing_the_next_of_the_session_fires_and_none_of_another_day() -> None:
    candles = intraday(1, "XNYS", "2024-11-27", 15, 6, 0.0, 0.0, "TEST")
    late = without(candles, "2024-11-27T20:30")
    assert when('every day at "15:45"', late, "15m") == ["2024-11-27T20:45", "2024-11-29T17:30", "2024-12-02T20:30"]
    none = without(candles, "2024-11-27T20:30", "2024-11-27T20:45")
    assert when('every day at "15:45"', none, "15m") == ["2024-11-29T17:30", "2024-12-02T20:30"]
    short = without(candles, "2024-11-29T17:30")
    assert when('every day at "15:45"', short, "15m") == ["2024-11-27T20:30", "2024-11-29T17:45", "2024-12-02T20:30"]


def test_the_first_bar_of_the_data_fires_only_if_it_is_open_at_the_clock_time() -> None:
    candles = intraday(1, "XNYS", "2024-11-27", 15, 1, 0.0, 0.0, "TEST")
    for first, fires in (("20:30", ["2024-11-27T20:30"]), ("20:45", [])):
        assert when('every day at "15:45"', candles.between(f"2024-11-27T{first}"), "15m") == fires


def test_a_clock_time_before_the_session_opens_never_comes() -> None:
    candles = intraday(1, "XNYS", "2024-11-27", 15, 6, 0.0, 0.0, "TEST")
    assert when('every day at "09:00"', candles, "15m") == []


@pytest.mark.parametrize("seed", range(6))
def test_a_clock_time_is_the_same_bar_by_bar_where_bars_are_missing(seed: int) -> None:
    candles = intraday(seed, ("XNYS", "FX", "24/7")[seed % 3], "2024-11-25", 15, 9, 0.3, 0.0, "TEST")
    program = compile_text(
        'apx 1\nstrategy "S"\ntrade "TEST" every 15m\nevery day at "15:45"\n  notify "now"\nevery day at "02:15"\n  notify "then"\n',
        load(),
    )
    whole = history(program, candles)
    assert_same_bits(whole, pushed(program, candles, 5), "schedule")
    assert_same_bits(whole, interpreted(program, candles), "schedule")
    assert max(column.max() for column in whole.values()) == 2.0


def test_a_schedule_follows_the_change_of_the_clock() -> None:
    candles = intraday(1, "XNYS", "2024-03-08", 30, 5, 0.0, 0.0, "TEST")
    assert when('every day at "10:00"', candles, "30m") == ["2024-03-08T14:30", "2024-03-11T13:30", "2024-03-12T13:30"]


def test_a_schedule_of_the_currency_week_uses_the_evening_before() -> None:
    candles = intraday(1, "FX", "2024-03-11", 60, 2, 0.0, 0.0, "TEST")
    assert when('every day at "18:00"', candles, "1h")[:2] == ["2024-03-10T21:00", "2024-03-11T21:00"]


def test_session_facts_begin_anew_with_each_session() -> None:
    candles = intraday(2, "XNYS", "2024-03-07", 60, 5, 0.0, 0.0, "TEST")
    first, last, age, opened, high, low = columns(
        "plot session.is_first_bar, session.is_last_bar, session.age, session.open, session.high, session.low", candles, "1h"
    )
    per_day = 7  # 9:30 to 16:00: six hours and a half one
    assert len(candles) % per_day == 0
    for start in range(0, len(candles), per_day):
        rows = slice(start, start + per_day)
        assert first[rows].tolist() == [1.0] + [0.0] * 6
        assert last[rows].tolist() == [0.0] * 6 + [1.0]
        assert age[rows].tolist() == list(range(per_day))
        assert opened[rows].tolist() == [candles.open[start]] * per_day
        assert high[rows].tolist() == np.maximum.accumulate(candles.high[rows]).tolist()
        assert low[rows].tolist() == np.minimum.accumulate(candles.low[rows]).tolist()


def test_an_unknown_high_makes_the_sessions_high_unknown_on_that_bar_alone() -> None:
    candles = intraday(2, "XNYS", "2024-03-07", 60, 2, 0.0, 0.0, "TEST")
    high = candles.high.copy()
    high[0] = np.nan
    holed = Candles.from_arrays(
        time=candles.time.astype("M8[us]"), open=candles.open, high=high, low=candles.low, close=candles.close, symbol="TEST"
    ).following("XNYS")
    (found,) = columns("plot session.high", holed, "1h")
    assert np.isnan(found[0])
    assert found[1] == candles.high[1]


def test_time_of_day_is_that_of_the_bars_open_in_the_zone_asked_for() -> None:
    candles = intraday(2, "XNYS", "2024-03-08", 60, 4, 0.0, 0.0, "TEST")
    own, tokyo, inside = columns(
        'plot time.hour, time.hour in "Asia/Tokyo", time is within "09:30-11:30" in "America/New_York"', candles, "1h"
    )
    assert own[:3].tolist() == [9.0, 10.0, 11.0]
    assert own[7:9].tolist() == [9.0, 10.0]  # the same in summer time
    assert tokyo[[0, 7]].tolist() == [23.0, 22.0]
    assert inside[:4].tolist() == [1.0, 1.0, 0.0, 0.0]


def test_daily_bars_keep_their_date_in_every_zone() -> None:
    candles = daily("2024-03-01", 5)
    weekday, day = columns("plot time.weekday, time.day", candles, "1d")
    assert weekday.tolist() == [5.0, 1.0, 2.0]
    assert day.tolist() == [1.0, 4.0, 5.0]


def test_hours_of_a_session_leave_out_the_bars_before_and_after() -> None:
    candles = intraday(2, "24/7", "2024-03-08", 30, 4, 0.0, 0.0, "BTC-USD")
    kept = in_session(candles, "09:30-16:00@America/New_York")
    opens = kept.time.astype("M8[us]").astype("M8[m]")
    assert str(opens[0]) == "2024-03-08T14:30"
    assert str(opens[13]) == "2024-03-11T13:30"  # summer time, and no weekend
    assert len(kept) == 2 * 13


def test_hours_end_with_a_half_day_and_keep_its_holidays() -> None:
    candles = intraday(2, "XNYS", "2024-11-27", 30, 6, 0.0, 0.0, "TEST")
    kept = in_session(candles, "10:00-15:00@America/New_York")
    days = np.unique(kept.time.astype("M8[us]").astype("M8[D]"), return_counts=True)
    assert [str(d) for d in days[0]] == ["2024-11-27", "2024-11-29", "2024-12-02"]
    assert days[1].tolist() == [10, 6, 10]  # the 29th closes at 13:00


@pytest.mark.parametrize("minutes", [15, 30, 60])
def test_nothing_is_held_over_night_with_flat(minutes: int) -> None:
    candles = intraday(6, "XNYS", "2024-11-25", minutes, 20, 0.0, 0.0, "TEST")
    text = f"""apx 1
strategy "Flat"
trade "TEST" every {minutes}m
settings
  commission 0.1%
  flat 1h before close
when close > open
  buy 10% of equity
when close < open
  short 10% of equity at limit close + 0.01
"""
    result = backtest(compile_text(text, load(), "flat").plan({}, 0.01, "backtest"), candles, instrument=Instrument(tick=0.01))
    trades = result.trades
    assert len(trades) > 20
    closed = trades[trades["exit_time"].notna()]
    assert len(trades) - len(closed) <= 1
    assert (closed["entry_time"].dt.date == closed["exit_time"].dt.date).all()  # sessions of New York lie within one day of UTC

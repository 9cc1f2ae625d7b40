"""Session calendars: exchanges with holidays and half days, the currency week, both changes of the clock, and which one is usual."""

from __future__ import annotations

import numpy as np
import pytest

from compiler.clocks import Length
from runtime.clocks.axis import buckets, schedule
from runtime.clocks.instruments import usual_calendar
from runtime.clocks.sessions import CalendarError, calendar, offsets, sessions_around


def micros(*moments: str) -> np.ndarray:  # type: ignore[type-arg]
    return np.array(moments, dtype="M8[us]").astype(np.int64)


def texts(times: np.ndarray) -> list[str]:  # type: ignore[type-arg]
    return [str(t) for t in times.astype("M8[us]").astype("M8[m]")]


def day(name: str, date: str) -> tuple[str, str]:
    """Open and close of the session of a day, UTC."""
    (at,) = micros(date)
    found = sessions_around(calendar(name), at, at)
    (k,) = found.on_day(np.array([at // 86_400_000_000]))
    opened, closed = texts(np.array([found.open[k], found.close[k]]))
    return opened, closed


@pytest.mark.parametrize(
    ("name", "date", "opened", "closed"),
    [
        ("XNYS", "2024-03-08", "2024-03-08T14:30", "2024-03-08T21:00"),  # winter time
        ("XNYS", "2024-03-11", "2024-03-11T13:30", "2024-03-11T20:00"),  # summer time, since the 10th
        ("XNYS", "2024-11-29", "2024-11-29T14:30", "2024-11-29T18:00"),  # the half day after Thanksgiving
        ("XNYS", "2024-11-28", "2024-11-29T14:30", "2024-11-29T18:00"),  # Thanksgiving itself: the next session
        ("XLON", "2024-03-28", "2024-03-28T08:00", "2024-03-28T16:30"),
        ("XLON", "2024-04-02", "2024-04-02T07:00", "2024-04-02T15:30"),  # summer time, after Easter
        ("FX", "2024-03-08", "2024-03-07T22:00", "2024-03-08T22:00"),
        ("FX", "2024-03-11", "2024-03-10T21:00", "2024-03-11T21:00"),  # the Sunday of the change
        ("FX", "2024-11-04", "2024-11-03T22:00", "2024-11-04T22:00"),
        ("FX", "2024-03-09", "2024-03-10T21:00", "2024-03-11T21:00"),  # no session on a Saturday
        ("24/7", "2024-03-09", "2024-03-09T00:00", "2024-03-10T00:00"),
        ("22:00-04:00@Europe/Berlin", "2024-06-12", "2024-06-11T20:00", "2024-06-12T02:00"),
    ],
)
def test_a_session_opens_and_closes_when_its_market_does(name: str, date: str, opened: str, closed: str) -> None:
    assert day(name, date) == (opened, closed)


def test_hours_count_from_the_open_and_end_with_the_session() -> None:
    times = micros("2024-03-11T13:30", "2024-03-11T16:30", "2024-03-11T17:30", "2024-03-11T19:30", "2024-11-29T17:30")
    bars = schedule(times, Length.parse("30m"), calendar("XNYS"))
    found = buckets(times, bars, Length.parse("4h"))
    assert texts(found.number) == ["2024-03-11T13:30"] * 2 + ["2024-03-11T17:30"] * 2 + ["2024-11-29T14:30"]
    assert texts(found.end) == ["2024-03-11T17:30"] * 2 + ["2024-03-11T20:00"] * 2 + ["2024-11-29T18:00"]


def test_a_bar_ends_with_its_session() -> None:
    times = micros("2024-03-11T19:30", "2024-11-29T17:30", "2024-03-11T12:00")
    bars = schedule(times, Length.parse("1h"), calendar("XNYS"))
    assert texts(bars.end) == ["2024-03-11T20:00", "2024-11-29T18:00", "2024-03-11T13:00"]  # the last opens before the session


def test_weeks_and_months_end_with_their_last_session() -> None:
    times = micros("2024-03-27", "2024-03-28", "2024-04-01", "2024-07-03")  # the 29th was Good Friday
    bars = schedule(times, Length.parse("1d"), calendar("XNYS"))
    assert texts(buckets(times, bars, Length.parse("1w")).end)[:2] == ["2024-03-28T20:00"] * 2
    ends = texts(buckets(times, bars, Length.parse("1mo")).end)
    assert ends == ["2024-03-28T20:00", "2024-03-28T20:00", "2024-04-30T20:00", "2024-07-31T20:00"]
    assert texts(buckets(times, bars, Length.parse("3mo")).end)[2:] == ["2024-06-28T20:00", "2024-09-30T20:00"]
    assert texts(bars.end)[3] == "2024-07-03T17:00"  # a half day


def test_a_bar_alone_is_placed_as_within_a_history() -> None:
    times = np.arange(*micros("2023-01-01", "2026-01-01"), 6 * 3_600_000_000)
    for name in ("XNYS", "FX", "24/7"):
        whole = schedule(times, Length.parse("1h"), calendar(name))
        label = whole.sessions.label[whole.session]
        for at in range(0, len(times), 97):
            alone = schedule(times[at : at + 1], Length.parse("1h"), calendar(name))
            assert alone.end[0] == whole.end[at]
            assert alone.sessions.label[alone.session[0]] == label[at]


def test_offsets_change_at_the_moment_the_clocks_do() -> None:
    times = micros("2024-03-10T06:59:59", "2024-03-10T07:00", "2024-11-03T05:59", "2024-11-03T06:00")
    assert (offsets(times, "America/New_York") // 3_600_000_000).tolist() == [-5, -4, -4, -5]
    assert (
        offsets(micros("2024-04-06T14:59", "2024-04-06T15:00", "2024-10-05T15:30"), "Australia/Lord_Howe") / 3.6e9
    ).tolist() == [11.0, 10.5, 11.0]


@pytest.mark.parametrize("name", ["NYSE", "", "XXXX", "09:30-16:00@Mars", "9-16@UTC"])
def test_a_calendar_that_does_not_exist_is_said(name: str) -> None:
    with pytest.raises(CalendarError, match="calendar"):
        calendar(name)


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("AAPL", "XNYS"), ("BRK.B", "XNYS"), ("NASDAQ:MSFT", "XNYS"), ("F", "XNYS"), ("EURUSD", "FX"), ("EUR/USD", "FX"), ("OANDA:GBP_JPY", "FX"),
        ("XAUUSD", "FX"), ("BTC/USDT", "24/7"), ("ETHUSDT.P", "24/7"), ("BTC-PERP", "24/7"), ("ETH-USD", "24/7"), ("SOLUSDT", "24/7"), ("", "24/7"),
        ("BINANCE:BTCUSDT", "24/7"), ("X1", "24/7"),
    ],
)  # fmt: skip
def test_the_usual_calendar_of_a_symbol(symbol: str, name: str) -> None:
    assert usual_calendar(symbol) == name


@pytest.mark.parametrize(
    ("name", "length", "opens", "end"),
    [
        ("24/7", "1w", "2024-03-03", "2024-03-10T00:00"),  # weeks that begin on a Sunday
        ("24/7", "1w", "2024-03-07", "2024-03-14T00:00"),  # and on a Thursday, as whole weeks since 1970 do
        ("24/7", "1w", "2024-03-04", "2024-03-11T00:00"),
        ("XNYS", "1w", "2024-03-03", "2024-03-08T21:00"),  # a Sunday before the first session
        ("XNYS", "1w", "2024-02-20", "2024-02-23T21:00"),  # a Tuesday after a holiday
        ("24/7", "3mo", "2024-02-01", "2024-05-01T00:00"),  # quarters of another year than the calendar's
        ("24/7", "1mo", "2024-02-01", "2024-03-01T00:00"),
        ("XNYS", "1mo", "2024-06-01", "2024-06-28T20:00"),  # a Saturday before the first session
    ],
)
def test_a_bar_of_weeks_or_months_is_not_complete_before_its_own_span_is_over(
    name: str, length: str, opens: str, end: str
) -> None:
    assert texts(schedule(micros(opens), Length.parse(length), calendar(name)).end) == [end]

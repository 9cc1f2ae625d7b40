"""What the page about time says in words, and its examples do not show."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from runtime.clocks.instruments import usual_calendar
from runtime.clocks.sessions import calendar, sessions_around
from runtime.data.arrays import Floats
from tests.generators.sessions import session_times

PAGE = (Path(__file__).parents[2] / "docs" / "language" / "time.md").read_text(encoding="utf-8")
HEAD = 'apx 1\nstrategy "T"\ntrade "AAPL" every {every}\nsettings\n  commission 0%\n  capital 10_000 USD\n'


def candles(times: object, close: list[float], symbol: str = "AAPL", **others: list[float]) -> apx.Candles:
    columns = {name: others.get(name, close) for name in ("open", "high", "low", "close")}
    found = np.asarray(times, dtype="M8[us]")
    return apx.Candles.from_arrays(time=found, volume=[1.0] * len(close), symbol=symbol, **columns)


def computed(every: str, lines: str, bars: apx.Candles) -> dict[str, Floats]:
    found = apx.compile(HEAD.format(every=every) + lines).run(bars)
    return {name: np.asarray(found[name]) for name in found}


def hours(day: str, first: str, count: int) -> list[np.datetime64]:
    return [np.datetime64(f"{day}T{first}") + np.timedelta64(i, "h") for i in range(count)]


@pytest.mark.parametrize(
    ("symbols", "name"),
    re.findall(r"(?m)^\| [^|]*?((?:`[A-Z][A-Z.\-/]+`(?:, )?)+) \| `([^`]+)` \|$", PAGE),
    ids=lambda text: str(text),
)
def test_a_symbol_of_the_table_has_the_calendar_it_says(symbols: str, name: str) -> None:
    for symbol in re.findall(r"`([^`]+)`", symbols):
        assert usual_calendar(symbol) == name
    assert usual_calendar("") == usual_calendar("ES1!") == "24/7"


def test_names_are_computed_on_the_longer_bars_too() -> None:
    bars = candles(hours("2024-07-02", "13:30", 7), [1.0, 2, 3, 4, 5, 6, 7], open=[1.0, 1, 2, 3, 4, 5, 6])
    found = computed(
        "1h",
        "let step = close - open\nlet all = step on 4h\nlet same = (close - open) on 4h\nlet other = close - open on 4h\n",
        bars,
    )
    assert found["all"][3] == found["same"][3] == 3
    assert found["other"][3] == 4 - 1  # this bar's close, the longer bar's open


def test_data_that_begin_inside_a_longer_bar_count_as_it_is() -> None:
    bars = candles(hours("2024-07-02", "15:30", 3), [3.0, 4, 5])
    found = computed("1h", "let first = open on 4h\n", bars)["first"]
    assert np.isnan(found[0])
    assert found[1] == 3


def test_an_unknown_part_makes_that_price_unknown_and_no_other() -> None:
    nan = float("nan")
    bars = candles(hours("2024-07-02", "13:30", 4), [1.0, 2, 3, 4], high=[1.0, nan, 3, 4])
    found = computed("1h", "let top = high on 4h\nlet last = close on 4h\n", bars)
    assert np.isnan(found["top"][3])
    assert found["last"][3] == 4


def test_quarters_are_built_of_months_and_a_week_ends_with_its_last_session() -> None:
    times = session_times("XNYS", "2024-03-25", 390, 14)
    bars = candles(times.astype("M8[us]").astype("M8[D]"), [float(i + 1) for i in range(len(times))])
    found = computed("1d", "let quarter = close on 3mo\nlet week = close on 1w\n", bars)
    days = bars.time.astype("M8[us]").astype("M8[D]").astype(str).tolist()
    good_friday = days.index("2024-03-28")  # the Thursday before closes week, month and quarter
    assert found["quarter"][good_friday] == found["week"][good_friday] == good_friday + 1
    assert np.isnan(found["quarter"][good_friday - 1])


def test_the_currency_week_has_five_sessions_from_five_to_five_in_new_york() -> None:
    first = int(np.datetime64("2024-07-07T21:00", "us").astype(np.int64))
    sessions = sessions_around(calendar("FX"), first, first)
    at = int(sessions.holding(np.array([first]))[0])
    opened, closed = sessions.open[at : at + 6].astype("M8[us]"), sessions.close[at : at + 6].astype("M8[us]")
    assert str(opened[0]) == "2024-07-07T21:00:00.000000"  # Sunday 17:00 in New York
    assert str(closed[4]) == "2024-07-12T21:00:00.000000"
    assert str(opened[5]) == "2024-07-14T21:00:00.000000"


def test_daily_bars_keep_their_date_in_every_zone() -> None:
    bars = candles(["2024-07-01", "2024-07-02", "2024-07-03"], [1.0, 2, 3])
    found = computed(
        "1d", 'let day = time.day\nlet tokyo = time.day in "Asia/Tokyo"\nlet west = time.day in "America/Los_Angeles"\n', bars
    )
    assert [list(column) for column in found.values()] == [[1, 2, 3]] * 3


def test_hours_over_midnight() -> None:
    bars = candles(hours("2024-07-02", "20:00", 8), [1.0] * 8, symbol="BTCUSD")
    found = computed("1h", 'let late = time is within "22:00-02:00"\n', bars)["late"]
    assert list(found) == [0, 0, 1, 1, 1, 1, 0, 0]


def trades(every: str, rule: str, bars: apx.Candles) -> list[str]:
    program = apx.compile(HEAD.format(every=every) + f"  pyramiding 9\n{rule}\n  buy 1 share\n")
    return [str(time) for time in apx.backtest(program, bars, tick=0.01).trades["entry_time"]]


DAILY = candles(
    np.arange("2024-07-24", "2024-08-14", dtype="M8[D]")[np.is_busday(np.arange("2024-07-24", "2024-08-14", dtype="M8[D]"))],
    [10.0] * 15,
)


@pytest.mark.parametrize(
    ("schedule", "filled"),
    [
        ("month end", ["2024-08-01"]),  # fires on the last session of July
        ("month start", ["2024-08-02"]),  # the first bar of the data begins no month
        ("week end", ["2024-07-29", "2024-08-05", "2024-08-12"]),
        ("week start", ["2024-07-30", "2024-08-06", "2024-08-13"]),
        ("week end where time.day > 5", ["2024-07-29", "2024-08-12"]),
    ],
)
def test_a_schedule_on_daily_bars_fills_on_the_next_bar(schedule: str, filled: list[str]) -> None:
    assert [time[:10] for time in trades("1d", f"every {schedule}", DAILY)] == filled


def test_a_clock_time_whose_bar_is_missing_fires_on_the_next_bar_of_the_session() -> None:
    quarters = [np.datetime64("2024-07-02T13:30") + np.timedelta64(15 * i, "m") for i in range(8)]
    rule = 'every day at "10:30"'
    assert [time[:16].replace("T", " ") for time in trades("15m", rule, candles(quarters, [10.0] * 8))] == ["2024-07-02 14:30"]
    del quarters[3]
    assert trades("15m", rule, candles(quarters, [10.0] * 7)) == ["2024-07-02 14:45:00+00:00"]


def test_a_stream_takes_the_candles_of_other_instruments_with_each_push() -> None:
    program = apx.compile(HEAD.format(every="1h") + 'let other = close from "SPY"\n')
    stream = program.stream(0.01, "XNYS", {"SPY": "XNYS"})
    bar = {"time": "2024-07-02T13:30", "open": 1, "high": 1, "low": 1, "close": 1, "volume": 1}
    assert np.isnan(stream.push(bar)["other"])
    later = {**bar, "time": "2024-07-02T14:30"}
    assert stream.push(later, {"SPY": [{**bar, "close": 5, "high": 5}]})["other"] == 5


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("E0408", 'apx 1\nstrategy "T"\nplot close on 1w\n'),
        *(("E0409", HEAD.format(every="1h") + f"plot close on {length}\n") for length in ("30m", "90m", "2d", "2w", "24h")),
        ("E0410", HEAD.format(every="1h") + "plot account.equity on 4h\n"),
        ("E0410", HEAD.format(every="1h") + 'plot position.size from "SPY"\n'),
        ("E0411", HEAD.format(every="1h") + 'plot time is within "9-16"\n'),
        ("E0411", HEAD.format(every="1h") + 'plot time.hour in "Nowhere"\n'),
        ("E0412", HEAD.format(every="15m") + 'every day at "10:20"\n  exit position\n'),
        ("E0412", HEAD.format(every="1d") + 'every day at "10:00"\n  exit position\n'),
        ("E0412", HEAD.format(every="1d on session \"09:30-16:00\"")),
        ("E0412", HEAD.format(every="1h") + "  flat 30m before close\n"),
    ],
)  # fmt: skip
def test_what_the_page_says_is_refused_is_refused_under_that_code(code: str, text: str) -> None:
    from compiler.pipeline import check
    from stdlib.library import load

    assert code in {d.code for d in check(text, load(), "t.apx").diagnostics}

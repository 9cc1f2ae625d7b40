"""The made bars are what their script makes, and trades on them keep to the hours that their programs name."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from examples.data.make import FEEDS, text
from runtime.result import TRADE_FIELDS
from tests.examples.feeds import MADE, bars_of, made_file
from tests.examples.programs import FOLDER
from tests.examples.test_examples import traded

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")
HALF_DAYS = (date(2024, 11, 29), date(2024, 12, 24))


def trades(name: str) -> list[dict[str, object]]:
    rows = list(traded(FOLDER / f"{name}.apx").run.trade_rows())
    assert len(rows) >= 10
    assert tuple(rows[0]) == TRADE_FIELDS
    return rows


def at(value: object, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(str(value)).astimezone(zone)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_made_bars_are_what_the_script_makes(feed) -> None:  # type: ignore[no-untyped-def]
    path = FOLDER / "data" / f"{feed.name}.csv"
    assert path.read_text(encoding="utf-8") == text(feed)
    assert path.stat().st_size <= 250_000


def test_every_file_of_made_bars_has_its_symbol() -> None:
    assert {Path(made_file(symbol)) for symbol in MADE} == set((FOLDER / "data").glob("*.csv"))
    assert not any(bars_of(symbol).repairs for symbol in MADE if symbol != "SPY")


def test_made_days_hold_half_days_and_a_change_of_the_clock() -> None:
    moments = [datetime.fromtimestamp(t / 1e6, UTC).astimezone(NEW_YORK) for t in bars_of("SPY").time.tolist()]
    last = {moment.date(): moment.time() for moment in moments}
    first = {moment.date(): moment.time() for moment in reversed(moments)}
    assert set(first.values()) == {time(9, 30)}
    assert {day for day, closed in last.items() if closed == time(12, 55)} == set(HALF_DAYS)
    assert {closed for day, closed in last.items() if day not in HALF_DAYS} == {time(15, 55)}
    assert len({moment.utcoffset() for moment in moments}) == 2


@pytest.mark.parametrize(
    ("name", "minutes"),
    [("quiet_day", 15), ("opening_range", 15), ("session_breakout", 10), ("gap_fade", 15), ("vwap_return", 30)],
)
def test_nothing_is_held_over_night_and_flat_is_so_long_before_the_close(name: str, minutes: int) -> None:
    for trade in trades(name):
        entered, left = at(trade["entry_time"]), at(trade["exit_time"])
        close = 13 * 60 if entered.date() in HALF_DAYS else 16 * 60
        assert left.date() == entered.date()
        assert left.hour * 60 + left.minute <= close - minutes


def test_a_quiet_day_swung_less_than_the_five_before_it() -> None:
    """The swing of each day from its prices: the root of the summed squares of its bars' moves, the first from the close of the day before."""
    bars = bars_of("SPY")
    swings: dict[date, float] = {}
    for i, t in enumerate(bars.time.tolist()):
        day = datetime.fromtimestamp(t / 1e6, UTC).date()
        move = math.log(bars.close[i] / bars.close[i - 1]) if i else math.nan
        swings[day] = swings.get(day, 0.0) + move * move
    days = sorted(swings)
    for trade in trades("quiet_day"):
        entered = at(trade["entry_time"])
        assert entered.time() == time(10, 35)
        before = [math.sqrt(swings[day]) for day in days[days.index(entered.date()) - 5 : days.index(entered.date())]]
        assert before[-1] < sum(before) / 5


def test_an_opening_range_is_left_within_its_half_hour_and_traded_once_a_day() -> None:
    """The bars of 09:30 to 09:55 make the range; the bar of 10:00 is the first that may break it, so 10:05 the first fill."""
    days = []
    for trade in trades("opening_range"):
        entered = at(trade["entry_time"])
        assert time(10, 5) <= entered.time() <= time(14, 0)
        days.append(entered.date())
    assert len(set(days)) == len(days)


def test_the_opening_range_is_that_of_the_prices() -> None:
    bars = bars_of("SPY")
    by_day: dict[date, list[int]] = {}
    for i, t in enumerate(bars.time.tolist()):
        by_day.setdefault(datetime.fromtimestamp(t / 1e6, UTC).date(), []).append(i)
    for trade in trades("opening_range"):
        entered = datetime.fromisoformat(str(trade["entry_time"]))
        rows = by_day[entered.date()]
        top, bottom = bars.high[rows[:6]].max(), bars.low[rows[:6]].min()
        signal = next(i for i in rows if bars.time[i] == int(entered.timestamp()) * 1_000_000) - 1
        if trade["side"] == "long":
            assert bars.close[signal] > top >= bars.close[signal - 1]
            assert trade["entry_price"] == pytest.approx(bars.open[signal + 1] + 0.01)
        else:
            assert bars.close[signal] < bottom <= bars.close[signal - 1]
            assert trade["entry_price"] == pytest.approx(bars.open[signal + 1] - 0.01)


def test_a_gap_is_faded_on_the_second_bar_against_its_side_and_left_by_noon() -> None:
    bars = bars_of("SPY")
    at_time = {t: i for i, t in enumerate(bars.time.tolist())}
    for trade in trades("gap_fade"):
        assert at(trade["entry_time"]).time() == time(9, 35)
        assert at(trade["exit_time"]).time() <= time(12, 0)
        first = at_time[int(datetime.fromisoformat(str(trade["entry_time"])).timestamp()) * 1_000_000] - 1
        gap = bars.open[first] / bars.close[first - 1] - 1
        assert 0.003 <= abs(gap) <= 0.012
        assert trade["side"] == ("short" if gap > 0 else "long")


def test_over_night_is_bought_at_a_quarter_to_the_close_or_a_bar_before_on_half_days() -> None:
    for trade in trades("overnight_hold"):
        entered, left = at(trade["entry_time"]), at(trade["exit_time"])
        assert entered.time() == (time(12, 55) if entered.date() in HALF_DAYS else time(15, 45))
        assert left.time() == time(9, 40)
        assert left.date() > entered.date()


def test_london_trades_begin_at_nine_and_end_by_six_in_london() -> None:
    """The bar of 08:00 closes at 09:00, where its order fills; the first bar outside the hours closes at 18:00."""
    for trade in trades("london_hours"):
        entered, left = at(trade["entry_time"], LONDON), at(trade["exit_time"], LONDON)
        assert entered.time() == time(9, 0)
        assert left.date() == entered.date()
        assert left.time() <= time(18, 0)


def test_no_trade_of_the_asian_range_is_held_over_a_week_end() -> None:
    for trade in trades("asian_range"):
        assert at(trade["exit_time"]).isocalendar()[:2] == at(trade["entry_time"]).isocalendar()[:2]

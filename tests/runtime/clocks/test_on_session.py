"""`on session`: every way to run a program keeps the same bars, on the days of the exchange and no longer than it trades."""

from __future__ import annotations

import numpy as np
import pytest

import apextrade
from compiler.pipeline import compile_text
from runtime.backtest import signals
from runtime.candles import Candles
from runtime.clocks.reading import in_session
from runtime.clocks.sessions import CalendarError, calendar, within
from runtime.data.problems import DataError
from runtime.feeds import FeedError
from runtime.kernel import StateMismatch
from stdlib.library import load
from tests.generators.sessions import intraday

HEAD = 'apx 1\nstrategy "S"\ntrade "AAPL" every 30m on session "09:30-16:00" in "America/New_York"\n'
COSTS = "settings\n  capital 10_000 USD\n  commission 0%\n  slippage 0%\n"


def thanksgiving(calendar_: str = "XNYS", symbol: str = "AAPL") -> Candles:
    """Half hours of 27 November to 3 December 2024; the 28th is a holiday and the 29th closes at 13:00."""
    return intraday(1, "XNYS", "2024-11-27", 30, 7, 0.0, 0.0, symbol).following(calendar_)


def stamps(times: np.ndarray) -> list[str]:  # type: ignore[type-arg]
    return [str(t) for t in np.asarray(times).astype("M8[us]").astype("M8[m]")]


def test_the_hours_of_a_session_end_with_the_exchange_on_a_half_day() -> None:
    candles = thanksgiving()
    found = signals(compile_text(HEAD + "plot session.is_last_bar\n", load()).plan(), in_session(candles, HOURS))
    (last,) = found.values()
    assert stamps(in_session(candles, HOURS).time[last == 1.0])[:3] == [
        "2024-11-27T20:30",
        "2024-11-29T17:30",
        "2024-12-02T20:30",
    ]


HOURS = "09:30-16:00@America/New_York"


def test_flat_before_the_close_holds_nothing_over_the_night_of_a_half_day() -> None:
    program = HEAD + COSTS + "  flat 30m before close\nwhen session.is_first_bar\n  buy 1 shares\n"
    for text in (program, program.replace(' on session "09:30-16:00" in "America/New_York"', "")):
        trades = apextrade.backtest(text, thanksgiving()).trades
        entries, exits = (trades[column].dropna() for column in ("entry_time", "exit_time"))
        assert stamps(exits.dt.tz_localize(None).to_numpy())[1] == "2024-11-29T17:30"
        assert [t.date() for t in entries[: len(exits)]] == [t.date() for t in exits]


def test_hours_after_the_early_close_have_no_session_on_a_half_day() -> None:
    days = within("14:00-16:00", calendar("XNYS")).sessions(20_054, 20_059)  # 27 November to 2 December 2024
    assert stamps(days.open) == ["2024-11-27T19:00", "2024-12-02T19:00"]


def test_a_session_without_any_bar_is_said() -> None:
    program = apextrade.compile('apx 1\nstrategy "S"\ntrade "AAPL" every 30m on session "02:00-03:00"\nplot close\n')
    for run in (program.signals if hasattr(program, "signals") else program.run, lambda c: apextrade.backtest(program, c)):
        with pytest.raises(DataError, match=r"No bar of AAPL opens within 02:00-03:00 in America/New_York"):
            run(thanksgiving())


def test_candles_without_a_name_follow_the_programs_symbol_however_they_are_run() -> None:
    text = 'apx 1\nstrategy "S"\ntrade "AAPL" every 30m\nlet day = close on 1d\nplot session.is_last_bar "last"\n'
    program, candles = apextrade.compile(text), thanksgiving("", "")
    run, interpreted = program.run(candles), apextrade.interpret(program, candles)
    stream = program.stream()
    pushed = [stream.push(c) for c in rows(candles)]
    expected = program.run(thanksgiving())
    for name in expected:
        np.testing.assert_array_equal(run[name], expected[name])
        np.testing.assert_array_equal(interpreted[name], expected[name])
        np.testing.assert_array_equal([step[name] for step in pushed], expected[name])


def rows(candles: Candles) -> list[dict[str, float]]:
    names = ("time", "open", "high", "low", "close", "volume")
    return [dict(zip(names, values, strict=True)) for values in zip(*(getattr(candles, n).tolist() for n in names), strict=True)]


def test_why_explains_the_run_of_the_backtest() -> None:
    text = HEAD.replace("09:30-16:00", "09:30-11:00") + COSTS + "when session.is_last_bar\n  buy 1 shares\n"
    candles = thanksgiving()
    entered = apextrade.backtest(text, candles).trades["entry_time"]
    assert stamps(entered.dt.tz_localize(None).to_numpy())[0] == "2024-11-29T14:30"
    found = apextrade.compile(text).why(candles, "2024-11-27T15:30")
    assert (found.bar, found.bars) == (2, 12)
    assert found.rules[0].truth == 2
    with pytest.raises(DataError, match="There is no bar"):
        apextrade.compile(text).why(candles, "2024-11-27T18:00")


def test_the_bars_of_a_test_open_in_the_hours_of_the_session() -> None:
    block = """
test "three bars a day"
  given close = [1, 2, 3, 4, 5, 6, 7]
  expect session.age at bar 2 is 2
  expect session.age at bar 3 is 0
  expect time.hour at bar 4 is 10
  expect session.is_last_bar at bar 5 is true
"""
    text = HEAD.replace("09:30-16:00", "09:30-11:00") + "let age = session.age\nplot age\n" + block
    (result,) = apextrade.compile(text).test()
    assert result.passed, (result.error, result.failures)


def test_a_push_that_is_refused_changes_nothing() -> None:
    program = apextrade.compile('apx 1\nstrategy "S"\ntrade "AAPL" every 30m\nlet other = close from "SPY"\n')
    bars = rows(thanksgiving())
    stream, other = program.stream(), program.stream()
    stream.push(bars[0], {"SPY": bars[:1]})
    other.push(bars[0], {"SPY": bars[:1]})
    before = stream.save()
    for beside, said in (
        ({"SPY": [bars[1], bars[0]]}, "Candles come in order"),
        ({"SPY": [bars[1]], "spy": [bars[1]]}, 'reads no `from "spy"`; it reads SPY'),
    ):
        with pytest.raises(FeedError, match=said):
            stream.push(bars[1], beside)
        assert stream.save() == before
    assert stream.push(bars[1], {"SPY": bars[1:2]})["other"] == other.push(bars[1], {"SPY": bars[1:2]})["other"]


def test_a_stream_is_not_restored_into_another_calendar() -> None:
    program = apextrade.compile('apx 1\nstrategy "S"\ntrade "AAPL" every 30m\nlet day = close on 1d\n')
    stream = program.stream(0.01, "XNYS")
    stream.push(rows(thanksgiving())[0])
    saved = stream.save()
    program.stream(0.01, "XNYS").restore(saved)
    with pytest.raises(StateMismatch, match="follows the calendar XNYS; this one 24/7"):
        program.stream(0.01, "24/7").restore(saved)


def test_bars_of_seconds_are_not_read_beside_others() -> None:
    times = np.datetime64("2024-11-27T15:00", "us") + np.arange(6) * np.timedelta64(30, "s")
    close = np.arange(100.0, 106.0)
    candles = Candles.from_arrays(time=times, open=close, high=close, low=close, close=close, symbol="AAPL")
    program = apextrade.compile('apx 1\nstrategy "S"\nlet other = close from "SPY"\n')
    with pytest.raises(FeedError, match="not known"):
        program.run(candles.with_others({"SPY": candles}))


def test_a_calendar_that_ends_with_its_year_serves_that_year_and_is_not_guessed_beyond() -> None:
    text = 'apx 1\nstrategy "S"\ntrade "A" every 1d\nlet last = session.is_last_bar\n'
    from exchange_calendars import get_calendar

    end = np.datetime64(type(get_calendar("XSHG")).bound_max().date())
    program = compile_text(text, load())

    def run(first: np.datetime64) -> object:
        days = first + np.arange(3)
        price = np.full(3, 10.0)
        candles = Candles.from_arrays(time=days, open=price, high=price, low=price, close=price, symbol="A").following("XSHG")
        return signals(program.plan(), candles)["last"]

    assert np.all(run(end - 30) == 1.0)
    with pytest.raises(CalendarError, match="does not know the sessions"):
        run(end + 3)


def test_an_instrument_of_the_run_is_read_from_by_the_others() -> None:
    program = 'apx 1\nstrategy "S"\ntrade "AAPL", "MSFT" every 30m\nlet other = close from "MSFT"\n'
    candles, other = thanksgiving(), intraday(2, "XNYS", "2024-11-27", 30, 7, 0.0, 0.0, "MSFT")
    found = apextrade.compile(program).run({"AAPL": candles, "MSFT": other})
    np.testing.assert_array_equal(found["AAPL"]["other"], other.close)
    np.testing.assert_array_equal(found["MSFT"]["other"], other.close)

"""The bars of a run on the program's own clock, where those given are shorter."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from apextrade import backtest, interpret
from apextrade import compile as compile_program
from runtime.candles import Candles
from runtime.clocks.base_bars import on_base_clock
from runtime.clocks.reading import Reading
from runtime.data.problems import DataError
from tests.generators.sessions import intraday

PARTS = ("time", "open", "high", "low", "close", "volume")
HOURLY = """apx 1
strategy "H"
trade "AAPL" every 1h
settings
  capital 10_000 USD
  commission 0.1%
let four = close on 4h
let here = sma(close, 5) on 1h
let up = count_inside((close > open) on 15m)
when close > close[1]
  buy 10 shares
when close < close[1]
  exit position
"""


def quarters(missing: float = 0.0, follows: str = "XNYS", seed: int = 3) -> Candles:
    return intraday(seed, follows, "2024-03-05", 15, 12, missing, 0.0, "AAPL")


def same(a, b) -> None:  # type: ignore[no-untyped-def]
    assert list(a) == list(b)
    for name in a:
        np.testing.assert_array_equal(a[name], b[name], name)


def test_shorter_bars_are_put_together_and_stay_inside() -> None:
    given = quarters()
    built, longer = on_base_clock(given, "1h"), Reading.of(given, "").longer("1h").candles
    assert built.timeframe == 3_600
    for name in PARTS:
        np.testing.assert_array_equal(getattr(built, name), getattr(longer, name))
    assert built.finer is not None
    np.testing.assert_array_equal(built.finer.time, given.time)
    assert on_base_clock(built, "1h") is built


def test_a_run_on_them_is_the_run_on_the_bars_they_make() -> None:
    program, given = compile_program(HOURLY), quarters()
    hours = Reading.of(given, "").longer("1h").candles
    same(program.run(given), program.run(hours, detail=given))
    same(program.run(given), interpret(program, given))
    from_quarters, from_hours = backtest(program, given), backtest(program, hours, detail=given)
    assert from_quarters.trades.equals(from_hours.trades)
    assert len(from_quarters.trades) > 3
    assert [w for w in from_quarters.warnings if "were built" in w] == [
        "The bars given are of 15m; the program's, of 1h, were built from them."
    ]
    assert not any("were built" in w for w in from_hours.warnings)


def test_a_bar_begins_by_schedule_although_its_first_part_is_missing() -> None:
    given = quarters()
    built = on_base_clock(given.rows(np.delete(np.arange(len(given)), [0, 4])), "1h")
    np.testing.assert_array_equal(built.time, on_base_clock(given, "1h").time)


@pytest.mark.parametrize("follows", ["XNYS", "FX", "24/7"])
@pytest.mark.parametrize("every", ["1h", "4h", "1d", "1w"])
def test_their_ends_are_those_of_the_calendar_whatever_is_missing(follows: str, every: str) -> None:
    """A bar is complete when the longer bar of the schedule is, so that nothing later is seen beside it."""
    given = quarters(0.3, follows)
    built = on_base_clock(given, every)
    own = Reading.of(given, "").longer(every)
    ends = own.axis.instant[: len(built)]
    np.testing.assert_array_equal(Reading.of(built, every).schedule.end, ends)


def test_a_last_bar_that_is_not_complete_is_left_out() -> None:
    given = quarters()
    whole = on_base_clock(given, "1h")
    for parts in (1, 2, 3):
        cut = on_base_clock(given.rows(slice(0, 8 + parts)), "1h")
        np.testing.assert_array_equal(cut.time, whole.time[:2])


def test_longer_bars_than_the_programs_are_left_and_no_whole_number_is_refused() -> None:
    day = Reading.of(quarters(), "").longer("1d").candles
    assert on_base_clock(day, "1h") is day
    with pytest.raises(DataError, match="can't be built from bars of 15m"):
        on_base_clock(quarters(), "20m")


def test_another_instrument_beside_them_is_put_together_too() -> None:
    program = compile_program('apx 1\nstrategy "B"\ntrade "AAPL" every 1h\nplot sma(close, 3) from "SPY"\n')
    other = intraday(9, "XNYS", "2024-03-05", 15, 12, 0.0, 0.0, "SPY")
    hours = Reading.of(other, "").longer("1h").candles
    given = quarters()
    same(program.run(given.with_others({"SPY": other})), program.run(given.with_others({"SPY": hours})))


def test_fills_look_into_the_bars_that_they_were_built_from() -> None:
    found = backtest(compile_program(HOURLY), quarters(), fills="detail 15m")
    assert not any("finer bars" in w for w in found.warnings)


def test_several_instruments_are_put_together_each() -> None:
    text = HOURLY.replace('"AAPL"', '"AAPL", "MSFT"')
    given = {"AAPL": quarters(), "MSFT": intraday(8, "XNYS", "2024-03-05", 15, 12, 0.0, 0.0, "MSFT")}
    program = compile_program(text)
    found = program.run(given)
    for symbol, bars in given.items():
        np.testing.assert_array_equal(found[symbol].time, on_base_clock(bars, "1h").time)
    said = [w for w in backtest(program, given).warnings if "were built" in w]
    assert len(said) == 1


@pytest.mark.parametrize("missing", [0.0, 0.3])
@pytest.mark.parametrize(("every", "minutes"), [("1h", 60), ("4h", 240), ("30m", 30)])
def test_bars_before_and_after_a_session_make_bars_of_their_own(every: str, minutes: int, missing: float) -> None:
    """Against a dictionary: no bar begins twice, none lies in two sessions, and no volume is lost or counted twice."""
    given = replace(intraday(5, "24/7", "2024-07-01", 15, 9, missing, 0.0, "AAPL"), calendar="XNYS")
    sessions = [
        (datetime(2024, 7, day, 13, 30, tzinfo=UTC), datetime(2024, 7, day, 17 if day == 3 else 20, tzinfo=UTC))
        for day in (1, 2, 3, 5, 8, 9, 10)
    ]
    length, volumes = timedelta(minutes=minutes), dict[datetime, float]()
    for time, volume in zip(given.time.tolist(), given.volume.tolist(), strict=True):
        moment = datetime.fromtimestamp(time / 1e6, UTC)
        at = next(i for i, (_, closes) in enumerate(sessions) if moment < closes)
        opens = sessions[at][0]
        start = opens + (moment - opens) // length * length
        if at and start < sessions[at - 1][1]:
            start += length
        volumes[start] = volumes.get(start, 0.0) + volume
    built = on_base_clock(given, every)
    assert (np.diff(built.time) > 0).all()
    whole = len(built)
    assert len(volumes) - whole <= 1
    assert built.time.tolist() == [int(start.timestamp() * 1e6) for start in list(volumes)[:whole]]
    np.testing.assert_allclose(built.volume, list(volumes.values())[:whole], rtol=1e-12)
    own = Reading.of(given, "").longer(every)
    np.testing.assert_array_equal(own.candles.volume[:whole], built.volume)
    assert (
        own.axis.instant[:-1] <= np.append(built.time, 2**62)[1 : len(own.axis.instant)]
    ).all()  # complete before the next opens


def test_fills_look_into_the_bars_of_several_instruments_that_they_were_built_from() -> None:
    text = HOURLY.replace('"AAPL"', '"AAPL", "MSFT"').replace(
        "buy 10 shares", "buy 10 shares\n    stop loss at 0.3%\n    take profit at 0.3%"
    )
    given = {"AAPL": quarters(), "MSFT": intraday(8, "XNYS", "2024-03-05", 15, 12, 0.0, 0.0, "MSFT")}
    program = compile_program(text)
    found, named = backtest(program, given, fills="detail 15m"), backtest(program, given, fills="detail 15m", detail=given)
    assert not any("finer bars" in w for w in found.warnings)
    assert found.trades.equals(named.trades)
    assert not found.trades.equals(backtest(program, given).trades)

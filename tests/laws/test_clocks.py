"""The laws across clocks and instruments: sessions, longer bars, bars that are missing, other instruments out of step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.candles import Candles
from runtime.clocks import reading
from runtime.clocks.axis import Buckets, Groups, Rows, Schedule, groups
from runtime.clocks.inside import Spans, spans
from runtime.data.arrays import Micros
from tests.examples.feeds import bars_of
from tests.generators.programs import programs
from tests.generators.sessions import Desk, desks
from tests.laws.clocks import history, interpreted, pushed
from tests.laws.running import Columns, assert_same_bits, compiled
from tests.oracle.test_against_naive_inside import compared as compared_inside
from tests.oracle.test_against_naive_resampler import compared

SLOWER = ("1h", "4h", "1d", "1w", "1mo")
PROGRAMS = programs(orders=False, depth=2, every="30m", slower=SLOWER, others=("OTHER",))
TRADING = programs(orders=True, depth=2, every="30m", slower=SLOWER, others=("OTHER",))
CALENDAR = """
plot session.high, session.low, session.open, session.age, session.is_first_bar, session.is_last_bar
plot time.hour, time.minute in "Asia/Tokyo", time.weekday on 1d, time is within "14:00-20:30" in "America/New_York"
plot time on 4h, session.high on 1d, (close from "OTHER") on 4h, close on 1d from "OTHER", (close on 1mo) on 1w
"""


@given(text=PROGRAMS, desk=desks(30))
def test_history_interpreter_and_stream_give_the_same_bits(text: str, desk: Desk) -> None:
    program, candles = compiled(text + CALENDAR), desk.candles()
    whole = history(program, candles)
    assert_same_bits(whole, interpreted(program, candles), text)
    assert_same_bits(whole, pushed(program, candles), text)


@given(text=TRADING, desk=desks(30, days=6), chunk=st.integers(1, 60), save=st.integers(1, 50))
def test_programs_that_trade_give_the_same_bits_in_any_chunks_and_after_any_restore(
    text: str, desk: Desk, chunk: int, save: int
) -> None:
    text = text.replace(" at this close", " at next open")  # which no stream takes
    program, candles = compiled(text), desk.candles()
    whole = history(program, candles)
    assert_same_bits(whole, history(program, candles, chunk), text)
    assert_same_bits(whole, pushed(program, candles, save), text)


@given(text=PROGRAMS, desk=desks(30), cut=st.floats(0.05, 0.95), gone=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_changing_the_future_of_any_instrument_changes_nothing_before_it(
    text: str, desk: Desk, cut: float, gone: bool, seed: int
) -> None:
    """The future may bring other prices, or no bars at all for a while."""
    program, candles = compiled(text + CALENDAR.replace("session.is_last_bar", "session.is_first_bar")), desk.candles()
    at = max(1, int(cut * len(candles)))
    moment = int(candles.time[at - 1])
    other = candles.beside["OTHER"]
    changed = another_future(candles, moment, gone, seed).with_others({"OTHER": another_future(other, moment, gone, seed + 1)})
    before, after = (first_rows(history(program, c), at) for c in (candles, changed))
    assert_same_bits(before, after, text)


def first_rows(columns: Columns, rows: int) -> Columns:
    return {name: column[:rows] for name, column in columns.items()}


def another_future(candles: Candles, moment: int, gone: bool, seed: int) -> Candles:
    """The candles with everything that opens after a moment changed, or half of it missing."""
    later = candles.time > moment
    if gone:
        keep = ~later | (np.random.default_rng(seed).random(len(candles)) < 0.5)
        return replace(candles.rows(np.flatnonzero(keep)), timeframe=candles.timeframe)
    factor = np.where(later, np.random.default_rng(seed).uniform(0.5, 2.0, len(candles)), 1.0)
    columns = {name: getattr(candles, name) * factor for name in ("open", "high", "low", "close", "volume")}
    return replace(candles, **columns, _calendar={})


@pytest.mark.parametrize("late", [1, -1])
@pytest.mark.parametrize(
    ("symbol", "calendar", "every", "lengths"), [("ETHUSDT", "24/7", "15m", ("4h",)), ("EURUSD", "FX", "1h", ("1d",))]
)
def test_a_value_one_bar_late_or_early_would_be_seen(
    symbol: str, calendar: str, every: str, lengths: tuple[str, ...], late: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oracle itself is tried: longer bars that complete one bar late or early fail its comparison, which holds when they do not."""
    candles = bars_of(symbol).following(calendar)
    assert compared(candles, every, lengths) == len(candles)
    step = {"15m": 15, "1h": 60}[every] * 60_000_000

    def moved(bars: Schedule, into: Buckets) -> Groups:
        made = groups(bars, into)
        return Groups(made.first, made.last, made.complete + late, made.instant + late * step)

    monkeypatch.setattr(reading, "groups", moved)
    with pytest.raises(AssertionError, match=f"open on {lengths[0]}"):
        compared(candles, every, lengths)


@pytest.mark.parametrize("late", [1, -1])
def test_a_finer_value_one_bar_late_or_early_would_be_seen(late: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of what is aggregated inside bars: the finer bars that count begin and end one too late or too early."""
    candles = bars_of("ETHUSDT").following("24/7")
    assert compared_inside(candles, "15m", "4h", ("15m",)) > 300

    def moved(look: Rows, finer: Micros, times: Micros, opened: Micros) -> Spans:
        return spans(np.clip(look + late, -1, len(finer) - 1), finer, times, opened)

    monkeypatch.setattr(reading, "spans", moved)
    with pytest.raises(AssertionError, match="sum_inside"):
        compared_inside(candles, "15m", "4h", ("15m",))

"""The stream: one candle at a time gives the bits of a run over all of them, through any save and restore."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.plan import Account, Column, Plan, Step
from runtime.candles import Candles
from runtime.feeds import Candle, FeedError, feed_columns
from runtime.kernel import StateMismatch, bind
from runtime.signals import Signals
from runtime.stream import Stream
from tests.generators.plans import columns, plans

relaxed = settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
HOUR = 3_600_000_000
NAMES = ("open", "high", "low", "close", "volume")


def above(window: int = 2) -> Plan:
    """Whether the close is above its average sum, and the hour of the bar."""
    steps = (Step("lag", (0,), (2,), (1.0, math.nan), 2), Step("gt", (0, 2), (3,)))
    shown = (
        Column("rising", "rule", "truth", "", 3),
        Column("hour", "let", "number", "plain", 1),
        Column("close", "let", "number", "price", 0),
    )
    return Plan(("close", "time.hour"), (), steps, 4, shown, None, Account(), 1, 1, 0.0, 2)


@relaxed
@given(plans(), st.data())
def test_a_stream_gives_the_bits_of_a_run(plan: Plan, data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 40))
    market = {name: np.array(data.draw(columns(rows))) for name in NAMES}
    kernel = bind(plan)
    found = Signals(
        np.arange(rows, dtype=np.int64) * HOUR, plan.columns, kernel.run({name: market[name] for name in plan.feeds}, rows)
    )
    stream = Stream(plan)
    for row in range(rows):
        if data.draw(st.booleans()):
            saved = stream.save()
            stream = Stream(plan)
            stream.restore(saved)
        step = stream.push(Candle(row * HOUR, *(float(market[name][row]) for name in NAMES)))
        assert (step.time, step.row) == (row * HOUR, row)
        assert list(step) == list(found)
        for name in found:
            assert np.float64(step[name]).tobytes() == found[name][row].tobytes()
            if found.columns[name].kind == "truth":
                assert step.truth(name) == found.truth(name)[row]


def test_calendar_feeds_are_those_of_the_candles() -> None:
    start = datetime(2024, 2, 28, 22, 30, tzinfo=UTC)
    times = [start + timedelta(hours=i) for i in range(30)]
    close = [100.0 + i for i in range(30)]
    candles = Candles.from_arrays(time=times, open=close, high=close, low=close, close=close, volume=close)
    plan = Plan(
        ("time", "time.hour", "time.minute", "time.weekday", "time.day", "time.month", "time.year"),
        (), (), 7, tuple(Column(f"c{i}", "let", "number", "plain", i) for i in range(7)), None, Account(), 0, 0, 0.0, 0,
    )  # fmt: skip
    found = bind(plan).run(feed_columns(plan.feeds, candles), len(candles))
    stream = Stream(plan)
    for row, time in enumerate(times):
        step = stream.push({"time": time, "open": 1.0, "high": 1.0, "low": 1.0, "close": 1.0})
        assert step.raw == tuple(found[i][row] for i in range(7))
    assert found[4][1:3].tolist() == [28.0, 29.0]


def test_truths_never_hide_the_unknown() -> None:
    stream = Stream(above())
    steps = [
        stream.push({"time": i * HOUR, "open": c, "high": c, "low": c, "close": c})
        for i, c in enumerate((1.0, 2.0, 1.0, math.nan))
    ]
    assert [step.truth("rising") for step in steps] == [1, 2, 0, 1]
    assert [step["rising"] for step in steps][1:3] == [1.0, 0.0]
    assert math.isnan(steps[0]["rising"])
    assert [step["hour"] for step in steps] == [0.0, 1.0, 2.0, 3.0]
    with pytest.raises(TypeError, match="number"):
        steps[0].truth("hour")
    with pytest.raises(KeyError):
        steps[0]["nothing"]


def test_a_candle_out_of_order_is_refused_and_changes_nothing() -> None:
    stream = Stream(above())
    stream.push(Candle(HOUR, 1.0, 1.0, 1.0, 1.0))
    saved = stream.save()
    for time in (HOUR, 0):
        with pytest.raises(FeedError, match="in order"):
            stream.push(Candle(time, 2.0, 2.0, 2.0, 2.0))
    assert stream.save() == saved


@pytest.mark.parametrize(
    ("candle", "said"),
    [
        ({"time": 0, "open": 1.0}, "lacks high, low, close"),
        ({"time": "soon", "open": 1, "high": 1, "low": 1, "close": 1}, "'soon' is not written"),
        ({"time": 1.5, "open": 1, "high": 1, "low": 1, "close": 1}, "1.5"),
        ({"time": 0, "open": "dear", "high": 1, "low": 1, "close": 1}, "open is no number"),
    ],
)
def test_what_is_no_candle_is_refused(candle: dict[str, object], said: str) -> None:
    with pytest.raises(FeedError, match=said):
        Stream(above()).push(candle)


def test_times_may_be_written_in_several_ways() -> None:
    prices = {"open": 1, "high": 1, "low": 1, "close": 1}
    wanted = Candle.of({"time": 1_704_067_200_000_000, **prices}).time
    for time in ("2024-01-01", "2024-01-01T01:00:00+01:00", np.datetime64("2024-01-01", "ns"), datetime(2024, 1, 1, tzinfo=UTC)):
        assert Candle.of({"time": time, **prices}).time == wanted


def test_a_foreign_stream_is_refused() -> None:
    with pytest.raises(StateMismatch):
        Stream(above()).restore(b"nothing")


def test_a_feed_that_candles_do_not_have_is_named() -> None:
    plan = Plan(("funding",), (), (), 1, (), None, Account(), 0, 0, 0.0, 0)
    with pytest.raises(FeedError, match="funding"):
        Stream(plan)


def test_signals_become_a_table() -> None:
    time = np.array([0, HOUR], dtype=np.int64)
    signals = Signals(time, above().columns, {3: np.array([1.0, 2.0]), 1: np.array([5.0, 6.0]), 0: np.array([7.0, 8.0])})
    table = signals.to_pandas()
    assert list(table.columns) == ["rising", "hour", "close"]
    assert str(table.index[1]) == "1970-01-01 01:00:00+00:00"
    assert table["rising"].isna().tolist() == [True, False]
    assert signals.truth("rising").tolist() == [1, 2]

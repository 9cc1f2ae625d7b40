"""Rates on the bars of an instrument: those of the pair's last bar that was complete by each open and each close, never a later one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.clocks import Length
from runtime.candles import Candles
from runtime.clocks.sessions import calendar
from runtime.conversion.live import Clock, LiveRates
from runtime.conversion.rates import Series, rates_of, series_of
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch

HOUR = 3_600_000_000
NAN = float("nan")
EURUSD = Series("EURUSD", "EUR", "USD", False)


def bars(hours: list[int], closes: list[float] | float, symbol: str = "X", follows: str = "24/7", every: int = 3600) -> Candles:
    close = np.full(len(hours), closes, dtype=float) if isinstance(closes, float) else np.array(closes)
    time = np.array(hours, dtype=np.int64) * HOUR
    return Candles(time, close, close, close, close, close, symbol=symbol, timeframe=every, calendar=follows)


def test_a_pair_is_found_as_it_is_or_the_other_way_round() -> None:
    assert series_of("EUR", "USD", ["SAP", "USDEUR", "EURUSD"]) == EURUSD
    assert series_of("EUR", "USD", ["SAP", "USD/EUR"]) == Series("USD/EUR", "EUR", "USD", True)
    assert series_of("USDT", "USD", ["USDTUSD"]) == Series("USDTUSD", "USDT", "USD", False)
    assert series_of("EUR", "USD", ["EURGBP", "GBPUSD"]) is None  # not by way of a third


def test_an_open_knows_what_was_complete_by_then_and_a_close_what_is_complete_with_it() -> None:
    own, pair = bars([0, 1, 2, 3], 10.0), bars([0, 1, 2, 3], [1.1, 1.2, 1.3, 1.4], "EURUSD")
    found = rates_of(own, "1h", pair, EURUSD)
    assert found.close.tolist() == [1.1, 1.2, 1.3, 1.4]
    assert np.isnan(found.open[0])
    assert found.open[1:].tolist() == [1.1, 1.2, 1.3]


def test_a_gap_in_the_instruments_own_bars_lets_its_next_open_know_more() -> None:
    own, pair = bars([0, 3], 10.0), bars([0, 1, 2, 3], [1.1, 1.2, 1.3, 1.4], "EURUSD")
    found = rates_of(own, "1h", pair, EURUSD)
    assert (found.close[0], found.open[1], found.close[1]) == (1.1, 1.3, 1.4)


def test_the_inverse_is_one_over_the_close() -> None:
    own, pair = bars([0, 1], 10.0), bars([0, 1], [0.8, 0.75], "USDEUR")
    assert rates_of(own, "1h", pair, Series("USDEUR", "EUR", "USD", True)).close.tolist() == [1 / 0.8, 1 / 0.75]


def test_an_unknown_close_leaves_the_rate_as_it_was() -> None:
    own, pair = bars([0, 1, 2], 10.0), bars([0, 1, 2], [1.1, NAN, 1.3], "EURUSD")
    assert rates_of(own, "1h", pair, EURUSD).close.tolist() == [1.1, 1.1, 1.3]


def test_before_the_first_bar_of_the_pair_nothing_is_known_and_after_its_last_the_last() -> None:
    own, pair = bars([0, 1, 2, 3], 10.0), bars([1, 2], [1.1, 1.2], "EURUSD")
    found = rates_of(own, "1h", pair, EURUSD)
    assert np.isnan(found.close[0])
    assert np.isnan(found.open[:2]).all()
    assert found.close[1:].tolist() == [1.1, 1.2, 1.2]


def test_a_daily_bar_is_not_known_during_its_day() -> None:
    """Days of 24 hours: the rate of the first day holds from its end on."""
    own, pair = bars(list(range(20, 28)), 10.0), bars([0, 24], [1.1, 1.2], "EURUSD", every=86_400)
    found = rates_of(own, "1h", pair, EURUSD)
    assert np.isnan(found.close[:3]).all()
    assert found.close[3:].tolist() == [1.1] * 5
    assert found.open[4:].tolist() == [1.1] * 4


def test_a_daily_share_opens_with_its_session_and_closes_before_the_currency_week_does() -> None:
    day = 24 * 18_263  # Thursday, 2020-01-02
    own = bars([day], 10.0, "SAP", "XNYS", 86_400)
    pair = bars([day + hour for hour in range(24)], [1.0 + hour / 100 for hour in range(24)], "EURUSD", "FX")
    found = rates_of(own, "1d", pair, EURUSD)
    # New York trades from 14:30 to 21:00 UTC; the bar of 13:00 is complete at 14:00, that of 20:00 at 21:00.
    assert (found.open[0], found.close[0]) == (1.13, 1.20)


def test_where_it_is_not_known_when_bars_are_complete_nothing_is_converted() -> None:
    with pytest.raises(FeedError, match="bars have whole minutes"):
        rates_of(bars([0, 1], 10.0, every=0), "", bars([0, 1], 1.1, "EURUSD"), EURUSD)


@given(
    own=st.lists(st.integers(0, 80), min_size=1, max_size=30, unique=True),
    pair=st.lists(st.integers(0, 80), max_size=30, unique=True),
    data=st.data(),
)
def test_candle_by_candle_gives_the_rates_of_the_whole(own: list[int], pair: list[int], data: st.DataObject) -> None:
    own, pair = sorted(own), sorted(pair)
    closes = data.draw(st.lists(st.sampled_from([1.1, 1.2, 0.9, NAN]), min_size=len(pair), max_size=len(pair)))
    inverse = data.draw(st.booleans())
    series = Series("EURUSD", "EUR", "USD", inverse)
    whole = rates_of(bars(own, 10.0), "1h", bars(pair, closes, "EURUSD"), series)
    clock = Clock(Length.parse("1h"), calendar("24/7"))
    rates, left = LiveRates(series, clock, "24/7"), list(zip(pair, closes, strict=True))
    for row, hour in enumerate(own):
        # All that is complete by this close has come; some that is not may have come too.
        until = hour + data.draw(st.integers(0, 2))
        ready = [Candle(at * HOUR, c, c, c, c) for at, c in left if at <= until]
        left = left[len(ready) :]
        rates.check(ready)
        rates.hand(ready)
        if data.draw(st.booleans()):
            saved = rates.save()
            rates = LiveRates(series, clock, "24/7")
            rates.restore(saved)
        expected = np.array([whole.open[row], whole.close[row]])
        assert np.array_equal(np.array(rates.at(hour * HOUR)), expected, equal_nan=True)


@given(own=st.lists(st.integers(0, 60), min_size=1, max_size=20, unique=True), cut=st.integers(0, 60))
def test_no_rate_is_known_before_its_bar_is_complete(own: list[int], cut: int) -> None:
    own, pair = sorted(own), list(range(60))
    closes = [1.0 + hour / 64 for hour in pair]
    changed = [close if hour < cut else 99.0 for hour, close in zip(pair, closes, strict=True)]
    first = rates_of(bars(own, 10.0), "1h", bars(pair, closes, "EURUSD"), EURUSD)
    second = rates_of(bars(own, 10.0), "1h", bars(pair, changed, "EURUSD"), EURUSD)
    opens, ends = np.array(own) <= cut, np.array(own) + 1 <= cut
    assert first.open[opens].tobytes() == second.open[opens].tobytes()
    assert first.close[ends].tobytes() == second.close[ends].tobytes()


def test_candles_of_the_pair_come_in_order() -> None:
    rates = LiveRates(EURUSD, Clock(Length.parse("1h"), calendar("24/7")))
    rates.hand([Candle(HOUR, 1, 1, 1, 1)])
    with pytest.raises(FeedError, match="Candles come in order: one of EURUSD"):
        rates.check([Candle(HOUR, 1, 1, 1, 1)])
    other = LiveRates(Series("USDEUR", "EUR", "USD", True), rates.own)
    with pytest.raises(StateMismatch, match="converts by EURUSD; this one by USDEUR"):
        other.restore(rates.save())

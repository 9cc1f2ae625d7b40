"""What a stream refuses: states of other instruments, candles of another length, finer candles that do not fit. Refused, nothing has changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

import apextrade as apx
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch
from runtime.stream import Stream

HOUR, MINUTE = 3_600_000_000, 60_000_000
START = 1_719_835_200_000_000  # 2024-07-01T12:00Z, a Monday
TEXT = """apx 1
strategy "Guards"
trade "BTC/USDT" every 1h
settings
  commission 0.1%
when close > close[1] and position.size == 0
  buy 1 units
    stop loss at 1%
"""
SEVERAL = TEXT.replace('"BTC/USDT"', '"BTC/USDT", "ETH/USDT"')
BTC, ETH = "BTC/USDT", "ETH/USDT"


def candle(minutes: int, price: float = 100.0) -> Candle:
    return Candle(START + minutes * MINUTE, price, price + 1, price - 1, price, 5.0)


def test_a_state_of_another_tick_lot_or_currency_is_refused() -> None:
    program = apx.compile(TEXT)
    saved = program.stream(0.5, "", None, (), None, 0.1).save()
    for given, said in (
        ((0.01, "", None, (), None, 0.1), "The saved stream has a tick of 0.5; this one, of 0.01."),
        ((0.5, "", None, (), None, 0.0), "The saved stream has a lot of 0.1; this one, of 0."),
    ):
        stream = program.stream(*given)
        stream.push(candle(0))
        before = stream.save()
        with pytest.raises(StateMismatch, match=said):
            stream.restore(saved)
        assert stream.save() == before
    program.stream(0.5, "", None, (), None, 0.1).restore(saved)


def test_of_several_instruments_the_one_that_differs_is_named() -> None:
    program = apx.compile(SEVERAL)
    saved = program.stream({BTC: 0.5, ETH: 0.01}).save()
    program.stream({BTC: 0.5, ETH: 0.01}).restore(saved)
    with pytest.raises(StateMismatch, match=r"The saved stream of ETH/USDT has a tick of 0\.01; this one, of 0\.05\."):
        program.stream({BTC: 0.5, ETH: 0.05}).restore(saved)


@pytest.mark.parametrize("cut", [0, 5, 30, -1])
def test_bytes_that_are_not_whole_change_nothing(cut: int) -> None:
    for text in (TEXT, SEVERAL):
        stream = apx.compile(text).stream()
        saved = stream.save()
        with pytest.raises(StateMismatch):
            stream.restore(saved[:cut])
        assert stream.save() == saved


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("close[1]", "(close on 4h)"), TEXT.replace("when", "plot close\nwhen")])
def test_candles_shorter_than_the_bars_of_the_program_are_refused(text: str) -> None:
    stream = apx.compile(text).stream()
    stream.push(candle(0))
    before = stream.save()
    with pytest.raises(
        FeedError, match="takes candles of 1h, but one opens at 1719835200000000 and the next at 1719836100000000"
    ):
        stream.push(candle(15))
    assert stream.save() == before
    stream.push(candle(60))
    stream.push(candle(180))  # an hour without trades


def test_those_of_several_instruments_too() -> None:
    stream = apx.compile(SEVERAL).stream()
    stream.push(candle(0), BTC)
    before = stream.save()
    with pytest.raises(FeedError, match="takes candles of 1h"):
        stream.push(candle(15), BTC)
    assert stream.save() == before
    stream.push(candle(0), ETH)


def test_a_session_that_ends_within_a_bar_is_no_shorter_candle() -> None:
    program = apx.compile(TEXT.replace('"BTC/USDT"', '"AAPL"').replace("1 units", "1 share").replace("every 1h", "every 4h"))
    stream = program.stream(0.01, "XNYS")
    for text in ("2024-07-01T13:30", "2024-07-01T17:30", "2024-07-02T13:30"):
        stream.push({"time": text, "open": 1, "high": 1, "low": 1, "close": 1, "volume": 1})


FINER = TEXT.replace("  commission 0.1%\n", "  commission 0.1%\n  fills detail 15m\n")


def test_finer_candles_come_in_order_and_only_where_something_reads_them() -> None:
    with pytest.raises(FeedError, match="aggregates no finer candles, and fills by none"):
        apx.compile(TEXT).stream().push(candle(0), finer=[candle(0)])
    with pytest.raises(FeedError, match="aggregates no finer candles, and fills by none"):
        apx.compile(SEVERAL).stream().push(candle(0), BTC, finer=[candle(0)])
    for text, more in ((FINER, ()), (FINER.replace('"BTC/USDT"', '"BTC/USDT", "ETH/USDT"'), (BTC,))):
        stream = apx.compile(text).stream()
        stream.push(candle(0), *more, finer=[candle(0), candle(15)])
        before = stream.save()
        with pytest.raises(FeedError, match="finer candles of"):
            stream.push(candle(60), *more, finer=[candle(15)])
        assert stream.save() == before
        other = apx.compile(text).stream()
        other.restore(before)
        with pytest.raises(FeedError, match="finer candles of"):
            other.push(candle(60), *more, finer=[candle(15)])


def test_finer_candles_as_long_as_the_bars_show_nothing() -> None:
    plan = apx.compile(FINER).plan()
    with pytest.raises(FeedError, match="show nothing of what happens inside one of 1h"):
        Stream(replace(plan, account=replace(plan.account, detail=3_600)), symbol=BTC)


def test_a_stop_and_a_target_in_one_bar_are_told_apart_by_the_finer_candles() -> None:
    text = FINER.replace("    stop loss at 1%\n", "    stop loss at 1%\n    take profit at 1%\n")
    said = {}
    for given in (True, False):
        stream = apx.compile(text).stream(0.01)
        stream.push(candle(0, 100.0))
        stream.push(Candle(START + HOUR, 100.0, 102.0, 100.0, 102.0, 5.0))
        wide = Candle(START + 2 * HOUR, 102.0, 104.0, 100.0, 101.0, 5.0)
        parts = [
            Candle(START + 2 * HOUR, 102.0, 102.2, 101.9, 102.1, 1.0),
            Candle(START + 2 * HOUR + 15 * MINUTE, 102.1, 104.0, 102.0, 103.0, 1.0),
            Candle(START + 2 * HOUR + 30 * MINUTE, 103.0, 103.0, 100.0, 101.0, 1.0),
        ]
        step = stream.push(wide, finer=parts if given else [])
        said[given] = [fill.reason for fill in step.fills if fill.reason]
    assert said == {True: ["take profit"], False: ["stop loss"]}

"""The laws of `fills detail`: runs, backtests, streams of one instrument and of several look into the same finer bars."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compiler.program import Program
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.clocks.axis import schedule
from runtime.clocks.base_bars import on_base_clock
from runtime.clocks.reading import Reading
from runtime.detail import detail_within
from runtime.machine.instrument import Instrument
from runtime.portfolio.run import Seat, portfolio_backtest, portfolio_signals
from runtime.portfolio.stream import Moment, PortfolioStream, StreamSeat
from runtime.stream import Stream
from tests.generators.programs import programs
from tests.generators.sessions import FEEDS, STARTS, Feed, intraday
from tests.laws.clocks import TICK, candle_list, finer_by_close, history, interpreted, pushed
from tests.laws.running import assert_same_bits, compiled, one_nan
from tests.laws.test_portfolio_stream import FAR, assert_equal

SLOWER, SHORTER = ("1h", "1d"), ("5m", "15m")
TRADING = programs(orders=True, depth=2, every="30m", slower=SLOWER, finer=SHORTER)
ALWAYS = """let busy = sum_inside(volume on 5m)
when close > close[1] and position.size == 0
  buy 10 units named "always"
    stop loss at 0.3%
    take profit at 0.3%
when close < close[1] and busy > busy[1]
  short 7 units at limit close * 1.001 named "other"
    trail by 0.2%
let sized = position.size
let worth = account.equity
let won = position.profit
"""


def by_detail(text: str) -> Program:
    """A program that fills by finer bars, and always trades."""
    lines = [line for line in text.splitlines() if not line.startswith("  fills ")]
    lines.insert(lines.index("settings") + 1, "  fills detail 5m")
    return compiled("\n".join(lines).replace(" at this close", " at next open") + "\n" + ALWAYS)


def made(feed: Feed, follows: str, start: str, symbol: str, odd: int) -> Candles:
    """Half hours put together of five minutes; every so many do not add up to them."""
    fine = replace(
        intraday(feed.seed, follows, start, 5, 1, feed.missing, feed.holes / 8, symbol), timeframe=300, calendar=follows
    )
    bars = on_base_clock(fine, "30m").rows(slice(0, 14 + feed.seed % 7))
    high = bars.high.copy()
    high[:: odd + 2] += 0.25
    return replace(bars, high=high, finer=bars.finer)


def markets(count: int) -> st.SearchStrategy[list[Candles]]:
    def several(feeds: list[Feed], start: str, odd: int) -> list[Candles]:
        follows = feeds[0].follows  # of several, to trade at the same times
        return [
            made(feed, follows, start, symbol, odd + k)
            for k, (feed, symbol) in enumerate(zip(feeds, ("TEST", "TWO", "SIX"), strict=False))
        ]

    return st.builds(several, st.lists(FEEDS, min_size=count, max_size=count), st.sampled_from(STARTS), st.integers(0, 9))


@given(text=TRADING, bars=markets(1), save=st.integers(0, 20))
def test_runs_streams_and_the_interpreter_say_what_the_backtest_did(text: str, bars: list[Candles], save: int) -> None:
    program, (candles,) = by_detail(text), bars
    whole = history(program, candles)
    assert_same_bits(whole, history(program, candles, 7), text)
    assert_same_bits(whole, interpreted(program, candles), text)
    assert_same_bits(whole, pushed(program, candles, save), text)
    fact = Instrument(tick=TICK)
    result = backtest(program.plan({}, TICK, "backtest"), candles, instrument=fact, detail=candles.finer)
    stream = Stream(program.plan({}, TICK), fact, symbol=candles.symbol, calendar=candles.calendar, finer="5m")
    finer, fills, equity = finer_by_close(program, candles, "5m"), [], []
    own = Reading.of(candles, program.every)
    for row, (candle, end) in enumerate(
        zip(candle_list(candles), schedule(candles.time, own.length, own.calendar).end.tolist(), strict=True)
    ):
        due = [part for close, part in finer if close <= end]
        del finer[: len(due)]
        step = stream.push(candle, finer=due)
        fills += [(row, "buy" if f.side == "buy" else "sell", f.quantity, f.price, f.commission) for f in step.fills]
        equity.append(step.equity)
    assert fills == [(int(r[1]), "buy" if r[3] > 0 else "sell", r[4], r[5], r[6]) for r in result.fill_rows.tolist()], text
    assert np.array(equity).tobytes() == result.equity_values.tobytes()
    held = np.zeros(len(candles))
    for fill in result.fill_rows.tolist():
        held[int(fill[1]) :] = fill[9]
    assert whole["sized"].tobytes() == (held + 0.0).tobytes(), text


def test_the_finer_bars_change_what_is_filled() -> None:
    """So the law above could fail: without them positions are others."""
    candles = made(Feed(3, "24/7", 0.0, 0.0), "24/7", STARTS[0], "TEST", 90)
    program = compiled('apx 1\nstrategy "T"\ntrade "TEST" every 30m\nsettings\n  commission 0.1%\n  fills detail 5m\n' + ALWAYS)
    with_, without = (
        history(program, candles),
        history(
            program,
            replace(candles, finer=None, timeframe=1_800).with_finer(replace(candles.finer, close=candles.finer.close + 1)),
        ),
    )  # type: ignore[arg-type,union-attr]
    assert with_["worth"].tobytes() != without["worth"].tobytes()


def streamed(program: Program, bars: list[Candles], turns: list[int], saves: set[int]) -> list[Moment]:
    """turns: which of the instruments that have candles left gives its next, with the finer ones that closed since its last."""

    def fresh() -> PortfolioStream:
        return PortfolioStream(
            [StreamSeat(one.symbol, program.plan({}, TICK), Instrument(tick=TICK), one.calendar, finer="5m") for one in bars]
        )

    left = {}
    for one in bars:
        own = Reading.of(one, program.every)
        finer, closed = finer_by_close(program, one, "5m"), []
        for candle, end in zip(candle_list(one), schedule(one.time, own.length, own.calendar).end.tolist(), strict=True):
            due = [part for close, part in finer if close <= end]
            del finer[: len(due)]
            closed.append((candle, due))
        left[one.symbol] = closed[::-1]
    stream, found, pushes = fresh(), [], 0
    while any(left.values()):
        having = [symbol for symbol, candles in left.items() if candles]
        symbol = having[turns[pushes % len(turns)] % len(having)]
        if pushes in saves:
            saved = stream.save()
            stream = fresh()
            stream.restore(saved)
        candle, due = left[symbol].pop()
        found += stream.push(candle, symbol, finer=due)
        if not left[symbol]:
            found += stream.passed(symbol, FAR)
        pushes += 1
    return found


@given(
    text=TRADING,
    bars=markets(3),
    turns=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    saves=st.sets(st.integers(0, 120), max_size=5),
)
def test_a_stream_of_several_instruments_takes_their_finer_candles_as_the_run_does(
    text: str, bars: list[Candles], turns: list[int], saves: set[int]
) -> None:
    program = by_detail(text)
    found = streamed(program, bars, turns, saves)
    wanted = program.plan({}, TICK, "backtest")
    seats = [Seat(one, wanted, Instrument(tick=TICK), detail_within(one, wanted.account)) for one in bars]
    assert_equal(found, portfolio_backtest(seats), text)
    shown = portfolio_signals([replace(seat, plan=program.plan({}, TICK)) for seat in seats])
    for one, signals in zip(bars, shown, strict=True):
        steps = [moment[one.symbol] for moment in found if one.symbol in moment]
        for name in signals:
            column = np.array([step.raw[[c.name for c in step.columns].index(name)] for step in steps], dtype=np.float64)
            assert one_nan(column).tobytes() == one_nan(signals._raw[name]).tobytes(), f"{name} in\n{text}"

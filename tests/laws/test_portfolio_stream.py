"""The law of streams of several instruments: any mixing of their candles that respects time, any save and restore in between, gives the run in one piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from compiler.program import Program
from runtime.candles import Candles
from runtime.feeds import Candle
from runtime.machine.instrument import Instrument
from runtime.machine.layout import E_LIMIT, ORDER_COLUMNS, THIS_CLOSE
from runtime.portfolio.result import PortfolioResult
from runtime.portfolio.run import Seat, portfolio_backtest, portfolio_signals
from runtime.portfolio.stream import Moment, PortfolioStream, StreamSeat
from runtime.traded import traded_quantity
from tests.generators.programs import FILLS, programs
from tests.laws.running import compiled, one_nan
from tests.laws.test_portfolio import SYMBOLS, several_markets
from tests.laws.trading import INSTRUMENTS

PRICES = ("time", "open", "high", "low", "close", "volume")
FAR = 2**61


def candles_of(bars: Candles) -> list[Candle]:
    columns = [getattr(bars, name).tolist() for name in PRICES]
    return [Candle(*values) for values in zip(*columns, bars.factors().tolist(), strict=True)]


def streamed(
    program: Program, markets: list[Candles], facts: list[Instrument], tick: float, turns: list[int], saves: set[int]
) -> list[Moment]:
    """turns: which of the instruments that have candles left gives its next. saves: before which pushes the stream is saved and another goes on."""

    adjusted = any(bars.has_factors for bars in markets)

    def fresh() -> PortfolioStream:
        seats = [
            StreamSeat(bars.symbol, program.plan({}, tick, adjusted=adjusted), fact, bars.calendar)
            for bars, fact in zip(markets, facts, strict=True)
        ]
        return PortfolioStream(seats, dict.fromkeys(program.beside, ""), adjusted=adjusted)

    stream, found, pushed = fresh(), [], 0
    left = {bars.symbol: candles_of(bars)[::-1] for bars in markets}
    while any(left.values()):
        having = [symbol for symbol, candles in left.items() if candles]
        symbol = having[turns[pushed % len(turns)] % len(having)]
        if pushed in saves:
            saved = stream.save()
            stream = fresh()
            stream.restore(saved)
        found += stream.push(left[symbol].pop(), symbol)
        if not left[symbol]:
            found += stream.passed(symbol, FAR)
        pushed += 1
    return found


def assert_equal(found: list[Moment], result: PortfolioResult, text: str) -> None:
    assert [moment.time for moment in found] == result.time.tolist()
    assert np.array([moment.equity for moment in found]).tobytes() == result.equity_values.tobytes(), text
    assert np.array([moment.cash for moment in found]).tobytes() == result.cash_values.tobytes(), text
    told = [
        (moment.number, row.symbol, -1.0 if row.rank is None else float(row.rank), row.share, row.held, row.target)
        for moment in found
        for row in moment.rotations
    ]
    numbers = result.rotation_rows[:, 0].astype(int).tolist()
    assert told == [
        (number, r["symbol"], -1.0 if r["rank"] is None else r["rank"], r["share"], r["held"], r["target"])
        for number, r in zip(numbers, result.rotation_records(), strict=True)
    ], text
    for leg in result.legs:
        steps = [moment[leg.symbol] for moment in found if leg.symbol in moment]
        fills = [(step.row, f.side, f.quantity, f.price, f.commission) for step in steps for f in step.fills]
        rows = leg.fill_rows[:, 1].astype(int).tolist()
        assert fills == [
            (row, r["side"], r["quantity"], r["price"], r["commission"]) for row, r in zip(rows, leg.fill_records(), strict=True)
        ], text
        made = [(step.row, order.side, order.quantity) for step in steps for order in step.orders]
        rests = {
            r[0]: (int(r[2]), "buy" if r[5] > 0 else "sell", traded_quantity(r[6], leg.factor(r[2])))
            for r in leg.order_rows.tolist()
            if not ended_by_its_own_close(r)
        }
        assert made == [rests[id_] for id_ in sorted(rests)], text


def ended_by_its_own_close(order: list[float]) -> bool:
    """Such an order never rests, and is not said. A limit drops what rests before the rules of an instant, at which the instrument need not have a bar: the
    last row of one that did rest may be the row that made it."""
    ended_at_once = order[9] > 0 and order[10] == order[2]
    return ended_at_once and (order[9] != E_LIMIT or order[ORDER_COLUMNS.index("kind")] == THIS_CLOSE)


@given(text=programs(orders=True, fills=FILLS), markets=several_markets(), data=st.data())
def test_a_stream_of_several_instruments_is_the_run(text: str, markets: list[Candles], data: st.DataObject) -> None:
    program = compiled(text)
    tick = data.draw(st.sampled_from(INSTRUMENTS)).tick
    facts = [data.draw(st.sampled_from([i for i in INSTRUMENTS if i.tick == tick] or [Instrument(tick=tick)])) for _ in markets]
    count = sum(len(bars) for bars in markets)
    turns = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=40))
    saves = data.draw(st.sets(st.integers(0, count), max_size=6))
    found = streamed(program, markets, facts, tick, turns, saves)
    seats = [Seat(bars, program.plan({}, tick, "backtest"), fact) for bars, fact in zip(markets, facts, strict=True)]
    assert_equal(found, portfolio_backtest(seats), text)
    shown = portfolio_signals([replace(seat, plan=program.plan({}, tick)) for seat in seats])
    for bars, signals in zip(markets, shown, strict=True):
        steps = [moment[bars.symbol] for moment in found if bars.symbol in moment]
        for name in signals:
            column = np.array([step.raw[[c.name for c in step.columns].index(name)] for step in steps], dtype=np.float64)
            assert one_nan(column).tobytes() == one_nan(signals._raw[name]).tobytes(), f"{name} in\n{text}"


ROTATION = """apx 1
strategy "Turns"
trade "ONE", "TWO", "SIX" every 1d
settings
  capital 10_000 USD
  commission 0.1%
let strength = close / close[3] - 1
let place = members_rank(strength)
let deeper = members_zscore(place * strength)
every week end where place < 9
  hold top 2 of members by strength where deeper > -2 weighted by place
when place == 1 and position.size > 0 and account.equity > 100
  protect position
    stop loss at close * 0.97
when close > close[1] on 1w and symbol != "SIX" and close from "TWO" > 0
  buy 3 units
"""


@given(
    markets=several_markets(),
    turns=st.lists(st.integers(0, 5), min_size=1, max_size=40),
    saves=st.sets(st.integers(0, 180), max_size=6),
)
@example(markets=[], turns=[0], saves=set())
def test_rotations_comparisons_clocks_and_readings_of_each_other_go_by_the_same_law(
    markets: list[Candles], turns: list[int], saves: set[int]
) -> None:
    if "TWO" not in [bars.symbol for bars in markets]:
        return
    program, fact = compiled(ROTATION), Instrument(tick=0.25, lot=0.0)
    markets = [replace(bars, calendar="24/7") for bars in markets]
    read = next(bars for bars in markets if bars.symbol == "TWO")
    seats = [Seat(replace(bars, beside={"TWO": read}), program.plan({}, 0.25, "backtest"), fact) for bars in markets]
    found = streamed(program, markets, [fact] * len(markets), 0.25, turns, saves)
    assert_equal(found, portfolio_backtest(seats), ROTATION)


def test_the_symbols_of_the_law_are_those_of_its_program() -> None:
    assert compiled(ROTATION).symbols == SYMBOLS

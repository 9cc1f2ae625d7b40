"""Several real instruments on one account against a naive bank: fills, cash, equity and holdings, bit for bit."""

from __future__ import annotations

import math
import random
from functools import cache

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import apextrade as apx
from compiler.plan import Account
from runtime.candles import Candles
from runtime.data.samples import read_sample
from runtime.machine.instrument import Instrument
from tests.oracle.naive_portfolio import Bank, Fees, Quote
from tests.runtime.portfolio.trading_floor import DAY, Floor, Traded

SYMBOLS = ("AAPL", "MSFT", "IBM", "GOOG")
START = 12_000  # days since 1970: in 2002, before GOOG was traded


@cache
def sample(symbol: str) -> Candles:
    return Candles.from_raw(read_sample(symbol))


def some_days(seed: int, days: int, holes: float) -> dict[str, dict[int, tuple[float, float, float, float]]]:
    """Real bars of the four symbols in a random stretch of time, some of them left out."""
    chance = random.Random(seed)
    first = chance.choice([12_630, START + chance.randrange(3_600)])  # GOOG's first bars are in the first
    found = {}
    for symbol in SYMBOLS:
        candles = sample(symbol)
        day = candles.time // DAY
        inside = np.flatnonzero((day >= first) & (day < first + days))
        rows = [int(row) for row in inside if chance.random() >= holes]
        prices = (candles.open, candles.high, candles.low, candles.close)
        bars = {int(day[row]): tuple(float(column[row]) for column in prices) for row in rows}
        if len(bars) > 1:
            found[symbol] = bars
    return found  # type: ignore[return-value]


def fires(chance: random.Random, bars: dict[str, dict[int, tuple[float, ...]]], often: float) -> dict[str, list[int]]:
    return {symbol: [day for day in own if chance.random() < often] for symbol, own in bars.items()}


def bank_of(
    bars: dict[str, dict[int, tuple[float, float, float, float]]], capital: float, fees: Fees, pyramiding: int, most: float
) -> Bank:
    quotes = {symbol: {day: Quote(bar[0], bar[3]) for day, bar in own.items()} for symbol, own in bars.items()}
    return Bank(quotes, capital, fees, pyramiding, most)


def assert_same(found: Traded, bank: Bank) -> None:
    assert found.fills == [(f.day, f.symbol, f.quantity, f.price, f.cash) for f in bank.fills]
    assert found.equity.tolist() == bank.equities
    assert float(found.cash[-1]) == bank.cash
    sizes = {symbol: machine.size for symbol, machine in zip(found.portfolio.symbols, found.portfolio.machines, strict=True)}
    assert sizes == bank.holdings[-1]


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32),
    holes=st.sampled_from([0.0, 0.15]),
    share=st.sampled_from([0.0, 0.001]),
    per_order=st.sampled_from([0.0, 1.5]),
    slip=st.sampled_from([0.0, 2.0]),
    lot=st.sampled_from([1.0, 0.125]),
    pyramiding=st.integers(1, 3),
    most=st.sampled_from([math.inf, 2.0]),
    sizing=st.sampled_from(["equity", "money", "quantity", "cash"]),
)
def test_random_market_orders_on_four_stocks_equal_the_naive_bank(
    seed: int, holes: float, share: float, per_order: float, slip: float, lot: float, pyramiding: int, most: float, sizing: str
) -> None:
    chance = random.Random(seed)
    bars = some_days(seed, 60, holes)
    if len(bars) < 2:
        return
    amount = {"equity": 0.45, "money": 30_000.0, "quantity": 250.0, "cash": 0.5}[sizing]
    limits = (("positions", most),) if most < math.inf else ()
    account = Account(
        capital=100_000.0,
        commission_share=share,
        commission_per_order=per_order,
        slippage_ticks=slip,
        pyramiding=pyramiding,
        limits=limits,
    )
    facts = dict.fromkeys(bars, Instrument(tick=0.01, lot=lot))
    first, second, shorts, exits = (fires(chance, bars, often) for often in (0.2, 0.15, 0.08, 0.12))
    floor = Floor.of(bars, account, facts)
    floor.act("buy", first, sizing=sizing, size=amount).act("exit", exits)
    floor.act("short", shorts, sizing=sizing, size=amount).act("buy", second, sizing=sizing, size=amount)

    def rules(bank: Bank, day: int, present: list[str]) -> None:
        for symbol in present:
            if day in exits[symbol]:
                bank.leave(symbol, "exit")
        for tag, side, when in (("first", 1, first), ("short", -1, shorts), ("second", 1, second)):
            for symbol in present:
                if day in when[symbol]:
                    bank.enter(symbol, tag, side, sizing, amount)  # type: ignore[arg-type]

    bank = bank_of(bars, 100_000.0, Fees(0.01, lot, share, per_order, slip), pyramiding, most)
    bank.run(rules)
    assert_same(floor.run(), bank)


@settings(deadline=None)
@example(
    seed=156646, holes=0.0, share=0.0, per_order=0.0, slip=0.0, lot=0.0, count=2, weighted=False
)  # cash after all but all of it cancels
@example(
    seed=822012, holes=0.1, share=0.0, per_order=0.0, slip=2.0, lot=0.0, count=4, weighted=True
)  # cash half way between two doubles
@example(seed=466613, holes=0.1, share=0.0, per_order=0.0, slip=2.0, lot=0.0, count=4, weighted=False)
@given(
    seed=st.integers(0, 2**32),
    holes=st.sampled_from([0.0, 0.1]),
    share=st.sampled_from([0.0, 0.001]),
    per_order=st.sampled_from([0.0, 1.5]),
    slip=st.sampled_from([0.0, 2.0]),
    lot=st.sampled_from([0.0, 1.0, 0.125]),
    count=st.integers(1, 4),
    weighted=st.booleans(),
)
def test_rotations_over_four_stocks_equal_the_naive_bank(
    seed: int, holes: float, share: float, per_order: float, slip: float, lot: float, count: int, weighted: bool
) -> None:
    chance = random.Random(seed)
    bars = some_days(seed, 90, holes)
    if len(bars) < 2:
        return
    every = {day for own in bars.values() for day in own if chance.random() < 0.15}
    # Scores with ties, some unknown; weights with zeros, some unknown or below zero.
    scores = {symbol: {day: chance.choice([None, 1.0, 2.0, 2.0, chance.random()]) for day in own} for symbol, own in bars.items()}
    weights = {
        symbol: {day: chance.choice([None, -1.0, 0.0, 1.0, 1.0, 3.0, chance.random()]) for day in own}
        for symbol, own in bars.items()
    }
    passes = {symbol: {day: chance.random() < 0.8 for day in own} for symbol, own in bars.items()}

    def column(values: dict[str, dict[int, float | None]]) -> dict[str, list[float]]:
        return {symbol: [math.nan if v is None else v for v in own.values()] for symbol, own in values.items()}

    account = Account(capital=100_000.0, commission_share=share, commission_per_order=per_order, slippage_ticks=slip)
    floor = Floor.of(bars, account, dict.fromkeys(bars, Instrument(tick=0.01, lot=lot)))
    where = {symbol: [2.0 if passes[symbol][day] else 0.0 for day in own] for symbol, own in bars.items()}
    parts = {"weight": column(weights)} if weighted else {}
    floor.act(
        "hold top",
        {s: [d for d in own if d in every] for s, own in bars.items()},
        size=float(count),
        score=column(scores),
        where=where,
        **parts,
    )

    def rules(bank: Bank, day: int, present: list[str]) -> None:
        if day in every:
            known = {s: scores[s][day] if passes[s][day] else None for s in present}
            bank.hold_top(present, count, known, {s: weights[s][day] if weighted else 1.0 for s in present})

    bank = bank_of(bars, 100_000.0, Fees(0.01, lot, share, per_order, slip), 1, math.inf)
    bank.run(rules)
    found = floor.run()
    assert_same(found, bank)
    traded = sum(abs(quantity) * price for _, _, quantity, price, _ in found.fills)
    assert math.isclose(traded, float(bank.turnover), rel_tol=1e-12)


ROTATION = """apx 1
strategy "Rotation"
trade "AAPL", "MSFT", "IBM", "GOOG" every 1d
settings
  capital 100_000 USD
  commission {fee}
  slippage 1 tick
let strength = close / close[{reach}] - 1
every month end
  hold top {count} of members by strength where close > sma(close, {reach} bars) weighted {weight}
"""


@pytest.mark.parametrize(
    ("count", "reach", "fee", "weight"),
    [
        (1, 126, "0.1%", "equally"),
        (2, 60, "2 USD per order", "equally"),
        (2, 126, "0.1%", "by 1 / stdev(close, 20 bars) * close"),
        (3, 20, "0.1%", "equally"),
    ],
)
def test_a_monthly_rotation_over_thirteen_years_equals_the_naive_bank(count: int, reach: int, fee: str, weight: str) -> None:
    """Month ends, momentum, the average and the weight are worked out again from the closes."""
    result = apx.backtest(
        ROTATION.format(count=count, reach=reach, fee=fee, weight=weight),
        {symbol: sample(symbol) for symbol in SYMBOLS},
        tick=0.01,
        lot=1,
    )
    days = {symbol: (sample(symbol).time // DAY).tolist() for symbol in SYMBOLS}
    closes = {symbol: sample(symbol).close.tolist() for symbol in SYMBOLS}
    opens = {symbol: sample(symbol).open.tolist() for symbol in SYMBOLS}
    place = {symbol: {day: row for row, day in enumerate(own)} for symbol, own in days.items()}
    everyday = sorted({day for own in days.values() for day in own})
    month = [np.datetime64(day, "D").astype("M8[M]") for day in everyday]
    # The data end on 1 March 2013, a day that ends no month.
    ends = {day for day, now, after in zip(everyday, month, month[1:], strict=False) if now != after}

    def strength(symbol: str, row: int) -> float | None:
        if row < reach:
            return None
        mean = math.fsum(closes[symbol][row - reach + 1 : row + 1]) / reach
        return closes[symbol][row] / closes[symbol][row - reach] - 1 if closes[symbol][row] > mean else None

    def share(symbol: str, row: int) -> float | None:
        if weight == "equally":
            return 1.0
        window = result_weights[symbol]
        return None if math.isnan(window[row]) else window[row]

    # The standard deviation itself has its own oracle; its bits are the library's.
    written = 'apx 1\nstrategy "w"\ntrade "AAPL" every 1d\nplot 1 / stdev(close, 20 bars) * close\n'
    result_weights = {symbol: apx.compile(written).run(sample(symbol))["plot_1"].tolist() for symbol in SYMBOLS}
    fees = Fees(0.01, 1.0, slip_ticks=1.0, **({"per_order": 2.0} if "order" in fee else {"share": 0.001}))
    quotes = {s: {day: Quote(opens[s][row], closes[s][row]) for day, row in place[s].items()} for s in SYMBOLS}
    bank = Bank(quotes, 100_000.0, fees)

    def rules(bank: Bank, day: int, present: list[str]) -> None:
        if day in ends:
            rows = {symbol: place[symbol][day] for symbol in present}
            bank.hold_top(present, count, {s: strength(s, r) for s, r in rows.items()}, {s: share(s, r) for s, r in rows.items()})

    bank.run(rules)
    run = result.run
    found = [
        (
            int(leg.time[int(leg.fill_rows[row, 1])]) // DAY,
            leg.symbol,
            leg.fill_rows[row, 3] * leg.fill_rows[row, 4],
            leg.fill_rows[row, 5],
            leg.fill_rows[row, 8],
        )
        for leg, row in ((run.legs[k], row) for k, row in run.fill_order.tolist())
    ]
    assert found == [(f.day, f.symbol, f.quantity, f.price, f.cash) for f in bank.fills]
    assert len(found) > 80
    assert run.equity_values.tolist() == bank.equities
    for symbol, held in run.position_values.items():
        assert held.tolist() == [holding[symbol] for holding in bank.holdings]
    assert run.traded == float(bank.turnover)

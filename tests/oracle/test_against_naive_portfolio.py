"""Several real instruments on one account against a naive bank: fills, cash, equity and holdings, bit for bit."""

from __future__ import annotations

import math
import random
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

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

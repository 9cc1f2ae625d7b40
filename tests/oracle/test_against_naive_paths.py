"""`fills ohlc_path` of two instruments on one account against a broker written anew: every fill in its order, and the cash after it."""

from __future__ import annotations

import os

import numpy as np
import pytest

from compiler.plan import Account
from runtime.machine.instrument import Instrument
from tests.oracle.naive_paths import Bar, Broker, Place, Wish
from tests.runtime.machine.desk import from_entry
from tests.runtime.portfolio.trading_floor import Floor, Traded

MORE = int(os.environ.get("PATHS", "150"))
QUANTITY, CAPITAL = 50.0, 8_000.0


def market(random: np.random.Generator, days: int) -> dict[str, dict[int, Bar]]:
    """Prices on halves, so that sums are exact; each instrument misses a day now and then."""
    found: dict[str, dict[int, Bar]] = {}
    for symbol in ("B", "A"):
        price, rows = 100.0, {}
        for day in range(days):
            a, b, c, d = (price + random.integers(-8, 9, 4) / 2.0).tolist()
            price = d
            if random.random() < 0.9:
                rows[day] = (a, max(a, b, c, d), min(a, b, c, d), d)
        found[symbol] = rows
    return found


def both(seed: int) -> tuple[Traded, Broker]:
    """The same days by the portfolio and by the naive broker."""
    random = np.random.default_rng(seed)
    bars = market(random, 60)
    kind = "limit" if seed % 2 else "stop"
    enters = {symbol: [day for day in rows if random.random() < 0.5] for symbol, rows in bars.items()}
    leaves = {symbol: [day for day in rows if random.random() < 0.15] for symbol, rows in bars.items()}
    away = {symbol: {day: float(random.integers(-4, 5)) / 2.0 for day in rows} for symbol, rows in bars.items()}
    account = Account(capital=CAPITAL, fills="ohlc_path")
    steps = {symbol: Instrument(tick=0.5, lot=QUANTITY) for symbol in bars}
    floor = Floor.of(bars, account, steps)
    floor.act(
        "buy", enters, sizing="quantity", size=QUANTITY, entry=kind,
        price={symbol: [bars[symbol][day][3] + away[symbol][day] for day in rows] for symbol, rows in bars.items()},
        stop=from_entry("sub", 3.0), target=from_entry("add", 2.0),
    )  # fmt: skip
    floor.act("exit", leaves)
    found = floor.run()

    broker = Broker(CAPITAL, QUANTITY, 3.0, 2.0, {symbol: Place() for symbol in bars})
    for day in range(60):
        here = {symbol: rows[day] for symbol, rows in bars.items() if day in rows}
        broker.day(day, here)
        wishes = [(symbol, Wish("exit")) for symbol in here if day in leaves[symbol]]
        wishes += [(s, Wish(kind, here[s][3] + away[s][day])) for s in here if day in enters[s]]
        broker.close(wishes)
    return found, broker


@pytest.mark.parametrize("seed", range(MORE))
def test_two_instruments_along_their_paths(seed: int) -> None:
    found, broker = both(seed)
    assert found.short_fills == broker.fills
    assert found.cash[-1] == broker.cash


def test_cash_does_not_pay_for_both_so_that_the_order_of_events_decides() -> None:
    brokers = [both(seed)[1] for seed in range(10)]
    assert sum(len(broker.fills) for broker in brokers) > 200
    assert sum(broker.refused for broker in brokers) > 50

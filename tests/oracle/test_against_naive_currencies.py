"""Real stocks in two currencies on one account against a bank that looks rates up in a table: fills, cash, equity, profits and refusals, bit for bit."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apextrade as apx
from runtime.candles import Candles
from runtime.data.samples import read_sample
from tests.oracle.naive_currencies import Exchange
from tests.oracle.naive_portfolio import Bank, Fees, Quote

DAY = 86_400_000_000
PROGRAM = """apx 1
strategy "Two currencies"
trade "IBM", "AAPL" every 1d
settings
  capital 100_000 USD
  commission {fee}
when close > close[1] and close[1] > close[2]
  buy {size}
when close < close[1] and close[1] < close[2]
  exit position
"""


@cache
def sample(symbol: str) -> Candles:
    return Candles.from_raw(read_sample(symbol))


def stretch(symbol: str, first: int, days: int) -> Candles:
    whole = sample(symbol)
    day = whole.time // DAY
    return whole.rows(slice(int(np.searchsorted(day, first)), int(np.searchsorted(day, first + days))))


def pair_of(first: int, days: int, name: str, seed: int, late: int) -> tuple[Candles, dict[int, float]]:
    """A made-up pair with holes, and what it says of a euro in dollars on each of its days."""
    chance = np.random.default_rng(seed)
    close = np.round(1.1 * np.exp(np.cumsum(chance.normal(0, 0.01, days))), 5)
    kept = np.flatnonzero((chance.random(days) > 0.2) & (np.arange(days) >= late))
    kept = kept if len(kept) else np.array([days - 1])
    told = 1.0 / close[kept] if name == "USDEUR" else close[kept]
    bars = Candles.from_arrays(
        time=(first + kept) * DAY, open=told, high=told, low=told, close=told, volume=told, symbol=name
    ).following("24/7")
    worth = 1.0 / told if name == "USDEUR" else told
    return bars, dict(zip((first + kept).tolist(), worth.tolist(), strict=True))


def table(days: list[int], rates: dict[int, float], shift: int) -> dict[int, float | None]:
    """The last rate of a day up to `shift` days before each; None before the first."""
    found: dict[int, float | None] = {}
    for day in days:
        known = [other for other in rates if other <= day - shift]
        found[day] = rates[max(known)] if known else None
    return found


@settings(deadline=None, max_examples=25)
@given(
    seed=st.integers(0, 2**32),
    first=st.integers(11_000, 15_500),
    name=st.sampled_from(["EURUSD", "USDEUR"]),
    late=st.sampled_from([0, 30]),
    always=st.booleans(),
    lot=st.sampled_from([1.0, 0.125]),
    fee=st.sampled_from(["0.1%", "1.5 USD per order"]),
    size=st.sampled_from(["45% of equity", "130% of equity", "20_000 USD"]),
)
def test_stocks_in_two_currencies_equal_the_naive_bank(
    seed: int, first: int, name: str, late: int, always: bool, lot: float, fee: str, size: str
) -> None:
    """IBM is said to be quoted in euros. always: everything trades round the clock, so that a close knows the pair's bar of its day; by the
    calendar of New York that bar is complete only afterwards."""
    pair, rates = pair_of(first, 90, name, seed, late)
    stocks = {symbol: stretch(symbol, first, 90) for symbol in ("IBM", "AAPL")}
    if any(len(bars) < 5 for bars in stocks.values()):
        return
    given_bars = {
        symbol: bars.following("24/7" if always else "XNYS").with_others({name: pair}) for symbol, bars in stocks.items()
    }
    found = apx.backtest(
        PROGRAM.format(fee=fee, size=size), given_bars, tick=0.01, lot=lot, currency={"IBM": "EUR", "AAPL": "USD"}
    ).run

    days = {symbol: (bars.time // DAY).tolist() for symbol, bars in stocks.items()}
    quotes = {
        symbol: {day: Quote(float(bars.open[row]), float(bars.close[row])) for row, day in enumerate(days[symbol])}
        for symbol, bars in stocks.items()
    }
    fees = Fees(0.01, lot, **({"per_order": 1.5} if "order" in fee else {"share": 0.001}))
    opens, closes = table(days["IBM"], rates, 1), table(days["IBM"], rates, 0 if always else 1)
    bank = Exchange(quotes, 100_000.0, fees, {"IBM": opens}, {"IBM": closes})
    parts = {"share": 0.45} if size.startswith("45") else {"share": 1.3} if size.startswith("130") else {"money": 20_000.0}
    refused = []

    def rules(own: Bank, day: int, present: list[str]) -> None:
        assert isinstance(own, Exchange)
        falls, rises = [], []
        for symbol in present:
            row = days[symbol].index(day)
            if row >= 2:
                a, b, c = (quotes[symbol][days[symbol][row - back]].close for back in (2, 1, 0))
                rises += [symbol] if c > b > a else []
                falls += [symbol] if c < b < a else []
        for symbol in falls:
            own.leave(symbol, "exit")
        for symbol in rises:
            if own.buy(symbol, **parts) == "no rate":
                refused.append((symbol, day))

    bank.run(rules)
    told = []
    for leg, row in found.fill_order.tolist():
        r = found.legs[leg].fill_rows[row]
        told.append((int(found.legs[leg].time[int(r[1])]) // DAY, found.legs[leg].symbol, r[3] * r[4], r[5], r[8]))
    assert told == [(f.day, f.symbol, f.quantity, f.price, f.cash) for f in bank.fills]
    assert found.equity_values.tolist() == bank.equities
    assert found.cash_values[-1] == bank.cash
    profits = sorted(profit for leg in found.legs for profit in leg.trade_rows_closed[:, 8].tolist())
    assert profits == pytest.approx(sorted(bank.profits), rel=1e-12, abs=1e-9)
    assert sum(row["count"] for row in found.trace_records() if row["cause"] == "no rate") == len(refused)
    found.ledger.check()

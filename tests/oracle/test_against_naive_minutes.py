"""`fills detail 1m` against the naive broker that lives through every minute, bit for bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from compiler.pipeline import compile_text
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.machine.instrument import Instrument
from stdlib.library import load
from tests.oracle.naive_minutes import MinuteBroker
from tests.oracle.naive_strategies import STRATEGIES

PROGRAMS = Path(__file__).parent / "programs"
INSIDE = 15
DECIDED_INSIDE = ("macd_cross", "pullback_limit", "protected_cross")
"""Programs with stops and targets, which fill otherwise without the minutes."""


def minutes_and_bars(seed: int, bars: int) -> tuple[Candles, Candles]:
    """A random walk in cents, minute by minute, and the bars of 15 minutes that it adds up to."""
    rng = np.random.default_rng(seed)
    n = bars * INSIDE
    ends = 6_000 + np.cumsum(rng.integers(-18, 19, n) * rng.choice([1, 1, 1, 4], n))
    ends = np.abs(ends - 1_000) + 1_000
    begins = np.concatenate(([6_000], ends[:-1])) + rng.integers(-3, 4, n)
    high = np.maximum(begins, ends) + rng.integers(0, 9, n)
    low = np.minimum(begins, ends) - rng.integers(0, 9, n)
    o, h, l, c = (column / 100.0 for column in (begins, high, low, ends))  # noqa: E741
    time = np.datetime64("2024-01-01T00:00", "us") + np.arange(n) * np.timedelta64(60_000_000, "us")
    fine = Candles.from_arrays(time=time, open=o, high=h, low=l, close=c, volume=np.ones(n))
    by_bar = [column.reshape(bars, INSIDE) for column in (o, h, l, c)]
    coarse = Candles.from_arrays(
        time=time[::INSIDE],
        open=by_bar[0][:, 0],
        high=by_bar[1].max(axis=1),
        low=by_bar[2].min(axis=1),
        close=by_bar[3][:, -1],
        volume=np.full(bars, float(INSIDE)),
    )
    return fine, coarse


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", STRATEGIES)
def test_every_fill_equals_that_of_a_broker_who_lives_through_every_minute(name: str, seed: int) -> None:
    fine, coarse = minutes_and_bars(seed, 1_500)
    strategy = STRATEGIES[name]
    text = (PROGRAMS / f"{name}.apx").read_text(encoding="utf-8").replace("every 1d", "every 15m")
    text = text.replace("settings\n", "settings\n  fills detail 1m\n", 1)
    plan = compile_text(text, load(), name).plan({}, 0.01, "backtest")
    result = backtest(plan, coarse, instrument=Instrument(tick=0.01, lot=1.0), detail=fine)
    assert not [w for w in result.warnings if "finer" in w]
    rows = np.column_stack([fine.open, fine.high, fine.low, fine.close]).tolist()
    minutes = [[tuple(row) for row in rows[at : at + INSIDE]] for at in range(0, len(rows), INSIDE)]
    broker = MinuteBroker(minutes, strategy.capital, strategy.costs(0.01, 1.0), strategy.pyramiding)
    broker.run(strategy.rules({n: getattr(coarse, n).tolist() for n in ("open", "high", "low", "close")}))
    found = [tuple(row[k] for k in (1, 3, 4, 5, 8)) for row in result.fill_rows.tolist()]
    expected = [(float(f.bar), float(f.side), f.quantity, f.price, f.cash) for f in broker.fills]
    for at, (a, b) in enumerate(zip(found, expected, strict=False)):
        assert a == b, f"fill {at}: (bar, side, quantity, price, cash)\n{result.fill_rows[at].tolist()}\n{broker.fills[at]}"
    assert len(found) == len(expected) >= 20
    assert result.equity_values.tolist() == broker.equities
    assert result.stats["ambiguous_bars"] == broker.ambiguous
    # It shows nothing if looking inside changes nothing.
    blind = backtest(plan, coarse, instrument=Instrument(tick=0.01, lot=1.0))
    assert any("no finer bars" in w for w in blind.warnings)
    assert name not in DECIDED_INSIDE or blind.fill_rows.tolist() != result.fill_rows.tolist()


def test_bars_whose_minutes_are_missing_or_do_not_add_up_are_filled_as_a_whole() -> None:
    fine, coarse = minutes_and_bars(3, 600)
    text = (PROGRAMS / "pullback_limit.apx").read_text(encoding="utf-8").replace("every 1d", "every 15m")
    text = text.replace("settings\n", "settings\n  fills detail 1m\n", 1)
    plan = compile_text(text, load(), "pullback_limit").plan({}, 0.01, "backtest")
    instrument = Instrument(tick=0.01, lot=1.0)
    whole = backtest(plan, coarse, instrument=instrument)
    none = backtest(plan, coarse, instrument=instrument, detail=fine.between(None, "2024-01-01T00:14"))
    assert any("599 of 600 bars have no finer bars" in w for w in none.warnings)
    assert none.fill_rows.tolist() == whole.fill_rows.tolist()
    high = fine.high.copy()
    high[INSIDE * 7 + 3] += 5.0
    off = backtest(plan, coarse, instrument=instrument, detail=replace(fine, high=high))
    assert any("On 1 of 600 bars the finer bars do not add up" in w for w in off.warnings)

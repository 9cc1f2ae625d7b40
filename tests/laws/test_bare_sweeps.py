"""The law of sharing for programs at the market alone, of which a sweep keeps no more than its figures read: each row is the same run alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.statistics import COLUMNS
from runtime.sweep.run import run
from tests.generators.markets import markets
from tests.laws.running import compiled, one_nan
from tests.laws.test_sweeps import CENTS, a_task

SHARE = 3
SIZES = ("3 units", "0.5 units", "25% of equity", "100% of equity", "150% of equity", "40% of cash", "500 USD")
PARTS = ("", "50% of ", "100% of ")


@st.composite
def at_the_market(draw: st.DrawFn) -> tuple[str, dict[str, tuple[Any, ...]]]:
    """A program that adds to positions, turns them round and takes parts of them off, and the lengths it is swept over."""
    settings = [
        f"  capital {draw(st.sampled_from([1_000, 100_000]))} USD",
        f"  commission {draw(st.sampled_from(['0%', '0.1%', '1.5 USD per order', '0.01 USD per unit']))}",
        f"  slippage {draw(st.sampled_from(['0 ticks', '2 ticks', '0.05%']))}",
        f"  pyramiding {draw(st.integers(1, 3))}",
    ]
    rules = []
    for _ in range(draw(st.integers(1, 4))):
        verb = draw(st.sampled_from(["buy", "short", "exit", "notify"]))
        way = draw(st.sampled_from(["crosses above", "crosses below", ">"]))
        rules.append(f"when sma(close, fast) {way} sma(close, {draw(st.sampled_from(['slow', '9', '4']))})")
        match verb:
            case "exit":
                rules.append(f"  exit {draw(st.sampled_from(PARTS))}position")
            case "notify":
                rules.append('  notify "now at {close}"')
            case _:
                rules.append(f"  {verb} {draw(st.sampled_from(SIZES))}")
    lengths = st.sets(st.integers(1, 20), min_size=1, max_size=3).map(
        lambda some: tuple(float(length) for length in sorted(some))
    )
    text = "\n".join(
        [
            "apx 1",
            'strategy "At the market"',
            'trade "TEST" every 1d',
            "input fast = 3 bars in 1 .. 20",
            "input slow = 7 bars in 1 .. 20",
            "settings",
            *settings,
            *rules,
            "",
        ]
    )
    return text, {"fast": draw(lengths), "slow": draw(lengths)}


@given(at_the_market(), markets(rows=90), st.sampled_from([1, 2]))
def test_each_row_of_a_program_at_the_market_is_the_same_run_alone(
    swept: tuple[str, dict[str, tuple[Any, ...]]], candles: Candles, workers: int
) -> None:
    text, values = swept
    program = compiled(text)
    task = a_task(program, candles, values, 8 * len(candles) * 1_000)
    rows = run(task, task.space.all(10_000), workers=workers)
    assert len(rows.numbers) == task.space.size
    for number in range(task.space.size):
        inputs = task.space.values(task.space.places(np.array([number]))[0])
        plan = program.plan({**task.fixed, **inputs}, CENTS.tick, "backtest")
        found = backtest(plan, candles, instrument=CENTS).stats
        stats = np.array([found.get(name, np.nan) for name in COLUMNS])
        assert one_nan(stats).tobytes() == one_nan(rows.values[number]).tobytes(), (inputs, text)

"""The laws of live strategies: each in a pool is as its own stream, to the bit, whoever comes, goes or is restored beside it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from compiler.plan import Plan
from compiler.program import Program
from compiler.terms import NO_TERMS, Terms
from runtime.candles import Candles
from runtime.live.crew import Crew
from runtime.live.events import Event, Filled, Noted, Ordered
from runtime.live.pool import Pool, candles_of
from runtime.live.saving import restored, save
from runtime.stream import Step, Stream
from tests.generators.markets import KINDS, market
from tests.generators.programs import programs
from tests.laws.running import compiled
from tests.laws.trading import CENTS

SHARE = 4
SYMBOLS = ("AAA/USDT", "BBB/USDT")
WINDOWS = """apx 1
strategy "Many windows"
trade "TEST" every 1d
input n = 20 bars in 1 .. 400
input m = 5 bars in 1 .. 400
let average = sma(close, n)
let spread = stdev(close, m)
let top = highest(high, n)
let bottom = lowest(low, m)
let slow = ema(close, m)
let strength = rsi(close, n)
let heavy = wma(close, m)
let back = close[m]
let ago = bars since (close > average)
when close crosses above average and strength < 60
  buy 10% of equity
    stop loss at entry - 2 * spread
    trail by 3 * spread
when close crosses below average and strength > 45
  short 10% of equity
    stop loss at entry + 2 * spread
when position.bars_held > 3 and close < slow
  exit position
when close crosses below slow
  exit position
"""


@dataclass
class Other:
    """A strategy run beside the pool, by a stream of its own. account: the row of its first bar with an account."""

    stream: Stream
    symbol: str
    step: Step | None = None


def other_of(plan: Plan, symbol: str, history: Candles | None) -> Other:
    stream = Stream(plan, CENTS, symbol=symbol)
    for bar in candles_of(history) if history is not None else ():
        stream.warm(bar)
    return Other(stream, symbol)


def same(a: float, b: float) -> bool:
    return np.float64(a).tobytes() == np.float64(b).tobytes() or (math.isnan(a) and math.isnan(b))


def assert_same(pool: Pool, name: str, other: Other, events: list[Event], bars: int, text: str) -> None:
    step, found = other.step, pool.step(name)
    assert (step is None) == (found is None)
    if step is None or found is None:
        return
    assert (found.time, found.row) == (step.time, step.row), text
    for at, column in enumerate(step.columns):
        assert same(found.raw[at], step.raw[at]), (
            f"{column.name} of {name} at bar {bars}: {found.raw[at]}, {step.raw[at]} in\n{text}"
        )
    own = [e for e in events if not isinstance(e, Noted) and getattr(e, "strategy", None) == name]
    assert [repr(e.fill) for e in own if isinstance(e, Filled)] == [repr(fill) for fill in step.fills], text
    assert [repr(e.order) for e in own if isinstance(e, Ordered)] == [repr(order) for order in step.orders], text
    assert same(found.equity, step.equity), f"equity of {name} at bar {bars}: {found.equity}, {step.equity} in\n{text}"


def run(plans: list[Plan], markets: list[Candles], data: st.DataObject, text: str) -> None:
    """Plans come, go and are saved at random bars of two markets."""
    rows = len(markets[0])
    bars = [list(candles_of(m)) for m in markets]
    threads = data.draw(st.sampled_from([1, 2]), label="threads")
    pool, others = Pool(crew=Crew(threads)), dict[str, Other]()
    waiting = list(enumerate(plans))
    turns = {int(x) for x in data.draw(st.lists(st.integers(0, rows - 1), max_size=6), label="turns")}
    for row in range(rows):
        while waiting and (row == 0 or row in turns) and data.draw(st.booleans() if row else st.just(len(waiting) > 1)):
            at, plan = waiting.pop()
            which = at % 2
            past = data.draw(st.sampled_from([0, row, row // 2])) if row else 0
            history = sliced(markets[which], row - past, row) if past else None
            name = f"s{at}"
            pool.add(name, plan, SYMBOLS[which], CENTS, history=history)
            others[name] = other_of(plan, SYMBOLS[which], history)
        if row in turns and others and data.draw(st.booleans()):
            gone = data.draw(st.sampled_from(sorted(others)))
            pool.remove(gone)
            del others[gone]
        if row in turns and data.draw(st.booleans()):
            saved = save(pool)
            pool = restored(saved)
            pool.crew = Crew(threads)
            assert save(pool) == saved, text
        events = list(pool.push({symbol: bars[k][row] for k, symbol in enumerate(SYMBOLS)}))
        for name, other in others.items():
            other.step = other.stream.push(bars[SYMBOLS.index(other.symbol)][row])
            assert_same(pool, name, other, events, row, text)


def sliced(candles: Candles, start: int, end: int) -> Candles:
    columns = {
        name: np.ascontiguousarray(getattr(candles, name)[start:end])
        for name in ("time", "open", "high", "low", "close", "volume")
    }
    return Candles(**columns)


@given(st.lists(programs(orders=True), min_size=2, max_size=5), st.integers(0, 2**32 - 1), st.sampled_from(KINDS), st.data())
def test_every_strategy_of_a_pool_is_as_its_own_stream(texts: list[str], seed: int, kind: str, data: st.DataObject) -> None:
    plans = [plan for text in texts if (plan := live_plan(compiled(text))) is not None]
    assume(plans)
    run(plans, [market(seed, kind, 60), market(seed + 1, "calm", 60)], data, "\n\n".join(texts))


@given(
    st.lists(st.tuples(st.integers(1, 70), st.integers(1, 70)), min_size=4, max_size=14),
    st.integers(0, 2**32 - 1),
    st.sampled_from(KINDS),
    st.sampled_from([NO_TERMS, Terms(borrow=0.05, interest=0.1, funding=0.001, funding_every=28_800, maintenance=0.3)]),
    st.data(),
)
def test_windows_and_filters_as_lanes_are_as_their_own_streams(
    lengths: list[tuple[int, int]], seed: int, kind: str, terms: Terms, data: st.DataObject
) -> None:
    program = compiled(WINDOWS)
    plans = [program.plan({"n": float(n), "m": float(m)}, 0.01, "signals") for n, m in lengths]
    plans = [replace(plan, account=replace(plan.account, terms=terms)) for plan in plans]
    run(plans, [market(seed, kind, 110), market(seed + 1, kind, 110)], data, WINDOWS)


def live_plan(program: Program) -> Plan | None:
    """The plan of a program that can run live here, else None."""
    plan = program.plan({}, 0.01, "signals")
    machine = plan.machine
    if machine is not None and any(action.entry == "this_close" or action.verb == "hold top" for action in machine.actions):
        return None
    return None if plan.across or any(source.symbol not in ("",) for source in plan.sources) else plan

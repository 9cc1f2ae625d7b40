"""The laws where finer bars are aggregated: sessions, gaps in either feed, bars that contradict each other, clocks inside clocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compiler.clocks import FINER
from compiler.plan import Plan
from runtime.candles import Candles
from tests.generators.programs import programs
from tests.generators.sessions import FEEDS, STARTS, Feed, intraday
from tests.laws.clocks import history, interpreted, pushed
from tests.laws.running import assert_same_bits, compiled
from tests.laws.test_clocks import another_future, first_rows

SLOWER, SHORTER = ("1h", "4h", "1d", "1w"), ("5m", "15m")
PROGRAMS = programs(orders=False, depth=2, every="30m", slower=SLOWER, others=("OTHER",), finer=SHORTER)
TRADING = programs(orders=True, depth=2, every="30m", slower=SLOWER, finer=SHORTER)
ALWAYS = """
plot sum_inside(volume on 5m), count_inside((close > open) on 15m), stdev_inside(close on 5m), last_inside(close on 5m)
plot sum_inside(volume on 5m) on 1d, mean_inside(close on 1h) on 1d, first_inside((close on 15m) on 5m), highest_inside(high on 15m) on 4h
plot lowest_inside(session.low on 5m), sum_inside(time.minute on 15m), sum_inside(1 on 5m), highest_inside((sum_inside(volume on 5m)) on 15m)
"""


def desk(own: Feed, inside: Feed, other: Feed, start: str, days: int) -> Candles:
    """Bars of half an hour with another instrument beside them, and bars of five minutes inside them that need not add up to them."""
    base, beside = (
        replace(intraday(f.seed, f.follows, start, 30, days, f.missing, f.holes, symbol), timeframe=1_800)
        for f, symbol in ((own, "TEST"), (other, "OTHER"))
    )
    finer = intraday(inside.seed, own.follows, start, 5, days, inside.missing, inside.holes, "TEST")
    late = inside.seed % 7  # the finer bars begin some bars after the others
    return base.with_others({"OTHER": beside}).with_finer(
        replace(finer.rows(slice(late, None)), timeframe=300)
    )  # of few bars it can't be told


def desks(days: int) -> st.SearchStrategy[Candles]:
    return st.builds(desk, FEEDS, FEEDS, FEEDS, st.sampled_from(STARTS), st.just(days))


def aggregates(plan: Plan) -> int:
    """How many columns of a plan and its sources are aggregated of finer bars than its own."""
    own = sum(bool(how) for source in plan.sources if source.symbol == FINER for how in source.aggregates)
    return own + sum(aggregates(source.plan) for source in plan.sources)


@given(text=PROGRAMS, candles=desks(1), line=st.sampled_from(ALWAYS.strip().splitlines()))
def test_history_interpreter_and_stream_give_the_same_bits(text: str, candles: Candles, line: str) -> None:
    program = compiled(f"{text}{line}\n")
    assert aggregates(program.plan()) > 1
    whole = history(program, candles)
    assert_same_bits(whole, interpreted(program, candles), text)
    assert_same_bits(whole, pushed(program, candles), text)


@given(text=TRADING, candles=desks(2), chunk=st.integers(1, 60), save=st.integers(1, 50))
def test_programs_that_trade_give_the_same_bits_in_any_chunks_and_after_any_restore(
    text: str, candles: Candles, chunk: int, save: int
) -> None:
    text = text.replace(" at this close", " at next open")  # which no stream takes
    program = compiled(text)
    whole = history(program, candles)
    assert_same_bits(whole, history(program, candles, chunk), text)
    assert_same_bits(whole, pushed(program, candles, save), text)


@given(text=PROGRAMS, candles=desks(2), cut=st.floats(0.05, 0.95), gone=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_changing_the_future_inside_bars_changes_nothing_before_it(
    text: str, candles: Candles, cut: float, gone: bool, seed: int
) -> None:
    """Everything that opens after a bar's own half hour may be other, in the finer bars too: also within the bars that follow at once."""
    program = compiled(text + ALWAYS)
    at = max(1, int(cut * len(candles)))
    moment = int(candles.time[at - 1])
    assert candles.finer is not None
    closed = moment + 29 * 60_000_000
    changed = another_future(candles, moment, gone, seed).with_finer(another_future(candles.finer, closed, gone, seed + 1))
    changed = changed.with_others({"OTHER": another_future(candles.beside["OTHER"], moment, gone, seed + 2)})
    before, after = (first_rows(history(program, c), at) for c in (candles, changed))
    assert_same_bits(before, after, text)


@given(candles=desks(3), seed=st.integers(0, 2**32 - 1))
def test_a_finer_value_that_becomes_known_changes_nothing_that_was_known(candles: Candles, seed: int) -> None:
    """Kleene's law for aggregates: unknown closes made known leave every value that was known as it was."""
    program = compiled('apx 1\nstrategy "K"\ntrade "TEST" every 30m\n' + ALWAYS.splitlines()[1] + "\n")
    assert candles.finer is not None
    close = candles.finer.close.copy()
    hidden = np.where(np.random.default_rng(seed).random(len(close)) < 0.2, np.nan, close)
    known = history(program, candles)
    less = history(program, candles.with_finer(replace(candles.finer, close=hidden)))
    for name in known:
        truths = ~np.isnan(less[name])
        np.testing.assert_array_equal(less[name][truths], known[name][truths])
        assert not (np.isnan(known[name]) & truths).any()  # what was unknown with all of them stays so

"""Pools restored again and again: nothing of what they keep gets lost, grows or is shared differently."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from compiler.plan import Plan
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch
from runtime.live import saving
from runtime.live.pool import Pool, candles_of
from runtime.live.saving import restored, save
from tests.generators.markets import market
from tests.laws.running import compiled
from tests.laws.test_live import WINDOWS, sliced
from tests.laws.trading import CENTS
from tests.runtime.live.test_pool import cross

ROWS = 90
LENGTHS = ((2, 3), (3, 5), (4, 4), (5, 9), (7, 2), (9, 16), (12, 7), (17, 11), (18, 40), (33, 18), (40, 1))


def windows(n: int, m: int) -> Plan:
    return compiled(WINDOWS).plan({"n": float(n), "m": float(m)}, 0.01, "signals")


def many() -> Pool:
    pool = Pool()
    for n, m in LENGTHS:
        pool.add(f"{n}-{m}", windows(n, m), "A", CENTS)
    return pool


def with_gaps(seed: int) -> list[Candle]:
    """Bars of which some are unknown: filters then are not in step any more."""
    bars = list(candles_of(market(seed, "calm", ROWS)))
    for row in (3, 30, 31, 55):
        bars[row] = Candle(bars[row].time, *(np.nan for _ in range(5)))
    return bars


@pytest.mark.parametrize("gaps", [False, True])
def test_a_pool_restored_after_every_bar_is_as_one_that_never_stopped(gaps: bool) -> None:
    pool, again = many(), many()
    orders = 0
    for bar in with_gaps(5) if gaps else candles_of(market(5, "calm", ROWS)):
        again = restored(save(again))
        told = pool.push({"A": bar})
        assert repr(again.push({"A": bar})) == repr(told)
        orders += len(told)
        for name in pool.places:
            mine, theirs = pool.step(name), again.step(name)
            assert mine is not None
            assert theirs is not None
            assert np.array(theirs.raw).tobytes() == np.array(mine.raw).tobytes()
            assert repr(theirs.equity) == repr(mine.equity)
        assert save(again) == save(pool)
    assert orders > 50


def test_who_comes_to_a_restored_pool_shares_with_who_is_there_and_goes_without_a_trace() -> None:
    history = market(5, "calm", ROWS)
    pool = many()
    for bar in list(candles_of(history))[:40]:
        pool.push({"A": bar})
    again = restored(save(pool))
    nodes, bytes_before = again.nodes, save(again)
    again.add("twin", windows(*LENGTHS[3]), "A", CENTS, history=sliced(history, 0, 40))
    assert again.nodes == nodes
    again.add("other", windows(6, 6), "A", CENTS, history=sliced(history, 0, 40))
    assert again.nodes > nodes
    again.remove("other")
    again.remove("twin")
    assert again.nodes == nodes
    assert save(again) == bytes_before
    for bar in list(candles_of(history))[40:]:
        assert repr(again.push({"A": bar})) == repr(pool.push({"A": bar}))
    assert save(again) == save(pool)


def test_coming_and_going_leaves_nothing_behind() -> None:
    history = market(5, "calm", ROWS)
    pool = many()
    for bar in list(candles_of(history))[:40]:
        pool.push({"A": bar})
    before = save(pool)

    def sizes() -> tuple[int, ...]:
        graph = pool.lines["A"][0].series.graph
        return (
            *(len(part) for part in (graph.nodes, graph.maker, graph.users, graph._table, graph._keys)),
            len(pool.places),
            len(pool.lines["A"]),
            len(pool.failed),
            len(pool.lines["A"][0].series.seats),
            len(pool.lines["A"][0].series.kept),
        )

    there = sizes()
    for k in range(40):
        pool.add("guest", windows(3 + k, 50 - k), "A", CENTS, history=sliced(history, 0, 40))
        pool.add("stranger", cross(5), "A", CENTS)
        pool.settle()
        pool.remove("guest")
        pool.remove("stranger")
        pool.settle()
    assert sizes() == there
    assert save(pool) == before


def test_a_strategy_added_anew_under_its_name_begins_flat() -> None:
    history = market(5, "calm", ROWS)
    bars = list(candles_of(history))
    pool, fresh = Pool(), Pool()
    pool.add("s", cross(3), "A", CENTS)
    for bar in bars[:40]:
        pool.push({"A": bar})
    pool.remove("s")
    pool.add("s", cross(3), "A", CENTS, history=sliced(history, 0, 40))
    fresh.add("s", cross(3), "A", CENTS, history=sliced(history, 0, 40))
    assert pool.step("s") is None
    for bar in bars[40:]:
        assert repr(pool.push({"A": bar})) == repr(fresh.push({"A": bar}))
    assert save(pool) == save(fresh)


def test_candles_of_an_instrument_that_nobody_trades_disturb_nobody() -> None:
    bars = list(candles_of(market(5, "calm", ROWS)))
    pool, alone = many(), many()
    for row, bar in enumerate(bars):
        given = {"NOBODY": bar, "A": bar} if row % 3 else {"A": bar, "NOBODY": bar}
        assert repr(pool.push(given)) == repr(alone.push({"A": bar}))
        assert pool.step("2-3") is not None


def test_an_instrument_without_a_candle_waits() -> None:
    bars = list(candles_of(market(5, "calm", ROWS)))
    pool = many()
    pool.add("b", cross(4), "B", CENTS)
    for bar in bars[:20]:
        pool.push({"A": bar, "B": bar})
    step = pool.step("b")
    for bar in bars[20:30]:
        pool.push({"A": bar})
    assert repr(pool.step("b")) == repr(step)


def test_a_state_of_another_format_is_refused() -> None:
    saved = save(many())
    start = len(saving.POOL_MARK) + 32
    end = start + 8 + int.from_bytes(saved[start : start + 8], "big")
    for number in (saving.POOL_FORMAT - 1, saving.POOL_FORMAT + 1):
        header = json.loads(saved[start + 8 : end]) | {"format": number}
        text = json.dumps(header, separators=(",", ":")).encode()
        body = len(text).to_bytes(8, "big") + text + saved[end:]
        with pytest.raises(StateMismatch, match="another format"):
            restored(saving.POOL_MARK + hashlib.sha256(body).digest() + body)


def test_a_pool_warmed_by_a_history_computes_as_one_that_took_its_bars() -> None:
    history = market(5, "calm", ROWS)
    bars = list(candles_of(history))
    pool, warm = many(), Pool()
    for bar in bars[:47]:
        pool.push({"A": bar})
    for n, m in LENGTHS:
        warm.add(f"{n}-{m}", windows(n, m), "A", CENTS, history=sliced(history, 0, 47))
    for bar in bars[47:]:
        warm = restored(save(warm))
        pool.push({"A": bar})
        warm.push({"A": bar})
        for name in pool.places:
            mine, theirs = pool.step(name), warm.step(name)
            assert mine is not None
            assert theirs is not None
            for column in ("average", "spread", "top", "bottom", "slow", "strength", "heavy", "back", "ago"):
                assert np.float64(theirs[column]).tobytes() == np.float64(mine[column]).tobytes()


def test_windows_that_shared_blocks_go_on_so_when_few_are_left() -> None:
    bars = list(candles_of(market(5, "calm", ROWS)))
    pool = many()
    for bar in bars[:40]:
        pool.push({"A": bar})
    for n, m in LENGTHS[2:]:
        pool.remove(f"{n}-{m}")
    again = restored(save(pool))
    for bar in bars[40:]:
        assert repr(again.push({"A": bar})) == repr(pool.push({"A": bar}))
    assert save(again) == save(pool)


def test_an_adjusted_candle_is_refused_and_changes_nothing() -> None:
    bars = list(candles_of(market(5, "calm", ROWS)))
    pool = many()
    pool.push({"A": bars[0]})
    before = save(pool)
    with pytest.raises(FeedError):
        pool.push({"A": replace(bars[1], factor=0.5)})
    assert save(pool) == before


def test_a_strategy_that_failed_takes_candles_again_once_it_is_added_anew() -> None:
    text = 'apx 1\nstrategy "Hours"\ntrade "A" every 1h on session "09:00-17:00" in "UTC"\nlet x = ema(close, 3)\n'
    plan, hour = compiled(text).plan(), 3_600_000_000
    pool = Pool()
    pool.add("hours", plan, "A")
    for row in (9, 20):  # the second is outside the session
        pool.push({"A": Candle(96 * hour + row * hour, 10.0, 11.0, 9.0, 10.0, 1.0)})
    assert pool.failed.keys() == {"hours"}
    pool.remove("hours")
    pool.add("hours", plan, "A")
    pool.push({"A": Candle((120 + 9) * hour, 10.0, 11.0, 9.0, 10.0, 1.0)})
    assert not pool.failed
    assert pool.step("hours") is not None


def test_a_restored_pool_is_saved_as_the_same_bytes_whoever_has_gone() -> None:
    """Of many with the same windows, of which the last to come or to go was the first to share them."""
    bar = next(candles_of(market(0, "calm", ROWS)))
    lengths = [(1, 1), (1, 1), (14, 39), (1, 1), (15, 51), (1, 1), (1, 53), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (32, 1)]
    for gone in range(1, len(lengths)):
        pool = Pool()
        for at in reversed(range(1, len(lengths))):
            pool.add(f"s{at}", windows(*lengths[at]), "AB"[at % 2], CENTS)
        list(pool.push({"A": bar, "B": bar}))
        pool.add("s0", windows(*lengths[0]), "A", CENTS)
        pool.remove(f"s{gone}")
        saved = save(pool)
        assert save(restored(saved)) == saved, gone

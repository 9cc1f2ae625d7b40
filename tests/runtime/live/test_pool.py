"""Pools of live strategies: what they share, what they refuse, and that one does not disturb another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from compiler.plan import Plan
from runtime.candles import Candles
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch
from runtime.live import saving
from runtime.live.events import Alerted, Failed, Filled, Missing, Noted
from runtime.live.pool import Pool, PoolError, candles_of
from runtime.live.saving import restored, save
from tests.generators.markets import market
from tests.laws.running import compiled
from tests.laws.test_live import sliced
from tests.laws.trading import CENTS

DAY = 86_400_000_000
ROWS = 120
CROSS = """apx 1
strategy "Cross"
trade "COIN/USDT" every 1d
input n = 5 bars in 1 .. 100
when close crosses above sma(close, n)
  buy 10% of equity
  notify "above {close}"
when close crosses below sma(close, n)
  exit position
alert when close > sma(close, n) "high"
"""


def cross(n: int) -> Plan:
    return compiled(CROSS).plan({"n": float(n)}, 0.01, "signals")


def bars(seed: int = 1) -> tuple[Candles, list[Candle]]:
    found = market(seed, "calm", ROWS)
    return found, list(candles_of(found))


def test_strategies_that_compute_alike_share_what_they_compute() -> None:
    pool, alone = Pool(), Pool()
    alone.add("one", cross(5), "A")
    for k in range(10):
        pool.add(f"s{k}", cross(5), "A")
    assert pool.nodes == alone.nodes
    pool.add("other", cross(6), "A")
    assert alone.nodes < pool.nodes < 2 * alone.nodes
    pool.add("elsewhere", cross(5), "B")
    before = pool.nodes
    pool.remove("elsewhere")
    assert pool.nodes == before - alone.nodes


def test_a_strategy_that_comes_later_with_the_same_bars_shares_and_with_others_does_not() -> None:
    history, candles = bars()
    pool = Pool()
    pool.add("first", cross(5), "A")
    for bar in candles[:60]:
        pool.push({"A": bar})
    nodes = pool.nodes
    pool.add("the same bars", cross(5), "A", history=sliced(history, 0, 60))
    assert pool.nodes == nodes
    pool.add("fewer bars", cross(5), "A", history=sliced(history, 30, 60))
    assert pool.nodes == 2 * nodes
    pool.add("no bars", cross(5), "A")
    assert pool.nodes == 3 * nodes


def test_what_happens_is_told() -> None:
    pool = Pool()
    pool.add("s", cross(3), "A", CENTS)
    told = [event for bar in bars()[1] for event in pool.push({"A": bar})]
    kinds = {type(event) for event in told}
    assert {Filled, Alerted, Noted} <= kinds
    note = next(event for event in told if isinstance(event, Noted))
    assert note.text.startswith("above ")
    assert note.strategy == "s"


def test_a_late_or_repeated_candle_is_refused_and_changes_nothing() -> None:
    _, candles = bars()
    pool = Pool()
    pool.add("a", cross(5), "COIN/USDT", CENTS)
    pool.add("b", cross(5), "B", CENTS)
    for bar in candles[:30]:
        pool.push({"COIN/USDT": bar, "B": bar})
    before = save(pool)
    for late in (candles[29], candles[3]):
        with pytest.raises(FeedError, match="in order"):
            pool.push({"COIN/USDT": candles[30], "B": late})
    with pytest.raises(FeedError, match="put shorter ones together"):
        pool.push({"COIN/USDT": Candle(candles[29].time + DAY // 2, 1.0, 1.0, 1.0, 1.0)})
    assert save(pool) == before


def test_bars_that_did_not_come_are_told() -> None:
    _, candles = bars()
    pool = Pool()
    pool.add("a", cross(5), "COIN/USDT")
    pool.add("b", cross(5), "EURUSD")
    told = [event for bar in (*candles[:3], *candles[5:]) for event in pool.push({"COIN/USDT": bar, "EURUSD": bar})]
    missing = {event.symbol: event for event in told if isinstance(event, Missing)}
    assert missing["COIN/USDT"] == Missing("COIN/USDT", candles[2].time, candles[5].time, 2)
    assert "EURUSD" not in missing  # 4 and 5 January 2020 are a weekend


def test_a_strategy_that_fails_is_told_and_the_others_go_on() -> None:
    text = 'apx 1\nstrategy "Hours"\ntrade "A" every 1h on session "09:00-17:00" in "UTC"\nlet x = ema(close, 3)\n'
    pool, hour = Pool(), DAY // 24
    pool.add("hours", compiled(text).plan(), "A")
    pool.add("cross", compiled(CROSS.replace("1d", "1h")).plan(), "A")
    at = [4 * DAY + k * hour for k in range(9, 20)]
    told = [event for time in at for event in pool.push({"A": Candle(time, 10.0, 11.0, 9.0, 10.0, 1.0)})]
    failed = [event for event in told if isinstance(event, Failed)]
    assert [event.strategy for event in failed] == ["hours"]
    assert "on session" in failed[0].reason
    step = pool.step("cross")
    assert step is not None
    assert step.row == len(at) - 1
    assert restored(save(pool)).failed.keys() == {"hours"}


def test_what_a_pool_cannot_run_is_refused_and_changes_nothing() -> None:
    history, candles = bars()
    pool = Pool()
    pool.add("a", cross(5), "A")
    before = save(pool)
    for text in ('let x = close from "SPY"', "let x = members_rank(close)"):
        with pytest.raises((PoolError, FeedError)):
            pool.add("b", compiled(f'apx 1\nstrategy "Other"\ntrade "A" every 1d\n{text}\n').plan(), "A")
    with pytest.raises(PoolError, match="already"):
        pool.add("a", cross(5), "A")
    with pytest.raises(PoolError, match="no strategy"):
        pool.remove("b")
    assert save(pool) == before
    pool.push({"A": candles[0]})
    with pytest.raises(FeedError, match="push that first"):
        pool.add("b", cross(5), "A", history=sliced(history, 0, 2))
    pool.push({"A": candles[1]})
    with pytest.raises(FeedError, match="missing"):
        pool.add("b", cross(5), "A", history=sliced(history, 0, 1))


def test_a_damaged_or_strange_state_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    _, candles = bars()
    pool = Pool()
    pool.add("a", cross(5), "A", CENTS)
    for bar in candles[:20]:
        pool.push({"A": bar})
    saved = save(pool)
    for bad in (
        b"",
        b"something",
        saved[:-1],
        saved[:-9] + bytes([saved[-9] ^ 1]) + saved[-8:],
        saved.replace(b"apextrade pool", b"apextrade poem"),
    ):
        with pytest.raises(StateMismatch):
            restored(bad)
    monkeypatch.setattr(saving, "numeric_build", lambda: "another")
    with pytest.raises(StateMismatch, match="arithmetic"):
        restored(saved)


def test_unknown_prices_pass_through_like_any_others() -> None:
    _, candles = bars()
    pool = Pool()
    pool.add("a", cross(5), "A", CENTS)
    for bar in candles[:20]:
        pool.push({"A": bar})
    gap = Candle(candles[20].time, np.nan, np.nan, np.nan, np.nan, np.nan)
    pool.push({"A": gap})
    step = pool.step("a")
    assert step is not None
    assert np.isnan(step["rule_1"])
    for bar in candles[21:40]:
        pool.push({"A": bar})
    step = pool.step("a")
    assert step is not None
    assert not np.isnan(step["rule_1"])


def test_a_state_whose_graph_does_not_fit_its_strategies_is_refused() -> None:
    _, candles = bars()
    pool = Pool()
    for n in (5, 6):
        pool.add(f"s{n}", cross(n), "A", CENTS)
    for bar in candles[:20]:
        pool.push({"A": bar})
    saved = save(pool)
    start = len(saving.POOL_MARK) + 32

    def changed(change: Callable[[dict[str, Any]], None]) -> bytes:
        end = start + 8 + int.from_bytes(saved[start : start + 8], "big")
        header = json.loads(saved[start + 8 : end])
        change(header["lines"][0])
        text = json.dumps(header, separators=(",", ":")).encode()
        body = len(text).to_bytes(8, "big") + text + saved[end:]
        return saving.POOL_MARK + hashlib.sha256(body).digest() + body

    assert save(restored(changed(lambda line: None))) == saved
    found: list[int] = []
    changed(lambda line: found.append(next(k for k, node in enumerate(line["nodes"]) if node[1])))
    step = found[0]
    for change in (
        lambda line: line["nodes"][step].__setitem__(1, [10_000]),
        lambda line: line["nodes"][step].__setitem__(0, "no such step"),
        lambda line: line["nodes"].pop(),
        lambda line: line["nodes"].append(line["nodes"][step]),
        lambda line: line["seats"][0].__setitem__(3, [0, 1]),
        lambda line: line["seats"][0].__setitem__(4, line["seats"][0][4][:-1]),
        lambda line: line.__setitem__("states", [0, 8]),
    ):
        with pytest.raises(StateMismatch):
            restored(changed(change))

"""A bar taken by several threads, and events that are read later."""

from __future__ import annotations

import pytest

from runtime.live import crew
from runtime.live.crew import Crew
from runtime.live.events import Event
from runtime.live.pool import Pool, candles_of
from runtime.live.saving import save
from tests.generators.markets import market
from tests.runtime.live.test_pool import cross

SYMBOLS = ("A", "B", "C", "D", "E")


def run(threads: int | None) -> tuple[list[Event], bytes]:
    pool = Pool(crew=Crew(threads))
    for k, symbol in enumerate(SYMBOLS):
        for n in range(3 + k, 12):
            pool.add(f"{symbol}{n}", cross(n), symbol)
    candles = [list(candles_of(market(k, "calm", 150))) for k in range(len(SYMBOLS))]
    told = [pool.push({symbol: candles[k][row] for k, symbol in enumerate(SYMBOLS)}) for row in range(150)]
    return [event for events in told for event in events], save(pool)


@pytest.mark.parametrize("threads", [2, 3, 9])
def test_several_threads_change_no_event_no_order_of_events_and_no_bit(threads: int) -> None:
    alone, together = run(1), run(threads)
    assert len(alone[0]) > 500
    assert repr(together[0]) == repr(alone[0])
    assert together[1] == alone[1]


def test_another_thread_is_waked_only_where_each_has_enough_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew.os, "cpu_count", lambda: 4)
    assert [Crew().size(nodes) for nodes in (10, crew.LEAST, 2 * crew.LEAST, 100 * crew.LEAST)] == [1, 1, 2, 4]
    assert Crew(3).size(10) == 3
    with pytest.raises(ValueError, match="1 or more"):
        Crew(0)


def test_events_read_after_their_strategies_have_gone_are_the_same() -> None:
    def pushed(late: bool) -> list[str]:
        pool = Pool()
        for n in (5, 6, 7):
            pool.add(f"s{n}", cross(n), "A")
        found = []
        for row, bar in enumerate(candles_of(market(1, "calm", 80))):
            found.append(pool.push({"A": bar}))
            if not late:
                len(found[-1])
            if row == 40:
                pool.remove("s5")
        return [repr(events) for events in found]

    assert pushed(late=True) == pushed(late=False)
    assert any("s5" in text for text in pushed(late=True))

"""`hold top`: who is held, how much, and what is traded to get there."""

from __future__ import annotations

import math

import numpy as np
import pytest

from compiler.plan import Account
from runtime.machine.instrument import Instrument
from tests.runtime.portfolio.trading_floor import Floor, Traded

NAN = math.nan


@pytest.fixture(params=[True, False], ids=["compiled", "plain"])
def compiled(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def floor_of(symbols: str, account: Account | None = None, prices: dict[str, float] | None = None, **facts: Instrument) -> Floor:
    return Floor.of({s: dict.fromkeys(range(6), (prices or {}).get(s, 100.0)) for s in symbols}, account, facts)  # type: ignore[misc]


def held(found: Traded) -> dict[str, float]:
    return {symbol: m.size for symbol, m in zip(found.portfolio.symbols, found.portfolio.machines, strict=True)}


def everyone(symbols: str, *days: int) -> dict[str, list[int]]:
    return {symbol: list(days) for symbol in symbols}


def test_the_highest_scores_are_held_and_ties_go_by_symbol(compiled: bool) -> None:
    floor = floor_of("DCBA").act("hold top", everyone("DCBA", 0), size=2.0, score={"D": 5.0, "C": 7.0, "B": 5.0, "A": 1.0})
    assert held(floor.run(compiled)) == {"D": 0.0, "C": 50.0, "B": 50.0, "A": 0.0}


def test_unknown_scores_and_who_does_not_pass_are_left_out(compiled: bool) -> None:
    floor = floor_of("ABCD").act(
        "hold top",
        everyone("ABCD", 0),
        size=3.0,
        score={"A": NAN, "B": 3.0, "C": 2.0, "D": 1.0},
        where={"A": 2.0, "B": 1.0, "C": 2.0, "D": 2.0},
    )
    # B's condition is unknown: it is not held. Two are left, so each is half of equity.
    assert held(floor.run(compiled)) == {"A": 0.0, "B": 0.0, "C": 50.0, "D": 50.0}


def test_weights_share_equity_and_unknown_or_negative_ones_are_left_out(compiled: bool) -> None:
    floor = floor_of("ABCD").act(
        "hold top",
        everyone("ABCD", 0),
        size=2.0,
        score={"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0},
        weight={"A": NAN, "B": -1.0, "C": 3.0, "D": 1.0},
    )
    assert held(floor.run(compiled)) == {"A": 0.0, "B": 0.0, "C": 75.0, "D": 25.0}


def test_weights_of_nothing_hold_nothing(compiled: bool) -> None:
    floor = floor_of("AB").act("hold top", everyone("AB", 0), size=2.0, score=1.0, weight=0.0)
    assert held(floor.run(compiled)) == {"A": 0.0, "B": 0.0}


def test_what_is_not_in_the_top_is_sold_before_the_rest_is_bought(compiled: bool) -> None:
    floor = floor_of("AB", Account(capital=10_000.0, commission_share=0.01))
    floor.act("hold top", everyone("AB", 0, 2), size=1.0, score={"A": [1.0] * 2 + [9.0] * 4, "B": [5.0] * 6})
    found = floor.run(compiled)
    # 100 B at 100 cost more than there is with their fee: 99. What A gets is paid by what B brought.
    assert found.short_fills == [(1, "B", 99.0, 100.0), (3, "B", -99.0, 100.0), (3, "A", 97.0, 100.0)]


def test_a_rotation_trades_only_the_difference(compiled: bool) -> None:
    bars = {"A": {0: 100.0, 1: 100.0, 2: 120.0, 3: 120.0}, "B": {0: 100.0, 1: 100.0, 2: 80.0, 3: 80.0}}
    floor = Floor.of(bars)  # type: ignore[arg-type]
    floor.act("hold top", everyone("AB", 0, 2), size=2.0, score=1.0)
    # Equity is 10,000 again: 41 A and 62 B are half of it each.
    assert floor.run(compiled).short_fills[2:] == [(3, "A", -9.0, 120.0), (3, "B", 12.0, 80.0)]


def test_nothing_is_traded_where_nothing_has_changed(compiled: bool) -> None:
    floor = floor_of("AB", A=Instrument(tick=0.01), B=Instrument(tick=0.01)).act(
        "hold top", everyone("AB", 0, 2, 4), size=2.0, score=1.0
    )
    assert len(floor.run(compiled).fills) == 2


def test_a_fixed_fee_comes_off_before_an_increase_is_sized(compiled: bool) -> None:
    floor = floor_of("AB", Account(capital=10_000.0, commission_per_order=60.0)).act(
        "hold top", everyone("AB", 0), size=2.0, score=1.0
    )
    found = floor.run(compiled)
    assert held(found) == {"A": 49.0, "B": 49.0}
    assert found.cash[-1] == 10_000.0 - 2 * 4_960.0


def test_an_instrument_without_a_bar_keeps_what_it_has(compiled: bool) -> None:
    bars = {"A": dict.fromkeys(range(6), 100.0), "B": {0: 100.0, 1: 100.0, 5: 100.0}}
    floor = Floor.of(bars)  # type: ignore[arg-type]
    floor.act("hold top", {"A": [0, 3], "B": [0]}, size=1.0, score={"A": 1.0, "B": 2.0})
    found = floor.run(compiled)
    # On day 3 only A can be ranked; all of equity is wanted for it, and none of it is in cash.
    assert held(found) == {"A": 0.0, "B": 100.0}
    assert found.causes(0) == ["no cash"]


def test_a_short_position_in_the_top_is_turned_and_one_that_is_not_is_covered(compiled: bool) -> None:
    floor = (
        floor_of("AB")
        .act("short", everyone("AB", 0), quantity=10.0)
        .act("hold top", everyone("AB", 2), size=1.0, score={"A": 2.0, "B": 1.0})
    )
    assert held(floor.run(compiled)) == {"A": 100.0, "B": 0.0}


def test_limits_cut_targets(compiled: bool) -> None:
    def after(*limits: tuple[str, float]) -> dict[str, float]:
        floor = floor_of("ABC", Account(capital=10_000.0, limits=limits))
        return held(floor.act("hold top", everyone("ABC", 0), size=3.0, score={"A": 3.0, "B": 2.0, "C": 1.0}).run(compiled))

    assert after() == {"A": 33.0, "B": 33.0, "C": 33.0}
    assert after(("positions", 2.0)) == {"A": 50.0, "B": 50.0, "C": 0.0}
    assert after(("position", 0.2)) == {"A": 20.0, "B": 20.0, "C": 20.0}
    assert after(("exposure", 0.6)) == {"A": 20.0, "B": 20.0, "C": 20.0}
    assert after(("order_value", 1_500.0)) == {"A": 15.0, "B": 15.0, "C": 15.0}
    assert after(("orders_per_day", 2.0)) == {"A": 33.0, "B": 33.0, "C": 0.0}


def test_what_still_waits_is_replaced_by_the_next_rotation(compiled: bool) -> None:
    bars = {"A": dict.fromkeys(range(6), 100.0), "B": {0: 100.0, 1: (100.0, 100.0, 100.0, NAN), 2: 100.0, 3: 100.0}}
    floor = Floor.of(bars)  # type: ignore[arg-type]
    # B's bar on day 1 is unknown: its order of day 0 waits, and B's close is not known to rank it.
    floor.act("hold top", everyone("AB", 0, 1), size=1.0, score={"A": 1.0, "B": 2.0})
    assert floor.run(compiled).short_fills == [(2, "A", 100.0, 100.0)]


def test_every_rotation_is_recorded(compiled: bool) -> None:
    floor = floor_of("ABC").act("hold top", everyone("ABC", 0), size=1.0, score={"A": 1.0, "B": 2.0, "C": NAN})
    rows = floor.run(compiled).portfolio.rotation_rows.values()
    wanted = [[0, 0, 0, 0, 1, 0, 0, 0], [0, 0, 1, 1, 2, 1, 0, 100], [0, 0, 2, NAN, NAN, 0, 0, 0]]
    assert np.array_equal(rows, np.array(wanted), equal_nan=True)


def test_a_fixed_fee_leaves_no_order_of_a_rounding(compiled: bool) -> None:
    account = Account(capital=204.000_000_000_2, commission_per_order=1.0)
    floor = floor_of("AB", account, {"A": 1.0, "B": 1.0}, A=Instrument(tick=0.01), B=Instrument(tick=0.01))
    floor.act("buy", {"A": [0]}, quantity=100.0).act("buy", {"B": [0]}, quantity=102.0)
    floor.act("hold top", everyone("AB", 2), size=2.0, score={"A": 1.0, "B": 1.0})
    found = floor.run(compiled)
    # A's half of equity is 101 and a ten-billionth; the fee comes off, and a ten-billionth of a unit is left to buy.
    assert [(day, symbol) for day, symbol, _, _ in found.short_fills] == [(1, "A"), (1, "B"), (3, "B")]
    assert [len(machine.order_rows.values()) for machine in found.portfolio.machines] == [1, 2]

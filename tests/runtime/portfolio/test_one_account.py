"""Several instruments on one account: whose cash, whose limits, in which order."""

from __future__ import annotations

import pytest

from compiler.plan import Account
from runtime.data.problems import DataError
from runtime.machine.codes import ENDS
from runtime.machine.instrument import Instrument
from runtime.portfolio.driver import Portfolio, PortfolioError
from runtime.portfolio.instants import instants
from tests.runtime.machine.desk import from_entry
from tests.runtime.portfolio.trading_floor import Bar, Floor

DAYS = range(6)


def flat(*symbols: str, price: float = 100.0) -> dict[str, dict[int, float]]:
    return {symbol: dict.fromkeys(DAYS, price) for symbol in symbols}  # type: ignore[misc]


@pytest.fixture(params=[True, False], ids=["compiled", "plain"])
def compiled(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_two_instruments_pay_from_one_cash(compiled: bool) -> None:
    floor = Floor.of(flat("A", "B")).act("buy", {"A": [0], "B": [0]}, sizing="equity", size=0.6)
    found = floor.run(compiled)
    # Both orders are of 60 % of equity; what the first has paid the second has not.
    assert found.short_fills == [(1, "A", 60.0, 100.0), (1, "B", 40.0, 100.0)]
    assert found.cash.tolist() == [10_000.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert found.causes(1) == ["reduced"]


def test_an_exit_of_one_pays_for_an_entry_of_another_at_the_same_open(compiled: bool) -> None:
    floor = Floor.of(flat("A", "B"))
    floor.act("buy", {"B": [0], "A": [2]}, sizing="equity", size=1.0).act("exit", {"B": [2]})
    # A stands before B and the entry before the exit in the text; the exit still fills first.
    assert floor.run(compiled).short_fills == [(1, "B", 100.0, 100.0), (3, "B", -100.0, 100.0), (3, "A", 100.0, 100.0)]


def test_entries_fill_in_text_order_then_in_the_order_of_the_instruments(compiled: bool) -> None:
    floor = Floor.of(flat("A", "B"))
    floor.act("buy", {"B": [0]}, sizing="equity", size=0.7).act("buy", {"A": [0], "B": [0]}, sizing="equity", size=0.2)
    floor.desks["A"].with_account(pyramiding=2)
    assert [fill[1:3] for fill in floor.run(compiled).short_fills] == [("B", 70.0), ("A", 20.0), ("B", 10.0)]


def test_all_rules_of_an_instant_size_by_the_equity_before_any_of_them(compiled: bool) -> None:
    floor = Floor.of(flat("A", "B"), Account(capital=10_000.0, commission_share=0.01))
    floor.act("buy", {"A": [0], "B": [0]}, sizing="equity", size=0.5, entry="this_close")
    # A's order is filled, and has paid its commission, before B's is made.
    assert floor.run(compiled).short_fills == [(0, "A", 50.0, 100.0), (0, "B", 49.0, 100.0)]


def test_an_instrument_without_a_bar_stays_as_it_is(compiled: bool) -> None:
    bars = {"A": dict.fromkeys(DAYS, 100.0), "B": {0: 50.0, 4: 60.0, 5: 60.0}}
    floor = Floor.of(bars).act("buy", {"B": [0]}, quantity=10.0)  # type: ignore[arg-type]
    found = floor.run(compiled)
    assert found.short_fills == [(4, "B", 10.0, 60.0)]
    assert len(found.equity) == 6


def test_cash_of_an_order_leaves_out_what_other_instruments_have_reserved(compiled: bool) -> None:
    floor = Floor.of(flat("A", "B")).act("buy", {"A": [0], "B": [0]}, sizing="cash", size=0.5)
    assert [fill[2] for fill in floor.run(compiled).short_fills] == [50.0, 25.0]


def test_equity_is_cash_and_all_positions(compiled: bool) -> None:
    bars = {"A": {0: 100.0, 1: 100.0, 2: 110.0, 3: 110.0}, "B": {0: 100.0, 1: 100.0, 2: 80.0, 3: 80.0}}
    floor = Floor.of(bars).act("buy", {"A": [0]}, quantity=10.0).act("short", {"B": [0]}, quantity=20.0)  # type: ignore[arg-type]
    assert floor.run(compiled).equity.tolist() == [10_000.0, 10_000.0, 10_500.0, 10_500.0]


def test_limit_positions_counts_instruments_over_the_account(compiled: bool) -> None:
    account = Account(capital=10_000.0, limits=(("positions", 2.0),))
    floor = Floor.of(flat("A", "B", "C"), account).act("buy", {"A": [0], "B": [0], "C": [0, 2]}, quantity=5.0)
    found = floor.run(compiled)
    assert [fill[1] for fill in found.short_fills] == ["A", "B"]
    assert found.causes(2) == ["positions"]


def test_limit_positions_is_checked_again_where_priced_entries_fill(compiled: bool) -> None:
    account = Account(capital=10_000.0, limits=(("positions", 1.0),))
    bars = {name: {0: 100.0, 1: (100.0, 100.0, 90.0, 100.0), 2: 100.0} for name in "AB"}
    floor = Floor.of(bars, account).act("buy", {"A": [0], "B": [0]}, quantity=5.0, entry="limit", price=95.0)  # type: ignore[arg-type]
    found = floor.run(compiled)
    assert found.short_fills == [(1, "A", 5.0, 95.0)]
    assert found.causes(1) == ["positions"]


def test_limit_exposure_counts_what_is_open_and_resting_elsewhere(compiled: bool) -> None:
    account = Account(capital=10_000.0, limits=(("exposure", 0.5),))
    floor = Floor.of(flat("A", "B"), account).act("buy", {"A": [0], "B": [0, 2]}, sizing="equity", size=0.4)
    found = floor.run(compiled)
    assert [fill[1:3] for fill in found.short_fills] == [("A", 40.0), ("B", 10.0)]
    assert found.causes(1)[0] == "exposure"


def test_limit_orders_per_day_counts_over_the_account(compiled: bool) -> None:
    account = Account(capital=10_000.0, limits=(("orders_per_day", 1.0),))
    floor = Floor.of(flat("A", "B"), account).act("buy", {"A": [0], "B": [0]}, quantity=5.0)
    found = floor.run(compiled)
    assert [fill[1] for fill in found.short_fills] == ["A"]
    assert found.causes(1) == ["orders_per_day"]


def test_daily_loss_is_of_the_account_and_closes_every_instrument(compiled: bool) -> None:
    account = Account(capital=10_000.0, pyramiding=2, limits=(("daily_loss", 0.03),))
    bars = {
        "A": {0: 100.0, 1: 100.0, 2: 92.0, 3: 92.0},
        "B": {0: 100.0, 1: 100.0, 2: 100.0, 3: 100.0},
        "C": {0: 100.0, 1: 100.0, 4: 100.0},
    }
    floor = Floor.of(bars, account)  # type: ignore[arg-type]
    floor.act("buy", {"A": [0]}, quantity=50.0).act("buy", {"B": [0], "C": [0]}, quantity=10.0)
    floor.act("buy", {"C": [1]}, quantity=1.0, entry="limit", price=90.0)
    found = floor.run(compiled)
    assert found.short_fills[3:] == [(3, "A", -50.0, 92.0), (3, "B", -10.0, 100.0), (4, "C", -10.0, 100.0)]
    # C has no bar on that day: its resting order ends on its last bar.
    ends = [(ENDS[int(row[9])], row[10]) for row in found.portfolio.machines[2].order_rows.values().tolist()]
    assert ends[-1] == ("limit reached", 1.0)
    assert [row[2] for row in found.portfolio.events()] == [2.0]


def test_pyramiding_is_of_each_instrument(compiled: bool) -> None:
    floor = Floor.of(flat("A", "B")).act("buy", {"A": [0, 2], "B": [2]}, quantity=5.0)
    assert [fill[:2] for fill in floor.run(compiled).short_fills] == [(1, "A"), (3, "B")]


def test_facts_of_the_position_are_its_own_and_those_of_the_account_are_shared(compiled: bool) -> None:
    floor = Floor.of(flat("A", "B")).act("buy", {"A": [0]}, quantity=5.0)
    portfolio = floor.run(compiled).portfolio
    portfolio.open_half({0: (100.0, 101.0, 99.0, 101.0), 1: (50.0, 50.0, 50.0, 50.0)}, 6 * 86_400_000_000)
    own, other = portfolio.facts(0), portfolio.facts(1)
    assert (own[0], other[0]) == (5.0, 0.0)
    assert own[8:10] == other[8:10] == [10_005.0, 9_500.0]


def test_a_stop_of_one_instrument_frees_cash_for_an_entry_of_another_inside_the_bar(compiled: bool) -> None:
    bars = {
        "A": {0: 100.0, 1: 100.0, 2: (100.0, 100.0, 80.0, 85.0)},
        "B": {0: 100.0, 1: 100.0, 2: (100.0, 100.0, 90.0, 95.0)},
    }
    floor = Floor.of(bars)  # type: ignore[arg-type]
    floor.act("buy", {"A": [0]}, quantity=100.0, stop=from_entry("mul", 0.9))
    floor.act("buy", {"B": [1]}, quantity=50.0, entry="limit", price=92.0)
    assert floor.run(compiled).short_fills[1:] == [(2, "A", -100.0, 90.0), (2, "B", 50.0, 92.0)]


def stop_and_limit(first: str, second: str, down: Bar, account: Account) -> Floor:
    """A is stopped at 90 on the way `down`; B's limit at 92 needs its money."""
    bars: dict[str, dict[int, Bar | float]] = {
        "A": {0: 100.0, 1: 100.0, 2: down},
        "B": {0: 100.0, 1: 100.0, 2: (100.0, 100.0, 90.0, 95.0)},
    }
    floor = Floor.of({first: bars[first], second: bars[second]}, account)
    floor.act("buy", {"A": [0]}, quantity=100.0, stop=from_entry("mul", 0.9))
    return floor.act("buy", {"B": [1]}, quantity=50.0, entry="limit", price=92.0)


@pytest.mark.parametrize("fills", ["ohlc_path", "tradingview"])
def test_on_one_step_of_the_path_the_order_of_the_instruments_decides(compiled: bool, fills: str) -> None:
    account, late = Account(capital=10_000.0, fills=fills), (100.0, 100.0, 80.0, 85.0)
    # Both reach their price on the second step, down from the open that was the high.
    assert stop_and_limit("A", "B", late, account).run(compiled).short_fills[1:] == [(2, "A", -100.0, 90.0), (2, "B", 50.0, 92.0)]
    found = stop_and_limit("B", "A", late, account).run(compiled)
    assert found.short_fills[1:] == [(2, "A", -100.0, 90.0)]
    assert found.causes(0) == ["no cash"]


def test_an_earlier_step_of_the_path_comes_first_whatever_the_order_of_the_instruments(compiled: bool) -> None:
    account, early = Account(capital=10_000.0, fills="ohlc_path"), (95.0, 110.0, 85.0, 100.0)
    # A goes down first, B up first: B's limit is met a step later.
    for order in (("A", "B"), ("B", "A")):
        floor = stop_and_limit(*order, early, account)
        assert floor.run(compiled).short_fills[1:] == [(2, "A", -100.0, 90.0), (2, "B", 50.0, 92.0)]


def test_at_an_open_buys_come_before_sells_over_all_instruments_on_a_path(compiled: bool) -> None:
    account = Account(capital=10_000.0, fills="ohlc_path", margin=0.5)
    floor = Floor.of({"A": {0: 100.0, 1: 110.0}, "B": {0: 100.0, 1: 90.0}}, account)
    floor.act("short", {"A": [0]}, quantity=10.0, entry="limit", price=105.0)
    floor.act("buy", {"B": [0]}, quantity=10.0, entry="limit", price=95.0)
    assert floor.run(compiled).short_fills == [(1, "B", 10.0, 90.0), (1, "A", -10.0, 110.0)]


def test_the_order_that_ends_the_platforms_day_closes_every_instrument_where_its_price_stands(compiled: bool) -> None:
    account = Account(capital=100_000.0, fills="tradingview", limits=(("orders_per_day", 3.0),), pyramiding=3)
    bars = {
        "A": {0: 100.0, 1: 100.0, 2: (100.0, 101.0, 97.0, 99.0)},
        "B": {0: 100.0, 1: 100.0, 2: (100.0, 104.0, 99.0, 102.0)},
        "C": {0: 100.0, 1: 100.0, 2: (100.0, 102.0, 90.0, 95.0)},
        "D": {0: 100.0, 1: 100.0, 3: (120.0, 120.0, 120.0, 120.0)},
    }
    floor = Floor.of(bars, account)  # type: ignore[arg-type]
    floor.act("buy", {"A": [0], "D": [0]}, quantity=10.0)
    floor.act("buy", {"B": [1]}, quantity=10.0, entry="stop", price=103.0)
    floor.act("buy", {"C": [1]}, quantity=10.0, entry="limit", price=95.0)
    floor.act("buy", {"C": [1], "A": [1]}, quantity=10.0, entry="limit", price=94.0)
    found = floor.run(compiled)
    # On the second step of day 2 A has come to its low, B to its high, and C fills at 95 and, the third of the day, at 94.
    assert found.short_fills == [
        (1, "A", 10.0, 100.0), (1, "D", 10.0, 100.0),
        (2, "B", 10.0, 103.0), (2, "C", 10.0, 95.0), (2, "C", 10.0, 94.0),
        (2, "C", -20.0, 94.0), (2, "A", -10.0, 97.0), (2, "B", -10.0, 104.0), (3, "D", -10.0, 120.0),
    ]  # fmt: skip
    assert [machine.orders.count for machine in found.portfolio.machines] == [0, 0, 0, 0]


def fine(floor: Floor, **rows: list[list[Bar]]) -> Floor:
    for symbol, inside in rows.items():
        floor.desks[symbol].fine = inside
    return floor


@pytest.mark.parametrize("order", [("A", "B"), ("B", "A")])
def test_finer_bars_of_all_instruments_go_by_their_time(compiled: bool, order: tuple[str, str]) -> None:
    account, day = Account(capital=10_000.0, fills="detail"), (100.0, 100.0, 80.0, 85.0)
    early: list[Bar] = [(100.0, 100.0, 80.0, 80.0), (80.0, 85.0, 80.0, 85.0)]
    late: list[Bar] = [(100.0, 100.0, 99.0, 99.0), (99.0, 99.0, 80.0, 85.0)]
    b_late: list[Bar] = [(100.0, 100.0, 95.0, 95.0), (95.0, 95.0, 90.0, 95.0)]
    b_early: list[Bar] = [(100.0, 100.0, 90.0, 90.0), (90.0, 95.0, 90.0, 95.0)]
    floor = fine(stop_and_limit(*order, day, account), A=[[], [], early], B=[[], [], b_late])
    assert floor.run(compiled).short_fills[1:] == [(2, "A", -100.0, 90.0), (2, "B", 50.0, 92.0)]
    floor = fine(stop_and_limit(*order, day, account), A=[[], [], late], B=[[], [], b_early])
    assert floor.run(compiled).short_fills[1:] == [(2, "A", -100.0, 90.0)]


def test_a_bar_without_finer_bars_is_filled_before_the_finer_bars_of_others(compiled: bool) -> None:
    account, day = Account(capital=10_000.0, fills="detail"), (100.0, 100.0, 80.0, 85.0)
    b: list[Bar] = [(100.0, 100.0, 90.0, 90.0), (90.0, 95.0, 90.0, 95.0)]
    floor = fine(stop_and_limit("B", "A", day, account), B=[[], [], b])
    assert floor.run(compiled).short_fills[1:] == [(2, "A", -100.0, 90.0), (2, "B", 50.0, 92.0)]


def test_a_limit_that_finds_its_position_closed_already_does_not_close_a_later_one(compiled: bool) -> None:
    account = Account(capital=10_000.0, limits=(("daily_loss", 0.01),))
    floor = Floor.of({"A": {0: 100.0, 1: 100.0, 2: (100.0, 100.0, 90.0, 90.0), 3: 90.0, 4: 90.0, 5: 90.0}}, account)
    floor.act("buy", {"A": [0, 3]}, quantity=20.0).act("exit", {"A": [2]}, entry="this_close")
    # On day 2 the limit is reached, and the rule closes the position at that very close.
    assert floor.run(compiled).short_fills == [(1, "A", 20.0, 100.0), (2, "A", -20.0, 90.0), (4, "A", 20.0, 90.0)]


def test_bars_of_different_lengths_are_refused() -> None:
    day, hour = Floor.of(flat("A", "B")).candles()
    object.__setattr__(hour, "timeframe", 3600)
    with pytest.raises(DataError, match="one length"):
        instants([day, hour])


def test_two_instruments_of_one_name_are_refused() -> None:
    machines = Floor.of(flat("A", "B")).run().portfolio.machines
    with pytest.raises(PortfolioError, match="symbol of its own"):
        Portfolio(machines, Account(), ["A", "A"])


def test_each_instrument_has_its_own_lot_and_multiplier(compiled: bool) -> None:
    instruments = {"A": Instrument(tick=0.01, lot=7.0), "B": Instrument(tick=0.01, lot=1.0, multiplier=10.0)}
    floor = Floor.of(flat("A", "B"), instruments=instruments).act("buy", {"A": [0], "B": [0]}, sizing="equity", size=0.4)
    found = floor.run(compiled)
    assert [fill[2] for fill in found.short_fills] == [35.0, 4.0]
    assert found.cash[-1] == 10_000.0 - 3_500.0 - 4_000.0

"""Liquidation: where it happens, at which price, and what goes first."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.terms import Terms
from tests.runtime.machine.desk import Desk, at_fixed, bars

KEPT = Terms(maintenance=0.25)


def lent(*rows: Any, maintenance: float = 0.25, **account: Any) -> Desk:
    """Two times its capital may be held."""
    return Desk(bars(*rows)).with_account(terms=Terms(maintenance=maintenance), margin=0.5, **account).with_instrument(lot=0.0)


def test_a_long_is_closed_where_equity_is_the_maintenance_share_of_its_value(module: Any) -> None:
    # 200 bought at 100 with 10,000: equity at p is 200 p - 10,000, a quarter of 200 p at 66.6666...
    outcome = lent(100, 100, (90, 90, 60, 70)).act("buy", 0, 200).run(module)
    (entry_bar, entry, exit_bar, price, quantity, reason) = outcome.trades[0]
    assert (entry_bar, entry, exit_bar, quantity, reason) == (1, 100.0, 2, 200.0, "liquidation")
    assert price == pytest.approx(10_000 / 150, abs=1e-9)
    assert outcome.equity[-1] == pytest.approx(0.25 * 200 * price)
    assert outcome.causes == [("liquidation", 2, 1)]


def test_a_short_is_closed_where_equity_is_the_maintenance_share_of_its_value(module: Any) -> None:
    # 150 sold at 100: equity at p is 25,000 - 150 p, a quarter of 150 p at 133.33...
    outcome = lent(100, 100, (110, 134, 110, 112)).act("short", 0, 150).run(module)
    assert outcome.trades[0][3] == pytest.approx(25_000 / 187.5, abs=1e-9)
    assert outcome.trades[0][5] == "liquidation"
    assert lent(100, 100, (110, 133, 110, 112)).act("short", 0, 150).run(module).trades == []


def test_a_gap_past_the_price_closes_at_the_open_with_slippage_and_fee(module: Any) -> None:
    desk = lent(100, 100, (150, 160, 140, 150), slippage_ticks=10.0, commission_per_order=5.0).act("short", 0, 150)
    outcome = desk.run(module)
    assert outcome.fills[-1] == (2, 150.0, 150.1)
    assert outcome.equity[-1] == pytest.approx(10_000 + 150 * (99.9 - 150.1) - 10)


def test_an_open_at_which_it_is_reached_fills_no_entry_of_that_bar(module: Any) -> None:
    desk = lent(100, 100, (160, 160, 140, 150), 150).act("short", 0, 150).act("buy", 1, 5, tag="b").act("notify", 1)
    outcome = desk.run(module)
    assert [trade[5] for trade in outcome.trades] == ["liquidation"]
    assert outcome.ends == ["filled", "liquidated"]
    assert outcome.machine.size == 0.0


def test_trading_goes_on_with_what_is_left(module: Any) -> None:
    desk = lent(100, 100, (90, 90, 60, 70), 70, 80).act("buy", 0, 200).act("buy", 2, sizing="equity", size=0.5, tag="b")
    outcome = desk.run(module)
    assert outcome.fills[-1][0] == 3
    assert outcome.machine.size > 0


@pytest.mark.parametrize("fills", ["pessimistic", "ohlc_path", "tradingview"])
def test_a_stop_that_stands_nearer_goes_first(module: Any, fills: str) -> None:
    desk = lent(100, 100, (90, 91, 60, 70), fills=fills).act("buy", 0, 200, stop=at_fixed(80.0))
    assert [trade[3::2] for trade in desk.run(module).trades] == [(80.0, "stop loss")]
    farther = lent(100, 100, (90, 91, 60, 70), fills=fills).act("buy", 0, 200, stop=at_fixed(62.0)).run(module)
    assert [trade[5] for trade in farther.trades] == ["liquidation"]


def test_a_stop_of_a_part_moves_the_price_of_the_rest(module: Any) -> None:
    desk = lent(100, 100, (90, 91, 60, 70), pyramiding=2)
    desk.act("buy", 0, 100, stop=at_fixed(80.0), tag="a").act("buy", 0, 100, tag="b")
    outcome = desk.run(module)
    # After 100 left at 80, equity at p is 100 p - 2,000: a quarter of 100 p at 26.67, which the bar does not reach.
    assert [trade[5] for trade in outcome.trades] == ["stop loss"]
    assert outcome.machine.size == 100.0


def test_a_stop_of_a_rule_and_one_of_protect_go_first_where_they_stand_nearer(module: Any) -> None:
    rule = lent(100, 100, 95, (90, 91, 60, 70)).act("buy", 0, 200).act("exit", 1, entry="stop", price=75.0).run(module)
    assert [trade[3::2] for trade in rule.trades] == [(75.0, "exit")]
    bracket = lent(100, 100, 95, (90, 91, 60, 70)).act("buy", 0, 200).act("protect", 1, stop=at_fixed(70.0), tag="p").run(module)
    assert [trade[3::2] for trade in bracket.trades] == [(70.0, "stop loss")]


def test_a_stop_whose_limit_is_not_met_does_not_go_first(module: Any) -> None:
    desk = lent(100, 100, 95, (90, 91, 60, 70)).act("buy", 0, 200).act("exit", 1, entry="stop_limit", price=75.0, limit=80.0)
    outcome = desk.run(module)
    assert [trade[5] for trade in outcome.trades] == ["liquidation"]
    assert outcome.ends == ["filled", "liquidated"]


def test_along_a_path_the_target_may_come_first(module: Any) -> None:
    up_first = (100.0, 110.0, 60.0, 70.0)
    taken = lent(100, 100, up_first, fills="ohlc_path").act("buy", 0, 200, target=at_fixed(108.0)).run(module)
    assert [trade[5] for trade in taken.trades] == ["take profit"]
    pessimistic = lent(100, 100, up_first).act("buy", 0, 200, target=at_fixed(108.0)).run(module)
    assert [trade[5] for trade in pessimistic.trades] == ["liquidation"]
    assert pessimistic.machine.ambiguous_bars == 1
    hoped = lent(100, 100, up_first).act("buy", 0, 200, target=at_fixed(108.0)).run(module, take="targets")
    assert [trade[5] for trade in hoped.trades] == ["take profit"]


def test_next_open_only_sees_it_at_an_open(module: Any) -> None:
    desk = lent(100, 100, (90, 91, 50, 88), (60, 60, 60, 60), fills="next_open_only").act("buy", 0, 200)
    assert [trade[2:4] for trade in desk.run(module).trades] == [(3, 60.0)]


def test_finer_bars_say_when(module: Any) -> None:
    desk = lent(100, 100, (100, 110, 60, 70), fills="detail").act("buy", 0, 200, target=at_fixed(108.0))
    desk.fine = [[], [], [(100, 110, 100, 105), (105, 105, 60, 70)]]
    assert [trade[5] for trade in desk.run(module).trades] == ["take profit"]
    desk.fine = [[], [], [(100, 101, 60, 65), (65, 110, 65, 70)]]
    assert [trade[5] for trade in desk.run(module).trades] == ["liquidation"]


def test_an_entry_inside_the_bar_may_be_closed_on_it(module: Any) -> None:
    desk = lent(100, (100, 101, 40, 60)).act("buy", 0, 220, entry="limit", price=90.0)
    outcome = desk.run(module)
    assert [trade[5] for trade in outcome.trades] == ["liquidation"]
    assert outcome.trades[0][3] == pytest.approx((220 * 90 - 10_000) / (220 * 0.75))


def test_at_zero_a_short_without_borrowed_money_is_ruined_and_no_further(module: Any) -> None:
    # 100 sold at 100 with 10,000: nothing is left at 200.
    rows = (100, 100, (150, 190, 150, 180), (190, 250, 190, 240), 300)
    ruined = Desk(bars(*rows)).with_account(terms=Terms(maintenance=0.0)).act("short", 0, 100).run(module)
    assert ruined.trades == [(1, 100.0, 3, 200.0, -100.0, "liquidation")]
    assert ruined.equity[-1] == 0.0
    without = Desk(bars(*rows)).act("short", 0, 100).run(module)
    assert without.equity[-1] == -10_000.0


def test_a_long_paid_in_full_is_never_closed(module: Any) -> None:
    desk = Desk(bars(100, 100, (50, 50, 0.01, 0.02))).with_account(terms=Terms(maintenance=0.5)).act("buy", 0, 100)
    assert desk.run(module).trades == []


def test_what_holding_costs_brings_it_nearer(module: Any) -> None:
    day = 86_400_000_000
    rows = bars(100, 100, *[(100, 130, 100, 100)] * 30)
    desk = Desk(rows, times=[day * k for k in range(32)]).with_account(margin=0.5, terms=Terms(borrow=1.0, maintenance=0.25))
    outcome = desk.with_instrument(lot=0.0).act("short", 0, 150).run(module)
    assert [trade[5] for trade in outcome.trades] == ["liquidation"]
    assert 2 < outcome.trades[0][2] < 31
    assert outcome.trades[0][3] == pytest.approx((25_000 - outcome.machine.borrow_paid) / 187.5)


def test_a_bar_with_an_unknown_price_closes_nothing(module: Any) -> None:
    nan = float("nan")
    outcome = lent(100, 100, (90, nan, 60, 61), (90, 90, 80, 85)).act("buy", 0, 200).run(module)
    assert outcome.trades == []


def test_rates_into_the_account_move_the_price(module: Any) -> None:
    desk = lent(100, 100, (95, 95, 92, 95), (95, 95, 92, 95)).act("short", 0, 150)
    desk.rates = [(1.0, 1.0), (1.0, 1.0), (1.0, 2.0), (2.0, 2.0)]
    # The value of what is owed doubles: 25,000 are left against 150 * 95 * 2 at the open of bar 3.
    assert [trade[2:4] for trade in desk.run(module).trades] == [(3, 95.0)]


def test_an_open_exactly_at_the_price_closes_before_the_entries_of_that_bar(module: Any) -> None:
    # 100 sold at 100: 20,000 are left against 100 p, of which a quarter more must be there: 160.
    desk = lent(100, 100, (160, 160, 140, 150), 150).act("short", 0, 100).act("buy", 1, 5, tag="b")
    outcome = desk.run(module)
    assert [trade[2:4] for trade in outcome.trades] == [(2, 160.0)]
    assert outcome.ends == ["filled", "liquidated"]


def test_all_that_rests_ends_with_it(module: Any) -> None:
    desk = lent(100, 100, 95, (90, 91, 60, 70), (70, 130, 40, 100), pyramiding=3).act("buy", 0, 200)
    desk.act("exit", 1, entry="limit", price=120.0).act("buy", 1, 1, entry="limit", price=50.0, tag="b")
    desk.act("buy", 1, 1, entry="stop", price=125.0, tag="c")
    outcome = desk.run(module)
    assert [trade[2:4] for trade in outcome.trades] == [(3, pytest.approx(10_000 / 150, abs=1e-9))]
    assert outcome.ends == ["filled", "liquidated", "liquidated", "liquidated"]


def test_after_an_entry_past_the_price_it_closes_where_the_entry_was_and_no_better(module: Any) -> None:
    # 300 bought at 100 and 10 of slippage: 7,000 of 30,000 are less than the 29% that must be there, which 107.98 would be.
    desk = Desk(bars(95, (95, 101, 94, 100))).with_account(terms=Terms(maintenance=0.29), margin=0.3, slippage_ticks=1000.0)
    outcome = desk.with_instrument(lot=0.0).act("buy", 0, 300, entry="stop", price=100.0).run(module)
    assert outcome.trades == [(1, 110.0, 1, 90.0, 300.0, "liquidation")]


def test_of_stops_that_stand_nearer_the_nearest_goes_first_under_its_own_name(module: Any) -> None:
    desk = lent(100, 100, (100, 101, 99, 100), (90, 91, 60, 70), pyramiding=2)
    desk.act("buy", 0, 100, stop=at_fixed(80.0), tag="a").act("buy", 0, 100, trail=15.0, tag="b")
    trades = desk.run(module).trades
    # The trail of 15 stands at 86 after a high of 101. What is left at 80 owes 1,400: nothing is closed by force.
    assert [trade[3::2] for trade in trades] == [(86.0, "trail"), (80.0, "stop loss")]


def test_a_protection_that_has_closed_its_part_is_not_asked_again(module: Any) -> None:
    desk = lent(100, 100, 95, (90, 91, 79, 85), (85, 85, 10, 12)).act("buy", 0, 200)
    desk.act("protect", 1, sizing="position", size=0.5, stop=at_fixed(80.0), tag="p")
    trades = desk.run(module).trades
    assert [trade[3:] for trade in trades] == [(80.0, 100.0, "stop loss"), (pytest.approx(2_000 / 75), 100.0, "liquidation")]

"""Every form of order, alone, on bars whose fills one can work out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.machine.desk import Desk, at_fixed, bars, flat


def test_a_market_order_fills_at_the_next_open(module: Any) -> None:
    outcome = Desk(bars(100, (101, 103, 99, 102), 102)).act("buy", 0, 10).run(module)
    assert outcome.fills == [(1, 10.0, 101.0)]
    assert outcome.equity.tolist() == [10_000.0, 10_010.0, 10_010.0]


def test_an_order_made_on_the_last_bar_stays_pending(module: Any) -> None:
    outcome = Desk(bars(100, 100)).act("buy", 1, 10).run(module)
    assert outcome.fills == []
    assert len(outcome.machine.resting()) == 1


def test_at_this_close_fills_on_the_bar_that_made_it(module: Any) -> None:
    outcome = Desk(bars((99, 101, 98, 100), 105)).act("buy", 0, 10, entry="this_close").run(module)
    assert outcome.fills == [(0, 10.0, 100.0)]
    assert outcome.equity.tolist() == [10_000.0, 10_050.0]


def test_a_buy_limit_fills_at_its_price_when_traded_through(module: Any) -> None:
    outcome = Desk(bars(100, (100, 100, 97.99, 99))).act("buy", 0, 10, entry="limit", price=98.0).run(module)
    assert outcome.fills == [(1, 10.0, 98.0)]


def test_a_buy_limit_that_is_only_touched_does_not_fill(module: Any) -> None:
    outcome = Desk(bars(100, (100, 100, 98, 99))).act("buy", 0, 10, entry="limit", price=98.0).run(module)
    assert outcome.fills == []


def test_a_buy_limit_fills_at_a_better_open(module: Any) -> None:
    outcome = Desk(bars(100, (97, 99, 96, 98))).act("buy", 0, 10, entry="limit", price=98.0).run(module)
    assert outcome.fills == [(1, 10.0, 97.0)]


def test_a_short_limit_fills_when_traded_through_above(module: Any) -> None:
    outcome = Desk(bars(100, (100, 102.01, 99, 101))).act("short", 0, 10, entry="limit", price=102.0).run(module)
    assert outcome.fills == [(1, -10.0, 102.0)]


def test_a_buy_stop_fills_at_its_price_when_touched(module: Any) -> None:
    outcome = Desk(bars(100, (100, 102, 99, 101))).act("buy", 0, 10, entry="stop", price=102.0).run(module)
    assert outcome.fills == [(1, 10.0, 102.0)]


def test_a_buy_stop_that_is_gapped_over_fills_at_the_open(module: Any) -> None:
    outcome = Desk(bars(100, (104, 105, 103, 104))).act("buy", 0, 10, entry="stop", price=102.0).run(module)
    assert outcome.fills == [(1, 10.0, 104.0)]


def test_a_short_stop_fills_below(module: Any) -> None:
    outcome = Desk(bars(100, (100, 101, 97.5, 98))).act("short", 0, 10, entry="stop", price=98.0).run(module)
    assert outcome.fills == [(1, -10.0, 98.0)]


def test_a_stop_limit_fills_at_its_stop_inside_the_bar(module: Any) -> None:
    outcome = Desk(bars(100, (100, 102.5, 99, 102))).act("buy", 0, 10, entry="stop_limit", price=102.0, limit=103.0).run(module)
    assert outcome.fills == [(1, 10.0, 102.0)]


def test_a_stop_limit_gapped_beyond_its_limit_waits_for_the_limit(module: Any) -> None:
    desk = Desk(bars(100, (104, 105, 103.5, 104), (104, 104, 102.9, 103))).act(
        "buy", 0, 10, entry="stop_limit", price=102.0, limit=103.0
    )
    assert desk.run(module).fills == [(2, 10.0, 103.0)]


def test_a_stop_limit_gapped_within_its_limit_fills_at_the_open(module: Any) -> None:
    outcome = Desk(bars(100, (102.5, 103, 102, 102))).act("buy", 0, 10, entry="stop_limit", price=102.0, limit=103.0).run(module)
    assert outcome.fills == [(1, 10.0, 102.5)]


def test_a_stop_limit_below_its_stop_does_not_fill_on_the_bar_that_triggers_it(module: Any) -> None:
    desk = Desk(bars(100, (100, 103, 98, 102), (102, 102, 100.5, 101))).act(
        "buy", 0, 10, entry="stop_limit", price=102.0, limit=101.0
    )
    assert desk.run(module).fills == [(2, 10.0, 101.0)]


def test_a_priced_order_rests_until_it_fills(module: Any) -> None:
    outcome = Desk(bars(100, 100, 100, 100, (100, 100, 94, 95))).act("buy", 0, 10, entry="limit", price=95.0).run(module)
    assert outcome.fills == [(4, 10.0, 95.0)]


def test_expire_after_two_cancels_after_two_bars_live(module: Any) -> None:
    rows = bars(100, 100, 100, (100, 100, 90, 95))
    outcome = Desk(rows).act("buy", 0, 10, entry="limit", price=95.0, expire=2).run(module)
    assert outcome.fills == []
    assert outcome.ends == ["expired"]
    assert Desk(rows).act("buy", 0, 10, entry="limit", price=95.0, expire=3).run(module).fills == [(3, 10.0, 95.0)]


def test_cancel_takes_a_resting_order_away_before_new_orders(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 100, 90, 95)))
    desk.act("buy", 0, 10, entry="limit", price=95.0, tag="dip").act("cancel", 1, tag="dip")
    outcome = desk.run(module)
    assert outcome.fills == []
    assert outcome.ends == ["cancelled"]


def test_cancel_of_another_tag_leaves_an_order(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 100, 90, 95)))
    desk.act("buy", 0, 10, entry="limit", price=95.0, tag="dip").act("cancel", 1, tag="other")
    assert desk.run(module).fills == [(2, 10.0, 95.0)]


def test_cancel_and_a_new_order_on_one_bar_leave_the_new_order(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 100, 90, 95)))
    desk.act("buy", [0, 1], 10, entry="limit", price=95.0, tag="dip").act("cancel", 1)
    outcome = desk.run(module)
    assert outcome.fills == [(2, 10.0, 95.0)]
    assert outcome.ends == ["cancelled", "filled"]


def test_a_new_order_replaces_the_pending_one_of_its_tag(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 100, 90, 95)))
    desk.act("buy", [0, 1], 10, entry="limit", price=[95.0, 93.0, 0.0], tag="dip")
    outcome = desk.run(module)
    assert outcome.fills == [(2, 10.0, 93.0)]
    assert outcome.ends == ["replaced", "filled"]


def test_two_market_orders_of_one_tag_on_one_bar_are_one_order(module: Any) -> None:
    desk = Desk(flat(3)).with_account(pyramiding=3).act("buy", 0, 10, tag="L").act("buy", 0, 10, tag="L")
    assert desk.run(module).fills == [(1, 10.0, 100.0)]


def test_an_entry_reverses_what_is_open_when_it_fills(module: Any) -> None:
    outcome = Desk(bars(100, 100, 110, 110, 105)).act("buy", 0, 10).act("short", 2, 4).run(module)
    assert outcome.fills == [(1, 10.0, 100.0), (3, -10.0, 110.0), (3, -4.0, 110.0)]
    assert outcome.trades == [(1, 100.0, 3, 110.0, 10.0, "reversed")]
    assert outcome.equity.tolist() == [10_000, 10_000, 10_100, 10_100, 10_120]


def test_an_exit_and_an_opposite_entry_on_one_bar_end_on_the_new_side(module: Any) -> None:
    outcome = Desk(flat(4)).act("buy", 0, 10).act("short", 2, 4).act("exit", 2).run(module)
    assert outcome.trades == [(1, 100.0, 3, 100.0, 10.0, "exit")]
    assert outcome.machine.size == -4.0


def test_an_exit_with_nothing_to_close_is_no_conflict_with_an_entry(module: Any) -> None:
    outcome = Desk(flat(3)).act("buy", 0, 10).act("exit", 0).run(module)
    assert outcome.machine.size == 10.0
    assert outcome.causes == []


def test_sell_reduces_a_long_oldest_lot_first(module: Any) -> None:
    desk = Desk(bars(100, 100, 102, 104, 104)).with_account(pyramiding=2).act("buy", [0, 1], 10, tag="L").act("sell", 3, 15)
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 4, 104.0, 10.0, "exit"), (2, 102.0, 4, 104.0, 5.0, "exit")]
    assert outcome.machine.size == 5.0
    assert len(outcome.fills) == 3


def test_sell_does_nothing_to_a_short_and_cover_nothing_to_a_long(module: Any) -> None:
    assert Desk(flat(4)).act("short", 0, 10).act("sell", 1).run(module).machine.size == -10.0
    assert Desk(flat(4)).act("buy", 0, 10).act("cover", 1).run(module).machine.size == 10.0
    assert Desk(flat(4)).act("short", 0, 10).act("cover", 1, 4).run(module).machine.size == -6.0


def test_a_sell_larger_than_the_position_closes_it_and_opens_nothing(module: Any) -> None:
    assert Desk(flat(4)).act("buy", 0, 10).act("sell", 1, 25).run(module).fills == [(1, 10.0, 100.0), (2, -10.0, 100.0)]


def test_exit_of_half_the_position(module: Any) -> None:
    outcome = Desk(flat(4)).act("buy", 0, 11).act("exit", 1, sizing="position", size=0.5).run(module)
    assert outcome.fills == [(1, 11.0, 100.0), (2, -5.0, 100.0)]


def test_exit_of_a_tag_closes_that_tags_lots_only(module: Any) -> None:
    desk = Desk(flat(5)).with_account(pyramiding=2).act("buy", 0, 10, tag="a").act("buy", 1, 5, tag="b").act("exit", 2, tag="b")
    assert desk.run(module).fills == [(1, 10.0, 100.0), (2, 5.0, 100.0), (3, -5.0, 100.0)]


def test_exit_at_a_limit_rests_until_traded_through(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, (100, 105, 100, 104), (104, 105.01, 104, 105)))
    outcome = desk.act("buy", 0, 10).act("exit", 1, entry="limit", price=105.0).run(module)
    assert outcome.trades == [(1, 100.0, 4, 105.0, 10.0, "exit")]


def test_exit_at_a_stop_fills_at_the_worse_of_price_and_open(module: Any) -> None:
    outcome = Desk(bars(100, 100, (96, 97, 95, 96))).act("buy", 0, 10).act("exit", 1, entry="stop", price=98.0).run(module)
    assert outcome.trades == [(1, 100.0, 2, 96.0, 10.0, "exit")]


def test_a_resting_exit_ends_when_nothing_is_left_to_close(module: Any) -> None:
    desk = (
        Desk(bars(100, 100, 100, 100, (100, 106, 100, 105)))
        .act("buy", 0, 10)
        .act("exit", 1, entry="limit", price=105.0)
        .act("exit", 2)
    )
    outcome = desk.run(module)
    assert outcome.ends == ["filled", "filled", "nothing to close"]
    assert outcome.machine.size == 0.0


def test_priced_entries_on_both_sides_may_rest_together(module: Any) -> None:
    desk = Desk(bars(100, (100, 103, 100, 103), (103, 103, 97, 98)))
    desk.act("buy", 0, 10, entry="stop", price=102.0).act("short", 0, 10, entry="stop", price=98.0)
    assert desk.run(module).fills == [(1, 10.0, 102.0), (2, -10.0, 98.0), (2, -10.0, 98.0)]


def test_pyramiding_counts_open_entries_when_the_order_is_made(module: Any) -> None:
    outcome = Desk(flat(5)).with_account(pyramiding=2).act("buy", [0, 1, 2], 10).run(module)
    assert outcome.machine.size == 20.0
    assert outcome.causes == [("pyramiding", 2, 1)]


def test_pyramiding_counts_a_market_entry_that_is_on_its_way(module: Any) -> None:
    outcome = Desk(flat(3)).act("buy", 0, 10).act("buy", 0, 5).run(module)
    assert outcome.machine.size == 10.0
    assert outcome.causes == [("pyramiding", 0, 1)]


def test_a_resting_priced_entry_that_would_exceed_pyramiding_is_refused_at_its_fill(module: Any) -> None:
    desk = (
        Desk(bars(100, (100, 100, 90, 95)))
        .act("buy", 0, 10, entry="limit", price=98.0)
        .act("buy", 0, 5, entry="limit", price=96.0)
    )
    outcome = desk.run(module)
    assert outcome.fills == [(1, 10.0, 98.0)]
    assert outcome.causes == [("pyramiding", 1, 1)]


def test_a_bar_with_an_unknown_price_fills_nothing_and_carries_equity(module: Any) -> None:
    nan = float("nan")
    outcome = Desk(bars(100, (101, 102, 100, nan), 103, (nan, nan, nan, nan), 104)).act("buy", 0, 10).run(module)
    assert outcome.fills == [(2, 10.0, 103.0)]
    assert outcome.equity.tolist() == [10_000, 10_000, 10_000, 10_000, 10_010]


@pytest.mark.parametrize(
    ("verb", "entry", "price", "rounded"),
    [
        ("buy", "stop", 101.001, 101.01),
        ("buy", "limit", 98.009, 98.0),
        ("short", "stop", 98.009, 98.0),
        ("short", "limit", 101.001, 101.01),
    ],
)
def test_order_prices_are_rounded_to_the_tick_away_from_the_order(
    module: Any, verb: str, entry: str, price: float, rounded: float
) -> None:
    outcome = Desk(bars(100, 100)).act(verb, 0, 10, entry=entry, price=price).run(module)
    assert outcome.machine.resting()[0][7] == rounded


def test_a_price_on_the_tick_grid_is_not_moved_by_binary_fractions(module: Any) -> None:
    for price in (100.07, 101.1, 102.3, 1806.37, 100.29):
        resting = Desk(bars(100, 100)).act("buy", 0, 10, entry="stop", price=price).run(module).machine.resting()
        assert resting[0][7] == price


def test_next_open_only_fills_priced_orders_at_opens_alone(module: Any) -> None:
    desk = Desk(bars(100, (100, 106, 94, 100), (95, 96, 94, 95))).with_account(fills="next_open_only")
    desk.act("buy", 0, 10, entry="limit", price=97.0)
    assert desk.run(module).fills == [(2, 10.0, 95.0)]


def test_next_open_only_stops_out_at_the_next_open_beyond(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 101, 90, 99), (94, 95, 93, 94))).with_account(fills="next_open_only")
    desk.act("buy", 0, 10, stop=at_fixed(95.0))
    assert desk.run(module).trades == [(1, 100.0, 3, 94.0, 10.0, "stop loss")]

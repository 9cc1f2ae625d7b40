"""`fills ohlc_path`: the price goes from the open to the nearer extreme, to the other, to the close, and meets what rests on its way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.runtime.machine.desk import Desk, at_fixed, bars, flat, from_entry

FILLS = ["ohlc_path", "tradingview"]


def walked(rows: list[tuple[float, ...]], fills: str = "ohlc_path") -> Desk:
    return Desk(rows).with_account(fills=fills)


@pytest.mark.parametrize("fills", FILLS)
def test_the_nearer_extreme_comes_first(module: Any, fills: str) -> None:
    both = {"stop": at_fixed(95.0), "target": at_fixed(105.0)}
    high_first = walked(bars(100, 100, (101, 106, 94, 100)), fills).act("buy", 0, 10, **both)
    assert high_first.run(module).trades == [(1, 100.0, 2, 105.0, 10.0, "take profit")]
    low_first = walked(bars(100, 100, (99, 106, 94, 100)), fills).act("buy", 0, 10, **both)
    assert low_first.run(module).trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]


@pytest.mark.parametrize("fills", FILLS)
def test_a_tie_goes_low_first(module: Any, fills: str) -> None:
    desk = walked(bars(100, 100, (100, 106, 94, 100)), fills).act("buy", 0, 10, stop=at_fixed(95.0), target=at_fixed(105.0))
    assert desk.run(module).trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]


def test_a_limit_on_the_way_fills_when_it_is_touched(module: Any) -> None:
    desk = walked(bars(100, (100, 101, 97, 99))).act("buy", 0, 10, entry="limit", price=97.0)
    assert desk.run(module).fills == [(1, 10.0, 97.0)]


def test_a_priced_order_already_passed_fills_at_the_open(module: Any) -> None:
    desk = walked(bars(100, (96, 99, 95, 98))).act("buy", 0, 10, entry="limit", price=97.0)
    assert desk.run(module).fills == [(1, 10.0, 96.0)]
    stop = walked(bars(100, (104, 105, 103, 104))).act("buy", 0, 10, entry="stop", price=103.0)
    assert stop.run(module).fills == [(1, 10.0, 104.0)]


@pytest.mark.parametrize("fills", FILLS)
def test_a_bracket_made_with_an_entry_works_on_its_entry_bar(module: Any, fills: str) -> None:
    # Low first: bought at 102 on the way up, the target is met on the same leg.
    desk = walked(bars(100, (100, 110, 98, 105)), fills)
    desk.act("buy", 0, 10, entry="stop", price=102.0, stop=at_fixed(99.0), target=at_fixed(108.0))
    assert desk.run(module).trades == [(1, 102.0, 1, 108.0, 10.0, "take profit")]


def test_what_came_before_the_entry_does_not_touch_its_stop(module: Any) -> None:
    desk = walked(bars(100, (100, 104, 98, 103))).act("buy", 0, 10, entry="stop", price=102.0, stop=at_fixed(99.0))
    assert desk.run(module).trades == []


def test_two_entries_are_met_in_the_order_of_the_path(module: Any) -> None:
    desk = walked(bars(100, (100, 110, 97, 104))).act("buy", 0, 10, entry="stop", price=102.0)
    desk.act("short", 0, 10, entry="stop", price=98.0)
    assert desk.run(module).fills == [(1, -10.0, 98.0), (1, 10.0, 102.0), (1, 10.0, 102.0)]


def test_at_one_price_buys_come_first(module: Any) -> None:
    """A buy limit and a sell stop at one price: the buy opens, then the sell turns it."""
    desk = (
        walked(bars(100, (100, 101, 97, 99)))
        .act("short", 0, 10, entry="stop", price=98.0)
        .act("buy", 0, 5, entry="limit", price=98.0)
    )
    assert desk.run(module).fills == [(1, 5.0, 98.0), (1, -5.0, 98.0), (1, -10.0, 98.0)]


def test_a_stop_limit_is_a_limit_for_the_rest_of_the_path(module: Any) -> None:
    # Up to 103 it becomes a limit at 101, which the way down meets.
    desk = walked(bars(100, (100, 103, 99, 100))).act("buy", 0, 10, entry="stop_limit", price=102.0, limit=101.0)
    assert desk.run(module).fills == [(1, 10.0, 101.0)]


def test_a_trail_moves_at_closes_only_under_ohlc_path(module: Any) -> None:
    # Low first: up to 110, down to 104; the trail stands at 95 all the bar, at 105 from the next.
    desk = walked(bars(100, 100, (100, 110, 99, 104), (104, 106, 103, 104))).act("buy", 0, 10, trail=5.0)
    assert desk.run(module).trades == [(1, 100.0, 3, 104.0, 10.0, "trail")]


def test_a_trail_follows_the_path_under_tradingview(module: Any) -> None:
    desk = walked(bars(100, 100, (100, 110, 99, 104), (104, 106, 103, 104)), "tradingview").act("buy", 0, 10, trail=5.0)
    assert desk.run(module).trades == [(1, 100.0, 2, 105.0, 10.0, "trail")]


def test_a_trail_of_distance_zero_leaves_on_touching_its_activation_under_tradingview(module: Any) -> None:
    desk = walked(bars(100, 100, (100, 110, 99, 104)), "tradingview").act("buy", 0, 10, trail=0.0, trail_after=4.0)
    assert desk.run(module).trades == [(1, 100.0, 2, 104.0, 10.0, "trail")]


def test_a_trail_of_distance_zero_already_past_its_activation_leaves_at_the_next_open(module: Any) -> None:
    desk = walked(bars(100, 100, (100, 110, 99, 108), (109, 112, 109, 110)), "tradingview").act("buy", 0, 10)
    desk.act("protect", 2, trail=0.0, trail_after=4.0)
    assert desk.run(module).trades == [(1, 100.0, 3, 109.0, 10.0, "trail")]


def test_a_lot_sees_only_what_came_after_it_was_opened(module: Any) -> None:
    """Bought at 102 on the way up from the low: worst excursion is nothing, best the high."""
    desk = walked([*bars(100, (100, 110, 98, 105)), *flat(2, 105.0)]).act("buy", 0, 10, entry="stop", price=102.0).act("exit", 1)
    row = desk.run(module).trade_rows.tolist()[0]
    assert (row[10], row[11]) == (0.0, pytest.approx(8.0 / 102.0))


# The platform's own rules.


def test_a_priced_entrys_total_is_fixed_when_it_is_made(module: Any) -> None:
    """Made against a long of 1: it sells 2 whatever is open then; here the long is gone, and 2 are opened."""
    desk = walked(bars(100, 100, (100, 101, 96, 97)), "tradingview").act("buy", 0, 1, tag="a")
    desk.act("short", 1, 1, entry="stop", price=98.0).act("exit", 1, tag="a")
    outcome = desk.run(module)
    assert outcome.fills == [(1, 1.0, 100.0), (2, -1.0, 100.0), (2, -2.0, 98.0)]


def test_exits_issued_earlier_on_that_bar_are_taken_off_the_total(module: Any) -> None:
    desk = walked(bars(100, 100, (100, 101, 96, 97)), "tradingview").act("buy", 0, 1, tag="a")
    desk.act("exit", 1, tag="a").act("short", 1, 1, entry="stop", price=98.0)
    assert desk.run(module).fills == [(1, 1.0, 100.0), (2, -1.0, 100.0), (2, -1.0, 98.0)]


def test_an_entry_whose_total_only_closes_opens_nothing(module: Any) -> None:
    """Both made while flat: the second sells its own 1, which closes the first and no more."""
    desk = walked(bars(100, (100, 103, 96, 97)), "tradingview").act("buy", 0, 1, entry="stop", price=102.0)
    desk.act("short", 0, 1, entry="stop", price=98.0)
    outcome = desk.run(module)
    assert outcome.fills == [(1, 1.0, 102.0), (1, -1.0, 98.0)]
    assert outcome.ends == ["filled", "filled"]
    assert outcome.machine.size == 0.0


def test_pending_priced_entries_are_not_checked_again_against_pyramiding(module: Any) -> None:
    rows = bars(100, (100, 104, 99.5, 103))
    for fills, count in (("ohlc_path", 1), ("tradingview", 2)):
        desk = walked(rows, fills).act("buy", 0, 1, entry="stop", price=101.0).act("buy", 0, 1, entry="stop", price=102.0)
        assert len(desk.run(module).fills) == count


def test_later_tags_get_only_what_earlier_ones_leave(module: Any) -> None:
    """Half is reserved for the target, so the stop of the rest closes the other half, and does not arm again."""
    rows = bars(100, 100, (100, 101, 94, 95), (95, 96, 93, 94), (94, 106, 94, 105))
    desk = walked(rows, "tradingview").act("buy", 0, 10)
    desk.act("protect", [1, 2, 3], sizing="position", size=0.5, target=at_fixed(105.0), tag="half")
    desk.act("protect", [1, 2, 3], stop=at_fixed(95.0), tag="rest")
    assert desk.run(module).trades == [(1, 100.0, 2, 95.0, 5.0, "stop loss"), (1, 100.0, 4, 105.0, 5.0, "take profit")]


def test_a_partial_brackets_share_is_of_the_original_lot(module: Any) -> None:
    desk = walked(bars(100, 100, 100, (100, 106, 100, 105)), "tradingview").act("buy", 0, 10).act("sell", 1, 4)
    desk.act("protect", 2, sizing="position", size=0.5, target=at_fixed(105.0))
    assert desk.run(module).trades[1][4] == 5.0


def test_a_refused_entry_with_the_same_tag_still_moves_the_bracket(module: Any) -> None:
    rows = bars(100, 100, (100, 101, 96, 97))
    for fills, trades in (("ohlc_path", 0), ("tradingview", 1)):
        desk = walked(rows, fills).act("buy", 0, 10, stop=at_fixed(90.0), tag="a").act("buy", 1, 10, stop=at_fixed(97.0), tag="a")
        outcome = desk.run(module)
        assert len(outcome.trades) == trades
        assert outcome.causes == [("pyramiding", 1, 1)]


def test_slippage_is_in_whole_ticks_and_not_on_limits(module: Any) -> None:
    desk = walked(bars(100, 100, (100, 106, 99, 105)), "tradingview").with_account(slippage_ticks=2.7)
    desk.act("buy", 0, 10, target=at_fixed(105.0))
    assert desk.run(module).trades == [(1, 100.02, 2, 105.0, 10.0, "take profit")]


def test_a_path_may_fill_and_leave_several_times_inside_one_bar(module: Any) -> None:
    desk = walked(bars(100, (100, 112, 94, 100))).act("buy", 0, 10, entry="limit", price=96.0, target=at_fixed(99.0))
    desk.act("short", 0, 10, entry="limit", price=110.0, stop=from_entry("add", 1.0))
    assert desk.run(module).trades == [(1, 96.0, 1, 99.0, 10.0, "take profit"), (1, 110.0, 1, 111.0, -10.0, "stop loss")]

"""`protect`: brackets on the open position, their replacement, their trails, and the lines of an entry that move."""

from __future__ import annotations

import math
from typing import Any

from tests.runtime.machine.desk import Desk, at_fixed, at_reward, bars, flat, from_entry

NAN = math.nan


def test_a_bracket_is_live_from_the_bar_after_the_close_that_placed_it(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 100, 90, 99), (99, 99, 94, 96))).act("buy", 0, 10).act("protect", 2, stop=at_fixed(95.0))
    assert desk.run(module).trades == [(1, 100.0, 3, 95.0, 10.0, "stop loss")]


def test_a_bracket_takes_its_target_when_passed_and_its_stop_when_touched(module: Any) -> None:
    both = {"stop": at_fixed(95.0), "target": at_fixed(105.0)}
    up = Desk(bars(100, 100, (100, 105, 99, 104), (104, 106, 104, 105))).act("buy", 0, 10).act("protect", 1, **both)
    assert up.run(module).trades == [(1, 100.0, 3, 105.0, 10.0, "take profit")]
    down = Desk(bars(100, 100, (100, 104, 95, 96))).act("buy", 0, 10).act("protect", 1, **both)
    assert down.run(module).trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]


def test_a_bracket_protects_a_short_on_its_own_side(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 105, 99, 104))).act("short", 0, 10).act("protect", 1, stop=at_fixed(103.0))
    assert desk.run(module).trades == [(1, 100.0, 2, 103.0, -10.0, "stop loss")]


def test_a_bracket_that_the_open_has_passed_fills_at_the_open(module: Any) -> None:
    desk = Desk(bars(100, 100, (92, 93, 91, 92))).act("buy", 0, 10).act("protect", 1, stop=at_fixed(95.0))
    assert desk.run(module).trades == [(1, 100.0, 2, 92.0, 10.0, "stop loss")]
    target = Desk(bars(100, 100, (107, 108, 106, 107))).act("buy", 0, 10).act("protect", 1, target=at_fixed(105.0))
    assert target.run(module).trades == [(1, 100.0, 2, 107.0, 10.0, "take profit")]


def test_a_stop_on_the_wrong_side_of_the_market_leaves_at_the_next_open(module: Any) -> None:
    desk = Desk(bars(100, 100, (99, 99.5, 98, 98))).act("buy", 0, 10).act("protect", 1, stop=at_fixed(102.0))
    assert desk.run(module).trades == [(1, 100.0, 2, 99.0, 10.0, "stop loss")]


def test_without_a_position_nothing_is_placed(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 100, 90, 91), 91)).act("protect", 0, stop=at_fixed(95.0)).act("buy", 0, 10)
    outcome = desk.run(module)
    assert outcome.trades == []
    assert outcome.machine.brackets.count == 0


def test_a_position_that_this_close_opens_is_not_yet_protected(module: Any) -> None:
    """Rules see the state before any of them acted."""
    desk = Desk(bars(100, (100, 100, 90, 91))).act("buy", 0, 10, entry="this_close").act("protect", 0, stop=at_fixed(95.0))
    assert desk.run(module).trades == []


def test_a_bracket_of_the_same_tag_replaces_the_whole_bracket(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, (100, 106, 94, 96))).act("buy", 0, 10)
    desk.act("protect", 1, stop=at_fixed(95.0), target=at_fixed(105.0), tag="p").act("protect", 2, stop=at_fixed(90.0), tag="p")
    assert desk.run(module).trades == []


def test_brackets_of_different_tags_stand_beside_each_other(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, (100, 101, 93, 96))).act("buy", 0, 10)
    desk.act("protect", 1, stop=at_fixed(95.0)).act("protect", 2, stop=at_fixed(97.0))
    assert desk.run(module).trades == [(1, 100.0, 3, 97.0, 10.0, "stop loss")]


def test_a_bracket_stands_beside_the_lines_of_the_entry_and_the_nearer_acts(module: Any) -> None:
    for low in (93.0, 97.0):
        desk = Desk(bars(100, 100, (100, 101, low, 98))).act("buy", 0, 10, stop=at_fixed(95.0))
        assert desk.act("protect", 1, stop=at_fixed(98.0)).run(module).trades == [(1, 100.0, 2, 98.0, 10.0, "stop loss")]
        wider = (
            Desk(bars(100, 100, (100, 101, 93, 98))).act("buy", 0, 10, stop=at_fixed(98.0)).act("protect", 1, stop=at_fixed(95.0))
        )
        assert wider.run(module).trades == [(1, 100.0, 2, 98.0, 10.0, "stop loss")]


def test_of_two_targets_inside_a_bar_the_nearer_comes_first(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 109, 100, 105))).act("buy", 0, 10, target=at_fixed(107.0))
    desk.act("protect", 1, target=at_fixed(106.0)).act("protect", 1, target=at_fixed(104.0))
    assert desk.run(module).trades == [(1, 100.0, 2, 104.0, 10.0, "take profit")]


def test_a_bracket_with_the_tag_of_an_entry_replaces_that_entrys_lines(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 107, 93, 96), (96, 96, 89, 90)))
    desk.act("buy", 0, 10, stop=at_fixed(95.0), target=at_fixed(105.0), tag="core").act(
        "protect", 1, stop=at_fixed(90.0), tag="core"
    )
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 3, 90.0, 10.0, "stop loss")]


def test_moved_lines_are_from_each_entrys_own_price(module: Any) -> None:
    desk = Desk(bars(100, 100, 104, 104, (104, 104, 99, 99.5))).with_account(pyramiding=2)
    desk.act("buy", 0, 10, tag="core").act("buy", 1, 5, tag="core").act("protect", 2, stop=from_entry("sub", 3.0), tag="core")
    assert desk.run(module).trades == [(2, 104.0, 4, 101.0, 5.0, "stop loss")]


def test_a_partial_bracket_closes_its_share_once_a_position(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 106, 100, 105), (105, 106, 105, 105), (105, 106, 105, 105))).act("buy", 0, 10)
    desk.act("protect", [1, 2, 3], sizing="position", size=0.5, target=at_fixed(105.0))
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 105.0, 5.0, "take profit")]
    assert outcome.machine.size == 5.0


def test_the_rest_of_the_position_keeps_its_own_stop_after_a_partial_bracket(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 106, 100, 105), (105, 105, 94, 96))).act("buy", 0, 10)
    desk.act("protect", 1, sizing="position", size=0.5, target=at_fixed(105.0), tag="half").act("protect", 1, stop=at_fixed(95.0))
    assert desk.run(module).trades == [
        (1, 100.0, 2, 105.0, 5.0, "take profit"),
        (1, 100.0, 3, 95.0, 5.0, "stop loss"),
    ]


def test_a_stop_of_the_whole_position_closes_all_of_it_whatever_else_rests(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 101, 94, 96))).act("buy", 0, 10)
    desk.act("protect", 1, sizing="position", size=0.5, target=at_fixed(105.0), tag="half").act("protect", 1, stop=at_fixed(95.0))
    assert desk.run(module).trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]


def test_a_bracket_covers_lots_that_are_added_later(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, (100, 100, 94, 95))).with_account(pyramiding=2)
    desk.act("buy", 0, 10).act("protect", 1, stop=at_fixed(95.0)).act("buy", 1, 5)
    assert desk.run(module).trades == [(1, 100.0, 3, 95.0, 10.0, "stop loss"), (2, 100.0, 3, 95.0, 5.0, "stop loss")]


def test_prices_are_over_the_average_entry(module: Any) -> None:
    desk = Desk(bars(100, 100, 106, 106, (106, 106, 101, 101.5))).with_account(pyramiding=2)
    desk.act("buy", 0, 10).act("buy", 1, 5).act("protect", 2, stop=from_entry("add", 0.0))
    assert [t[3] for t in desk.run(module).trades] == [102.0, 102.0]


def test_r_is_the_distance_from_the_average_entry_to_this_brackets_stop(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 105, 100, 104), (104, 106.5, 104, 106))).act("buy", 0, 10)
    desk.act("protect", 1, stop=from_entry("sub", 2.0), target=at_reward(3.0))
    assert desk.run(module).trades == [(1, 100.0, 3, 106.0, 10.0, "take profit")]


def test_a_trail_starts_at_the_close_that_placed_it(module: Any) -> None:
    # The high of bar 2 came before: the best price is its close, 104.
    desk = Desk(bars(100, 100, (100, 110, 100, 104), (104, 104, 101, 101.5))).act("buy", 0, 10).act("protect", 2, trail=2.0)
    assert desk.run(module).trades == [(1, 100.0, 3, 102.0, 10.0, "trail")]


def test_a_replaced_trail_keeps_its_best_price_and_never_moves_back(module: Any) -> None:
    rows = bars(100, 100, (100, 110, 100, 108), (108, 108.5, 107.5, 108), (108, 108, 106, 106.5), (106.5, 106.5, 104, 105))
    once = Desk(rows).act("buy", 0, 10).act("protect", 1, trail=3.0)
    again = Desk(rows).act("buy", 0, 10).act("protect", [1, 2, 3, 4], trail=3.0)
    wider = Desk(rows).act("buy", 0, 10).act("protect", [1, 2, 3, 4], trail=[3.0, 3.0, 3.0, 8.0, 8.0, 8.0])
    expected = [(1, 100.0, 4, 107.0, 10.0, "trail")]
    assert once.run(module).trades == again.run(module).trades == wider.run(module).trades == expected


def test_a_trail_after_a_distance_counts_it_from_the_average_entry(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 103.9, 100, 103), (103, 104, 103, 104), (104, 104, 101, 102))).act("buy", 0, 10)
    desk.act("protect", 1, trail=2.0, trail_after=4.0)
    assert desk.run(module).trades == [(1, 100.0, 4, 102.0, 10.0, "trail")]


def test_an_unknown_part_leaves_the_bracket_that_rests(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, (100, 100, 94, 95))).act("buy", 0, 10).act("protect", 1, trail=5.0, tag="p")
    desk.act("protect", 2, trail=NAN, tag="p")
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 3, 95.0, 10.0, "trail")]
    assert outcome.causes == [("unknown", 2, 1)]


def test_a_bracket_ends_with_its_position(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, 100, (100, 100, 94, 95))).act("buy", 0, 10).act("protect", 1, stop=at_fixed(95.0))
    desk.act("exit", 1).act("buy", 2, 10)
    assert desk.run(module).trades == [(1, 100.0, 2, 100.0, 10.0, "exit")]


def test_a_reversal_ends_the_bracket(module: Any) -> None:
    desk = (
        Desk(bars(100, 100, 100, (100, 106, 94, 100)))
        .act("buy", 0, 10)
        .act("protect", 1, stop=at_fixed(95.0))
        .act("short", 1, 10)
    )
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 100.0, 10.0, "reversed")]
    assert outcome.machine.brackets.count == 0


def test_a_new_position_may_be_protected_again_after_the_bracket_has_filled(module: Any) -> None:
    rows = bars(100, 100, (100, 100, 94, 95), 100, 100, (100, 100, 94, 95))
    desk = Desk(rows).act("buy", [0, 3], 10).act("protect", [1, 4], stop=at_fixed(95.0))
    assert [t[2:4] for t in desk.run(module).trades] == [(2, 95.0), (5, 95.0)]


def test_cancel_of_its_tag_takes_a_bracket_back_and_cancel_alone_does_not(module: Any) -> None:
    rows = bars(100, 100, 100, (100, 100, 94, 95))
    named = Desk(rows).act("buy", 0, 10).act("protect", 1, stop=at_fixed(95.0), tag="p").act("cancel", 2, tag="p")
    assert named.run(module).trades == []
    alone = Desk(rows).act("buy", 0, 10).act("protect", 1, stop=at_fixed(95.0), tag="p").act("cancel", 2)
    assert len(alone.run(module).trades) == 1


def test_a_bar_that_reaches_stop_and_target_of_a_bracket_is_counted(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 106, 94, 100))).act("buy", 0, 10)
    desk.act("protect", 1, stop=at_fixed(95.0), target=at_fixed(105.0))
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]
    assert outcome.machine.ambiguous_bars == 1
    assert desk.run(module, take="targets").trades == [(1, 100.0, 2, 105.0, 10.0, "take profit")]


def test_next_open_only_leaves_at_the_open_beyond_the_bracket(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 101, 90, 99), (94, 95, 93, 94))).with_account(fills="next_open_only")
    desk.act("buy", 0, 10).act("protect", 1, stop=at_fixed(95.0))
    assert desk.run(module).trades == [(1, 100.0, 3, 94.0, 10.0, "stop loss")]


def test_a_bracket_pays_slippage_at_its_stop_and_not_at_its_target(module: Any) -> None:
    stop = (
        Desk(bars(100, 100, (100, 101, 94, 95)))
        .with_account(slippage_ticks=2)
        .act("buy", 0, 10)
        .act("protect", 1, stop=at_fixed(95.0))
    )
    assert stop.run(module).trades[0][3] == 94.98
    target = Desk(bars(100, 100, (100, 106, 100, 105))).with_account(slippage_ticks=2).act("buy", 0, 10)
    assert target.act("protect", 1, target=at_fixed(105.0)).run(module).trades[0][3] == 105.0


def test_a_saved_machine_keeps_its_brackets(module: Any) -> None:
    rows = [*bars(100, 100, 100, (100, 108, 100, 107)), *flat(3, 107.0), (107.0, 107.0, 104.0, 104.5)]
    desk = Desk(rows).act("buy", 0, 10).act("protect", 1, trail=2.0, sizing="position", size=0.5)
    whole, pieces = desk.run(module), desk.run(module, [1] * len(rows), save=True)
    assert whole.trades == pieces.trades == [(1, 100.0, 7, 106.0, 5.0, "trail")]
    assert whole.machine.save() == pieces.machine.save()

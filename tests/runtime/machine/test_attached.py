"""Attached lines: stops, targets, trails, holds; and bars that could have gone both ways."""

from __future__ import annotations

import math
from typing import Any

from tests.runtime.machine.desk import Desk, at_fixed, at_reward, bars, flat, from_entry

NAN = math.nan


def test_a_stop_loss_fills_at_its_price(module: Any) -> None:
    outcome = Desk(bars(100, 100, (100, 101, 94, 96))).act("buy", 0, 10, stop=at_fixed(95.0)).run(module)
    assert outcome.trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]


def test_a_stop_loss_that_is_gapped_through_fills_at_the_open(module: Any) -> None:
    outcome = Desk(bars(100, 100, (93, 94, 92, 93))).act("buy", 0, 10, stop=at_fixed(95.0)).run(module)
    assert outcome.trades == [(1, 100.0, 2, 93.0, 10.0, "stop loss")]


def test_a_stop_loss_counts_on_the_whole_bar_after_an_entry_at_the_open(module: Any) -> None:
    outcome = Desk(bars(100, (100, 101, 94, 96))).act("buy", 0, 10, stop=at_fixed(95.0)).run(module)
    assert outcome.trades == [(1, 100.0, 1, 95.0, 10.0, "stop loss")]


def test_a_short_is_stopped_above(module: Any) -> None:
    outcome = Desk(bars(100, 100, (100, 105, 99, 104))).act("short", 0, 10, stop=at_fixed(103.0)).run(module)
    assert outcome.trades == [(1, 100.0, 2, 103.0, -10.0, "stop loss")]


def test_a_stop_in_percent_is_from_the_fill_price(module: Any) -> None:
    outcome = Desk(bars(100, 110, (110, 110, 100, 101))).act("buy", 0, 10, stop=from_entry("mul", 0.98)).run(module)
    assert outcome.trades == [(1, 110.0, 2, 107.8, 10.0, "stop loss")]


def test_a_target_fills_when_traded_through_and_not_when_touched(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 104, 100, 103), (103, 104.01, 103, 104))).act("buy", 0, 10, target=at_fixed(104.0))
    assert desk.run(module).trades == [(1, 100.0, 3, 104.0, 10.0, "take profit")]


def test_a_target_fills_at_a_better_open(module: Any) -> None:
    outcome = Desk(bars(100, 100, (107, 108, 106, 107))).act("buy", 0, 10, target=at_fixed(104.0)).run(module)
    assert outcome.trades == [(1, 100.0, 2, 107.0, 10.0, "take profit")]


def test_three_r_is_three_times_the_distance_from_entry_to_stop(module: Any) -> None:
    desk = Desk(bars(100, 102, (102, 108.1, 102, 108))).act("buy", 0, 10, stop=from_entry("sub", 2.0), target=at_reward(3.0))
    assert desk.run(module).trades == [(1, 102.0, 2, 108.0, 10.0, "take profit")]


def test_three_r_of_a_short_lies_below(module: Any) -> None:
    desk = Desk(bars(100, 102, (102, 102, 95, 96))).act("short", 0, 10, stop=from_entry("add", 2.0), target=at_reward(3.0))
    assert desk.run(module).trades == [(1, 102.0, 2, 96.0, -10.0, "take profit")]


def test_stop_and_target_are_one_cancels_other(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 106, 100, 105), (105, 105, 80, 81))).act(
        "buy", 0, 10, stop=at_fixed(95.0), target=at_fixed(104.0)
    )
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 104.0, 10.0, "take profit")]
    assert outcome.machine.size == 0.0


def test_a_bar_that_reaches_stop_and_target_takes_the_stop_and_is_counted(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 106, 94, 100))).act("buy", 0, 10, stop=at_fixed(95.0), target=at_fixed(104.0))
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]
    assert outcome.machine.ambiguous_bars == 1
    other = desk.run(module, take="targets")
    assert other.trades == [(1, 100.0, 2, 104.0, 10.0, "take profit")]


def test_an_entry_bar_at_the_open_can_be_ambiguous(module: Any) -> None:
    desk = Desk(bars(100, (100, 106, 94, 100))).act("buy", 0, 10, stop=at_fixed(95.0), target=at_fixed(104.0))
    assert desk.run(module).machine.ambiguous_bars == 1


def test_a_gap_through_the_stop_is_not_ambiguous(module: Any) -> None:
    desk = Desk(bars(100, 100, (94, 106, 93, 100))).act("buy", 0, 10, stop=at_fixed(95.0), target=at_fixed(104.0))
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 94.0, 10.0, "stop loss")]
    assert outcome.machine.ambiguous_bars == 0


def test_after_an_entry_inside_the_bar_the_stop_counts_and_the_target_does_not(module: Any) -> None:
    rows = bars(100, (100, 110, 98, 105))
    desk = Desk(rows).act("buy", 0, 10, entry="stop", price=102.0, stop=at_fixed(99.0), target=at_fixed(108.0))
    outcome = desk.run(module)
    assert outcome.trades == [(1, 102.0, 1, 99.0, 10.0, "stop loss")]
    assert outcome.machine.ambiguous_bars == 0
    only_target = Desk(rows).act("buy", 0, 10, entry="stop", price=102.0, target=at_fixed(108.0)).run(module)
    assert only_target.trades == []


def test_a_fill_already_beyond_its_stop_exits_at_that_price(module: Any) -> None:
    outcome = Desk(bars(100, (94, 96, 93, 95))).act("buy", 0, 10, stop=at_fixed(95.0)).run(module)
    assert outcome.trades == [(1, 94.0, 1, 94.0, 10.0, "stop loss")]


def test_a_fill_already_beyond_its_target_exits_at_that_price(module: Any) -> None:
    outcome = Desk(bars(100, (105, 106, 104.5, 105))).act("buy", 0, 10, target=at_fixed(104.0)).run(module)
    assert outcome.trades == [(1, 105.0, 1, 105.0, 10.0, "take profit")]


def test_each_lot_has_its_own_stop(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, (100, 100, 96, 97), (97, 97, 93, 94))).with_account(pyramiding=2)
    desk.act("buy", 0, 10, stop=at_fixed(97.0), tag="a").act("buy", 1, 5, stop=at_fixed(94.0), tag="b")
    assert desk.run(module).trades == [(1, 100.0, 3, 97.0, 10.0, "stop loss"), (2, 100.0, 4, 94.0, 5.0, "stop loss")]


def test_a_partial_exit_leaves_the_stop_on_the_rest(module: Any) -> None:
    desk = Desk(bars(100, 100, 100, (100, 100, 94, 95))).act("buy", 0, 10, stop=at_fixed(95.0)).act("sell", 1, 4)
    assert desk.run(module).trades == [(1, 100.0, 2, 100.0, 4.0, "exit"), (1, 100.0, 3, 95.0, 6.0, "stop loss")]


def test_a_trail_starts_at_the_fill_and_moves_at_closes_only(module: Any) -> None:
    # Filled at 100: trail 95. High 108 at the close of bar 2: trail 103, live from bar 3.
    desk = Desk(bars(100, 100, (100, 108, 99, 107), (107, 107, 102, 103))).act("buy", 0, 10, trail=5.0)
    assert desk.run(module).trades == [(1, 100.0, 3, 103.0, 10.0, "trail")]


def test_a_trail_protects_from_the_fill_on(module: Any) -> None:
    outcome = Desk(bars(100, (100, 101, 94, 96))).act("buy", 0, 10, trail=5.0).run(module)
    assert outcome.trades == [(1, 100.0, 1, 95.0, 10.0, "trail")]


def test_a_trail_never_moves_backwards_when_its_distance_grows(module: Any) -> None:
    rows = bars(100, 100, (100, 110, 100, 110), 109, (109, 109, 104, 105))
    desk = Desk(rows).act("buy", 0, 10, trail=[5.0, 5.0, 5.0, 9.0, 9.0])
    assert desk.run(module).trades == [(1, 100.0, 4, 105.0, 10.0, "trail")]


def test_a_trail_distance_is_read_again_at_each_close(module: Any) -> None:
    rows = bars(100, 100, (100, 110, 100, 110), 110, (110, 110, 107, 108))
    desk = Desk(rows).act("buy", 0, 10, trail=[5.0, 5.0, 5.0, 2.0, 2.0])
    assert desk.run(module).trades == [(1, 100.0, 4, 108.0, 10.0, "trail")]


def test_an_unknown_trail_distance_leaves_the_trail_where_it_is(module: Any) -> None:
    rows = bars(100, 100, (100, 110, 100, 110), (110, 110, 94, 95))
    desk = Desk(rows).act("buy", 0, 10, trail=[5.0, 5.0, NAN, 5.0])
    assert desk.run(module).trades == [(1, 100.0, 3, 95.0, 10.0, "trail")]


def test_a_trail_after_a_distance_waits_for_it(module: Any) -> None:
    rows = bars(100, 100, (100, 103, 90, 102), (102, 106, 101, 105), (105, 105, 102, 103))
    desk = Desk(rows).act("buy", 0, 10, trail=3.0, trail_after=5.0)
    assert desk.run(module).trades == [(1, 100.0, 4, 103.0, 10.0, "trail")]


def test_a_trail_as_a_share_is_of_the_extreme(module: Any) -> None:
    rows = bars(100, 100, (100, 110, 100, 110), (110, 110, 98, 99))
    desk = Desk(rows).act("buy", 0, 10, trail=0.1, trail_share=True)
    assert desk.run(module).trades == [(1, 100.0, 3, 99.0, 10.0, "trail")]


def test_a_short_trails_its_lowest_price(module: Any) -> None:
    rows = bars(100, 100, (100, 100, 90, 91), (91, 94, 91, 94))
    assert Desk(rows).act("short", 0, 10, trail=3.0).run(module).trades == [(1, 100.0, 3, 93.0, -10.0, "trail")]


def test_the_nearer_of_stop_and_trail_is_taken(module: Any) -> None:
    rows = bars(100, 100, (100, 108, 100, 107), (107, 107, 90, 91))
    assert Desk(rows).act("buy", 0, 10, trail=5.0, stop=at_fixed(98.0)).run(module).trades == [
        (1, 100.0, 3, 103.0, 10.0, "trail")
    ]
    assert Desk(rows).act("buy", 0, 10, trail=12.0, stop=at_fixed(98.0)).run(module).trades == [
        (1, 100.0, 3, 98.0, 10.0, "stop loss")
    ]


def test_hold_at_most_two_exits_at_the_open_after_bar_two(module: Any) -> None:
    outcome = Desk(bars(100, 101, 102, 103, 104, 105)).act("buy", 0, 10, hold=2).run(module)
    assert outcome.trades == [(1, 101.0, 4, 104.0, 10.0, "hold")]


def test_hold_waits_for_a_known_open(module: Any) -> None:
    outcome = Desk(bars(100, 101, (NAN, NAN, NAN, NAN), 103)).act("buy", 0, 10, hold=0).run(module)
    assert outcome.trades == [(1, 101.0, 3, 103.0, 10.0, "hold")]


def test_stops_of_longs_round_down_and_targets_up(module: Any) -> None:
    desk = Desk(bars(100, 100, (100, 104.02, 100, 104))).act("buy", 0, 10, stop=at_fixed(95.009), target=at_fixed(104.001))
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 104.01, 10.0, "take profit")]
    stopped = Desk(bars(100, 100, (100, 100, 90, 91))).act("buy", 0, 10, stop=at_fixed(95.009)).run(module)
    assert stopped.trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]


def test_an_attached_price_reads_its_slots_when_the_order_is_made(module: Any) -> None:
    from compiler.operators import OPCODES
    from compiler.plan import Price, RowCode

    desk = Desk(bars(100, 100, 100, (100, 100, 90, 91)))
    slot = desk.column([3.0, 50.0, 60.0, 70.0])
    code = RowCode(((OPCODES["sub"], 2, 0, 1, 0),), 3, (), ((0, 0), (1, 3)), (2,))
    desk.act("buy", 0, 10, stop=Price(code, (slot,)))
    assert desk.run(module).trades == [(1, 100.0, 3, 97.0, 10.0, "stop loss")]


def test_an_open_position_stays_open_and_is_marked_to_the_last_close(module: Any) -> None:
    outcome = Desk(bars(100, 100, (100, 112, 97, 108))).act("buy", 0, 10).run(module)
    (lot,) = outcome.machine.open_trades()
    assert lot[8] == 80.0
    assert math.isnan(lot[6])
    assert (round(lot[10], 9), round(lot[11], 9)) == (-0.03, 0.12)


def test_worst_and_best_of_a_trade_stop_at_its_exit(module: Any) -> None:
    outcome = Desk(bars(100, (100, 104, 99, 103), (103, 120, 80, 90))).act("buy", 0, 10, stop=at_fixed(95.0)).run(module)
    (row,) = outcome.trade_rows.tolist()
    assert (round(row[10], 9), round(row[11], 9)) == (-0.05, 0.04)


def test_facts_of_a_flat_and_of_an_open_position(module: Any) -> None:
    desk = Desk(flat(3)).act("buy", 0, 10)
    machine = module.Machine(desk.code(), desk.account, desk.instrument)
    machine.open_half(100, 100, 100, 100)
    facts = machine.facts()
    assert facts[0] == 0.0
    assert math.isnan(facts[1])
    assert facts[2] == 0.0
    assert math.isnan(facts[3])
    assert facts[6] == 0.0
    machine.close_half([10.0, 2.0])
    machine.open_half(101, 107, 99, 104)
    assert machine.facts()[:6] == [10.0, 101.0, 0.0, 30.0, 107.0, 99.0]
    assert machine.facts()[7:11] == [10.0, 10_030.0, 8_990.0, 1.0]
    machine.close_half([10.0, 0.0])
    machine.open_half(104, 105, 103, 103)
    assert machine.facts()[2:4] == [1.0, 20.0]
    assert round(machine.facts()[13], 12) == round(10 / 10_030, 12)


def test_facts_of_a_short_position(module: Any) -> None:
    desk = Desk(flat(3)).act("short", 0, 10)
    machine = module.Machine(desk.code(), desk.account, desk.instrument)
    machine.open_half(100, 100, 100, 100)
    machine.close_half([10.0, 2.0])
    machine.open_half(101, 107, 99, 104)
    assert machine.facts()[:6] == [-10.0, 101.0, 0.0, -30.0, 107.0, 99.0]
    assert machine.facts()[7:11] == [10.0, 9_970.0, 11_010.0, 1.0]

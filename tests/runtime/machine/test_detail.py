"""`fills detail`: what the finer bars inside a bar decide, and what they leave to the bar."""

from __future__ import annotations

import math
from typing import Any

from tests.runtime.machine.desk import Desk, at_fixed, bars

BOTH = {"stop": at_fixed(95.0), "target": at_fixed(105.0)}


def looked_into(rows: list[tuple[float, ...]], fine: list[list[tuple[float, ...]]]) -> Desk:
    desk = Desk(rows).with_account(fills="detail")
    desk.fine = fine
    return desk


def test_the_finer_bars_say_which_of_stop_and_target_came_first(module: Any) -> None:
    rows = bars(100, 100, (100, 106, 94, 100))
    up = [(100, 106, 99, 105), (105, 105, 94, 100)]
    down = [(100, 101, 94, 96), (96, 106, 96, 100)]
    for inside, exit_ in ((up, (105.0, "take profit")), (down, (95.0, "stop loss"))):
        outcome = looked_into(rows, [[], [], inside]).act("buy", 0, 10, **BOTH).run(module)
        assert (outcome.trades[0][3], outcome.trades[0][5]) == exit_
        assert outcome.machine.ambiguous_bars == 0


def test_inside_one_finer_bar_the_stop_is_taken_and_counted(module: Any) -> None:
    desk = looked_into(bars(100, 100, (100, 106, 94, 100)), [[], [], [(100, 101, 99, 100), (100, 106, 94, 100)]])
    outcome = desk.act("buy", 0, 10, **BOTH).run(module)
    assert outcome.trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]
    assert outcome.machine.ambiguous_bars == 1


def test_a_bar_without_finer_bars_is_filled_as_a_whole(module: Any) -> None:
    outcome = looked_into(bars(100, 100, (100, 106, 94, 100)), [[], [], []]).act("buy", 0, 10, **BOTH).run(module)
    assert outcome.trades == [(1, 100.0, 2, 95.0, 10.0, "stop loss")]
    assert outcome.machine.ambiguous_bars == 1


def test_the_target_of_an_entry_inside_a_finer_bar_counts_from_the_next_one(module: Any) -> None:
    fine = [[], [(100, 103, 99, 103), (103, 107, 103, 104)]]
    desk = looked_into(bars(100, (100, 107, 99, 104)), fine).act("buy", 0, 10, entry="stop", price=102.0, **BOTH)
    assert desk.run(module).trades == [(1, 102.0, 1, 105.0, 10.0, "take profit")]


def test_a_stop_that_a_finer_open_gaps_through_fills_there(module: Any) -> None:
    fine = [[], [], [(100, 100, 98, 98), (94, 94, 93, 94)]]
    desk = looked_into(bars(100, 100, (100, 100, 93, 94)), fine).act("buy", 0, 10, stop=at_fixed(95.0))
    assert desk.run(module).trades == [(1, 100.0, 2, 94.0, 10.0, "stop loss")]


def test_a_stop_limit_rests_as_a_limit_from_the_next_finer_bar(module: Any) -> None:
    fine = [[], [(100, 103, 100, 103), (103, 103, 100.5, 102)]]
    desk = looked_into(bars(100, (100, 103, 100, 102)), fine).act("buy", 0, 10, entry="stop_limit", price=102.0, limit=101.0)
    assert desk.run(module).fills == [(1, 10.0, 101.0)]


def test_trails_and_rules_see_closes_of_bars_only(module: Any) -> None:
    fine = [[], [], [(100, 110, 100, 109), (109, 109, 101, 103)], [(103, 103, 102, 102.5), (102.5, 103, 102, 103)]]
    desk = looked_into(bars(100, 100, (100, 110, 100, 103), (103, 103, 102, 103)), fine).act("buy", 0, 10, trail=5.0)
    assert desk.run(module).trades == [(1, 100.0, 3, 103.0, 10.0, "trail")]


def test_a_lot_has_seen_all_finer_bars_after_its_own(module: Any) -> None:
    fine = [[], [(100, 103, 97, 98), (98, 109, 98, 104)], []]
    desk = looked_into(bars(100, (100, 109, 97, 104), 104), fine).act("buy", 0, 10, entry="stop", price=102.0).act("exit", 1)
    row = desk.run(module).trade_rows.tolist()[0]
    assert math.isclose(row[10], (97.0 - 102.0) / 102.0)
    assert math.isclose(row[11], (109.0 - 102.0) / 102.0)

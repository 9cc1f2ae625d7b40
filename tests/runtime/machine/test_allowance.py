"""What `limit volume` lets fill, by hand: orders, attached exits and forced exits in parts, each rest where it belongs."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.terms import Terms
from runtime.machine.codes import CAUSE_NAMES
from runtime.machine.core import MachineError
from tests.runtime.machine.desk import Desk, at_fixed, from_entry

FLAT = (100.0, 101.0, 99.0, 100.0)


def desk(bars: list[tuple[float, ...]], volumes: list[float], share: float = 0.1, **changes: Any) -> Desk:
    limits = (("volume", share), *changes.pop("limits", ()))
    return Desk([bar[:4] for bar in bars], volumes=volumes).with_account(capital=100_000.0, limits=limits, **changes)


def causes(outcome: Any) -> list[str]:
    return [CAUSE_NAMES[int(row[0])] for row in outcome.machine.finished_events()]


def test_a_market_entry_goes_on_at_the_next_opens_until_it_is_filled() -> None:
    bars = [(100.0 + k, 101.0 + k, 99.0 + k, 100.0 + k) for k in range(6)]
    outcome = desk(bars, [1000, 1000, 459, 0, 1000, 1000]).act("buy", 0, 200).run()
    assert outcome.fills == [(1, 100.0, 101.0), (2, 45.0, 102.0), (4, 55.0, 104.0)]
    assert outcome.ends == ["filled"]
    order = outcome.order_rows[0]
    assert order[6] == 200.0
    assert order[11] == 200.0
    assert order[12] == pytest.approx((100 * 101 + 45 * 102 + 55 * 104) / 200)
    assert [(row[0], row[3], row[4]) for row in outcome.machine.open_trades()] == [(0, 100, 1), (1, 45, 2), (2, 55, 4)]
    assert causes(outcome) == ["volume"]


def test_a_rest_that_is_cancelled_says_what_was_filled() -> None:
    outcome = desk([FLAT] * 5, [1000] * 5).act("buy", 0, 250, tag="a").act("cancel", 2, tag="").run()
    assert outcome.fills == [(1, 100.0, 100.0), (2, 100.0, 100.0)]
    assert outcome.ends == ["cancelled"]
    assert outcome.order_rows[0][11] == 200.0
    assert outcome.order_rows[0][12] == 100.0


def test_a_rest_is_pending_at_the_end_with_what_was_filled() -> None:
    outcome = desk([FLAT] * 2, [1000] * 2).act("buy", 0, 250).run()
    (row,) = outcome.machine.resting()
    assert row[6] == 250.0
    assert row[11] == 100.0


def test_a_limit_fills_while_the_price_is_passed_and_expires_with_its_rest() -> None:
    bars = [FLAT, (100, 101, 97, 100), (100, 101, 99, 100), (100, 101, 97, 100), (100, 101, 97, 100), (100, 101, 97, 100)]
    outcome = desk(bars, [1000] * 6).act("buy", 0, 500, entry="limit", price=98.0, expire=4.0).run()
    assert outcome.fills == [(1, 100.0, 98.0), (3, 100.0, 98.0), (4, 100.0, 98.0)]
    assert outcome.ends == ["expired"]
    assert outcome.order_rows[0][11] == 300.0


def test_a_triggered_stop_entry_goes_on_at_the_market() -> None:
    bars = [FLAT, (100, 103, 99, 101), (95, 96, 94, 95), (94, 95, 93, 94)]
    outcome = desk(bars, [1000] * 4).act("buy", 0, 250, entry="stop", price=102.0).run()
    assert outcome.fills == [(1, 100.0, 102.0), (2, 100.0, 95.0), (3, 50.0, 94.0)]


def test_a_stop_without_any_volume_is_triggered_all_the_same() -> None:
    bars = [FLAT, (100, 103, 99, 101), (95, 96, 94, 95)]
    outcome = desk(bars, [1000, 0, 1000]).act("buy", 0, 50, entry="stop", price=102.0).run()
    assert outcome.fills == [(2, 50.0, 95.0)]


def test_a_stop_loss_that_volume_cuts_leaves_at_the_next_opens_even_when_the_price_is_back() -> None:
    bars = [FLAT, FLAT, (100, 101, 94, 99), (99, 120, 98, 110), (111, 112, 110, 111)]
    outcome = desk(bars, [10_000, 10_000, 1000, 1000, 1000])
    outcome = outcome.act("buy", 0, 250, stop=at_fixed(95.0), target=at_fixed(115.0)).run()
    assert outcome.fills == [(1, 250.0, 100.0), (2, -100.0, 95.0), (3, -100.0, 99.0), (4, -50.0, 111.0)]
    assert [trade[5] for trade in outcome.trades] == ["stop loss"] * 3
    assert [trade[4] for trade in outcome.trades] == [100.0, 100.0, 50.0]


def test_a_target_that_volume_cuts_waits_for_its_price_and_the_stop_still_counts() -> None:
    bars = [FLAT, FLAT, (100, 106, 99, 104), (104, 104.5, 103, 104), (104, 106, 103, 104), (103, 103, 90, 91), (91, 92, 90, 91)]
    outcome = desk(bars, [10_000, 10_000, 1000, 1000, 1000, 200, 9000])
    outcome = outcome.act("buy", 0, 250, stop=at_fixed(95.0), target=at_fixed(105.0)).run()
    assert outcome.fills == [(1, 250.0, 100.0), (2, -100.0, 105.0), (4, -100.0, 105.0), (5, -20.0, 95.0), (6, -30.0, 91.0)]
    assert [trade[5] for trade in outcome.trades] == ["take profit", "take profit", "stop loss", "stop loss"]


def test_holding_at_most_counts_for_each_part_from_its_own_fill() -> None:
    outcome = desk([FLAT] * 7, [1000] * 7).act("buy", 0, 200, hold=1.0).run()
    assert outcome.fills == [(1, 100.0, 100.0), (2, 100.0, 100.0), (3, -100.0, 100.0), (4, -100.0, 100.0)]


def test_each_part_has_lines_from_its_own_price() -> None:
    bars = [FLAT, FLAT, (110, 111, 109, 110), (110, 111, 104, 110), (110, 111, 109, 110)]
    outcome = desk(bars, [1000, 1000, 1000, 9000, 9000]).act("buy", 0, 200, stop=from_entry("sub", 5.0)).run()
    assert outcome.fills == [(1, 100.0, 100.0), (2, 100.0, 110.0), (3, -100.0, 105.0)]


def test_a_reversal_closes_first_and_opens_with_what_volume_is_left() -> None:
    outcome = desk([FLAT] * 7, [9000, 9000, 1000, 1000, 1000, 1000, 1000])
    outcome = outcome.act("buy", 0, 250).act("short", 1, 120).run()
    assert outcome.fills == [(1, 250.0, 100.0), (2, -100.0, 100.0), (3, -100.0, 100.0), (4, -50.0, 100.0), (4, -50.0, 100.0), (5, -70.0, 100.0)]  # fmt: skip
    assert outcome.ends == ["filled", "filled"]
    assert outcome.order_rows[1][11] == 120.0
    assert outcome.machine.size == -120.0


def test_all_orders_of_a_bar_share_its_allowance_in_the_order_they_fill() -> None:
    outcome = desk([FLAT] * 5, [1000] * 5, pyramiding=3).act("buy", 0, 70, tag="a").act("buy", 0, 80, tag="b").run()
    assert outcome.fills == [(1, 70.0, 100.0), (1, 30.0, 100.0), (2, 50.0, 100.0)]


def test_an_order_in_parts_is_one_entry_and_pays_one_fixed_fee() -> None:
    made = desk([FLAT] * 8, [1000] * 8, pyramiding=1, commission_per_order=5.0, limits=(("orders_per_day", 2.0),))
    outcome = made.act("buy", [0, 1, 2, 3], 300).act("exit", 4).run()
    assert outcome.fills == [(1, 100, 100), (2, 100, 100), (3, 100, 100), (5, -100, 100), (6, -100, 100), (7, -100, 100)]
    assert outcome.machine.commission == 10.0
    assert outcome.machine.orders_today == 2.0
    assert outcome.machine.entries_today == 1.0
    assert "pyramiding" in causes(outcome)


def test_an_exit_ends_with_the_position_when_something_else_closed_the_rest() -> None:
    bars = [FLAT, FLAT, FLAT, (100, 101, 90, 92), (92, 93, 91, 92), FLAT]
    outcome = desk(bars, [9000, 9000, 1000, 9000, 9000, 9000])
    outcome = outcome.act("buy", 0, 250, stop=at_fixed(95.0)).act("sell", 1, 240, entry="limit", price=99.5).run()
    assert outcome.machine.size == 0.0
    assert sum(quantity for _, quantity, _ in outcome.fills) == 0.0


def test_a_daily_loss_closes_over_several_opens_and_nothing_else_is_left() -> None:
    day = 86_400_000_000
    bars = [FLAT, FLAT, (80, 81, 79, 80), (80, 81, 79, 80), (80, 81, 79, 80), (80, 81, 79, 80)]
    made = desk(bars, [9000, 9000, 9000, 1000, 1000, 1000], limits=(("daily_loss", 0.03),))
    made.times = [k * day // 24 for k in range(6)]
    outcome = made.act("buy", 0, 250).run()
    assert outcome.fills == [(1, 250.0, 100.0), (3, -100.0, 80.0), (4, -100.0, 80.0), (5, -50.0, 80.0)]
    assert {trade[5] for trade in outcome.trades} == {"daily_loss"}


@pytest.mark.parametrize("fills", ["pessimistic", "ohlc_path", "next_open_only"])
def test_a_liquidation_that_volume_cuts_goes_on_and_is_one(fills: str) -> None:
    bars = [FLAT, FLAT, (100, 101, 60, 62), (62, 63, 61, 62), (62, 63, 61, 62), (62, 63, 61, 62)]
    made = Desk([bar[:4] for bar in bars], volumes=[9000, 9000, 1000, 1000, 1000, 1000])
    made = made.with_account(capital=10_000.0, margin=0.5, terms=Terms(maintenance=0.25), limits=(("volume", 0.1),), fills=fills)
    outcome = made.act("buy", 0, 200).run()
    assert outcome.machine.size == 0.0
    assert outcome.fills[0] == (1, 200.0, 100.0)
    first = (3, -100.0, 62.0) if fills == "next_open_only" else (2, -100.0, pytest.approx(66.666666667))
    assert outcome.fills[1] == first
    assert causes(outcome).count("liquidation") == 1


@pytest.mark.parametrize("volume", [0.0, float("nan")])
def test_no_volume_fills_nothing(volume: float) -> None:
    outcome = desk([FLAT] * 4, [volume] * 4).act("buy", 0, 10).run()
    assert outcome.fills == []
    assert causes(outcome) == ["volume"]


def test_the_rest_of_an_order_at_this_close_goes_on_at_the_next_open() -> None:
    outcome = desk([FLAT, FLAT, (105, 106, 104, 105)], [1000, 1000, 1000]).act("buy", 1, 150, entry="this_close").run()
    assert outcome.fills == [(1, 100.0, 100.0), (2, 50.0, 105.0)]


def test_finer_bars_have_volume_of_their_own() -> None:
    fine = [[(*FLAT, 1000.0)], [(100, 101, 99, 100.5, 300.0), (100.5, 101, 99, 100, 700.0)], [(*FLAT, 1000.0)]]
    made = desk([FLAT] * 3, [1000] * 3, fills="detail")
    made.fine = fine
    outcome = made.act("buy", 0, 150).run()
    assert outcome.fills == [(1, 30.0, 100.0), (1, 70.0, 100.5), (2, 50.0, 100.0)]


def test_a_path_meets_a_limit_again_on_the_next_bar_and_a_stop_once() -> None:
    bars = [FLAT, (100, 101, 97, 100), (100, 101, 97, 100), (100, 103, 99, 100), FLAT]
    made = desk(bars, [1000] * 5, fills="ohlc_path", pyramiding=2)
    outcome = made.act("buy", 0, 150, entry="limit", price=98.0).act("buy", 2, 120, entry="stop", price=102.0).run()
    assert outcome.fills == [(1, 100.0, 98.0), (2, 50.0, 98.0), (3, 100.0, 102.0), (4, 20.0, 100.0)]


def test_what_cannot_be_filled_in_parts_is_refused_in_plain_words() -> None:
    with pytest.raises(MachineError, match="fills every order whole"):
        desk([FLAT] * 2, [1000] * 2, fills="tradingview").act("buy", 0, 10).run()
    with pytest.raises(MachineError, match="`limit volume` needs the volume of each bar"):
        desk([FLAT] * 2, []).act("buy", 0, 10).run()


def test_who_leaves_does_not_go_on_buying() -> None:
    outcome = desk([FLAT] * 6, [1000] * 6).act("buy", 0, 500).act("exit", 2).run()
    assert outcome.fills == [(1, 100.0, 100.0), (2, 100.0, 100.0), (3, -100.0, 100.0), (4, -100.0, 100.0)]
    assert sorted(outcome.ends) == ["cancelled", "filled"]

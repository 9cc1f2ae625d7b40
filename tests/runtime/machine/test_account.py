"""Sizes, costs, margin, limits and refusals."""

from __future__ import annotations

import math
from typing import Any

import pytest

from runtime.machine.instrument import Instrument
from tests.runtime.machine.desk import Desk, at_fixed, bars, flat

NAN = math.nan
DAY = 86_400_000_000


def test_a_share_of_equity_is_sized_at_the_close_that_made_it(module: Any) -> None:
    outcome = Desk(bars(101, 50)).act("buy", 0, sizing="equity", size=0.5).run(module)
    assert outcome.fills == [(1, 49.0, 50.0)]


def test_moving_the_next_open_leaves_the_quantity_unchanged(module: Any) -> None:
    for opened in (20.0, 101.0, 150.0):
        assert Desk(bars(101, opened)).act("buy", 0, sizing="equity", size=0.5).run(module).fills[0][1] == 49.0


def test_money_is_divided_by_the_presumed_entry(module: Any) -> None:
    assert Desk(bars(100, 90)).act("buy", 0, sizing="money", size=2_550.0).run(module).fills == [(1, 25.0, 90.0)]
    limit = Desk(bars(100, (99, 99, 80, 85))).act("buy", 0, sizing="money", size=2_550.0, entry="limit", price=85.0).run(module)
    assert limit.fills == [(1, 30.0, 85.0)]


def test_risk_is_divided_by_the_distance_to_the_stop(module: Any) -> None:
    outcome = Desk(bars(100, 101)).act("buy", 0, sizing="risk", size=0.01, stop=at_fixed(96.0)).run(module)
    assert outcome.fills == [(1, 25.0, 101.0)]


def test_a_share_of_cash_leaves_out_what_resting_entries_reserve(module: Any) -> None:
    desk = Desk(flat(3)).with_account(pyramiding=2)
    desk.act("buy", 0, sizing="cash", size=0.5, tag="a").act("buy", 0, sizing="cash", size=0.5, tag="b")
    assert [fill[1] for fill in desk.run(module).fills] == [50.0, 25.0]


def test_a_share_of_the_position_adds_to_it(module: Any) -> None:
    desk = Desk(flat(4)).with_account(pyramiding=2).act("buy", 0, 20).act("buy", 1, sizing="position", size=0.5)
    assert desk.run(module).machine.size == 30.0


def test_a_fixed_fee_comes_off_before_sizing(module: Any) -> None:
    desk = Desk(flat(3)).with_account(commission_per_order=150.0).act("buy", 0, sizing="equity", size=1.0)
    outcome = desk.run(module)
    assert outcome.fills == [(1, 98.0, 100.0)]
    assert outcome.machine.cash == 50.0


def test_a_fixed_fee_comes_off_the_risk_before_sizing(module: Any) -> None:
    desk = (
        Desk(bars(100, 100, 96))
        .with_account(commission_per_order=20.0)
        .act("buy", 0, sizing="risk", size=0.01, stop=at_fixed(96.0))
    )
    outcome = desk.run(module)
    assert outcome.fills[0] == (1, 20.0, 100.0)  # (100 - 20) / 4
    more_than_risk = (
        Desk(flat(3)).with_account(commission_per_order=100.0).act("buy", 0, sizing="risk", size=0.01, stop=at_fixed(96.0))
    )
    assert more_than_risk.run(module).fills == []


def test_quantities_are_rounded_down_to_the_lot(module: Any) -> None:
    desk = Desk(flat(3)).with_instrument(lot=0.001).act("buy", 0, 1.23499)
    assert desk.run(module).fills == [(1, 1.234, 100.0)]
    exact = Desk(flat(3)).with_instrument(lot=0.1).act("buy", 0, 0.1 + 0.2)
    assert exact.run(module).fills == [(1, 0.3, 100.0)]


def test_without_a_lot_quantities_are_not_rounded(module: Any) -> None:
    assert Desk(flat(3)).with_instrument(lot=0.0).act("buy", 0, 1.23456789).run(module).fills[0][1] == 1.23456789


def test_commission_is_a_share_and_so_much_a_unit_and_so_much_an_order(module: Any) -> None:
    desk = Desk(flat(4)).with_account(commission_share=0.001, commission_per_unit=0.01, commission_per_order=2.0)
    outcome = desk.act("buy", 0, 10).act("exit", 1).run(module)
    assert round(outcome.machine.commission, 9) == 2 * (1.0 + 0.1 + 2.0)
    assert round(outcome.machine.cash, 9) == 10_000 - 6.2
    assert round(outcome.trade_rows[0][8], 9) == -6.2


def test_slippage_worsens_market_and_stop_fills_and_never_limits(module: Any) -> None:
    rows = bars(100, 100, (100, 100, 94, 95))
    account = {"slippage_ticks": 2.0, "slippage_share": 0.001}
    outcome = Desk(rows).with_account(**account).act("buy", 0, 10, stop=at_fixed(95.0)).run(module)
    assert outcome.fills == [(1, 10.0, 100.12), (2, -10.0, 94.885)]
    limit = Desk(rows).with_account(**account).act("buy", 0, 10, entry="limit", price=96.0).run(module)
    assert limit.fills == [(2, 10.0, 96.0)]


def test_the_multiplier_scales_money(module: Any) -> None:
    desk = Desk(bars(100, 100, 101)).with_instrument(multiplier=50.0).with_account(capital=100_000.0)
    outcome = desk.act("buy", 0, sizing="equity", size=0.5).run(module)
    assert outcome.fills == [(1, 10.0, 100.0)]
    assert outcome.equity[-1] == 100_500.0


def test_a_fill_beyond_cash_is_reduced_and_said(module: Any) -> None:
    outcome = Desk(bars(100, 125)).act("buy", 0, sizing="equity", size=1.0).run(module)
    assert outcome.fills == [(1, 80.0, 125.0)]
    assert outcome.causes == [("reduced", 0 + 1, 1)]


def test_a_fill_that_nothing_pays_for_is_refused(module: Any) -> None:
    outcome = Desk(bars(9_000, 11_000)).act("buy", 0, 1).run(module)
    assert outcome.fills == []
    assert outcome.causes == [("no cash", 1, 1)]
    assert outcome.ends == ["refused at the fill"]


def test_margin_lets_a_position_be_a_multiple_of_equity(module: Any) -> None:
    desk = Desk(flat(3)).with_account(margin=0.5).act("buy", 0, sizing="equity", size=3.0)
    assert desk.run(module).fills == [(1, 200.0, 100.0)]
    assert Desk(flat(3)).act("short", 0, sizing="equity", size=3.0).run(module).fills == [(1, -100.0, 100.0)]


@pytest.mark.parametrize("part", ["size", "price", "trail", "hold", "expire"])
def test_an_order_with_an_unknown_part_is_refused_whole(module: Any, part: str) -> None:
    parts: dict[str, Any] = {"size": 10.0, "price": 99.0, "trail": 2.0, "hold": 3.0, "expire": 3.0} | {part: NAN}
    outcome = Desk(flat(2)).act("buy", 0, sizing="quantity", entry="limit", **parts).run(module)
    assert outcome.causes == [("unknown", 0, 1)]
    assert outcome.machine.resting() == []


def test_a_market_order_at_an_unknown_close_is_refused(module: Any) -> None:
    assert Desk(bars((100, 100, 100, NAN), 100)).act("buy", 0, 10).run(module).causes == [("unknown", 0, 1)]


def test_a_stop_on_the_wrong_side_refuses_the_order(module: Any) -> None:
    for verb, stop in (("buy", 100.0), ("buy", 101.0), ("short", 100.0), ("short", 99.0)):
        outcome = Desk(flat(2)).act(verb, 0, 10, stop=at_fixed(stop)).run(module)
        assert outcome.causes == [("wrong side stop", 0, 1)]


def test_a_size_that_rounds_to_nothing_is_refused(module: Any) -> None:
    assert Desk(flat(2)).act("buy", 0, 0.9).run(module).causes == [("size", 0, 1)]
    assert Desk(flat(2)).act("buy", 0, -5).run(module).causes == [("size", 0, 1)]


def test_a_value_below_the_least_is_refused(module: Any) -> None:
    assert Desk(flat(2)).with_instrument(min_notional=1_001.0).act("buy", 0, 10).run(module).causes == [("min_notional", 0, 1)]


def test_refusals_of_one_cause_are_one_row_with_a_count(module: Any) -> None:
    assert Desk(flat(9)).act("buy", range(9), 10).run(module).causes == [("pyramiding", 1, 8)]


def test_direction_long_lets_a_short_only_close(module: Any) -> None:
    desk = Desk(flat(5)).with_account(direction="long").act("buy", 0, 10).act("short", [1, 3], 5)
    outcome = desk.run(module)
    assert outcome.trades == [(1, 100.0, 2, 100.0, 10.0, "direction")]
    assert outcome.machine.size == 0.0
    assert outcome.causes == [("direction", 3, 1)]


@pytest.mark.parametrize(
    ("limit", "value"), [("position", 0.25), ("exposure", 0.25), ("position_value", 2_500.0), ("order_value", 2_500.0)]
)
def test_size_limits_reduce_an_order_and_are_recorded(module: Any, limit: str, value: float) -> None:
    outcome = Desk(flat(3)).with_account(limits=((limit, value),)).act("buy", 0, 50).run(module)
    assert outcome.machine.size == 25.0
    assert outcome.causes == [(limit.removesuffix("_value") if limit != "order_value" else limit, 0, 1)]


def test_a_position_at_its_limit_refuses_more(module: Any) -> None:
    outcome = Desk(flat(4)).with_account(pyramiding=5, limits=(("position", 0.25),)).act("buy", [0, 1], 25).run(module)
    assert outcome.machine.size == 25.0
    assert outcome.causes == [("position", 1, 1)]


def test_daily_loss_closes_everything_and_stops_entries_until_the_next_day(module: Any) -> None:
    desk = Desk(bars(100, 100, 60, 60, 60, 60, 60), times=[0, 1, 2, 3, 4, DAY, DAY + 1]).with_account(
        limits=(("daily_loss", 0.03),)
    )
    outcome = desk.act("buy", [0, 3, 5], 10).run(module)
    assert outcome.trades == [(1, 100.0, 3, 60.0, 10.0, "daily_loss")]
    assert outcome.causes == [("daily_loss", 2, 1), ("daily_loss", 3, 1)]
    assert outcome.machine.size == 10.0


def test_drawdown_closes_everything_for_good(module: Any) -> None:
    desk = Desk(bars(100, 100, 60, 60, 60, 60), times=[k * DAY for k in range(6)]).with_account(limits=(("drawdown", 0.03),))
    outcome = desk.act("buy", [0, 4], 10).run(module)
    assert outcome.trades == [(1, 100.0, 3, 60.0, 10.0, "drawdown")]
    assert outcome.causes == [("drawdown", 2, 1), ("drawdown", 4, 1)]


def test_orders_per_day_refuses_entries_but_not_exits(module: Any) -> None:
    desk = Desk(flat(7), times=[0, 1, 2, 3, 4, DAY, DAY + 1]).with_account(pyramiding=9, limits=(("orders_per_day", 2.0),))
    outcome = desk.act("buy", [0, 1, 2, 5], 10).act("exit", 3).run(module)
    assert outcome.fills == [(1, 10.0, 100.0), (2, 10.0, 100.0), (4, -20.0, 100.0), (6, 10.0, 100.0)]
    assert outcome.causes == [("orders_per_day", 2, 1)]


def test_on_the_platforms_rule_the_last_order_of_a_day_flattens_at_once(module: Any) -> None:
    desk = Desk(bars(100, 101, 102, 103, 104, 105), times=[0, 1, 2, 3, DAY, DAY + 1])
    desk.with_account(fills="tradingview", limits=(("orders_per_day", 2.0),)).act("buy", [0, 2, 4], 1).act("short", 1, 1)
    outcome = desk.run(module)
    assert outcome.trades == [(1, 101.0, 2, 102.0, 1.0, "reversed"), (2, 102.0, 2, 102.0, -1.0, "orders_per_day")]
    assert outcome.machine.size == 1.0


def test_no_positions_allowed_refuses_the_first(module: Any) -> None:
    assert Desk(flat(2)).with_account(limits=(("positions", 0.0),)).act("buy", 0, 1).run(module).causes == [("positions", 0, 1)]


def test_notes_keep_the_values_of_their_text(module: Any) -> None:
    desk = Desk(flat(3))
    value = desk.column([1.5, 2.5, 3.5])
    outcome = desk.act("notify", 1, text=("at ", value)).run(module)
    assert outcome.note_rows.tolist() == [[1.0, 0.0, 2.5]]


def test_what_cannot_be_run_is_said(module: Any) -> None:
    with pytest.raises(module.MachineError, match="tick size is not known"):
        Desk(flat(2), instrument=Instrument()).with_account(slippage_ticks=1.0).run(module)
    with pytest.raises(module.MachineError, match="margin"):
        Desk(flat(2)).with_account(margin=0.0).run(module)
    with pytest.raises(module.MachineError, match="capital"):
        Desk(flat(2)).with_account(capital=0.0).run(module)
    with pytest.raises(ValueError, match="multiplier"):
        Instrument(multiplier=0.0)


def test_a_share_of_equity_counts_what_is_held_and_not_cash_alone(module: Any) -> None:
    desk = Desk(flat(4)).with_account(pyramiding=2).act("buy", 0, 50).act("buy", 1, sizing="equity", size=0.1)
    assert [fill[1] for fill in desk.run(module).fills] == [50.0, 10.0]


def test_what_rounding_leaves_of_cash_pays_for_no_order(module: Any) -> None:
    desk = Desk(bars(10, 10, 10, 10, 10)).with_account(pyramiding=2).with_instrument(lot=0.0)
    # A billionth of a dollar stays; it would buy a ten-billionth of a unit.
    desk.act("buy", 0, sizing="money", size=9_999.999999999).act("buy", 1, sizing="money", size=100.0)
    outcome = desk.run(module)
    assert outcome.fills == [(1, 999.9999999999, 10.0)]
    assert outcome.causes == [("no cash", 2, 1)]
    some = Desk(bars(10, 10, 10, 10, 10)).with_account(pyramiding=2).with_instrument(lot=0.0)
    some.act("buy", 0, sizing="money", size=9_999.0).act("buy", 1, sizing="money", size=100.0)
    assert some.run(module).fills == [(1, 999.9, 10.0), (2, 0.1, 10.0)]

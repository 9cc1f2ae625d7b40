"""Who pays the maker's rate: a fill that waited at its limit until the market came, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.terms import Terms
from tests.runtime.machine.desk import Desk, at_fixed, bars

TAKER, MAKER = 0.001, 0.0002


def desk_of(*rows: Any, fills: str = "pessimistic", **account: Any) -> Desk:
    return Desk(bars(*rows)).with_account(commission_share=TAKER, terms=Terms(maker=MAKER), fills=fills, **account)


def rates(desk: Desk, module: Any) -> list[float]:
    """The share of its value that each fill has paid."""
    return [round(row[6] / (row[4] * row[5]), 9) for row in desk.run(module).fill_rows.tolist()]


@pytest.mark.parametrize("fills", ["pessimistic", "ohlc_path", "tradingview"])
def test_a_limit_that_the_bar_comes_to_is_a_makers_and_one_that_the_open_passes_a_takers(module: Any, fills: str) -> None:
    inside = desk_of(100, (100, 100, 97, 99), fills=fills).act("buy", 0, 10, entry="limit", price=98.0)
    assert rates(inside, module) == [MAKER]
    gap = desk_of(100, (97, 99, 96, 97), fills=fills).act("buy", 0, 10, entry="limit", price=98.0)
    assert rates(gap, module) == [TAKER]


@pytest.mark.parametrize("fills", ["pessimistic", "ohlc_path", "tradingview"])
def test_market_orders_and_stops_are_takers_and_a_target_that_is_reached_a_makers(module: Any, fills: str) -> None:
    lines = {"stop": at_fixed(95.0), "target": at_fixed(105.0)}
    assert rates(desk_of(100, 100, (100, 106, 100, 105), fills=fills).act("buy", 0, 10, **lines), module) == [TAKER, MAKER]
    assert rates(desk_of(100, 100, (107, 108, 106, 107), fills=fills).act("buy", 0, 10, **lines), module) == [TAKER, TAKER]
    assert rates(desk_of(100, 100, (100, 100, 94, 95), fills=fills).act("buy", 0, 10, **lines), module) == [TAKER, TAKER]
    stop = desk_of(100, (100, 103, 100, 103), fills=fills).act("buy", 0, 10, entry="stop", price=102.0)
    assert rates(stop, module) == [TAKER]


@pytest.mark.parametrize("fills", ["pessimistic", "ohlc_path", "tradingview"])
def test_a_stop_limit_is_a_taker_where_it_is_triggered_within_its_limit_and_a_maker_where_it_waits(
    module: Any, fills: str
) -> None:
    for limit in (102.0, 104.0):
        at_once = desk_of(100, (100, 103, 100, 103), fills=fills).act("buy", 0, 10, entry="stop_limit", price=102.0, limit=limit)
        assert rates(at_once, module) == [TAKER]
    waits = desk_of(100, (100, 103, 100, 103), (103, 103, 100, 100), fills=fills)
    assert rates(waits.act("buy", 0, 10, entry="stop_limit", price=102.0, limit=101.0), module) == [MAKER]


def test_an_exit_at_a_limit_and_the_target_of_a_bracket_are_makers(module: Any) -> None:
    leaves = desk_of(100, 100, (100, 104, 100, 103)).act("buy", 0, 10).act("exit", 1, entry="limit", price=103.0)
    assert rates(leaves, module) == [TAKER, MAKER]
    bracket = desk_of(100, 100, 100, (100, 104, 100, 103)).act("buy", 0, 10).act("protect", 1, tag="p", target=at_fixed(103.0))
    assert rates(bracket, module) == [TAKER, MAKER]


def test_next_opens_alone_and_a_close_know_no_makers(module: Any) -> None:
    opens = desk_of(100, (100, 100, 97, 97), (97, 99, 97, 99), fills="next_open_only")
    assert rates(opens.act("buy", 0, 10, entry="limit", price=98.0), module) == [TAKER]
    assert rates(desk_of(100, 100).act("buy", 0, 10, entry="this_close"), module) == [TAKER]


def test_a_limit_that_reverses_closes_and_opens_as_a_maker_and_its_stop_is_a_taker(module: Any) -> None:
    desk = desk_of(100, (100, 100, 97, 98), (98, 98, 90, 91)).act("short", 0, 10)
    desk.act("buy", 0, 10, entry="limit", price=98.0, stop=at_fixed(95.0))
    assert rates(desk, module) == [TAKER, MAKER, MAKER, TAKER]


def test_without_a_rate_of_their_own_makers_pay_the_commission_and_below_zero_they_are_paid(module: Any) -> None:
    def made(terms: Terms) -> Desk:
        rows = bars(100, (100, 100, 97, 99))
        return Desk(rows).with_account(commission_share=TAKER, terms=terms).act("buy", 0, 10, entry="limit", price=98.0)

    assert rates(made(Terms()), module) == [TAKER]
    paid = made(Terms(maker=-0.0001)).run(module)
    assert round(paid.machine.commission, 9) == -0.098
    assert round(paid.equity[-1] - 10_000.0, 9) == 10.0 + 0.098
    assert rates(made(Terms(maker=0.0)), module) == [0.0]


def test_a_maker_can_pay_for_what_its_own_rate_costs(module: Any) -> None:
    def bought(maker: float) -> float:
        rows = bars(100, (100, 100, 97, 99))
        desk = Desk(rows).with_account(capital=1_000.0, commission_share=0.05, terms=Terms(maker=maker)).with_instrument(lot=0.0)
        return float(desk.act("buy", 0, 20, entry="limit", price=98.0).run(module).fill_rows[0][4])

    assert round(bought(-1.0) * 98 * 1.05, 6) == 1_000.0
    assert round(bought(0.01) * 98 * 1.01, 6) == 1_000.0
    assert round(bought(-0.01) * 98, 6) == 1_000.0

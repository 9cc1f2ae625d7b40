"""Charges and liquidation of several instruments on one account: whose position is closed, who pays, and the same bits every way."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.plan import Account
from compiler.terms import Terms
from runtime.machine.codes import REASONS
from runtime.machine.instrument import Instrument
from tests.runtime.portfolio.test_laws import bits, floors
from tests.runtime.portfolio.trading_floor import Floor, Traded

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=40)


@pytest.fixture(params=[True, False], ids=["compiled", "plain"])
def compiled(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def lent(bars: dict[str, dict[int, object]], terms: Terms, margin: float = 0.5) -> Floor:
    account = Account(capital=10_000.0, margin=margin, terms=terms)
    return Floor.of(bars, account, dict.fromkeys(bars, Instrument()))  # type: ignore[arg-type]


def reasons(found: Traded, leg: int) -> list[tuple[int, float, str]]:
    rows = found.portfolio.machines[leg].trade_rows.values().tolist()
    return [(int(row[6]), round(row[7], 6), REASONS[int(row[12])]) for row in rows]


def test_the_one_whose_price_reaches_it_is_closed_and_the_other_stays(compiled: bool) -> None:
    bars = {
        "A": {0: 100.0, 1: 100.0, 2: (100.0, 100.0, 100.0, 100.0)},
        "B": {0: 100.0, 1: 100.0, 2: (100.0, 170.0, 100.0, 110.0)},
    }
    floor = lent(bars, Terms(maintenance=0.25)).act("buy", {"A": [0]}, 80.0).act("short", {"B": [0]}, 80.0)
    found = floor.run(compiled)
    assert reasons(found, 0) == []
    # Equity at p of B is 10,000 + 80 (100 - p), a quarter of 8,000 + 80 p at 160.
    assert reasons(found, 1) == [(2, 160.0, "liquidation")]
    assert found.portfolio.machines[0].size == 80.0


def test_profits_of_one_keep_the_other_open(compiled: bool) -> None:
    bars = {"A": {0: 100.0, 1: 100.0, 2: 150.0, 3: 150.0}, "B": {0: 100.0, 1: 100.0, 2: 120.0, 3: (120.0, 165.0, 120.0, 120.0)}}
    floor = lent(bars, Terms(maintenance=0.25)).act("buy", {"A": [0]}, 80.0).act("short", {"B": [0]}, 80.0)
    assert reasons(floor.run(compiled), 1) == []


def test_what_two_lose_together_inside_a_bar_is_seen_at_the_next_open(compiled: bool) -> None:
    down = {0: 100.0, 1: 100.0, 2: (100.0, 100.0, 69.0, 69.0), 3: 69.0}
    floor = lent({"A": dict(down), "B": dict(down)}, Terms(maintenance=0.4)).act("buy", {"A": [0], "B": [0]}, 90.0)
    found = floor.run(compiled)
    # Each alone at its low, the other at 100: 10,000 - 90 * 31 is above 40 % of 9,000 + 6,210. Both at 69: 4,420 is below 40 % of 12,420.
    assert reasons(found, 0) == [(3, 69.0, "liquidation")]
    assert reasons(found, 1) == []  # with what A gave back the account is covered again
    assert found.equity[2] == pytest.approx(4_420.0)


def test_borrow_is_each_instruments_and_interest_the_accounts(compiled: bool) -> None:
    flat = dict.fromkeys(range(4), 100.0)
    floor = lent({"A": dict(flat), "B": dict(flat)}, Terms(borrow=0.365, interest=0.73))
    found = floor.act("buy", {"A": [0]}, 150.0).act("short", {"B": [0]}, 20.0).run(compiled)
    first, second = found.portfolio.machines
    assert first.borrow_paid == 0.0
    assert round(second.borrow_paid, 9) == 4.0  # two days on 2,000
    # 3,000 borrowed (15,000 paid, 2,000 received): 6 for a day, then on 3,008.
    assert [round(row[1], 9) for row in found.portfolio.interest_rows.values().tolist()] == [6.0, 6.016]
    assert found.equity[-1] == pytest.approx(10_000 - 4.0 - 12.016)


def test_an_instrument_without_a_bar_pays_when_it_has_one_again(compiled: bool) -> None:
    bars = {"A": dict.fromkeys(range(6), 100.0), "B": {0: 100.0, 1: 100.0, 5: 100.0}}
    found = lent(bars, Terms(borrow=0.365)).act("short", {"B": [0]}, 10.0).run(compiled)
    assert [round(row[1], 9) for row in found.portfolio.machines[1].holding_rows.values().tolist()] == [4.0]


@st.composite
def on_terms(draw: st.DrawFn) -> Floor:
    floor = draw(floors())
    terms = Terms(
        borrow=draw(st.sampled_from([0.0, 0.9])),
        interest=draw(st.sampled_from([0.0, 0.5])),
        funding=draw(st.sampled_from([0.0, 0.002])),
        funding_every=28_800,
        maintenance=draw(st.sampled_from([-1.0, 0.0, 0.2])),
    )
    for desk in floor.desks.values():
        desk.account = replace(desk.account, terms=terms)
    return floor


@given(floor=on_terms(), data=st.data())
@SLOW
def test_plain_python_and_a_saved_portfolio_give_the_same_bits(floor: Floor, data: st.DataObject) -> None:
    whole = floor.run()
    assert bits(floor.run(compiled=False)) == bits(whole)
    parts = floor.run(cuts=[data.draw(st.integers(1, len(whole.equity)))])
    assert parts.fills == whole.fills
    assert parts.equity.tobytes() == whole.equity.tobytes()


@given(floor=on_terms())
@SLOW
def test_money_adds_up_to_the_last_bit(floor: Floor) -> None:
    found = floor.run()
    total = Fraction(found.portfolio.account.capital)
    for machine in found.portfolio.machines:
        for row in machine.fill_rows.values().tolist():
            total += Fraction(-row[3] * (row[5] * row[4] * machine.instrument.multiplier)) - Fraction(row[6])
        for _, borrow, funding, interest, _ in machine.holding_rows.values().tolist():
            total -= Fraction(borrow) + Fraction(funding) + Fraction(interest)
    for _, amount in found.portfolio.interest_rows.values().tolist():
        total -= Fraction(amount)
    assert found.portfolio.cash == float(total)

"""Laws of holding costs and liquidation on random programs: the same bits however a run is cut, money to the last bit, no ruin unseen."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import isnan

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.terms import Terms
from runtime.machine import core
from runtime.machine.codes import FILL_COLUMNS, KINDS, ORDER_COLUMNS, PLACES, REASONS
from tests.runtime.machine.desk import Desk, Outcome, plain
from tests.runtime.machine.test_laws import desks
from tests.runtime.portfolio.trading_floor import Floor

LIQUIDATION = REASONS.index("liquidation")
SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)


@st.composite
def on_terms(draw: st.DrawFn) -> Desk:
    """A desk whose broker charges and calls."""
    desk = draw(desks())
    terms = Terms(
        borrow=draw(st.sampled_from([0.0, 0.03, 5.0])),
        interest=draw(st.sampled_from([0.0, 0.08])),
        funding=draw(st.sampled_from([0.0, 0.0001, -0.003])),
        funding_every=draw(st.sampled_from([3_600, 28_800, 86_400])),
        maintenance=draw(st.sampled_from([-1.0, 0.0, 0.05, 0.25])),
        maker=draw(st.sampled_from([-1.0, 0.0, 0.0004, -0.0001])),
    )
    desk.account = replace(desk.account, terms=terms)
    return desk


def same(a: Outcome, b: Outcome) -> None:
    assert a.equity.tobytes() == b.equity.tobytes()
    for name in ("fill_rows", "trade_rows", "order_rows"):
        assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True), name
    assert a.machine.borrow_paid == b.machine.borrow_paid
    assert a.machine.funding_paid == b.machine.funding_paid
    assert a.machine.interest_paid == b.machine.interest_paid


@given(desk=on_terms(), data=st.data())
@SLOW
def test_plain_python_chunks_and_saved_states_give_the_same_bits(desk: Desk, data: st.DataObject) -> None:
    whole = desk.run(core)
    same(desk.run(plain), whole)
    chunks = data.draw(st.lists(st.integers(1, 9), max_size=4))
    same(desk.run(core, chunks), whole)
    same(desk.run(core, chunks, save=True), whole)


@given(desk=on_terms())
@SLOW
def test_cash_is_the_exact_sum_of_capital_fills_fees_and_charges(desk: Desk) -> None:
    outcome = desk.run()
    total = Fraction(desk.account.capital)
    for row in outcome.fill_rows.tolist():
        total += Fraction(-row[3] * (row[5] * row[4] * desk.instrument.multiplier)) - Fraction(row[6])
    for _, borrow, funding, interest, _ in outcome.machine.holding_rows.values().tolist():
        total -= Fraction(borrow) + Fraction(funding) + Fraction(interest)
    assert outcome.machine.cash == float(total)


@given(desk=on_terms())
@SLOW
def test_at_a_close_no_position_stands_that_its_bar_should_have_closed(desk: Desk) -> None:
    """Wherever the bars inside are looked at: a close below maintenance can only be one whose bar has an unknown price."""
    outcome = desk.run()
    kept = desk.account.terms.maintenance
    if kept < 0 or desk.account.fills == "next_open_only" or any(action.entry == "this_close" for action in desk.actions):
        return
    held = np.zeros(len(desk.bars))
    for row in outcome.fill_rows.tolist():
        held[int(row[1]) :] = row[9]
    for k, bar in enumerate(desk.bars):
        if held[k] and all(price == price for price in bar):
            gross = abs(held[k]) * bar[3] * desk.instrument.multiplier
            assert outcome.equity[k] >= kept * gross - 1e-6 * (gross + 1)


@given(desk=on_terms())
@SLOW
def test_a_portfolio_of_one_instrument_is_the_machine(desk: Desk) -> None:
    assert desk.times is not None
    alone = desk.run()
    days = [int(time) for time in desk.times]
    floor = Floor({"A": desk}, {"A": days})
    candles = floor.candles
    floor.candles = lambda: [replace(bars, time=np.array(days, dtype=np.int64)) for bars in candles()]  # type: ignore[method-assign]
    found = floor.run()
    machine = found.portfolio.machines[0]
    assert found.equity.tobytes() == alone.equity.tobytes()
    for name in ("fill_rows", "trade_rows", "order_rows"):
        assert np.array_equal(getattr(machine, name).values(), getattr(alone, name), equal_nan=True), name
    assert machine.borrow_paid == alone.machine.borrow_paid
    assert found.portfolio.interest_paid == alone.machine.interest_paid


@given(desk=on_terms())
@SLOW
def test_liquidation_leaves_nothing_open_and_nothing_resting(desk: Desk) -> None:
    outcome = desk.run()
    for row in outcome.fill_rows.tolist():
        if row[7] == LIQUIDATION:
            assert row[9] == 0.0


INSIDE, OPENS, TARGET = PLACES.index("inside"), REASONS.index(""), REASONS.index("take profit")


@given(desk=on_terms())
@SLOW
def test_each_fee_follows_from_its_record_and_they_add_up_to_the_commission(desk: Desk) -> None:
    outcome, account = desk.run(), desk.account
    maker = account.terms.maker if account.terms.maker > -1 else account.commission_share
    kinds = {row[0]: dict(zip(ORDER_COLUMNS, row, strict=True)) for row in outcome.order_rows.tolist()}
    total = Fraction(0)
    for row in outcome.fill_rows.tolist():
        fill = dict(zip(FILL_COLUMNS, row, strict=True))
        total += Fraction(fill["commission"])
        made = kinds.get(fill["order"])
        kind = None if made is None else KINDS[int(made["kind"])]
        at_its_limit = made is not None and fill["price"] == (made["price"] if kind == "limit" else made["limit"])
        if (
            fill["place"] != INSIDE
            or (fill["order"] < 0 and fill["reason"] != TARGET)
            or kind in ("next_open", "stop", "this_close")
        ):
            shares = [account.commission_share]
        elif kind == "limit" and at_its_limit and isnan(made["limit"]):
            shares = [maker]
        elif kind is None or (kind in ("limit", "stop_limit") and at_its_limit):
            # A target may have been passed as it was placed; a stop limit, a limit since, may have been within its limit as it was triggered.
            shares = [maker, account.commission_share]
        else:
            shares = [account.commission_share]
        value = abs(fill["price"] * fill["quantity"] * desk.instrument.multiplier)
        of_units = account.commission_per_unit * fill["quantity"]
        assert fill["commission"] in [share * value + of_units + account.commission_per_order for share in shares]
    assert abs(outcome.machine.commission - float(total)) <= 1e-9 * (1 + sum(abs(row[6]) for row in outcome.fill_rows.tolist()))

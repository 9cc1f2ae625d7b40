"""Laws of `limit volume` on random programs: the same bits however a run is cut, never more than the volume allows, nothing changed by volume without end."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.terms import Terms
from runtime.machine import core
from runtime.machine.codes import ORDER_COLUMNS
from tests.runtime.machine.desk import Desk, Outcome, plain
from tests.runtime.machine.test_laws import desks
from tests.runtime.portfolio.trading_floor import Floor

SLOW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
ORDER, WHOLE, FILLED = (ORDER_COLUMNS.index(name) for name in ("order", "quantity", "filled"))


@st.composite
def limited(draw: st.DrawFn) -> Desk:
    """A desk on a market that is thin, or empty, or unknown."""
    desk = draw(desks(("pessimistic", "next_open_only", "ohlc_path", "detail")))
    desk.actions = [action for action in desk.actions if action.verb != "protect"]
    share = draw(st.sampled_from([0.01, 0.1, 0.25, 1.0]))
    kept = draw(st.sampled_from([-1.0, -1.0, 0.05, 0.25]))
    limits = (*desk.account.limits, ("volume", share))
    desk.account = replace(desk.account, limits=limits, terms=replace(desk.account.terms, maintenance=kept))
    volume = st.sampled_from([0.0, float("nan"), 1.0, 7.0, 33.5, 100.0, 1e3, 1e5])
    desk.volumes = draw(st.lists(volume, min_size=len(desk.bars), max_size=len(desk.bars)))
    desk.fine = [[(*bar, draw(volume)) for bar in inside] for inside in desk.fine]
    return desk


def same(a: Outcome, b: Outcome) -> None:
    assert a.equity.tobytes() == b.equity.tobytes()
    for name in ("fill_rows", "trade_rows", "order_rows"):
        assert np.array_equal(getattr(a, name), getattr(b, name), equal_nan=True), name
    assert np.array_equal(a.machine.resting(), b.machine.resting(), equal_nan=True)


@given(desk=limited(), data=st.data())
@SLOW
def test_plain_python_chunks_and_saved_states_give_the_same_bits(desk: Desk, data: st.DataObject) -> None:
    whole = desk.run(core)
    same(desk.run(plain), whole)
    chunks = data.draw(st.lists(st.integers(1, 9), max_size=4))
    same(desk.run(core, chunks), whole)
    same(desk.run(core, chunks, save=True), whole)
    assert desk.run(core, chunks).machine.finished_events() == whole.machine.finished_events()


def allowed(desk: Desk, bar: int) -> float:
    """What a bar may fill by its own volume, or by that of its finer bars where those were used."""
    share = dict(desk.account.limits)["volume"]
    own = [desk.volumes[bar]]
    inside = [row[4] for row in desk.fine[bar]] if desk.fine else []
    return share * max(sum(v for v in part if v > 0) for part in (own, inside))


@given(desk=limited())
@SLOW
def test_no_bar_fills_more_than_its_volume_allows_and_no_order_more_than_it_asked_for(desk: Desk) -> None:
    outcome = desk.run()
    for bar in range(len(desk.bars)):
        filled = outcome.fill_rows[outcome.fill_rows[:, 1] == bar, 4].sum()
        assert filled <= allowed(desk, bar) * (1 + 1e-9)
    parts: dict[float, float] = {}
    for row in outcome.fill_rows.tolist():
        if row[0] >= 0 and row[7] != 2:  # what an order closes on the other side comes on top of it
            parts[row[0]] = parts.get(row[0], 0.0) + row[4]
    for order in [*outcome.order_rows.tolist(), *outcome.machine.resting()]:
        assert order[FILLED] <= order[WHOLE] * (1 + 1e-9)
        assert abs(parts.get(order[ORDER], 0.0) - order[FILLED]) <= 1e-9 * order[WHOLE]


@given(desk=limited())
@SLOW
def test_cash_is_the_exact_sum_of_capital_fills_and_fees(desk: Desk) -> None:
    outcome = desk.run()
    total = Fraction(desk.account.capital)
    for row in outcome.fill_rows.tolist():
        total += Fraction(-row[3] * (row[5] * row[4] * desk.instrument.multiplier)) - Fraction(row[6])
    if desk.account.terms == Terms(maintenance=desk.account.terms.maintenance):
        assert outcome.machine.cash == float(total)


@given(desk=limited())
@SLOW
def test_volume_without_end_changes_no_bit(desk: Desk) -> None:
    desk.volumes = [1e300] * len(desk.bars)
    desk.fine = [[(*bar[:4], 1e300) for bar in inside] for inside in desk.fine]
    found = desk.run()
    desk.account = replace(desk.account, limits=tuple(one for one in desk.account.limits if one[0] != "volume"))
    without = desk.run()
    same(found, without)
    assert found.machine.finished_events() == without.machine.finished_events()


@given(desk=limited())
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

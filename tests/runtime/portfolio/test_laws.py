"""Laws of the portfolio on random programs: of one instrument it is the machine, plain Python gives its bits, and a saved one goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.runtime.machine.desk import Desk
from tests.runtime.machine.test_laws import FILLS, desks
from tests.runtime.portfolio.trading_floor import Floor, Traded


@st.composite
def floors(draw: st.DrawFn) -> Floor:
    """Two or three instruments with the actions of one desk on columns of their own, and bars on days of their own."""
    first = draw(desks(FILLS))
    count = draw(st.integers(2, 3))
    made: dict[str, Desk] = {}
    days: dict[str, list[int]] = {}
    limits = draw(
        st.sampled_from([(), (("positions", 1.0),), (("exposure", 0.7),), (("daily_loss", 0.01),), (("drawdown", 0.02),)])
    )
    account = replace(first.account, limits=limits or first.account.limits)
    n = len(first.bars)
    for k in range(count):
        order = draw(st.permutations(range(n)))
        columns = [column[list(order)] for column in first.columns]
        rows = draw(st.permutations(range(n)))
        bars, fine = [first.bars[row] for row in rows], [first.fine[row] for row in rows] if first.fine else []
        desk = Desk(bars, account, first.instrument, columns=columns, actions=first.actions, fine=fine)
        made["ABC"[k]] = desk
        days["ABC"[k]] = sorted(draw(st.lists(st.integers(0, 2 * n), min_size=n, max_size=n, unique=True)))
    return Floor(made, days)


def bits(found: Traded) -> list[bytes]:
    """Everything a run left behind; a NaN is a NaN."""
    tables: list[Any] = [found.equity, found.cash, found.portfolio.fill_order.values()]
    for machine in found.portfolio.machines:
        records = (machine.fill_rows, machine.trade_rows, machine.order_rows, machine.note_rows, machine.lots)
        tables += [table.values() for table in records]
        tables.append(np.array(machine.finished_events()))
    return [np.where(np.isnan(table), np.nan, table + 0.0).tobytes() for table in tables]


@given(desk=desks(FILLS))
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
        mine, its = getattr(machine, name).values(), getattr(alone, name)
        assert np.array_equal(mine, its, equal_nan=True), name
    its_own = [row for row in alone.machine.finished_events() if row[1] >= 0.0]
    assert machine.finished_events() == its_own
    assert len(found.portfolio.events()) == len(alone.machine.finished_events()) - len(its_own)


@given(floor=floors())
@settings(deadline=None)
def test_plain_python_gives_the_same_bits(floor: Floor) -> None:
    assert bits(floor.run(compiled=True)) == bits(floor.run(compiled=False))


@given(floor=floors(), data=st.data())
def test_a_saved_portfolio_goes_on_where_it_was(floor: Floor, data: st.DataObject) -> None:
    whole = floor.run()
    cut = data.draw(st.integers(1, len(whole.equity)))
    parts = floor.run(cuts=[cut])
    assert parts.fills == whole.fills
    assert parts.equity.tobytes() == whole.equity.tobytes()


@given(floor=floors())
def test_money_adds_up_over_all_instruments(floor: Floor) -> None:
    from fractions import Fraction

    found = floor.run()
    total = Fraction(found.portfolio.account.capital)
    tables = [machine.fill_rows.values() for machine in found.portfolio.machines]
    for (leg, row), (_, _, quantity, price, cash) in zip(
        found.portfolio.fill_order.values().astype(int).tolist(), found.fills, strict=True
    ):
        multiplier = found.portfolio.machines[leg].instrument.multiplier
        side = 1 if quantity > 0 else -1
        total += Fraction(-side * (price * abs(quantity) * multiplier)) - Fraction(tables[leg][row, 6])
        assert float(total) == cash

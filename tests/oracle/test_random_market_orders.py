"""Random market orders against the naive broker: reversals, sizes, commission, slippage and pyramiding, bit for bit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compiler.plan import Account
from runtime.machine import core
from runtime.machine.instrument import Instrument
from tests.oracle.naive_broker import Bracket, Broker, Costs
from tests.runtime.machine.desk import Desk, from_entry

PRICES = st.integers(4_000, 6_000).map(lambda cents: cents / 100)


@st.composite
def some_bars(draw: st.DrawFn) -> list[tuple[float, ...]]:
    rows = []
    for _ in range(draw(st.integers(2, 40))):
        low, first, second, high = sorted(draw(st.lists(PRICES, min_size=4, max_size=4)))
        opened, closed = (first, second) if draw(st.booleans()) else (second, first)
        rows.append((opened, high, low, closed))
    return rows


@given(
    rows=some_bars(),
    data=st.data(),
    share=st.sampled_from([0.0, 0.001]),
    per_order=st.sampled_from([0.0, 1.5]),
    slip_ticks=st.sampled_from([0.0, 2.0]),
    lot=st.sampled_from([1.0, 0.125]),  # exact in binary: the naive broker leaves dust of other lots
    pyramiding=st.integers(1, 3),
    sizing=st.sampled_from(["equity", "money", "quantity"]),
    stopped=st.booleans(),
)
def test_every_fill_equals_the_naive_brokers(
    rows: list[tuple[float, ...]],
    data: st.DataObject,
    share: float,
    per_order: float,
    slip_ticks: float,
    lot: float,
    pyramiding: int,
    sizing: str,
    stopped: bool,
) -> None:
    fires = st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.0]), min_size=len(rows), max_size=len(rows))
    buys, shorts, exits = data.draw(fires), data.draw(fires), data.draw(fires)
    amount = {"equity": 0.4, "money": 3_000.0, "quantity": 37.0}[sizing]
    account = Account(
        capital=10_000.0,
        commission_share=share,
        commission_per_order=per_order,
        slippage_ticks=slip_ticks,
        pyramiding=pyramiding,
    )
    desk = Desk(rows, account, Instrument(tick=0.01, lot=lot))
    for verb, side, column in (("buy", 1, buys), ("short", -1, shorts)):
        stop = from_entry("mul", 1.0 - side * 0.05) if stopped else None
        desk.act(verb, 0, sizing=sizing, size=amount, stop=stop)
        desk.columns[desk.actions[-1].fires][:] = column
    desk.act("exit", 0)
    desk.columns[desk.actions[-1].fires][:] = exits
    outcome = desk.run(core)

    costs = Costs(tick=0.01, lot=lot, share=share, per_order=per_order, slip_ticks=slip_ticks)
    names = ("open", "high", "low", "close")
    broker = Broker({name: [row[k] for row in rows] for k, name in enumerate(names)}, 10_000.0, costs, pyramiding)

    def at_close(broker: Broker, bar: int) -> None:
        held = broker.position()
        if exits[bar] == 2.0 and held:
            broker.leave(1 if held > 0 else -1)
        for side, column, tag in ((1, buys, "buy"), (-1, shorts, "short")):
            if column[bar] == 2.0:
                bracket = Bracket(stop=(lambda entry, s=side: entry * (1.0 - s * 0.05)) if stopped else None)  # type: ignore[misc]
                broker.enter(side, sizing, amount, tag, bracket=bracket)  # type: ignore[arg-type]

    broker.run(at_close)
    found = [tuple(row[k] for k in (1, 3, 4, 5, 8)) for row in outcome.fill_rows.tolist()]
    assert found == [(float(f.bar), float(f.side), f.quantity, f.price, f.cash) for f in broker.fills]
    assert outcome.equity.tolist() == broker.equities

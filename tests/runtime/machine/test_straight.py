"""Laws of orders that go straight to their fills: the machine with a book for every order is the measure, to the bit."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.plan import Account
from runtime.machine import core
from runtime.machine.instrument import Instrument
from tests.runtime.machine.desk import Desk, plain, welded
from tests.runtime.machine.test_bare import AMOUNTS, CHUNKS, OF_FILLS, OF_TRADES, Whole, figured, noted
from tests.runtime.machine.test_laws import some_bars

SIZINGS = ("quantity", "money", "equity", "cash", "position")
SELDOM = st.sampled_from([0.0, 0.0, 0.0, 0.0, 1.0, 2.0])


class Booked(Whole):
    """The machine as plain Python, where every order rests in the book and every bar is searched."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.direct = False


class Counted(plain.Machine):  # type: ignore[name-defined,misc]
    """The machine as plain Python, which says how many orders went straight to their fills."""

    went = 0

    def arrive(self) -> None:
        Counted.went += 1
        super().arrive()


BOOKED = SimpleNamespace(Machine=Booked, MachineError=plain.MachineError)
COUNTED = SimpleNamespace(Machine=Counted, MachineError=plain.MachineError)


@st.composite
def lone_rules(draw: st.DrawFn) -> Desk:
    """Programs of a few rules that mostly fire alone: into positions, out of them, from one side to the other; bars without a price among the others."""
    n = draw(st.integers(2, 40))
    account = Account(
        capital=draw(st.sampled_from([120.0, 500.0, 10_000.0, 1e7])),
        commission_share=draw(st.sampled_from([0.0, 0.001])),
        commission_per_unit=draw(st.sampled_from([0.0, 0.013])),
        commission_per_order=draw(st.sampled_from([0.0, 1.1])),
        slippage_ticks=draw(st.sampled_from([0.0, 1.0])),
        slippage_share=draw(st.sampled_from([0.0, 0.0007])),
        fills=draw(st.sampled_from(["pessimistic", "pessimistic", "next_open_only", "ohlc_path", "tradingview"])),
        pyramiding=draw(st.sampled_from([1, 1, 2])),
        margin=draw(st.sampled_from([1.0, 0.3])),
        direction=draw(st.sampled_from(["both", "both", "both", "long", "short"])),
        limits=draw(st.sampled_from([(), (), (), (("order_value", 350.0),)])),
    )
    instrument = Instrument(
        tick=0.25,
        lot=draw(st.sampled_from([0.0, 0.0, 0.1, 1.0])),
        multiplier=draw(st.sampled_from([1.0, 0.1])),
        min_notional=draw(st.sampled_from([0.0, 0.0, 45.0])),
    )
    times = draw(st.sampled_from([None, [bar * 30_000_000_000 for bar in range(n)]]))
    desk = Desk(draw(some_bars(n)), account, instrument, times=times)
    series = lambda values: draw(st.lists(values, min_size=n, max_size=n))  # noqa: E731
    verbs = draw(
        st.sampled_from(
            [
                ("buy", "exit"),
                ("buy", "sell"),
                ("short", "cover"),
                ("buy", "short"),
                ("buy", "short", "exit"),
                ("buy", "sell", "short", "cover"),
            ]
        )
    )
    for verb in verbs:
        parts: dict[str, Any] = {"tag": draw(st.sampled_from(["", "", "a", "b"] if verb == "exit" else ["a", "b"]))}
        opens = verb in ("buy", "short")
        sizing = draw(st.sampled_from(SIZINGS if opens else ("", "", "", "position", "quantity")))
        if verb != "exit" and not opens and not sizing:
            parts["tag"] = draw(st.sampled_from(["", "", "a"]))
        if sizing and not (verb == "exit" and sizing == "quantity"):
            parts |= {"sizing": sizing, "size": series(AMOUNTS[sizing])}
        desk.act(verb, 0, **parts)
        desk.columns[desk.actions[-1].fires][:] = series(SELDOM)
    return desk


BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@BUSY
@given(desk=lone_rules(), chunks=CHUNKS)
def test_orders_that_go_straight_to_their_fills_leave_what_orders_of_the_book_leave(desk: Desk, chunks: Sequence[int]) -> None:
    booked = noted(desk.run(BOOKED))
    for module in (plain, core, *welded):
        assert noted(desk.run(module, chunks)) == booked


@BUSY
@given(desk=lone_rules(), chunks=CHUNKS)
def test_figures_are_the_same_where_less_is_kept(desk: Desk, chunks: Sequence[int]) -> None:
    booked = desk.run(BOOKED)
    for module in (plain, core, *welded):
        less = desk.run(figured(module.Machine), chunks)
        assert less.equity.tobytes() == booked.equity.tobytes()
        assert less.machine.save() == booked.machine.save()
        assert less.trade_rows[:, OF_TRADES].tobytes() == booked.trade_rows[:, OF_TRADES].tobytes()
        assert less.fill_rows[:, OF_FILLS].tobytes() == booked.fill_rows[:, OF_FILLS].tobytes()


def desk_of(verbs: Sequence[tuple[str, Sequence[int]]], **account: Any) -> Desk:
    bars = [(10.0 + bar, 12.0 + bar, 9.0 + bar, 11.0 + bar) for bar in range(12)]
    desk = Desk(bars, Account(capital=1_000.0, **account), Instrument(tick=0.25))
    for verb, at in verbs:
        desk.act(verb, 0, **({"sizing": "quantity", "size": [2.0] * 12} if verb in ("buy", "short") else {}))
        desk.columns[desk.actions[-1].fires][:] = [2.0 if bar in at else 0.0 for bar in range(12)]
    return desk


@pytest.mark.parametrize(
    ("verbs", "account", "straight"),
    [
        ([("buy", (1,)), ("exit", (5,))], {}, 2),
        ([("buy", (1,)), ("short", (5,))], {}, 2),
        ([("buy", (1,)), ("exit", (5,))], {"fills": "next_open_only"}, 2),
        # Where there is more to it than one order, the book has it.
        ([("buy", (1,)), ("short", (5,)), ("exit", (5,))], {}, 1),
        ([("buy", (1,)), ("sell", (5,)), ("cover", (5,))], {}, 1),
        ([("buy", (1,)), ("cover", (5,)), ("sell", (5,))], {}, 1),
        ([("buy", (1,)), ("short", (1,)), ("exit", (5,))], {}, 1),
        # Nothing to do is nothing in the book either.
        ([("buy", (1,)), ("cover", (5,)), ("exit", (9,))], {}, 2),
        ([("buy", (1, 2)), ("exit", (5,))], {"pyramiding": 2}, 1),
        ([("buy", (1,)), ("exit", (5,))], {"fills": "tradingview"}, 0),
        ([("buy", (1,)), ("exit", (5,))], {"limits": (("position", 0.9),)}, 0),
        ([("buy", (1,)), ("exit", (5,)), ("cancel", (9,))], {}, 0),
        ([("buy", (11,)), ("exit", (5,))], {}, 0),
    ],
)  # fmt: skip
def test_what_goes_straight_is_counted(
    verbs: Sequence[tuple[str, Sequence[int]]], account: dict[str, Any], straight: int
) -> None:
    Counted.went = 0
    desk = desk_of(verbs, **account)
    assert noted(desk.run(COUNTED)) == noted(desk.run(BOOKED))
    assert Counted.went == straight


def test_dust_of_cash_is_no_fill() -> None:
    """After all cash is spent by rounding, what is left pays for less than a billionth of the order."""
    desk = desk_of([("buy", (1,))])
    desk.account = Account(capital=1e-9)
    noted_book = noted(desk.run(BOOKED))
    for module in (plain, core, *welded):
        outcome = desk.run(module)
        assert outcome.fills == []
        assert noted(outcome) == noted_book

"""Laws of programs at the market alone, of which nothing rests once a bar has opened: the machine that leaves its searches out is the whole one."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.plan import Account
from runtime.machine import core
from runtime.machine.codes import FILL_COLUMNS, TRADE_COLUMNS
from runtime.machine.instrument import Instrument
from tests.runtime.machine.desk import Desk, Outcome, plain, welded
from tests.runtime.machine.test_laws import bits, some_bars

AMOUNTS = {
    "quantity": st.sampled_from([1.0, 2.5, 7.0, 40.0, 900.0, 1e-7, 0.0, float("nan")]),
    "money": st.sampled_from([40.0, 300.0, 5_000.0, 1e6, -1.0]),
    "equity": st.sampled_from([0.1, 0.5, 1.0, 1.5, 1.0 / 3.0]),
    "cash": st.sampled_from([0.1, 0.5, 1.0, 1.5]),
    "position": st.sampled_from([0.25, 0.5, 1.0, 2.0, 1.0 / 3.0]),
}
TRUTHS = st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 2.0])
LIMITS = (
    (),
    (),
    (("daily_loss", 0.01),),
    (("drawdown", 0.02),),
    (("orders_per_day", 2.0),),
    (("position", 0.4),),
    (("order_value", 350.0),),
)


class Whole(plain.Machine):  # type: ignore[name-defined,misc]
    """The machine as plain Python that searches on every bar, as for any other program."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        assert self.bare
        self.bare = False


WHOLE = SimpleNamespace(Machine=Whole, MachineError=plain.MachineError)


def figured(kind: Any) -> Any:
    """The machine that keeps of its records what figures are made of."""

    def made(*given: Any, **named: Any) -> Any:
        machine = kind(*given, **named)
        machine.keeps = False
        return machine

    return SimpleNamespace(Machine=made)


@st.composite
def bare_desks(draw: st.DrawFn) -> Desk:
    """Programs whose every order is at the market, that add to positions, turn them round, and ask for what they cannot pay."""
    n = draw(st.integers(2, 30))
    account = Account(
        capital=draw(st.sampled_from([500.0, 10_000.0])),
        commission_share=draw(st.sampled_from([0.0, 0.001])),
        commission_per_unit=draw(st.sampled_from([0.0, 0.013])),
        commission_per_order=draw(st.sampled_from([0.0, 1.1])),
        slippage_ticks=draw(st.sampled_from([0.0, 1.0])),
        slippage_share=draw(st.sampled_from([0.0, 0.0007])),
        fills=draw(st.sampled_from(["pessimistic", "pessimistic", "next_open_only", "ohlc_path", "tradingview"])),
        pyramiding=draw(st.integers(1, 3)),
        margin=draw(st.sampled_from([1.0, 0.3])),
        limits=draw(st.sampled_from(LIMITS)),
        direction=draw(st.sampled_from(["both", "both", "long", "short"])),
    )
    instrument = Instrument(
        tick=0.25,
        lot=draw(st.sampled_from([0.0, 0.1, 1.0])),
        multiplier=draw(st.sampled_from([1.0, 0.1])),
        min_notional=draw(st.sampled_from([0.0, 0.0, 45.0])),
    )
    desk = Desk(draw(some_bars(n)), account, instrument, times=[bar * 30_000_000_000 for bar in range(n)])
    series = lambda values: draw(st.lists(values, min_size=n, max_size=n))  # noqa: E731
    for _ in range(draw(st.integers(1, 5))):
        verb = draw(st.sampled_from(["buy", "short", "buy", "short", "sell", "cover", "exit", "cancel", "notify"]))
        parts: dict[str, Any] = {"tag": draw(st.sampled_from(["a", "b", "" if verb in ("exit", "cancel") else "c"]))}
        sizings = {
            "buy": ["quantity", "money", "equity", "cash", "position"],
            "short": ["quantity", "money", "equity", "cash", "position"],
            "sell": ["", "quantity", "money", "equity", "position"],
            "cover": ["", "quantity", "money", "equity", "position"],
            "exit": ["", "position"],
        }
        if verb == "notify":
            parts["text"] = ("now at ", desk.column(series(AMOUNTS["quantity"])))
        elif verb != "cancel":
            sizing = draw(st.sampled_from(sizings[verb]))
            if sizing:
                parts |= {"sizing": sizing, "size": series(AMOUNTS[sizing])}
        desk.act(verb, 0, **parts)
        desk.columns[desk.actions[-1].fires][:] = series(TRUTHS)
    return desk


def noted(outcome: Outcome) -> tuple[bytes, ...]:
    """Everything a run left behind, and what it said."""
    return (*bits(outcome), np.where(np.isnan(outcome.note_rows), np.nan, outcome.note_rows).tobytes(), outcome.machine.save())


# A program is some hundred draws: on a busy machine that is slow, and no fault.
BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CHUNKS = st.lists(st.integers(1, 9), max_size=6)


@BUSY
@given(desk=bare_desks(), chunks=CHUNKS)
def test_what_a_program_at_the_market_leaves_out_changes_nothing(desk: Desk, chunks: Sequence[int]) -> None:
    whole = noted(desk.run(WHOLE))
    for module in (plain, core, *welded):
        assert noted(desk.run(module, chunks)) == whole


@BUSY
@given(desk=bare_desks(), chunks=CHUNKS)
def test_a_program_at_the_market_that_is_saved_goes_on_in_any_build(desk: Desk, chunks: Sequence[int]) -> None:
    whole = desk.run(WHOLE)
    for module in (core, *welded):
        pieces = desk.run(module, [*chunks, 1], save=True)
        assert bits(pieces)[:4] == bits(whole)[:4]
        assert pieces.machine.save() == whole.machine.save()


# What runtime/sweep/cells.py reads of a record.
OF_TRADES = [TRADE_COLUMNS.index(name) for name in ("quantity", "entry_bar", "entry_price", "exit_bar", "profit")]
OF_FILLS = [FILL_COLUMNS.index(name) for name in ("bar", "position")]


@BUSY
@given(desk=bare_desks(), chunks=CHUNKS)
def test_a_machine_that_keeps_less_has_the_same_figures(desk: Desk, chunks: Sequence[int]) -> None:
    whole = desk.run(WHOLE)
    for module in (plain, core, *welded):
        less = desk.run(figured(module.Machine), chunks)
        assert less.equity.tobytes() == whole.equity.tobytes()
        assert less.machine.save() == whole.machine.save()
        assert less.trade_rows[:, OF_TRADES].tobytes() == whole.trade_rows[:, OF_TRADES].tobytes()
        assert less.fill_rows[:, OF_FILLS].tobytes() == whole.fill_rows[:, OF_FILLS].tobytes()
        assert less.machine.turnover == whole.machine.turnover
        assert less.machine.commission == whole.machine.commission

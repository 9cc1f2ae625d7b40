"""Slots that are written down at each close, and state that does not belong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from compiler.plan import FACTS, ROW_OPCODES, Account, ActionCode, MachineCode, RowCode, Slot
from tests.runtime.machine.desk import Desk, bars, flat


def holder() -> MachineCode:
    """Buys one on the first bar; slot 2 is the position's size, slot 3 a column."""
    size = RowCode(((ROW_OPCODES["fact"], 0, FACTS.index("position.size"), 0, 0),), 1, (), (), (0,))
    slots = (Slot("column", 0), Slot("column", 1), Slot("row", 0), Slot("column", 2))
    return MachineCode(slots, (), size, (ActionCode("buy", 0, 0, "a", "quantity", 1),), 1)


@pytest.mark.parametrize("chunks", [(5,), (2, 3), (1, 1, 1, 1, 1)])
def test_slots_are_recorded_at_each_close(module: Any, chunks: tuple[int, ...]) -> None:
    machine = module.Machine(holder(), Account())
    prices = np.full(5, 100.0)
    columns = [np.array([2.0, 0, 0, 0, 0]), np.full(5, 3.0), np.arange(5.0)]
    sizes, copies = np.full(5, np.nan), np.full(5, np.nan)
    machine.bind_prices(prices, prices, prices, prices)
    machine.record({2: sizes, 3: copies})
    at = 0
    for count in chunks:
        machine.bind_columns({k: column[at : at + count] for k, column in enumerate(columns)})
        machine.run(at, count)
        at += count
    assert sizes.tolist() == [0.0, 3.0, 3.0, 3.0, 3.0]
    assert copies.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_state_of_another_program_is_refused(module: Any) -> None:
    other = Desk(flat(2)).act("buy", 0, 1).act("short", 0, 1).run(module).machine.save()
    machine = Desk(flat(2)).act("buy", 0, 1).run(module).machine
    for saved in (other, b"", b"12345", machine.save()[:-8], machine.save() + bytes(8)):
        with pytest.raises(module.MachineError, match="does not belong"):
            machine.restore(saved)


def test_a_started_again_machine_is_a_new_one(module: Any) -> None:
    machine = Desk(bars(100, 100, 110)).act("buy", 0, 10, entry="limit", price=99.0).act("buy", 0, 5, tag="b").run(module).machine
    fresh = Desk(bars(100)).act("buy", 0, 10, entry="limit", price=99.0).act("buy", 0, 5, tag="b")
    machine.start()
    assert machine.save() == module.Machine(fresh.code(), fresh.account, fresh.instrument).save()


def test_missing_slots_and_columns_are_found_before_the_run(module: Any) -> None:
    code = MachineCode((Slot("column", 0),), (), None, (ActionCode("buy", 0, 0, "a", "quantity", 7),), 1)
    with pytest.raises(module.MachineError, match="does not have"):
        module.Machine(code, Account())
    good = module.Machine(holder(), Account())
    with pytest.raises(KeyError):
        good.bind_columns({0: np.zeros(2)})
    with pytest.raises(module.MachineError, match="4 slots"):
        good.close_half([1.0])

"""What a machine has recorded since it was last asked, as fills, orders and texts."""

from __future__ import annotations

from runtime.machine.codes import FILL_COLUMNS, KINDS, ORDER_COLUMNS, REASONS
from runtime.machine.core import Machine
from runtime.machine.notes import note_text
from runtime.machine.stepwise import Fill, Order

FILL = {name: at for at, name in enumerate(FILL_COLUMNS)}
ORDER = {name: at for at, name in enumerate(ORDER_COLUMNS)}


def fills_of(machine: Machine) -> list[Fill]:
    """Every fill in its records."""
    if not machine.fill_rows.count:
        return []
    return [
        Fill(
            side_of(row[FILL["side"]]), row[FILL["quantity"]], row[FILL["price"]], row[FILL["commission"]],
            tag_of(machine, row[FILL["action"]]), REASONS[int(row[FILL["reason"]])],
        )
        for row in machine.fill_rows.values().tolist()
    ]  # fmt: skip


def orders_of(machine: Machine, first: float) -> list[Order]:
    """The orders that rest of those made since `first`."""
    return [
        Order(
            side_of(row[ORDER["side"]]), KINDS[int(row[ORDER["kind"]])], row[ORDER["quantity"]], row[ORDER["price"]],
            row[ORDER["limit"]], tag_of(machine, row[ORDER["action"]]),
        )
        for row in (machine.resting() if machine.orders.count else [])
        if row[ORDER["order"]] >= first
    ]  # fmt: skip


def notes_of(machine: Machine, symbol: str) -> list[str]:
    """The texts of every note in its records."""
    if not machine.note_rows.count:
        return []
    return [note_text(machine.code.actions[int(row[1])], row[2:], symbol) for row in machine.note_rows.values().tolist()]


def tag_of(machine: Machine, action: float) -> str:
    actions = machine.code.actions
    return actions[int(action)].tag if 0 <= int(action) < len(actions) else ""


def side_of(side: float) -> str:
    return "buy" if side > 0 else "sell"

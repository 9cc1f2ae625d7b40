"""The ledger adds up exactly, in decimal numbers, to the cash that the machine reports."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from runtime.ledger import Ledger, LedgerError
from runtime.machine import core
from tests.runtime.machine.desk import Desk, bars


def a_ledger() -> tuple[Ledger, float]:
    desk = Desk(bars(100.1, 100.3, 99.7, 101.9, 103.3, 98.1)).with_account(commission_share=0.001, commission_per_order=0.35)
    outcome = desk.with_instrument(lot=0.001).act("buy", [0, 3], 7.123).act("short", 2, 3.3).act("exit", 4).run(core)
    rows = outcome.fill_rows
    return Ledger(10_000.0, 1.0, rows[:, 1], rows[:, 3], rows[:, 4], rows[:, 5], rows[:, 6], rows[:, 8]), outcome.machine.cash


def test_each_fill_is_a_movement_and_a_commission() -> None:
    ledger, _ = a_ledger()
    entries = list(ledger.entries())
    assert len(entries) == len(ledger) == 1 + 2 * len(ledger.bar)
    assert [entry.kind for entry in entries[:5]] == ["capital", "buy", "commission", "sell", "commission"]
    assert entries[1].amount == Decimal(-(100.3 * 7.123 * 1.0))
    assert entries[1].bar == 1


def test_the_exact_decimal_sum_is_the_reported_cash() -> None:
    ledger, cash = a_ledger()
    entries = list(ledger.entries())
    total = sum((Decimal(entry.amount) for entry in entries[1:]), entries[0].amount)
    assert float(entries[-1].cash) == cash
    assert abs(total - entries[-1].cash) < Decimal("1e-20")
    ledger.check()


def test_a_ledger_that_does_not_add_up_is_found() -> None:
    ledger, _ = a_ledger()
    wrong = ledger.cash.copy()
    wrong[1] = np.nextafter(wrong[1], np.inf)
    broken = Ledger(
        ledger.capital, ledger.multiplier, ledger.bar, ledger.side, ledger.quantity, ledger.price, ledger.commission, wrong
    )
    with pytest.raises(LedgerError, match="After movement 1"):
        broken.check()

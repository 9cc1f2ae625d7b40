"""Prices in another currency than the account: money is counted at the rate of each open and close, and everything else is as without."""

from __future__ import annotations

import math
import struct
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.plan import Account
from runtime.machine import core
from runtime.machine.instrument import Instrument
from tests.runtime.machine.desk import Desk, bars, flat, from_entry, plain
from tests.runtime.machine.test_laws import bits, desks

MODULES = pytest.mark.parametrize("module", [core, plain])
NAN = float("nan")
RATES = st.sampled_from([0.5, 0.8, 1.0, 1.25, 1.1, 160.0])


@st.composite
def converting(draw: st.DrawFn) -> Desk:
    """A random desk whose rates are unknown on its first bars."""
    desk = draw(desks())
    n = len(desk.bars)
    known = draw(st.lists(st.tuples(RATES, RATES), min_size=n, max_size=n))
    missing = draw(st.integers(0, 4))
    desk.rates = [(NAN, NAN) if at < missing else (NAN, pair[1]) if at == missing else pair for at, pair in enumerate(known)]
    return desk


def units(outcome: Any) -> tuple[bytes, bytes]:
    return outcome.machine.fill_units.values().tobytes(), outcome.machine.trade_units.values().tobytes()


# ---------------------------------------------------------------- laws


@given(desk=converting())
def test_plain_python_gives_the_bits_of_the_compiled_machine(desk: Desk) -> None:
    compiled, interpreted = desk.run(core), desk.run(plain)
    assert bits(compiled) == bits(interpreted)
    assert units(compiled) == units(interpreted)
    assert compiled.machine.save() == interpreted.machine.save()


@given(desk=converting(), chunks=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_any_chunking_and_any_restore_gives_the_bits_of_one_chunk(desk: Desk, chunks: list[int]) -> None:
    whole, chunked, pieces = desk.run(core), desk.run(core, chunks), desk.run(core, chunks, save=True)
    assert bits(whole) == bits(chunked)
    assert units(whole) == units(chunked)
    assert bits(whole)[:4] == bits(pieces)[:4]
    assert whole.machine.save() == pieces.machine.save()


@given(desk=converting())
def test_the_two_halves_driven_from_outside_are_the_same_machine(desk: Desk) -> None:
    whole = desk.run(core)
    machine = core.Machine(desk.code(), desk.account, desk.instrument)
    equity = []
    desk.bind_fine(machine)
    for at, bar in enumerate(desk.bars):
        assert desk.times is not None
        machine.look_into(at)
        machine.set_rates(*desk.rates[at])
        machine.open_half(*bar, desk.times[at])
        equity.append(machine.close_half([column[at] for column in desk.columns]))
    assert struct.pack(f"<{len(equity)}d", *equity) == whole.equity.tobytes()
    assert machine.fill_rows.values().tobytes() == whole.fill_rows.tobytes()
    assert machine.trade_rows.values().tobytes() == whole.trade_rows.tobytes()


@given(desk=desks())
def test_a_rate_of_one_changes_nothing(desk: Desk) -> None:
    without = desk.run(core)
    desk.instrument = replace(desk.instrument, multiplier=1.0)
    without = desk.run(core)
    desk.rates = [(1.0, 1.0)] * len(desk.bars)
    assert bits(desk.run(core)) == bits(without)


@given(desk=converting(), power=st.sampled_from([-3, -1, 1, 2, 5]))
def test_rates_and_capital_twice_as_large_trade_the_same_and_make_twice_as_much(desk: Desk, power: int) -> None:
    """By any power of two, which no product rounds. Amounts that are written in account money grow with it."""
    scale = 2.0**power
    account = desk.account
    desk.account = replace(
        account,
        commission_per_unit=account.commission_per_unit * scale,
        commission_per_order=account.commission_per_order * scale,
        capital=account.capital * scale,
    )
    larger = Desk(desk.bars, desk.account, desk.instrument, desk.times, list(desk.columns), desk.actions, desk.fine)
    larger.rates = [(opened * scale, closed * scale) for opened, closed in desk.rates]
    for action in desk.actions:
        if action.sizing == "money":
            larger.columns[action.size] = desk.columns[action.size] * scale
    desk.account = account
    small, large = desk.run(core), larger.run(core)
    assert (small.equity * scale).tobytes() == large.equity.tobytes()
    same = [0, 1, 2, 3, 4, 5, 7, 9, 10]
    assert small.fill_rows[:, same].tobytes() == large.fill_rows[:, same].tobytes()
    assert (small.fill_rows[:, [6, 8]] * scale).tobytes() == large.fill_rows[:, [6, 8]].tobytes()
    assert (small.trade_rows[:, [8, 9]] * scale).tobytes() == large.trade_rows[:, [8, 9]].tobytes()


@given(desk=converting())
def test_cash_adds_up_exactly_at_the_rate_of_each_fill(desk: Desk) -> None:
    outcome = desk.run(core)
    total = Fraction(desk.account.capital)
    of_fills = outcome.machine.fill_units.values().reshape(-1).tolist()
    assert len(of_fills) == len(outcome.fill_rows)
    for row, unit in zip(outcome.fill_rows.tolist(), of_fills, strict=True):
        _, bar, place, side, quantity, price, fee, _, cash, _, _ = row
        rate = desk.rates[int(bar)][1 if place == 2 else 0]
        assert unit == desk.instrument.multiplier * rate
        total += Fraction(-side * (price * quantity * unit)) - Fraction(fee)
        assert float(total) == cash


@given(desk=converting(), later=RATES, data=st.data())
def test_no_bar_knows_the_rates_after_it(desk: Desk, later: float, data: st.DataObject) -> None:
    before = desk.run(core)
    at = data.draw(st.integers(0, len(desk.bars) - 1))
    desk.rates = [*desk.rates[: at + 1], *((later, later) for _ in desk.rates[at + 1 :])]
    after = desk.run(core)
    assert before.equity[: at + 1].tobytes() == after.equity[: at + 1].tobytes()
    for first, second in ((before.fill_rows, after.fill_rows), (before.order_rows, after.order_rows)):
        column = 1 if first is before.fill_rows else 10
        assert first[first[:, column] <= at].tobytes() == second[second[:, column] <= at].tobytes()


# ---------------------------------------------------------------- by hand

CHEAP = Account(capital=10_000.0)


@MODULES
def test_a_trade_makes_value_out_less_value_in_each_at_its_own_rate(module: Any) -> None:
    desk = Desk(flat(4), CHEAP).act("buy", 0, 10.0).act("exit", 1)
    desk.rates = [(1.0, 1.0), (1.25, 1.2), (1.5, 1.4), (9.0, 9.0)]
    found = desk.run(module)
    # Bought on bar 1 at 100 x 1.25, sold on bar 2 at 100 x 1.5: the price never moved.
    assert found.trade_rows[0, 8] == 10 * 100 * (1.5 - 1.25)
    assert found.equity.tolist() == [10_000.0, 10_000 - 1_250 + 1_200, 10_250.0, 10_250.0]


@MODULES
def test_sizes_of_equity_and_money_are_those_of_the_rate_at_the_close(module: Any) -> None:
    rates = [(1.0, 1.25), (4.0, 4.0)]
    for sizing, size, quantity in (("equity", 0.5, 40.0), ("money", 1_000.0, 8.0), ("cash", 0.1, 8.0)):
        desk = Desk(flat(2), CHEAP).act("buy", 0, sizing=sizing, size=size)
        desk.rates = rates
        assert desk.run(module).order_rows[0, 6] == quantity
    desk = Desk(flat(2), CHEAP).act("buy", 0, sizing="risk", size=0.01, stop=from_entry("sub", 4.0))
    desk.rates = rates
    assert desk.run(module).order_rows[0, 6] == 20.0  # 100 of account money over 4 x 1.25


@MODULES
def test_limits_in_money_count_in_account_money_and_the_least_order_in_that_of_the_prices(module: Any) -> None:
    desk = Desk(flat(2), replace(CHEAP, limits=(("order_value", 1_000.0),))).act("buy", 0, 50.0)
    desk.rates = [(2.0, 2.0), (2.0, 2.0)]
    assert desk.run(module).order_rows[0, 6] == 5.0
    desk = Desk(flat(2), replace(CHEAP, limits=(("exposure", 0.1),))).act("buy", 0, 50.0)
    desk.rates = [(2.0, 2.0), (2.0, 2.0)]
    assert desk.run(module).order_rows[0, 6] == 5.0
    desk = Desk(flat(2), CHEAP, Instrument(tick=0.01, lot=1.0, min_notional=600.0)).act("buy", 0, 5.0)
    desk.rates = [(2.0, 2.0), (2.0, 2.0)]
    assert desk.run(module).causes == [("min_notional", 0, 1)]


@MODULES
def test_a_fee_of_a_share_is_of_the_value_in_account_money(module: Any) -> None:
    desk = Desk(flat(2), replace(CHEAP, commission_share=0.01, commission_per_unit=0.5, commission_per_order=3.0))
    desk.act("buy", 0, 10.0)
    desk.rates = [(2.0, 2.0), (2.0, 2.0)]
    assert desk.run(module).fill_rows[0, 6] == 0.01 * (10 * 100 * 2) + 0.5 * 10 + 3


@MODULES
def test_no_order_is_made_before_a_rate_is_known(module: Any) -> None:
    desk = Desk(flat(4), CHEAP).act("buy", [0, 1, 2], 1.0)
    desk.rates = [(NAN, NAN), (NAN, NAN), (NAN, 2.0), (2.0, 2.0)]
    found = desk.run(module)
    assert found.causes == [("no rate", 0, 2)]
    assert found.fills == [(3, 1.0, 100.0)]
    assert found.equity.tolist() == [10_000.0] * 4


@MODULES
def test_the_profit_of_a_position_is_in_account_money(module: Any) -> None:
    desk = Desk(bars(100, 100, 110), CHEAP).act("buy", 0, 10.0)
    machine = module.Machine(desk.code(), desk.account, desk.instrument)
    profits = []
    for at, bar in enumerate(desk.bars):
        machine.set_rates(*[(1.0, 1.0), (1.25, 1.5), (1.5, 2.0)][at])
        machine.open_half(*bar)
        profits.append(machine.facts()[3])
        machine.close_half([column[at] for column in desk.columns])
    assert math.isnan(profits[0])
    assert profits[1:] == [10 * (100 * 1.5 - 100 * 1.25), 10 * (110 * 2.0 - 100 * 1.25)]
    (row,) = machine.open_trades()
    assert row[8] == 10 * (110 * 2.0 - 100 * 1.25)
    assert machine.open_units() == [1.25]


@MODULES
def test_a_falling_rate_alone_reaches_a_limit_on_the_loss_of_a_day(module: Any) -> None:
    desk = Desk(flat(4), replace(CHEAP, limits=(("daily_loss", 0.05),))).act("buy", 0, 100.0)
    desk.rates = [(1.0, 1.0), (1.0, 1.0), (1.0, 0.9), (0.9, 0.9)]
    found = desk.run(module)
    assert [cause for cause, _, _ in found.causes] == ["daily_loss"]
    assert found.fills[-1] == (3, -100.0, 100.0)


@MODULES
def test_bars_on_which_nothing_happens_are_counted_at_their_own_rates(module: Any) -> None:
    prices = bars(100, 100, 101, 102, NAN, 104)
    desk = Desk(prices, CHEAP).act("buy", 0, 10.0)
    desk.rates = [(1.0, 1.0), (1.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.0)]
    marks = [100, 101, 102, 102, 104]
    expected = [10_000.0, *(9_000 + 10 * rate * mark for mark, rate in zip(marks, [1, 2, 3, 4, 5], strict=True))]
    assert desk.run(module).equity.tolist() == expected
    assert np.isfinite(desk.run(module).equity).all()

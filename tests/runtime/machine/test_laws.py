"""Laws of the machine on random programs of hand-made columns: chunks, saved state, plain Python, money, quantity and stops."""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compiler.operators import OPCODES
from compiler.plan import FACTS, ROW_OPCODES, Account, ActionCode, MachineCode, Price, RowCode, Slot
from runtime.machine import core
from runtime.machine.codes import REASONS
from runtime.machine.instrument import Instrument
from tests.runtime.machine.desk import Desk, Outcome, at_reward, from_entry, plain, welded

PRICES = st.integers(80, 120).map(lambda ticks: ticks / 2)
TRUTHS = st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 2.0])
AMOUNTS = st.sampled_from([1.0, 2.5, 7.0, 40.0, 0.0, float("nan")])
FILLS = ("pessimistic", "pessimistic", "next_open_only", "ohlc_path", "tradingview", "detail")
SHARES = st.sampled_from([0.1, 0.5, 1.0, 1.5])


@st.composite
def some_bars(draw: st.DrawFn, n: int) -> list[tuple[float, float, float, float]]:
    rows = []
    for _ in range(n):
        prices = sorted(draw(st.lists(PRICES, min_size=4, max_size=4)))
        opened, closed = draw(st.permutations(prices[1:3]))
        row = [opened, prices[3], prices[0], closed]
        if draw(st.integers(0, 11)) == 0:
            row[draw(st.integers(0, 3))] = float("nan")
        rows.append(tuple(row))
    return rows  # type: ignore[return-value]


def stops(side: int) -> st.SearchStrategy[Price | None]:
    return st.sampled_from([None, from_entry("sub" if side > 0 else "add", 1.5), from_entry("mul", 1 - side * 0.03)])


@st.composite
def desks(draw: st.DrawFn, fills: tuple[str, ...] = FILLS) -> Desk:
    n = draw(st.integers(2, 30))
    account = Account(
        capital=draw(st.sampled_from([500.0, 10_000.0])),
        commission_share=draw(st.sampled_from([0.0, 0.001])),
        commission_per_unit=draw(st.sampled_from([0.0, 0.013])),
        commission_per_order=draw(st.sampled_from([0.0, 1.1])),
        slippage_ticks=draw(st.sampled_from([0.0, 1.0])),
        slippage_share=draw(st.sampled_from([0.0, 0.0007])),
        fills=draw(st.sampled_from(fills)),
        pyramiding=draw(st.integers(1, 3)),
        margin=draw(st.sampled_from([1.0, 0.3])),
        limits=draw(
            st.sampled_from(
                [(), (("daily_loss", 0.01),), (("drawdown", 0.02),), (("orders_per_day", 3.0),), (("position", 0.4),)]
            )
        ),
    )
    instrument = Instrument(tick=0.25, lot=draw(st.sampled_from([0.0, 0.1, 1.0])), multiplier=draw(st.sampled_from([1.0, 0.1])))
    rows = draw(some_bars(n))
    desk = Desk(rows, account, instrument, times=[bar * 30_000_000_000 for bar in range(n)])
    series = lambda values: draw(st.lists(values, min_size=n, max_size=n))  # noqa: E731
    for _ in range(draw(st.integers(1, 5))):
        verb = draw(st.sampled_from(["buy", "short", "buy", "short", "sell", "cover", "exit", "cancel", "protect", "protect"]))
        parts: dict[str, Any] = {"tag": draw(st.sampled_from(["a", "b", "" if verb in ("exit", "cancel") else "c"]))}
        if verb not in ("cancel", "protect"):
            parts["entry"] = draw(st.sampled_from(["next_open", "next_open", "this_close", "limit", "stop", "stop_limit"]))
            if parts["entry"] in ("limit", "stop", "stop_limit"):
                parts["price"] = series(PRICES)
            if parts["entry"] == "stop_limit":
                parts["limit"] = series(PRICES)
            if draw(st.booleans()):
                parts["expire"] = draw(st.integers(1, 4))
        if verb in ("buy", "short"):
            side = 1 if verb == "buy" else -1
            parts["stop"] = draw(stops(side))
            parts["target"] = draw(st.sampled_from([None, at_reward(2.0) if parts["stop"] else from_entry("add", side * 1.0)]))
            parts["sizing"] = draw(st.sampled_from(["quantity", "money", "equity", "cash", *(["risk"] if parts["stop"] else [])]))
            parts["size"] = series(
                AMOUNTS
                if parts["sizing"] == "quantity"
                else AMOUNTS.map(lambda x: 40 * x)
                if parts["sizing"] == "money"
                else SHARES
            )
            if draw(st.booleans()):
                parts["hold"] = draw(st.integers(0, 5))
            if draw(st.integers(0, 2)) == 0:
                parts["trail"] = series(st.sampled_from([1.0, 2.0, float("nan")]))
                if draw(st.booleans()):
                    parts["trail_after"] = 1.0
        elif verb == "protect":
            parts["tag"] = draw(st.sampled_from(["a", "p", "q"]))
            parts["stop"] = draw(st.sampled_from([None, from_entry("sub", 1.5), from_entry("mul", 0.97), from_entry("add", 0.0)]))
            parts["target"] = draw(st.sampled_from([None, at_reward(2.0) if parts["stop"] else from_entry("add", 1.0)]))
            if (parts["stop"] is None and parts["target"] is None) or draw(st.booleans()):
                parts["trail"] = series(st.sampled_from([0.0, 1.0, 2.0, float("nan")]))
                if draw(st.booleans()):
                    parts["trail_after"] = 1.0
            if parts["tag"] != "a" and draw(st.booleans()):
                parts |= {"sizing": "position", "size": series(SHARES)}
        elif verb != "cancel" and draw(st.booleans()):
            parts |= (
                {"sizing": "quantity", "size": series(AMOUNTS)}
                if verb != "exit"
                else {"sizing": "position", "size": series(SHARES)}
            )
        desk.act(verb, 0, **parts)
        desk.columns[desk.actions[-1].fires][:] = series(TRUTHS)
    if account.fills == "detail":
        desk.fine = [draw(inside(row)) for row in rows]
    return desk


@st.composite
def inside(draw: st.DrawFn, bar: tuple[float, float, float, float]) -> list[tuple[float, float, float, float]]:
    """Finer bars that add up to a bar, or none."""
    opened, high, low, closed = bar
    count = draw(st.integers(0, 4))
    if count == 0 or not all(x == x for x in bar):
        return []
    between = st.integers(int(low * 2), int(high * 2)).map(lambda ticks: ticks / 2)
    ends = [*draw(st.lists(between, min_size=count - 1, max_size=count - 1)), closed]
    begins = [opened, *draw(st.lists(between, min_size=count - 1, max_size=count - 1))]
    rows = [[a, max(a, b), min(a, b), b] for a, b in zip(begins, ends, strict=True)]
    rows[draw(st.integers(0, count - 1))][1] = high
    rows[draw(st.integers(0, count - 1))][2] = low
    return [tuple(row) for row in rows]  # type: ignore[misc]


def bits(outcome: Outcome) -> tuple[bytes, ...]:
    """Everything a run left behind, to the bit; a NaN is a NaN."""
    tables = (
        outcome.equity,
        outcome.fill_rows,
        outcome.trade_rows,
        outcome.order_rows,
        np.array(outcome.machine.finished_events()),
    )
    return tuple(np.where(np.isnan(table), np.nan, table).tobytes() for table in tables)


@given(desk=desks())
def test_plain_python_gives_the_bits_of_the_compiled_machine(desk: Desk) -> None:
    compiled, interpreted = desk.run(core), desk.run(plain)
    assert bits(compiled) == bits(interpreted)
    assert compiled.machine.save() == interpreted.machine.save()


@given(desk=desks(), chunks=st.lists(st.integers(1, 9), max_size=6))
def test_the_machine_in_one_piece_gives_the_bits_of_its_layers(desk: Desk, chunks: list[int]) -> None:
    layers = desk.run(core, chunks)
    for kind in welded:
        whole = desk.run(kind, chunks)
        assert bits(whole) == bits(layers)
        assert whole.machine.save() == layers.machine.save()


@given(desk=desks(), chunks=st.lists(st.integers(1, 9), max_size=6))
def test_any_chunking_gives_the_bits_of_one_chunk(desk: Desk, chunks: list[int]) -> None:
    assert bits(desk.run(core)) == bits(desk.run(core, chunks))


@given(desk=desks(), chunks=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_a_saved_and_restored_machine_goes_on_as_if_nothing_happened(desk: Desk, chunks: list[int]) -> None:
    whole, pieces = desk.run(core), desk.run(core, chunks, save=True)
    assert bits(whole)[:4] == bits(pieces)[:4]
    assert whole.machine.save() == pieces.machine.save()


@given(desk=desks())
def test_the_two_halves_driven_from_outside_are_the_same_machine(desk: Desk) -> None:
    whole = desk.run(core)
    machine = core.Machine(desk.code(), desk.account, desk.instrument)
    equity = []
    desk.bind_fine(machine)
    for at, bar in enumerate(desk.bars):
        assert desk.times is not None
        machine.look_into(at)
        machine.open_half(*bar, desk.times[at])
        equity.append(machine.close_half([column[at] for column in desk.columns]))
    assert struct.pack(f"<{len(equity)}d", *equity) == whole.equity.tobytes()
    assert machine.fill_rows.values().tobytes() == whole.fill_rows.tobytes()
    assert machine.trade_rows.values().tobytes() == whole.trade_rows.tobytes()


@given(desk=desks())
def test_cash_and_quantity_add_up_exactly(desk: Desk) -> None:
    outcome = desk.run(core)
    total = Fraction(desk.account.capital)
    for row in outcome.fill_rows.tolist():
        _, _, _, side, quantity, price, fee, _, cash, _, _ = row
        total += Fraction(-side * (price * quantity * desk.instrument.multiplier)) - Fraction(fee)
        assert float(total) == cash
    assert outcome.machine.cash == float(total)
    bought = sum(Fraction(row[3]) * Fraction(row[4]) for row in outcome.fill_rows.tolist())
    assert abs(float(bought) - outcome.machine.size) <= 1e-9 * max(1.0, *(row[4] for row in outcome.fill_rows.tolist()), 1.0)
    open_now = sum(lot[2] * lot[3] for lot in outcome.machine.open_trades())
    assert open_now == outcome.machine.size
    closed = sum(row[3] for row in outcome.trade_rows.tolist())
    sold = sum(row[4] for row in outcome.fill_rows.tolist() if REASONS[int(row[7])])
    assert abs(closed - sold) <= 1e-9 * max(1.0, sold)


@given(desk=desks())
def test_every_trade_with_a_stop_ends_no_worse_than_its_stop_or_the_open(desk: Desk) -> None:
    if desk.account.fills == "tradingview" or any(a.verb == "protect" and a.tag == "a" for a in desk.actions):
        return  # an entry's own lines may have moved
    outcome = desk.run(core)
    slip = desk.account.slippage_ticks * desk.instrument.tick
    for row in outcome.trade_rows.tolist():
        action, side, entry, exit_bar, exit_price = desk.actions[int(row[1])], row[2], row[5], int(row[6]), row[7]
        if action.stop is None or desk.account.fills == "next_open_only" or action.entry == "this_close":
            continue
        code = action.stop.code
        amount = code.constants[0][1]
        stop = entry * amount if code.instructions[0][0] == OPCODES["mul"] else entry - side * amount
        bar = desk.bars[exit_bar]
        # No bar that closed with the trade open went through its stop: the exit is never later than the first touch.
        for at in range(int(row[4]) + 1, exit_bar):
            o, h, low, c = desk.bars[at]
            if o == o and h == h and low == low and c == c:
                assert ((low if side > 0 else h) - stop) * side > -desk.instrument.tick - 1e-9
        worst = min((bar[0] - stop) * side, 0.0) + stop * side - desk.instrument.tick - slip - abs(exit_price) * 0.001
        assert (
            exit_price * side >= worst - abs(entry) * 0.001 - slip - 1e-9
            or row[12] == REASONS.index("reversed")
            or int(row[4]) == exit_bar
        )


@given(desk=desks(), shift=st.sampled_from([-3.0, 0.5, 8.0]))
def test_moving_the_next_open_leaves_a_made_orders_quantity_unchanged(desk: Desk, shift: float) -> None:
    """The orders resting after a bar are the same whatever the next bar is."""
    cut = len(desk.bars) - 1
    first = desk.run(core)
    made = {row[0]: row[6] for row in [*first.order_rows.tolist(), *first.machine.resting()] if row[2] < cut}
    moved = list(desk.bars)
    moved[cut] = tuple(price + shift for price in moved[cut])
    fine = [*desk.fine[:cut], []] if desk.fine else []
    second = Desk(moved, desk.account, desk.instrument, desk.times, desk.columns, desk.actions, fine).run(core)
    again = {row[0]: row[6] for row in [*second.order_rows.tolist(), *second.machine.resting()] if row[2] < cut}
    assert made == again


@given(desk=desks(), cut=st.integers(1, 29), shift=st.sampled_from([-3.0, 0.5, 8.0]))
def test_the_future_changes_nothing_before_it(desk: Desk, cut: int, shift: float) -> None:
    cut = min(cut, len(desk.bars) - 1)
    moved = [*desk.bars[:cut], *(tuple(price + shift for price in bar) for bar in desk.bars[cut:])]
    fine = [*desk.fine[:cut], *([] for _ in desk.bars[cut:])] if desk.fine else []
    second = Desk(moved, desk.account, desk.instrument, desk.times, desk.columns, desk.actions, fine).run(core)
    first = desk.run(core)
    assert first.equity[:cut].tobytes() == second.equity[:cut].tobytes()
    assert [row for row in first.fills if row[0] < cut] == [row for row in second.fills if row[0] < cut]


@given(rows=some_bars(20), chunks=st.lists(st.integers(1, 9), max_size=4))
def test_rules_that_read_the_position_are_the_same_in_any_chunking(rows: list[tuple[float, ...]], chunks: list[int]) -> None:
    """Buys when flat, leaves once it has been held for two bars or has gained: slots come from row code over facts."""
    fact, eq, ge, gt = ROW_OPCODES["fact"], OPCODES["eq"], OPCODES["ge"], OPCODES["gt"]
    size, held, profit = FACTS.index("position.size"), FACTS.index("position.bars_held"), FACTS.index("position.profit")
    code = RowCode(
        (
            (fact, 2, size, 0, 0), (eq, 3, 2, 0, 0), (fact, 4, held, 0, 0), (ge, 5, 4, 1, 0), (fact, 6, profit, 0, 0), (gt, 7,
            6, 0, 0),
            (OPCODES["or"], 8, 5, 7, 0),
        ),
        9, ((0, 0.0), (1, 2.0)), (), (3, 8, 1),
    )  # fmt: skip
    actions = (ActionCode("buy", 0, 0, "a", "quantity", 2), ActionCode("exit", 1, 1, "", "all"))
    machine_code = MachineCode((Slot("row", 0), Slot("row", 1), Slot("row", 2)), (), code, actions, 2)

    def run(module: Any, sizes: list[int]) -> tuple[bytes, bytes]:
        machine = module.Machine(machine_code, Account(), Instrument())
        equity = np.zeros(len(rows))
        machine.bind_prices(*(np.array([bar[k] for bar in rows]) for k in range(4)), None, equity)
        machine.bind_columns({})
        at = 0
        for count in (*sizes, len(rows)):
            count = min(count, len(rows) - at)
            machine.run(at, count)
            at += count
        return equity.tobytes(), machine.trade_rows.values().tobytes()

    assert run(core, []) == run(core, chunks) == run(plain, [])

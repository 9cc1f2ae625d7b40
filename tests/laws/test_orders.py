"""The laws of orders, on generated programs that trade and hostile markets."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from compiler.program import Program
from compiler.terms import Terms
from runtime.backtest import backtest
from runtime.candles import Candles
from runtime.machine.codes import REASONS
from runtime.machine.instrument import Instrument
from tests.generators.markets import KINDS, market, markets
from tests.generators.programs import programs
from tests.laws.running import compiled, one_nan
from tests.laws.trading import CENTS, INSTRUMENTS, Traded, run_compiled, run_interpreted, table, tracked

TRADING = programs(orders=True)
STEPS = st.sampled_from(INSTRUMENTS)
SEEDS = st.integers(0, 2**32 - 1)
EXACT = Instrument(tick=2.0**-8, lot=2.0**-6)  # quantities and ticks without rounding errors
PRICES = ("open", "high", "low", "close")

STOP_LIMITS = """apx 1
strategy "Entries of every form"
trade "TEST" every 1d
settings
  capital 100_000 USD
  commission 0.1%
  slippage 1 tick
  pyramiding 2
when close > open
  buy 10% of equity at stop high + 0.25 limit high + 0.5 named "a"
    stop loss at 2%
    take profit at 2 R
    trail by 1.5 after 1
  short 5_000 USD at limit high + 0.5
    stop loss at entry + 1.5
    hold at most 3 bars
    expire after 2 bars
otherwise
  exit 50% of position
  cancel "a"
"""


HELD = """apx 1
strategy "Held"
trade "TEST" every 1d
settings
  capital 100_000 USD
  commission 0%
  margin 30%
  borrow 12% per year
  interest 9% per year
  funding 0.02% per 8h
when close > close[1]
  buy 200_000 USD
when close < close[2]
  short 150_000 USD
"""


def assert_same_records(a: Traded, b: Traded, text: str) -> None:
    """Equal orders, fills, trades, trace, notes, equity and columns, bit for bit."""
    for name in a.records:
        left, right = one_nan(a.records[name]), one_nan(b.records[name])
        assert left.tobytes() == right.tobytes(), f"{name} differ:\n{left}\n{right}\nin\n{text}"
    assert a.columns.keys() <= b.columns.keys()
    for name, column in a.columns.items():
        assert one_nan(column).tobytes() == one_nan(b.columns[name]).tobytes(), f"{name} differs in\n{text}"


def assert_same_backtest(
    program: Program, candles: Candles, instrument: Instrument, expected: Traded, chunk: int, text: str
) -> None:
    """The driver of backtests, which passes over quiet bars, leaves the same records."""
    plan = program.plan({}, instrument.tick, "backtest", candles.has_factors)
    result = backtest(plan, candles, instrument=instrument, chunk=chunk)
    found = {
        "fills": result.fill_rows, "trades": result.trade_rows_closed, "open": result.trade_rows_open,
        "equity": result.equity_values, "orders": result.order_rows, "notes": result.note_rows, "events": result.event_rows,
    }  # fmt: skip
    records = dict(expected.records)
    resting = records.pop("resting")
    records["orders"] = table([*records["orders"].tolist(), *resting.tolist()])
    for name, rows in records.items():
        assert one_nan(rows).tobytes() == one_nan(found[name]).tobytes(), f"{name} differ:\n{rows}\n{found[name]}\nin\n{text}"


@given(text=TRADING, candles=markets(90), instrument=STEPS, chunk=st.sampled_from([1, 7, 64, 2048]))
def test_the_interpreter_of_the_graph_as_built_trades_as_the_compiled_run(
    text: str, candles: Candles, instrument: Instrument, chunk: int
) -> None:
    program = compiled(text)
    expected = run_interpreted(program, candles, instrument)
    assert_same_records(run_compiled(program, candles, instrument), expected, text)
    assert_same_backtest(program, candles, instrument, expected, chunk, text)


@given(
    text=TRADING, candles=markets(90), instrument=STEPS, cuts=st.lists(st.integers(1, 89), max_size=6), chunk=st.integers(1, 40)
)
def test_any_chunking_with_save_and_restore_in_between_trades_the_same(
    text: str, candles: Candles, instrument: Instrument, cuts: list[int], chunk: int
) -> None:
    program = compiled(text)
    whole = run_compiled(program, candles, instrument)
    parted = run_compiled(program, candles, instrument, cuts, chunk, save=True)
    assert_same_records(whole, parted, text)


def changed_after(seed: int, kind: str, cut: int, rows: int = 100) -> tuple[Candles, Candles]:
    """A market, and the same with every row from `cut` on taken from another."""
    candles, other = market(seed, kind, rows), market(seed + 1, "wild", rows)
    columns = {n: np.concatenate([getattr(candles, n)[:cut], getattr(other, n)[cut:]]) for n in (*PRICES, "volume")}
    return candles, Candles.from_arrays(time=candles.time.astype("M8[us]"), **columns)


def until(traded: Traded, cut: int) -> dict[str, object]:
    """What is settled before row `cut`: fills, ended trades, orders as they were made, notes, equity."""
    records = {name: one_nan(rows).tolist() for name, rows in traded.records.items()}
    made = [[row[k] for k in (0, 1, 2, 3, 5, 6)] for row in records["orders"] + records["resting"] if row[2] < cut]
    return {
        "fills": repr([row for row in records["fills"] if row[1] < cut]),
        "trades": repr([row for row in records["trades"] if row[6] < cut]),
        "orders": repr(sorted(made)),
        "notes": repr([row for row in records["notes"] if row[0] < cut]),
        "equity": repr(records["equity"][:cut]),
        **{name: repr(one_nan(column[:cut]).tolist()) for name, column in traded.columns.items()},
    }


@given(text=TRADING, seed=SEEDS, kind=st.sampled_from(KINDS), instrument=STEPS, cut=st.integers(1, 99))
def test_changing_the_future_changes_no_fill_order_or_equity_before_it(
    text: str, seed: int, kind: str, instrument: Instrument, cut: int
) -> None:
    program = compiled(text)
    candles, changed = changed_after(seed, kind, cut)
    assert until(run_compiled(program, candles, instrument), cut) == until(run_compiled(program, changed, instrument), cut), text


def scaled_text(text: str, factor: float) -> str:
    """A program with every amount of money and every distance in price times a power of two."""
    text = text.replace("floor(", "abs(").replace("round(", "abs(").replace("obv", "abs")

    def times(match: re.Match[str]) -> str:
        before, number, after = match.groups()
        return f"{before}{Decimal(number.replace('_', '')) * Decimal(factor):f}{after}"

    number = r"([0-9][0-9_.]*)"
    for pattern in (
        rf"(){number}( USD)",
        rf"((?:high|low|close|entry) [+-] ){number}()(?=\s)(?! \*)",
        rf"(trail by ){number}()(?=\n| after)",
        rf"( after ){number}()(?=\n|$)",
    ):
        text = re.sub(pattern, times, text)
    return text


@given(
    text=programs(orders=True, literals=False),
    seed=SEEDS,
    kind=st.sampled_from(["calm", "wild", "steps", "holes"]),
    power=st.sampled_from([-12, -3, 1, 10]),
)
def test_scaling_prices_and_money_by_a_power_of_two_trades_the_same_bars_and_quantities(
    text: str, seed: int, kind: str, power: int
) -> None:
    factor = 2.0**power
    candles = market(seed, kind, 90)
    bigger = Candles.from_arrays(
        time=candles.time.astype("M8[us]"), volume=candles.volume, **{n: getattr(candles, n) * factor for n in PRICES}
    )
    small = run_compiled(compiled(scaled_text(text, 1.0)), candles, Instrument(tick=2.0**-8, lot=2.0**-20))
    large = run_compiled(compiled(scaled_text(text, factor)), bigger, Instrument(tick=2.0**-8 * factor, lot=2.0**-20))
    times = [1.0, 1.0, 1.0, 1.0, 1.0, factor, factor, 1.0, factor, 1.0, 1.0]
    assert [[v * t for v, t in zip(row, times, strict=True)] for row in small.fills()] == large.fills(), scaled_text(text, factor)
    assert (small.equity * factor).tolist() == large.equity.tolist()


@given(
    text=TRADING, seed=SEEDS, kind=st.sampled_from(["calm", "wild", "steps"]), cut=st.integers(10, 88), jump=st.floats(0.8, 1.25)
)
def test_moving_the_next_open_leaves_the_quantity_of_a_made_order_unchanged(
    text: str, seed: int, kind: str, cut: int, jump: float
) -> None:
    program = compiled(text)
    candles = market(seed, kind, 90)
    columns = {n: getattr(candles, n).copy() for n in (*PRICES, "volume")}
    columns["open"][cut] = round(columns["open"][cut] * jump, 2)
    columns["high"][cut] = max(columns["high"][cut], columns["open"][cut])
    columns["low"][cut] = min(columns["low"][cut], columns["open"][cut])
    moved = Candles.from_arrays(time=candles.time.astype("M8[us]"), **columns)
    runs = [run_compiled(program, c, CENTS) for c in (candles, moved)]
    total = program.plan({}, CENTS.tick, "backtest").account.fills == "tradingview"  # which counts what a priced entry closes
    made = [
        {
            row[0]: (row[2], row[5], row[6])
            for row in [*r.records["orders"].tolist(), *r.records["resting"].tolist()]
            if row[2] == cut - 1
        }
        for r in runs
    ]
    assert made[0] == made[1], text
    for run in runs:
        quantities = {row[0]: row[6] for row in run.records["orders"].tolist()}
        reduced = any(event[0] != 0 for event in run.machine.finished_events())
        for fill in run.fills():
            if fill[0] >= 0 and REASONS[int(fill[7])] == "" and not total:
                assert fill[4] == quantities[fill[0]] or (reduced and fill[4] < quantities[fill[0]]), text


def owed(terms: Terms, before: int, now: int, value: float, cash: float) -> tuple[float, float, float]:
    """Borrow, funding and interest from one open to the next, by the rates of the program: value and cash are those of the close between."""
    years = (now - before) / (365 * 86_400_000_000)
    every = terms.funding_every * 1_000_000
    instants = now // every - before // every if every else 0
    return (max(-value, 0.0) * terms.borrow * years, value * terms.funding * instants, max(-cash, 0.0) * terms.interest * years)


@given(text=TRADING, candles=markets(90))
@example(text=HELD, candles=market(3, "holes", 90))
@example(text=HELD, candles=market(4, "wild", 90))
def test_holding_costs_what_the_rates_of_the_program_say_of_each_close(text: str, candles: Candles) -> None:
    program = compiled(text)
    plan = program.plan({}, EXACT.tick, "backtest")
    result = backtest(plan, candles, instrument=EXACT)
    charged = {int(row[0]): row[1:4] for row in result.holding_rows.tolist()}
    fills: dict[int, float] = {int(row[1]): row[9] for row in result.fill_rows.tolist()}
    position, mark = 0.0, float("nan")
    assert len(charged) == len(result.holding_rows)
    for bar, (time, close, cash) in enumerate(
        zip(candles.time.tolist(), candles.close.tolist(), result.cash_values, strict=True)
    ):
        if bar:
            value = position * mark if position else 0.0
            due = owed(plan.account.terms, int(candles.time[bar - 1]), time, value, float(result.cash_values[bar - 1]))
            assert charged.pop(bar, [0.0, 0.0, 0.0]) == pytest.approx(due, rel=1e-9, abs=1e-12), (bar, text)
        position = fills.get(bar, position)
        mark = close if close == close else mark
        assert cash == cash
    assert not charged


@given(text=TRADING, candles=markets(90, ("calm", "wild", "flat", "holes", "steps", "spike")))
def test_cash_and_quantity_add_up_exactly(text: str, candles: Candles) -> None:
    program = compiled(text)
    result = backtest(program.plan({}, EXACT.tick, "backtest"), candles, instrument=EXACT)
    result.ledger.check()
    cash, position = Fraction(result.account.capital), Decimal(0)
    charges = result.holding_rows.tolist()
    with localcontext() as context:
        context.prec = 200
        for _, bar, _, side, quantity, price, fee, _, reported, held, _ in result.fill_rows.tolist():
            while charges and charges[0][0] <= bar:  # what holding costs comes before the fills of its bar
                _, *paid, left = charges.pop(0)
                cash -= sum(Fraction(amount) for amount in paid)
                assert float(cash) == left, text
            cash += Fraction(-side * (price * quantity)) - Fraction(fee)
            position += Decimal(side) * Decimal(quantity)
            assert float(cash) == reported, text
            assert position == Decimal(held), text
    closed, still = result.trade_rows_closed, result.trade_rows_open
    entered = sum((Fraction(f[4]) for f in result.fill_rows.tolist() if f[7] == 0), Fraction(0))
    assert entered == sum((Fraction(q) for q in [*closed[:, 3].tolist(), *still[:, 3].tolist()]), Fraction(0)), text
    if len(candles) and np.isfinite(result.equity_values[-1]):
        interest = float(result.holding_rows[:, 3].sum())  # the account's, and no trade's
        gained = result.account.capital - interest + float(closed[:, 8].sum() + still[:, 8].sum())
        scale = result.account.capital + float(np.abs(closed[:, 8]).sum() + np.abs(still[:, 8]).sum())
        assert result.equity_values[-1] == pytest.approx(gained, abs=1e-9 * scale), text


@given(text=TRADING, candles=markets(90, ("calm", "wild", "flat", "steps", "holes")), instrument=st.sampled_from([CENTS, EXACT]))
def test_every_entry_has_its_stop_from_the_fill_on_and_leaves_there(text: str, candles: Candles, instrument: Instrument) -> None:
    program = compiled(text)
    for before, bar, after, trades in tracked(program, candles, instrument):
        for lot in after:
            assert not lot.wants_stop or lot.stop == lot.stop, (bar, text)
        if not bar.known or bar.fills == "next_open_only":
            continue
        still = {lot.id for lot in after}
        for lot in before:
            level = lot.tightest
            worst = bar.low if lot.side > 0 else bar.high
            if level == level and (worst - level) * lot.side <= 0:
                assert lot.id not in still, f"the stop at {level} was passed on bar {bar.index} in\n{text}"
        rests = [bracket.tightest(before[0].side) for bracket in bar.brackets] if before else []
        for bracket, level in zip(bar.brackets, rests, strict=False):
            passed = (bar.low - level if before[0].side > 0 else level - bar.high) <= 0
            if bracket.whole and passed and bar.fills != "tradingview":
                assert not still & {lot.id for lot in before}, f"the bracket at {level} was passed on bar {bar.index} in\n{text}"
        levels = {lot.id: lot for lot in before}
        for trade in trades:
            if trade.reason not in ("stop loss", "trail"):
                continue
            if trade.lot in levels:
                found = [level for level in (levels[trade.lot].tightest, *rests) if level == level]
                worse = bar.low if trade.side > 0 else bar.high  # where a trail has started inside the bar
                if found:
                    worse = min(*found, bar.open) if trade.side > 0 else max(*found, bar.open)
            else:  # opened and stopped on this bar: at its stop, or at its entry where that was already beyond
                worse = bar.low if trade.side > 0 else bar.high
            assert (trade.price - bar.slipped(worse, -trade.side)) * trade.side >= 0, (trade, bar, text)


@given(text=TRADING, candles=markets(90), instrument=STEPS)
def test_open_entries_never_exceed_pyramiding_and_are_all_on_one_side(
    text: str, candles: Candles, instrument: Instrument
) -> None:
    program = compiled(text)
    account = program.plan({}, instrument.tick, "backtest").account
    most = account.pyramiding if account.fills != "tradingview" else 99  # priced entries are not checked again there
    for _, bar, after, _ in tracked(program, candles, instrument):
        assert len(after) <= most, (bar, text)
        assert len({lot.side for lot in after}) <= 1, (bar, text)


@given(text=TRADING, candles=markets(90, ("holes", "calm", "spike")))
def test_an_unknown_condition_makes_no_order(text: str, candles: Candles) -> None:
    program = compiled(text)
    traded = run_compiled(program, candles, CENTS)
    plan = program.plan({}, CENTS.tick, "signals")
    rules = {f"rule_{action.rule + 1}" for action in plan.machine.actions} if plan.machine else set()
    assert rules <= traded.columns.keys()
    for row in [*traded.records["orders"].tolist(), *traded.records["resting"].tolist()]:
        action = plan.machine.actions[int(row[1])]
        fired = traded.columns[f"rule_{action.rule + 1}"][int(row[2])]
        assert fired in (0.0, 2.0), (row, text)
    for row in traded.records["notes"].tolist():
        action = plan.machine.actions[int(row[1])]
        assert traded.columns[f"rule_{action.rule + 1}"][int(row[0])] in (0.0, 2.0), (row, text)


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_of_entry_trades_alike_in_interpreter_and_compiled_run(kind: str) -> None:
    program = compiled(STOP_LIMITS)
    for seed in range(5):
        candles = market(seed, kind, 120)
        expected = run_interpreted(program, candles, CENTS)
        assert_same_records(run_compiled(program, candles, CENTS, [30, 31, 77], 11, save=True), expected, STOP_LIMITS)
        assert_same_backtest(program, candles, CENTS, expected, 16, STOP_LIMITS)

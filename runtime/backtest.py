"""A backtest: candles through the kernel in chunks, its columns through the position machine, statistics of the outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from compiler.plan import Account, MachineCode, Plan
from compiler.terms import NO_TERMS
from runtime.candles import Candles
from runtime.charged import charged, forced
from runtime.clean_columns import are_clean
from runtime.clocks.reading import plan_feeds
from runtime.conversion.rates import Converted, Rates
from runtime.crossings import crossings
from runtime.detail import Detail, detail_of, detail_within
from runtime.fusing import fused
from runtime.held_back import held_back
from runtime.kernel import CHUNK, bind
from runtime.machine import welding
from runtime.machine.codes import EVENT_COLUMNS, ORDER_COLUMNS, TRADE_COLUMNS
from runtime.machine.core import Machine, MachineError
from runtime.machine.instrument import Instrument
from runtime.result import BacktestResult, Floats, Scenario
from runtime.signals import Signals
from runtime.statistics import Run, statistics

ASSUMED_TICK = 0.01
WITHOUT_FINER = "`fills detail` was given no finer bars; every bar was filled by the pessimistic model."
STRETCH = 1 << 20
"""Bars between two calls of a progress."""

Progress = Callable[[int], None]


def backtest(
    plan: Plan,
    candles: Candles,
    *,
    capital: float | None = None,
    commission: float | None = None,
    slippage: float | None = None,
    fills: str | None = None,
    instrument: Instrument | None = None,
    chunk: int = CHUNK,
    notes: tuple[str, ...] = (),
    progress: Progress | None = None,
    detail: Candles | None = None,
    rates: Rates | None = None,
    warm: int = 0,
) -> BacktestResult:
    """Runs a plan over candles.

    capital: account currency; commission: a share of the value traded; slippage: ticks; fills: a fill model; each in place of
    the program's setting, None leaves it. instrument: tick, lot, multiplier and least order value (default: no rounding,
    multiplier 1).
    notes: what the caller knows that a reader of the result should; first among its warnings.
    progress: called with the number of bars done since the last call, at most once in a million bars.
    detail: finer bars for `fills detail`; without them every bar is filled by the pessimistic model, which a warning says.
    rates: what the currency of the prices is in account currency, on each bar; None: they are in one.
    warm: the first so many bars are read and not traded; the result is of the others alone, with windows and filters that know what was before.
    chunk: bars a step; any gives the same bits. Memory beside the candles: equity, and the records of what happened.
    Raises MachineError for what cannot be run as written, PlanError and FeedError for plans and data that do not fit.
    """
    changes = {"capital": capital, "commission_share": commission, "slippage_ticks": slippage, "fills": fills}
    read = candles
    if warm:
        candles, rates = candles.rows(slice(warm, None)), rates and rates.after(warm)
    account = replace(plan.account, **{name: value for name, value in changes.items() if value is not None})  # type: ignore[arg-type]
    if commission is not None:
        account = replace(account, commission_per_unit=0.0, commission_per_order=0.0)
        if account.terms.maker > NO_TERMS.maker:
            account = replace(account, terms=replace(account.terms, maker=NO_TERMS.maker))
    if slippage is not None:
        account = replace(account, slippage_share=0.0)
    plan = replace(plan, account=account)
    instrument = instrument or Instrument()
    warnings = list(notes)
    instrument, assumed = with_tick(instrument, account)
    warnings += assumed
    inside = None
    if account.fills == "detail" and detail is not None:
        inside = detail_of(candles, detail, account.detail)
        warnings += inside.warnings()
    elif account.fills == "detail":
        warnings.append(WITHOUT_FINER)
    elif detail is not None:
        warnings.append(f"The finer bars are not used: the fill model is `{account.fills}`, not `detail`.")
    equity = np.empty(len(candles))
    machine = trade(plan, candles, instrument, equity, chunk, "stops", progress=progress, detail=inside, rates=rates, read=read)
    warnings += forced(account, [(machine, candles.time)]) + held_back(account, [(machine, candles.volume)])
    converted = converted_of(machine, rates)
    stats = statistics(_run(machine, candles, equity, converted)) | charged(account, [machine])
    scenario = None
    if machine.ambiguous_bars:
        other = np.empty(len(candles))
        again = trade(plan, candles, instrument, other, chunk, "targets", detail=inside, rates=rates, read=read)
        final = float(other[-1])
        scenario = Scenario(final, final / account.capital - 1.0, again.trade_rows.count)
        warnings.append(ambiguous_note(int(machine.ambiguous_bars), scenario, stats["total_return"]))
    warnings += close_notes(machine.code)
    return BacktestResult(
        symbol=candles.symbol,
        time=candles.time,
        equity_values=equity,
        fill_rows=machine.fill_rows.values(),
        trade_rows_closed=machine.trade_rows.values(),
        trade_rows_open=_rows(machine.open_trades(), TRADE_COLUMNS),
        order_rows=np.concatenate((machine.order_rows.values(), _rows(machine.resting(), ORDER_COLUMNS))),
        event_rows=_rows(machine.finished_events(), EVENT_COLUMNS),
        note_rows=machine.note_rows.values(),
        actions=machine.code.actions,
        account=account,
        instrument=instrument,
        stats=stats,
        warnings=tuple(warnings),
        every_target=scenario,
        converted=converted,
        factors=candles.factor,
        holding_rows=machine.holding_rows.values(),
    )


def with_tick(instrument: Instrument, account: Account) -> tuple[Instrument, list[str]]:
    """The instrument with a tick where slippage needs one, and what is to be said of that."""
    if account.slippage_ticks <= 0 or instrument.tick > 0:
        return instrument, []
    said = f"The instrument's tick size is not known: {ASSUMED_TICK} is assumed for slippage and order prices."
    return replace(instrument, tick=ASSUMED_TICK), [said]


def ambiguous_note(bars: int, scenario: Scenario, total_return: float) -> str:
    """What is said of bars that could have reached both a stop and a target."""
    return (
        f"On {bars} bars both a stop and a target could have been reached; the stop was taken. "
        f"Had every target come first, the total return would be {scenario.total_return:.2%}, not {total_return:.2%}."
    )


def close_notes(code: MachineCode) -> list[str]:
    """What is said of orders that fill at the close which made them."""
    if not any(action.entry == "this_close" for action in code.actions):
        return []
    return ["Orders `at this close` fill at the price that their rule has just read: a model for tests, refused in live."]


def machine_code(plan: Plan) -> MachineCode:
    """The actions of a plan of one instrument. Raises MachineError for one of several."""
    code = plan.machine or MachineCode((), (), None, (), 0)
    if any(action.verb == "hold top" for action in code.actions):
        raise MachineError("`hold top` chooses among the instruments of a run; give the bars of each by symbol.")
    return code


def signals(
    plan: Plan,
    candles: Candles,
    instrument: Instrument | None = None,
    chunk: int = CHUNK,
    rates: Rates | None = None,
    detail: Candles | None = None,
) -> Signals:
    """Every column of a plan. What reads position or account is written down at each close of a run on these candles.

    chunk: bars a step; any gives the same bits. rates: as for `backtest`, which says what it raises. detail: finer bars for `fills detail`, else those that
    the candles have.
    """
    rows = len(candles)
    slots = {c.slot: np.empty(rows) for c in plan.columns if c.register < 0}
    if not slots:
        feeds = plan_feeds(plan, candles, chunk)
        found = bind(fused(plan)).run(feeds, rows, chunk, clean=are_clean(feeds))
        return Signals(candles.time, plan.columns, found)
    registers = {c.register: np.empty(rows) for c in plan.columns if c.register >= 0}
    inside = detail_within(candles, plan.account, detail)
    trade(plan, candles, instrument or Instrument(), np.empty(rows), chunk, "stops", registers, slots, detail=inside, rates=rates)
    for column in slots.values():
        column += 0.0
        column[np.isnan(column)] = np.nan
    return Signals(candles.time, plan.columns, registers, slots)


def trade(
    plan: Plan,
    candles: Candles,
    instrument: Instrument,
    equity: Floats,
    chunk: int,
    take: str,
    registers: Mapping[int, Floats] | None = None,
    slots: Mapping[int, Floats] | None = None,
    progress: Progress | None = None,
    detail: Detail | None = None,
    rates: Rates | None = None,
    read: Candles | None = None,
) -> Machine:
    """One pass of the machine over all candles. equity: float64 (n,), filled. Returns the machine with its records.

    read: longer candles that end with these; what is before them is read, and not traded.
    registers, slots: columns to write down on the way, float64 (n,) each, by register of the kernel and slot of the machine.
    """
    machine = welding.machine()(machine_code(plan), plan.account, instrument, take=take)
    machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, equity, candles.volume)
    machine.bind_factors(candles.factor)
    if detail is not None:
        detail.bind(machine)
    if rates is not None:
        rates.bind(machine)
    if slots:
        machine.record(slots)
    rows = len(candles)
    chunk = max(1, min(chunk, rows or 1))
    read = candles if read is None else read
    warm = len(read) - rows
    whole = fused(plan)
    lean, crossed = (whole, ()) if warm or registers else crossings(whole)
    if not crossed or not machine.cross([(one.slot, one.x, one.y) for one in crossed], chunk):
        lean = whole
    kernel = bind(lean)
    kernel.engine.reserve(chunk)
    feeds = kernel.feed_arrays(plan_feeds(plan, read, chunk), len(read))
    if warm:
        kernel.engine.attach_feeds(feeds)
        kernel.engine.run(0, warm, chunk)
    kernel.engine.attach_feeds([column[warm:] for column in feeds])
    if registers:
        kernel.engine.attach_outputs(registers)
    for start in range(0, rows, STRETCH):
        stretch = min(STRETCH, rows - start)
        machine.follow(kernel.engine, start, stretch, chunk)
        if progress is not None:
            progress(stretch)
    return machine


def converted_of(machine: Machine, rates: Rates | None) -> Converted | None:
    """What a finished machine was counted at; None where prices are in the account's currency."""
    if rates is None:
        return None
    closed = machine.trade_units.values().reshape(-1, 2)
    return Converted(rates, machine.fill_units.values().reshape(-1), closed, np.array(machine.open_units(), dtype=np.float64))


def _run(machine: Machine, candles: Candles, equity: Floats, converted: Converted | None) -> Run:
    """What the statistics need of a finished machine."""
    trades, fills = machine.trade_rows.values(), machine.fill_rows.values()
    # The position after the last fill of a bar holds until the next bar with a fill.
    last = np.flatnonzero(np.diff(fills[:, 1], append=np.inf))
    held = np.diff(fills[last, 1], append=float(len(candles)))[fills[last, 9] != 0.0] if len(last) else np.empty(0)
    return Run(
        time=candles.time,
        close=candles.close if converted is None else candles.close * converted.rates.close,
        equity=equity,
        capital=machine.account.capital,
        profit=trades[:, 8],
        entry_value=trades[:, 5]
        * trades[:, 3]
        * (machine.instrument.multiplier if converted is None else converted.closed[:, 0]),
        bars=trades[:, 6] - trades[:, 4],
        exposed=int(held.sum()),
        traded=machine.turnover,
        commission=machine.commission,
        open_trades=machine.lots.count,
        ambiguous_bars=int(machine.ambiguous_bars),
    )


def _rows(rows: list[list[float]], columns: tuple[str, ...]) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(columns))

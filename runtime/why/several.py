"""Why, for several instruments on one account: every rule of each on one instant of their run, and what each rotation held and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isnan, nan

import numpy as np

from compiler import syntax as s
from compiler.built import Built
from compiler.inputs import InputValue
from compiler.plan import Account
from compiler.program import Program
from runtime.candles import Candles
from runtime.conversion.rates import Rates
from runtime.data.arrays import Floats
from runtime.data.problems import DataError
from runtime.detail import detail_of, finer_of_fills
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.portfolio.driver import Portfolio
from runtime.portfolio.finer import Inside, finer_groups
from runtime.portfolio.instants import Instants, instants
from runtime.portfolio.rotation import ROTATION_COLUMNS
from runtime.portfolio.run import Members, Seat, kernel_columns, with_ticks
from runtime.traded import traded_quantity
from runtime.why.explain import POSITION_FACTS, Asked, Explainer, Why, prices_of
from runtime.why.forced import forced_on
from runtime.why.moment import bar_at
from runtime.why.numbers import shown
from runtime.why.observe import Observed, at_this_bar, finished


@dataclass(frozen=True, slots=True)
class RotationRow:
    """An instrument in a rotation. rank: 0 is not held, None not ranked. share: of equity. said: what it is there for, or why it is not."""

    symbol: str
    rank: int | None
    score: float
    share: float
    before: float
    target: float
    said: str


@dataclass(frozen=True, slots=True)
class RotationReading:
    """A `hold top` that was carried out at an instant: those who took part by rank, then those left out, then `absent`, who took no part."""

    text: str
    line: int
    rows: tuple[RotationRow, ...]
    absent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhyAll:
    """An instant of a run of several instruments. instruments: each that has a bar; absent: those that have none. equity, cash: as the rules saw them."""

    title: str
    instant: int
    instants: int
    time: int
    equity: float
    cash: float
    instruments: tuple[Why, ...]
    absent: tuple[str, ...]
    rotations: tuple[RotationReading, ...]


@dataclass(frozen=True, slots=True)
class ObservedAll:
    """A finished run of several instruments, each observed, with the rotations of the instant that was asked for."""

    runs: tuple[Observed, ...]
    rotations: Floats


def instant_at(candles: Sequence[Candles], when: Instants, at: str | date | np.datetime64) -> int:
    """The instant that a time means: the last one that opens with a bar that is open then. Raises DataError as `bar_at` where no instrument has such a bar."""
    found, first = [], None
    for bars in candles:
        try:
            found.append(int(bars.time[bar_at(bars, at)]))
        except DataError as error:
            first = first or error
    if not found:
        assert first is not None
        raise first
    return int(np.searchsorted(when.time, max(found)))


def observe_all(seats: Sequence[Seat], when: Instants, members: Members | None, instant: int) -> ObservedAll:
    """Runs plans that write everything down over all instants. Raises MachineError and PortfolioError for what cannot be run as written."""
    seats, _ = with_ticks(seats, ())
    wanted = []
    for seat in seats:
        read = [slot.index for slot in seat.code.slots if slot.where == "column"] + list(seat.code.columns)
        wanted.append(tuple(dict.fromkeys([*read, *(c.register for c in seat.plan.columns if c.register >= 0)])))
    columns = kernel_columns(seats, wanted, when, members)
    slots = [{c.slot: np.empty(len(seat.candles)) for c in seat.plan.columns if c.register < 0} for seat in seats]
    machines: list[Machine] = []
    insides: list[Inside | None] = []
    for k, seat in enumerate(seats):
        bars = seat.candles
        machine = Machine(seat.code, seats[0].plan.account, seat.instrument)
        machine.bind_prices(bars.open, bars.high, bars.low, bars.close, bars.time, volume=bars.volume)
        machine.bind_factors(bars.factor)
        machine.bind_columns(columns[k])
        if seat.rates is not None:
            seat.rates.bind(machine)
        machine.record(slots[k])
        finer = finer_of_fills(bars, seats[0].plan.account)
        inside = detail_of(bars, finer, seats[0].plan.account.detail) if finer is not None else None
        if inside is not None:
            inside.bind(machine)
        insides.append(None if inside is None else Inside(inside.starts, inside.time))
        machines.append(machine)
    portfolio = Portfolio(machines, seats[0].plan.account, [seat.candles.symbol for seat in seats])
    finer_groups(insides, when).bind(portfolio)
    equity, cash = np.empty(len(when)), np.empty(len(when))
    run = (when.time, when.starts, when.who, when.rows, equity)
    portfolio.run(*run, 0, instant + 1, members, cash)
    rows = rows_at(when, instant)
    seen = {k: at_this_bar(machine, rows[k]) for k, machine in enumerate(machines) if k in rows}
    portfolio.run(*run, instant + 1, len(when), members, cash)
    runs = []
    for k, (seat, machine) in enumerate(zip(seats, machines, strict=True)):
        refusals = {rows[k]: seen[k][0]} if k in seen else {}
        guards = {rows[k]: seen[k][1]} if k in seen else {}
        own = equity[when.of(k)]
        runs.append(finished(machine, seat.plan, seat.candles, columns[k], slots[k], own, refusals, guards))
    rotations = portfolio.rotation_rows.values().reshape(-1, len(ROTATION_COLUMNS))
    return ObservedAll(tuple(runs), rotations[rotations[:, 0] == instant])


def rows_at(when: Instants, instant: int) -> dict[int, int]:
    """The row of each instrument that has a bar at an instant."""
    at = slice(int(when.starts[instant]), int(when.starts[instant + 1]))
    return dict(zip(when.who[at].tolist(), when.rows[at].tolist(), strict=True))


def why_all(
    program: Program,
    candles: Mapping[str, Candles],
    at: str | date | np.datetime64,
    values: Mapping[str, InputValue],
    instruments: Sequence[Instrument],
    accounts: Sequence[Account | None] = (),
    members: Members | None = None,
    rates: Sequence[Rates | None] = (),
) -> WhyAll:
    """Every rule of each instrument at an instant of their run on one account.

    candles: as a run reads them, in the order of the instruments. accounts: of each, in place of the program's settings. members, rates: as for a backtest.
    Raises DataError, MachineError, PortfolioError, FeedError.
    """
    asked = Asked(program)
    built: list[Built] = []
    seats: list[Seat] = []
    adjusted = any(bars.has_factors for bars in candles.values())
    for k, (bars, instrument) in enumerate(zip(candles.values(), instruments, strict=True)):
        graph, plan = program.watching(asked.watches, values, instrument.tick, adjusted)
        account = accounts[k] if accounts else None
        built.append(graph)
        seats.append(
            Seat(bars, plan if account is None else replace(plan, account=account), instrument, rates=rates[k] if rates else None)
        )
    when = instants(list(candles.values()))
    instant = instant_at(list(candles.values()), when, at)
    found = observe_all(seats, when, members, instant)
    rows = rows_at(when, instant)
    here = {k: Explainer.of(program, asked, built[k], found.runs[k], seats[k].instrument, alone=False) for k in rows}
    belong = None if members is None else members[instant]
    rotations = _rotations(program, here, rows, found, list(candles), belong)
    by_action = {(r.line, row.symbol): row for r in rotations for row in r.rows}
    whys = []
    for k, explainer in here.items():
        bar, symbol = rows[k], list(candles)[k]
        explainer.rotated = {line: row.said for (line, of), row in by_action.items() if of == symbol}
        facts = {name: value for name in POSITION_FACTS if (value := explainer.run.value(f"@{name}", bar)) is not None}
        bars = seats[k].candles
        prices = prices_of(bars, bar)
        read = tuple(explainer.rule(i, bar) for i in range(len(explainer.rules)))
        forced = forced_on(explainer.run, bar, False)
        whys.append(Why(program.title, symbol, bar, len(bars), int(bars.time[bar]), prices, facts, read, forced))
    first = whys[0].facts
    absent = tuple(symbol for k, symbol in enumerate(candles) if k not in rows)
    return WhyAll(
        program.title, instant, len(when), int(when.time[instant]), first.get("account.equity", nan), first.get("account.cash", nan),
        tuple(whys), absent, rotations,
    )  # fmt: skip


def _rotations(
    program: Program,
    here: Mapping[int, Explainer],
    rows: Mapping[int, int],
    found: ObservedAll,
    symbols: Sequence[str],
    members: Sequence[int] | None,
) -> tuple[RotationReading, ...]:
    """The rotations of the instant, in text order."""
    readings = []
    explainer = next(iter(here.values()))
    for rule in explainer.rules:
        for action in rule.actions:
            if not isinstance(action, s.HoldTop):
                continue
            at = explainer.place_of(action)
            own = [dict(zip(ROTATION_COLUMNS, row, strict=True)) for row in found.rotations.tolist() if row[1] == at]
            if not own:
                continue
            taking = []
            for row in own:
                k = int(row["instrument"])
                factor = float(here[k].run.candles.factors()[rows[k]])
                row |= {name: traded_quantity(row[name], factor) for name in ("held", "target")}
                rank = None if isnan(row["rank"]) else int(row["rank"])
                said = _said(here[k], action, rows[k], row, rank, members is None or bool(members[k]))
                taking.append(RotationRow(symbols[k], rank, row["score"], row["share"], row["held"], row["target"], said))
            taking.sort(
                key=lambda row: (
                    row.rank is None,
                    row.rank == 0,
                    row.rank or 0,
                    -row.score if row.score == row.score else 0.0,
                    row.symbol,
                )
            )
            there = {row.symbol for row in taking}
            text, line = explainer.text_and_line(action)
            readings.append(RotationReading(text, line, tuple(taking), tuple(name for name in symbols if name not in there)))
    return tuple(readings)


def _said(explainer: Explainer, action: s.HoldTop, bar: int, row: Mapping[str, float], rank: int | None, member: bool) -> str:
    """What a rotation did with an instrument, or why it left it out."""
    reader = explainer.reader
    score = shown(row["score"])
    if rank:
        change = f"{shown(row['held'])} -> {shown(row['target'])}"
        return f"held: rank {rank} by {score}, {100.0 * row['share']:.4g}% of equity, {change}"
    if rank == 0:
        return f"not held: its score {score} is not among the highest"
    if not member:
        return "left out: it is no member of the universe"
    if isnan(row["score"]):
        reason = reader.unknowns.reason(action.by, bar)
        return f"left out: its score is unknown{f': {reason}' if reason else ''}"
    if action.where is not None:
        clause = reader.clause(explainer.clauses.of(action.where), bar)
        if clause.truth != 2:
            text = f"`{clause.text}` is {clause.word}"
            more = clause.said or clause.reason
            return f"left out: {text}{f' ({more})' if more else ''}"
    if isnan(explainer.run.candles.close[bar]):
        return "left out: its close is unknown"
    if action.weight is not None:
        value = explainer.value_of(action.weight, bar)
        return f"left out: its weight is {'unknown' if isnan(value) else shown(value)}"
    return "left out"

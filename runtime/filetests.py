"""Runs a test of a file: its bars through the kernels and the machine of a backtest, then each expectation against what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import isnan
from typing import Literal

import numpy as np

from compiler.clauses import Clause, Operand, key_of
from compiler.clocks import Length
from compiler.diagnostics import CompileError
from compiler.filetests.case import RELATIVE, SMALLEST, Bars, Case, Expectation
from compiler.plan import Account
from compiler.program import Program
from compiler.syntax import Member, Name
from runtime.candles import Candles
from runtime.clocks.instruments import usual_calendar
from runtime.clocks.sessions import MINUTE, Calendar, calendar, sessions_around, within
from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, Micros
from runtime.data.steps import infer_step
from runtime.engine import PlanError
from runtime.feeds import FeedError
from runtime.machine.core import MachineError
from runtime.machine.instrument import Instrument
from runtime.why.explain import Explainer, RuleReading
from runtime.why.numbers import shown, together, truth_word

FIRST_BAR = np.datetime64("2024-01-01T00:00:00", "us")
"""When the first bar of every test opens: a Monday, the first of a month and of a year, UTC."""

BEFORE, AFTER = 3, 1
"""Bars shown around the one that failed."""

SHOWN_SERIES = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the picture: values of the bars that are shown. kind: number, truth, or orders, whose cells are texts."""

    name: str
    kind: Literal["number", "truth", "text"]
    values: tuple[float | str, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The bars around the one that failed. marked: the bar itself; bars: those that are shown."""

    marked: int | None
    bars: tuple[int, ...]
    columns: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation. happened: a sentence. rules: those concerned, as they stood on the bar. line: where it stands, from 1."""

    expectation: Expectation
    line: int
    passed: bool
    happened: str = ""
    rules: tuple[RuleReading, ...] = ()
    picture: Picture | None = None


@dataclass(frozen=True, slots=True)
class TestResult:
    """A test that was run. error: why it could not be run; '' if it was."""

    __test__ = False  # no test of pytest's

    case: Case
    line: int
    outcomes: tuple[Outcome, ...]
    error: str = ""

    @property
    def title(self) -> str:
        return self.case.title

    @property
    def passed(self) -> bool:
        return not self.error and all(outcome.passed for outcome in self.outcomes)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in self.outcomes if not outcome.passed)


Terms = Callable[[Instrument, Account], tuple[Instrument, Account]]
"""The instrument and the account that a test is run with, from those of the file."""


def as_written(instrument: Instrument, account: Account) -> tuple[Instrument, Account]:
    """Costs and facts are the file's own."""
    return instrument, account


def run_tests(program: Program, terms: Terms = as_written) -> tuple[TestResult, ...]:
    """Every test of a program, in the order of the text."""
    return tuple(run_test(program, case, terms) for case in program.tests)


def run_test(program: Program, case: Case, terms: Terms = as_written) -> TestResult:
    """One test: inputs are those of `with`, else their defaults. The same test gives the same result."""
    line = program.source.position(case.span.start).line + 1
    try:
        judge = _Judge(program, case, terms)
    except (MachineError, FeedError, PlanError) as error:
        return TestResult(case, line, (), str(error))
    except CompileError as error:
        return TestResult(case, line, (), next(d.message for d in error.diagnostics if d.severity == "error"))
    return TestResult(case, line, tuple(judge.outcome(expectation) for expectation in case.expectations))


def bar_times(count: int, every: str) -> Micros:
    """When the bars of a test open: FIRST_BAR, then one after another as the program's `every` says, days where it says nothing."""
    number, unit = (
        (int("".join(c for c in every if c.isdigit()) or 1), "".join(c for c in every if c.isalpha())) if every else (1, "d")
    )
    if unit == "mo":
        months: Micros = (FIRST_BAR.astype("M8[M]") + np.arange(count) * number).astype("M8[us]").astype(np.int64)
        return months
    seconds = {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800}[unit] * number
    times: Micros = FIRST_BAR.astype(np.int64) + np.arange(count, dtype=np.int64) * (seconds * MICROS_PER_SECOND)
    return times


def session_times(count: int, every: str, hours: Calendar) -> Micros:
    """When the bars of a test open where the program says `on session`: one after another in those hours, from the first session on."""
    step = Length.parse(every).minutes * MINUTE
    first, found = int(FIRST_BAR.astype(np.int64)), [np.empty(0, dtype=np.int64)]
    while sum(map(len, found)) < count:
        sessions, after = sessions_around(hours, first, first), first + 365 * MICROS_PER_DAY
        here = (sessions.open >= first) & (sessions.open < after)
        found += [np.arange(o, c, step, dtype=np.int64) for o, c in zip(sessions.open[here], sessions.close[here], strict=True)]
        first = after
    times: Micros = np.concatenate(found)[:count]
    return times


def candles_of(bars: Bars, every: str, symbol: str = "", session: str = "") -> Candles:
    """The bars of a test as candles of the program's own clock."""
    hours = within(session, calendar(usual_calendar(symbol))) if session else None
    time = session_times(len(bars), every, hours) if hours is not None else bar_times(len(bars), every)
    opened, high, low, close, volume = (
        np.array(c, dtype=np.float64) for c in (bars.open, bars.high, bars.low, bars.close, bars.volume)
    )
    for column in (time, opened, high, low, close, volume):
        column.flags.writeable = False
    step = infer_step(time) if hours is None else Length.parse(every).minutes * 60
    follows = hours.name if hours is not None else ""
    candles = Candles(time, opened, high, low, close, volume, symbol=symbol, timeframe=step, source="test", calendar=follows)
    return candles.with_finer(candles.rows(slice(0, 0)))  # a test gives no finer bars: what is made of them is unknown


class _Judge:
    """One test after its run."""

    def __init__(self, program: Program, case: Case, terms: Terms = as_written) -> None:
        self.program, self.case = program, case
        self.bars = len(case.bars)
        candles = candles_of(case.bars, program.every, next(iter(program.symbols), ""), program.session)
        more = [e.expr for e in case.expectations if e.expr is not None]
        more += [Name(case.span, name) for name in case.bars.given]
        of_file = program.plan(case.inputs, case.tick, "backtest").account
        instrument, account = terms(Instrument(tick=case.tick), of_file)
        self.explainer = Explainer(program, case.inputs, candles, instrument, range(self.bars), more, account)
        self.run = self.explainer.run
        self.made: dict[int, list[str]] = {}
        for order in self.run.orders:
            self.made.setdefault(order.bar, []).append(self.explainer.codes[order.action].verb)

    def outcome(self, e: Expectation) -> Outcome:
        match e.kind:
            case "order":
                return self.order(e)
            case "no_order":
                return self.no_order(e)
            case "position":
                return self.position(e)
            case "value":
                return self.value(e)

    def result(
        self,
        e: Expectation,
        passed: bool,
        happened: str = "",
        bar: int | None = None,
        rules: tuple[RuleReading, ...] = (),
        what: str = "",
    ) -> Outcome:
        line = self.program.source.position(e.span.start).line + 1
        if passed:
            return Outcome(e, line, True)
        return Outcome(e, line, False, happened, rules, self.picture(bar, rules, e, what))

    def order(self, e: Expectation) -> Outcome:
        assert e.bar is not None
        if e.verb in self.made.get(e.bar, ()):
            return self.result(e, True)
        others = [bar for bar in sorted(self.made) if e.verb in self.made[bar]]
        rules = tuple(self.explainer.rule(i, e.bar) for i in self.with_verb(e.verb))
        refused = next((a for r in rules for a in r.actions if a.verb == e.verb and a.outcome in ("refused", "nothing")), None)
        if refused is not None:
            happened = f"The rule fired on bar {e.bar}, but no order was made: {refused.said.partition(': ')[2]}."
        else:
            happened = f"No `{e.verb}` order was made on bar {e.bar}."
        if others:
            happened += f" {_capital(_listed(others))} had one."
        return self.result(e, False, happened, e.bar, rules)

    def no_order(self, e: Expectation) -> Outcome:
        found = [bar for bar in sorted(self.made) if e.bar is None or bar == e.bar]
        if not found:
            return self.result(e, True)
        bar = found[0]
        verbs = _words([f"`{verb}`" for verb in dict.fromkeys(self.made[bar])])
        rules = tuple(
            rule for rule in (self.explainer.rule(i, bar) for i in range(len(self.explainer.rules)))
            if any(action.outcome == "made" for action in rule.actions)
        )  # fmt: skip
        more = f" {_capital(_listed(found[1:]))} had orders too." if found[1:] else ""
        return self.result(e, False, f"On bar {bar} an order was made: {verbs}.{more}", bar, rules)

    def position(self, e: Expectation) -> Outcome:
        assert e.bar is not None
        held = self.run.position(e.bar)
        if _close_to(held, e):
            return self.result(e, True)
        was, wanted = together(held, e.value)
        fills = [fill for fill in self.run.fills if fill.bar <= e.bar]
        if fills:
            last = fills[-1]
            why = f" by {last.reason}" if last.reason else ""
            came = f" The last fill was on bar {last.bar}: {last.side} {shown(last.quantity)} at {shown(last.price)}{why}."
        else:
            came = " Nothing was filled up to then."
        return self.result(e, False, f"The position was {was}, not {wanted}.{came}", e.bar)

    def value(self, e: Expectation) -> Outcome:
        assert e.bar is not None
        assert e.expr is not None
        found = self.run.value(key_of(e.expr), e.bar)
        assert found is not None
        if e.kind_of_value == "truth":
            if found == e.value:
                return self.result(e, True)
            happened = f"`{e.what}` was {truth_word(found)}, not {truth_word(e.value)}."
            unknown = found == 1.0
        else:
            if (isnan(found) and isnan(e.value)) or _close_to(found, e):
                return self.result(e, True)
            was, wanted = together(found, e.value)
            happened = f"`{e.what}` was {was}, not {wanted}."
            unknown = isnan(found)
            if not unknown and not isnan(e.value):
                far, allowed = abs(found - e.value), "" if e.loose else f"; {shown(_allowed(found, e))} is allowed"
                happened += f" They differ by {shown(far)}{allowed}."
        if unknown:
            reason = self.explainer.reader.unknowns.reason(e.expr, e.bar)
            happened += f" Why: {reason}." if reason else ""
        return self.result(e, False, happened, e.bar, (), e.what)

    def with_verb(self, verb: str) -> Iterator[int]:
        """The rules that make orders of a verb."""
        for i, rule in enumerate(self.explainer.rules):
            if any(self.verb_of(action.span.start) == verb for action in (*rule.actions, *rule.otherwise)):
                yield i

    def verb_of(self, start: int) -> str:
        return next((code.verb for code in self.explainer.codes if code.span[0] == start), "")

    def picture(self, bar: int | None, rules: tuple[RuleReading, ...], e: Expectation, what: str) -> Picture:
        """The bars around one, with what was given, what the expectation is about, what its rules look at, and the orders made."""
        at = bar if bar is not None else 0
        bars = tuple(range(max(0, at - BEFORE), min(self.bars, at + AFTER + 1)))
        wanted: dict[str, str] = {"close": "@close"}
        wanted.update((name, f"@{name}") for name in self.case.bars.given)
        if e.expr is not None:
            wanted[what] = key_of(e.expr)
        operands = [o for rule in rules for o in _operands(self.explainer.conditions[rule.number - 1])]
        if isinstance(e.expr, Name) and e.expr.name in self.program.typed.names.lets:
            inside = self.explainer.clauses.of(self.program.typed.names.lets[e.expr.name].value)
            operands += _operands(inside)
        for operand in operands:
            if len(wanted) < SHOWN_SERIES + 1 and not operand.fixed and not isinstance(operand.expr, Member):
                wanted.setdefault(operand.text, operand.key)
        columns = [
            Shown(
                name,
                "truth" if self.run.kinds[key] == "truth" else "number",
                tuple(float(self.run.columns[key][i]) for i in bars),
            )
            for name, key in wanted.items()
            if key in self.run.columns
        ]
        for rule in rules:
            key = self.explainer.conditions[rule.number - 1].key
            columns.append(Shown(f"rule {rule.number}", "truth", tuple(float(self.run.columns[key][i]) for i in bars)))
        if self.explainer.rules:
            columns.append(Shown("orders", "text", tuple(", ".join(dict.fromkeys(self.made.get(i, ()))) for i in bars)))
        if e.kind == "position":
            columns.append(Shown("position", "number", tuple(self.run.position(i) for i in bars)))
        return Picture(bar, bars, tuple(columns))


def _operands(clause: Clause) -> Iterator[Operand]:
    if clause.form not in ("held", "within", "moving"):
        yield from clause.operands
    elif clause.form == "moving":
        yield clause.operands[0]
    # What runs on other bars has no place among these.
    for part in clause.parts if clause.form != "elsewhere" else ():
        yield from _operands(part)


def _allowed(found: float, e: Expectation) -> float:
    """How far a number may be from the expected one."""
    if e.loose:
        return max(RELATIVE * max(abs(found), abs(e.value)), SMALLEST)
    return e.tolerance * abs(e.value) if e.relative else e.tolerance


def _close_to(found: float, e: Expectation) -> bool:
    """Whether a number is the expected one. The end of a tolerance is inside, whatever the last digits of the distance are."""
    return abs(found - e.value) <= _allowed(found, e) + SMALLEST * max(abs(found), abs(e.value))


def _words(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _listed(bars: list[int]) -> str:
    """`bar 5`, `bars 5, 6 and 9`, `bars 1, 2, 3 and 40 more`."""
    if len(bars) == 1:
        return f"bar {bars[0]}"
    if len(bars) > 6:
        return f"bars {', '.join(str(bar) for bar in bars[:5])} and {len(bars) - 5} more"
    return f"bars {_words([str(bar) for bar in bars])}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""Readings: a condition as it stood on one bar, clause by clause, with the values of both sides and what decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan

from compiler import syntax as s
from compiler.clauses import Clause, Clauses, Operand, Watched
from runtime.why.numbers import counted, shown, time_word, together, truth_word
from runtime.why.observe import Observed
from runtime.why.unknown import Look, Unknowns

OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True, slots=True)
class ValueReading:
    """A value that a clause looked at: now, and one bar before where the clause looks there. NaN, or truth code 1, is unknown."""

    text: str
    kind: str
    value: float
    before: float | None = None
    fixed: bool = False
    reason: str = ""
    note: str = ""  # of `e on 4h`: the bar that it is of, and what it is made of there


@dataclass(frozen=True, slots=True)
class ClauseReading:
    """A clause on one bar. truth: 0 false, 1 unknown, 2 true. decides: whether the whole condition is what it is because of this part.

    said: the comparison in numbers. reason: why it is unknown. values: the values of both sides; parts: the clauses inside.
    """

    form: str
    text: str
    truth: int
    decides: bool
    said: str
    reason: str
    values: tuple[ValueReading, ...]
    parts: tuple[ClauseReading, ...]

    @property
    def word(self) -> str:
        return truth_word(float(self.truth))


class Reader:
    """Reads the clauses of one run."""

    def __init__(self, clauses: Clauses, known: Mapping[str, Watched], run: Observed, look: Look) -> None:
        self.run = run
        self.clauses = clauses
        self.unknowns = Unknowns(clauses, known, run, look)

    def clause(self, clause: Clause, bar: int, decides: bool = True) -> ClauseReading:
        """A clause as it stood on a bar."""
        truth = self.truth(clause, bar)
        past = clause.form in ("crosses", "new")
        parts = tuple(self.clause(part, bar, False) for part in clause.parts)
        values = tuple(self.value(operand, bar, past) for operand in clause.operands)
        reason = ""
        if truth == 1 and clause.form not in ("all", "any", "not", "name"):
            reason = "" if clause.elsewhere else self.unknowns.reason(clause.expr, bar)
        found = ClauseReading(
            clause.form, clause.text, truth, False, self.said(clause, values, truth, bar), reason, values, parts
        )
        return _decided(found) if decides else found

    def truth(self, clause: Clause, bar: int) -> int:
        if isinstance(clause.expr, s.TruthLiteral):
            return 2 if clause.expr.value else 0
        value = self.run.value(clause.key, bar)
        return 1 if value is None else int(value)

    def value(self, operand: Operand, bar: int, past: bool = False) -> ValueReading:
        """An operand as it stood on a bar."""
        kind, now, before = "number", self.read(operand, bar), None
        if self.run.kinds.get(operand.key) == "truth" or isinstance(operand.expr, s.TruthLiteral):
            kind = "truth"
        if past:
            before = now if operand.fixed else self.before(operand, bar)
        gone = now == 1.0 if kind == "truth" else isnan(now)
        reason = self.unknowns.reason(operand.expr, bar) if gone and not operand.before else ""
        return ValueReading(operand.text, kind, now, before, operand.fixed, reason, self.note(operand, bar))

    def before(self, operand: Operand, bar: int) -> float:
        """An operand one bar before, on its own clock."""
        found = self.run.value(operand.before, bar) if operand.before else None
        return self.read(operand, bar - 1) if found is None else found

    def note(self, operand: Operand, bar: int) -> str:
        """Of `e on 4h` the bar that it is of, and what it is made of there."""
        if not operand.bar:
            return ""
        parts = [f"`{part.text}` is {self._shown(part, bar)}" for part in operand.inner]
        return f"`{operand.text}` is of the {self.bar_of(operand.bar, bar)}{': ' if parts else ''}{', '.join(parts)}"

    def _shown(self, operand: Operand, bar: int) -> str:
        value = self.read(operand, bar)
        return truth_word(value) if self.run.kinds.get(operand.key) == "truth" else shown(value)

    def bar_of(self, column: str, bar: int) -> str:
        """Which bar of another clock or instrument is the last complete one."""
        time = self.run.value(column, bar)
        return "first bar, which is not complete yet" if time is None or isnan(time) else f"bar of {time_word(time)}"

    def read(self, operand: Operand, bar: int) -> float:
        found = self.run.value(operand.key, bar)
        if found is not None:
            return found
        return _literal(operand.expr)

    def said(self, clause: Clause, values: tuple[ValueReading, ...], truth: int, bar: int) -> str:
        """A clause in numbers."""
        percent = any(operand.percent for operand in clause.operands)
        match clause.form:
            case "elsewhere":
                return self.bar_of(clause.bar, bar)
            case "moving" | "held" | "within" if clause.elsewhere:
                return ""  # what it looked back on are not the run's own bars
            case "compare" if all(value.kind == "truth" for value in values):
                return f"{truth_word(values[0].value)} and {truth_word(values[1].value)}"
            case "compare":
                left, right = together(values[0].value, values[1].value, percent=percent)
                way = clause.way if truth == 2 else OPPOSITE[clause.way] if truth == 0 else clause.way
                return f"{left} {way} {right}"
            case "between":
                x, low, high = together(*(value.value for value in values), percent=percent)
                if truth == 0:
                    return f"{x} < {low}" if values[0].value < values[1].value else f"{x} > {high}"
                return f"{low} <= {x} <= {high}"
            case "crosses":
                a, b = values
                if a.before is None or b.before is None:
                    return ""
                first, second, third, fourth = together(a.value, b.value, a.before, b.before, percent=percent)
                return (
                    f"now {first} {_relation(a.value, b.value)} {second}, before {third} {_relation(a.before, b.before)} {fourth}"
                )
            case "moving":
                back = int(values[1].value) if values[1].value == values[1].value else 0
                bars = range(max(0, bar - min(back, 5)), bar + 1)
                return " -> ".join(together(*(self.read(clause.operands[0], k) for k in bars)))
            case "new":
                value = values[0]
                if value.before is None:
                    return ""
                if value.kind == "truth":
                    return f"now {truth_word(value.value)}, before {truth_word(value.before)}"
                now, before = together(value.value, value.before)
                return f"now {now}, before {before}"
            case "available":
                value = values[0]
                return truth_word(value.value) if value.kind == "truth" else together(value.value)[0]
            case "held" | "within":
                return self.counted(clause, values[0], bar)
        return ""

    def counted(self, clause: Clause, length: ValueReading, bar: int) -> str:
        """How often the condition of a phrase held on its bars."""
        if isnan(length.value):
            return ""
        bars = int(length.value)
        truths = [self.truth(clause.parts[0], k) for k in range(max(0, bar - bars + 1), bar + 1)]
        said = f"true on {truths.count(2)} of the last {counted(bars, 'bar')}"
        unknown = truths.count(1) + bars - len(truths)
        return f"{said}, unknown on {unknown}" if unknown else said


def _relation(a: float, b: float) -> str:
    return "and" if isnan(a) or isnan(b) else ">" if a > b else "<" if a < b else "="


def _literal(expr: s.Expr) -> float:
    """The value of a literal, which is written down nowhere."""
    match expr:
        case s.Number(value=value, unit=unit):
            return value / {"%": 100.0, "bps": 10_000.0}.get(unit, 1.0)
        case s.TruthLiteral(value=truth):
            return 2.0 if truth else 0.0
    return float("nan")


def _decided(reading: ClauseReading) -> ClauseReading:
    """The reading with the parts marked that made it what it is."""
    marked: list[ClauseReading] = []
    for part in reading.parts:
        match reading.form:
            case "all":
                counts = part.truth == reading.truth
            case "any":
                counts = part.truth == reading.truth
            case _:
                counts = True
        marked.append(_decided(part) if counts else part)
    return replace(reading, decides=True, parts=tuple(marked))

"""What a test expects: each line checked against what the program has and what the test gives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from compiler import syntax as s
from compiler.build import Builder, Refused
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.filetests.case import RELATIVE, Expectation
from compiler.inference.typed import Env, words
from compiler.inference.work import Inference
from compiler.source import Span
from compiler.types import PLAIN, QUANTITY, RATIO, Type, Unit, joined, settled_unit
from compiler.walk import ungrouped

VERBS = ("buy", "sell", "short", "cover", "exit")


def read_expectations(
    test: s.Test, bars: int, inference: Inference, env: Env, builder: Builder, found: Diagnostics, lost_rules: bool = False
) -> tuple[Expectation, ...]:
    """The expectations of a test that has so many bars; those with a mistake are reported and left out.

    bars: 0 where they have a mistake. lost_rules: whether a line of the program could not be read, so that rules may be missing.
    """
    lines = [line for line in test.lines if isinstance(line, s.TestExpect)]
    if not lines:
        at = Span(test.span.start, test.title.span.end)
        found.error(
            "E0711",
            at,
            "This test has no `expect` line, so it can't fail.",
            "Add a line such as `expect buy at bar 5` or `expect no order`.",
        )
    reader = _Reader(bars, inference, env, builder, found, lost_rules)
    read = [expectation for line in lines if (expectation := reader.line(line)) is not None]
    _contradictions(read, found)
    return tuple(read)


class _Reader:
    """Reads the lines of one test."""

    def __init__(self, bars: int, inference: Inference, env: Env, builder: Builder, found: Diagnostics, lost_rules: bool) -> None:
        self.lost_rules = lost_rules
        self.bars, self.inference, self.env, self.builder, self.found = bars, inference, env, builder, found

    def line(self, line: s.TestExpect) -> Expectation | None:
        text = " ".join(self.env.source.text[line.span.start : line.span.end].split())
        bar: int | None = None
        if line.bar is not None:
            bar = self.bar(line.bar)
            if bar is None:
                return None
        match line.kind:
            case "order":
                assert line.verb is not None
                return Expectation("order", line.span, text, bar, line.verb.name) if self.verb(line.verb) else None
            case "no_order":
                return Expectation("no_order", line.span, text, bar)
            case "position":
                assert line.value is not None
                size = self.number(line.value, QUANTITY, "The position")
                if size is not None and size != size:
                    self.found.error(
                        "E0712", line.value.span, "A position is always known; flat is 0.", "Write a number of units."
                    )
                    return None
                tolerance = self.within(line, QUANTITY, "the position")
                if size is None or tolerance is None:
                    return None
                return Expectation("position", line.span, text, bar, "", "", None, "number", size, *tolerance)
            case "value":
                return self.value(line, text, bar)

    def bar(self, number: s.Number) -> int | None:
        whole = math.isfinite(number.value) and number.value == math.floor(number.value)
        if whole and (not self.bars or number.value < self.bars):
            return int(number.value)
        last = self.bars - 1
        if not whole:
            self.found.error("E0710", number.span, f"Bars are counted by whole numbers from 0; this is {number.value:g}.")
            return None
        many = f"{self.bars} bar{'' if self.bars == 1 else 's'}"
        self.found.error(
            "E0710", number.span, f"There is no bar {number.value:g}: the test gives {many}, and bars count from 0.",
            f"The last is bar {last}.", fixes=(Fix(f"change to {last}", (Edit(number.span, str(last)),)),),
        )  # fmt: skip
        return None

    def verb(self, verb: s.Ident) -> bool:
        made = verbs_of(self.inference.typed.names.file)
        if verb.name in made or self.lost_rules:
            return True
        listed = [v for v in VERBS if v in made]
        hint = f"Its rules {_joined([f'`{v}`' for v in listed])}." if listed else "It has no rule that makes an order."
        self.found.error(
            "E0713", verb.span, f"No rule of this program has `{verb.name}`, so this can't happen.", hint,
            fixes=tuple(Fix(f"change to `{v}`", (Edit(verb.span, v),)) for v in listed[:1] if len(listed) == 1),
        )  # fmt: skip
        return False

    def value(self, line: s.TestExpect, text: str, bar: int | None) -> Expectation | None:
        assert line.what is not None
        assert line.value is not None
        what = " ".join(self.env.source.text[line.what.span.start : line.what.span.end].split())
        if isinstance(ungrouped(line.what), s.Number | s.TruthLiteral | s.UnknownLiteral | s.TextLiteral):
            self.found.error(
                "E0712", line.what.span, f"`{what}` is always the same; a test expects something of a value that follows from the bars.",
                "Name a `let`, a series or a fact, such as `close`.",
            )  # fmt: skip
            return None
        type_ = self.inference.expressions.expr(line.what, self.env)
        if type_.kind == "record":
            self.inference.agreement.record_used(line.what, type_, self.env)
            return None
        if type_.kind == "error":
            return None  # reported where names are
        if type_.kind not in ("number", "truth"):
            self.found.error("E0712", line.what.span, f"`{what}` is {words(type_)}; a test expects numbers and truths.")
            return None
        unknown = isinstance(ungrouped(line.value), s.UnknownLiteral)
        if type_.kind == "truth":
            if line.tolerance is not None:
                self.found.error(
                    "E0712",
                    line.tolerance.span,
                    f"`{what}` is true, false or unknown; there is nothing to be within.",
                    "Leave `within` out.",
                )
                return None
            code = self.truth(line.value, what)
            if code is None:
                return None
            if not self.can_be_built(line.what):
                return None
            return Expectation("value", line.span, text, bar, "", what, line.what, "truth", code)
        unit = settled_unit(type_.unit) or PLAIN
        value = math.nan if unknown else self.number(line.value, unit, f"`{what}`")
        if value is None:
            return None
        tolerance = self.within(line, unit, f"`{what}`")
        if tolerance is None or not self.can_be_built(line.what):
            return None
        return Expectation("value", line.span, text, bar, "", what, line.what, "number", value, *tolerance)

    def can_be_built(self, expr: s.Expr) -> bool:
        """Whether an expression has a place in the graph; why not is reported."""
        before = len(self.found.found)
        try:
            self.builder.expr(expr, self.builder.program_frame())
        except Refused:
            return False
        return len(self.found.found) == before

    def truth(self, value: s.Expr, what: str) -> float | None:
        match ungrouped(value):
            case s.TruthLiteral(value=known):
                return 2.0 if known else 0.0
            case s.UnknownLiteral():
                return 1.0
        self.found.error(
            "E0712", value.span, f"`{what}` is a condition: true, false or unknown.", f"Write `expect {what} … is true`."
        )
        return None

    def number(self, value: s.Expr, unit: Unit, name: str) -> float | None:
        """A fixed number of a unit, NaN for `unknown`; None if it is none, which is reported."""
        if isinstance(ungrouped(value), s.UnknownLiteral):
            return math.nan
        before = len(self.found.found)
        type_ = self.inference.expressions.expr(value, self.env)
        if type_.kind == "error":
            return None
        if not _goes_with(type_, unit):
            self.found.error(
                "E0712",
                value.span,
                f"{name} is {words(Type('number', unit))}, and this is {words(type_)}.",
                "Write a number of the same unit.",
            )
            return None
        try:
            found = self.builder.folded(self.builder.number(value, self.builder.program_frame()))
        except Refused:
            found = None
        if found is None and len(self.found.found) == before:
            self.found.error("E0712", value.span, "What is expected must be a fixed number.", "Write the number itself.")
        return found

    def within(self, line: s.TestExpect, unit: Unit, what: str) -> tuple[float, bool, bool] | None:
        """The tolerance of a line, whether it is a share of the expected value (a percentage of what is none itself), and whether the line
        has none of its own. None if it is wrong, which is reported."""
        if line.tolerance is None:
            return RELATIVE, True, True
        type_ = self.inference.expressions.expr(line.tolerance, self.env)
        share = type_.kind == "number" and settled_unit(type_.unit) == RATIO and unit != RATIO
        value = self.number(line.tolerance, RATIO if share else unit, f"What {what} may differ by")
        if value is None:
            return None
        if not value >= 0 or math.isinf(value):
            self.found.error(
                "E0712", line.tolerance.span, "A tolerance is a number of zero or more.", "For example `within 0.01`."
            )
            return None
        return value, share, False


def _goes_with(type_: Type, unit: Unit) -> bool:
    if type_.kind != "number":
        return False
    found = settled_unit(type_.unit)
    return found is None or found == PLAIN or joined(found, unit) is not None


def verbs_of(file: s.File) -> frozenset[str]:
    """The verbs of all orders that a program's rules make."""
    found: set[str] = set()
    for statement in file.statements:
        actions: Sequence[s.Action] = ()
        if isinstance(statement, s.When):
            actions = (*statement.actions, *statement.otherwise)
        elif isinstance(statement, s.Every):
            actions = statement.actions
        for action in actions:
            if isinstance(action, s.OrderAction):
                found.add(action.verb)
            elif isinstance(action, s.ExitAction):
                found.add("exit")
    return frozenset(found)


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _contradictions(read: Sequence[Expectation], found: Diagnostics) -> None:
    """An order and no order on one bar can't both come true; nor can two values of one name."""
    for i, later in enumerate(read):
        for earlier in read[:i]:
            kinds = {earlier.kind, later.kind}
            bars = {earlier.bar, later.bar}
            against = kinds == {"order", "no_order"} and (len(bars) == 1 or None in bars)
            same = earlier.kind == later.kind and earlier.bar == later.bar
            if same and later.kind == "position":
                against = earlier.value != later.value
            elif same and later.kind == "value" and earlier.what == later.what:
                against = not _can_agree(earlier, later)
            if against:
                found.error(
                    "E0714", later.span, f"This and `{earlier.text}` can't both come true.", "Remove one of the two.", (Label(earlier.span, "the other"),)
                )  # fmt: skip
                break


def _can_agree(a: Expectation, b: Expectation) -> bool:
    if a.value != a.value or b.value != b.value:
        return a.value != a.value and b.value != b.value
    if a.kind_of_value == "truth":
        return a.value == b.value
    return abs(a.value - b.value) <= sum(e.tolerance * (abs(e.value) if e.relative else 1.0) for e in (a, b))

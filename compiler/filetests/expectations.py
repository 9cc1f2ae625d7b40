"""What a test expects: each line checked against what the program has and what the test gives."""

from __future__ import annotations

import math
from collections.abc import Sequence

from compiler import syntax as s
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.filetests.case import RELATIVE, Expectation
from compiler.filetests.place import Place
from compiler.inference.typed import Env, words
from compiler.inference.work import Inference
from compiler.source import Span
from compiler.types import PLAIN, QUANTITY, RATIO, Type, Unit, joined, settled_unit
from compiler.walk import ungrouped

VERBS = ("buy", "sell", "short", "cover", "exit")


def read_expectations(
    test: s.Test, bars: int, inference: Inference, env: Env, place: Place, found: Diagnostics, lost_rules: bool = False
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
    reader = _Reader(bars, inference, env, place, found, lost_rules)
    read = [expectation for line in lines if (expectation := reader.line(line)) is not None]
    _contradictions(read, found)
    return tuple(read)


class _Reader:
    """Reads the lines of one test."""

    def __init__(self, bars: int, inference: Inference, env: Env, place: Place, found: Diagnostics, lost_rules: bool) -> None:
        self.lost_rules = lost_rules
        self.bars, self.inference, self.env, self.place, self.found = bars, inference, env, place, found

    def line(self, line: s.TestExpect) -> Expectation | None:
        text = self.env.source.on_one_line(line.span)
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
        hint = f"Its rules have {_joined([f'`{v}`' for v in listed])}." if listed else "It has no rule that makes an order."
        self.found.error(
            "E0713", verb.span, f"No rule of this program has `{verb.name}`, so this can't happen.", hint,
            fixes=tuple(Fix(f"change to `{v}`", (Edit(verb.span, v),)) for v in listed[:1] if len(listed) == 1),
        )  # fmt: skip
        return False

    def value(self, line: s.TestExpect, text: str, bar: int | None) -> Expectation | None:
        assert line.what is not None
        assert line.value is not None
        what = self.env.source.on_one_line(line.what.span)
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
            if not self.place.has_room_for(line.what):
                return None
            return Expectation("value", line.span, text, bar, "", what, line.what, "truth", code)
        unit = settled_unit(type_.unit) or PLAIN
        value = math.nan if unknown else self.number(line.value, unit, f"`{what}`")
        if value is None:
            return None
        tolerance = self.within(line, unit, f"`{what}`")
        if tolerance is None or not self.place.has_room_for(line.what):
            return None
        return Expectation("value", line.span, text, bar, "", what, line.what, "number", value, *tolerance)

    def truth(self, value: s.Expr, what: str) -> float | None:
        match ungrouped(value):
            case s.TruthLiteral(value=known):
                return 2.0 if known else 0.0
            case s.UnknownLiteral():
                return 1.0
        number = ungrouped(value)
        word = {0.0: "false", 1.0: "true"}.get(number.value) if isinstance(number, s.Number) else None
        fixes = (Fix(f"change to `{word}`", (Edit(value.span, word),)),) if word is not None else ()
        self.found.error(
            "E0712",
            value.span,
            f"`{what}` is a condition: true, false or unknown.",
            f"Write `expect {what} … is true`.",
            fixes=fixes,
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
        found = self.place.number(value)
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
    orders: dict[int | None, Expectation] = {}  # the first of each bar; under None the first of all
    none: dict[int | None, Expectation] = {}
    values: dict[tuple[str, str, int | None], Expectation] = {}
    for later in read:
        other: Expectation | None = None
        match later.kind:
            case "order":
                other = none.get(later.bar) or none.get(None)
                orders.setdefault(later.bar, later)
                orders.setdefault(None, later)
            case "no_order":
                other = orders.get(later.bar)
                none.setdefault(later.bar, later)
            case "position" | "value":
                first = values.setdefault((later.kind, later.what, later.bar), later)
                other = None if _can_agree(first, later) else first
        if other is not None:
            found.error(
                "E0714", later.span, f"This and `{other.text}` can't both come true.", "Remove one of the two.", (Label(other.span, "the other"),),
                (Fix("remove this line", (Edit(later.span, ""),)),),
            )  # fmt: skip


def _can_agree(a: Expectation, b: Expectation) -> bool:
    if a.value != a.value or b.value != b.value:
        return a.value != a.value and b.value != b.value
    if a.kind_of_value == "truth":
        return a.value == b.value
    return abs(a.value - b.value) <= sum(e.tolerance * (abs(e.value) if e.relative else 1.0) for e in (a, b))

"""Corrections of mistakes whose finders offer none: what can be changed, from the diagnostic, the text and the names of the program.

None is safe to apply unseen: each is one likely meaning, and tests compile every one of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from compiler import syntax as s
from compiler.account import FILL_MODELS, LIMITS
from compiler.builtins import MARKET, MEMBERS, TEXTS
from compiler.diagnostics import Diagnostic, Edit, Fix
from compiler.functions import Function, parameter_names, required
from compiler.library import Primitive
from compiler.resolve import Names
from compiler.source import Span
from compiler.suggest import closest
from compiler.text.slices import slices_of


@dataclass(frozen=True, slots=True)
class Mistake:
    """A diagnostic in its program."""

    found: Diagnostic
    text: str
    names: Names
    statement_at: Callable[[int], s.Statement | None]

    @property
    def span(self) -> Span:
        return self.found.span

    @property
    def said(self) -> str:
        return self.text[self.span.start : self.span.end]

    @property
    def line(self) -> Span:
        """The lines that the span touches, the end of the last one included."""
        start = max(self.text.rfind("\n", 0, self.span.start), self.text.rfind("\r", 0, self.span.start)) + 1
        end = re.compile(r"\r\n|\r|\n|\Z").search(self.text, self.span.end)
        return Span(start, end.end() if end else len(self.text))

    @property
    def line_end(self) -> int:
        return len(self.text[: self.line.end].rstrip("\r\n"))

    def statement(self) -> s.Statement | None:
        """The statement of the program that the mistake stands in."""
        return self.statement_at(self.span.start)


def corrected(
    d: Diagnostic, text: str, names: Names, statement_at: Callable[[int], s.Statement | None] | None = None
) -> Diagnostic:
    """The diagnostic with what can be done about it. statement_at: the statement at an offset of the text, where the places of those of
    `names` are none of the text."""
    if d.fixes or d.source is not None or d.code not in CORRECTIONS:
        return d

    def written(offset: int) -> s.Statement | None:
        return next((x for x in names.file.statements if x.span.start <= offset <= x.span.end), None)

    fix = CORRECTIONS[d.code](Mistake(d, text, names, statement_at or written))
    return d if fix is None else replace(d, fixes=(fix,))


def _replaced(span: Span, text: str, title: str = "") -> Fix:
    return Fix(title or f"change to `{text}`", (Edit(span, text),))


def _inserted(at: int, text: str, title: str) -> Fix:
    return Fix(title, (Edit(Span(at, at), text),))


def _without_line(m: Mistake) -> Fix:
    return Fix("remove this line", (Edit(m.line, ""),))


def _without_card(m: Mistake) -> Fix | None:
    card = next((c for c in slices_of(m.text) if c.pieces[0].start == m.span.start), None)
    return None if card is None else Fix("remove it", (Edit(Span(m.line.start, card.end), ""),))


def _edition_first(m: Mistake) -> Fix:
    return Fix(
        "move it to the first line", (Edit(m.line, ""), Edit(Span(0, 0), m.text[m.line.start : m.line_end].strip() + "\n"))
    )


def _own_name(m: Mistake) -> Fix:
    return _replaced(m.span, f"my_{m.said}", f"call it `my_{m.said}`")


def _remembered(m: Mistake) -> Fix | None:
    """`let total = total + x` builds on its own past."""
    statement = m.statement()
    if not isinstance(statement, s.Let) or statement.name.span != m.span:
        return None
    end = statement.value.span.end
    word = Span(statement.span.start, statement.span.start + len("let"))
    return Fix("carry it from bar to bar", (Edit(word, "remember"), Edit(Span(end, end), " initially 0")))


def _without_argument(m: Mistake) -> Fix | None:
    comma = re.search(r",\s*\Z", m.text[: m.span.start])
    return None if comma is None else Fix(f"remove `{m.said}`", (Edit(Span(comma.start(), m.span.end), ""),))


def _argument_by_place(m: Mistake) -> Fix | None:
    equals = re.compile(r"\s*=\s*").match(m.text, m.span.end)
    return None if equals is None else Fix("give it by its place", (Edit(Span(m.span.start, equals.end()), ""),))


_LIKELY = {"position": "size", "account": "equity", "time": "hour"}


def _part(m: Mistake) -> Fix | None:
    part = _LIKELY.get(m.said) or next(iter(MEMBERS.get(m.said, ())), None)
    return None if part is None else _inserted(m.span.end, f".{part}", f"write `{m.said}.{part}`")


def _sample(function: Function, index: int) -> str:
    """A value for an argument that has no default."""
    if isinstance(function, Primitive):
        return {"series": "close", "truth": "close > open", "window": "14 bars", "number": "0.5"}[function.parameters[index].kind]
    return "close"


def _called(m: Mistake) -> Fix | None:
    function = m.names.function(m.said)
    if function is None:
        return None
    needed = [_sample(function, i) for i in range(len(parameter_names(function))) if required(function, i)]
    call = f"{m.said}({', '.join(needed)})"
    return _replaced(m.span, call, f"write `{call}`")


def _indexed(m: Mistake) -> Fix | None:
    call = re.compile(r"\(\s*(\d+)?(?: bars?)?\s*\)").match(m.text, m.span.end)
    if call is None:
        return None
    meant = f"{m.said}[{call[1]}]" if call[1] else m.said
    return _replaced(Span(m.span.start, call.end()), meant, f"write `{meant}`")


def _with_argument(m: Mistake) -> Fix | None:
    missing = re.search(r"needs `(\w+)`", m.found.message)
    name = re.match(r"[a-z_][a-z0-9_]*", m.said)
    function = m.names.function(name[0]) if name else None
    if missing is None or function is None or missing[1] not in parameter_names(function) or not m.said.endswith(")"):
        return None
    value = _sample(function, parameter_names(function).index(missing[1]))
    empty = re.fullmatch(r"\w+\(\s*\)", m.said) is not None
    by_name = isinstance(function, Primitive) or m.names.function(m.said) is None
    added = f"{'' if empty else ', '}{f'{missing[1]} = ' if by_name and not empty else ''}{value}"
    return _inserted(m.span.end - 1, added, f"add `{added.removeprefix(', ')}`")


def _filled_in(m: Mistake) -> Fix | None:
    said = re.search(r"called `(\w+)`", m.found.message)
    if said is None:
        return None
    near = closest(said[1], [*m.names.inputs, *m.names.lets, *m.names.states, *MARKET, *TEXTS])
    at = m.said.find(f"{{{said[1]}}}")
    if near is None or at < 0:
        return None
    start = m.span.start + at + 1
    return _replaced(Span(start, start + len(said[1])), near)


def _hours(m: Mistake) -> Fix | None:
    """`9.30-16.00` as `09:30-16:00`."""
    ends = re.search(r"(\d{1,2})(?:[.:h](\d{2}))?\s*(?:-|to)\s*(\d{1,2})(?:[.:h](\d{2}))?(?![\d:])", m.said)
    if ends is None or "hours" not in m.found.message:
        return None
    first, second = ((int(ends[i]), int(ends[i + 1] or 0)) for i in (1, 3))
    if not all(hour < 24 and minute < 60 for hour, minute in (first, second)) or first >= second:
        return None
    meant = f"{first[0]:02}:{first[1]:02}-{second[0]:02}:{second[1]:02}"
    return _replaced(Span(m.span.start + ends.start(), m.span.start + ends.end()), meant, f"write `{meant}`")


def _whole_count(m: Mistake) -> Fix | None:
    if re.fullmatch(r"[\d_.]+", m.said) is None:
        return None
    meant = str(max(1, round(float(m.said))))
    return _replaced(m.span, meant, f"write `{meant}`")


def _all_of_it(m: Mistake) -> Fix | None:
    return _replaced(m.span, "100%") if "whole position" in m.found.message and re.fullmatch(r"[\d_.]+%", m.said) else None


def _without_share(m: Mistake) -> Fix | None:
    share = re.compile(r"protect(\s+\S[^\r\n]*?\s+of)\s+position").search(m.text, m.line.start, m.line.end)
    return None if share is None else Fix("replace them on all of it", (Edit(Span(*share.span(1)), ""),))


def _room_for_two(m: Mistake) -> Fix | None:
    line = re.search(r"(?m)^[ \t]*pyramiding\s+(\d+)[ \t]*(?:#|$)", m.text)
    if line is not None:
        return _replaced(Span(*line.span(1)), "2", "set `pyramiding 2`")
    head = re.search(r"(?m)^[ \t]*settings\b[^\r\n]*", m.text)
    return None if head is None else _inserted(head.end(), "\n  pyramiding 2", "set `pyramiding 2`")


def _as_number(m: Mistake) -> Fix | None:
    if "is a condition" not in m.found.message:
        return None
    condition = m.said[1:-1] if re.fullmatch(r"\([^()]*\)", m.said) else m.said
    return _replaced(m.span, f"(if {condition} then 1 else 0 end)", "make it 1 where it is true and 0 where it is false")


def _unquoted(m: Mistake) -> Fix | None:
    name = m.said.strip('"')
    known = name in MARKET or name in m.names.lets or name in m.names.inputs or name in m.names.states
    return _replaced(m.span, name, f"plot `{name}` itself") if known else None


def _let_instead(m: Mistake) -> Fix | None:
    """An input that is worth something else on every bar is no input."""
    statement = m.statement()
    if not isinstance(statement, s.Input) or statement.default.span != m.span or m.said.startswith("input"):
        return None
    value = m.said
    return _replaced(Span(statement.span.start, statement.span.end), f"let {statement.name.name} = {value}", "name it with `let`")


def _stop(m: Mistake) -> str:
    """A stop for the order above."""
    verbs = re.findall(r"(?m)^[ \t]*(buy|short)\b", m.text[: m.span.end])
    return f"stop loss at entry {'+' if verbs and verbs[-1] == 'short' else '-'} 2 * atr(14)"


def _stop_below(m: Mistake) -> Fix:
    return _inserted(m.line_end, f"\n    {_stop(m)}", f"add `{_stop(m)}`")


def _stop_above(m: Mistake) -> Fix:
    return _inserted(m.line.start, f"    {_stop(m)}\n", f"add `{_stop(m)}`")


def _sized(m: Mistake) -> Fix:
    return _inserted(m.span.end, " 10% of equity", "add `10% of equity`")


def _fill_model(m: Mistake) -> Fix | None:
    word = re.compile(r"fills\s+([a-z_0-9]+)").search(m.text, m.line.start, m.line.end)
    if word is None:
        return None
    meant = closest(word[1], FILL_MODELS) or FILL_MODELS[0]
    return _replaced(Span(word.start(1), word.end(1)), meant)


def _limit(m: Mistake) -> Fix | None:
    word = re.compile(r"limit\s+([a-z_0-9]+)").search(m.text, m.line.start, m.line.end)
    near = closest(word[1], (*LIMITS, "direction")) if word else None
    return None if word is None or near is None else _replaced(Span(word.start(1), word.end(1)), near)


def _other_side(m: Mistake) -> Fix | None:
    sign = re.match(r"entry\s*([+-])", m.said)
    if sign is None:
        return None
    meant = m.said[: sign.start(1)] + ("-" if sign[1] == "+" else "+") + m.said[sign.end(1) :]
    return _replaced(m.span, meant, f"write `{meant}`")


def _longest(m: Mistake) -> Fix | None:
    longest = re.search(r"allowed, ([\d,]+)", m.found.message)
    if longest is None or re.fullmatch(r"[\d_]+( bars)?", m.said) is None:
        return None
    return _replaced(
        m.span, longest[1].replace(",", "_") + (" bars" if m.said.endswith("bars") else ""), "take the longest allowed"
    )


def _into_range(m: Mistake) -> Fix | None:
    statement = m.statement()
    if not isinstance(statement, s.Input) or not isinstance(statement.default, s.Number):
        return None
    if isinstance(statement.low, s.Number) and isinstance(statement.high, s.Number):
        if statement.default.unit in ("%", "bps") and not statement.low.unit and not statement.high.unit:
            unit = m.text[statement.default.span.start : statement.default.span.end].lstrip("0123456789._")
            low, high = (self_text(m.text, end) + unit for end in (statement.low, statement.high))
            return Fix(f"write the range as `{low} .. {high}`", (Edit(statement.low.span, low), Edit(statement.high.span, high)))
        near = statement.low if statement.default.value < statement.low.value else statement.high
        meant = self_text(m.text, near)
        if near.unit != statement.default.unit and near.unit in (None, ""):
            meant += m.text[statement.default.span.start : statement.default.span.end].lstrip("0123456789._")
        return _replaced(statement.default.span, meant)
    return None


def self_text(text: str, expr: s.Expr) -> str:
    return text[expr.span.start : expr.span.end]


def _commission(m: Mistake) -> Fix:
    head = re.search(r"(?m)^[ \t]*settings\b[^\r\n]*", m.text)
    if head is not None:
        return _inserted(head.end(), "\n  commission 0.1%", "add `commission 0.1%`")
    first = re.search(r"(?m)^[ \t]*(?:trade|strategy)\b[^\r\n]*(?:\r\n|\r|\n)", m.text)
    rule = re.search(r"(?m)^[ \t]*when\b", m.text)
    at = rule.start() if rule is not None else first.end() if first is not None else len(m.text)
    return _inserted(at, "settings\n  commission 0.1%\n\n", "add `commission 0.1%`")


def _next_open(m: Mistake) -> Fix | None:
    words = re.compile(r"at\s+this\s+close").search(m.text, m.line.start, m.line.end)
    return None if words is None else _replaced(Span(*words.span()), "at next open")


def _expectation(m: Mistake) -> Fix | None:
    statement = m.statement()
    return None if statement is None else _inserted(statement.span.end, "\n  expect no order", "add `expect no order`")


def _bars_of_test(m: Mistake) -> Fix:
    return _inserted(m.line_end, "\n  given close = [10, 11, 12]", "add `given close = [10, 11, 12]`")


def _another_title(m: Mistake) -> Fix | None:
    title = re.compile(r'"([^"\r\n]*)"').search(m.text, m.line.start, m.line.end)
    return None if title is None else _replaced(Span(title.end(1), title.end(1)), " again", f"call it `{title[1]} again`")


CORRECTIONS: dict[str, Callable[[Mistake], Fix | None]] = {
    "E0103": _edition_first,
    "E0104": _without_card,
    "E0106": _without_card,
    "E0204": _own_name,
    "E0205": _remembered,
    "E0207": _without_argument,
    "E0209": _part,
    "E0210": _called,
    "E0211": _indexed,
    "E0212": _argument_by_place,
    "E0213": _without_argument,
    "E0216": _with_argument,
    "E0218": _filled_in,
    "E0306": _as_number,
    "E0311": _unquoted,
    "E0404": _let_instead,
    "E0411": _hours,
    "E0504": _stop_below,
    "E0505": _stop_above,
    "E0506": _without_line,
    "E0507": _without_line,
    "E0508": _sized,
    "E0509": _without_line,
    "E0511": _fill_model,
    "E0512": _limit,
    "E0513": _all_of_it,
    "E0514": _other_side,
    "E0522": _without_share,
    "E0531": _whole_count,
    "E0604": _longest,
    "E0607": _into_range,
    "E0704": _bars_of_test,
    "E0711": _expectation,
    "E0714": _without_line,
    "W0502": _commission,
    "W0505": _next_open,
    "W0526": _room_for_two,
    "W0710": _another_title,
}

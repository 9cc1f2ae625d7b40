"""Expressions as other languages write them, and schedules as people say them: how each is written here."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.diagnostics import Diagnostic, Edit, Fix
from compiler.source import Span
from compiler.text.automaton import Failure
from compiler.text.mend import Mend, span_of
from compiler.text.tokens import END, LEAD, WORD, Token
from compiler.words import LEADING, RESERVED

_OPENING, _CLOSING = ("LPAR", "LSQB"), ("RPAR", "RSQB")
_BEFORE = ("EQUAL", "COMMA")
_EDGES = frozenset(("at", "of", "by", "risking", "after", "where", "initially", "weighted", "named"))
"""Words that an expression does not go across."""
_VALUES = ("NUMBER", "DURATION", *_OPENING)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def if_after_value(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`a if c else b`."""
    if tokens[i].text != "if" or tokens[i].kind != WORD or i < 2:
        return None
    first, otherwise = _begin(tokens, i), _else_of(tokens, i)
    if otherwise is None or first == i:
        return None
    last = _end(tokens, otherwise + 1)
    condition = _written(tokens[i + 1 : otherwise])
    if last == otherwise + 1 or not condition:
        return None
    at, end = tokens[first].start, tokens[last - 1].end
    edits = (
        Edit(Span(at, at), f"if {condition} then "),
        Edit(Span(tokens[i - 1].end, tokens[otherwise].start), " "),
        Edit(Span(end, end), " end"),
    )
    return Mend(
        Diagnostic(
            "E0110", span_of(tokens[i]), "A choice between values begins with `if`: `if condition then a else b end`.",
            fixes=(Fix("write `if … then … else … end`", edits, safe=True),),
        )
    )  # fmt: skip


def remainder(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`a % b`."""
    before, after = tokens[i - 1], tokens[i + 1] if i + 1 < len(tokens) else None
    if tokens[i].kind != "PERCENT" or after is None or before.kind == "NUMBER":
        return None
    if not (after.kind in _VALUES or (after.kind == WORD and after.text not in RESERVED)):
        return None
    hint = "It is `a - b * floor(a / b)`."
    fixes: tuple[Fix, ...] = ()
    alone = i < 2 or (tokens[i - 2].kind not in ("STAR", "SLASH", "MINUS", "DOT") and tokens[i - 2].text != ".")
    follows = tokens[i + 2] if i + 2 < len(tokens) else None
    if before.kind == WORD and alone and after.kind in ("NUMBER", WORD) and (follows is None or _ends_value(follows)):
        meant = f"({before.text} - {after.text} * floor({before.text} / {after.text}))"
        hint = f"It is `{meant[1:-1]}`."
        fixes = (Fix(f"write `{meant}`", (Edit(Span(before.start, after.end), meant),), safe=True),)
    return Mend(
        Diagnostic("E0110", span_of(tokens[i]), "There is no sign for the remainder of a division.", hint=hint, fixes=fixes)
    )


def day_of_week(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`every friday`, `every friday at "15:00"`."""
    day = tokens[i]
    name = day.text.removesuffix("s") if day.text.endswith("days") else day.text
    if i != 1 or tokens[0].text != "every" or name not in DAYS:
        return None
    number = DAYS.index(name) + 1
    said = f"A schedule names no day of the week; {name.capitalize()} is `time.weekday == {number}`."
    timed = len(tokens) > 4 and tokens[2].text == "at" and tokens[3].kind == "STRING"
    if not timed:
        hint = f'Write `every day at "15:45" where time.weekday == {number}`, or `every week end` for the last bar of the week.'
        return Mend(Diagnostic("E0110", span_of(day), said, hint=hint))
    clock, more = tokens[3], tokens[4]
    if more.text == "where":
        second = Edit(Span(more.end, more.end), f" time.weekday == {number} and")
    elif more.kind == END:
        second = Edit(Span(clock.end, clock.end), f" where time.weekday == {number}")
    else:
        return None
    fix = Fix(f"write `day` and `time.weekday == {number}`", (Edit(span_of(day), "day"), second), safe=more.kind == END)
    return Mend(
        Diagnostic("E0110", span_of(day), said, fixes=(fix,)), [tokens[0], Token(WORD, "day", day.start, day.end), *tokens[2:]]
    )


def within_without_last(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`a > b within 3 bars`, `within the last 3 bars`."""
    token, after = tokens[i], tokens[i + 1] if i + 1 < len(tokens) else None
    if tokens[i - 1].text != "within" or expected != {"LAST"} or after is None:
        return None
    said = "How long ago a condition may have been true is written `within last …`."
    if token.text == "the" and after.text == "last":
        fix = Fix("remove `the`", (Edit(Span(token.start, after.start), ""),), safe=True)
        return Mend(Diagnostic("E0110", span_of(token), said, fixes=(fix,)), [*tokens[:i], *tokens[i + 1 :]])
    if token.kind not in _VALUES and not (token.kind == WORD and token.text not in RESERVED):
        return None
    fix = Fix("add `last`", (Edit(Span(token.start, token.start), "last "),), safe=True)
    last = Token(WORD, "last", token.start, token.start)
    return Mend(Diagnostic("E0110", span_of(token), said, fixes=(fix,)), [*tokens[:i], last, *tokens[i:]])


def hold_for(tokens: list[Token], i: int, failure: Failure, expected: frozenset[str]) -> Mend | None:
    """`hold for 5 bars`, `hold 5 bars`."""
    if i != 1 or len(tokens) < 3 or tokens[0].text != "hold" or not failure.takes(("AT", "MOST")):
        return None
    token, after = tokens[1], tokens[2]
    at_most = [Token(WORD, word, token.start, token.start) for word in ("at", "most")]
    if token.text == "for" and (after.kind in _VALUES or (after.kind == WORD and after.text not in RESERVED)):
        edit, rest = Edit(span_of(token), "at most"), tokens[2:]
    elif token.kind == "NUMBER":
        edit, rest = Edit(Span(token.start, token.start), "at most "), tokens[1:]
    else:
        return None
    said = "How long a position is held is written `hold at most …`."
    return Mend(
        Diagnostic("E0110", span_of(token), said, fixes=(Fix("write `at most`", (edit,), safe=True),)),
        [tokens[0], *at_most, *rest],
    )


def _begin(tokens: Sequence[Token], i: int) -> int:
    """Where the expression begins whose next token would be tokens[i]."""
    depth = 0
    for at in range(i - 1, -1, -1):
        token = tokens[at]
        depth += (token.kind in _CLOSING) - (token.kind in _OPENING)
        if depth < 0 or (depth == 0 and (token.kind in (*_BEFORE, LEAD) or token.text in _EDGES or token.text in LEADING)):
            return at + 1
    return 0


def _end(tokens: Sequence[Token], i: int) -> int:
    """Behind the last token of the expression that begins at tokens[i]."""
    depth = 0
    for at in range(i, len(tokens)):
        token = tokens[at]
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        if depth < 0 or (depth == 0 and (token.kind in (*_BEFORE, END, "STRING") or token.text in _EDGES)):
            return at
    return len(tokens)


def _else_of(tokens: Sequence[Token], i: int) -> int | None:
    """The `else` of the `if` at tokens[i], where no `then` and no other `if` comes before it."""
    depth = 0
    for at in range(i + 1, len(tokens)):
        token = tokens[at]
        depth += (token.kind in _OPENING) - (token.kind in _CLOSING)
        if depth < 0 or token.kind == END or (depth == 0 and (token.kind in _BEFORE or token.text in ("if", "then"))):
            return None
        if depth == 0 and token.text == "else":
            return at if all(later.text not in ("if", "end", "else") for later in tokens[at + 1 :]) else None
    return None


def _ends_value(token: Token) -> bool:
    return token.kind not in (*_OPENING, WORD, "DOT", "PERCENT") or token.text in RESERVED


def _written(tokens: Sequence[Token]) -> str:
    """Tokens as a text in one line."""
    found = ""
    for at, token in enumerate(tokens):
        found += (" " if at and token.start > tokens[at - 1].end else "") + token.text
    return found

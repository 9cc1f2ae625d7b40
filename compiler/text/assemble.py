"""Joins the lines of a card into its statement: actions under rules, attached lines under orders, and so on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from compiler import syntax as s
from compiler.diagnostics import Diagnostic
from compiler.source import Span


@dataclass(frozen=True, slots=True)
class Line:
    """One read line. `node` is what its leading word begins, None if it could not be read (which has been reported)."""

    word: str
    span: Span
    node: Any
    broken: bool = False
    cut: int | None = None  # where this line's card begins, if it was found to begin a statement inside another's text


_HOMES = {
    "otherwise": "under a rule `when …`, once, after its actions",
    "give": "at the end of a `define` that has no `=`",
    "with": 'in a `test "…"`',
    "given": 'in a `test "…"`',
    "expect": 'in a `test "…"`',
    "stop": "under an order such as `buy`, or under `protect`",
    "take": "under an order such as `buy`, or under `protect`",
    "trail": "under an order such as `buy`, or under `protect`",
    "expire": "under an order such as `buy`",
}
_RULES = "under a rule `when …` or `every …`"


def assemble(lines: Sequence[Line], problems: list[Diagnostic]) -> s.Statement | None:
    """The statement of a card: its first line, with the others in their places. Lines out of place are reported."""
    first = lines[0]
    head, under = first.node, lines[1:]
    if isinstance(head, s.When | s.Every):
        return _rule(head, under, first.broken, problems)
    if isinstance(head, s.Settings):
        return _settings(head, under, problems)
    if isinstance(head, s.Test):
        return _test(head, under, problems)
    if isinstance(head, s.Define) and not head.outputs:
        return _define(head, under, first.broken, problems)
    statement = head if isinstance(head, s.Statement) else None
    # A line under one that could not be read may well belong there.
    lost = any(line.node is None or line.broken for line in lines)
    for line in lines if statement is None else under:
        if line.node is not None and not lost:
            _misplaced(line, problems)
            break  # what follows misses the same thing
    return statement


def _misplaced(line: Line, problems: list[Diagnostic]) -> None:
    if line.node is None or line.broken:
        return
    said = line.word
    if isinstance(line.node, s.HoldTop):
        said, home = "hold top", "under a scheduled rule `every …`"
    elif isinstance(line.node, s.Attached):
        said = {
            "stop": "stop loss",
            "take": "take profit",
            "trail": "trail by",
            "hold": "hold at most",
            "expire": "expire after",
        }[line.word]
        home = _HOMES.get(line.word, _HOMES["expire"])
    else:
        home = _HOMES.get(line.word, _RULES)
    # The word may be written shorter than it was read.
    span = Span(line.span.start, min(line.span.end, line.span.start + len(line.word)))
    problems.append(Diagnostic("E0105", span, f"`{said}` stands {home}; there is none above."))


def _whole_span(head: Span, under: Sequence[Line]) -> Span:
    return Span(head.start, max([head.end, *(line.span.end for line in under)]))


def _rule(head: s.When | s.Every, under: Sequence[Line], broken: bool, problems: list[Diagnostic]) -> s.When | s.Every:
    branches: list[list[s.Action]] = [[]]
    heads: list[Span] = [head.span]
    attached: list[s.Attached] = []
    order: s.Action | None = None
    lost = False  # the last line could not be read: what stands under it is not misplaced
    unread = [broken]

    def close() -> None:
        if order is not None:
            branches[-1].append(_with_attached(order, tuple(attached)))
        attached.clear()

    for line in under:
        node = line.node
        if node is None:
            lost = unread[-1] = True
        elif isinstance(node, s.Attached):
            if isinstance(order, s.OrderAction | s.ExitAction | s.ProtectAction):
                attached.append(node)
            elif not lost:
                _misplaced(line, problems)
                lost = unread[-1] = True
        elif line.word == "otherwise" and isinstance(head, s.When) and len(branches) == 1:
            close()
            order, lost = None, False
            branches.append([])
            heads.append(line.span)
            unread.append(False)
        elif isinstance(node, s.Action) and not (isinstance(node, s.HoldTop) and isinstance(head, s.When)):
            close()
            order, lost = node, False
        else:
            if not lost:
                _misplaced(line, problems)
            lost = unread[-1] = True
    close()
    for branch, span, missed in zip(branches, heads, unread, strict=True):
        if not branch and not missed:
            word = "otherwise" if span is not heads[0] else "when" if isinstance(head, s.When) else "every"
            problems.append(
                Diagnostic(
                    "E0130", Span(span.start, min(span.end, span.start + len(word))), f"This `{word}` has nothing to do.",
                    hint="Give it an action on the next line, such as `buy 10% of equity`.",
                )
            )  # fmt: skip
    span = _whole_span(head.span, under)
    if isinstance(head, s.Every):
        return s.Every(span, head.words, head.at, head.where, tuple(branches[0]), head.doc)
    otherwise = tuple(branches[1]) if len(branches) > 1 else ()
    return s.When(span, head.condition, tuple(branches[0]), otherwise, len(branches) > 1, head.doc)


def _with_attached(order: s.Action, attached: tuple[s.Attached, ...]) -> s.Action:
    if attached and isinstance(order, s.OrderAction | s.ExitAction | s.ProtectAction):
        return replace(order, span=order.span.to(attached[-1].span), attached=attached)
    return order


def _settings(head: s.Settings, under: Sequence[Line], problems: list[Diagnostic]) -> s.Settings:
    lines: list[s.Setting] = []
    for line in under:
        if isinstance(line.node, s.Setting):
            lines.append(line.node)
        else:
            _misplaced(line, problems)
    return s.Settings(_whole_span(head.span, under), tuple(lines), head.doc)


def _test(head: s.Test, under: Sequence[Line], problems: list[Diagnostic]) -> s.Test:
    lines: list[s.TestLine] = []
    for line in under:
        if isinstance(line.node, s.TestLine):
            lines.append(line.node)
        else:
            _misplaced(line, problems)
    return s.Test(_whole_span(head.span, under), head.title, head.doc, tuple(lines))


def _define(head: s.Define, under: Sequence[Line], broken: bool, problems: list[Diagnostic]) -> s.Define:
    body: list[s.Let | s.Remember] = []
    outputs: tuple[s.Output, ...] = ()
    unread = broken
    for line in under:
        if line.word == "give" and not outputs and line.node is not None:
            outputs = line.node
        elif isinstance(line.node, s.Let | s.Remember):
            body.append(line.node)
        else:
            unread = unread or line.node is None
            _misplaced(line, problems)
    if not outputs:
        if not unread:
            problems.append(
                Diagnostic(
                    "E0107", Span(head.span.start, head.name.span.end), f"`define {head.name.name}` gives nothing back.",
                    hint="Write `= …` after the parameters, or close the lines under it with `give …`.",
                )
            )  # fmt: skip
        outputs = (s.Output(head.span, None, s.ErrorExpr(head.span)),)
    span = _whole_span(head.span, under).to(outputs[-1].span)
    return s.Define(span, head.name, head.params, tuple(body), outputs, head.doc)

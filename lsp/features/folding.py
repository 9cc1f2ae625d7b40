"""`textDocument/foldingRange`: statements with the lines under them, orders with what is attached, comments, and `use` lines together."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.source import Span
from lsp.view import View


def folding(view: View, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """Whole lines, of which the first stays in sight; of two that begin on one line the larger."""
    found: dict[int, types.FoldingRange] = {}
    for first, last, kind in (*_statements(view), *_uses(view), *_comments(view)):
        if last > first and (first not in found or found[first].end_line < last):
            found[first] = types.FoldingRange(first, last, kind=kind)
    return [found[first] for first in sorted(found)]


_Fold = tuple[int, int, types.FoldingRangeKind | None]


def _statements(view: View) -> Iterator[_Fold]:
    for statement in view.analysis.statements:
        yield _lines(view, statement.span)
        match statement:
            case s.When(actions=actions, otherwise=otherwise):
                yield from _actions(view, (*actions, *otherwise))
                if actions and otherwise:
                    rest = view.analysis.outer(Span(actions[-1].span.end, otherwise[-1].span.end))
                    at = view.text.find("otherwise", rest.start, rest.end)
                    if at >= 0:
                        yield (view.position(at).line, view.position(rest.end).line, None)
            case s.Every(actions=actions):
                yield from _actions(view, actions)


def _actions(view: View, actions: tuple[s.Action, ...]) -> Iterator[_Fold]:
    for action in actions:
        yield _lines(view, action.span)


def _lines(view: View, span: Span) -> _Fold:
    at = view.range(span)
    return at.start.line, at.end.line, None


def _uses(view: View) -> Iterator[_Fold]:
    """`use` lines that follow each other."""
    run: list[s.Use] = []
    for statement in (*view.analysis.statements, None):
        if isinstance(statement, s.Use):
            run.append(statement)
        elif run:
            first, last = view.range(run[0].span).start.line, view.range(run[-1].span).end.line
            yield first, last, types.FoldingRangeKind.Imports
            run = []


def _comments(view: View) -> Iterator[_Fold]:
    """Lines of comments that follow each other."""
    first = -1
    for number in range(len(view.document.starts) + 1):
        if view.document.line(number).lstrip(" \t").startswith("#"):
            first = number if first < 0 else first
        elif first >= 0:
            yield first, number - 1, types.FoldingRangeKind.Comment
            first = -1

"""`textDocument/selectionRange`: what is around a place, from the word outwards: expressions, the line, the statement, its comments, the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from lsprotocol import types

from compiler.source import Span
from lsp.occurrences import cell_at
from lsp.view import View

_WORD = re.compile(r"[A-Za-z_0-9]+")


def selection(view: View, params: types.SelectionRangeParams) -> list[types.SelectionRange]:
    """One for each position: ranges that hold each other, the innermost first."""
    return [_around(view, view.offset(position)) for position in params.positions]


def _around(view: View, offset: int) -> types.SelectionRange:
    result = types.SelectionRange(view.outer_range(Span(0, len(view.text))))
    inside = Span(0, len(view.text))
    for span in sorted(_spans(view, offset), key=lambda x: x.start - x.end):
        if inside.start <= span.start and span.end <= inside.end and span != inside:
            result, inside = types.SelectionRange(view.outer_range(span), result), span
    return result


def _spans(view: View, offset: int) -> Iterator[Span]:
    """Places of the text that hold an offset. Some may overlap others in part."""
    text, document = view.text, view.document
    number = document.place(offset).line
    start, line = document.starts[number], document.line(number)
    yield Span(start, start + len(line))
    blank = len(line) - len(line.lstrip(" \t"))
    if offset >= start + blank:
        yield Span(start + blank, max(start + len(line.rstrip()), start + blank, offset))
    for word in _WORD.finditer(line):
        if word.start() <= offset - start <= word.end():
            yield Span(start + word.start(), start + word.end())
    found = cell_at(view, offset)
    if found is None:
        return
    cell, inner = found
    first = view.analysis.layout.starts[view.analysis.layout.at(offset)]
    end = first + len(cell.text)
    yield Span(first, end)
    if offset <= first + len(cell.text.rstrip()):
        lead = len(cell.text) - len(cell.text.lstrip())
        yield Span(min(first + lead, offset), max(first + len(cell.text.rstrip()), offset))
    for statement in cell.statements:
        for span in _nodes(statement):
            if span.start <= inner <= span.end:
                outer = view.analysis.outer(span)
                yield outer
                if text[outer.start : outer.start + 1] in ('"', "(", "[") and outer.start < offset < outer.end:
                    yield Span(outer.start + 1, outer.end - 1)


def _nodes(root: object) -> Iterator[Span]:
    """The span of every node of a tree."""
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, tuple):
            stack.extend(node)
        elif is_dataclass(node) and not isinstance(node, Span | type):
            yield node.span  # type: ignore[attr-defined]
            stack.extend(getattr(node, f.name) for f in fields(node))

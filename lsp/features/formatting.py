"""`textDocument/formatting`: the canonical layout, as edits of the lines that differ, so that cursors and marks elsewhere stay."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from lsprotocol import types

from compiler.source import Span
from compiler.text.format import format_source
from lsp.document import Document
from lsp.view import View

_LINE_END = re.compile(r"\r\n|\r|\n")


def formatting(view: View, params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
    """The edits that lay out a document; an empty list if it is laid out already. Line ends stay what they are."""
    return [types.TextEdit(view.outer_range(span), text) for span, text in differing(view.document, format_source(view.text))]


def differing(document: Document, new: str) -> list[tuple[Span, str]]:
    """The places of a document to be replaced, in their order, so that it reads as `new`: whole lines, and of a changed line what differs."""
    before = [document.line(number) for number in range(len(document.starts))]
    after = _LINE_END.split(new)
    ends = found[0] if (found := _LINE_END.search(document.text)) else "\n"
    edits: list[tuple[Span, str]] = []
    for kind, first, last, new_first, new_last in _changes(before, after):
        lines = after[new_first:new_last]
        if kind == "equal":
            continue
        if last - first == len(lines):
            pairs = ((first + n, line) for n, line in enumerate(lines) if before[first + n] != line)
            edits.extend(_within(document.starts[number], before[number], line) for number, line in pairs)
        elif last < len(before):
            edits.append((Span(document.starts[first], document.starts[last]), "".join(line + ends for line in lines)))
        elif first:  # to the end of the text, whose last line has no end: from the end of the line above
            start = document.starts[first - 1] + len(before[first - 1])
            edits.append((Span(start, len(document.text)), "".join(ends + line for line in lines)))
        else:
            edits.append((Span(0, len(document.text)), ends.join(lines)))
    return edits


def _changes(before: list[str], after: list[str]) -> list[tuple[str, int, int, int, int]]:
    """How lines become others, as `SequenceMatcher` says it: kind, first and last line of the old ones and of the new ones.

    What is the same at both ends is compared once, and among hundreds of lines one that comes often begins no match (`autojunk`):
    a long text of like lines would take the square of its length.
    """
    shortest, head, tail = min(len(before), len(after)), 0, 0
    while head < shortest and before[head] == after[head]:
        head += 1
    while tail < shortest - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    inner = SequenceMatcher(None, before[head : len(before) - tail], after[head : len(after) - tail]).get_opcodes()
    return [(kind, first + head, last + head, new + head, new_last + head) for kind, first, last, new, new_last in inner]


def _within(start: int, old: str, new: str) -> tuple[Span, str]:
    """What differs between two lines, without what they share at both ends."""
    shortest, head = min(len(old), len(new)), 0
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Span(start + head, start + len(old) - tail), new[head : len(new) - tail]

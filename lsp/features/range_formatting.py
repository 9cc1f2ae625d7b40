"""`textDocument/rangeFormatting`, `rangesFormatting`: the canonical layout of some lines; nothing outside them changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lsprotocol import types

from compiler.source import Span
from compiler.text.format import Part, canonical_parts
from lsp.actions.fresh import line_end
from lsp.document import Document
from lsp.features.formatting import differing
from lsp.view import View


def range_formatting(view: View, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit] | None:
    """The edits that lay out the lines of a range."""
    return _within(view, [params.range])


def ranges_formatting(view: View, params: types.DocumentRangesFormattingParams) -> list[types.TextEdit] | None:
    """The edits that lay out the lines of several ranges."""
    return _within(view, params.ranges)


def _within(view: View, ranges: Sequence[types.Range]) -> list[types.TextEdit]:
    lines = [_lines(view, one) for one in ranges]
    edits: list[types.TextEdit] = []
    for part in canonical_parts(view.text):
        if any(x.start <= part.span.start and part.span.end <= x.end for x in lines):
            edits += (types.TextEdit(view.outer_range(span), text) for span, text in _changes(view, part))
    return edits


def _changes(view: View, part: Part) -> Iterator[tuple[Span, str]]:
    """The edits of one part, in the line ends of the document."""
    own, ends = view.text[part.span.start : part.span.end], line_end(view)
    for span, text in differing(Document("", own), part.text):
        at = Span(span.start + part.span.start, span.end + part.span.start)
        yield at, text.replace("\n", ends) if "\r" not in text else text


def _lines(view: View, range_: types.Range) -> Span:
    """The whole lines of a range. One that ends where a line begins does not hold that line."""
    starts, last = view.document.starts, range_.end.line
    if range_.end.character == 0 and last > range_.start.line:
        last -= 1
    first = min(range_.start.line, len(starts) - 1)
    return Span(starts[first], starts[last + 1] if last + 1 < len(starts) else len(view.text))

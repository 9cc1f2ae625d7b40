"""`textDocument/inlineValue`, and `apx/inlineValues` for clients without a debugger: what the line at the cursor comes to on the last bar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from lsp.computed import Computed, Line, Value, shown, sparkline
from lsp.document import Document
from lsp.results import Results
from lsp.view import View

INLINE_VALUES = "apx/inlineValues"

MOST = 8
"""So many values stand beside one line."""


async def inline_values(view: View, results: Results, params: types.InlineValueParams) -> list[types.InlineValueText] | None:
    """A text for each line of the range that computes something. None where nothing is known: a mistake, or no bars."""
    found = await results.values(view)
    if found is None:
        return None
    chosen = lines(view.document, found, params.range.start.line, params.range.end.line)
    return [types.InlineValueText(_range(view, line.start, line.end), line.text) for line in chosen]


async def values_beside(view: View, results: Results, params: Any) -> dict[str, Any] | None:
    """The same for clients that draw it themselves: each line's text and values, with units, sparklines and places.

    params: `textDocument`, and `range`, or `position` for its line alone.
    """
    first, last = asked_lines(params)
    found = await results.values(view)
    if found is None:
        return None
    return {
        "data": found.data,
        "symbol": found.symbol,
        "time": found.when,
        "note": found.note,
        "lines": [
            {
                "range": _plain(_range(view, line.start, line.end)),
                "text": line.text,
                "values": [
                    {
                        "name": value.name, "text": value.text, "role": value.role, "unit": value.unit, "kind": value.kind,
                        "ranges": [_plain(_range(view, *place)) for place in value.places if line.start <= place[0] < line.end],
                        "values": list(value.values), "shown": shown(value.last), "sparkline": sparkline(value.values),
                    }
                    for value in line.values
                ],
            }
            for line in lines(view.document, found, first, last)
        ],
    }  # fmt: skip


def asked_lines(params: Any) -> tuple[int, int]:
    """The first and the last line that are asked for. Raises JsonRpcInvalidParams if none are."""
    try:
        asked = getattr(params, "range", None)
        first, last = (params.position, params.position) if asked is None else (asked.start, asked.end)
        return int(first.line), int(last.line)
    except (AttributeError, TypeError, ValueError):
        raise JsonRpcInvalidParams("`range` or `position` says which lines.") from None


def lines(document: Document, found: Computed, first: int, last: int) -> Iterator[Line]:
    """The lines from one to another that have values, each with its own in the order of the text."""
    for number in range(max(0, first), min(last + 1, len(document.starts))):
        start = document.starts[number]
        end = start + len(document.line(number))
        here = [(place, value) for value in found.values for place in value.places if start <= place[0] < end]
        here.sort(key=lambda each: (each[0][0], -each[0][1]))
        values = tuple(dict.fromkeys(value for _, value in here))
        if values:
            yield Line(start, end, said(worth_saying(values)), values)


def worth_saying(values: tuple[Value, ...]) -> list[Value]:
    """Names and conditions, each once. Expressions without a name only where there is nothing else: they are parts of what has one."""
    named = [value for value in values if value.name and value.role != "input"]
    return (named or [value for value in values if value.role == "part"][:1] or list(values))[:MOST]


def said(values: list[Value]) -> str:
    return ", ".join(f"{value.name or value.text} = {shown(value.last)}" for value in values)


def _range(view: View, start: int, end: int) -> types.Range:
    return types.Range(view.position(start), view.position(end))


def _plain(span: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": span.start.line, "character": span.start.character},
        "end": {"line": span.end.line, "character": span.end.character},
    }

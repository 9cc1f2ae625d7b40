"""A client's own way of making a WorkspaceEdit. It knows lines and encoded bytes, and nothing of the server's documents."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lsprotocol import types

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class NotThere(AssertionError):
    """A place that is not in the text, or edits that no client could make."""


def offset_of(text: str, position: types.Position, encoding: str) -> int:
    """The character at a position, which has to be in the text: beyond a line's end or inside a character there is nothing."""
    codec, size = _CODECS[encoding]
    starts = [0]
    for found in _LINE.finditer(text):
        if found[0].endswith(("\r", "\n")):
            starts.append(found.end())
    if position.line >= len(starts):
        raise NotThere(f"{position} is past the last line")
    start = starts[position.line]
    line = (_LINE.match(text, start) or [""])[0].rstrip("\r\n")
    data = line.encode(codec)
    if position.character * size > len(data):
        raise NotThere(f"{position} is past the end of {line!r}")
    try:
        return start + len(data[: position.character * size].decode(codec))
    except UnicodeDecodeError:
        raise NotThere(f"{position} is inside a character of {line!r}") from None


def edits_of(edit: types.WorkspaceEdit, uri: str, version: int) -> list[types.TextEdit]:
    """The edits of the one document that an edit may be of, at the version that the client holds."""
    if edit.document_changes is None:
        assert edit.changes is not None
        assert list(edit.changes) == [uri]
        return list(edit.changes[uri])
    (one,) = edit.document_changes
    assert isinstance(one, types.TextDocumentEdit)
    assert (one.text_document.uri, one.text_document.version) == (uri, version)
    return [part for part in one.edits if isinstance(part, types.TextEdit | types.AnnotatedTextEdit)]


def last_first(text: str, edits: Sequence[types.TextEdit], encoding: str) -> list[types.TextEdit]:
    """Edits of one text in the order in which each leaves the places of the next alone. Those that overlap can't be made."""
    spans = sorted(
        (offset_of(text, e.range.start, encoding), offset_of(text, e.range.end, encoding), n) for n, e in enumerate(edits)
    )
    for (start, end, _), following in zip(spans, [*spans[1:], None], strict=True):
        if start > end or (following is not None and following[0] < end):
            raise NotThere("a range that ends before it begins, or two that overlap")
    return [edits[n] for _, _, n in reversed(spans)]


def applied(text: str, edits: Sequence[types.TextEdit], encoding: str) -> str:
    """The text after edits, all of which are in its terms."""
    for edit in last_first(text, edits, encoding):
        text = (
            text[: offset_of(text, edit.range.start, encoding)]
            + edit.new_text
            + text[offset_of(text, edit.range.end, encoding) :]
        )
    return text

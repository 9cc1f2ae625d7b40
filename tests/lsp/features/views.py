"""Views for tests of features: of a text as an editor with everything, or nothing, would see it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from lsprotocol import types
from lsprotocol.converters import get_converter

from compiler.editing import Editing
from compiler.libraries.port import LibraryText, Shelf
from compiler.pipeline import check
from lsp.candidates import Titles
from lsp.document import Document, Encoding
from lsp.features.completion import completion, no_titles
from lsp.known import known
from lsp.settings import Client, Settings
from lsp.view import View
from stdlib.library import load

CONVERTER = get_converter()
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")
EXAMPLES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(Path("examples").glob("*.apx"))}
HEAD = 'apx 1\nstrategy "A"\ntrade "SPY" every 1d\n'
SHELF = Shelf(
    (
        LibraryText(
            'apx 1\nlibrary "Bands" version 1\nlet wide = 2\ndefine mid(x = close, n = 20 bars) = sma(x, n)\n', "bands.apx"
        ),
    )
)

RICH = Client(markdown=True, item_markdown=True, signature_markdown=True, snippets=True, label_details=True, label_offsets=True)
"""A client that can do everything."""
POOR = Client()
"""A client that says nothing of what it can do."""


def seen(
    text: str,
    client: Client = RICH,
    encoding: Encoding = "utf-16",
    built: bool = False,
    settings: Settings | None = None,
    editing: Editing | None = None,
) -> View:
    """The view of a text. built: with what the built program tells."""
    library = load()
    analysis = (editing or Editing(library)).analyse(text, SHELF)
    program = check(text, library).program if built else None
    return View(
        Document("file:///a.apx", text, 1, encoding), analysis, library, replace(settings or Settings(), client=client),
        known(program) if program is not None else {},
    )  # fmt: skip


def marked(text: str) -> tuple[str, int]:
    """A text without its `|`, and where that was."""
    at = text.index("|")
    return text[:at] + text[at + 1 :], at


def at(view: View, offset: int) -> dict[str, object]:
    """The parameters of a request at an offset."""
    return {"text_document": types.TextDocumentIdentifier(view.document.uri), "position": view.position(offset)}


def completed(view: View, params: types.CompletionParams, titles: Titles = no_titles) -> types.CompletionList | None:
    """What completion answers, as a client reads it."""
    found = completion(view, params, titles)
    return CONVERTER.structure(json.loads(found.json), types.CompletionList) if found is not None else None


def inside(view: View, range_: types.Range) -> bool:
    """Whether a range is one of the document, of whole characters."""
    first, last = view.offset(range_.start), view.offset(range_.end)
    return first <= last and view.position(first) == range_.start and view.position(last) == range_.end


def offsets(text: str, step: int) -> Iterable[int]:
    return range(0, len(text) + 1, step)


def prefixes(text: str, step: int) -> Iterator[str]:
    """A program while it is typed."""
    return (text[:end] for end in range(0, len(text) + 1, step))

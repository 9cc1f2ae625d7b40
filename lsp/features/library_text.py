"""`workspace/textDocumentContent`: the texts of the standard library and the pages of diagnostics, for clients that read virtual documents."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from lsp.library_texts import text_of
from lsp.refusal import Refusal
from lsp.view import View
from stdlib.library import load


def library_text(views: Iterable[View], params: types.TextDocumentContentParams) -> types.TextDocumentContentResult:
    """The text behind an `apx-library:` uri. Raises Refusal if there is none."""
    text = text_of(params.uri, load())
    if text is None:
        raise Refusal(f"There is no text {params.uri} in the library.")
    return types.TextDocumentContentResult(text)

"""`apx/documentText`: the text of a document as the server holds it, so that what an editor shows can be compared with what is read here."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from lsp.view import View

DOCUMENT_TEXT = "apx/documentText"


def document_text(view: View, params: object) -> dict[str, Any]:
    """params: `textDocument`. sha256: of the text in UTF-8; half of a character that a client left alone is three bytes there."""
    document = view.document
    return {
        "uri": document.uri,
        "version": document.version,
        "encoding": document.encoding,
        "sha256": sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "text": document.text,
    }

"""`textDocument/references` and `documentHighlight`: every place that means what is named at a place."""

from __future__ import annotations

from lsprotocol import types

from lsp.occurrences import mention_at, occurrences, scopes_of
from lsp.view import View

_KINDS = {
    "declares": types.DocumentHighlightKind.Write,
    "writes": types.DocumentHighlightKind.Write,
    "reads": types.DocumentHighlightKind.Read,
}


def highlights(view: View, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight] | None:
    """The mentions in the document of what is named at a place: written where it is declared or given a value, else read."""
    scopes = scopes_of(view)
    mention = mention_at(view, view.offset(params.position), scopes)
    if mention is None:
        return None
    found = occurrences(view, mention.symbol, scopes)
    return [types.DocumentHighlight(view.range(one.span), _KINDS[one.role]) for one in found]

"""`textDocument/references` and `documentHighlight`: every place that means what is named at a place."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from lsp.mentions import is_shared
from lsp.occurrences import mention_at, occurrences, scopes_of
from lsp.targets import targets
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


def references(view: View, others: Iterable[View], params: types.ReferenceParams) -> list[types.Location] | None:
    """The mentions in all documents, with the declarations if they are asked for, also those of files that are not among the documents."""
    scopes = scopes_of(view)
    mention = mention_at(view, view.offset(params.position), scopes)
    if mention is None:
        return None
    declared, found = params.context.include_declaration, list[types.Location]()
    seen = (view, *(others if is_shared(mention.symbol) else ()))
    for one in seen:
        for place in occurrences(one, mention.symbol):
            if declared or place.role != "declares":
                found.append(types.Location(one.document.uri, one.range(place.span)))
    if declared:
        known = {one.document.uri for one in seen}
        found += [target.location for target in targets(view, mention.symbol, scopes) if target.uri not in known]
    return found

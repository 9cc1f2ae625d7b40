"""`textDocument/references` and `documentHighlight`: every place that means what is named at a place."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from lsp.mentions import is_shared
from lsp.occurrences import mention_at, occurrences, scopes_of
from lsp.refusal import Outdated, Refusal
from lsp.targets import targets
from lsp.view import View
from lsp.workspace.closed import Closed, range_of

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


async def references_everywhere(
    view: View, others: Iterable[View], closed: Closed, params: types.ReferenceParams
) -> list[types.Location] | None:
    """The same in all open documents and in the files beside them that are not open. Waits for these, where others may share the name.

    Raises Refusal if that takes too long, rather than leave some out.
    """
    mention = mention_at(view, view.offset(params.position))
    if mention is None or not is_shared(mention.symbol):
        return references(view, others, params)
    if not await closed.known(view.document.uri):
        raise Refusal("The programs beside this one are still being read; try again in a moment.")
    if not closed.is_newest(view):
        raise Outdated
    found = references(view, others, params) or []
    there = {(one.uri, one.range.start.line, one.range.start.character) for one in found}
    for uri, one in closed.mentions(view.document.uri, mention.symbol):
        if (uri, one.first_line, one.first) not in there and (params.context.include_declaration or one.role != "declares"):
            found.append(types.Location(uri, range_of(one)))
    return found

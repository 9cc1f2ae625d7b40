"""`textDocument/linkedEditingRange`: a name that a file gives, typed over at its declaration, changes where it is read as it is typed."""

from __future__ import annotations

from lsprotocol import types

from lsp.mentions import LANGUAGE, STANDARD, is_shared
from lsp.occurrences import mention_at, occurrences, scopes_of
from lsp.view import View

NAME = "[a-z_][a-z0-9_]*"


def linked_editing(view: View, params: types.LinkedEditingRangeParams) -> types.LinkedEditingRanges | None:
    """The places of a name of this file alone, at its declaration; None anywhere else, where a slip would change more than it shows."""
    scopes = scopes_of(view)
    mention = mention_at(view, view.offset(params.position), scopes)
    if mention is None or mention.role != "declares" or mention.symbol.space in ("tag", "library"):
        return None
    if mention.symbol.home in (STANDARD, LANGUAGE) or is_shared(mention.symbol):
        return None
    found = occurrences(view, mention.symbol, scopes)
    if sum(one.role == "declares" for one in found) != 1 or len(found) < 2:
        return None
    return types.LinkedEditingRanges([view.range(one.span) for one in found], NAME)

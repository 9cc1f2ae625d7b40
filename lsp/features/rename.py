"""`textDocument/rename` and `prepareRename`: another name for what stands at a place, in every file, with its meaning kept."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from lsp.changes import workspace_edit
from lsp.mentions import is_shared
from lsp.occurrences import mention_at, scopes_of
from lsp.refusal import Refusal
from lsp.renaming import Renaming, refuse_symbol
from lsp.view import View


def prepare_rename(view: View, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """The name that would be changed; None where none stands. Raises Refusal for one that can't be."""
    mention = mention_at(view, view.offset(params.position))
    if mention is None:
        return None
    refuse_symbol(mention.symbol)
    return types.PrepareRenamePlaceholder(range=view.range(mention.span), placeholder=mention.symbol.name)


def rename(view: View, others: Iterable[View], params: types.RenameParams) -> types.WorkspaceEdit:
    """The edits of a rename. others: files that use the same libraries, or are one. Raises Refusal if it would change what a program means."""
    mention = mention_at(view, view.offset(params.position), scopes_of(view))
    if mention is None:
        raise Refusal("No name stands here.")
    views = (view, *(others if is_shared(mention.symbol) else ()))
    edits = Renaming(mention.symbol, views).edits(params.new_name)
    by_uri = {one.document.uri: one for one in views}
    return workspace_edit(view, [(by_uri[uri], changes) for uri, changes in edits.items()])

"""`textDocument/rename` and `prepareRename`: another name for what stands at a place, in every file, with its meaning kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lsprotocol import types

from lsp.changes import workspace_edit
from lsp.mentions import is_shared
from lsp.occurrences import mention_at, scopes_of
from lsp.refusal import Refusal
from lsp.renaming import Renaming, refuse_symbol
from lsp.view import View
from lsp.workspace.closed import Closed


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


async def rename_everywhere(
    view: View, others: Iterable[View], closed: Closed, params: types.RenameParams
) -> types.WorkspaceEdit:
    """The same in all open documents and in the files beside them that are not open, which are read for it. Others are answered meanwhile.

    Raises Refusal also where such a file can't be read, or anything was changed while it was looked at.
    """
    mention = mention_at(view, view.offset(params.position), scopes_of(view))
    if mention is None or not is_shared(mention.symbol):
        return rename(view, (), params)
    uri, symbol = view.document.uri, mention.symbol
    refuse_symbol(symbol)
    if not await closed.known(uri):
        raise Refusal("The programs beside this one are still being read; try again in a moment.")
    if not closed.is_newest(view):
        raise Refusal(_CHANGED)
    on_disk = []
    for file in closed.sharing(uri, symbol.home):
        on_disk.append(closed.read(file))
        await asyncio.sleep(0)
    opened = (view, *others)
    views = (*opened, *(one.view for one in on_disk))
    steps = Renaming(symbol, views).steps(params.new_name)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            edits = done.value
            break
        await asyncio.sleep(0)
    if not all(map(closed.is_newest, opened)):
        raise Refusal(_CHANGED)
    for one in on_disk:
        if not closed.is_still(one):
            raise Refusal(f"{one.path} was changed meanwhile; ask again.")
    by_uri = {one.document.uri: one for one in views}
    return workspace_edit(view, [(by_uri[name], changes) for name, changes in edits.items()])


_CHANGED = "The text was edited meanwhile; ask again."

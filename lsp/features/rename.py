"""`textDocument/rename` and `prepareRename`: another name for what stands at a place, in every file, with its meaning kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from lsprotocol import types

from compiler.diagnostics import Edit
from lsp.changes import edit_of_texts, workspace_edit
from lsp.mentions import is_shared
from lsp.occurrences import mention_at, scopes_of
from lsp.paths import name_of, uri_of
from lsp.refusal import Refusal
from lsp.renaming import Renaming, applied, refuse_symbol
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
    opened = (view, *others)
    sharing = closed.sharing(uri, symbol.home)
    libraries = [closed.read(file) for file in sharing if file.head is not None]
    programs = [file for file in sharing if file.head is None]
    views = (*opened, *(one.view for one in libraries))
    steps = Renaming(symbol, views, elsewhere=bool(programs)).steps(params.new_name)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            edits: Mapping[str, tuple[Edit, ...]] = done.value
            break
        await asyncio.sleep(0)
    by_uri = {one.document.uri: one for one in views}
    changes = {name: by_uri[name].edits(own) for name, own in edits.items()}
    if edits:
        after = {name_of(name): applied(by_uri[name].text, own) for name, own in edits.items()}
        new = params.new_name.strip(" \t")
        for file in programs:
            places = await closed.renamed(file, symbol, new, after)
            if places:
                changes[uri_of(file.path)] = [types.TextEdit(place, new) for place in places]
    if not all(map(closed.is_newest, opened)):
        raise Refusal(_CHANGED)
    for path, stamp in (*((one.path, one.stamp) for one in libraries), *((file.path, file.stamp) for file in programs)):
        if not closed.is_still(path, stamp):
            raise Refusal(f"{path} was changed meanwhile; ask again.")
    versions = {one.document.uri: one.document.version for one in opened}
    return edit_of_texts(changes, versions, view.settings.client.versioned_edits)


_CHANGED = "The text was edited meanwhile; ask again."

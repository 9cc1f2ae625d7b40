"""Edits of documents in the form that a client takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lsprotocol import types

from compiler.diagnostics import Edit
from lsp.view import View


def workspace_edit(view: View, changes: Sequence[tuple[View, Sequence[Edit]]]) -> types.WorkspaceEdit:
    """Edits of several documents at once, each of the version that was seen if the client minds versions."""
    texts = {one.document.uri: one.edits(tuple(edits)) for one, edits in changes}
    versions = {one.document.uri: one.document.version for one, _ in changes}
    return edit_of_texts(texts, versions, view.settings.client.versioned_edits)


def edit_of_texts(
    changes: Mapping[str, list[types.TextEdit]], versions: Mapping[str, int], versioned: bool
) -> types.WorkspaceEdit:
    """Edits of texts by uri. versions: of those that are open. versioned: whether the client minds versions."""
    if not versioned:
        return types.WorkspaceEdit(changes=dict(changes))
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri) or None), list(edits))
            for uri, edits in changes.items()
        ]
    )

"""Edits of documents in the form that a client takes."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from compiler.diagnostics import Edit
from lsp.view import View


def workspace_edit(view: View, changes: Sequence[tuple[View, Sequence[Edit]]]) -> types.WorkspaceEdit:
    """Edits of several documents at once, each of the version that was seen if the client minds versions."""
    if not view.settings.client.versioned_edits:
        return types.WorkspaceEdit(changes={one.document.uri: one.edits(tuple(edits)) for one, edits in changes})
    return types.WorkspaceEdit(
        document_changes=[
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(one.document.uri, one.document.version or None),
                list(one.edits(tuple(edits))),
            )
            for one, edits in changes
        ]
    )

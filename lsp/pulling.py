"""Diagnostics that a client asks for: each answer has an id, and a client that has those of this id already is told only that nothing has changed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from lsp import incoming
from lsp.defects import Failed
from lsp.paths import path_of, uri_of
from lsp.reported import Plain, shown
from lsp.session import Session
from lsp.workspace.checking import Checking
from lsp.workspace.mistakes import levelled

NONE = "none"
"""The id where there is nothing to be said."""


@dataclass(slots=True)
class Pulling:
    """One connection's. failed: told of a defect. checking: looks at files that are not open."""

    session: Session
    failed: Failed
    checking: Checking | None = None
    _given: dict[str, str] = field(default_factory=dict)

    def document(self, params: object) -> Plain:
        """`textDocument/diagnostic`. Raises Malformed."""
        return self._report(incoming.named(params), incoming.member(params, "previousResultId"))

    def workspace(self, params: object) -> Plain:
        """`workspace/diagnostic`: of every open document, of every file that was read, and of those that the client has something of and that are gone."""
        known = incoming.previous(params)
        named = {path: uri for uri in known if (path := path_of(uri))}  # a client may write the same uri in another way
        texts = self.session.texts()
        closed: list[str] = []
        if self.checking is not None:
            self.checking.want()
            closed = [named.get(path) or uri_of(path) for path in self.checking.paths() if path not in texts]
        uris = dict.fromkeys((*self.session.documents, *closed, *known))
        return {"items": [self._of_workspace(uri, known.get(uri)) for uri in uris]}

    def differs(self, uri: str) -> bool:
        """Whether a client that has asked for a document's diagnostics would be answered something else now."""
        try:
            return uri in self._given and self._found(uri)[0] != self._given[uri]
        except Exception as error:
            self.failed(error, "finding diagnostics", None, uri)
            return False

    def closed(self, uri: str) -> None:
        self._given.pop(uri, None)

    def close(self) -> None:
        if self.checking is not None:
            self.checking.close()

    def _of_workspace(self, uri: str, before: object) -> Plain:
        known = self.session.documents.get(uri)
        return {"uri": uri, "version": known.document.version if known is not None else None, **self._report(uri, before)}

    def _report(self, uri: str, before: object) -> Plain:
        try:
            found, items = self._found(uri)
        except Exception as error:  # the session goes on with what the client has
            self.failed(error, "answering with diagnostics", None, uri)
            return {"kind": "unchanged", "resultId": before} if isinstance(before, str) else {"kind": "full", "items": []}
        if uri in self.session.documents:
            self._given[uri] = found
        return (
            {"kind": "unchanged", "resultId": found} if before == found else {"kind": "full", "resultId": found, "items": items}
        )

    def _found(self, uri: str) -> tuple[str, list[Plain]]:
        """What is shown of a document now, and its id: the same for the same, whatever version of the text it is of."""
        now = self.session.diagnostics(uri)
        items = shown(*now) if now is not None else self._in_file(uri)
        if not items:
            return NONE, items
        return sha256(json.dumps([_timeless(item) for item in items]).encode()).hexdigest()[:24], items

    def _in_file(self, uri: str) -> list[Plain]:
        if self.checking is None or not (path := path_of(uri)):
            return []
        return levelled(self.checking.mistakes(path), self.session.settings_of(uri))


def _timeless(item: Plain) -> dict[str, Any]:
    return {**item, "data": {**item["data"], "version": None}}

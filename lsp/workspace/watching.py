"""Files that change on disk: clients that can are asked to tell of them; for the others they are looked at again when it may matter."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from os.path import dirname
from typing import Any

from lsp import incoming
from lsp.paths import path_of
from lsp.session import Session
from lsp.wire import Wire
from lsp.workspace.indexing import Indexing

WATCHED = ("**/*.apx", "**/*.lock")
"""Programs, libraries among them, and the locks that pin libraries."""
_numbers = itertools.count(1)
WAIT_S = 60.0
"""So long an answer waits for files that are still being read, unless its client gives it up."""


@dataclass(slots=True)
class Watching:
    """One connection's. indexing: None where texts are in no folder. recheck: looks at documents again, by uri: a file that they use is another."""

    session: Session
    indexing: Indexing | None
    wire: Wire
    recheck: Callable[[Iterable[str]], None]
    watched: bool = False

    def begin(self) -> None:
        """The client takes requests from now on."""
        if self.indexing is None:
            return
        self.indexing.begin()
        if self.session.can("workspace", "didChangeWatchedFiles", "dynamicRegistration"):
            options = {"watchers": [{"globPattern": pattern} for pattern in WATCHED]}
            one = {"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": options}
            self.wire.ask("client/registerCapability", {"registrations": [one]}).add_done_callback(self._registered)

    def _registered(self, answer: Any) -> None:
        self.watched = not answer.cancelled() and answer.exception() is None

    def told(self, params: object) -> None:
        """The client says that files changed."""
        if self.indexing is None:
            return
        paths = {path for uri in incoming.changed_files(params) if (path := path_of(uri))}
        self.indexing.touched(path for path in paths if path.endswith(".apx"))
        locks = {path.removesuffix(".lock") + ".apx" for path in paths if path.endswith(".lock")}
        self.recheck([uri for uri in self.session.documents if path_of(uri) in locks])

    def changed(self, paths: set[str]) -> None:
        """Files are no longer what they were: documents beside them that use libraries are looked at again."""
        texts = self.session.texts()
        folders = {dirname(path) for path in paths if path not in texts}
        near = [uri for uri in self.session.documents if (path := path_of(uri)) and dirname(path) in folders]
        self.recheck(uri for uri in near if self.session.uses_libraries(uri))

    def folders_changed(self, params: object) -> None:
        """The client says that the workspace has other folders."""
        added, removed = incoming.changed_folders(params)
        for gone in removed:
            self.session.folders.pop(gone, None)
        self.session.folders.update(added)
        if self.indexing is not None:
            self.indexing.folders_changed()

    def opened(self, uri: str) -> None:
        path = path_of(uri)
        if self.indexing is not None and path:
            self.indexing.opened(path)
            self._look(path)

    def saved(self, uri: str) -> None:
        path = path_of(uri)
        if self.indexing is not None and path:
            self._look(path)

    def closed(self, uri: str) -> None:
        if self.indexing is not None:
            self.indexing.closed_document(path_of(uri))

    def is_library(self, uri: str) -> bool:
        """Whether the file of a document was a library when it was read last."""
        return self.indexing is not None and self.indexing.index.is_library(path_of(uri))

    def close(self) -> None:
        if self.indexing is not None:
            self.indexing.close()

    async def ask(self, data: dict[str, Any]) -> dict[str, Any] | None:
        """An answer of the process that reads files, for somebody who waits for it; None if there is none."""
        return await self.indexing.ask(data, f"asked {next(_numbers)}") if self.indexing is not None else None

    def _look(self, path: str) -> None:
        """Looks at the files beside one again, if nobody tells of them."""
        assert self.indexing is not None
        if not (self.watched and self._is_inside(path)):
            self.indexing.look_again(dirname(path))

    def _is_inside(self, path: str) -> bool:
        """Whether a file is in a folder of the workspace: clients watch no others."""
        roots = [root.rstrip("/\\") for uri in self.session.folders if (root := path_of(uri))]
        return any(path.startswith((root + "/", root + "\\")) for root in roots)

    async def settled(self, folder: str) -> bool:
        """Waits until the files of a folder are known as they are, but not for ever. Whether they are."""
        if self.indexing is None:
            return True
        self.indexing.look_again(folder)  # also where the client tells of files: it may have yet to
        return await self.indexing.settled(folder, WAIT_S)

"""The files of the workspace that are not open, as features ask for them. The text of an open document counts in place of its file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from os.path import dirname
from typing import Any

from lsprotocol import types

from compiler.editing import Editing
from compiler.libraries.module import origin, titled
from lsp.document import Document
from lsp.mentions import Symbol
from lsp.paths import path_of, uri_of
from lsp.refusal import Refusal
from lsp.session import Session
from lsp.view import View
from lsp.workspace.index import File, Index, Mentioned, Named
from lsp.workspace.looking import Stamp, read_bytes, stamp_of


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file as it was read for a change of it."""

    view: View
    path: str
    stamp: Stamp | None


@dataclass(frozen=True, slots=True)
class Closed:
    """One connection's. settle: waits until the files of a folder are known as they are; whether they are.

    ask: asks the process that reads files (`lsp.workspace.asked`); None if it does not answer.
    """

    session: Session
    index: Index
    settle: Callable[[str], Awaitable[bool]]
    ask: Callable[[dict[str, Any]], Awaitable[dict[str, Any] | None]]

    # ------------------------------------------------------------ what the index knows

    def files(self) -> Iterator[File]:
        """All of them."""
        texts = self.session.texts()
        return (file for file in tuple(self.index.files()) if file.path not in texts)

    def beside(self, uri: str) -> list[File]:
        """Those in the folder of a document: only they may share names with it."""
        path, texts = path_of(uri), self.session.texts()
        return [file for file in self.index.beside(dirname(path)) if file.path not in texts] if path else []

    async def known(self, uri: str) -> bool:
        """Waits until those in the folder of a document are known as they are, but not for ever. Whether they are."""
        path = path_of(uri)
        return not path or await self.settle(dirname(path))

    def symbols(self) -> Iterator[tuple[File, Named]]:
        """What they give names."""
        return ((file, one) for file in self.files() if file.entry is not None for one in file.entry.symbols)

    def mentions(self, uri: str, symbol: Symbol) -> Iterator[tuple[str, Mentioned]]:
        """Where those beside a document name a symbol, each with the uri of its file."""
        for file in self.beside(uri):
            for one in file.entry.mentions if file.entry is not None else ():
                if one.symbol == symbol:
                    yield uri_of(file.path), one

    def sharing(self, uri: str, home: str) -> list[File]:
        """Those beside a document that are a library or use it. home: `origin` of the library."""
        return [file for file in self.beside(uri) if _is(file, home) or any(_may_use(use, home) for use in file.uses)]

    # ------------------------------------------------------------ reading them again

    def read(self, file: File) -> OnDisk:
        """A file as it is now, analysed as if it were open. Raises Refusal if it can't be read."""
        stamp, data = stamp_of(file.path), read_bytes(file.path)
        if data is None:
            raise Refusal(f"{file.path} can't be read.")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Refusal(f"{file.path} is not a text in UTF-8.") from None
        session = self.session
        uri = uri_of(file.path)
        library = session.library()
        resolver = session.libraries(file.path, session.texts())
        analysis = Editing(library, file.path).analyse(text, resolver)
        document = Document(uri, text, 0, session.encoding)
        view = View(document, analysis, library, session.settings_of(uri), resolver=resolver)
        return OnDisk(view, file.path, stamp)

    async def renamed(self, file: File, symbol: Symbol, new: str, after: Mapping[str, str]) -> list[types.Range]:
        """Where a program names a symbol that gets another name. after: the texts of libraries with it, by path.

        It is read and checked in the process that reads files, and no tree of it is kept. Raises Refusal if it would mean something else, or can't be read.
        """
        folder = dirname(file.path)
        texts = {path: text for path, text in self.session.texts().items() if dirname(path) == folder}
        said = [symbol.space, symbol.name, symbol.home, symbol.owner]
        question = {"ask": "rename", "path": file.path, "texts": texts, "symbol": said, "new": new, "after": dict(after)}
        found = await self.ask({**question, "encoding": self.session.encoding})
        if found is None:
            raise Refusal(f"{file.path} could not be looked at; try again in a moment.")
        if "refused" in found:
            raise Refusal(found["refused"])
        if found["hash"] != file.hash:
            raise Refusal(f"{file.path} was changed meanwhile; ask again.")
        return [types.Range(types.Position(*place[:2]), types.Position(*place[2:])) for place in found["edits"]]

    def is_still(self, path: str, stamp: Stamp | None) -> bool:
        """Whether a file is what it was when it was read."""
        return path not in self.session.texts() and stamp is not None and stamp_of(path) == stamp

    def is_newest(self, view: View) -> bool:
        """Whether an open document is what it was."""
        known = self.session.documents.get(view.document.uri)
        return known is not None and known.document is view.document


def _is(file: File, home: str) -> bool:
    return file.head is not None and origin(file.head.title, file.head.version) == home


def _may_use(use: tuple[str, int], home: str) -> bool:
    """Whether a `use` line is of a library. Where its version can't be read it may be of any."""
    title, version = use
    return origin(title, version) == home or (version == 0 and home.startswith(f"{title} "))


def container(file: File) -> str:
    """What a file's names are shown to be part of."""
    return (
        titled(file.head.title, file.head.version) if file.head is not None else file.path.replace("\\", "/").rpartition("/")[2]
    )


def range_of(place: Named | Mentioned) -> types.Range:
    return types.Range(types.Position(place.first_line, place.first), types.Position(place.last_line, place.last))

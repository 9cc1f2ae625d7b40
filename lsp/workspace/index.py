"""The index: of each file of the workspace what references, symbols and renames ask of it, and no trees. It is told everything, and waits for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from os.path import dirname
from sys import intern
from typing import Any, NamedTuple

from compiler.libraries.head import LibraryHead, library_head
from lsp.mentions import Symbol
from lsp.workspace.looking import Stamp, hash_of


class Named(NamedTuple):
    """A name that a file gives, as `lsp.givens` sorts it, and its place: first line and column, last line and column."""

    name: str
    sort: str
    first_line: int
    first: int
    last_line: int
    last: int


class Mentioned(NamedTuple):
    """A place that names a symbol which files share."""

    symbol: Symbol
    role: str
    first_line: int
    first: int
    last_line: int
    last: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file says. hash: of the text that was read. state: of the libraries beside it then (`Index.state`)."""

    hash: str
    state: str
    symbols: tuple[Named, ...] = ()
    mentions: tuple[Mentioned, ...] = ()


@dataclass(slots=True)
class File:
    """One file. head: the library that it is. uses: titles and versions; 0 where none can be read. entry: what it said when it was read last."""

    path: str
    stamp: Stamp
    hash: str
    head: LibraryHead | None
    uses: tuple[tuple[str, int], ...]
    entry: Entry | None = None


@dataclass(slots=True)
class Index:
    """Files by folder and path. Only files of one folder share names: libraries are beside what uses them."""

    folders: dict[str, dict[str, File]] = field(default_factory=dict)
    count: int = 0
    _symbols: dict[Symbol, Symbol] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)

    # ------------------------------------------------------------ telling it

    def put(self, path: str, facts: list[Any]) -> bool:
        """A file is as facts say (`lsp.workspace.looking`); without any it is not there. Whether that is news."""
        folder = dirname(path)
        known = self.folders.get(folder, {}).get(path)
        if not facts:
            return known is not None and self.remove(path)
        written, size, head, uses = facts[0], facts[1], facts[3], facts[4]
        hash_: str = facts[2]
        found = LibraryHead(*head) if head is not None else None
        if found is not None or (known is not None and known.head is not None):
            self._states.pop(folder, None)
        if known is None:
            self.count += 1
            self.folders.setdefault(folder, {})[path] = File(path, (written, size), hash_, found, tuple(map(tuple, uses)))
            return True
        news = known.hash != hash_
        known.stamp, known.hash, known.head, known.uses = (written, size), hash_, found, tuple(map(tuple, uses))
        return news

    def remove(self, path: str) -> bool:
        """A file is gone. Whether it was there."""
        folder = dirname(path)
        files = self.folders.get(folder, {})
        if files.pop(path, None) is None:
            return False
        self.count -= 1
        self._states.pop(folder, None)
        if not files:
            del self.folders[folder]
        return True

    def read(self, path: str, state: str, said: Mapping[str, Any]) -> None:
        """What a file says, as `lsp.workspace.reading` read it."""
        file = self.file(path)
        if file is None:
            return
        symbols = tuple(Named(intern(name), intern(sort), *place) for name, sort, *place in said.get("symbols", ()))
        mentions = tuple(
            Mentioned(self._symbol(Symbol(space, name, home, owner)), intern(role), *place)
            for space, name, home, owner, role, *place in said.get("mentions", ())
        )
        file.entry = Entry(said["hash"], state, symbols, mentions)

    def _symbol(self, symbol: Symbol) -> Symbol:
        return self._symbols.setdefault(symbol, symbol)

    # ------------------------------------------------------------ asking it

    def file(self, path: str) -> File | None:
        return self.folders.get(dirname(path), {}).get(path)

    def files(self) -> Iterator[File]:
        return (file for files in self.folders.values() for file in files.values())

    def beside(self, folder: str) -> Iterable[File]:
        return tuple(self.folders.get(folder, {}).values())

    def is_library(self, path: str) -> bool:
        file = self.file(path)
        return file is not None and file.head is not None

    def state(self, folder: str, texts: Mapping[str, str]) -> str:
        """The same as long as the libraries of a folder are the same. texts: those that are open, by path, which count in place of files."""
        own = {path: text for path, text in texts.items() if dirname(path) == folder}
        libraries = {path: text for path, text in own.items() if library_head(text) is not None}
        if not libraries and not any(self.is_library(path) for path in own):
            if folder not in self._states:
                self._states[folder] = _digest({file.path: file.hash for file in self.beside(folder) if file.head is not None})
            return self._states[folder]
        found = {file.path: file.hash for file in self.beside(folder) if file.head is not None and file.path not in own}
        found |= {path: hash_of(text.encode(errors="surrogatepass")) for path, text in libraries.items()}
        return _digest(found)

    def is_current(self, file: File, texts: Mapping[str, str]) -> bool:
        """Whether what is kept of a file is what it says now."""
        if file.entry is None or file.entry.hash != file.hash:
            return False
        return not file.uses or file.entry.state == self.state(dirname(file.path), texts)


def _digest(hashes: Mapping[str, str]) -> str:
    return sha256(repr(sorted(hashes.items())).encode(errors="surrogatepass")).hexdigest()[:32]

"""Libraries as files beside the program that uses them, and the lock that pins them.

The library "Trend filters" version 2 is looked for in the program's folder:

1. in the files named after it, `trend_filters_v2.apx` and `trend_filters.apx`; the first that begins with
   `library "Trend filters" version 2` is taken, and no other file is opened;
2. else in every other `.apx` file of the folder, of which only the first lines are read.

A text that is open in an editor counts in place of its file, saved or not.

The lock of `breakout.apx` is `breakout.lock` beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apextrade.failures import UsageError
from apextrade.files import read_program, shown_name
from compiler.libraries.head import LibraryHead, library_head
from compiler.libraries.module import Module
from compiler.libraries.port import Absent, Ambiguous, LibraryText, Lock
from compiler.limits import NO_LIMITS, Limits
from compiler.pipeline import Checked, check, compile_text
from compiler.program import Program
from stdlib.library import load

FIRST_LINES = 1 << 16
"""So many bytes of a file are read to see which library it is."""


@dataclass(slots=True)
class Beside:
    """The libraries beside a program. `locked`: whether its lock counts. overlays: texts that are in an editor and not saved, by their files' paths."""

    program: Path
    locked: bool = True
    overlays: Mapping[Path, str] = field(default_factory=dict)
    opened: set[Path] = field(default_factory=set)
    """The files that a library was read from, those with an overlay left out."""
    _lock: Lock | None = None
    _read: bool = False
    _heads: dict[Path, LibraryHead | None] = field(default_factory=dict)

    @property
    def lock(self) -> Lock | None:
        if not self._read and self.locked:
            self._lock = read_lock(lock_path(self.program))
        self._read = True
        return self._lock

    def find(self, title: str, version: int) -> LibraryText | Absent | Ambiguous:
        wanted, folder = LibraryHead(title, version), self.program.parent
        stem = re.sub("[^a-z0-9]+", "_", title.lower()).strip("_")
        for path in (folder / f"{stem}_v{version}.apx", folder / f"{stem}.apx") if stem else ():
            if (path in self.overlays or path.is_file()) and self.head(path) == wanted:
                return self.text(path)
        beside = {path for path in folder.glob("*.apx") if path.is_file()} | {p for p in self.overlays if p.parent == folder}
        heads = {path: self.head(path) for path in sorted(beside)}
        found = [path for path, head in heads.items() if head == wanted]
        if len(found) > 1:
            return Ambiguous(tuple(map(str, found)))
        if found:
            return self.text(found[0])
        versions = sorted({head.version for head in heads.values() if head is not None and head.title == title})
        titles = sorted({head.title for head in heads.values() if head is not None and head.title != title})
        return Absent(tuple(versions), tuple(titles))

    def text(self, path: Path) -> LibraryText:
        if path in self.overlays:
            return LibraryText(self.overlays[path], str(path))
        self.opened.add(path)
        return LibraryText(read_program(str(path)), str(path))

    def head(self, path: Path) -> LibraryHead | None:
        if path in self.overlays:
            return library_head(self.overlays[path][:FIRST_LINES])
        if path not in self._heads:
            try:
                with path.open("rb") as file:
                    self._heads[path] = library_head(file.read(FIRST_LINES).decode("utf-8-sig", errors="replace"))
            except OSError:  # a file that can't be read is no library; one that is named after it says so when it is read
                self._heads[path] = None
        return self._heads[path]


@dataclass(slots=True)
class InEditor:
    """The libraries beside a program under edit: what can't be read is a mistake to be shown in the program, and ends nothing."""

    beside: Beside
    why: str = ""

    @property
    def lock(self) -> Lock | None:
        try:
            return self.beside.lock
        except UsageError as error:
            self.why = str(error).rstrip(".")
            return None

    def find(self, title: str, version: int) -> LibraryText | Absent | Ambiguous:
        _ = self.lock
        if self.why:
            return Absent(why=self.why)
        try:
            return self.beside.find(title, version)
        except UsageError as error:
            return Absent(why=str(error).rstrip("."))


def beside_open_texts(path: str, texts: Mapping[str, str]) -> InEditor | None:
    """Where the libraries of a program under edit are; None for a path that no file has. texts: those that are open, by their paths."""
    if not Path(path).name:
        return None
    return InEditor(Beside(Path(path), overlays={Path(name): text for name, text in texts.items()}))


def resolver_of(path: str, locked: bool = True) -> Beside | None:
    """Where the libraries of a program's file are; None for the standard input, which is in no folder."""
    return None if path == "-" else Beside(Path(path), locked)


def check_file(path: str, limits: Limits = NO_LIMITS, every: str = "") -> Checked:
    """What checking a program's file gives; `-` is the standard input. Raises UsageError if a file can't be read."""
    return check(read_program(path), load(), shown_name(path), resolver_of(path), limits, every)


def compile_file(path: str, limits: Limits = NO_LIMITS, every: str = "") -> Program:
    """The program of a file, to be run, on bars of its own length or of `every`.

    Raises CompileError for mistakes, UsageError for a file that can't be read or is a library.
    """
    program = compile_text(read_program(path), load(), shown_name(path), resolver_of(path), limits, every)
    heading = program.typed.names.heading
    if heading is not None:
        title = heading.title.value
        raise UsageError(
            f"{shown_name(path)} is a library and does nothing by itself. A strategy uses it with "
            f'`use "{title}" version {heading.version}`.'
        )
    return program


# ---------------------------------------------------------------- the lock


def lock_path(program: Path) -> Path:
    return program.with_suffix(".lock")


def read_lock(path: Path) -> Lock | None:
    """A lock from its file; None if there is none. Raises UsageError if it can't be understood: then nothing is pinned."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The lock {path} can't be read: {getattr(error, 'strerror', None) or error}.") from None
    try:
        given = json.loads(text)
        if given["lock"] != 1:
            raise UsageError(f"The lock {path} is of a later form; this version of ApexTrade reads form 1.")
        hashes = {(str(one["title"]), int(one["version"])): str(one["sha256"]) for one in given["libraries"]}
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"{path} is no lock of libraries. Remove it, or write it anew with `apx lock`.") from None
    return Lock(hashes, str(path))


def lock_text(modules: tuple[Module, ...]) -> str:
    """A lock's file for these libraries, as JSON."""
    libraries = [{"title": m.title, "version": m.version, "sha256": m.hash} for m in modules]
    return json.dumps({"lock": 1, "libraries": libraries}, indent=2, ensure_ascii=False) + "\n"

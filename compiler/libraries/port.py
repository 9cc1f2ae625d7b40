"""The port through which texts of libraries come in. The compiler reads no files: who calls it says where libraries are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from compiler.libraries.head import library_head


@dataclass(frozen=True, slots=True)
class LibraryText:
    """A library's text and the name under which messages show it, such as the path of its file."""

    text: str
    name: str


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no such library. `versions`: those of the same title that are there; `titles`: of other libraries that are there.

    `why` says, as a sentence, what stood in the way of looking; '' if the place was searched.
    """

    versions: tuple[int, ...] = ()
    titles: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several texts say they are this library, by their names."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lock:
    """The contents that a program was locked to, by title and version, and the name of the lock for messages."""

    hashes: Mapping[tuple[str, int], str]
    name: str


class Resolver(Protocol):
    """Where one program's libraries are found. The same title and version give the same text as long as the resolver lives."""

    @property
    def lock(self) -> Lock | None:
        """What the program was locked to; None if it is not locked."""

    def find(self, title: str, version: int) -> LibraryText | Absent | Ambiguous:
        """The text of a library."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Libraries given as texts."""

    texts: tuple[LibraryText, ...]
    lock: Lock | None = None

    def find(self, title: str, version: int) -> LibraryText | Absent | Ambiguous:
        heads = [(head, text) for text in self.texts if (head := library_head(text.text)) is not None]
        found = [text for head, text in heads if (head.title, head.version) == (title, version)]
        if len(found) > 1:
            return Ambiguous(tuple(text.name for text in found))
        versions = sorted(head.version for head, _ in heads if head.title == title)
        titles = tuple(dict.fromkeys(head.title for head, _ in heads if head.title != title))
        return found[0] if found else Absent(tuple(versions), titles)


def content_hash(text: str) -> str:
    """SHA-256 of a library's text in UTF-8. Line ends count as line feeds, so that a checkout on another system is the same."""
    from hashlib import sha256  # only where it is asked for: its import is a hundredth of a check

    return sha256(text.replace("\r\n", "\n").replace("\r", "\n").encode()).hexdigest()

"""What a file says it is, from its first lines alone: a quick look that parses nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

_GAP = r"(?>[ \t\r\n]+|#[^\r\n]*)*+"
_EDITION = re.compile(rf"\ufeff?{_GAP}apx\b{_GAP}(?P<edition>[0-9]+)\b")
_LIBRARY = re.compile(rf'{_GAP}library\b{_GAP}"(?P<title>[^"\r\n]*)"{_GAP}version\b{_GAP}(?P<version>[0-9]+)(?![0-9_.])')


@dataclass(frozen=True, slots=True)
class LibraryHead:
    """`library "…" version n`, as a file begins."""

    title: str
    version: int


def edition_of(text: str) -> tuple[int, int, int] | None:
    """The number in the edition line that a text begins with and where the number stands; None if it begins otherwise."""
    found = _EDITION.match(text)
    return (int(found["edition"]), *found.span("edition")) if found and len(found["edition"]) < 10 else None


def library_head(text: str) -> LibraryHead | None:
    """The library that a text begins as; None for a strategy or any other text."""
    edition = _EDITION.match(text)
    found = _LIBRARY.match(text, edition.end()) if edition else None
    return LibraryHead(found["title"], int(found["version"])) if found and len(found["version"]) < 10 else None

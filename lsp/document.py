"""An open document: its text, and places in it as clients count them, in any of the protocol's three encodings."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from compiler.source import Source, Span

Encoding = Literal["utf-8", "utf-16", "utf-32"]
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Place:
    """A 0-based line, and a column in units of the client's encoding."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a client did: the text between two places is now another; without places, all of it."""

    text: str
    start: Place | None = None
    end: Place | None = None


@dataclass(frozen=True)
class Document:
    """One version of a document. Never changed: an edit makes another, so that whoever still reads this one can go on."""

    uri: str
    text: str
    version: int = 0
    encoding: Encoding = "utf-16"

    @property
    def starts(self) -> Sequence[int]:
        """Offsets at which lines begin. Lines end at LF, CR LF or CR, as in the protocol and the language, and nowhere else."""
        return self.source.line_starts()

    @cached_property
    def source(self) -> Source:
        """The text for the compiler."""
        return Source(self.text, self.uri)

    @cached_property
    def _one_unit(self) -> bool:
        """Whether every character is one unit, so that columns are offsets."""
        return self.encoding == "utf-32" or self.text.isascii()

    def line(self, number: int) -> str:
        """A line without its end; '' past the last."""
        if not 0 <= number < len(self.starts):
            return ""
        end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self.text)
        text = self.text[self.starts[number] : end]
        return text[:-2] if text.endswith("\r\n") else text[:-1] if text.endswith(("\r", "\n")) else text

    # ------------------------------------------------------------ places

    def offset(self, place: Place) -> int:
        """The character at a place. Past the end of a line is its end, past the last line the end; inside a character is its beginning."""
        if place.line < 0:
            return 0
        if place.line >= len(self.starts):
            return len(self.text)
        start, text = self.starts[place.line], self.line(place.line)
        column = max(place.column, 0)
        if self._one_unit or text.isascii():
            return start + min(column, len(text))
        return start + _characters(text, column, self.encoding)

    def place(self, offset: int) -> Place:
        """The place of a character; past the end is the end, between CR and LF the end of their line."""
        offset = max(0, min(offset, len(self.text)))
        number = bisect_right(self.starts, offset) - 1
        before = self.text[self.starts[number] : offset]
        if before.endswith("\r"):
            before = before[:-1]
        return Place(number, len(before) if self._one_unit else units(before, self.encoding))

    def span(self, start: Place, end: Place) -> Span:
        """The characters between two places."""
        first, last = self.offset(start), self.offset(end)
        return Span(min(first, last), max(first, last))

    def _half(self, place: Place) -> bool:
        """Whether a place is between the two units of a character in UTF-16."""
        if self.encoding != "utf-16" or self.text.isascii() or not 0 <= place.line < len(self.starts):
            return False
        start, offset = self.starts[place.line], self.offset(place)
        character = self.text[offset : offset + 1]
        return character > "\uffff" and start + place.column > offset + len(_ASTRAL.findall(self.text, start, offset))

    # ------------------------------------------------------------ edits

    def replaced(self, start: Place, end: Place, new: str) -> str:
        """The text with another between two places.

        A client that counts in UTF-16 may have a character's two units apart: an edit between them leaves half of it, and halves that come together are one.
        """
        if (end.line, end.column) < (start.line, start.column):
            start, end = end, start
        first, last = self.offset(start), self.offset(end)
        before, after = self.text[:first], self.text[last:]
        if self._half(start):
            before += _pair(self.text[first])[0]
        if self._half(end):
            after = _pair(after[0])[1] + after[1:]
        if self.encoding == "utf-16" and (_HALF.search(new) or _HALF.match(before[-1:]) or _HALF.match(after[:1])):
            return before[:-1] + _joined(before[-1:] + new + after[:1]) + after[1:]
        return before + new + after

    def changed(self, changes: Iterable[Change], version: int) -> Document:
        """The next version, after changes in the order in which they were made, each in the terms of the one before."""
        document = self
        for change in changes:
            if change.start is None or change.end is None:
                text = change.text
            else:
                text = document.replaced(change.start, change.end, change.text)
            document = Document(self.uri, text, version, self.encoding)
        return document if document is not self else Document(self.uri, self.text, version, self.encoding)


def _pair(character: str) -> str:
    """The two units of a character beyond the first 65,536."""
    number = ord(character) - 0x10000
    return chr(0xD800 + (number >> 10)) + chr(0xDC00 + (number & 0x3FF))


def _joined(text: str) -> str:
    """A text whose halves of characters are whole where both stand side by side."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def units(text: str, encoding: Encoding) -> int:
    """How many units a text takes in an encoding. Half of a pair that a client left alone counts as one character."""
    if encoding == "utf-32":
        return len(text)
    if encoding == "utf-16":
        return len(text) + len(_ASTRAL.findall(text))
    return len(text.encode("utf-8", "surrogatepass"))


def _characters(text: str, column: int, encoding: Encoding) -> int:
    """How many whole characters of a text lie before a column."""
    passed = 0
    for count, character in enumerate(text):
        passed += units(character, encoding)
        if passed > column:
            return count
    return len(text)

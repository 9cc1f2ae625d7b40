"""Collects changes of a text and makes them minimal: comments in what is taken out stay, words do not run together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from compiler.diagnostics import Edit
from compiler.source import Span

_TEXT_OR_COMMENT = re.compile(r'"[^"\r\n]*"?|#[^\r\n]*')
_LINE_END = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"[A-Za-z0-9_]")


def comments_in(text: str, span: Span) -> list[Span]:
    """The comments of a stretch of text that begins and ends between two tokens."""
    found = _TEXT_OR_COMMENT.finditer(text, span.start, span.end)
    return [Span(m.start(), m.end()) for m in found if m[0].startswith("#")]


def line_end_of(text: str) -> str:
    """How the lines of a text end: as its first one does."""
    first = _LINE_END.search(text)
    return first[0] if first else "\n"


def line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1


def indent_at(text: str, offset: int) -> str:
    """The white space at the beginning of a line."""
    start = line_start(text, offset)
    match = re.compile(r"[ \t]*").match(text, start)
    assert match is not None  # the pattern matches nothing, too
    return match[0]


@dataclass(slots=True)
class Splice:
    """Changes of one text. They may touch each other but not overlap; at one place, those added first come first."""

    text: str
    changes: list[Edit] = field(default_factory=list)

    def insert(self, at: int, text: str) -> None:
        if text:
            self.changes.append(Edit(Span(at, at), text))

    def replace(self, span: Span, text: str) -> None:
        """Puts text in the place of a part of a line. Comments in it go before the new text."""
        kept = self._comments(span)
        if kept:
            margin = line_end_of(self.text) + indent_at(self.text, span.start) + "    "
            before = "" if self.text[span.start - 1 : span.start] in ("", " ", "\t", "\n", "\r") else " "
            text = before + margin.join(kept) + margin + text
        self.changes.append(Edit(span, text))

    def delete(self, span: Span) -> None:
        """Takes out a part of a line, its comments left where it stood."""
        if span.start == span.end:
            return
        kept = self._comments(span)
        if not kept:
            self.changes.append(Edit(span, ""))
            return
        end = _LINE_END.search(self.text, span.end)
        rest = self.text[span.end : end.start() if end else len(self.text)].strip(" \t")
        space = "" if self.text[span.start - 1 : span.start] in ("", " ", "\t", "\n", "\r") else "  "
        if not rest or rest.startswith("#"):  # on this line only a comment can follow: they become one
            self.changes.append(Edit(span, space + "  ".join(kept)))
            return
        margin = line_end_of(self.text) + indent_at(self.text, span.start) + "    "
        self.changes.append(Edit(span, space + margin.join(kept) + margin))

    def drop(self, span: Span) -> None:
        """Takes out whole lines with all that is in them."""
        self.changes.append(Edit(span, ""))

    def _comments(self, span: Span) -> list[str]:
        return [self.text[c.start : c.end].rstrip(" \t") for c in comments_in(self.text, span)]

    def edits(self) -> tuple[Edit, ...]:
        """The changes in order, none touching another, no character replaced by itself at either end."""
        merged: list[Edit] = []
        order = sorted(enumerate(self.changes), key=lambda c: (c[1].span.start, c[1].span.end, c[0]))
        for _, change in order:
            if merged and merged[-1].span.end == change.span.start:
                last = merged[-1]
                merged[-1] = Edit(Span(last.span.start, change.span.end), last.text + change.text)
            else:
                merged.append(change)
        return tuple(trimmed for edit in merged if (trimmed := self._trimmed(self._apart(edit))) is not None)

    def _apart(self, edit: Edit) -> Edit:
        """With spaces where two words would become one."""
        text, span = edit.text, edit.span
        before, after = self.text[span.start - 1 : span.start] if span.start else "", self.text[span.end : span.end + 1]
        if not text:
            return Edit(span, " ") if _WORD.match(before) and _WORD.match(after) else edit
        if _WORD.match(before) and _WORD.match(text[0]):
            text = " " + text
        if _WORD.match(text[-1]) and _WORD.match(after):
            text += " "
        return Edit(span, text)

    def _trimmed(self, edit: Edit) -> Edit | None:
        """Without what stays the same at its beginning and end; never between the two characters of a line end."""
        old, new = self.text[edit.span.start : edit.span.end], edit.text
        if old == new:
            return None
        front = 0
        while front < min(len(old), len(new)) and old[front] == new[front]:
            front += 1
        back = 0
        while back < min(len(old), len(new)) - front and old[-1 - back] == new[-1 - back]:
            back += 1
        if front and old[front - 1] == "\r":
            front -= 1
        if back and old[len(old) - back] == "\n":
            back -= 1
        return Edit(Span(edit.span.start + front, edit.span.end - back), new[front : len(new) - back])


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after the edits, whose spans are in order and do not overlap."""
    out: list[str] = []
    at = 0
    for edit in edits:
        if edit.span.start < at:
            raise ValueError("text edits overlap or are not in order")
        out += (text[at : edit.span.start], edit.text)
        at = edit.span.end
    out.append(text[at:])
    return "".join(out)


def inverse(text: str, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits that give `text` back, to the byte, from what `edits` made of it."""
    undo: list[Edit] = []
    shift = 0
    for edit in edits:
        start = edit.span.start + shift
        undo.append(Edit(Span(start, start + len(edit.text)), text[edit.span.start : edit.span.end]))
        shift += len(edit.text) - (edit.span.end - edit.span.start)
    return tuple(undo)

"""What is said of a thing: parts in order, shown as Markdown to clients that can, else as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Code:
    """Text of the language."""

    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph. Code in it stands between backticks."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Facts, one a row: what it is, and how it is."""

    rows: tuple[tuple[str, str], ...]


Part = Code | Words | Rows


def as_markdown(parts: Sequence[Part]) -> str:
    """The parts with the language's text in blocks that editors colour."""
    return "\n\n".join(_marked(part) for part in parts)


def as_text(parts: Sequence[Part]) -> str:
    """The parts without any marks; the language's text is indented."""
    return "\n\n".join(_plain(part) for part in parts)


def content(parts: Sequence[Part], markdown: bool) -> types.MarkupContent:
    """The parts as the protocol says them."""
    if markdown:
        return types.MarkupContent(types.MarkupKind.Markdown, as_markdown(parts))
    return types.MarkupContent(types.MarkupKind.PlainText, as_text(parts))


def _marked(part: Part) -> str:
    match part:
        case Code(text=text):
            return f"```apx\n{text}\n```"
        case Words(text=text):
            return _escaped(text)
        case Rows(rows=rows):
            return "\n".join(f"- {_escaped(name)}: {_escaped(text)}" if name else f"- {_escaped(text)}" for name, text in rows)


def _plain(part: Part) -> str:
    match part:
        case Code(text=text):
            return "\n".join(f"  {line}" for line in text.split("\n"))
        case Words(text=text):
            return text
        case Rows(rows=rows):
            return "\n".join(f"{name}: {text}" if name else text for name, text in rows)


_CHUNK = re.compile(r"(?:`[^`]+`|\S)+")
_BETWEEN_TICKS = re.compile(r"(`[^`]+`)")
_IN_SENTENCE = re.compile(r"""(["'(]*)(.*?)([.,:!?)"']*)""")
_SIGNS = re.compile(r"([\\`*_<>\[\]~&])")
_READ_AS_MARKS = re.compile(
    r"""\\[!-/:-@\[-`{-~]     # a sign that would lose its backslash
    | &\#?\w+;                # a character by its name
    | <[A-Za-z/!?]            # a tag
    | [\[\]]                  # a link
    | [*~](?=\S) | (?<=\S)[*~]                        # stress, words struck out; not 2 * x
    | (?<![^\W_])_(?=\S) | (?<=\S)_(?![^\W_])         # stress; not a name_of_words
    """,
    re.VERBOSE,
)
_LINE_BEGINS = re.compile(r"(?m)^( *)(#+(?!\S)|>|[*~](?!\S)|[-=_|:][-=_|: ]*$)")


def _escaped(text: str) -> str:
    """Words in which Markdown finds no marks but the backticks. Line ends stay.

    What it would take for marks is shown as code: some clients show Markdown as it is written, and a backslash would be no part of what is said.
    """
    return _LINE_BEGINS.sub(r"\1\\\2", _CHUNK.sub(_unmarked, text)).replace("\n", "  \n")


def _unmarked(found: re.Match[str]) -> str:
    """What stands between two blanks."""
    chunk = found[0]
    pieces = _BETWEEN_TICKS.split(chunk)
    if len(pieces) > 1 or "`" in chunk:
        return "".join(piece if i % 2 else _SIGNS.sub(r"\\\1", piece) for i, piece in enumerate(pieces))
    if not _READ_AS_MARKS.search(chunk):
        return chunk
    parts = _IN_SENTENCE.fullmatch(chunk)
    before, word, after = parts.groups() if parts is not None and parts[2] else ("", chunk, "")
    return f"{before}`{word}`{after}"

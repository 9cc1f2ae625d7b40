"""Migrating: a program of an earlier edition rewritten for a later one. Tokens change; comments, texts and layout do not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from compiler.diagnostics import Diagnostic, Edit, Fix, Label
from compiler.editions import retired
from compiler.editions.retired import RETIRED, Retired
from compiler.libraries.head import edition_of
from compiler.source import Source, Span
from compiler.text.heads import EDITION

_TOKEN = re.compile(
    r"(?P<skip>[ \t\r\n\ufeff]+|#[^\r\n]*)|(?P<text>\"[^\"\r\n]*\"?)|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>[0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?(?:[eE][+-]?[0-9]+)?)|(?P<sign>.)"
)
_LABELS = 5
NEWEST = EDITION


class _Token(NamedTuple):
    kind: str
    text: str
    span: Span
    leads: bool  # the first of its line


@dataclass(frozen=True, slots=True)
class Change:
    """One place that was written in a retired way, and how it is written now."""

    row: Retired
    span: Span
    edits: tuple[Edit, ...]
    now: str


@dataclass(frozen=True, slots=True)
class Migration:
    """What rewriting a program for an edition does. `text` is the result."""

    edition: int
    to: int
    changes: tuple[Change, ...]
    edits: tuple[Edit, ...]
    text: str


def migrated(text: str, to: int = NEWEST) -> Migration | None:
    """A program rewritten for a later edition; None if it does not begin with an edition that there is."""
    head = edition_of(text)
    if head is None or not 0 <= head[0] <= to <= NEWEST:
        return None
    edition, *place = head
    if edition == to:
        return Migration(edition, to, (), (), text)
    changes = _changes(text, tuple(row for row in RETIRED if edition <= row.edition < to))
    edits = (Edit(Span(*place), str(to)), *(edit for change in changes for edit in change.edits))
    return Migration(edition, to, changes, edits, _edited(text, Span(0, len(text)), edits))


def _edited(text: str, span: Span, edits: tuple[Edit, ...]) -> str:
    """A part of a text with edits inside it made."""
    parts, at = [], span.start
    for edit in edits:
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join((*parts, text[at : span.end]))


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    leads = True
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind == "skip":
            leads = leads or "\n" in match[0] or "\r" in match[0]
        else:
            found.append(_Token(kind, match[0], Span(*match.span()), leads))
            leads = False
    return found


def _changes(text: str, rows: tuple[Retired, ...]) -> tuple[Change, ...]:
    """Every place where a row fits, none inside another."""
    tokens = _tokens(text)
    changes: list[Change] = []
    at = 0
    while at < len(tokens):
        row = next((row for row in rows if _fits(row, tokens, at)), None)
        if row is None:
            at += 1
            continue
        part = tokens[at : at + len(row.pattern)]
        edits = tuple(Edit(t.span, new) for t, new in zip(part, row.becomes, strict=True) if new is not None)
        span = part[0].span.to(part[-1].span)
        changes.append(Change(row, span, edits, _edited(text, span, edits)))
        # What stays may begin the next place: a number, a name.
        at += max(i for i, new in enumerate(row.becomes) if new is not None) + 1
    return tuple(changes)


def _fits(row: Retired, tokens: list[_Token], at: int) -> bool:
    part = tokens[at : at + len(row.pattern)]
    if len(part) < len(row.pattern) or (row.leads and not part[0].leads):
        return False
    if at and tokens[at - 1].text == "." and part[0].kind == "word":  # a part of something: `m.set`
        return False
    return all(_is(token, wanted) for token, wanted in zip(part, row.pattern, strict=True))


def _is(token: _Token, wanted: str) -> bool:
    match wanted:
        case retired.NUMBER:
            return token.kind == "number"
        case retired.NAME:
            return token.kind == "word"
        case _:
            return token.kind in ("word", "sign") and token.text == wanted


def retired_edition(source: Source) -> Diagnostic | None:
    """What is wrong with a text of an edition that is no longer read; None if it is of another one."""
    migration = migrated(source.text)
    if migration is None or migration.edition == NEWEST:
        return None
    places = len(migration.changes)
    spellings = "nothing else" if not places else "one retired spelling" if places == 1 else f"{places} retired spellings"
    at = edition_of(source.text)
    assert at is not None
    labels = tuple(Label(change.span, f"now `{' '.join(change.now.split())}`") for change in migration.changes[:_LABELS])
    return Diagnostic(
        "E0230", Span(*at[1:]), f"This is edition {migration.edition} of the language, which is retired; the newest is {NEWEST}.", "error",
        f"`apx migrate --write` rewrites the edition line and {spellings}.", labels,
        (Fix(f"rewrite for edition {NEWEST}", migration.edits, safe=True),),
    )  # fmt: skip

"""What is told of what was found: an error that only follows from a line that could not be read is left out."""

from __future__ import annotations

import re
from bisect import bisect_right

from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.source import Source
from compiler.text.slices import Piece, Slice, is_block, pieces_of, slices_of

SLIPS = ("E011", "E012")
"""Codes of lines that could not be read as they stand."""
OF_LINES = ("E010", "E0130")
"""Codes about which lines stand where."""
UNKNOWN_NAMES = ("E0201", "E0202")
ARGUMENTS = ("E0207", "E0216", "E0217")
"""Codes of calls that do not fit their function."""
ORPHANS = ("E0504", "E0507", "E0105", "E0130")
"""Codes that miss, or find too much of, what stands under a line: beside a line of the same card that could not be read, guesswork."""

_NAMED = re.compile(r"(?:let|input|remember)\s+[a-z_][a-z0-9_]*\s*=|define\s+[a-z_][a-z0-9_]*\s*\(")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEFINING = ("let", "input", "remember", "define")


def told(source: Source, found: Diagnostics) -> tuple[Diagnostic, ...]:
    """What is reported of what was found, in order of place."""
    errors = [d for d in found.found if d.severity == "error"]
    slips = [d for d in errors if d.code.startswith(SLIPS)]
    nameless = [d for d in errors if d.code in ("E0204", "E0114")]
    misplaced = [d for d in errors if d.code == "E0105"]
    endless = [d for d in errors if d.code == "E0107"]
    if not (slips or nameless or misplaced or endless):
        return tuple(found)
    text = source.text
    orphaned = [d for d in misplaced if _said(source, d) == "give"]
    unread = [d for d in slips if not any(fix.safe for fix in d.fixes)]
    lines = {source.position(d.span.start).line for d in unread}
    spans = {d.span for d in slips}
    pieces = pieces_of(text)
    starts = [piece.trivia for piece in pieces]
    broken = {piece.start: piece for piece in (_at(d.span.start, pieces, starts) for d in unread) if piece is not None}
    lost = {word for piece in broken.values() for word in _WORD.findall(text, piece.start, piece.end)}
    all_lost = any(_nameless(text, piece) for piece in broken.values()) or any(
        _at_definition(text, d, _at(d.span.start, pieces, starts)) for d in nameless
    )
    cards = slices_of(text)
    card_starts = [card.start for card in cards]

    def card_of(offset: int) -> int:
        return bisect_right(card_starts, offset) - 1

    broken_cards = {card_of(d.span.start) for d in unread}
    # A define that never gives takes in the lines that follow: they are neither its own nor lost.
    endless_cards = {card_of(d.span.start) for d in endless} | {i for i in broken_cards if _endless(text, cards[i])}
    lost |= {word for i in endless_cards for word in _WORD.findall(text, cards[i].start, cards[i].end)}
    orphans = {card_of(d.span.start) for d in orphaned}
    first_slip = min((d.span.start for d in unread), default=len(text))

    def follows(d: Diagnostic) -> bool:
        """Whether an error follows from another one that is told."""
        if d.code.startswith(SLIPS) or d.severity != "error":
            return False
        if d.code != "E0107" and card_of(d.span.start) in endless_cards:
            return True
        if d.code in UNKNOWN_NAMES and (
            all_lost or _said(source, d) in lost or (d.code == "E0201" and card_of(d.span.start) in orphans)
        ):
            return True
        if d.code == "E0106" and orphaned and _said(source, d) == "remember":  # of the define that the `give` misses
            return True
        if d.code == "E0515" and f"named {_said(source, d)}" in text:
            return True
        if d.code in ARGUMENTS and any(f"`{word}`" in d.message for word in lost):
            return True
        if d.code in ORPHANS and card_of(d.span.start) in broken_cards:
            return True
        if d.code == "E0105" and _said(source, d) == "give" and first_slip < d.span.start:
            return True
        return d.code.startswith(OF_LINES) and d.code != "E0104" and source.position(d.span.start).line in lines

    return tuple(
        d
        for d in found
        if not follows(d)
        and (d.code.startswith((*SLIPS, *OF_LINES)) or (d.span not in spans and source.position(d.span.start).line not in lines))
    )


def _said(source: Source, d: Diagnostic) -> str:
    return source.text[d.span.start : d.span.end]


def _at(offset: int, pieces: list[Piece], starts: list[int]) -> Piece | None:
    i = bisect_right(starts, offset) - 1
    return pieces[i] if i >= 0 else None


def _nameless(text: str, piece: Piece) -> bool:
    """Whether a definition could not be read so far as its name, or a `use`: then any name may be one that it would have given."""
    return piece.word == "use" or (piece.word in _DEFINING and _NAMED.match(text, piece.start, piece.end) is None)


def _endless(text: str, card: Slice) -> bool:
    """Whether a card is a define whose `give` was not found."""
    return card.pieces[0].word == "define" and is_block(text, card.pieces[0]) and all(p.word != "give" for p in card.pieces)


def _at_definition(text: str, d: Diagnostic, piece: Piece | None) -> bool:
    """Whether a refused name is the one that a definition gives, so that the name it was meant to give is not there."""
    return piece is not None and piece.word in _DEFINING and not text[piece.start + len(piece.word) : d.span.start].strip()

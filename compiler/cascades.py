"""What is told of what was found: an error that only follows from a line that could not be read is left out."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable

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
OF_VALUES = ("E03", "E05", "E06")
"""Families of codes about what a line says, not about which names it uses."""
OF_BARS = ("E0408", "E0412")
"""Codes of what needs to know how long the bars are, which a broken `trade` line leaves open."""
OF_TESTS = ("E0704", "E0711", "E0712")
"""Codes of a test that lacks a line, or expects another kind of value than there is."""
ORPHANS = ("E0504", "E0505", "E0506", "E0507", "E0105", "E0130")
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
    doubled = [d for d in errors if d.code == "E0703"]
    endless = [d for d in errors if d.code == "E0107"]
    if not (slips or nameless or misplaced or doubled or endless):
        return tuple(found)
    text = source.text
    orphaned = [d for d in misplaced if _said(source, d) == "give"]
    unread = [d for d in slips if not any(fix.safe for fix in d.fixes)]
    lines = {source.position(d.span.start).line for d in unread}
    spans = {d.span for d in slips}
    pieces = pieces_of(text)
    starts = [piece.trivia for piece in pieces]
    run_on = [d for d in slips if d.code == "E0113"]  # whether two lines were meant or one with another word is a guess
    run_on_lines = {source.position(d.span.start).line for d in run_on}
    torn = [d for d in run_on if _in_settings(_at(d.span.start, pieces, starts))]
    cuts = [(d.span.start, source.position(d.span.start).line) for d in torn]
    lines |= {line for _, line in cuts}  # a setting cut short, and what was cut off it
    broken = {piece.start: piece for piece in (_at(d.span.start, pieces, starts) for d in unread) if piece is not None}
    lost = {word for piece in broken.values() for word in _WORD.findall(text, piece.start, piece.end)}
    all_lost = any(_nameless(text, piece) for piece in broken.values()) or any(
        _at_definition(text, d, _at(d.span.start, pieces, starts)) for d in nameless
    )
    cards = slices_of(text, pieces)
    card_starts = [card.start for card in cards]

    def card_of(offset: int) -> int:
        return bisect_right(card_starts, offset) - 1

    broken_cards = {card_of(d.span.start) for d in (*unread, *torn)}
    run_on_cards = {card_of(d.span.start) for d in slips if d.code in ("E0112", "E0113")}
    # A define that never gives takes in the lines that follow: they are neither its own nor lost.
    endless_cards = {card_of(d.span.start) for d in endless} | {i for i in broken_cards if _endless(text, cards[i])}
    lost |= {word for i in endless_cards for word in _WORD.findall(text, cards[i].start, cards[i].end)}
    orphans = {card_of(d.span.start) for d in orphaned}
    slipped_cards = {card_of(d.span.start) for d in slips}
    doubled_cards = {card_of(d.span.start) for d in doubled}
    alone = {group[0].span for code in (misplaced, doubled) for group in _grouped(code, card_of)}
    headless = any(piece.word == "trade" for piece in broken.values())
    settingless = any(cards[i].pieces[0].word == "settings" for i in broken_cards)
    doubtful = _defined_by(text, [cards[card_of(d.span.start)] for d in (*slips, *errors) if d.code not in OF_TESTS])
    notifies = {card_of(d.span.start) - 1 for d in slips if any(fix.title == "write `notify`" for fix in d.fixes)}
    misnamed = {_said(source, d) for d in nameless if d.code == "E0204"}
    first_slip = min((d.span.start for d in unread), default=len(text))

    def follows(d: Diagnostic) -> bool:
        """Whether an error follows from another one that is told."""
        if d.code == "W0502":  # the commission may be what could not be read
            return settingless
        if d.code.startswith(SLIPS) or d.severity != "error":
            return any(d.span.start > cut and line == source.position(d.span.start).line for cut, line in cuts)
        if d.code == "E0130" and card_of(d.span.start) in notifies:  # its message is written as an `alert`
            return True
        if d.code == "E0210" and _said(source, d) in misnamed:  # a use of what could not have that name
            return True
        if d.code in ("E0105", "E0703") and d.span not in alone:  # what comes after misses, or has, the same thing
            return True
        if d.code == "E0714" and card_of(d.span.start) in doubled_cards:
            return True
        if d.code.startswith(OF_VALUES) and source.position(d.span.start).line in run_on_lines:
            return True
        if d.code in ORPHANS and card_of(d.span.start) in run_on_cards:
            return True
        if headless and d.code in OF_BARS:
            return True
        if d.code in OF_TESTS and slipped_cards & {
            card_of(d.span.start),
            card_of(d.span.start) + 1,
        }:  # a line of it may begin the next
            return True
        if d.code == "E0712" and any(word in doubtful for word in _WORD.findall(_line(text, d.span.start))):
            return True
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


def _grouped(found: list[Diagnostic], card_of: Callable[[int], int]) -> list[list[Diagnostic]]:
    groups: dict[int, list[Diagnostic]] = {}
    for d in found:
        groups.setdefault(card_of(d.span.start), []).append(d)
    return [sorted(group, key=lambda d: d.span.start) for group in groups.values()]


def _defined_by(text: str, cards: list[Slice]) -> set[str]:
    """The names that the first lines of cards define."""
    found: set[str] = set()
    for card in cards:
        words = _WORD.findall(text, card.pieces[0].start, card.pieces[0].end)[:2]
        if len(words) == 2 and words[0] in _DEFINING:
            found.add(words[1])
    return found


def _line(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]


def _in_settings(piece: Piece | None) -> bool:
    return piece is not None and piece.in_settings


def _nameless(text: str, piece: Piece) -> bool:
    """Whether a definition could not be read so far as its name, or a `use`: then any name may be one that it would have given."""
    return piece.word == "use" or (piece.word in _DEFINING and _NAMED.match(text, piece.start, piece.end) is None)


def _endless(text: str, card: Slice) -> bool:
    """Whether a card is a define whose `give` was not found."""
    return card.pieces[0].word == "define" and is_block(text, card.pieces[0]) and all(p.word != "give" for p in card.pieces)


def _at_definition(text: str, d: Diagnostic, piece: Piece | None) -> bool:
    """Whether a refused name is the one that a definition gives, so that the name it was meant to give is not there."""
    return piece is not None and piece.word in _DEFINING and not text[piece.start + len(piece.word) : d.span.start].strip()

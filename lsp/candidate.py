"""A candidate: one thing that could stand where a cursor is."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol.types import CompletionItemKind as Kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """rank: the smaller, the nearer to what is wanted; order: among those of a rank. text: what is put in; snippet: the same with parts to fill in, '' where it has none.

    more: what stands beside the label. page: what its documentation is found by: a kind of thing and its name.
    """

    label: str
    kind: Kind
    rank: int
    text: str
    snippet: str = ""
    more: str = ""
    order: int = 0
    page: tuple[str, str] | None = None


# What fits comes first, and of it what the program itself gives.
OWN_FITS, GIVEN_FITS, FUNCTION_FITS, OWN, GIVEN, WORD, FUNCTION, LINE_LATER = 1, 2, 3, 4, 5, 6, 7, 8

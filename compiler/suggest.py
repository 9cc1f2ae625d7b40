"""Did you mean: the known word nearest to a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, candidates: Iterable[str], most: int | None = None) -> str | None:
    """The candidate with the fewest slips of a finger from `word` (insert, delete, replace, swap neighbours), if these are few.

    At most one slip in a word of up to 4 letters, two up to 8, three beyond, or `most`. Ties go to the candidate that comes first.
    """
    best, allowed = None, most if most is not None else 1 if len(word) <= 4 else 2 if len(word) <= 8 else 3
    letters = frozenset(word.lower())
    for candidate in candidates:
        if candidate == word or abs(len(candidate) - len(word)) > allowed:
            continue
        if len(letters.difference(candidate.lower())) > allowed:  # each letter that it lacks takes a slip
            continue
        slips = _slips(word.lower(), candidate.lower(), allowed)
        # A word of two letters is near to almost anything.
        if slips <= allowed and slips < max(len(candidate), len(word)) - 1:
            best, allowed = candidate, slips - 1
            if allowed < 0:
                break
    return best


def _slips(a: str, b: str, most: int) -> int:
    """Optimal string alignment distance, or `most + 1` once it must be larger."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        row = [i]
        for j, other in enumerate(b, 1):
            cost = min(row[j - 1] + 1, last[j] + 1, last[j - 1] + (letter != other))
            if before and j > 1 and letter == b[j - 2] and a[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(last) > most:
            return most + 1
        before, last = last, row
    return last[-1]

"""Bars to learn from and bars to be judged on, never the same: walking forward, and folds with a gap.

Source of purge and embargo: M. López de Prado, "Advances in Financial Machine Learning" (2018), chapter 7.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from runtime.research.overfitting import ResearchError


@dataclass(frozen=True, slots=True)
class Split:
    """Bars as half-open ranges of rows: `learn` may be several ranges, `judge` is one. `warm` says how many rows before `judge`
    are run, untraded, so that windows and filters are known from its first bar on; they are never judged."""

    learn: tuple[tuple[int, int], ...]
    judge: tuple[int, int]
    warm: int = 0


def walk_forward(bars: int, windows: int, *, share: float = 0.75, anchored: bool = False, warm: int = 0) -> tuple[Split, ...]:
    """The years to judge, one after the other, each behind the bars that parameters are chosen on.

    windows: how many; together they judge every bar after the first stretch once. share: of the first stretch and one window,
    how much is learnt from (0.75: three bars of learning to one of judging). anchored: every stretch of learning begins with the
    first bar; otherwise all are equally long. warm: rows to run before each judged range. Raises ResearchError.
    """
    if windows < 1 or not 0.0 < share < 1.0:
        raise ResearchError(
            f"Walking forward takes 1 window or more and a share between 0 and 1; these are {windows} and {share:g}."
        )
    # learn = share / (1 - share) judged stretches, then `windows` of them.
    judged = bars / (share / (1.0 - share) + windows)
    first = bars - judged * windows
    edges = [round(first + judged * k) for k in range(windows)] + [bars]
    if edges[0] < 2 or any(b - a < 2 for a, b in itertools.pairwise(edges)):
        raise ResearchError(f"{bars:,} bars are too few for {windows} windows.")
    return tuple(
        Split(((0 if anchored else max(0, a - edges[0]), a),), (a, b), min(warm, a)) for a, b in itertools.pairwise(edges)
    )


def purged_folds(bars: int, folds: int, *, purge: int = 0, embargo: int = 0, warm: int = 0) -> tuple[Split, ...]:
    """Each fold judged once by what is learnt from all others.

    purge: bars left out on both sides of the judged fold, at least as many as a trade lasts or a window looks back. embargo: as
    many more after it. warm: rows to run before each judged fold. Raises ResearchError.
    """
    if folds < 2 or bars < 2 * folds:
        raise ResearchError(f"{bars:,} bars cannot be cut into {folds} folds of two bars or more; two folds are the least.")
    if purge < 0 or embargo < 0:
        raise ResearchError("A purge and an embargo are bars: 0 or more.")
    return tuple(_folds(bars, folds, purge, embargo, warm))


def _folds(bars: int, folds: int, purge: int, embargo: int, warm: int) -> Iterator[Split]:
    edges = [round(bars * k / folds) for k in range(folds + 1)]
    for a, b in itertools.pairwise(edges):
        around = ((0, max(0, a - purge)), (min(bars, b + purge + embargo), bars))
        learn = tuple((low, high) for low, high in around if high - low >= 2)
        if not learn:
            raise ResearchError(f"A purge of {purge} and an embargo of {embargo} bars leave nothing to learn from.")
        yield Split(learn, (a, b), min(warm, a))

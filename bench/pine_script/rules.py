"""What both runtimes do: six studies of the same bars, their values as columns, and when two sets of them agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

COLUMNS = ("fast", "slow", "strength", "upper", "spread", "go")
"""The names of the plots, the same on both sides."""
SETTLED = 2_000
"""Bars after which the seeds of recursive averages no longer matter."""
AGREES = 1e-8
"""Largest relative difference of a number: the peer rounds what it plots to ten decimals."""
RULE = "Two exponential averages, an RSI, the upper Bollinger band, an ATR, and a cross of the averages while the RSI is above 50: from the script's text to six columns."


def save(columns: Floats, path: Path) -> None:
    """columns: float64 (6, bars), as plain bytes, which any language can write."""
    path.write_bytes(np.ascontiguousarray(columns, dtype="<f8").tobytes())


def load(path: Path) -> Floats:
    columns: Floats = np.frombuffer(path.read_bytes(), dtype="<f8").reshape(len(COLUMNS), -1)
    return columns


def disagreements(ours: Floats, theirs: Floats) -> list[str]:
    """Everything in which two sets of columns differ, in words; empty if they agree. Crosses must be the same on every bar."""
    if ours.shape != theirs.shape:
        return [f"{theirs.shape[1]:,} bars against {ours.shape[1]:,}"]
    found = []
    for name, a, b in zip(COLUMNS, ours[:, SETTLED:], theirs[:, SETTLED:], strict=True):
        apart = np.abs(a - b) / np.maximum(1.0, np.abs(a)) if name != "go" else np.abs(a - b)
        most = AGREES if name != "go" else 0.0
        if not np.all(apart <= most):
            at = int(np.argmax(np.where(np.isnan(apart), np.inf, apart)))
            found.append(f"{name} on bar {SETTLED + at} is {b[at]!r} against {a[at]!r}")
    if not ours[COLUMNS.index("go"), SETTLED:].any():
        found.append("the averages never cross on these bars; take more of them")
    return found

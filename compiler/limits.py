"""Limits that a caller sets: what a program may cost for each bar and keep from bar to bar, below what the language itself allows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """most_cost: steps a bar, by the costs that functions declare (compiler/costs.py). most_state: bytes of saved state. None: as the language allows.

    Both are of the program with its inputs' defaults, every let and plot computed.
    """

    most_cost: float | None = None
    most_state: int | None = None

    @property
    def any(self) -> bool:
        return self.most_cost is not None or self.most_state is not None


NO_LIMITS = Limits()

"""The combinations of a sweep, each known by its number: none is made before it is asked for."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

InputValue = float | bool | str
Numbers = NDArray[np.int64]

MOST = 2**62
"""Combinations that can be numbered."""


class TooMany(ValueError):
    """A sweep with more combinations than it may have. The message says how many."""


@dataclass(frozen=True, slots=True)
class Axis:
    """An input and the values that it is given, in their order."""

    name: str
    values: tuple[InputValue, ...]


@dataclass(frozen=True, slots=True)
class Space:
    """Every combination of the values of some inputs. Numbers count from 0; the last input changes fastest."""

    axes: tuple[Axis, ...]

    @property
    def size(self) -> int:
        return math.prod(len(axis.values) for axis in self.axes)

    @property
    def sizes(self) -> Mapping[str, int]:
        return {axis.name: len(axis.values) for axis in self.axes}

    def places(self, numbers: Numbers) -> NDArray[np.int64]:
        """Of each combination the place of its value on every axis. numbers: shape (m,). Returns shape (m, axes)."""
        found = np.empty((len(numbers), len(self.axes)), dtype=np.int64)
        rest = numbers.copy()
        for at in range(len(self.axes) - 1, -1, -1):
            rest, found[:, at] = np.divmod(rest, len(self.axes[at].values))
        return found

    def values(self, places: NDArray[np.int64]) -> dict[str, InputValue]:
        """The values of one combination from its places, shape (axes,)."""
        return {axis.name: axis.values[at] for axis, at in zip(self.axes, places.tolist(), strict=True)}

    def all(self, most: int) -> Numbers:
        """Every number in order. Raises TooMany if there are more than `most`."""
        if self.size > most:
            raise TooMany(f"There are {self.size:,} combinations, more than {most:,}.")
        return np.arange(self.size, dtype=np.int64)

    def drawn(self, count: int, seed: int) -> Numbers:
        """`count` different numbers at random (all, if there are no more), in order. A seed always draws the same."""
        if self.size > MOST:
            raise TooMany(f"There are {self.size:,} combinations; no more than {MOST:,} can be drawn from.")
        if count >= self.size:
            return np.arange(self.size, dtype=np.int64)
        return np.array(sorted(random.Random(seed).sample(range(self.size), count)), dtype=np.int64)

"""Which combinations the program's `require` lines allow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from compiler.inputs import broken_requirement
from compiler.program import Program
from compiler.sweeping.allowed import INPUT_FEED, requirements
from runtime.kernel import bind
from runtime.sweep.space import InputValue, Space


def allowed(program: Program, space: Space, fixed: Mapping[str, InputValue], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each combination meets every requirement. fixed: values of the other inputs. places: shape (m, axes). Returns shape (m,)."""
    if not program.typed.names.requires or not len(places):
        return np.ones(len(places), dtype=bool)
    texts = [at for at, axis in enumerate(space.axes) if any(isinstance(value, str) for value in axis.values)]
    found = np.empty(len(places), dtype=bool)
    groups, member = np.unique(places[:, texts], axis=0, return_inverse=True)
    for k in range(len(groups)):
        rows = np.flatnonzero(member.ravel() == k)
        found[rows] = _of_group(program, space, fixed, places[rows])
    return found


def _of_group(program: Program, space: Space, fixed: Mapping[str, InputValue], places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The same for combinations that agree in their texts: the requirements run as kernels, a row for each combination."""
    values = {**fixed, **space.values(places[0])}
    names = tuple(axis.name for axis in space.axes)
    plan = requirements(program.typed, values, names)
    if plan is None:
        return np.array([broken_requirement(program.typed, {**fixed, **space.values(row)}) is None for row in places])
    kernel = bind(plan)
    feeds = []
    for feed in plan.feeds:
        at = names.index(feed.removeprefix(INPUT_FEED))
        # A truth is 0 or 2 in a column.
        known = np.array([2.0 * v if isinstance(v, bool) else v for v in space.axes[at].values], dtype=np.float64)
        feeds.append(known[places[:, at]])
    columns = kernel.run(feeds, len(places))
    met: NDArray[np.bool_] = np.ones(len(places), dtype=bool)
    for column in plan.columns:
        met &= columns[column.register] == 2.0
    return met

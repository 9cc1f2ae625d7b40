"""Which columns are known to hold no infinity and no -0, so that a run over them again need not look."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

from runtime.engine import Floats, cleaned

_seen: dict[int, tuple[weakref.ref[Floats], bool]] = {}
"""id of a column -> the column, and whether it was clean. An entry goes with its column."""


def are_clean(columns: Sequence[Floats]) -> bool:
    """Whether all columns are as kernels want them. Each is looked through once, where it can't be written to; unknown values count as not clean."""
    return all(_is_clean(column) for column in columns)


def _is_clean(column: Floats) -> bool:
    if column.flags.writeable:  # it may hold something else the next time
        return False
    key = id(column)
    entry = _seen.get(key)
    if entry is not None and entry[0]() is column:
        return entry[1]
    found = cleaned(column) is column
    _seen[key] = weakref.ref(column, lambda _: _seen.pop(key, None)), found
    return found

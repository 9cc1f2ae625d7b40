"""The table of compiled kernels: for each the address of the build that suits this processor."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from stdlib.kernels.scalar import wide_vectors

MODULES: tuple[str, ...] = ("elementwise", "windows", "orderings", "recursive", "events")
WIDE: tuple[str, ...] = ("elementwise", "windows", "orderings", "events")


def addresses(wide: bool | None = None) -> dict[str, int]:
    """Kernel name -> address of its compiled function; empty where the kernels have not been built.

    wide: the build for wide vectors or the one for any processor; None takes the wide one where it exists and this processor
    runs it. Both give the same bits. Raises ModuleNotFoundError if `wide` is asked for and was not built.
    """
    if wide is None:
        wide = wide_vectors() and find_spec("stdlib.kernels.wide_windows") is not None
    found: dict[str, int] = {}
    for name in MODULES:
        chosen = f"wide_{name}" if wide and name in WIDE else name
        found.update(import_module(f"stdlib.kernels.{chosen}").addresses())
    return found

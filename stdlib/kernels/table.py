"""The table of compiled kernels: for each the address of the build that suits this processor."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from stdlib.kernels.scalar import vector_bits

MODULES: tuple[str, ...] = ("elementwise", "windows", "orderings", "varying", "recursive", "events", "fused")
BUILDS: tuple[tuple[str, int], ...] = (("avx512_", 512), ("avx2_", 256), ("", 128))
"""Prefixes of the builds, and the bits of the vectors that each needs; the longest first."""

FUSED: dict[str, int] = {
    "crossing": 3,
    "true_range": 2,
    "rise": 2,
    "fall": 2,
    "percent_of_both": 0,
    "quotient_above": 0,
    "and_below": 0,
}
"""Kernels that do several steps of a plan at once (runtime/fusing.py), and the state that each keeps."""
IN_PLACE: frozenset[str] = frozenset(name for name, state in FUSED.items() if not state)
"""Those whose output may be one of their inputs, as an operator's may."""


def builds() -> tuple[str, ...]:
    """Prefixes of the builds that are there and that this processor runs, the fastest first; the last is that for any processor."""
    bits = vector_bits()
    return tuple(p for p, least in BUILDS if least <= bits and find_spec(f"stdlib.kernels.{p}windows") is not None)


LANES: tuple[str, ...] = ("lanes",)
"""Kernels that take a lane a node instead of a row a bar."""


def addresses(build: str | None = None, modules: tuple[str, ...] = MODULES) -> dict[str, int]:
    """Kernel name -> address of its compiled function; empty where the kernels have not been built.

    modules: the files of kernels; LANES for those over lanes, which have names and arguments of their own.
    build: the prefix of one of `builds()`; None takes the fastest. All give the same bits. Raises ModuleNotFoundError for a build
    that is not there.
    """
    return {name: address for name, address in _addresses(modules, build).items() if not name.startswith("(")}


def shortcuts(build: str | None = None) -> dict[str, int]:
    """What the engine calls besides and instead of kernels (stdlib/kernels/shortcuts.py), in the same way; no plan can name these."""
    found = _addresses((*MODULES, "shortcuts"), build)
    return {name: address for name, address in found.items() if name.startswith("(")}


def _addresses(modules: tuple[str, ...], build: str | None) -> dict[str, int]:
    prefix = builds()[0] if build is None else build
    found: dict[str, int] = {}
    for name in modules:
        found.update(import_module(f"stdlib.kernels.{prefix}{name}").addresses())
    return found

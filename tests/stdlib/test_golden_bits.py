"""The bits of every kernel on a fixed series, by version: a kernel that gives other bits needs another version.

After raising a version: UPDATE_GOLDENS=1 pytest tests/stdlib/test_golden_bits.py
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from stdlib.primitives import PRIMITIVES

GOLDEN = Path(__file__).parent / "golden_bits.json"
ROWS = 3000
NAN = math.nan


def walk(seed: int) -> list[float]:
    """A pseudo-random walk with a flat stretch, a spike and unknowns; only + - * on doubles, the same everywhere."""
    found, y = [], 100.0
    for i in range(ROWS):
        seed = (seed * 6364136223846793005 + 1442695040888963407) % 2**64
        y = y + (seed / 2**63 - 1.0) * 0.5
        found.append(NAN if i % 997 == 500 else 1e17 if i == 1700 else y if not 800 < i < 950 else 100.25)
    return found


def truths(seed: int) -> list[float]:
    return [NAN if v != v else 2.0 if v > 100.0 else 0.0 for v in walk(seed)]


PARAMETERS: dict[str, tuple[tuple[float, ...], ...]] = {
    "lag": ((1.0, NAN), (26.0, NAN)),
    "alma": ((9.0, 0.85, 6.0), (50.0, 0.5, 4.0)),
    "quantile": ((20.0, 0.25), (101.0, 0.9)),
    "percentile": ((20.0, 25.0), (101.0, 90.0)),
    "wave": ((20.0, 0.0), (137.0, 0.25)),
    "ewm": ((14.0, 1.0 / 14.0), (20.0, 2.0 / 21.0)),
    "cumulate": ((),),
    "bars_since": ((),),
    "value_when": ((0.0,), (3.0,)),
    "pivot_high": ((5.0, 5.0), (2.0, 7.0)),
    "pivot_low": ((5.0, 5.0), (2.0, 7.0)),
}


def fingerprint(name: str, run: Callable[..., list[float]]) -> str:
    declaration = next(p for p in PRIMITIVES if p.name == name)
    columns = []
    for at, p in enumerate(declaration.parameters):
        if p.kind == "series":
            columns.append(walk(7 + at))
        elif p.kind == "truth":
            columns.append([1.0 if v != v else v for v in truths(7 + at)])
    digest = hashlib.sha256()
    for params in PARAMETERS.get(name, ((20.0,), (137.0,))):
        for v in run(name, columns, params):
            digest.update(struct.pack("<d", NAN if v != v else v))
    return digest.hexdigest()


@pytest.mark.parametrize("name", [p.name for p in PRIMITIVES])
def test_a_kernel_gives_the_bits_of_its_version(name: str, compiled: Callable[..., list[float]]) -> None:
    version = next(p.version for p in PRIMITIVES if p.name == name)
    found = {"version": version, "bits": fingerprint(name, compiled)}
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    if os.environ.get("UPDATE_GOLDENS") and golden.get(name) != found:
        GOLDEN.write_text(json.dumps({**golden, name: found}, indent=1, sort_keys=True) + "\n")
        golden[name] = found
    assert golden.get(name) == found, f"the bits of `{name}` changed: raise its version, then refresh"


def test_the_goldens_are_those_of_the_primitives_there_are() -> None:
    assert set(json.loads(GOLDEN.read_text())) == {p.name for p in PRIMITIVES}

"""Which builds of the machine and of the meter of equity run here: in one piece for this processor where they were built, else in layers.

All give the same bits.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from runtime.equity_path import PathMeter
from runtime.machine.core import Machine
from stdlib.kernels import table
from stdlib.kernels.scalar import vector_bits


def machine() -> type[Machine]:
    """A machine for many bars in a row; its own construction, methods and state are `Machine`'s."""
    return machines()[0]


def meter() -> type[PathMeter]:
    return meters()[0]


@cache
def machines() -> tuple[type[Machine], ...]:
    """Every build that this processor runs, the fastest first; the last is the machine in its layers."""
    return (*(import_module(name).Welded for name in built("runtime.machine", "welded")), Machine)


@cache
def meters() -> tuple[type[PathMeter], ...]:
    return (*(import_module(name).Welded for name in built("runtime", "welded_path")), PathMeter)


def built(package: str, name: str) -> list[str]:
    bits = vector_bits()
    names = [f"{package}.{prefix}{name}" for prefix, least in table.BUILDS if least <= bits]
    return [name for name in names if find_spec(name) is not None]

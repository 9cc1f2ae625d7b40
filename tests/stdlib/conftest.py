"""Runs one kernel on lists of floats: compiled or as plain Python, in any chunking, its state saved in between."""

from __future__ import annotations

import ctypes
import importlib.util
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from compiler.library import Primitive
from compiler.operators import BY_NAME
from stdlib.kernels import elementwise, events, orderings, recursive, table, varying, windows
from stdlib.primitives import PRIMITIVES

Row = list[float]
Run = Callable[..., Row]

KERNELS = Path(__file__).parents[2] / "stdlib" / "kernels"
MODULES = (elementwise, windows, orderings, varying, recursive, events)
DOUBLES = ctypes.POINTER(ctypes.c_double)
KERNEL = ctypes.CFUNCTYPE(None, ctypes.POINTER(DOUBLES), DOUBLES, DOUBLES, ctypes.POINTER(DOUBLES), ctypes.c_ssize_t)
PRIMITIVE: dict[str, Primitive] = {p.name: p for p in PRIMITIVES}


def plain_module(name: str) -> ModuleType:
    """The file of a compiled module, run as plain Python."""
    spec = importlib.util.spec_from_file_location(f"plain_{name}", KERNELS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def doubles(values: Sequence[float]) -> ctypes.Array[ctypes.c_double]:
    return (ctypes.c_double * max(len(values), 1))(*values)


def rows_of(arrays: Sequence[ctypes.Array[ctypes.c_double]]) -> ctypes.Array[DOUBLES]:  # type: ignore[valid-type]
    return (DOUBLES * len(arrays))(*(ctypes.cast(a, DOUBLES) for a in arrays))


@pytest.fixture(scope="session")
def compiled() -> Run:
    """run(name, columns, params, chunks): the kernel's output, called once a chunk, its state saved and loaded in between."""
    return runner(table.addresses())


@pytest.fixture(scope="session")
def builds() -> dict[str, Run]:
    """The same with each build that this processor runs, by its prefix."""
    return {build: runner(table.addresses(build)) for build in table.builds()}


def runner(addresses: dict[str, int]) -> Run:
    assert set(addresses) == {p.name for p in PRIMITIVES} | set(BY_NAME) | set(table.FUSED), (
        "build the kernels first: python setup.py build_ext --inplace"
    )

    def run(name: str, columns: Sequence[Row], params: Sequence[float] = (), chunks: Sequence[int] = ()) -> Row:
        function = KERNEL(addresses[name])
        size = PRIMITIVE[name].state(*params) if name in PRIMITIVE else table.FUSED.get(name, 0)
        saved = struct.pack(f"<{size}d", *([0.0] * size))
        given = doubles(params)
        found: Row = []
        start = 0
        for rows in [*chunks, len(columns[0]) - sum(chunks)]:
            if rows == 0:
                continue
            # Guards on both sides: a kernel that writes outside its state or its output is found here.
            state = doubles([7.5, *struct.unpack(f"<{size}d", saved), 7.5])
            out = doubles([8.5, *([0.0] * rows), 8.5])
            inputs = [doubles(c[start : start + rows]) for c in columns]
            inner_out = ctypes.cast(ctypes.byref(out, 8), DOUBLES)
            function(rows_of(inputs), given, ctypes.cast(ctypes.byref(state, 8), DOUBLES), (DOUBLES * 1)(inner_out), rows)
            assert (state[0], state[size + 1], out[0], out[rows + 1]) == (7.5, 7.5, 8.5, 8.5), f"{name} wrote outside its memory"
            saved = struct.pack(f"<{size}d", *list(state)[1 : size + 1])
            found += list(out)[1 : rows + 1]
            start += rows
        return found

    return run


@pytest.fixture(scope="session")
def plain() -> Run:
    """The same, with the kernel's file run as plain Python."""
    functions: dict[str, Callable[..., None]] = {}
    for module in MODULES:
        copy = plain_module(module.__name__.rpartition(".")[2])
        for name in [*PRIMITIVE, *(f"each_{o}" for o in BY_NAME)]:
            if hasattr(copy, name):
                functions[name.removeprefix("each_")] = getattr(copy, name)
    assert set(functions) == set(PRIMITIVE) | set(BY_NAME)

    def run(name: str, columns: Sequence[Row], params: Sequence[float] = (), chunks: Sequence[int] = ()) -> Row:
        state = [0.0] * (PRIMITIVE[name].state(*params) if name in PRIMITIVE else 0)
        found: Row = []
        start = 0
        for rows in [*chunks, len(columns[0]) - sum(chunks)]:
            out = [0.0] * rows
            functions[name]([c[start : start + rows] for c in columns], list(params), state, [out], rows)
            found += out
            start += rows
        return found

    return run

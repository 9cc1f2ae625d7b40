"""Counts the steps of a plan: every value that its kernels and row code read or write, run as plain Python on rows that count."""

from __future__ import annotations

import importlib.util
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import cython

from compiler.operators import BY_NAME
from compiler.plan import FACTS, Plan, RowCode
from stdlib.primitives import PRIMITIVES

ROOT = Path(__file__).parents[2]
KERNELS = ("elementwise", "windows", "orderings", "varying", "recursive", "events")


class Counted(list[float]):
    """A row that counts how often one of its values is read or written."""

    steps = 0

    def __getitem__(self, at: Any) -> Any:
        Counted.steps += 1
        return list.__getitem__(self, at)

    def __setitem__(self, at: Any, value: Any) -> None:
        Counted.steps += 1
        list.__setitem__(self, at, value)


class _Scratch:
    """Cython's own module for a kernel run as plain Python, but that its buffers count."""

    def __getattr__(self, name: str) -> Any:
        return getattr(cython, name)

    def declare(self, kind: Any, *value: Any) -> Any:
        return value[0] if value else Counted([0.0] * 8192)


def _worked(function: Callable[[float], float], work: float) -> Callable[[float], float]:
    def counted(a: float) -> float:
        Counted.steps += int(work)
        return function(a)

    return counted


def _plain(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"counted_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.cython = _Scratch()  # type: ignore[attr-defined]
    if hasattr(module, "op_sin"):  # a sine is as much work in a kernel as it is as an operator
        module.op_sin = _worked(module.op_sin, BY_NAME["sin"].work)
    return module


def _functions() -> dict[str, Callable[..., None]]:
    found: dict[str, Callable[..., None]] = {}
    for name in KERNELS:
        module = _plain(ROOT / "stdlib" / "kernels" / f"{name}.py")
        for function in [*(p.name for p in PRIMITIVES), *(f"each_{o}" for o in BY_NAME)]:
            if hasattr(module, function):
                found[function.removeprefix("each_")] = getattr(module, function)
    assert set(found) == {p.name for p in PRIMITIVES} | set(BY_NAME)
    return found


FUNCTIONS = _functions()
ROWCODE = _plain(ROOT / "runtime" / "rowcode.py")


def _counted_array(kind: str, values: Any) -> Any:
    """Registers, state, parameters and inputs count; the program's own text does not."""
    made = array(kind, values)
    return Counted(made) if kind == "d" else made


ROWCODE.array = _counted_array  # type: ignore[attr-defined]


class Counter:
    """A plan with its state, run without its binaries."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.states = [Counted([0.0] * step.state) for step in plan.steps]
        self.scans = [ROWCODE.RowRunner(step.code) if step.code is not None else None for step in plan.steps]
        self.row = ROWCODE.RowRunner(plan.machine.row) if plan.machine is not None and plan.machine.row is not None else None

    def chunk(self, feeds: Mapping[str, Sequence[float]], rows: int, fact: Callable[[], float]) -> int:
        """Takes rows of the feeds as one chunk. Returns the steps that they took."""
        before = Counted.steps
        registers = {i: Counted(feeds[name]) for i, name in enumerate(self.plan.feeds)}
        registers |= {register: Counted([value] * rows) for register, value in self.plan.constants}
        for step, state, scan in zip(self.plan.steps, self.states, self.scans, strict=True):
            inputs = [registers[i] for i in step.inputs]
            outputs = [Counted([0.0] * rows) for _ in step.outputs]
            if scan is not None:
                ROWCODE.scan_program(scan, inputs, outputs, rows)
            else:
                FUNCTIONS[step.op](inputs, Counted(step.params), state, outputs, rows)
            registers |= dict(zip(step.outputs, outputs, strict=True))
        if self.row is not None and self.plan.machine is not None:
            for i in range(rows):
                values = [list.__getitem__(registers[c], i) for c in self.plan.machine.columns]
                self.row.run_row(values, [fact() for _ in FACTS])
                Counted.steps += (
                    len(self.plan.machine.row.results) if self.plan.machine.row is not None else 0
                )  # each is kept once
        return Counted.steps - before


def code_steps(code: RowCode, values: Sequence[float]) -> int:
    """The steps of row code run once, as for a price at a fill."""
    runner = ROWCODE.RowRunner(code)
    before = Counted.steps
    runner.run_row(values)
    return Counted.steps - before

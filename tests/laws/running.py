"""Ways to run one program: compiled in any chunking, and by the reference interpreter before optimising."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from compiler.pipeline import compile_text
from compiler.program import Program
from runtime.candles import Candles
from runtime.feeds import feed_columns
from runtime.interpreter.graph import GraphInterpreter
from runtime.kernel import bind
from stdlib.library import load

Columns = dict[str, npt.NDArray[np.float64]]


def compiled(text: str) -> Program:
    return compile_text(text, load(), "generated.apx")


def kernel_columns(program: Program, candles: Candles, chunks: tuple[int, ...] = (2048,), save_between: bool = False) -> Columns:
    """Every column of the program by the kernel, the chunk lengths taken in turn; `save_between`: each chunk by a new kernel."""
    plan = program.plan()
    kernel = bind(plan)
    feeds = feed_columns(plan.feeds, candles)
    names = {c.name: c.register for c in plan.columns if c.register >= 0}
    found: dict[str, list[npt.NDArray[np.float64]]] = {name: [] for name in names}
    at = turn = 0
    while at < len(candles):
        rows = min(chunks[turn % len(chunks)], len(candles) - at)
        kernel.chunk([np.ascontiguousarray(f[at : at + rows]) for f in feeds], rows)
        for name, register in names.items():
            found[name].append(kernel.column(register, rows))
        at, turn = at + rows, turn + 1
        if save_between:
            saved = kernel.save()
            kernel = bind(plan)
            kernel.restore(saved)
    return {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in found.items()}


def interpreter_columns(program: Program, candles: Candles) -> Columns:
    """The same columns by the reference interpreter, from the graph before any pass."""
    built = program.build()
    columns = {c.name for c in program.plan().columns if c.register >= 0}
    outputs = [o for o in built.outputs if o.name in columns]
    interpreter = GraphInterpreter(built.graph, [o.node for o in outputs])
    names = interpreter.feeds
    feeds = feed_columns(names, candles)
    rows = [interpreter.push(dict(zip(names, (float(f[i]) for f in feeds), strict=True))) for i in range(len(candles))]
    return {o.name: np.array([row[k] for row in rows], dtype=np.float64) for k, o in enumerate(outputs)}


def assert_same_bits(a: Columns, b: Columns, text: str) -> None:
    """Equal names and equal bytes; unknown is one NaN."""
    assert a.keys() == b.keys()
    for name in a:
        left, right = one_nan(a[name]), one_nan(b[name])
        if left.tobytes() != right.tobytes():
            at = int(np.flatnonzero(left.view(np.int64) != right.view(np.int64))[0])
            raise AssertionError(f"{name} differs first at bar {at}: {left[at]!r} and {right[at]!r} in\n{text}")


def one_nan(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.isnan(x), np.nan, x + 0.0)

"""Values of every node of a program's graph over bars, by the kernels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from compiler.built import Built
from compiler.lower import Output, lower
from compiler.nodes import Node, reachable
from compiler.optimise import optimise
from compiler.ranges.analysis import Ranges
from compiler.ranges.market import Setting
from compiler.ranges.promises import that_hold
from runtime.candles import Candles
from runtime.feeds import feed_columns
from runtime.kernel import bind
from stdlib.library import load
from tests.generators.markets import market

Floats = npt.NDArray[np.float64]
INSIDE_ONE_BAR = ("prev", "past", "entry", "stop", "const")


def disordered(seed: int, rows: int = 80) -> Candles:
    """Bars of a broken feed: open and close anywhere, also outside low to high."""
    calm, rng = market(seed, "wild", rows), np.random.default_rng(seed)
    columns = {n: getattr(calm, n) * np.exp(rng.normal(0, 0.05, rows)) for n in ("open", "close")}
    time = calm.time.astype("M8[us]")
    return Candles.from_arrays(time=time, high=calm.high, low=calm.low, volume=calm.volume, **columns)


def ranges_of(built: Built, ordinary: bool) -> Ranges:
    """The ranges of a program's graph, as the lints see them."""
    promised = that_hold(built.promised, ordinary)
    return Ranges(built.graph, load(), Setting(ordinary), promised).cover(built.roots)


def values(built: Built, candles: Candles) -> Iterator[tuple[Node, Floats]]:
    """Every node that can be a column, with its value on each bar; NaN is unknown, truths are 0, 1, 2."""
    nodes = [n for n in reachable(built.roots, built.graph) if n.op not in INSIDE_ONE_BAR and n.kind != "several"]
    outputs = [Output(f"n{n.id}", "let", n, "") for n in nodes]
    plan = lower(optimise(built.graph, nodes, load()), outputs, (), built.account, load())
    kernel = bind(plan)
    kernel.chunk([np.ascontiguousarray(f) for f in feed_columns(plan.feeds, candles)], len(candles))
    place = {c.name: c.register for c in plan.columns}
    for node in nodes:
        if place[f"n{node.id}"] >= 0:
            yield node, kernel.column(place[f"n{node.id}"], len(candles)).copy()

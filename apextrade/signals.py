"""Runs a program for its columns: by the kernels, or by the reference interpreter, which says what the kernels must give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compiler.nodes import Node, reachable
from compiler.program import DEFAULT_TICK, InputValue, Program
from runtime.candles import Candles
from runtime.feeds import feed_columns
from runtime.kernel import CHUNK, bind
from runtime.signals import Signals

Values = Mapping[str, InputValue]


def computed(program: Program, candles: Candles, values: Values, chunk: int = CHUNK, tick: float = DEFAULT_TICK) -> Signals:
    """The columns of a program by its kernels. chunk: rows at a time; any number gives the same bits.

    Columns that read the position or the account are those of a backtest and are left out here.
    """
    plan = program.plan(values, tick)
    registers = bind(plan).run(feed_columns(plan.feeds, candles), len(candles), chunk)
    return Signals(candles.time, plan.columns, registers)


def interpreted(program: Program, candles: Candles, values: Values, tick: float = DEFAULT_TICK) -> Signals:
    """The same columns by the reference interpreter, from the graph as it was built, before anything was optimised."""
    from runtime.interpreter.graph import interpret_graph

    built = program.build(values, tick)
    columns = {column.name: column for column in program.plan(values, tick).columns if column.register >= 0}
    outputs = [output for output in built.outputs if output.name in columns]
    roots = [output.node for output in outputs]
    names = tuple(dict.fromkeys(str(node.params[0]) for node in reachable(roots, built.graph) if node.op == "feed"))
    feeds = dict(zip(names, (column.tolist() for column in feed_columns(names, candles)), strict=True))
    found, _ = interpret_graph(built.graph, roots, feeds or {"": [0.0] * len(candles)})
    shown = tuple(replace(columns[output.name], register=i) for i, output in enumerate(outputs))
    return Signals(candles.time, shown, {i: np.array(values, dtype=np.float64) for i, values in enumerate(found)})

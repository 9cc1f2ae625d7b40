"""Interprets a program over candles, from its graph as built, before any optimisation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from compiler.nodes import reachable
from compiler.plan import Column
from compiler.program import DEFAULT_TICK, InputValue, Program
from runtime.candles import Candles
from runtime.feeds import feed_columns
from runtime.interpreter.graph import GraphInterpreter
from runtime.interpreter.trace import Trace
from runtime.signals import Signals


def interpret(
    program: Program, candles: Candles, inputs: Mapping[str, InputValue] | None = None, tick: float | None = None
) -> Signals:
    """Every let, rule, plot and alert on every bar. What reads the position or the account depends on fills and is left out."""
    return interpret_traced(program, candles, inputs, tick)[0]


def interpret_traced(
    program: Program, candles: Candles, inputs: Mapping[str, InputValue] | None = None, tick: float | None = None
) -> tuple[Signals, Trace]:
    """The same, with what was noticed on the way."""
    built = program.build(inputs, tick or candles.price_step() or DEFAULT_TICK)
    outputs = [o for o in built.outputs if not any(n.op == "fact" for n in reachable([o.node], built.graph))]
    interpreter = GraphInterpreter(built.graph, [o.node for o in outputs])
    names = interpreter.feeds
    columns = [column.tolist() for column in feed_columns(names, candles)]
    found: list[list[float]] = [[] for _ in outputs]
    for row in range(len(candles)):
        values = interpreter.push({name: column[row] for name, column in zip(names, columns, strict=True)})
        for column, value in zip(found, values, strict=True):
            column.append(value)
    described = []
    for at, o in enumerate(outputs):
        described.append(Column(o.name, o.role, "truth" if o.node.kind == "truth" else "number", o.unit, at, -1, o.label))
    registers = {at: np.array(column, dtype=np.float64) for at, column in enumerate(found)}
    return Signals(candles.time, described, registers), interpreter.trace

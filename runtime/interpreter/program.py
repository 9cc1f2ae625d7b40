"""Interprets a program over candles, from its graph as built, before any optimisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from compiler.inputs import DEFAULT_TICK, InputValue
from compiler.nodes import reachable
from compiler.plan import Account, Column
from compiler.program import Program
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from runtime.conversion.rates import Rates
from runtime.detail import detail_within
from runtime.interpreter.trace import Trace
from runtime.interpreter.trading import trade_graph
from runtime.machine.instrument import Instrument
from runtime.signals import Signals


def interpret(
    program: Program,
    candles: Candles,
    inputs: Mapping[str, InputValue] | None = None,
    tick: float | None = None,
    account: Account | None = None,
    rates: Rates | None = None,
    detail: Candles | None = None,
    instrument: Instrument | None = None,
) -> Signals:
    """Every let, rule, plot and alert on every bar; position and account are those of a run on these candles. tick: the price step.

    account: in place of the program's settings. rates: of its prices into its currency; None: they are in one. detail: finer bars for `fills detail`, else
    those that the candles have. instrument: its other facts.
    """
    return interpret_traced(program, candles, inputs, tick, account, rates, detail, instrument)[0]


def interpret_traced(
    program: Program,
    candles: Candles,
    inputs: Mapping[str, InputValue] | None = None,
    tick: float | None = None,
    account: Account | None = None,
    rates: Rates | None = None,
    detail: Candles | None = None,
    instrument: Instrument | None = None,
) -> tuple[Signals, Trace]:
    """The same, with what was noticed on the way."""
    tick = tick or candles.price_step() or DEFAULT_TICK
    built = program.build(inputs, tick, candles.has_factors)
    built = built if account is None else replace(built, account=account)
    reads = reachable([o.node for o in built.outputs], built.graph)
    if any(order.verb == "hold top" for order in built.orders) and not any(node.op == "fact" for node in reads):
        # One instrument cannot rotate; what nothing of it reads need not be traded.
        built = replace(built, orders=())
    candles = as_traded(candles, program.symbols, program.session, program.every)
    inside = detail_within(candles, built.account, detail) if any(node.op == "fact" for node in reads) else None
    found = trade_graph(built, candles, instrument or Instrument(tick=tick), program.every, rates, inside)
    described = []
    for at, o in enumerate(built.outputs):
        described.append(Column(o.name, o.role, "truth" if o.node.kind == "truth" else "number", o.unit, at, -1, o.label))
    registers = {at: np.array(column, dtype=np.float64) for at, column in enumerate(found.columns)}
    return Signals(candles.time, described, registers), found.trace

"""The `require` lines of a program as a plan over combinations: one row is one combination, its feeds are the inputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from compiler.building import Builder, Refused, in_ticks
from compiler.diagnostics import Diagnostics
from compiler.inference import Typed
from compiler.inputs import DEFAULT_TICK
from compiler.lower import Output, lower
from compiler.optimise import optimise
from compiler.plan import Account, Plan
from compiler.sweeping.variants import InputValue

INPUT_FEED = "input."


def requirements(typed: Typed, values: Mapping[str, InputValue], swept: Collection[str]) -> Plan | None:
    """A column of truth for each requirement that reads a swept input, in feeds `input.name`; None where they can't be computed like that.

    values: of all inputs; those of `swept` that are texts are fixed too.
    """
    found = Diagnostics()
    builder = Builder(typed, values, DEFAULT_TICK, found)
    frame = builder.program_frame()
    graph = builder.graph
    for name in swept:
        value = values[name]
        if not isinstance(value, str):
            leaf = graph.feed(INPUT_FEED + name, kind="truth" if isinstance(value, bool) else "number")
            frame.values[name] = graph.node("mul", (leaf, graph.const(DEFAULT_TICK))) if in_ticks(name, typed.names) else leaf
    outputs = []
    for at, requirement in enumerate(typed.names.requires):
        try:
            outputs.append(Output(f"require {at}", "watch", builder.truth(requirement.condition, frame), "condition"))
        except Refused:
            return None
    if found.has_errors:
        return None
    optimised = optimise(graph, [output.node for output in outputs], typed.names.library)
    return replace(lower(optimised, outputs, (), Account(), typed.names.library), machine=None)

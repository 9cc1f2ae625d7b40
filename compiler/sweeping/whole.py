"""The plan of a run that shares nothing: the whole program for one combination, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.lower import lower
from compiler.optimise import optimise
from compiler.plan import Plan
from compiler.program import Program
from compiler.sweeping.variants import InputValue


def whole_plan(program: Program, values: Mapping[str, InputValue], tick: float, adjusted: bool = False) -> Plan:
    """What `program.plan(values, tick, "backtest", adjusted)` is. Raises InputError and CompileError as that does."""
    built = program.build(values, tick, adjusted)
    optimised = optimise(built.graph, built.roots, program.library)
    return lower(optimised, (), built.orders, built.account, program.library, program.every, program.session)

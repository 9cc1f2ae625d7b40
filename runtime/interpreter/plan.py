"""Evaluates the steps of a plan bar by bar: what a bound kernel must compute, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.plan import Plan
from runtime.interpreter.arithmetic import MEANINGS, UNKNOWN, norm
from runtime.interpreter.primitives import DEFINITIONS
from runtime.interpreter.rows import RowInterpreter
from runtime.interpreter.trace import Trace
from runtime.interpreter.windows import Push


class PlanInterpreter:
    """A plan with its past. After `push`, `registers` holds this bar's values; truths as 0, 1, 2."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.trace = Trace()
        self.registers = [UNKNOWN] * plan.registers
        self._pushes: dict[int, Push] = {}
        self._rows: dict[int, RowInterpreter] = {}
        for at, step in enumerate(plan.steps):
            if step.code is not None:
                self._rows[at] = RowInterpreter(step.code)
            elif step.op not in MEANINGS:
                self._pushes[at] = DEFINITIONS[step.op](*step.params)

    def push(self, feeds: Sequence[float]) -> list[float]:
        """One bar: the plan's feeds in order. Returns all registers."""
        registers = self.registers
        for register, value in self.plan.constants:
            registers[register] = value
        for register, value in enumerate(feeds):
            registers[register] = norm(value)
        for at, step in enumerate(self.plan.steps):
            inputs = [registers[register] for register in step.inputs]
            if at in self._rows:
                results = self._rows[at].run_row(inputs)
            else:
                compute = self._pushes[at] if at in self._pushes else MEANINGS[step.op]
                results = (compute(*inputs),)
                self.trace.note(step.op, at, inputs, results[0])
            for register, value in zip(step.outputs, results, strict=True):
                registers[register] = value
        return registers

    def run(self, feeds: Sequence[Sequence[float]], registers: Sequence[int]) -> dict[int, list[float]]:
        """All bars of the feeds' columns. Returns register -> its values."""
        found: dict[int, list[float]] = {register: [] for register in registers}
        for bar in zip(*feeds, strict=True):
            values = self.push(bar)
            for register in registers:
                found[register].append(values[register])
        return found

"""Steps of a plan that one kernel can do at once: for who runs whole columns and saves no state.

`a crosses above b` is five steps: two comparisons, two values of the bar before, and their truths taken together. Fused it is one, with the same
bits. So are a true range, the moves up and down of a series, and comparisons of quotients; runtime/fusible.py lists the patterns.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from compiler.plan import Plan
from runtime.fusible import CROSSING, PATTERNS, Fused, Steps, Value
from stdlib.kernels.table import FUSED, IN_PLACE

__all__ = ["CROSSING", "fused"]


def fused(plan: Plan) -> Plan:
    """The same columns and slots, by fewer steps where some can be fused. Its state is not that of the plan."""
    # The value that each input of each step reads, and what is left in the registers at the end.
    held: dict[int, Value] = {}
    reads: list[tuple[Value, ...]] = []
    for at, step in enumerate(plan.steps):
        reads.append(tuple(held.get(register, Value(-1, register)) for register in step.inputs))
        held.update((register, Value(at, register)) for register in step.outputs)
    slots = plan.machine.slots if plan.machine else ()
    asked = {column.register for column in plan.columns if column.register >= 0}
    asked |= {slot.index for slot in slots if slot.where == "column"} | set(plan.machine.columns if plan.machine else ())
    uses = Counter(value for values in reads for value in values)
    uses.update(held[register] for register in asked if register in held)

    steps = Steps(dict(enumerate(plan.steps)), reads, uses, dict(plan.constants))
    for at, step in enumerate(plan.steps):
        found = match(steps, at)
        if found is None or not all(still_there(steps, value, at, found) for value in found.inputs):
            continue
        registers = tuple(value.register for value in found.inputs)
        if found.op not in IN_PLACE and step.outputs[0] in registers:
            continue
        steps.steps[at] = replace(step, op=found.op, inputs=registers, params=found.params, state=FUSED[found.op])
        uses.update(found.inputs)
        read, reads[at] = reads[at], found.inputs
        drop(steps, read)
    if len(steps.steps) == len(plan.steps):
        return plan
    return replace(plan, steps=tuple(steps.steps[at] for at in sorted(steps.steps)))


def match(steps: Steps, at: int) -> Fused | None:
    """The call that can stand in place of a step."""
    if at not in steps.steps:
        return None
    for op, pattern in PATTERNS:
        if op == steps.steps[at].op:
            found = pattern(steps, at)
            if found is not None and all(steps.uses[value] == readers for value, readers in found.once):
                return found
    return None


def still_there(steps: Steps, value: Value, at: int, found: Fused) -> bool:
    """Whether a value is in its register when a step comes, once the steps that only the fused one reads are gone."""
    # What the fused step reads itself stays, and so does what its step wrote over.
    only_here = {read.step for read in steps.reads[at] if steps.uses[read] == 1 and read not in found.inputs}
    inside = {gone.step for gone, _ in found.once} | only_here
    between = (steps.steps[k] for k in range(value.step + 1, at) if k in steps.steps and k not in inside)
    return value.step < 0 or all(value.register not in step.outputs for step in between)


def drop(steps: Steps, values: tuple[Value, ...]) -> None:
    """Takes out the steps that nobody reads any more, once their readers are gone."""
    for value in values:
        steps.uses[value] -= 1
        step = steps.steps.get(value.step)
        if step is not None and not any(steps.uses[Value(value.step, output)] for output in step.outputs):
            del steps.steps[value.step]
            drop(steps, steps.reads[value.step])

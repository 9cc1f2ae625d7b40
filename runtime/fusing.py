"""Steps of a plan that one kernel can do at once: for who runs whole columns and saves no state.

`a crosses above b` is five steps: two comparisons, two values of the bar before, and their truths taken together. Fused it is one, with the same bits.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from compiler.plan import Plan, Step
from stdlib.kernels.table import FUSED

CROSSING = "crossing"
"""The kernel (stdlib/kernels/events.py): whether its first input was at or above its second on the bar before, and is below it now."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a register holds after a step. step: its place in the plan, -1 for feeds and constants."""

    step: int
    register: int


def fused(plan: Plan) -> Plan:
    """The same columns and slots, by fewer steps where some can be fused. Its state is not that of the plan."""
    # The value that each input of each step reads, and what is left in the registers at the end.
    held: dict[int, Value] = {}
    reads: list[tuple[Value, ...]] = []
    before: list[dict[int, Value]] = []
    for at, step in enumerate(plan.steps):
        reads.append(tuple(held.get(register, Value(-1, register)) for register in step.inputs))
        before.append(dict(held))
        held.update((register, Value(at, register)) for register in step.outputs)
    slots = plan.machine.slots if plan.machine else ()
    asked = {column.register for column in plan.columns if column.register >= 0}
    asked |= {slot.index for slot in slots if slot.where == "column"} | set(plan.machine.columns if plan.machine else ())
    uses = Counter(value for values in reads for value in values)
    uses.update(held[register] for register in asked if register in held)

    steps: dict[int, Step] = dict(enumerate(plan.steps))
    for at, step in enumerate(plan.steps):
        pair = crossed(plan, reads, at)
        # The inputs must still be there, and the kernel reads them after it has begun to write.
        if pair is None or any(before[at].get(value.register, Value(-1, value.register)) != value for value in pair):
            continue
        below, above = pair
        if step.outputs[0] in (below.register, above.register):
            continue
        steps[at] = replace(step, op=CROSSING, inputs=(below.register, above.register), params=(), state=FUSED[CROSSING])
        uses.update(pair)
        drop(plan, steps, reads, uses, reads[at])
    if len(steps) == len(plan.steps):
        return plan
    return replace(plan, steps=tuple(steps[at] for at in sorted(steps)))


def crossed(plan: Plan, reads: list[tuple[Value, ...]], at: int) -> tuple[Value, Value] | None:
    """x and y where a step is `x < y and y[1] <= x[1]`."""
    if plan.steps[at].op != "and":
        return None
    less, least = reads[at]
    if step_of(plan, less).op != "lt" or step_of(plan, least).op != "le":
        return None
    x, y = reads[less.step]
    earlier_y, earlier_x = reads[least.step]
    if (behind(plan, reads, earlier_x), behind(plan, reads, earlier_y)) != (x, y):
        return None
    return x, y


def behind(plan: Plan, reads: list[tuple[Value, ...]], value: Value) -> Value | None:
    """What a value is one bar later; None if it is not of the bar before, unknown on the first."""
    step = step_of(plan, value)
    if step.op != "lag" or step.params[0] != 1.0 or step.params[1] == step.params[1]:
        return None
    return reads[value.step][0]


NOTHING = Step("", (), ())


def step_of(plan: Plan, value: Value) -> Step:
    return plan.steps[value.step] if value.step >= 0 else NOTHING


def drop(
    plan: Plan, steps: dict[int, Step], reads: list[tuple[Value, ...]], uses: Counter[Value], values: tuple[Value, ...]
) -> None:
    """Takes out the steps that nobody reads any more, once their readers are gone."""
    for value in values:
        uses[value] -= 1
        outputs = [Value(value.step, register) for register in step_of(plan, value).outputs]
        if value.step >= 0 and value.step in steps and not any(uses[output] for output in outputs):
            del steps[value.step]
            drop(plan, steps, reads, uses, reads[value.step])

"""Rules that fire where two columns cross: the machine reads the columns themselves, and the truths between need not be written.

For programs on whose bars the machine looks only where a rule fires (`Machine.light`), and that are run from the first row to the last.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from compiler.plan import ActionCode, MachineCode, Plan
from runtime.fusing import CROSSING


@dataclass(frozen=True, slots=True)
class Crossing:
    """A slot that is true where column x comes below column y. x, y: registers, which keep their values to the end of a chunk."""

    slot: int
    x: int
    y: int


def crossings(plan: Plan) -> tuple[Plan, tuple[Crossing, ...]]:
    """A fused plan without the steps whose truths are read by nobody but rules that fire, and what they were. It has no such registers any more."""
    code = plan.machine
    if code is None or code.row is not None:
        return plan, ()
    steps = dict(enumerate(plan.steps))
    found: list[Crossing] = []
    for at in reversed(range(len(plan.steps))):
        step = plan.steps[at]
        if step.op != CROSSING:
            continue
        truth = step.outputs[0]
        slots = [k for k, slot in enumerate(code.slots) if slot.where == "column" and slot.index == truth]
        later = [steps[k] for k in range(at + 1, len(plan.steps)) if k in steps]
        touched = {register for other in later for register in (*other.inputs, *other.outputs)}
        written = {register for other in later for register in other.outputs}
        if not slots or truth in touched or truth in code.columns or set(step.inputs) & written:
            continue
        if any(read_otherwise(code, slot) for slot in slots):
            continue
        found += [Crossing(slot, *step.inputs) for slot in slots]
        del steps[at]
    if not found:
        return plan, ()
    return replace(plan, steps=tuple(steps[at] for at in sorted(steps))), tuple(sorted(found, key=lambda one: one.slot))


def read_otherwise(code: MachineCode, slot: int) -> bool:
    """Whether an action reads a slot for anything but whether it fires."""
    return any(slot in read_by(action) for action in code.actions)


def read_by(action: ActionCode) -> set[int]:
    """The slots that an action reads when it fires."""
    read = {action.size, action.price, action.limit, action.trail, action.trail_after, action.hold, action.expire}
    read |= {action.score, action.where, action.weight}
    read |= {part for part in action.text if not isinstance(part, str)}
    for price in (action.stop, action.target):
        if price is not None:
            read |= set(price.frozen)
    return read

"""Steps: what a bar costs, counted from a plan. A step is one value that is read or written, in a series, a window or a state.

The count is an upper bound for any bar but the first, in chunks of any size; what an operator computes beyond reading and writing (a root, a
power) is counted in steps of the same duration. What fills, fees and the account cost is the machine's own, the same for every program.
"""

from __future__ import annotations

from collections.abc import Mapping

from compiler.library import Primitive
from compiler.operators import BY_NAME, OPERATORS
from compiler.plan import ROW_OPCODES, MachineCode, Plan, Price, RowCode

FEED = 5
"""Steps of a series of the market, or of one that another clock supplies: looked through for what is not finite, and copied without it."""
ACROSS = 40
"""Steps of a comparison with one of the run's other instruments."""
GATHERED = 3.0
"""Steps of a value of a finer bar that an aggregate takes in."""
ROW_STEPS: Mapping[str, int] = {
    "move": 2, "lag_read": 2, "lag_push": 2, "held": 6, "within": 6, "bars_since": 6, "init": 2, "prev": 2, "keep": 5, "keep_truth": 5, "fact": 2,
}  # fmt: skip
"""Steps of the instructions of row code that are no operators."""

_NAMED = {code: name for name, code in ROW_OPCODES.items()}


def code_steps(code: RowCode) -> float:
    """One row of row code: what it loads, its instructions, its results, and the count of rows that it keeps."""
    computed = sum(OPERATORS[op].cost if op < len(OPERATORS) else float(ROW_STEPS[_NAMED[op]]) for op, *_ in code.instructions)
    return computed + 2.0 * len(code.loads) + 2.0 * len(code.results) + 2.0


def machine_steps(machine: MachineCode) -> float:
    """Values at the close, and every price that an order may ask for."""
    prices = [p for action in machine.actions for p in (action.stop, action.target) if isinstance(p, Price)]
    return (code_steps(machine.row) if machine.row is not None else 0.0) + sum(code_steps(p.code) for p in prices)


def plan_steps(plan: Plan, primitives: Mapping[str, Primitive]) -> float:
    """Steps a bar, but for those of other clocks, which have plans of their own."""
    total = float(FEED * len(plan.feeds) + ACROSS * len(plan.across))
    for step in plan.steps:
        if step.code is not None:
            total += code_steps(step.code)
        elif step.op in BY_NAME:
            total += BY_NAME[step.op].cost
        else:
            total += float(primitives[step.op].cost(*step.params))
    if plan.machine is not None:
        total += machine_steps(plan.machine)
    return total

"""What the interpreter noticed on the way: results that became unknown although everything they were computed from was known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from runtime.interpreter.arithmetic import known

COUNTED = frozenset(("add", "sub", "mul", "div", "neg", "sqrt", "exp", "log", "pow", "sin", "cos", "tan", "atan"))


@dataclass(slots=True)
class Trace:
    """not_finite: (operator, where) -> on how many bars it gave no finite number (division by zero, overflow, ...).

    `where` is the step of a plan or the id of a graph's node.
    """

    not_finite: Counter[tuple[str, int]] = field(default_factory=Counter)

    def note(self, op: str, where: int, inputs: Sequence[float], result: float) -> None:
        if op in COUNTED and not known(result) and all(known(x) for x in inputs):
            self.not_finite[op, where] += 1

    @property
    def total(self) -> int:
        return self.not_finite.total()

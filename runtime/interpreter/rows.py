"""Row code in plain Python, by the meaning of each operation in compiler/plan.py, with histories for rings and counters."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.operators import OPERATORS
from compiler.plan import ROW_OPERATIONS, RowCode
from runtime.interpreter.arithmetic import FALSE, MAYBE, MEANINGS, TRUE, known
from runtime.interpreter.memory import bars_since
from runtime.interpreter.windows import Push

OPERATION_NAMES = (*(operator.name for operator in OPERATORS), *ROW_OPERATIONS)


class RowInterpreter:
    """One row code with its past."""

    def __init__(self, code: RowCode) -> None:
        self.code = code
        self.rows = 0
        self.values: dict[int, float] = {}  # what init, keep and keep_truth wrote, by state offset
        self.pushed: dict[int, list[float]] = {}  # what lag_push took, by state offset
        self.truths: dict[int, list[float]] = {}  # what held and within saw, by state offset
        self.since: dict[int, Push] = {}  # each bars_since, by state offset

    def run_row(self, inputs: Sequence[float], facts: Sequence[float] = ()) -> tuple[float, ...]:
        """One row: inputs by position, facts as plan.FACTS. Returns the results."""
        registers = [0.0] * self.code.registers
        for register, value in self.code.constants:
            registers[register] = value
        for register, position in self.code.loads:
            registers[register] = inputs[position]
        for instruction in self.code.instructions:
            self.execute(instruction, registers, facts)
        self.rows += 1
        return tuple(registers[register] for register in self.code.results)

    def execute(self, instruction: tuple[int, int, int, int, int], registers: list[float], facts: Sequence[float]) -> None:
        op, dst, a, b, c = instruction
        name = OPERATION_NAMES[op]
        match name:
            case "move":
                registers[dst] = registers[a]
            case "lag_read":
                pushed = self.pushed.get(c, [])
                registers[dst] = pushed[len(pushed) - b] if len(pushed) >= b else self.code.params[a]
            case "lag_push":
                self.pushed.setdefault(c, []).append(registers[a])
            case "held" | "within":
                window = self.seen(c, registers[a])[-b:]
                window = [MAYBE] * (b - len(window)) + window
                decisive = FALSE if name == "held" else TRUE
                registers[dst] = decisive if decisive in window else MAYBE if MAYBE in window else TRUE - decisive
            case "bars_since":
                registers[dst] = self.since.setdefault(c, bars_since())(registers[a])
            case "init":
                if self.rows == 0:
                    self.values[c] = registers[a]
            case "prev":
                registers[dst] = self.values.get(c, 0.0)
            case "keep" | "keep_truth":
                is_unknown = registers[a] == MAYBE if name == "keep_truth" else not known(registers[a])
                self.values[c] = registers[dst] = self.values.get(c, 0.0) if is_unknown else registers[a]
            case "fact":
                registers[dst] = facts[a]
            case _:
                takes = len(OPERATORS[op].takes)
                registers[dst] = MEANINGS[name](*(registers[i] for i in (a, b, c)[:takes]))

    def seen(self, at: int, truth: float) -> list[float]:
        history = self.truths.setdefault(at, [])
        history.append(truth)
        return history

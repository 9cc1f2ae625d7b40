"""Runs row code: a straight-line program with its own state, once a row, for scan steps and for the position machine.

Compiled it runs in C without the interpreter lock; without its binary the same file runs as plain Python.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import MutableSequence, Sequence
from typing import Any

import cython

from compiler.operators import OPERATORS
from compiler.plan import FACTS, ROW_OPCODES, RowCode

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.stdlib.kernels.inlined import (
        op_abs,
        op_add,
        op_and,
        op_atan,
        op_available,
        op_available_truth,
        op_ceil,
        op_cos,
        op_div,
        op_eq,
        op_exp,
        op_floor,
        op_ge,
        op_gt,
        op_le,
        op_log,
        op_lt,
        op_max,
        op_min,
        op_mul,
        op_ne,
        op_neg,
        op_not,
        op_or,
        op_or_else,
        op_or_else_truth,
        op_pow,
        op_round,
        op_same,
        op_select,
        op_select_truth,
        op_sign,
        op_sin,
        op_sqrt,
        op_sub,
        op_tan,
    )
else:
    from stdlib.kernels.libm import NAN
    from stdlib.kernels.scalar import (
        op_abs,
        op_add,
        op_and,
        op_atan,
        op_available,
        op_available_truth,
        op_ceil,
        op_cos,
        op_div,
        op_eq,
        op_exp,
        op_floor,
        op_ge,
        op_gt,
        op_le,
        op_log,
        op_lt,
        op_max,
        op_min,
        op_mul,
        op_ne,
        op_neg,
        op_not,
        op_or,
        op_or_else,
        op_or_else_truth,
        op_pow,
        op_round,
        op_same,
        op_select,
        op_select_truth,
        op_sign,
        op_sin,
        op_sqrt,
        op_sub,
        op_tan,
    )

Row = MutableSequence[float]
Columns = Sequence[Row]
Code = Any  # the struct of rowcode.pxd; as plain Python the runner itself


class RowCodeError(ValueError):
    """Row code that names a register, parameter or state that it does not have: a bug of the compiler, found early."""


def ring_place(seen: cython.longlong, size: cython.int) -> cython.longlong:
    """Where a ring of `size` values keeps the one of this row, which is also where the one of `size` rows ago still is."""
    return 0 if size == 1 else seen % size


def held_so_far(truth: cython.double, row: cython.longlong, n: cython.int, s: cython.p_double, at: cython.int) -> cython.double:
    """Minimum of the last n truths. s[at] is the row (from 1) of the last false, s[at + 1] of the last unknown (0 is unknown)."""
    if truth == 0.0:
        s[at] = row
    elif truth == 1.0:
        s[at + 1] = row
    if s[at] > 0.0 and s[at] > row - n:
        return 0.0
    return 1.0 if s[at + 1] > row - n else 2.0


def since_true(truth: cython.double, row: cython.longlong, s: cython.p_double, at: cython.int) -> cython.double:
    """Rows since the last true. s[at] is its row (from 1; 0: none yet), s[at + 1] is 1 once an unknown came after it."""
    if truth == 2.0:
        s[at] = row
        s[at + 1] = 0.0
    elif truth == 1.0:
        s[at + 1] = 1.0
    return NAN if s[at] == 0.0 or s[at + 1] == 1.0 else row - s[at]


def execute(program: Code, facts: Row) -> None:
    """The instructions of one row, inputs loaded."""
    r: cython.p_double = program.regs
    s: cython.p_double = program.state
    at: cython.p_int = program.instructions
    seen: cython.longlong = cython.cast(cython.longlong, s[0])
    k: cython.Py_ssize_t
    op: cython.int
    a: cython.int
    b: cython.int
    c: cython.int
    value: cython.double
    for k in range(program.instruction_count):
        op, a, b, c = at[5 * k], at[5 * k + 2], at[5 * k + 3], at[5 * k + 4]
        if op == 0:
            value = op_add(r[a], r[b])
        elif op == 1:
            value = op_sub(r[a], r[b])
        elif op == 2:
            value = op_mul(r[a], r[b])
        elif op == 3:
            value = op_div(r[a], r[b])
        elif op == 4:
            value = op_neg(r[a])
        elif op == 5:
            value = op_abs(r[a])
        elif op == 6:
            value = op_min(r[a], r[b])
        elif op == 7:
            value = op_max(r[a], r[b])
        elif op == 8:
            value = op_sqrt(r[a])
        elif op == 9:
            value = op_floor(r[a])
        elif op == 10:
            value = op_ceil(r[a])
        elif op == 11:
            value = op_round(r[a])
        elif op == 12:
            value = op_sign(r[a])
        elif op == 13:
            value = op_exp(r[a])
        elif op == 14:
            value = op_log(r[a])
        elif op == 15:
            value = op_pow(r[a], r[b])
        elif op == 16:
            value = op_sin(r[a])
        elif op == 17:
            value = op_cos(r[a])
        elif op == 18:
            value = op_tan(r[a])
        elif op == 19:
            value = op_atan(r[a])
        elif op == 20:
            value = op_lt(r[a], r[b])
        elif op == 21:
            value = op_le(r[a], r[b])
        elif op == 22:
            value = op_gt(r[a], r[b])
        elif op == 23:
            value = op_ge(r[a], r[b])
        elif op == 24:
            value = op_eq(r[a], r[b])
        elif op == 25:
            value = op_ne(r[a], r[b])
        elif op == 26:
            value = op_and(r[a], r[b])
        elif op == 27:
            value = op_or(r[a], r[b])
        elif op == 28:
            value = op_not(r[a])
        elif op == 29:
            value = op_same(r[a], r[b])
        elif op == 30:
            value = op_select(r[a], r[b], r[c])
        elif op == 31:
            value = op_select_truth(r[a], r[b], r[c])
        elif op == 32:
            value = op_or_else(r[a], r[b])
        elif op == 33:
            value = op_or_else_truth(r[a], r[b])
        elif op == 34:
            value = op_available(r[a])
        elif op == 35:
            value = op_available_truth(r[a])
        elif op == 36:  # move
            value = r[a]
        elif op == 37:  # lag_read
            value = s[c + ring_place(seen, b)] if seen >= b else program.params[a]
        elif op == 38:  # lag_push
            s[c + ring_place(seen, b)] = r[a]
            continue
        elif op == 39:  # held
            value = held_so_far(r[a], seen + 1, b, s, c)
        elif op == 40:  # within
            value = 2.0 - held_so_far(2.0 - r[a], seen + 1, b, s, c)
        elif op == 41:  # bars_since
            value = since_true(r[a], seen + 1, s, c)
        elif op == 42:  # init
            if seen == 0:
                s[c] = r[a]
            continue
        elif op == 43:  # prev
            value = s[c]
        elif op == 44:  # keep
            value = s[c] if r[a] != r[a] else r[a]
            s[c] = value
        elif op == 45:  # keep_truth
            value = s[c] if r[a] == 1.0 else r[a]
            s[c] = value
        else:  # fact
            value = facts[a]
        r[at[5 * k + 1]] = value
    s[0] = seen + 1


def run_program(program: Code, values: Row, facts: Row) -> None:
    k: cython.Py_ssize_t
    for k in range(program.load_count):
        program.regs[program.loads[2 * k]] = values[program.loads[2 * k + 1]]
    execute(program, facts)


def scan_program(program: Code, inp: Columns, out: Columns, n: cython.Py_ssize_t) -> None:
    """A chunk of rows, inputs and outputs as columns. Such code reads no facts."""
    i: cython.Py_ssize_t
    k: cython.Py_ssize_t
    for i in range(n):
        for k in range(program.load_count):
            program.regs[program.loads[2 * k]] = inp[program.loads[2 * k + 1]][i]
        execute(program, program.regs)
        for k in range(program.result_count):
            out[k][i] = program.regs[program.results[k]]


class RowRunner:
    """Row code bound to registers and state.

    `loads` are (register, position in the caller's inputs). state[0] counts the rows seen before this one.
    Raises RowCodeError for code that reaches outside its registers, parameters or state.
    """

    def __init__(self, code: RowCode) -> None:
        check(code)
        self.code = code
        self.state_size = code.state
        self._registers = array("d", bytes(8 * max(1, code.registers)))
        self._state = array("d", bytes(8 * code.state))
        self._params = array("d", code.params or (0.0,))
        self._instructions = array("i", [number for row in code.instructions for number in row] or [0])
        self._loads = array("i", [number for pair in code.loads for number in pair] or [0])
        self._results = array("i", code.results or (0,))
        for register, value in code.constants:
            self._registers[register] = value
        if cython.compiled:
            registers: cython.double[::1] = self._registers
            state: cython.double[::1] = self._state
            params: cython.double[::1] = self._params
            instructions: cython.int[::1] = self._instructions
            loads: cython.int[::1] = self._loads
            results: cython.int[::1] = self._results
            self.program = cython.address(self._program)  # type: ignore[attr-defined]  # declared in rowcode.pxd
            self.program.regs = cython.address(registers[0])
            self.program.state = cython.address(state[0])
            self.program.params = cython.address(params[0])
            self.program.instructions = cython.address(instructions[0])
            self.program.loads = cython.address(loads[0])
            self.program.results = cython.address(results[0])
            self.regs = self.program.regs
        else:
            # As plain Python the runner is its own program.
            self.program = self
            self.regs, self.state, self.params = self._registers, self._state, self._params
            self.instructions, self.loads, self.results = self._instructions, self._loads, self._results
        self.program.instruction_count = len(code.instructions)
        self.program.load_count = len(code.loads)
        self.program.result_count = len(code.results)

    def run_row(self, values: Sequence[float], facts: Sequence[float] = ()) -> tuple[float, ...]:
        """Runs one row: `values` are the caller's inputs by position, `facts` those of plan.FACTS. Returns the results."""
        inputs = array("d", values or (0.0,))
        known = array("d", facts or [math.nan] * len(FACTS))
        if cython.compiled:
            inputs_view: cython.double[::1] = inputs
            facts_view: cython.double[::1] = known
            self.run(cython.address(inputs_view[0]), cython.address(facts_view[0]))
        else:
            self.run(inputs, known)
        return tuple([self._registers[register] for register in self.code.results])

    def save(self) -> bytes:
        """The state as bytes, NaN in one form."""
        saved = array("d", [math.nan if value != value else value for value in self.state_values()])
        return saved.tobytes()

    def restore(self, saved: bytes) -> None:
        """Continues from `save` of a runner of the same code. Raises ValueError for another length."""
        if len(saved) != 8 * self.state_size:
            raise ValueError(f"This row code keeps {8 * self.state_size} bytes of state; {len(saved)} were given.")
        values = array("d")
        values.frombytes(saved)
        for i in range(self.state_size):
            self.program.state[i] = values[i]

    def reset(self) -> None:
        """Back to before the first row."""
        for i in range(self.state_size):
            self.program.state[i] = 0.0

    def state_values(self) -> list[float]:
        return [self.program.state[i] for i in range(self.state_size)]

    def adopt(self, state: Row) -> None:
        self.program.state = state

    def run(self, values: Row, facts: Row) -> None:
        run_program(self.program, values, facts)

    def result(self, k: cython.int) -> float:
        value: float = self.regs[self.program.results[k]]
        return value


def check(code: RowCode) -> None:
    """Raises RowCodeError unless every number in the code is one it may use."""
    if code.state < 1:
        raise RowCodeError("Row code needs state[0], which counts rows.")
    operators = len(OPERATORS)
    for at, (op, dst, a, b, c) in enumerate(code.instructions):
        name = OPERATORS[op].name if 0 <= op < operators else _NAMES.get(op, "")
        reads: tuple[int, ...]
        first, last = 1, 0
        if not name:
            raise RowCodeError(f"Instruction {at} has the unknown operation {op}.")
        if op < operators:
            reads = (a, b, c)[: len(OPERATORS[op].takes)]
        elif name in ("lag_read", "prev", "fact"):
            reads = ()
        else:
            reads = (a,)
        if name in ("lag_read", "lag_push"):
            first, last = c, c + b - 1
        elif name in ("held", "within", "bars_since"):
            first, last = c, c + 1
        elif name in ("init", "prev", "keep", "keep_truth"):
            first, last = c, c
        if name in ("lag_read", "lag_push", "held", "within") and b < 1:
            raise RowCodeError(f"Instruction {at} ({name}) looks {b} rows back; it needs at least 1.")
        if first < 1 or last >= code.state:
            raise RowCodeError(f"Instruction {at} ({name}) uses state {first} to {last} of {code.state}.")
        writes = () if name in ("lag_push", "init") else (dst,)
        if not all(0 <= register < code.registers for register in (*reads, *writes)):
            raise RowCodeError(f"Instruction {at} ({name}) uses a register beyond the {code.registers} there are.")
        if name == "lag_read" and not 0 <= a < len(code.params):
            raise RowCodeError(f"Instruction {at} (lag_read) reads parameter {a} of {len(code.params)}.")
        if name == "fact" and not 0 <= a < len(FACTS):
            raise RowCodeError(f"Instruction {at} (fact) reads fact {a} of {len(FACTS)}.")
    filled = [register for register, _ in (*code.constants, *code.loads)]
    if not all(0 <= register < code.registers for register in (*filled, *code.results)):
        raise RowCodeError(f"A constant, load or result uses a register beyond the {code.registers} there are.")
    if any(position < 0 for _, position in code.loads):
        raise RowCodeError("A load reads an input before the first.")


_NAMES = {number: name for name, number in ROW_OPCODES.items()}

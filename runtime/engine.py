"""Runs the steps of a plan over chunks of rows: an array of C calls on register buffers, no Python per step.

Feeds are read where the caller keeps them, attached outputs are written where the caller wants them. Needs its binary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cython
import numpy as np
import numpy.typing as npt

from compiler.operators import BY_NAME
from compiler.plan import Plan
from runtime.rowcode import RowRunner
from stdlib.kernels.table import IN_PLACE

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.libc.stdlib import calloc, free
    from cython.cimports.runtime.engine import Call, KernelFunction
    from cython.cimports.runtime.prefetch import touch
    from cython.cimports.runtime.rowcode import Program, scan_program
else:
    from math import nan as NAN

Floats = npt.NDArray[np.float64]
Memory = Any  # a C pointer, see engine.pxd

CACHE_LINE = cython.declare(cython.int, 8)  # doubles
LONG_CHUNK = cython.declare(cython.Py_ssize_t, 256)  # rows


class PlanError(ValueError):
    """A plan that no engine can run: an unknown kernel, or a register used against its purpose. A bug of the compiler."""


def scan(inp: Memory, par: Memory, st: Memory, out: Memory, n: cython.Py_ssize_t) -> None:
    """Row code as a kernel: `par` is its program, which knows its state."""
    scan_program(cython.cast(cython.pointer(Program), par), inp, out, n)


EXPONENT = cython.declare(cython.ulonglong, 0x7FF << 52)
SIGN = cython.declare(cython.ulonglong, 1 << 63)
ONE_EXPONENT = cython.declare(cython.ulonglong, 1 << 52)


def unclean(x: Memory, n: cython.Py_ssize_t) -> cython.int:
    """Whether a column holds an infinity, NaN or -0."""
    i: cython.Py_ssize_t
    bits: cython.p_ulonglong = cython.cast(cython.p_ulonglong, x)
    suspect: cython.ulonglong = 0
    found: cython.ulonglong = 0
    # One more in the exponent reaches the sign where all its bits are set: two additions a value tell a column of positive numbers.
    for i in range(n):
        suspect |= bits[i] | (bits[i] + ONE_EXPONENT)
    if not (suspect & SIGN):
        return 0
    for i in range(n):
        found |= ((bits[i] & EXPONENT) == EXPONENT) | (bits[i] == SIGN)
    return found != 0


def clean(x: Memory, to: Memory, n: cython.Py_ssize_t) -> None:
    """Unknown for what is not finite, and 0 for -0."""
    i: cython.Py_ssize_t
    for i in range(n):
        to[i] = x[i] + 0.0 if x[i] - x[i] == 0.0 else NAN


def canonical(x: Memory, to: Memory, n: cython.Py_ssize_t) -> None:
    """One form of NaN; kernels leave no infinity and no -0. In place, nothing is written to a column without NaN."""
    i: cython.Py_ssize_t
    bits: cython.p_ulonglong = cython.cast(cython.p_ulonglong, x)
    suspect: cython.ulonglong = 0
    if x == to:
        for i in range(n):
            suspect |= (bits[i] & ~SIGN) + ONE_EXPONENT
        if not (suspect & SIGN):
            return
    for i in range(n):
        to[i] = x[i] if x[i] == x[i] else NAN


def cleaned(column: Floats) -> Floats:
    """The column with unknown for what is not finite and 0 for -0; itself where there is none of these."""
    if not len(column):
        return column
    view: cython.const[cython.double][::1] = column  # type: ignore[valid-type]
    if not unclean(cython.cast(cython.p_double, cython.address(view[0])), len(column)):
        return column
    found = np.empty(len(column))
    to: cython.double[::1] = found
    clean(cython.cast(cython.p_double, cython.address(view[0])), cython.address(to[0]), len(column))
    return found


Shortcut = tuple[str, tuple[float, ...]]
"""What is called for a step, and what it takes after the step's own parameters."""
DONE = ""
"""Nothing: the call before has done it."""


def shortcuts_of(plan: Plan) -> list[Shortcut]:
    """For each step the kernel of its name, or one that gives the same bits sooner (stdlib/kernels/shortcuts.py)."""
    constants = dict(plan.constants)
    found: list[Shortcut] = []
    for at, step in enumerate(plan.steps):
        before = plan.steps[at - 1] if at else step
        if step.op == "div" and step.inputs[1] in constants:
            found.append(("(div by)", (constants[step.inputs[1]],)))
        elif step.op == "sqrt" and before.op == "variance" and step.inputs == before.outputs != step.outputs:
            found[at - 1] = ("(deviation)", ())  # not [-1]: compiled, nothing counts from the end here
            found.append((DONE, ()))
        else:
            found.append((step.op, ()))
    return found


class Engine:
    """A plan bound to memory.

    addresses: kernel name -> address of its C function (see stdlib/kernels). capacity: rows a chunk may have, see `reserve`.
    Raises PlanError for a plan that cannot be run.
    """

    def __init__(self, plan: Plan, addresses: Mapping[str, int], capacity: int = 1) -> None:
        if not cython.compiled:
            raise RuntimeError("The engine needs its binary: run `python setup.py build_ext --inplace`.")
        check(plan, addresses)
        operands = [register for step in plan.steps for register in (*step.inputs, *step.outputs)]
        shortcuts = shortcuts_of(plan)
        params = [value for step, (_, more) in zip(plan.steps, shortcuts, strict=True) for value in (*step.params, *more)]
        self.capacity: int = 0
        self.trusted = False
        self.feeds = len(plan.feeds)
        self.registers = plan.registers
        self.state_size = sum([step.code.state if step.code else step.state for step in plan.steps])
        self.call_count = 0
        self.operand_count = len(operands)
        self._constants = plan.constants
        self._fixed = frozenset([*range(self.feeds), *[register for register, _ in plan.constants]])
        self._runners: list[RowRunner] = []
        self._sources: list[Floats | None] = [None] * self.feeds
        self._outputs: list[tuple[int, Floats]] = []
        width: cython.size_t = cython.sizeof(cython.p_double)
        self.regs = cython.cast(cython.pp_double, calloc(self.registers + 1, width))
        self.own = cython.cast(cython.pp_double, calloc(self.registers + 1, width))
        self.sources = cython.cast(cython.pp_double, calloc(self.feeds + 1, width))
        self.sinks = cython.cast(cython.pp_double, calloc(self.registers + 1, width))
        self.outputs = cython.cast(cython.p_int, calloc(self.registers + 1, cython.sizeof(cython.int)))
        self.slots = cython.cast(cython.pp_double, calloc(self.operand_count + 1, width))
        self.operands = cython.cast(cython.p_int, calloc(self.operand_count + 1, cython.sizeof(cython.int)))
        self.params = cython.cast(cython.p_double, calloc(len(params) + 1, cython.sizeof(cython.double)))
        self.state = cython.cast(cython.p_double, calloc(self.state_size + 1, cython.sizeof(cython.double)))
        self.calls = cython.cast(cython.pointer(Call), calloc(len(plan.steps) + 1, cython.sizeof(Call)))
        for at, register in enumerate(operands):
            self.operands[at] = register
        for at, value in enumerate(params):
            self.params[at] = value
        address: cython.size_t = addresses["(unclean)"]
        self.find_unclean = cython.cast(KernelFunction, cython.cast(cython.p_void, address))
        address = addresses["(canonical)"]
        self.make_canonical = cython.cast(KernelFunction, cython.cast(cython.p_void, address))
        self.bind_calls(plan, addresses, shortcuts)
        self.reserve(capacity)

    def __dealloc__(self) -> None:
        free(self.regs)
        free(self.own)
        free(self.sources)
        free(self.sinks)
        free(self.outputs)
        free(self.slots)
        free(self.operands)
        free(self.params)
        free(self.state)
        free(self.calls)

    def bind_calls(self, plan: Plan, addresses: Mapping[str, int], shortcuts: Sequence[Shortcut]) -> None:
        """Fills the table of calls: functions, and where their operands, parameters and state are."""
        operand: cython.Py_ssize_t = 0
        param: cython.Py_ssize_t = 0
        offset: cython.Py_ssize_t = 0
        call: cython.pointer[Call]
        runner: RowRunner
        address: cython.size_t
        for step, (name, more) in zip(plan.steps, shortcuts, strict=True):
            call = cython.address(self.calls[self.call_count])
            call.inp = self.slots + operand
            call.out = self.slots + operand + len(step.inputs)
            call.par = self.params + param
            call.st = self.state + offset
            operand += len(step.inputs) + len(step.outputs)
            param += len(step.params) + len(more)
            if name == DONE:
                continue
            self.call_count += 1
            if step.code is None:
                address = addresses[name]
                call.function = cython.cast(KernelFunction, cython.cast(cython.p_void, address))
                offset += step.state
            else:
                runner = RowRunner(step.code)
                runner.adopt(call.st)
                self._runners.append(runner)
                call.function = scan
                call.par = cython.cast(cython.p_double, runner.program)
                offset += step.code.state

    def reserve(self, capacity: int) -> None:
        """Makes room for chunks of so many rows. Registers start on cache lines, apart by no power of two."""
        rows: cython.Py_ssize_t = max(1, capacity)
        register: cython.Py_ssize_t
        row: cython.Py_ssize_t
        if rows <= self.capacity:
            return
        stride: cython.Py_ssize_t = (rows + CACHE_LINE - 1) // CACHE_LINE * CACHE_LINE
        if stride >= 512:
            stride += 5 * CACHE_LINE
        self._buffer = np.empty(stride * self.registers + CACHE_LINE, dtype=np.float64)
        view: cython.double[::1] = self._buffer
        past_line: cython.size_t = (cython.cast(cython.size_t, cython.address(view[0])) // 8) % CACHE_LINE
        first: cython.Py_ssize_t = (CACHE_LINE - past_line) % CACHE_LINE
        for register in range(self.registers):
            self.own[register] = cython.address(view[first + register * stride])
        for constant, value in self._constants:
            for row in range(rows):
                self.own[constant][row] = value
        self.capacity = rows
        self.go_home()

    def attach_feeds(self, columns: Sequence[Floats]) -> None:
        """The feeds that `run` reads, in the order of the plan: contiguous float64 arrays, kept alive here until replaced."""
        for at, column in enumerate(columns):
            view: cython.const[cython.double][::1] = column  # type: ignore[valid-type]
            self.sources[at] = cython.cast(cython.p_double, cython.address(view[0])) if len(column) else cython.NULL
            self._sources[at] = column

    def attach_outputs(self, columns: Mapping[int, Floats]) -> None:
        """Register -> the array that `run` writes it to, as long as the feeds; kept alive here until replaced."""
        # Feeds and constants stay where they are and are copied; the others are computed in place.
        self._outputs = sorted(columns.items(), key=lambda pair: pair[0] in self._fixed)
        self.placed_count = len([register for register in columns if register not in self._fixed])
        self.output_count = len(self._outputs)
        for at, (register, column) in enumerate(self._outputs):
            view: cython.double[::1] = column
            self.sinks[at] = cython.address(view[0]) if len(column) else cython.NULL
            self.outputs[at] = register
        self.go_home()

    def trust(self, clean: bool) -> None:
        """Whether the attached feeds are known to be clean (runtime/clean_columns.py), so that no chunk of them is looked through."""
        self.trusted = clean

    def run(self, start: int, rows: int, chunk: int) -> None:
        """Rows start .. start + rows of the attached feeds, in chunks of at most `chunk` and the capacity."""
        at: cython.Py_ssize_t = start
        end: cython.Py_ssize_t = start + rows
        size: cython.Py_ssize_t = max(1, min(chunk, self.capacity))
        with cython.nogil:
            while at < end:
                self.advance(at, min(size, end - at))
                at += size

    def row(self, values: Sequence[float], wanted: Sequence[int]) -> tuple[float, ...]:
        """One row from plain numbers, feeds in the order of the plan. Returns the values of the wanted registers."""
        value: cython.double
        at: cython.Py_ssize_t
        if not self.at_home:
            self.go_home()
        for at in range(self.feeds):
            value = values[at]
            self.own[at][0] = value + 0.0 if value - value == 0.0 else NAN
        with cython.nogil:
            self.run_calls(1)
        return tuple([self.value(register) for register in wanted])

    def value(self, register: cython.int, row: cython.Py_ssize_t = 0) -> cython.double:
        """A register's value on a row of the last chunk."""
        value: cython.double = self.regs[register][row]
        return value if value == value else NAN

    def column(self, register: int, rows: int) -> Floats:
        """A register's values in the last chunk, copied."""
        found = np.empty(rows, dtype=np.float64)
        if rows:
            view: cython.double[::1] = found
            canonical(self.regs[register], cython.address(view[0]), rows)
        return found

    def save(self) -> bytes:
        """The state as bytes, NaN in one form."""
        saved = np.empty(self.state_size, dtype=np.float64)
        if self.state_size:
            view: cython.double[::1] = saved
            canonical(self.state, cython.address(view[0]), self.state_size)
        return saved.tobytes()

    def restore(self, saved: bytes) -> None:
        """Continues from the state of `save`. Raises ValueError if the length differs."""
        if len(saved) != 8 * self.state_size:
            raise ValueError(f"This plan keeps {8 * self.state_size} bytes of state; {len(saved)} were given.")
        values: cython.const[cython.double][::1] = np.frombuffer(saved, dtype=np.float64)  # type: ignore[valid-type]
        at: cython.Py_ssize_t
        for at in range(self.state_size):
            self.state[at] = values[at]

    def reset(self) -> None:
        """Back to before the first row."""
        at: cython.Py_ssize_t
        for at in range(self.state_size):
            self.state[at] = 0.0

    def advance(self, start: cython.Py_ssize_t, n: cython.Py_ssize_t) -> None:
        k: cython.Py_ssize_t
        source: cython.p_double
        sink: cython.p_double
        call: cython.pointer[Call]
        for k in range(self.feeds):
            source = self.sources[k] + start
            if not self.trusted and self.unclean(source, n):
                clean(source, self.own[k], n)
                source = self.own[k]
            self.regs[k] = source
        for k in range(self.placed_count):
            self.regs[self.outputs[k]] = self.sinks[k] + start
        self.link()
        self.at_home = False
        for k in range(self.call_count):
            if n >= LONG_CHUNK:
                self.touch_next(start + n, k, n)
            call = cython.address(self.calls[k])
            call.function(call.inp, call.par, call.st, call.out, n)
        for k in range(self.output_count):
            source = self.regs[self.outputs[k]]
            sink = self.sinks[k] + start
            self.make_canonical(cython.address(source), cython.NULL, cython.NULL, cython.address(sink), n)

    def touch_next(self, row: cython.Py_ssize_t, at: cython.Py_ssize_t, n: cython.Py_ssize_t) -> None:
        """Asks for one call's share of the next chunk of the feeds, so that they come from memory while kernels compute."""
        k: cython.Py_ssize_t
        for k in range(self.feeds):
            touch(self.sources[k] + row, n * at // self.call_count, n * (at + 1) // self.call_count)

    def unclean(self, x: Memory, n: cython.Py_ssize_t) -> cython.int:
        """`unclean` by the longest vectors there are."""
        column: cython.p_double = x
        found: cython.double = 0.0
        to: cython.p_double = cython.address(found)
        self.find_unclean(cython.address(column), cython.NULL, cython.NULL, cython.address(to), n)
        return found != 0.0

    def link(self) -> None:
        """Points the operands of all calls at where their registers are now."""
        k: cython.Py_ssize_t
        for k in range(self.operand_count):
            self.slots[k] = self.regs[self.operands[k]]

    def go_home(self) -> None:
        """Every register back to its own buffer."""
        k: cython.Py_ssize_t
        for k in range(self.registers):
            self.regs[k] = self.own[k]
        self.link()
        self.at_home = True

    def run_calls(self, n: cython.Py_ssize_t) -> None:
        k: cython.Py_ssize_t
        call: cython.pointer[Call]
        for k in range(self.call_count):
            call = cython.address(self.calls[k])
            call.function(call.inp, call.par, call.st, call.out, n)


def check(plan: Plan, addresses: Mapping[str, int]) -> None:
    """Raises PlanError unless every step names a kernel and every register is used for one purpose."""
    constants = {register for register, _ in plan.constants}
    used = [*constants, *[register for step in plan.steps for register in (*step.inputs, *step.outputs)]]
    used += [column.register for column in plan.columns if column.register >= 0]
    if len(plan.feeds) > plan.registers or not all(0 <= register < plan.registers for register in used):
        raise PlanError(f"The plan uses a register beyond the {plan.registers} there are.")
    for at, step in enumerate(plan.steps):
        if (step.op == "scan") != (step.code is not None) or (step.code is None and step.op not in addresses):
            raise PlanError(f"Step {at} names the kernel '{step.op}', which is not there.")
        if any(register < len(plan.feeds) or register in constants for register in step.outputs):
            raise PlanError(f"Step {at} ({step.op}) writes over a feed or a constant.")
        in_place = step.op in BY_NAME or step.op in IN_PLACE
        if len(set(step.outputs)) < len(step.outputs) or (not in_place and set(step.outputs) & set(step.inputs)):
            raise PlanError(f"Step {at} ({step.op}) writes a register twice, or over its own input.")
        if step.code is not None:
            loads = max([position for _, position in step.code.loads], default=-1)
            if loads >= len(step.inputs) or len(step.code.results) != len(step.outputs):
                raise PlanError(f"Step {at} (scan) has inputs or outputs that do not fit its code.")

"""One bar of a graph of nodes: values in places, and turns that each compute many of them. No Python from node to node. Needs its binary.

Which turns there are is decided in `layout.py`; the kernels are those of stdlib/kernels, over lanes (`lanes.py`) where nodes are alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cython
import numpy as np
import numpy.typing as npt

if cython.compiled:
    from cython.cimports.libc.math import NAN
    from cython.cimports.libc.stdlib import calloc, free, realloc
    from cython.cimports.libc.string import memcpy
    from cython.cimports.runtime.engine import KernelFunction, scan
    from cython.cimports.runtime.live.loom import (
        BLOCKS,
        EACH,
        EXTREMES,
        LANES,
        ONE,
        SPREADS,
        SUMS,
        BlocksFunction,
        ExtremeFunction,
        FillFunction,
        GatherFunction,
        LaneFunction,
        SpreadFunction,
        SumFunction,
        Turn,
    )
    from cython.cimports.runtime.rowcode import RowRunner
else:
    from math import nan as NAN

    from runtime.rowcode import RowRunner

SCRATCH = cython.declare(cython.Py_ssize_t, 4096)
"""Doubles that a bar may use for the moment where they cost no memory: on the stack, the same for all looms that a thread takes one after another."""
LINE = 64
"""Bytes that come from memory together; arrays begin with one."""

READ = cython.declare(cython.int, 0)
FILL = cython.declare(cython.int, 1)
GATHER = cython.declare(cython.int, 2)
"""Ways to an operand: read where it lies; the same for all lanes; from scattered places."""

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]


class Loom:
    """Values of `count` places, of which the first are the feeds and are given, and blocks of shared windows.

    All that a bar reads and writes lies in one piece of memory, in the order in which it does. room: rows that the blocks go back, a power of two;
    block_size: doubles of all levels; second: how far the second carried value of a series of blocks is behind the first. lanes: addresses of the
    lane kernels by name. rows: bars taken before. scratch: doubles that the largest turn needs for the moment.
    """

    def __init__(
        self, count: int, feeds: int, block_size: int, room: int, second: int, lanes: Mapping[str, int], rows: int, scratch: int
    ) -> None:
        if not cython.compiled:
            raise RuntimeError("The loom needs its binary: run `python setup.py build_ext --inplace`.")
        self._held: list[Any] = []
        self._arena, self._used = self.piece(48 * count + 8 * block_size), 0
        self.feeds, self.room, self.second, self.rows = feeds, room, second, rows
        self.turn_count, self.turn_room = 0, 0
        self.values = self.keep(np.full(max(1, count), NAN))
        self.v = self.floats_at(self.values)
        self.blocks = self.keep(np.full(max(1, block_size), NAN))
        self.h = self.floats_at(self.blocks)
        address: cython.size_t = lanes["gather"]
        self.gather = cython.cast(GatherFunction, cython.cast(cython.p_void, address))
        address = lanes["fill"]
        self.fill = cython.cast(FillFunction, cython.cast(cython.p_void, address))
        self.scratch: Any = cython.NULL
        if scratch > SCRATCH:
            self.scratch = self.floats_at(self.keep(np.zeros(scratch)))

    def __dealloc__(self) -> None:
        k: cython.Py_ssize_t
        for k in range(self.turn_count):
            free(self.turns[k].inp)
            free(self.turns[k].out)
        free(self.turns)

    # ------------------------------------------------------------ turns, in their order

    def each(self, function: int, operands: Sequence[Places | Floats], to: int, n: int) -> None:
        """An elementwise kernel over lanes. operands: of each the places, one a lane, or numbers that never change."""
        k: cython.Py_ssize_t
        turn = self.turn(EACH, function, to, n, n)
        turn.pieces = len(operands)
        turn.inp = cython.cast(cython.pp_double, calloc(len(operands) + 1, cython.sizeof(cython.p_double)))
        turn.out = cython.cast(cython.pp_double, calloc(1, cython.sizeof(cython.p_double)))
        ways = np.full(len(operands), READ, dtype=np.int32)
        at = [np.zeros(0, dtype=np.int32)]
        for k in range(len(operands)):
            own = operands[k]
            if own.dtype == np.float64:
                turn.inp[k] = self.floats(own)
            elif bool((own == own[0] + np.arange(n)).all()):
                turn.inp[k] = self.v + cython.cast(cython.Py_ssize_t, own[0])
            elif bool((own == own[0]).all()):
                ways[k] = FILL
                at.append(own[:1])
            else:
                ways[k] = GATHER
                at.append(own)
        turn.out[0] = self.v + turn.to
        turn.at, turn.counts = self.ints(np.concatenate(at)), self.ints(ways)

    def lanes(self, function: int, at: Places, state: Floats, to: int, n: int, stride: int) -> Floats:
        """A lane kernel with state of its own. Returns where that is from now on."""
        turn = self.turn(LANES, function, to, n, stride)
        own: Floats = self.keep(state)
        turn.at, turn.st = self.ints(at), self.floats_at(own)
        return own

    def push_blocks(self, function: int, join: int, place: int, first: int, levels: int) -> None:
        """The blocks over the value at a place; their levels begin at `first`."""
        turn = self.turn(BLOCKS, function, place, 1, 1)
        turn.join, turn.levels, turn.st = join, levels, self.h + cython.cast(cython.Py_ssize_t, first)

    def sums(self, function: int, at: Places, counts: Places, to: int, n: int) -> None:
        """Windows joined from blocks. at: a row of lanes for each turn, already less `room - ago`; counts: lanes of each."""
        turn = self.turn(SUMS, function, to, n, n)
        turn.at, turn.counts, turn.pieces = self.ints(at), self.ints(counts), len(counts)

    def spreads(self, function: int, at: Places, counts: Places, par: Floats, to: int, n: int) -> None:
        turn = self.turn(SPREADS, function, to, n, n)
        turn.at, turn.counts, turn.pieces = self.ints(at), self.ints(counts), len(counts)
        turn.par = self.floats(par)

    def extremes(self, function: int, at: Places, to: int, n: int) -> None:
        turn = self.turn(EXTREMES, function, to, n, n)
        turn.at = self.ints(at)

    def one(self, function: int, inputs: list[int], outputs: list[int], params: Floats, state: Floats) -> Floats:
        """A kernel for one node, with a chunk of one row. Returns where its state is from now on."""
        k: cython.Py_ssize_t
        turn = self.turn(ONE, function, 0, 1, 1)
        own: Floats = self.keep(state)
        turn.par, turn.st = self.floats(params), self.floats_at(own)
        turn.inp = cython.cast(cython.pp_double, calloc(len(inputs) + 1, cython.sizeof(cython.p_double)))
        turn.out = cython.cast(cython.pp_double, calloc(len(outputs) + 1, cython.sizeof(cython.p_double)))
        for k in range(len(inputs)):
            turn.inp[k] = self.v + cython.cast(cython.Py_ssize_t, inputs[k])
        for k in range(len(outputs)):
            turn.out[k] = self.v + cython.cast(cython.Py_ssize_t, outputs[k])
        return own

    def row_code(self, runner: RowRunner, inputs: list[int], outputs: list[int], state: Floats) -> Floats:
        """A scan: row code over columns. Returns where its state is from now on."""
        own: RowRunner = runner
        kept = self.one(0, inputs, outputs, np.zeros(1), state)
        turn: cython.pointer[Turn] = cython.address(self.turns[self.turn_count - 1])
        own.adopt(turn.st)
        code: KernelFunction = scan
        turn.function = cython.cast(cython.p_void, code)
        turn.par = cython.cast(cython.p_double, own.program)
        self._held.append(own)
        return kept

    def turn(self, kind: cython.int, function: Any, to: Any, n: Any, stride: Any) -> Any:
        address: cython.size_t = function
        if self.turn_count == self.turn_room:
            self.turn_room = max(16, 2 * self.turn_room)
            self.turns: Any = cython.cast(cython.pointer(Turn), realloc(self.turns, self.turn_room * cython.sizeof(Turn)))
        turn: cython.pointer[Turn] = cython.address(self.turns[self.turn_count])
        turn.kind, turn.function = kind, cython.cast(cython.p_void, address)
        turn.to, turn.n, turn.stride = to, n, stride
        turn.at, turn.counts, turn.st, turn.par = cython.NULL, cython.NULL, cython.NULL, cython.NULL
        turn.inp, turn.out = cython.NULL, cython.NULL
        turn.pieces, turn.join, turn.levels = 0, 0, 0
        self.turn_count += 1
        return turn

    # ------------------------------------------------------------ memory

    def piece(self, size: Any) -> Any:
        """Memory that begins with a line."""
        whole = np.empty(size + LINE, dtype=np.uint8)
        return whole[-whole.ctypes.data % LINE :]

    def keep(self, array: Any) -> Any:
        """A copy of an array, behind what was kept before."""
        size = array.nbytes
        if self._used + size > len(self._arena):
            self._arena, self._used = self.piece(max(size, 4096, len(self._arena) // 4)), 0
        own = self._arena[self._used : self._used + size].view(array.dtype)
        own[:] = array
        self._used += -(-size // LINE) * LINE
        return own

    def floats(self, array: Any) -> Any:
        return self.floats_at(self.keep(array))

    def floats_at(self, own: Any) -> Any:
        """The address of an array, which lives on."""
        if not len(own):
            own = np.zeros(1)
        view: cython.double[::1] = own
        self._held.append(view)
        return cython.address(view[0])

    def ints(self, array: Any) -> Any:
        own = self.keep(array) if len(array) else np.zeros(1, dtype=np.int32)
        view: cython.int[::1] = own
        self._held.append(view)
        return cython.address(view[0])

    # ------------------------------------------------------------ bars

    def bar(self, open: float, high: float, low: float, close: float, volume: float) -> None:
        """Takes one bar. The places of the feeds are in this order."""
        self.take(open, high, low, close, volume)

    def take(
        self, open: cython.double, high: cython.double, low: cython.double, close: cython.double, volume: cython.double
    ) -> None:
        v: cython.p_double = self.v
        v[0] = open + 0.0 if open - open == 0.0 else NAN
        v[1] = high + 0.0 if high - high == 0.0 else NAN
        v[2] = low + 0.0 if low - low == 0.0 else NAN
        v[3] = close + 0.0 if close - close == 0.0 else NAN
        v[4] = volume + 0.0 if volume - volume == 0.0 else NAN
        self.weave()

    def fill_blocks(self, function: int, join: int, first: int, levels: int, rows: Floats) -> None:
        """Blocks as after these rows, the last of them at the bar before the next. Their levels are at what stands before the first bar."""
        address: cython.size_t = function
        push: BlocksFunction = cython.cast(BlocksFunction, cython.cast(cython.p_void, address))
        k: cython.Py_ssize_t
        count: cython.Py_ssize_t = len(rows)
        for k in range(count):
            place: cython.Py_ssize_t = (self.rows - count + k) & (self.room - 1)
            x: cython.double = rows[k]
            push(join, x, self.h + cython.cast(cython.Py_ssize_t, first), levels, self.room, place)

    def weave(self) -> None:
        w = cython.declare(cython.double[4096])
        self.turns_with(self.scratch if self.scratch != cython.NULL else cython.cast(cython.p_double, w))
        self.rows += 1

    def turns_with(self, w: cython.p_double) -> None:
        k: cython.Py_ssize_t
        j: cython.Py_ssize_t
        place: cython.Py_ssize_t = self.rows & (self.room - 1)
        turn: cython.pointer[Turn]
        at: cython.p_int
        here: cython.p_double = self.h + self.room + place
        for k in range(self.turn_count):
            turn = cython.address(self.turns[k])
            if turn.kind == EACH:
                at = turn.at
                for j in range(turn.pieces):
                    if turn.counts[j] == GATHER:
                        turn.inp[j] = w + j * turn.n
                        self.gather(self.v, at, turn.inp[j], turn.n)
                        at += turn.n
                    elif turn.counts[j] == FILL:
                        turn.inp[j] = w + j * turn.n
                        self.fill(self.v[at[0]], turn.inp[j], turn.n)
                        at += 1
                cython.cast(KernelFunction, turn.function)(turn.inp, cython.NULL, cython.NULL, turn.out, turn.n)
            elif turn.kind == LANES:
                cython.cast(LaneFunction, turn.function)(self.v, turn.at, turn.st, turn.to, turn.n, turn.stride)
            elif turn.kind == BLOCKS:
                cython.cast(BlocksFunction, turn.function)(turn.join, self.v[turn.to], turn.st, turn.levels, self.room, place)
            elif turn.kind == SUMS:
                cython.cast(SumFunction, turn.function)(
                    here, turn.at, turn.counts, turn.pieces, self.v, turn.to, turn.n, turn.stride
                )
            elif turn.kind == SPREADS:
                cython.cast(SpreadFunction, turn.function)(
                    here, turn.at, turn.counts, turn.pieces, self.v, turn.to, turn.n, turn.stride, self.second, turn.par, w
                )
            elif turn.kind == EXTREMES:
                cython.cast(ExtremeFunction, turn.function)(here, turn.at, self.v, turn.to, turn.n, turn.stride)
            else:
                cython.cast(KernelFunction, turn.function)(turn.inp, turn.par, turn.st, turn.out, 1)


class Mark:
    """A mark of all bars so far: two series that have equal marks after as many bars have taken the same ones."""

    def __init__(self, a: int = 0x9E3779B97F4A7C15, b: int = 0xC2B2AE3D27D4EB4F) -> None:
        self.a, self.b = a, b

    def add(self, time: int, open: float, high: float, low: float, close: float, volume: float) -> None:
        self.note(time, open, high, low, close, volume)

    def note(
        self,
        time: cython.longlong,
        open: cython.double,
        high: cython.double,
        low: cython.double,
        close: cython.double,
        volume: cython.double,
    ) -> None:
        moment: cython.double = time
        self.mix(moment)
        self.mix(open)
        self.mix(high)
        self.mix(low)
        self.mix(close)
        self.mix(volume)

    def values(self) -> tuple[int, int]:
        return self.a, self.b

    def mix(self, x: cython.double) -> None:
        y: cython.double = x + 0.0 if x - x == 0.0 else NAN
        bits: cython.ulonglong = 0
        memcpy(cython.address(bits), cython.address(y), 8)
        self.a = (self.a ^ bits) * cython.cast(cython.ulonglong, 0xFF51AFD7ED558CCD)
        self.a ^= self.a >> 32
        self.b = (self.b + bits) * cython.cast(cython.ulonglong, 0xC4CEB9FE1A85EC53)
        self.b ^= self.b >> 29

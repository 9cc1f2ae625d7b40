"""A kernel: a plan bound to compiled code, with a state that can be saved. Columns are computed here, for history and live."""

from __future__ import annotations

import hashlib
import json
import struct
import sys
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from compiler.operators import BY_NAME
from compiler.plan import Plan
from runtime.engine import Engine, Floats, PlanError
from runtime.feeds import FeedError
from runtime.result_memory import new_column
from stdlib.kernels import table
from stdlib.kernels.scalar import SCALARS
from stdlib.primitives import PRIMITIVES

Feeds = Mapping[str, Floats] | Sequence[Floats]

PRIMITIVE = {primitive.name: primitive for primitive in PRIMITIVES}

CHUNK = 512
"""Rows a chunk: a few registers of this many stay in the second cache."""

STATE_FORMAT = 1
STATE_MARK = b"apextrade state\n"


class StateMismatch(ValueError):
    """A saved state that does not belong to this plan, these kernels or this machine's arithmetic. Rebuild it from bars."""


@cache
def addresses() -> dict[str, int]:
    """Kernel name -> address of its compiled function; and the engine's shortcuts."""
    return table.addresses() | table.shortcuts()


@cache
def numeric_build() -> str:
    """Names the arithmetic of this process: byte order, and the bits that the scalar routines give at some points.

    Equal names mean that a saved state continues with the same bits; the C library's exp or pow may differ between machines.
    """
    points = [0.1 * i * i - 3.7 * i + 0.013 for i in range(48)]
    found = hashlib.sha256()
    for name in ("exp", "log", "sin", "cos", "tan", "atan"):
        found.update(struct.pack("<48d", *(_one_nan(SCALARS[name](x)) for x in points)))
    found.update(struct.pack("<48d", *(_one_nan(SCALARS["pow"](abs(x), 0.37 * x)) for x in points)))
    return f"{sys.byteorder}-{found.hexdigest()[:16]}"


def check_library(plan: Plan) -> None:
    """Raises PlanError unless the plan's steps call the primitives as they are declared here, with the state that they need."""
    for name, version in plan.versions:
        if name not in PRIMITIVE or PRIMITIVE[name].version != version:
            there = PRIMITIVE[name].version if name in PRIMITIVE else "none"
            raise PlanError(f"The plan was compiled for version {version} of `{name}`; here it is {there}. Compile it again.")
    for step in plan.steps:
        check_call(step.op, len(step.inputs), len(step.outputs), step.params, step.state)


def check_call(op: str, inputs: int, outputs: int, params: tuple[float, ...], state: int) -> None:
    """Raises PlanError unless a primitive or operator of that name is called as it is declared here, with the state that it needs."""
    if op in BY_NAME:
        shape = (len(BY_NAME[op].takes), 1, 0, 0)
    elif op in PRIMITIVE:
        series, results, fixed = _shape(op)
        shape = (series, results, fixed, PRIMITIVE[op].state(*params) if len(params) == fixed else 0)
    else:
        return
    if (inputs, outputs, len(params)) != shape[:3] or state < shape[3]:
        raise PlanError(f"A step does not call `{op}` as it is declared.")


@cache
def _shape(op: str) -> tuple[int, int, int]:
    """How many series, results and fixed parameters a primitive has."""
    primitive = PRIMITIVE[op]
    series = sum(1 for p in primitive.parameters if p.kind in ("series", "truth"))
    return series, len(primitive.results), len(primitive.parameters) - series


def _one_nan(value: float) -> float:
    return value if value == value else float("nan")


def bind(plan: Plan, chunk: int = 1) -> Kernel:
    """A kernel at the plan's beginning. chunk: rows to make room for now; `run` and `chunk` make more when they need it.

    Raises PlanError (runtime.engine) for a plan that cannot be run here.
    """
    check_library(plan)
    return Kernel(plan, Engine(plan, addresses(), chunk))


class Kernel:
    """A plan with its state. Rows are taken strictly in order; any chunking of them gives the same bits.

    engine: for compiled callers, which read registers where they are (runtime/engine.pxd).
    """

    __slots__ = ("_plan_hash", "engine", "plan", "registers")

    def __init__(self, plan: Plan, engine: Engine) -> None:
        self.plan = plan
        self.engine = engine
        self.registers = tuple(dict.fromkeys(column.register for column in plan.columns if column.register >= 0))
        self._plan_hash = ""

    def run(
        self, feeds: Feeds, rows: int, chunk: int = CHUNK, registers: Sequence[int] = (), clean: bool = False
    ) -> dict[int, Floats]:
        """Takes `rows` rows of the feeds, in chunks.

        feeds: name -> float64 array of shape (rows,), or the arrays in the order of plan.feeds; read in place.
        registers: those wanted (default: the registers of plan.columns). clean: the feeds are known to hold no infinity and no -0.
        Returns register -> new array of shape (rows,), truths as 0, 1, 2. Raises FeedError if feeds are missing or too short.
        """
        columns = self.feed_arrays(feeds, rows)
        found = {register: new_column(rows) for register in (registers or self.registers)}
        self.engine.reserve(min(chunk, max(1, rows)))
        self.engine.attach_feeds(columns)
        self.engine.attach_outputs(found)
        self.engine.trust(clean)
        self.engine.run(0, rows, max(1, chunk))
        self.engine.trust(False)
        self.engine.attach_outputs({})
        return found

    def chunk(self, feeds: Feeds, rows: int) -> None:
        """Takes `rows` rows of the feeds as one chunk; afterwards `column` and the engine's registers hold its results."""
        self.engine.reserve(rows)
        self.engine.attach_feeds(self.feed_arrays(feeds, rows))
        self.engine.run(0, rows, max(1, rows))

    def column(self, register: int, rows: int) -> Floats:
        """A copy of a register's first `rows` values in the last chunk."""
        return self.engine.column(register, rows)

    def row(self, values: Sequence[float], registers: Sequence[int] | None = None) -> tuple[float, ...]:
        """Takes one row: numbers in the order of plan.feeds. Returns the wanted registers (default: `registers`)."""
        return self.engine.row(values, self.registers if registers is None else registers)

    def save(self) -> bytes:
        """The state, with a header that says what it belongs to."""
        header = json.dumps(self.identity(), sort_keys=True, separators=(",", ":")).encode()
        return STATE_MARK + len(header).to_bytes(4, "big") + header + self.engine.save()

    def restore(self, saved: bytes) -> None:
        """Continues where `save` was called. Raises StateMismatch if that was another plan, kernel version or arithmetic."""
        start = len(STATE_MARK) + 4
        if not saved.startswith(STATE_MARK) or len(saved) < start:
            raise StateMismatch("These bytes are not a saved state.")
        end = start + int.from_bytes(saved[len(STATE_MARK) : start], "big")
        try:
            header = json.loads(saved[start:end])
        except ValueError:
            raise StateMismatch("The header of the saved state cannot be read.") from None
        identity = self.identity()
        for key, said in MISMATCHES:
            if not isinstance(header, dict) or header.get(key) != identity[key]:
                raise StateMismatch(f"{said} Rebuild the state from bars.")
        if len(saved) - end != 8 * self.engine.state_size:
            raise StateMismatch(f"The saved state has {len(saved) - end} bytes; this plan keeps {8 * self.engine.state_size}.")
        self.engine.restore(saved[end:])

    def reset(self) -> None:
        """Back to before the first row."""
        self.engine.reset()

    def identity(self) -> dict[str, object]:
        """What a saved state belongs to."""
        self._plan_hash = self._plan_hash or self.plan.hash
        versions = [[name, version] for name, version in self.plan.versions]
        return {"format": STATE_FORMAT, "plan": self._plan_hash, "versions": versions, "numeric": numeric_build()}

    def feed_arrays(self, feeds: Feeds, rows: int) -> list[Floats]:
        """The arrays of the plan's feeds in order, contiguous float64 of at least so many rows. Raises FeedError."""
        names = self.plan.feeds
        if isinstance(feeds, Mapping):
            missing = [name for name in names if name not in feeds]
            if missing:
                raise FeedError(f"The plan reads {', '.join(missing)}; the data has {', '.join(feeds) or 'nothing'}.")
            feeds = [feeds[name] for name in names]
        if len(feeds) != len(names):
            raise FeedError(f"The plan reads {len(names)} feeds ({', '.join(names)}); {len(feeds)} were given.")
        columns = [np.ascontiguousarray(column, dtype=np.float64) for column in feeds]
        for name, column in zip(names, columns, strict=True):
            if column.ndim != 1 or len(column) < rows:
                raise FeedError(f"{name} has the shape {column.shape}; a column of {rows} rows is needed.")
        return columns


MISMATCHES: tuple[tuple[str, str], ...] = (
    ("format", "The saved state has another format."),
    ("versions", "The saved state was written by other versions of the kernels."),
    ("plan", "The saved state belongs to another plan."),
    ("numeric", "The saved state was written where arithmetic gives other bits (another C library or byte order)."),
)

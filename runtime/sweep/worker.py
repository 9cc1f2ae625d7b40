"""One worker of a sweep: runs tiles, one after another, with columns, plans and machines of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Event, Lock

import numpy as np

from compiler.diagnostics import CompileError
from compiler.inputs import InputError
from compiler.nodes import Node
from compiler.plan import Plan
from compiler.sweeping.shared import Shared
from compiler.sweeping.variants import InputValue, NotShared
from compiler.sweeping.whole import whole_plan
from runtime.engine import Engine
from runtime.kernel import CHUNK, addresses, check_library
from runtime.statistics import COLUMNS
from runtime.sweep.cells import Cells
from runtime.sweep.task import Floats, Market, Task
from runtime.sweep.tiles import Places, Tile, combined

OWN = "sweep."
"""How the feeds begin that a combination brings itself."""
KEPT = 64
"""Machines that a worker keeps for plans that come again."""
BATCH_BARS = 4_000_000
"""Bars of runs after which a worker looks up: whether to stop, how far it is."""


@dataclass(slots=True, eq=False)
class Common:
    """What the workers of one sweep have in common. values: float64 (m, figures), where each writes its rows; done: which are written."""

    task: Task
    market: Market
    shared: Shared | None
    places: Places
    numbers: Places
    values: Floats
    done: np.ndarray[tuple[int], np.dtype[np.bool_]]
    stop: Event
    building: Lock = field(default_factory=Lock)
    nodes: dict[tuple[str, int], Node | None] = field(default_factory=dict)
    plans: dict[int, Plan | None] = field(default_factory=dict)
    refused: list[tuple[int, str]] = field(default_factory=list)
    advanced: Callable[[int], None] = lambda rows: None

    def inputs(self, row: int) -> dict[str, InputValue]:
        """All inputs of a row."""
        return {**self.task.fixed, **self.task.space.values(self.places[row])}

    def numbered(self, names: Sequence[str], rows: Places) -> Places:
        """One number for the values of some inputs, for each of some rows."""
        axes = [at for at, axis in enumerate(self.task.space.axes) if axis.name in names]
        return combined(self.places[rows][:, axes], [len(self.task.space.axes[at].values) for at in axes])

    def settled(self, plan: Plan) -> Plan:
        """The plan with the settings of the run."""
        return replace(plan, account=self.task.account(plan.account))


@dataclass(slots=True, eq=False)
class Worker:
    common: Common
    buffer: Floats = field(default_factory=lambda: np.empty((0, 0)))
    cells: dict[int, Cells] = field(default_factory=dict)

    def run(self, tile: Tile) -> None:
        """Every row of a tile, until told to stop."""
        common, shared = self.common, self.common.shared
        if shared is None:
            self.alone(tile.rows)
            return
        variants = np.column_stack([common.numbered(part.inputs, tile.rows) for part in shared.parts]) if shared.parts else None
        addresses_of, missing = self.columns(shared, tile, variants)
        rest = common.numbered(shared.rest_inputs, tile.rows)
        starts = np.flatnonzero(np.concatenate(([True], np.diff(rest) != 0)))
        for start, stop in zip(starts, (*starts[1:], len(rest)), strict=True):
            if common.stop.is_set():
                return
            rows, lacks = tile.rows[start:stop], missing[start:stop]
            plan = self.plan(shared, int(rest[start]), int(rows[0]))
            if plan is None:
                self.alone(rows)
                continue
            self.alone(rows[lacks])
            parts = [int(name.removeprefix(OWN)) for name in plan.feeds if name.startswith(OWN)]
            own = addresses_of[start:stop][~lacks][:, parts]
            self.together(int(rest[start]), plan, rows[~lacks], np.ascontiguousarray(own))

    def columns(
        self, shared: Shared, tile: Tile, variants: Places | None
    ) -> tuple[Places, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """Computes the columns of a tile. For each row the addresses of its parts' columns, and whether one can't be computed apart."""
        common = self.common
        found = np.zeros((len(tile.rows), len(shared.parts)), dtype=np.int64)
        missing = np.zeros(len(tile.rows), dtype=bool)
        if variants is None:
            return found, missing
        wanted: list[Node] = []
        users: list[tuple[int, Places]] = []
        with common.building:
            for at, part in enumerate(shared.parts):
                different, member = np.unique(variants[:, at], return_inverse=True)
                order = np.argsort(member, kind="stable")
                for variant, rows in zip(different, np.split(order, np.cumsum(np.bincount(member))[:-1]), strict=True):
                    key = (part.feed, int(variant))
                    if key not in common.nodes:
                        common.nodes[key] = self.node(shared, at, int(tile.rows[rows[0]]))
                    node = common.nodes[key]
                    if node is None:
                        missing[rows] = True
                    else:
                        wanted.append(node)
                        users.append((at, rows))
            if not wanted:
                return found, missing
            plan, registers = shared.columns(wanted)
        check_library(plan)
        different_registers = list(dict.fromkeys(registers))
        bars = len(common.task.candles)
        if self.buffer.shape[0] < len(different_registers):
            self.buffer = np.empty((len(different_registers), max(1, bars)))
        engine = Engine(plan, addresses(), max(1, min(CHUNK, bars)))
        engine.attach_feeds([column for column in common.market.feeds(plan, "\0") if column is not None])
        place = {register: self.buffer[i] for i, register in enumerate(different_registers)}
        engine.attach_outputs(place)
        engine.run(0, bars, CHUNK)
        for register, (at, rows) in zip(registers, users, strict=True):
            found[rows, at] = place[register].ctypes.data
        return found, missing

    def node(self, shared: Shared, part: int, row: int) -> Node | None:
        try:
            return shared.node(shared.parts[part], self.common.inputs(row))
        except NotShared:
            return None

    def plan(self, shared: Shared, key: int, row: int) -> Plan | None:
        """The plan of the rest for a row; None if that can't be built."""
        with self.common.building:
            if key not in self.common.plans:
                try:
                    self.common.plans[key] = self.common.settled(shared.rest(self.common.inputs(row)).plan)
                except NotShared:
                    self.common.plans[key] = None
            return self.common.plans[key]

    def together(self, key: int, plan: Plan, rows: Places, own: Places) -> None:
        """Rows of one plan, on the columns at the addresses `own`, shape (m, own feeds)."""
        if not len(rows):
            return
        if key not in self.cells:
            if len(self.cells) >= KEPT:
                self.cells.pop(next(iter(self.cells)))
            self.cells[key] = self.bound(plan)
        cells = self.cells[key]
        batch = max(1, BATCH_BARS // max(1, len(self.common.task.candles)))
        for start in range(0, len(rows), batch):
            if self.common.stop.is_set():
                return
            part = rows[start : start + batch]
            values = np.empty((len(part), len(COLUMNS)))
            cells.run(own[start : start + batch], values)
            self.written(part, values)

    def bound(self, plan: Plan) -> Cells:
        task = self.common.task
        feeds = self.common.market.feeds(plan, OWN)
        return Cells(plan, task.candles, task.instrument, feeds, self.common.market.inside(plan.account), task.rates)

    def alone(self, rows: Places) -> None:
        """Rows that share nothing: the whole program is built and run for each."""
        for row in rows.tolist():
            if self.common.stop.is_set():
                return
            try:
                values = self.whole(row)
            except (CompileError, InputError) as error:
                self.common.refused.append((int(self.common.numbers[row]), reason(error)))
                self.common.advanced(1)
                continue
            self.written(np.array([row]), values[None, :])

    def whole(self, row: int) -> Floats:
        """A row by itself: the whole program, built for it. Raises CompileError and InputError."""
        with self.common.building:
            task = self.common.task
            plan = whole_plan(task.program, self.common.inputs(row), task.instrument.tick, task.candles.has_factors)
        values = np.empty((1, len(COLUMNS)))
        self.bound(self.common.settled(plan)).run(np.empty((1, 0), dtype=np.int64), values)
        row_values: Floats = values[0]
        return row_values

    def written(self, rows: Places, values: Floats) -> None:
        self.common.values[rows] = values
        self.common.done[rows] = True
        self.common.advanced(len(rows))


def reason(error: CompileError | InputError) -> str:
    """Why a combination could not be built, in one sentence."""
    if isinstance(error, CompileError):
        return next(d.message for d in error.diagnostics if d.severity == "error")
    return str(error)

"""The strategies on one series of bars: one instrument from one first bar on. What they compute is one graph, taken a bar at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from compiler.plan import Account, Column, Plan
from compiler.plan import Step as PlanStep
from compiler.terms import NO_TERMS
from runtime.engine import Engine
from runtime.feeds import PRICES
from runtime.kernel import addresses
from runtime.live.desks import Desks
from runtime.live.layout import Layout, lay_out, shared_windows
from runtime.live.loom import Floats, Mark
from runtime.live.weaving import Graph, Node, Woven, in_order
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument

OPENS = ("buy", "short", "notify")
"""Actions that do something where nothing is held and nothing rests."""
WARM_CHUNK = 128
Past = Mapping[str, Floats]
"""The bars that a series has taken, by feed."""


@dataclass(slots=True, eq=False)
class Seat:
    """A strategy on a series. plan: its steps are not looked at. start: the row at which its account begins. machine: from `settle` on; None if it
    makes no orders."""

    name: str
    plan: Plan
    instrument: Instrument
    columns: tuple[Column, ...]
    woven: Woven
    start: int
    machine: Machine | None = None
    saved: bytes = b""
    """What the machine goes on from, until it is made."""

    @property
    def watches(self) -> bool:
        """Whether the machine looks at every bar."""
        code, account = self.plan.machine, self.plan.account
        return code is not None and (code.row is not None or bool(account.limits) or account.terms != NO_TERMS)

    @property
    def fresh(self) -> bool:
        """Whether the machine has had nothing to do since its account began: it has not looked at a bar."""
        return self.machine is None or (self.machine.bar == 0.0 and not self.watches)


@dataclass(slots=True, eq=False)
class Series:
    """Strategies by seat, with their graph and machines. `settle` before the next bar, and whenever values are read."""

    mark: Mark = field(default_factory=Mark)
    """Of all its bars."""
    graph: Graph = field(default_factory=Graph)
    seats: list[Seat] = field(default_factory=list)
    seated: tuple[Seat, ...] = ()
    """The seats as the desks know them; news tells them by number."""
    kept: set[tuple[int, int]] = field(default_factory=set)
    layout: Layout | None = None
    desks: Desks = field(default_factory=lambda: Desks(0, math.nan, -1))
    past: Past | None = None
    """The bars so far, as long as strategies wait for `settle` whose nodes have not seen them."""
    has_alerts: bool = False
    _alerts: tuple[np.ndarray[tuple[int], np.dtype[np.int32]], list[tuple[int, Column]]] | None = None
    ready: bool = False
    """Whether nothing is left for `settle`."""

    # ------------------------------------------------------------ who is here

    def begin(self, rows: int, time: int | None, mark: Mark, close: float, close_row: int) -> None:
        """As after so many bars, before the first strategy. close: the last known one, and its row."""
        self.mark = mark
        self.desks = Desks(rows, close, close_row, -1 if time is None else time)

    def add(self, name: str, plan: Plan, instrument: Instrument, columns: tuple[Column, ...], past: Past | None) -> Seat:
        """A strategy whose account begins with the next bar. past: all bars that the series has taken; needed where there are any."""
        if self.rows and past is None:
            raise ValueError("A series that has taken bars can only be joined with them.")
        seat = Seat(name, plan, instrument, columns, self.graph.weave(plan), self.rows)
        self.seats.append(seat)
        self.past = past if self.rows else None
        self.ready = False
        return seat

    def remove(self, seat: Seat) -> None:
        """A strategy leaves. What others use stays as it is."""
        if self.ready:
            self.desks.up_to_date()
        self.seats.remove(seat)
        self.graph.drop(seat.woven)
        self.ready = False

    # ------------------------------------------------------------ bars

    @property
    def rows(self) -> int:
        """Bars taken."""
        return self.desks.rows

    @property
    def time(self) -> int | None:
        """Of the last bar."""
        return self.desks.time if self.desks.rows else None

    def alerts(self) -> list[tuple[int, Column]]:
        """The alerts that are true at the last close, by seat."""
        assert self.layout is not None
        assert self._alerts is not None
        places, whose = self._alerts
        found = [whose[at] for at in np.flatnonzero(self.layout.loom.values[places] == 2.0)] if len(places) else []
        for at, seat in enumerate(self.seats):
            if seat.watches:
                found += [
                    (at, c) for c in seat.columns if c.role == "alert" and c.register < 0 and self.desks.slot(at, c.slot) == 2.0
                ]
        return found

    def raw(self, seat: Seat) -> tuple[float, ...]:
        """The values of a strategy's columns at the last close."""
        assert self.layout is not None
        values, place, at = self.layout.loom.values, self.layout.place, self.seats.index(seat)
        found = [
            float(values[place[seat.woven.values[c.register]]]) if c.register >= 0 else self.desks.slot(at, c.slot)
            for c in seat.columns
        ]
        return tuple(x + 0.0 if x == x else math.nan for x in found)

    def equity(self, seat: Seat) -> float:
        """The equity of a strategy at the last close; NaN if it does not trade."""
        if seat.fresh:
            return math.nan if seat.plan.machine is None else seat.plan.account.capital
        return self.desks.equity(self.seats.index(seat))

    # ------------------------------------------------------------ getting ready

    def settle(self) -> None:
        """New strategies are warmed by the bars so far, and everything gets its place."""
        if self.ready:
            return
        states, series = self.states()
        shared = shared_windows(self.graph.nodes.values(), self.kept)
        fresh = [node for node in self.graph.nodes.values() if node.state and node.id not in states and node.id not in shared]
        known = {} if self.layout is None else {key: int(self.layout.longest[key]) for key in series}
        wanted = {}
        for at, key in shared.items():
            if int(self.graph.nodes[at].params[0]) > known.get(key, 0):
                wanted[key] = key[1]
        if self.rows:
            assert self.past is not None or not (fresh or wanted)
            if fresh or wanted:
                assert self.past is not None
                found, columns = warmed(self.graph, fresh, wanted.values(), self.past, self.rows)
                states |= found
                series |= {key: columns[value] for key, value in wanted.items()}
        else:
            series |= {key: np.empty(0) for key in wanted}
        self.arrange(states, series)

    def arrange(self, states: Mapping[int, Floats], series: Mapping[tuple[int, int], Floats]) -> None:
        """A place for every node, from their states, and the machines bound to them."""
        self.desks.up_to_date()
        shared = shared_windows(self.graph.nodes.values(), self.kept)
        self.kept = set(shared.values())
        self.layout = layout = lay_out(self.graph, PRICES, self.rows, states, series, shared)
        fires: list[tuple[int, int, bool]] = []
        alerts: list[tuple[int, int, Column]] = []
        for at, seat in enumerate(self.seats):
            code = seat.plan.machine
            if code is not None:
                seen: dict[int, bool] = {}
                for action in code.actions:
                    slot = code.slots[action.fires]
                    if slot.where == "column":
                        place = layout.place[seat.woven.values[slot.index]]
                        seen[place] = seen.get(place, False) or action.verb in OPENS
                fires += [(place, at, opens) for place, opens in seen.items()]
                if seat.machine is None:
                    seat.machine = self.machine(seat)
                else:
                    self.bind(seat.machine, seat)
            alerts += [
                (layout.place[seat.woven.values[c.register]], at, c)
                for c in seat.columns
                if c.role == "alert" and c.register >= 0
            ]
        self._alerts = np.array([place for place, _, _ in alerts], dtype=np.int32), [(at, column) for _, at, column in alerts]
        self.has_alerts = any(column.role == "alert" for seat in self.seats for column in seat.columns)
        self.seated = tuple(self.seats)
        self.desks.seat(
            [seat.machine for seat in self.seats],
            [seat.fresh for seat in self.seats],
            [seat.start for seat in self.seats],
            fires,
            layout.loom,
            self.mark,
        )
        self.past = None
        self.ready = True

    def states(self) -> tuple[dict[int, Floats], dict[tuple[int, int], Floats]]:
        """What the nodes that are there keep, and the series of shared windows."""
        if self.layout is None:
            return {}, {}
        there = self.graph.nodes.keys()
        states = {at: state for at, state in self.layout.states().items() if at in there}
        return states, {key: self.layout.series(key) for key in self.layout.blocks}

    def machine(self, seat: Seat) -> Machine:
        """A seat's machine, as at its beginning or as it was saved."""
        code = seat.plan.machine
        assert code is not None
        machine = Machine(code, seat.plan.account, seat.instrument)
        self.bind(machine, seat)
        if seat.saved:
            machine.restore(seat.saved)
            seat.saved = b""
        return machine

    def bind(self, machine: Machine, seat: Seat) -> None:
        assert self.layout is not None
        assert seat.plan.machine is not None
        desks, values, place, code = self.desks, self.layout.loom.values, self.layout.place, seat.plan.machine
        machine.bind_prices(desks.opens, desks.highs, desks.lows, desks.closes, desks.times)
        read = {slot.index for slot in code.slots if slot.where == "column"} | set(code.columns)
        where = {register: place[seat.woven.values[register]] for register in read}
        machine.bind_columns({register: values[at : at + 1] for register, at in where.items()})


def warmed(
    graph: Graph, fresh: Sequence[Node], values: Iterable[int], past: Past, rows: int
) -> tuple[dict[int, Floats], dict[int, Floats]]:
    """The states of nodes after the bars of the past, by the kernels of history, and whole columns of some values."""
    values = list(values)
    nodes = in_order([*fresh, *(graph.maker[value] for value in values)], graph)
    feeds = [node for node in nodes if node.op == "feed"]
    register = {node.outputs[0]: at for at, node in enumerate(feeds)}
    steps, constants = [], []
    for node in nodes:
        for value in node.outputs:
            register.setdefault(value, len(register))
        if node.op == "const":
            constants.append((register[node.outputs[0]], node.params[0]))
        elif node.op != "feed":
            inputs, outputs = tuple(register[v] for v in node.inputs), tuple(register[v] for v in node.outputs)
            steps.append(
                PlanStep(
                    "scan" if node.code else node.op, inputs, outputs, node.params, 0 if node.code else node.state, node.code
                )
            )
    plan = Plan(
        tuple(node.feed for node in feeds), tuple(constants), tuple(steps), len(register), (), None, Account(), 0, 0, 0.0, 0
    )
    engine = Engine(plan, addresses(), WARM_CHUNK)
    engine.attach_feeds([past[node.feed] for node in feeds])
    columns = {value: np.empty(rows) for value in values}
    engine.attach_outputs({register[value]: column for value, column in columns.items()})
    engine.run(0, rows, WARM_CHUNK)
    state = np.frombuffer(engine.save(), dtype=np.float64)
    found, at = {}, 0
    for node in nodes:
        found[node.id] = state[at : at + node.state]
        at += node.state
    return {node.id: found[node.id] for node in fresh}, columns

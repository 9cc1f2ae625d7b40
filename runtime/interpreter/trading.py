"""Trades a graph as built: the interpreter between the halves of the position machine, bar by bar. The machine is the only part it shares."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.built import Built
from compiler.nodes import Node, reachable
from compiler.orders import OrderNodes
from compiler.plan import FACTS, ActionCode, MachineCode, Price, Slot
from compiler.rows import RowAssembler
from runtime.candles import Candles
from runtime.clocks.reading import Reading
from runtime.conversion.rates import Rates
from runtime.detail import Detail
from runtime.interpreter.clocks import latest_columns
from runtime.interpreter.graph import GraphInterpreter
from runtime.interpreter.trace import Trace
from runtime.machine.core import Machine, MachineError
from runtime.machine.instrument import Instrument

NAN = float("nan")
OF_ORDER = ("entry", "side", "stop")
"""What attached prices read of the order itself, in the order in which their code loads it."""


@dataclass(frozen=True, slots=True)
class Interpreted:
    """A finished run. columns: a value per bar for each output of the graph, truths as 0, 1, 2; equity: at each close."""

    machine: Machine
    columns: list[list[float]]
    equity: list[float]
    trace: Trace


def trade_graph(
    built: Built,
    candles: Candles,
    instrument: Instrument,
    every: str = "",
    rates: Rates | None = None,
    detail: Detail | None = None,
) -> Interpreted:
    """Every output and every order of a graph over candles. every: how long the program's bars are. rates: of prices into account currency.
    detail: the finer bars of `fills detail`.

    Raises MachineError for what cannot be run as written, FeedError for bars that are not there.
    """
    if any(order.verb == "hold top" for order in built.orders):
        raise MachineError("`hold top` chooses among the instruments of a run; give the bars of each by symbol.")
    roots = ActionRoots(built)
    machine = Machine(machine_code(roots), built.account, instrument)
    if detail is not None:
        detail.bind(machine)
    interpreter = GraphInterpreter(built.graph, [*roots.nodes, *(o.node for o in built.outputs)])
    names = interpreter.feeds
    reading = Reading.of(candles, every)
    feeds = [reading.feed(name).tolist() for name in names]
    held = latest_columns(built.graph, interpreter.roots, reading)
    prices = [candles.open.tolist(), candles.high.tolist(), candles.low.tolist(), candles.close.tolist(), candles.time.tolist()]
    factors = None if candles.factor is None else candles.factor.tolist()
    volumes = candles.volume.tolist()
    equity: list[float] = []
    columns: list[list[float]] = [[] for _ in built.outputs]
    for i in range(len(candles)):
        opened, high, low, close, time = (column[i] for column in prices)
        if rates is not None:
            machine.set_rates(float(rates.open[i]), float(rates.close[i]))
        if factors is not None:
            machine.factor = factors[i]
        if detail is not None:
            machine.look_into(i)
        machine.volume = volumes[i]
        machine.open_half(opened, high, low, close, time)
        facts = dict(zip(FACTS, machine.facts(), strict=True)) | dict.fromkeys(OF_ORDER, NAN)
        seen = {id_: column[i] for id_, column in held.items()}
        values = interpreter.push({name: feeds[k][i] for k, name in enumerate(names)}, facts, seen)
        equity.append(machine.close_half(values[: len(roots.nodes)]))
        for column, value in zip(columns, values[len(roots.nodes) :], strict=True):
            column.append(value)
    return Interpreted(machine, columns, equity, interpreter.trace)


def machine_code(roots: ActionRoots) -> MachineCode:
    """The actions of a graph as the machine takes them: every slot is given at the close."""
    actions = tuple(roots.action(order) for order in roots.built.orders)
    slots = tuple(Slot("column", k) for k in range(len(roots.nodes)))
    return MachineCode(slots, (), None, actions, 1 + max((o.rule for o in roots.built.orders), default=-1))


class ActionRoots:
    """The nodes that the actions of a graph read at a close, each with a slot; attached prices come straight from the graph."""

    def __init__(self, built: Built) -> None:
        self.built = built
        self.nodes: list[Node] = []

    def slot(self, node: Node | None) -> int:
        if node is None:
            return -1
        if node not in self.nodes:
            self.nodes.append(node)
        return self.nodes.index(node)

    def price(self, node: Node | None) -> Price | None:
        if node is None:
            return None
        frozen: list[int] = []

        def load(n: Node) -> int | None:
            if n.op in OF_ORDER:
                return OF_ORDER.index(n.op)
            if n.op == "const" or any(m.op in OF_ORDER for m in reachable([n], self.built.graph)):
                return None
            slot = self.slot(n)
            if slot not in frozen:
                frozen.append(slot)
            return 3 + frozen.index(slot)

        return Price(RowAssembler(self.built.graph, load).assemble((), (node,)), tuple(frozen))

    def action(self, o: OrderNodes) -> ActionCode:
        text = tuple(p if isinstance(p, str) else self.slot(p) for p in o.text)
        return ActionCode(
            o.verb, self.slot(o.fires), o.rule, o.tag, o.sizing, self.slot(o.size), o.entry, self.slot(o.price), self.slot(o.limit),
            self.price(o.stop), self.price(o.target), self.slot(o.trail), o.trail_share, self.slot(o.trail_after), o.trail_after_share,
            self.slot(o.hold), self.slot(o.expire), text, score=self.slot(o.score), where=self.slot(o.where), weight=self.slot(o.weight),
        )  # fmt: skip

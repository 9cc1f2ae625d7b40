"""Trades a graph as built on several instruments: an interpreter for each, between the halves of one portfolio, instant by instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.built import Built
from compiler.builtins import ACROSS
from compiler.nodes import ELSEWHERE, Node
from compiler.plan import FACTS, MachineCode
from runtime.candles import Candles
from runtime.clocks.reading import Reading
from runtime.conversion.rates import Rates
from runtime.detail import Detail
from runtime.interpreter.clocks import latest_columns
from runtime.interpreter.graph import GraphInterpreter, needs
from runtime.interpreter.trading import NAN, ActionRoots, machine_code
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.portfolio.cross_section import compared_at
from runtime.portfolio.driver import Portfolio
from runtime.portfolio.finer import Inside, finer_groups
from runtime.portfolio.instants import instants


@dataclass(frozen=True, slots=True)
class InterpretedPortfolio:
    """A finished run. columns: for each instrument, a value per bar for each output of its graph, truths as 0, 1, 2; equity: at each instant."""

    portfolio: Portfolio
    columns: list[list[list[float]]]
    equity: list[float]


class Place:
    """One instrument of the run: its graph, its bars and its past."""

    def __init__(self, built: Built, candles: Candles, every: str) -> None:
        roots = ActionRoots(built)
        self.code: MachineCode = machine_code(roots)
        self.slots = len(roots.nodes)
        self.interpreter = GraphInterpreter(built.graph, [*roots.nodes, *(o.node for o in built.outputs)])
        self.names = self.interpreter.feeds
        reading = Reading.of(candles, every)
        self.feeds = [reading.feed(name).tolist() for name in self.names]
        self.held = latest_columns(built.graph, self.interpreter.roots, reading)
        self.prices = list(zip(*(getattr(candles, name).tolist() for name in ("open", "high", "low", "close")), strict=True))
        self.factors: list[float] = candles.factors().tolist()
        self.volumes: list[float] = candles.volume.tolist()
        self.columns: list[list[float]] = [[] for _ in built.outputs]

        self.levels: dict[int, int] = {}  # node -> comparisons of instruments that it needs, one in another
        for node in self.interpreter.order:
            before = max((self.levels[n.id] for n in needs(built.graph, node)), default=0)
            self.levels[node.id] = before + int(node.op in ACROSS)
        self.highest = max(self.levels.values(), default=0)

    def begin(self, row: int, facts: Sequence[float]) -> None:
        """A new row, with the facts at its close."""
        self.now = {name: self.feeds[k][row] for k, name in enumerate(self.names)}
        self.known = dict(zip(FACTS, facts, strict=True)) | {"entry": NAN, "stop": NAN}
        self.interpreter.values = {node: column[row] for node, column in self.held.items()}

    def comparisons(self, level: int) -> list[Node]:
        return [node for node in self.interpreter.order if node.op in ACROSS and self.levels[node.id] == level]

    def evaluate(self, level: int) -> None:
        """Every node of a level but its comparisons, which have their values by now."""
        for node in self.interpreter.order:
            if self.levels[node.id] == level and node.op not in (*ACROSS, *ELSEWHERE):
                self.interpreter.values[node.id] = self.interpreter.value(node, self.now, self.known)

    def end(self) -> list[float]:
        """Keeps the outputs and the states; returns the slots."""
        values = self.interpreter.end()
        for column, value in zip(self.columns, values[self.slots :], strict=True):
            column.append(value)
        return values[: self.slots]


def trade_graphs(
    built: Sequence[Built],
    candles: Sequence[Candles],
    facts: Sequence[Instrument],
    members: Sequence[Sequence[int]] | None = None,
    every: str = "",
    rates: Sequence[Rates | None] | None = None,
    details: Sequence[Detail | None] = (),
) -> InterpretedPortfolio:
    """Every output and every order of a program's graph over several instruments. members: a truth for each instrument at each instant.

    every: how long the program's bars are. rates: of each instrument's prices into account currency, where they differ. details: the finer bars of each for
    `fills detail`. Raises MachineError and PortfolioError for what cannot be run as written, FeedError for bars that are not there.
    """
    places = [Place(graph, bars, every) for graph, bars in zip(built, candles, strict=True)]
    machines = [Machine(place.code, built[0].account, fact) for place, fact in zip(places, facts, strict=True)]
    portfolio = Portfolio(machines, built[0].account, [bars.symbol for bars in candles])
    when = instants(candles)
    for machine, detail in zip(machines, details, strict=False):
        if detail is not None:
            detail.bind(machine)
    finer_groups([None if detail is None else Inside(detail.starts, detail.time) for detail in details], when).bind(portfolio)
    equity = []
    for t, time in enumerate(when.time.tolist()):
        at = slice(int(when.starts[t]), int(when.starts[t + 1]))
        rows = dict(zip(when.who[at].tolist(), when.rows[at].tolist(), strict=True))
        bars = {k: places[k].prices[row] for k, row in rows.items()}
        for k, row in rows.items():
            own = rates[k] if rates is not None else None
            if own is not None:
                machines[k].set_rates(float(own.open[row]), float(own.close[row]))
            machines[k].factor = places[k].factors[row]
            machines[k].volume = places[k].volumes[row]
        portfolio.look_into(t)
        portfolio.open_half(bars, time, None if members is None else members[t])
        for k, row in rows.items():
            places[k].begin(row, portfolio.facts(k))
        belong = None if members is None else members[t]
        for level in range(1 + max(place.highest for place in places)):
            compare([places[k] if k in rows else None for k in range(len(places))], level, belong)
            for k in rows:
                places[k].evaluate(level)
        equity.append(portfolio.close_half({k: places[k].end() for k in rows}))
    return InterpretedPortfolio(portfolio, [place.columns for place in places], equity)


def compare(present: Sequence[Place | None], level: int, members: Sequence[int] | None) -> None:
    """Gives the comparisons of a level their values, from what the instruments with a bar have computed below it."""
    comparisons = [place.comparisons(level) if place is not None else [] for place in present]
    for at in range(max(len(nodes) for nodes in comparisons)):
        here = [(place, nodes[at]) for place, nodes in zip(present, comparisons, strict=True) if place is not None]
        values = [NAN] * len(present)
        for place, node in here:
            values[present.index(place)] = place.interpreter.values[node.args[0].id]
        found = compared_at(here[0][1].op, values, members)
        for place, node in here:
            place.interpreter.values[node.id] = found[present.index(place)]

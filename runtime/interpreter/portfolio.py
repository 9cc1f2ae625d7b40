"""Trades a graph as built on several instruments: an interpreter for each, between the halves of one portfolio, instant by instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from compiler.plan import FACTS, MachineCode
from compiler.program import Built
from runtime.candles import Candles
from runtime.clocks.reading import Reading
from runtime.interpreter.clocks import latest_columns
from runtime.interpreter.graph import GraphInterpreter
from runtime.interpreter.trading import NAN, ActionRoots, machine_code
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.portfolio.driver import Portfolio
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
        self.columns: list[list[float]] = [[] for _ in built.outputs]

    def close(self, row: int, facts: Sequence[float]) -> list[float]:
        """Evaluates a row with the facts at its close; keeps the outputs, returns the slots."""
        known = dict(zip(FACTS, facts, strict=True)) | {"entry": NAN, "stop": NAN}
        held = {id_: column[row] for id_, column in self.held.items()}
        values = self.interpreter.push({name: self.feeds[k][row] for k, name in enumerate(self.names)}, known, held)
        for column, value in zip(self.columns, values[self.slots :], strict=True):
            column.append(value)
        return values[: self.slots]


def trade_graphs(
    built: Sequence[Built],
    candles: Sequence[Candles],
    facts: Sequence[Instrument],
    members: Sequence[Sequence[int]] | None = None,
    every: str = "",
) -> InterpretedPortfolio:
    """Every output and every order of a program's graph over several instruments. members: a truth for each instrument at each instant.
    every: how long the program's bars are.

    Raises MachineError and PortfolioError for what cannot be run as written.
    """
    places = [Place(graph, bars, every) for graph, bars in zip(built, candles, strict=True)]
    machines = [Machine(place.code, built[0].account, fact) for place, fact in zip(places, facts, strict=True)]
    portfolio = Portfolio(machines, built[0].account, [bars.symbol for bars in candles])
    when = instants(candles)
    equity = []
    for t, time in enumerate(when.time.tolist()):
        at = slice(int(when.starts[t]), int(when.starts[t + 1]))
        rows = dict(zip(when.who[at].tolist(), when.rows[at].tolist(), strict=True))
        bars = {k: places[k].prices[row] for k, row in rows.items()}
        portfolio.open_half(bars, time, None if members is None else members[t])
        slots = {k: places[k].close(row, portfolio.facts(k)) for k, row in rows.items()}
        equity.append(portfolio.close_half(slots))
    return InterpretedPortfolio(portfolio, [place.columns for place in places], equity)

"""Several desks on one account: hand-made programs for the portfolio, bars given by the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from compiler.plan import Account
from runtime.candles import Candles
from runtime.machine import core
from runtime.machine.codes import CAUSE_NAMES
from runtime.machine.instrument import Instrument
from runtime.portfolio import driver
from runtime.portfolio.finer import Inside, finer_groups
from runtime.portfolio.instants import instants
from tests.runtime.machine.desk import Desk, plain, plain_portfolio

DAY = 86_400_000_000
Bar = tuple[float, float, float, float]


@dataclass
class Floor:
    """A desk for each symbol, all with the same actions; days: the day of each of a symbol's bars."""

    desks: dict[str, Desk]
    days: dict[str, list[int]]

    @classmethod
    def of(
        cls,
        bars: Mapping[str, Mapping[int, Bar | float]],
        account: Account | None = None,
        instruments: Mapping[str, Instrument] | None = None,
    ) -> Floor:
        """bars: symbol -> day -> (open, high, low, close), or one price that stays."""
        account = account or Account(capital=10_000.0)
        desks, days = {}, {}
        for symbol, own in bars.items():
            rows = [bar if isinstance(bar, tuple) else (bar, bar, bar, bar) for bar in own.values()]
            desks[symbol] = Desk(rows, account, (instruments or {}).get(symbol, Instrument(tick=0.01, lot=1.0)))
            days[symbol] = list(own)
        return cls(desks, days)

    def act(self, verb: str, fires: Mapping[str, Sequence[int]], quantity: float | None = None, **parts: Any) -> Floor:
        """Adds an action that fires for each symbol on its days. Numbers for slots are the same for all."""
        for symbol, desk in self.desks.items():
            rows = [self.days[symbol].index(day) for day in fires.get(symbol, ())]
            own = {name: value[symbol] if isinstance(value, dict) else value for name, value in parts.items()}
            desk.act(verb, rows, quantity, **own)
        return self

    def candles(self) -> list[Candles]:
        found = []
        for symbol, desk in self.desks.items():
            columns = {name: np.array([bar[k] for bar in desk.bars]) for k, name in enumerate(("open", "high", "low", "close"))}
            time = np.array(self.days[symbol], dtype=np.int64) * DAY
            found.append(
                Candles(
                    time=time,
                    volume=np.array(desk.volumes or [np.nan] * len(time), dtype=float),
                    symbol=symbol,
                    timeframe=86_400,
                    **columns,
                )
            )
        return found

    def run(self, compiled: bool = True, take: str = "stops", cuts: Sequence[int] = (), members: Any = None) -> Traded:
        """cuts: instants before which the portfolio is saved and a new one goes on."""
        machine, portfolio_of = (core.Machine, driver.Portfolio) if compiled else (plain.Machine, plain_portfolio.Portfolio)
        candles = self.candles()
        when = instants(candles)
        equity, cash = np.empty(len(when)), np.empty(len(when))
        account = next(iter(self.desks.values())).account

        def fresh() -> Any:
            machines = []
            for desk, bars in zip(self.desks.values(), candles, strict=True):
                made = machine(desk.code(), account, desk.instrument, take=take)
                made.bind_prices(bars.open, bars.high, bars.low, bars.close, bars.time, volume=bars.volume)
                made.bind_columns(dict(enumerate(desk.columns)))
                desk.bind_fine(made)
                machines.append(made)
            portfolio = portfolio_of(machines, account, list(self.desks))
            finer_groups([inside(desk) for desk in self.desks.values()], when).bind(portfolio)
            return portfolio

        portfolio, fills, first = fresh(), [], 0
        for last in (*cuts, len(when)):
            portfolio.run(when.time, when.starts, when.who, when.rows, equity, first, last, members, cash)
            if last < len(when):
                fills += fills_of(portfolio, self)
                saved = portfolio.save()
                portfolio = fresh()
                portfolio.restore(saved)
            first = last
        return Traded(portfolio, equity, cash, [*fills, *fills_of(portfolio, self)])


def inside(desk: Desk) -> Inside | None:
    """The finer bars of a desk: the first of each bar at its open, each a minute after the one before."""
    if not desk.fine:
        return None
    counts = [len(rows) for rows in desk.fine]
    return Inside(np.cumsum([0, *counts]), np.array([60_000_000 * j for count in counts for j in range(count)], dtype=np.int64))


@dataclass
class Traded:
    """What a run left behind. fills: (day, symbol, signed quantity, price, cash after it) in the order they happened."""

    portfolio: Any
    equity: np.ndarray[Any, Any]
    cash: np.ndarray[Any, Any]
    fills: list[tuple[int, str, float, float, float]]

    @property
    def short_fills(self) -> list[tuple[int, str, float, float]]:
        return [(day, symbol, quantity, round(price, 9)) for day, symbol, quantity, price, _ in self.fills]

    def causes(self, leg: int = 0) -> list[str]:
        return [CAUSE_NAMES[int(row[0])] for row in self.portfolio.machines[leg].finished_events()]


def fills_of(portfolio: Any, floor: Floor) -> list[tuple[int, str, float, float, float]]:
    symbols = list(floor.desks)
    tables = [machine.fill_rows.values() for machine in portfolio.machines]
    found = []
    for leg, row in portfolio.fill_order.values().astype(int).tolist():
        _, bar, _, side, quantity, price, _, _, cash, _, _ = tables[leg][row].tolist()
        found.append((floor.days[symbols[leg]][int(bar)], symbols[leg], side * quantity, price, cash))
    return found

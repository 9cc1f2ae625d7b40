"""The result of a run of several instruments on one account: the account's equity, and the records of all, merged on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compiler.plan import Account, ActionCode
from runtime.backtest import converted_of
from runtime.candles import Candles
from runtime.charged import account_settings, charged
from runtime.conversion.rates import Converted, Rates
from runtime.data.arrays import Floats, Micros
from runtime.ledger import Ledger
from runtime.machine.codes import CAUSE_NAMES, CAUSES, EVENT_COLUMNS, ORDER_COLUMNS, TRADE_COLUMNS
from runtime.machine.core import Machine
from runtime.portfolio.driver import Portfolio
from runtime.portfolio.instants import Instants
from runtime.portfolio.rotation import ROTATION_COLUMNS
from runtime.result import ORDER_FIELDS, TRADE_FIELDS, BacktestResult, Scenario, nan_to_none, stamp
from runtime.statistics import Run, statistics
from runtime.traded import traded_quantity

if TYPE_CHECKING:
    import pandas as pd

ROTATION_FIELDS = ("time", "symbol", "rank", "score", "share", "held", "target")


@dataclass(frozen=True, slots=True, eq=False)
class PortfolioResult:
    """A finished run over t instants.

    time: int64 (t,), every time at which an instrument had a bar. equity_values, cash_values: float64 (t,), the account's at each close.
    legs: what happened to each instrument, on its own bars; the equity of a leg is the capital plus what this instrument made, so the total returns
    of the legs add up to the account's. fill_order: (fills, 2), leg and row of each fill in the order they happened. rotation_rows: see
    rotation.ROTATION_COLUMNS. event_rows: limits of the account that were reached; bars are instants.
    """

    time: Micros
    equity_values: Floats
    cash_values: Floats
    legs: tuple[BacktestResult, ...]
    fill_order: NDArray[np.int64]
    rotation_rows: Floats
    event_rows: Floats
    stats: Mapping[str, float]
    benchmark: Floats
    warnings: tuple[str, ...]
    every_target: Scenario | None = None
    interest_rows: Floats = field(default_factory=lambda: np.empty((0, 2)))  # instant, what borrowed cash cost

    @property
    def account(self) -> Account:
        return self.legs[0].account

    @property
    def actions(self) -> tuple[ActionCode, ...]:
        return self.legs[0].actions

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(leg.symbol for leg in self.legs)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that were used, and the facts of each instrument."""
        facts = {leg.symbol: asdict(leg.instrument) for leg in self.legs}
        return account_settings(self.account, asdict(self.account)) | {"instruments": facts}

    @property
    def traded(self) -> float:
        """The value of all fills: the double nearest to the sum."""
        return fsum(abs(amount) for leg in self.legs for amount in leg.ledger.amounts().tolist())

    @property
    def ledger(self) -> Ledger:
        """The movements of money of all instruments, in the order they happened; bars are instants."""
        rows = np.array([self.legs[leg].fill_rows[row] for leg, row in self.fill_order.tolist()]).reshape(-1, 11)
        multiplier = np.array([self.legs[leg].fill_unit(row) for leg, row in self.fill_order.tolist()])
        moment = np.array([self.legs[leg].time[int(self.legs[leg].fill_rows[row, 1])] for leg, row in self.fill_order.tolist()])
        bar = np.searchsorted(self.time, moment).astype(np.float64)
        charges = self.charges()
        return Ledger(self.account.capital, multiplier, bar, rows[:, 3], rows[:, 4], rows[:, 5], rows[:, 6], rows[:, 8], charges)

    def charges(self) -> Floats:
        """What was charged for holding over all instruments, as HOLDING_COLUMNS; bars are instants. Of an instant interest comes first."""
        unknown = np.full(len(self.interest_rows), np.nan)
        none = np.zeros(len(self.interest_rows))
        found = [np.column_stack((self.interest_rows[:, 0], none, none, self.interest_rows[:, 1], unknown))]
        for leg in self.legs:
            rows = leg.holding_rows.copy()
            rows[:, 0] = np.searchsorted(self.time, leg.time[rows[:, 0].astype(np.int64)])
            found.append(rows)
        together = np.concatenate(found)
        return together[np.argsort(together[:, 0], kind="stable")]

    # ---- rows, for files and JSON

    def trade_rows(self) -> Iterator[dict[str, Any]]:
        """Each trade by the names of TRADE_FIELDS, by entry over all instruments."""
        found = []
        for leg in self.legs:
            lots = sorted([*leg.trade_rows_closed[:, 0].tolist(), *leg.trade_rows_open[:, 0].tolist()])
            found += list(zip(lots, leg.trade_rows(), strict=True))
        found.sort(key=lambda pair: pair[0])
        for number, (_, row) in enumerate(found, 1):
            yield row | {"id": number}

    def order_records(self) -> Iterator[dict[str, Any]]:
        """Each order that rested, in the order they were made."""
        yield from sorted((row for leg in self.legs for row in leg.order_records()), key=lambda row: row["id"])

    def fill_records(self) -> Iterator[dict[str, Any]]:
        """Each fill in the order they happened, with its symbol; cash is the account's after it."""
        rows = [list(leg.fill_records()) for leg in self.legs]
        for leg, row in self.fill_order.tolist():
            yield {"symbol": self.legs[leg].symbol, **rows[leg][row]}

    def trace_records(self) -> Iterator[dict[str, Any]]:
        """Why orders were not made or filled as written, by time; limits of the account have no symbol."""
        found = [{"symbol": leg.symbol, **row} for leg in self.legs for row in leg.trace_records()]
        for cause, _, first, last, count in self.event_rows.tolist():
            name = CAUSE_NAMES[int(cause)]
            found.append({
                "symbol": "", "cause": name, "text": CAUSES[name], "verb": "", "tag": "", "span": None, "first": self.stamp(first),
                "last": self.stamp(last), "count": int(count),
            })  # fmt: skip
        yield from sorted(found, key=lambda row: row["first"])

    def notes(self) -> Iterator[dict[str, Any]]:
        """Each notify that fired, by time, then in the order of the instruments."""
        yield from sorted((note for leg in self.legs for note in leg.notes()), key=lambda note: note["time"])

    def rotation_records(self) -> Iterator[dict[str, Any]]:
        """Each instrument of each rotation: its rank among the held ones (0: not held, None: not ranked), score, share of equity, what was held and
        the target."""
        for instant, _, leg, rank, score, share, held, target in self.rotation_rows.tolist():
            of = self.legs[int(leg)]
            if of.factors is not None:
                factor = float(of.factors[np.searchsorted(of.time, self.time[int(instant)])])
                held, target = traded_quantity(held, factor), traded_quantity(target, factor)
            values = (self.stamp(instant), of.symbol, nan_to_none(rank), nan_to_none(score), share, held, target)
            yield dict(zip(ROTATION_FIELDS, values, strict=True))

    def stamp(self, instant: float) -> str:
        return stamp(self.time, instant)

    # ---- tables; pandas is imported when one is asked for

    @property
    def trades(self) -> pd.DataFrame:
        """The trades as a table with the columns of TRADE_FIELDS; times are UTC timestamps, NaT while open."""
        return _table(self.trade_rows(), TRADE_FIELDS, ("entry_time", "exit_time"))

    @property
    def orders(self) -> pd.DataFrame:
        """The orders as a table."""
        return _table(self.order_records(), ORDER_FIELDS, ("made", "ended"))

    @property
    def rotations(self) -> pd.DataFrame:
        """The rotations as a table."""
        return _table(self.rotation_records(), ROTATION_FIELDS, ("time",))

    @property
    def equity(self) -> pd.DataFrame:
        """Equity and cash of the account and the quantity held of each symbol, at each instant; the index is the time, UTC."""
        import pandas as pd

        index = pd.DatetimeIndex(self.time.astype("M8[us]"), name="time").tz_localize("UTC")
        columns = {"equity": self.equity_values, "cash": self.cash_values, **self.position_values}
        return pd.DataFrame(columns, index=index)

    @property
    def position_values(self) -> dict[str, Floats]:
        """Quantity held of each symbol at each instant, shape (t,); before its first bar 0, without a bar what it was."""
        return {leg.symbol: carried(leg.time, leg.position_values, self.time, 0.0) for leg in self.legs}


def _table(rows: Iterator[dict[str, Any]], names: Sequence[str], times: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(list(rows), columns=list(names))
    for name in times:
        table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601")
    return table


def carried(own: Micros, values: Floats, instants: Micros, before: float) -> Floats:
    """A column on an instrument's own bars, at all instants: the last value so far, `before` the first."""
    at = np.searchsorted(own, instants, "right") - 1
    found: Floats = np.where(at >= 0, values[np.maximum(at, 0)], before)
    return found


def result_of(
    portfolio: Portfolio,
    candles: Sequence[Candles],
    rates: Sequence[Rates | None],
    when: Instants,
    equity: Floats,
    cash: Floats,
    warnings: tuple[str, ...],
    every_target: Scenario | None,
) -> PortfolioResult:
    """What a finished portfolio left behind."""
    account: Account = portfolio.account
    machines: list[Machine] = portfolio.machines
    legs = tuple(_leg(m, bars, account, of_this) for m, bars, of_this in zip(machines, candles, rates, strict=True))
    benchmark = held_equally(candles, when.time, account.capital, rates)
    exposed = np.zeros(len(when), dtype=bool)
    for leg in legs:
        exposed |= carried(leg.time, leg.position_values, when.time, 0.0) != 0.0
    closed = [machine.trade_rows.values() for machine in machines]
    rows = np.concatenate(closed)
    multiplier = np.array([unit for leg in legs for unit in leg.entry_units[0]])
    stats = statistics(
        Run(
            time=when.time,
            close=benchmark,
            equity=equity,
            capital=account.capital,
            profit=rows[:, 8],
            entry_value=rows[:, 5] * rows[:, 3] * multiplier,
            bars=rows[:, 6] - rows[:, 4],
            exposed=int(exposed.sum()),
            traded=fsum(abs(amount) for leg in legs for amount in leg.ledger.amounts().tolist()),
            commission=fsum(machine.commission for machine in machines),
            open_trades=sum(machine.lots.count for machine in machines),
            ambiguous_bars=int(sum(machine.ambiguous_bars for machine in machines)),
        )
    )
    stats |= charged(account, machines, portfolio.interest_paid)
    return PortfolioResult(
        time=when.time,
        equity_values=equity,
        cash_values=cash,
        legs=legs,
        fill_order=portfolio.fill_order.values().astype(np.int64),
        rotation_rows=portfolio.rotation_rows.values().reshape(-1, len(ROTATION_COLUMNS)),
        event_rows=_rows(portfolio.events(), EVENT_COLUMNS),
        stats=stats,
        benchmark=benchmark,
        warnings=warnings,
        every_target=every_target,
        interest_rows=portfolio.interest_rows.values(),
    )


def held_equally(
    candles: Sequence[Candles], instants: Micros, capital: float, rates: Sequence[Rates | None] | None = None
) -> Floats:
    """The capital in equal parts in every instrument from its first known close (and rate) on, and held; cash before. Shape (t,)."""
    total = np.zeros(len(instants))
    part = capital / len(candles)
    for k, bars in enumerate(candles):
        own = rates[k] if rates is not None else None
        close = bars.close if own is None else bars.close * own.close
        known = np.flatnonzero(np.isfinite(close))
        if not len(known):
            total += part
            continue
        total += carried(bars.time[known], part * (close[known] / close[known[0]]), instants, part)
    return total


def _leg(machine: Machine, candles: Candles, account: Account, rates: Rates | None = None) -> BacktestResult:
    """What happened to one instrument."""
    fills, trades = machine.fill_rows.values(), machine.trade_rows.values()
    position = np.zeros(len(candles))
    last = np.flatnonzero(np.diff(fills[:, 1], append=np.inf))
    starts = fills[last, 1].astype(np.int64)
    if len(last):
        position[starts[0] :] = np.repeat(fills[last, 9], np.diff(starts, append=len(candles)))
    converted = converted_of(machine, rates)
    run = Run(
        time=candles.time,
        close=candles.close if rates is None else candles.close * rates.close,
        equity=account.capital + made_by(machine, candles, position, converted),
        capital=account.capital,
        profit=trades[:, 8],
        entry_value=trades[:, 5]
        * trades[:, 3]
        * (machine.instrument.multiplier if converted is None else converted.closed[:, 0]),
        bars=trades[:, 6] - trades[:, 4],
        exposed=int((position != 0.0).sum()),
        traded=machine.turnover,
        commission=machine.commission,
        open_trades=machine.lots.count,
        ambiguous_bars=int(machine.ambiguous_bars),
    )
    return BacktestResult(
        symbol=candles.symbol,
        time=candles.time,
        equity_values=run.equity,
        fill_rows=fills,
        trade_rows_closed=trades,
        trade_rows_open=_rows(machine.open_trades(), TRADE_COLUMNS),
        order_rows=np.concatenate((machine.order_rows.values(), _rows(machine.resting(), ORDER_COLUMNS))),
        event_rows=_rows(machine.finished_events(), EVENT_COLUMNS),
        note_rows=machine.note_rows.values(),
        actions=machine.code.actions,
        account=account,
        instrument=machine.instrument,
        stats=statistics(run) | charged(account, [machine]),
        warnings=(),
        converted=converted,
        factors=candles.factor,
        holding_rows=machine.holding_rows.values(),
    )


def made_by(machine: Machine, candles: Candles, position: Floats, converted: Converted | None = None) -> Floats:
    """What an instrument has made at each of its closes, costs taken off, the open position at its last known close. Shape (n,)."""
    fills = machine.fill_rows.values()
    n, multiplier = len(candles), machine.instrument.multiplier
    fill_units: float | Floats = multiplier if converted is None else converted.fills
    close_units: float | Floats = multiplier
    money = np.zeros(n)
    bars = fills[:, 1].astype(np.int64)
    np.add.at(money, bars, -fills[:, 3] * (fills[:, 5] * fills[:, 4] * fill_units) - fills[:, 6])
    charges = machine.holding_rows.values()
    np.add.at(money, charges[:, 0].astype(np.int64), -(charges[:, 1] + charges[:, 2]))
    known = np.isfinite(candles.close)
    at = np.maximum.accumulate(np.where(known, np.arange(n), -1))
    mark = np.where(at >= 0, candles.close[np.maximum(at, 0)], 0.0)
    if converted is not None:  # before the first rate nothing is held
        close_units = np.nan_to_num(multiplier * converted.rates.close)
    made: Floats = np.cumsum(money) + position * close_units * mark
    return made


def _rows(rows: list[list[float]], columns: tuple[str, ...]) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(columns))

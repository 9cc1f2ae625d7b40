"""The result of a backtest: equity, trades, orders, fills, trace and statistics, compact columns that become tables on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from compiler.plan import Account, ActionCode
from runtime.charged import account_settings, cash_steps, no_charges
from runtime.conversion.rates import Converted
from runtime.ledger import Ledger
from runtime.machine.codes import CAUSE_NAMES, CAUSES, ENDS, KINDS, PLACES, REASONS
from runtime.machine.instrument import Instrument
from runtime.machine.notes import note_text
from runtime.traded import traded_price, traded_quantities, traded_quantity

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Micros = NDArray[np.int64]

TRADE_FIELDS = (
    "id", "symbol", "side", "quantity", "entry_time", "entry_price", "exit_time", "exit_price", "profit", "profit_percent",
    "commission", "bars",
    "tag", "exit_reason", "mae", "mfe",
)  # fmt: skip
"""The columns of a trade, in the order that files have them."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """What another reading of the same bars would have given."""

    final_equity: float
    total_return: float
    trades: int


@dataclass(frozen=True, slots=True, eq=False)
class BacktestResult:
    """A finished run over n bars.

    time: int64 (n,), microseconds since 1970 UTC of each bar's open. equity_values: float64 (n,), account currency at each close.
    fill_rows, trade_rows_closed, trade_rows_open, order_rows, event_rows, note_rows: records as runtime/machine/codes.py names
    their columns,
    float64 (rows, columns). stats: see runtime/statistics.py; undefined is NaN.
    every_target: the scenario in which every ambiguous bar reached its target first; None without such bars.
    converted: at what money was counted; None where prices are in the account's currency.
    holding_rows: what was charged for holding, as HOLDING_COLUMNS.
    factors: of each bar, where the data have them. The records above are in the data's prices; the rows, tables and files below say what was traded.
    """

    symbol: str
    time: Micros
    equity_values: Floats
    fill_rows: Floats
    trade_rows_closed: Floats
    trade_rows_open: Floats
    order_rows: Floats
    event_rows: Floats
    note_rows: Floats
    actions: tuple[ActionCode, ...]
    account: Account
    instrument: Instrument
    stats: Mapping[str, float]
    warnings: tuple[str, ...]
    every_target: Scenario | None = None
    converted: Converted | None = None
    factors: Floats | None = None
    holding_rows: Floats = field(default_factory=no_charges)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings and instrument facts that were used; quote_currency: what the prices are in, "" where that is not known."""
        facts = asdict(self.instrument)
        facts["quote_currency"] = facts.pop("currency")
        facts["conversion"] = None if self.converted is None else self.converted.rates.series.symbol
        return account_settings(self.account, asdict(self.account)) | facts

    @property
    def cash_values(self) -> Floats:
        """Cash at each close, shape (n,)."""
        if not len(self.holding_rows):
            return self._after_fills(8, self.account.capital)
        bars, values = cash_steps(self.fill_rows, self.holding_rows, 8)
        return self._steps(bars, values, self.account.capital)

    @property
    def position_values(self) -> Floats:
        """Quantity held at each close, shape (n,), below zero when short; after a split in the units after it."""
        held = self._after_fills(9, 0.0)
        return held if self.factors is None else traded_quantities(held, self.factors)

    def factor(self, bar: float) -> float:
        """What the traded prices of a bar were multiplied by to give those of the data."""
        return 1.0 if self.factors is None else float(self.factors[int(bar)])

    def _after_fills(self, column: int, first: float) -> Floats:
        """A step function over the bars: the last fill's value so far."""
        return self._steps(self.fill_rows[:, 1].astype(np.int64), self.fill_rows[:, column], first)

    def _steps(self, bars: NDArray[np.int64], values: Floats, first: float) -> Floats:
        """A step function over the bars: `first`, then each value from its bar on."""
        starts = np.concatenate(([0], bars, [len(self.time)]))
        steps: Floats = np.repeat(np.concatenate(([first], values)), np.diff(starts))
        return steps

    @property
    def ledger(self) -> Ledger:
        """The movements of money."""
        rows = self.fill_rows
        return Ledger(
            self.account.capital,
            self.instrument.multiplier if self.converted is None else self.converted.fills,
            rows[:, 1],
            rows[:, 3],
            rows[:, 4],
            rows[:, 5],
            rows[:, 6],
            rows[:, 8],
            self.holding_rows,
        )

    def fill_unit(self, row: int) -> float:
        """Account money per unit of price and quantity at a fill."""
        return self.instrument.multiplier if self.converted is None else float(self.converted.fills[row])

    @property
    def entry_units(self) -> tuple[list[float], list[float]]:
        """Account money per unit of price and quantity at the entry of each closed and of each open trade."""
        if self.converted is not None:
            return self.converted.closed[:, 0].tolist(), self.converted.open.tolist()
        unit = self.instrument.multiplier
        return [unit] * len(self.trade_rows_closed), [unit] * len(self.trade_rows_open)

    # ---- rows, for files and JSON

    def trade_rows(self) -> Iterator[dict[str, Any]]:
        """Each trade by the names of TRADE_FIELDS, by entry; times are ISO 8601 UTC.

        profit is after commission, borrow and funding, of an open trade at the last known close; mae and mfe are the worst and best open profit as
        a share of the
        entry's value; an open trade has None for its exit. A lot closed in parts is a row for each part. Quantities are as at the entry, prices as
        traded on their bar.
        """
        rows = [*zip(self.trade_rows_closed.tolist(), self.entry_units[0], strict=True)]
        rows += zip(self.trade_rows_open.tolist(), self.entry_units[1], strict=True)
        rows.sort(key=lambda row: row[0][0])
        last = len(self.time) - 1
        for number, (row, unit) in enumerate(rows, 1):
            _, action, side, quantity, entry_bar, entry, exit_bar, exit_price, profit, fee, mae, mfe, reason = row
            value = entry * quantity * unit
            is_open = isnan(exit_bar)
            at_entry = self.factor(entry_bar)
            yield {
                "id": number,
                "symbol": self.symbol,
                "side": "long" if side > 0 else "short",
                "quantity": traded_quantity(quantity, at_entry),
                "entry_time": self.stamp(entry_bar),
                "entry_price": traded_price(entry, at_entry),
                "exit_time": None if is_open else self.stamp(exit_bar),
                "exit_price": None if is_open else traded_price(exit_price, self.factor(exit_bar)),
                "profit": profit,
                "profit_percent": 100.0 * profit / value if value > 0 else None,
                "commission": fee,
                "bars": int((last if is_open else exit_bar) - entry_bar),
                "tag": self.actions[int(action)].tag,
                "exit_reason": None if is_open else REASONS[int(reason)],
                "mae": nan_to_none(mae),
                "mfe": nan_to_none(mfe),
            }

    def order_records(self) -> Iterator[dict[str, Any]]:
        """Each order that rested, in the order they ended; pending ones last. Its size and prices are those of the bar that made it, what was filled is of
        the bar that filled it."""
        for (
            order,
            action,
            bar,
            entry,
            kind,
            side,
            quantity,
            price,
            limit,
            end,
            end_bar,
            filled,
            fill_price,
        ) in self.order_rows.tolist():
            code = self.actions[int(action)]
            made, ended = self.factor(bar), 1.0 if isnan(end_bar) else self.factor(end_bar)
            yield {
                "id": int(order) + 1,
                "symbol": self.symbol,
                "verb": code.verb,
                "tag": code.tag,
                "opens": bool(entry),
                "side": "buy" if side > 0 else "sell",
                "kind": KINDS[int(kind)],
                "quantity": traded_quantity(quantity, made),
                "price": nan_to_none(traded_price(price, made)),
                "limit": nan_to_none(traded_price(limit, made)),
                "made": self.stamp(bar),
                "status": ENDS[int(end)],
                "ended": None if isnan(end_bar) else self.stamp(end_bar),
                "filled": traded_quantity(filled, ended),
                "fill_price": nan_to_none(traded_price(fill_price, ended)),
            }

    def fill_records(self) -> Iterator[dict[str, Any]]:
        """Each fill in order; reason '' opened."""
        for order, bar, place, side, quantity, price, fee, reason, cash, position, action in self.fill_rows.tolist():
            yield {
                "order": None if order < 0 else int(order) + 1,
                "time": self.stamp(bar),
                "place": PLACES[int(place)],
                "side": "buy" if side > 0 else "sell",
                "quantity": traded_quantity(quantity, self.factor(bar)),
                "price": traded_price(price, self.factor(bar)),
                "commission": fee,
                "reason": REASONS[int(reason)],
                "cash": cash,
                "position": traded_quantity(position, self.factor(bar)),
                "tag": self.actions[int(action)].tag if action >= 0 else "",
            }

    def trace_records(self) -> Iterator[dict[str, Any]]:
        """Why orders were not made or not filled as written; repeats of one cause are one row with a count."""
        for cause, action, first, last, count in self.event_rows.tolist():
            code = self.actions[int(action)] if action >= 0 else None
            name = CAUSE_NAMES[int(cause)]
            yield {
                "cause": name,
                "text": CAUSES[name],
                "verb": code.verb if code else "",
                "tag": code.tag if code else "",
                "span": code.span if code else None,
                "first": self.stamp(first),
                "last": self.stamp(last),
                "count": int(count),
            }

    def notes(self) -> Iterator[dict[str, Any]]:
        """Each notify that fired: time and text, `{...}` filled in; an unknown value reads 'unknown'."""
        for bar, action, *values in self.note_rows.tolist():
            yield {"time": self.stamp(bar), "text": note_text(self.actions[int(action)], values, self.symbol)}

    def stamp(self, bar: float) -> str:
        """A bar's time in ISO 8601, UTC, to the second, or finer where the data are."""
        return stamp(self.time, bar)

    # ---- tables; pandas is imported when one is asked for

    @property
    def trades(self) -> pd.DataFrame:
        """The trades as a table with the columns of TRADE_FIELDS; times are UTC timestamps, NaT while open."""
        from runtime.trade_table import trade_table

        return trade_table(self)

    @property
    def orders(self) -> pd.DataFrame:
        """The orders as a table."""
        import pandas as pd

        table = pd.DataFrame(list(self.order_records()), columns=list(ORDER_FIELDS))
        for name in ("made", "ended"):
            table[name] = pd.to_datetime(table[name], utc=True, format="ISO8601")
        return table

    @property
    def equity(self) -> pd.DataFrame:
        """equity, cash and position at each close; the index is the bars' time, UTC."""
        import pandas as pd

        index = pd.DatetimeIndex(self.time.astype("M8[us]"), name="time").tz_localize("UTC")
        columns = {"equity": self.equity_values, "cash": self.cash_values, "position": self.position_values}
        # One block of memory, which the table takes over.
        block = np.empty((len(columns), len(self.time)))
        for row, values in zip(block, columns.values(), strict=True):
            row[:] = values
        return pd.DataFrame(block.T, index=index, columns=list(columns), copy=False)


ORDER_FIELDS = (
    "id", "symbol", "verb", "tag", "opens", "side", "kind", "quantity", "price", "limit", "made", "status", "ended", "filled",
    "fill_price",
)  # fmt: skip


def stamp(time: Micros, bar: float) -> str:
    """A bar's time in ISO 8601, UTC, to the second, or finer where the data are."""
    micros = int(time[int(bar)])
    unit = "s" if micros % 1_000_000 == 0 else "us"
    return f"{np.datetime64(micros, 'us').astype(f'M8[{unit}]')}Z"


def nan_to_none(value: float) -> float | None:
    return None if isnan(value) else value

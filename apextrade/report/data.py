"""What a report shows: a backtest's bars, money, trades and facts, independent of how they were computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TradeRow:
    """One round trip. Times are microseconds since 1970 UTC; of an open trade `exit_time` is None and `exit_price` NaN.

    quantity: above zero, in units of the instrument; side says which way. profit and commission: account currency, profit after
    costs. profit_share, mae, mfe: fractions of the entry's value (0.01 is 1%); mae, the worst while it was open, is zero or less.
    bars: from the entry's bar to the exit's, which is 0 within one bar. entry_height, exit_height: where they stand in a chart of the data's prices, if not
    at the prices as traded.
    """

    id: int
    symbol: str
    side: Literal["long", "short"]
    quantity: float
    entry_time: int
    entry_price: float
    exit_time: int | None
    exit_price: float
    profit: float
    profit_share: float
    commission: float
    bars: int
    tag: str = ""
    exit_reason: str = ""
    mae: float = float("nan")
    mfe: float = float("nan")
    entry_height: float | None = None
    exit_height: float | None = None

    @property
    def drawn(self) -> tuple[float, float]:
        """Where entry and exit stand in a chart."""
        entry = self.entry_price if self.entry_height is None else self.entry_height
        return entry, self.exit_price if self.exit_height is None else self.exit_height

    @property
    def is_open(self) -> bool:
        return self.exit_time is None


@dataclass(frozen=True, slots=True)
class InstrumentRow:
    """What one of several instruments brought. contribution: its profit as a share of the account's capital; the others as in the statistics."""

    symbol: str
    bars: int
    profit: float
    contribution: float
    trades: int
    win_rate: float
    exposure: float
    commission: float
    buy_and_hold: float


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A plotted series: float64 of shape (n,), NaN unknown. Those of unit `price`, as the compiler names it, join the prices."""

    name: str
    values: Floats
    unit: str = "price"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why orders were not made or filled as written, how often, and when first (microseconds since 1970 UTC)."""

    reason: str
    count: int
    first_time: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReportData:
    """Everything the page and the terminal summary are made of.

    time: int64 of shape (n,), microseconds since 1970 UTC, each bar's open. open, high, low, close: prices of shape (n,), NaN
    unknown. equity: account currency at each close; benchmark: the same money bought and held over the same bars; position:
    quantity held at each close, below zero when short. stats: by the names of `runtime.statistics`, NaN undefined; others
    are shown under their own names. settings, inputs: (name, value) in the order to show. repairs: sentences on what was wrong
    with the bars. notes: (time in ISO 8601 UTC, text) of the first and last `notify` that fired; note_count: how many fired,
    those between included. instruments: of a run of several; open to close are then not prices but the benchmark, and no prices are
    drawn. bars: how many the run had, where those here are only some of them (0: these are all). trades_before: how many
    trades come before those here.
    Raises ValueError without a bar or for unequal lengths.
    """

    title: str
    program_text: str
    program_hash: str
    symbol: str
    time: Micros
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    equity: Floats
    benchmark: Floats
    position: Floats
    capital: float
    trades: Sequence[TradeRow]
    stats: Mapping[str, float]
    currency: str = "USD"
    quote: str | None = None  # of prices; None: as currency, "": they differ
    doc: str = ""
    data_name: str = ""
    fingerprint: str = ""
    timeframe_s: int = 0
    repairs: tuple[str, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    note_count: int = 0
    instruments: tuple[InstrumentRow, ...] = ()
    bars: int = 0
    trades_before: int = 0

    @property
    def has_every_bar(self) -> bool:
        """Whether these are all bars of the run: what counts bars can be told of them."""
        return self.bar_count == len(self.time)

    @property
    def trade_count(self) -> int:
        """Trades of the run, open ones included."""
        return self.trades_before + len(self.trades)

    @property
    def bar_count(self) -> int:
        """Bars of the run."""
        return self.bars or len(self.time)

    def __post_init__(self) -> None:
        n = len(self.time)
        if n == 0:
            raise ValueError("A report needs at least one bar; there is none.")
        columns = {name: getattr(self, name) for name in ("open", "high", "low", "close", "equity", "benchmark", "position")}
        for name, column in (*columns.items(), *((f"plot {o.name}", o.values) for o in self.overlays)):
            if len(column) != n:
                raise ValueError(f"{name} has {len(column):,} values, but there are {n:,} bars.")

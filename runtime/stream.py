"""A stream: a program fed one closed candle at a time, by the same kernel as history, with a state that can be saved."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compiler.plan import Column, Plan
from runtime.clocks.live import LiveMarket
from runtime.clocks.reading import other_names
from runtime.conversion.live import Clock, LiveRates, parted
from runtime.conversion.rates import Series
from runtime.feeds import Candle, FeedError, unadjusted
from runtime.finer_fills import look_inside
from runtime.kernel import Kernel, StateMismatch, bind
from runtime.machine.core import MachineError
from runtime.machine.instrument import Instrument
from runtime.machine.stepwise import Fill, Order, Stepwise
from runtime.restoring import facts_of, require_facts, require_frame, restore_whole
from runtime.signals import truth_value

STREAM_MARK = b"apextrade stream\n"


@dataclass(frozen=True, slots=True)
class Step(Mapping[str, float]):
    """What a program says at one close: name -> value, NaN where unknown; a truth is 1.0, 0.0 or NaN.

    time: microseconds since 1970-01-01 UTC of the bar's open. row: how many bars came before. fills: what the program's fill model filled on
    this bar. orders: those made at this close, live from the next bar. equity: at this close; NaN for a program that does not trade.
    """

    time: int
    row: int
    columns: tuple[Column, ...]
    raw: tuple[float, ...]
    fills: tuple[Fill, ...] = ()
    orders: tuple[Order, ...] = ()
    equity: float = math.nan

    def __getitem__(self, name: str) -> float:
        at = self._at(name)
        return truth_value(self.raw[at]) if self.columns[at].kind == "truth" else self.raw[at]

    def __iter__(self) -> Iterator[str]:
        return iter(column.name for column in self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def truth(self, name: str) -> int:
        """The code of a truth: 0 false, 1 unknown, 2 true. Raises KeyError for no such name, TypeError for a number."""
        at = self._at(name)
        if self.columns[at].kind != "truth":
            raise TypeError(f"`{name}` is a number, not a truth.")
        return int(self.raw[at])

    def _at(self, name: str) -> int:
        for at, column in enumerate(self.columns):
            if column.name == name:
                return at
        raise KeyError(name)


def named_columns(plan: Plan) -> tuple[Column, ...]:
    """The columns of a plan, of equal names the first."""
    named = {column.name: column for column in reversed(plan.columns)}
    return tuple(column for column in plan.columns if named.get(column.name) is column)


def one_nan(value: float) -> float:
    return value + 0.0 if value == value else math.nan


class Stream:
    """A plan waiting for its next candle. Equal to a run over all candles so far, bit for bit.

    Candles come in order, each once; what to do about holes and revisions is decided before they come here.
    """

    def __init__(
        self,
        plan: Plan,
        instrument: Instrument | None = None,
        *,
        symbol: str = "",
        calendar: str = "",
        beside: Mapping[str, str] | None = None,
        finer: str = "",
        series: Series | None = None,
        adjusted: bool = False,
    ) -> None:
        """instrument: tick, lot and multiplier for orders. symbol: whose candles come.

        calendar: the sessions they follow ('': the usual one of such a symbol). beside: other instruments that the program reads with
        `from`, each with its calendar or ''. finer: how long finer candles are, such as `1m`, for a program that aggregates them ('': as `fills detail`
        says, else as long as the finest that it reads). series: whose candles tell what the currency of the prices is in account currency; they come with the others, as
        long as the program's own. adjusted: candles have factors, and the plan is made for them.
        Raises MachineError for orders that can't be run as written, FeedError for clocks that can't be built.
        """
        others = dict(beside or {})
        self.rates = None
        if series is not None:
            self.rates = LiveRates(series, Clock.of(plan, symbol, calendar), others.get(series.symbol, ""))
            if series.symbol not in other_names([plan]):
                others.pop(series.symbol, None)
        self.market = LiveMarket(plan, symbol, calendar, others, finer)
        self.instrument = instrument or Instrument()
        self.desk = Stepwise(plan, self.instrument) if plan.machine is not None else None
        if self.rates is not None and self.desk is not None:
            self.desk.machine.set_rates(math.nan, math.nan)
        self.plan = plan
        self.adjusted = adjusted
        self.kernel: Kernel = bind(plan)
        self.rows = 0
        self.last_time: int | None = None
        self.last_finer: int | None = None
        self._columns = named_columns(plan)
        needed = self.desk.registers if self.desk is not None else ()
        self._registers = tuple(dict.fromkeys([*needed, *(column.register for column in self._columns if column.register >= 0)]))

    def push(
        self,
        candle: Candle | Mapping[str, Any],
        beside: Mapping[str, Sequence[Candle | Mapping[str, Any]]] | None = None,
        finer: Sequence[Candle | Mapping[str, Any]] = (),
    ) -> Step:
        """Takes the next closed candle. Raises FeedError, and changes nothing, if it is no candle or not after the last.

        beside: by symbol, those that other instruments closed since the last call, up to this candle's close; all of them must be here.
        finer: the finer candles of the same instrument that closed since the last call, up to this candle's close; all of them too. By `fills detail` the
        bar is filled by those inside it, where they add up to it.
        """
        bar, parts = Candle.of(candle), [Candle.of(c) for c in finer]
        others = {name: [Candle.of(c) for c in candles] for name, candles in (beside or {}).items()}
        if not self.adjusted:
            for one in (bar, *parts, *(c for candles in others.values() for c in candles)):
                unadjusted(one)
        if self.last_time is not None and bar.time <= self.last_time:
            raise FeedError(f"Candles come in order: one of {bar.time} came after one of {self.last_time} (microseconds, UTC).")
        self.market.check_length(self.last_time, bar.time)
        last_finer = self.market.check_finer(parts, self.last_finer)
        of_pair: Sequence[Candle] = ()
        if self.rates is not None:
            of_pair = others.get(self.rates.series.symbol, ())
            self.rates.check(of_pair)
        feeds = self.market.feeds(bar, parted(others, self.market.known, self.rates), parts)
        self.last_finer = last_finer
        if self.desk is not None and self.market.fills is not None:
            look_inside(self.desk.machine, self.market.fills.inside(bar, parts))
        if self.rates is not None and self.desk is not None:
            self.rates.hand(of_pair)
            self.desk.machine.set_rates(*self.rates.at(bar.time))
        values = dict(zip(self._registers, self.kernel.row(feeds, self._registers), strict=True))
        slots = self.desk.push(bar, values) if self.desk is not None else []
        raw = tuple(values[c.register] if c.register >= 0 else one_nan(slots[c.slot]) for c in self._columns)
        step = Step(bar.time, self.rows, self._columns, raw)
        if self.desk is not None:
            step = replace(step, fills=self.desk.fills(), orders=self.desk.orders(), equity=self.desk.equity)
        self.rows += 1
        self.last_time = bar.time
        return step

    def warm(self, candle: Candle | Mapping[str, Any]) -> None:
        """Takes a closed candle from before the account begins: the program sees it, the account does not. Raises as `push` does.

        For a program that reads its own candles alone.
        """
        bar = unadjusted(Candle.of(candle)) if not self.adjusted else Candle.of(candle)
        if self.last_time is not None and bar.time <= self.last_time:
            raise FeedError(f"Candles come in order: one of {bar.time} came after one of {self.last_time} (microseconds, UTC).")
        self.market.check_length(self.last_time, bar.time)
        self.kernel.row(self.market.feeds(bar, {}, ()), ())
        self.rows += 1
        self.last_time = bar.time

    def save(self) -> bytes:
        """Everything needed to go on: the rows seen, the time of the last, the state of kernel and machine."""
        kernel, desk = self.kernel.save(), self.desk.save() if self.desk is not None else b""
        state = {
            "rows": self.rows,
            "last_time": self.last_time,
            "kernel": len(kernel),
            "clocks": self.market.save(),
            "follows": self.market.follows,
            "rates": None if self.rates is None else self.rates.save(),
            "last_finer": self.last_finer,
            "adjusted": self.adjusted,
            "instrument": facts_of(self.instrument),
        }
        header = json.dumps(state).encode()
        return STREAM_MARK + len(header).to_bytes(4, "big") + header + kernel + desk

    def restore(self, saved: bytes) -> None:
        """Goes on where `save` was called. Raises StateMismatch, and changes nothing, if that was another plan, tick, calendar, kernel version or
        arithmetic."""
        restore_whole(self, saved)

    def take_up(self, saved: bytes) -> None:
        """The same, though a part of what was before may be gone where it raises: `restore` is for callers."""
        start = len(STREAM_MARK) + 4
        if not saved.startswith(STREAM_MARK) or len(saved) < start:
            raise StateMismatch("These bytes are not a saved stream.")
        end = start + int.from_bytes(saved[len(STREAM_MARK) : start], "big")
        header = json.loads(saved[start:end])
        if header.get("follows", self.market.follows) != self.market.follows:
            raise StateMismatch(f"The saved stream follows the calendar {header['follows']}; this one {self.market.follows}.")
        require_frame(header, self.adjusted)
        if self.desk is not None:
            require_facts(header["instrument"], self.instrument)
        self.kernel.restore(saved[end : end + header["kernel"]])
        if self.desk is not None:
            try:
                self.desk.restore(saved[end + header["kernel"] :])
            except (MachineError, ValueError) as error:
                raise StateMismatch(f"The machine's part of the saved stream does not fit: {error}") from None
        self.market.restore(header["clocks"])
        if (self.rates is None) != (header.get("rates") is None):
            raise StateMismatch("The saved stream converts money, or does not, where this one is of the other kind.")
        if self.rates is not None:
            self.rates.restore(header["rates"])
        self.rows, self.last_time, self.last_finer = header["rows"], header["last_time"], header["last_finer"]

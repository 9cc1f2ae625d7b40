"""A history: bars in a Parquet file or in the store that are read as a run needs them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.conversion.code import currency_code
from runtime.data.given_times import bound
from runtime.data.problems import DataError

if TYPE_CHECKING:
    from runtime.history.stored import Stored

Moment = str | date | None


@dataclass(frozen=True, slots=True)
class History:
    """Bars in a file, in order of time: `apx.backtest(program, apx.History("bars.parquet"))` trades them in constant memory.

    path: of a Parquet file, or `SYMBOL@store`, where several bar lengths are stored `SYMBOL@store:15m`.
    symbol: names the instrument, and picks it where the file holds several. start, end: the first and the last time used, as for `Candles.between`.
    calendar: the sessions that the bars follow ('': the usual one of the symbol). currency: what the prices are in ('': what file or symbol tell).
    """

    path: str | PathLike[str]
    symbol: str = ""
    start: Moment = None
    end: Moment = None
    calendar: str = ""
    currency: str = ""

    def look(self, hint: str = "") -> Stored:
        """What a first look at the file tells. hint: the symbol to read where the file holds several. Raises DataError."""
        from runtime.clocks.sessions import calendar
        from runtime.history.stored import look_over

        if self.currency and not currency_code(self.currency):
            raise DataError(f"A currency is three to five capitals, such as EUR; this is {self.currency!r}.")
        if self.calendar:
            calendar(self.calendar)
        low = None if self.start is None else bound(self.start, is_end=False)
        high = None if self.end is None else bound(self.end, is_end=True)
        if low is not None and high is not None and low > high:
            raise DataError(f"The start {self.start} is after the end {self.end}.")
        own = currency_code(self.currency) if self.currency else ""
        symbol, at, place = str(self.path).rpartition("@")
        if Path(self.path).is_file() or not at or place.partition(":")[0] != "store":
            path = Path(self.path)
            return look_over(path, symbol=self.symbol or hint, low=low, high=high, calendar=self.calendar, currency=own)
        from apextrade.bars import store_folder
        from runtime.data.store import Store

        one = Store(store_folder()).find(symbol, place.partition(":")[2])
        found = look_over(one.path, symbol=one.symbol, low=low, high=high, calendar=self.calendar, currency=own or one.currency)
        return replace(found, specimen=replace(found.specimen, source=one.source, timeframe=one.every))

"""Candles: the bars of one instrument, as columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from runtime.conversion.code import currency_code
from runtime.data.arrays import Floats, Micros
from runtime.data.bar_calendar import calendar_columns
from runtime.data.columns import find_columns
from runtime.data.csv_reader import read_csv
from runtime.data.given_times import bound, micros_of
from runtime.data.parquet_reader import read_parquet
from runtime.data.price_step import price_step
from runtime.data.problems import DataError, Problem
from runtime.data.raw import RawBars
from runtime.data.repair import Duplicates, mend
from runtime.data.steps import infer_step

if TYPE_CHECKING:
    import pandas as pd

    from runtime.data.splits import Split

_VALUES = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, slots=True, eq=False)
class Candles:
    """Bars in order of time, each time once; columns of equal length, contiguous and read-only.

    time: int64, microseconds since 1970-01-01 UTC, of each bar's open.
    open, high, low, close: float64, above zero or NaN (unknown). volume: float64, zero or more, or NaN.
    factor: float64, above zero: what the traded prices of each bar were multiplied by, and its volume divided by; None: they are as traded.
    timeframe: seconds of the most common step between bars (a month is 30 days); 0 with fewer than two bars.
    calendar: the sessions it follows, `24/7`, `FX` or an exchange such as `XNYS`; '' is the usual one of such a symbol.
    beside: the bars of other instruments that a program may read with `from`, by symbol; those of pairs of currencies also convert money.
    finer: shorter bars of the same instrument, for programs that look inside a bar; None if there are none.
    currency: what the prices are in, such as EUR; '' is what the symbol or the exchange tells, if they do.
    source: where the bars came from. repairs: everything that was wrong with them, and what was done about it.
    Every constructor raises DataError, in plain words, for what cannot be made usable.
    """

    time: Micros
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    symbol: str = ""
    timeframe: int = 0
    source: str = ""
    repairs: tuple[Problem, ...] = ()
    calendar: str = ""
    beside: Mapping[str, Candles] = field(default_factory=dict)
    finer: Candles | None = None
    currency: str = ""
    factor: Floats | None = None
    _calendar: dict[str, Floats] = field(default_factory=dict)

    @classmethod
    def from_csv(cls, path: str | PathLike[str], *, symbol: str = "", duplicates: Duplicates = "error") -> Candles:
        """The bars of a text file with any usual separator, column names and way to write time.

        symbol: names the instrument, and picks it where the file holds several. duplicates: see `runtime.data.repair.mend`.
        """
        return cls.from_raw(_picked(read_csv, Path(path), symbol), symbol=symbol, source=str(path), duplicates=duplicates)

    @classmethod
    def from_parquet(cls, path: str | PathLike[str], *, symbol: str = "", duplicates: Duplicates = "error") -> Candles:
        """The bars of a Parquet file; column names and times as for `from_csv`."""
        return cls.from_raw(_picked(read_parquet, Path(path), symbol), symbol=symbol, source=str(path), duplicates=duplicates)

    @classmethod
    def from_pandas(cls, frame: pd.DataFrame, *, symbol: str = "", duplicates: Duplicates = "error") -> Candles:
        """The bars of a DataFrame with columns of any usual spelling; times in a column, else in the index."""
        names = [_column_name(c) for c in frame.columns]
        columns = find_columns(names, "The table", times_elsewhere=True)

        def cells(at: int | None) -> Any:
            return None if at is None else frame.iloc[:, at]

        if columns.time is None and type(frame.index).__name__ == "RangeIndex":
            raise DataError("The table has no time: neither a column of that name nor an index of times.")
        times = frame.index if columns.time is None else cells(columns.time)
        if columns.clock is not None:
            times = [f"{day} {clock}" for day, clock in zip(times, cells(columns.clock), strict=True)]
        values = dict(zip(_VALUES, map(cells, columns.values), strict=False))
        if columns.factor is not None:
            values["factor"] = cells(columns.factor)
        raw = _raw(times, values, "The table", tuple(p for p in columns.problems if p.kind != "no_volume"))
        return cls.from_raw(raw, symbol=symbol, source="pandas", duplicates=duplicates)

    @classmethod
    def from_arrays(
        cls,
        *,
        time: Any,
        open: Any,
        high: Any,
        low: Any,
        close: Any,
        volume: Any = None,
        factor: Any = None,
        symbol: str = "",
        duplicates: Duplicates = "error",
    ) -> Candles:
        """Bars from columns of equal length, copied.

        time: datetime64 of any unit, epoch seconds, milli-, micro- or nanoseconds, ISO texts, datetimes or dates;
        without a zone they are UTC. volume may be left out: it is then unknown. factor: what traded prices were multiplied by, one a bar.
        """
        values = {"open": open, "high": high, "low": low, "close": close, "volume": volume}
        if factor is not None:
            values["factor"] = factor
        raw = _raw(time, values, "The data", ())
        return cls.from_raw(raw, symbol=symbol, source="arrays", duplicates=duplicates)

    @classmethod
    def from_raw(cls, raw: RawBars, *, symbol: str = "", source: str = "", duplicates: Duplicates = "error") -> Candles:
        """Raw bars, repaired. symbol: if "", the one that the source names."""
        mended = mend(raw, duplicates)
        opened, high, low, close, volume = map(_frozen, mended.values[:5])
        return cls(
            time=_frozen(mended.time),
            open=opened,
            high=high,
            low=low,
            close=close,
            volume=volume,
            symbol=symbol or raw.symbol,
            timeframe=infer_step(mended.time),
            source=source or raw.source,
            repairs=mended.problems,
            currency=raw.currency,
            factor=_frozen(mended.values[5]) if len(mended.values) > 5 else None,
        )

    def __len__(self) -> int:
        return len(self.time)

    def __repr__(self) -> str:
        name = self.symbol or self.source or "bars"
        return f"<Candles {name}: {len(self):,} bars, {self.first_time} to {self.last_time}>"

    @property
    def first_time(self) -> np.datetime64:
        """The first bar's time, UTC, to the microsecond."""
        return np.datetime64(int(self.time[0]), "us")

    @property
    def last_time(self) -> np.datetime64:
        """The last bar's time, UTC, to the microsecond."""
        return np.datetime64(int(self.time[-1]), "us")

    def between(self, start: str | date | np.datetime64 | None = None, end: str | date | np.datetime64 | None = None) -> Candles:
        """The bars with start <= time <= end; the others are as if they did not exist. A date alone is its whole day, UTC.

        Times are dates or datetimes, or ISO texts of them, UTC where they carry no zone; None leaves that side open.
        The timeframe stays that of all bars. Raises DataError if start is after end or no bar is left.
        """
        low = int(self.time[0]) if start is None else bound(start, is_end=False)
        high = int(self.time[-1]) if end is None else bound(end, is_end=True)
        if start is not None and end is not None and low > high:
            raise DataError(f"The start {start} is after the end {end}.")
        first, last = np.searchsorted(self.time, low, "left"), np.searchsorted(self.time, high, "right")
        if first >= last:
            wanted = " ".join(f"{word} {moment}" for word, moment in (("from", start), ("to", end)) if moment is not None)
            raise DataError(f"There are no bars {wanted}: the data run from {self.first_time} to {self.last_time}.")
        kept = self.rows(slice(int(first), int(last)))
        if self.finer is None or start is None:
            return kept
        return kept.with_finer(self.finer.rows(slice(int(np.searchsorted(self.finer.time, low, "left")), None)))

    def rows(self, which: Any) -> Candles:
        """The bars of some rows (a slice, or positions in order); the others are as if they did not exist."""
        columns = {name: _frozen(getattr(self, name)[which]) for name in ("time", *_VALUES)}
        if self.factor is not None:
            columns["factor"] = _frozen(self.factor[which])
        return replace(self, **columns, _calendar={})

    def following(self, calendar: str) -> Candles:
        """The same bars, said to follow a calendar: `24/7`, `FX`, or an exchange such as `XNYS`."""
        return replace(self, calendar=calendar, _calendar={})

    def quoted_in(self, currency: str) -> Candles:
        """The same bars, with their prices said to be in a currency: a code such as `EUR`. Raises DataError for what is none."""
        code = currency_code(currency)
        if not code:
            raise DataError(f"A currency is three to five capitals, such as EUR; this is {currency!r}.")
        return replace(self, currency=code)

    def with_others(self, others: Mapping[str, Candles]) -> Candles:
        """The same bars, with those of other instruments beside them for programs that read `from "SYMBOL"`."""
        return replace(self, beside={**self.beside, **others})

    def with_finer(self, finer: Candles) -> Candles:
        """The same bars, with shorter ones of the same instrument for programs that look inside a bar."""
        return replace(self, finer=finer)

    @property
    def has_factors(self) -> bool:
        """Whether these bars, those of another instrument beside them, or finer ones say what their traded prices were multiplied by."""
        others = (*self.beside.values(), *((self.finer,) if self.finer is not None else ()))
        return self.factor is not None or any(bars.has_factors for bars in others)

    @property
    def is_adjusted(self) -> bool:
        """Whether these bars are known to be adjusted to splits already."""
        return self.factor is not None or any(problem.kind == "split_adjusted" for problem in self.repairs)

    def adjusted(self, splits: Iterable[Split] | Mapping[str, float], *, to: Literal["first", "last"] = "first") -> Candles:
        """Traded prices as one series without jumps at splits, with the factor of each bar; its finer bars likewise.

        splits: or new shares for an old one by date, such as {"2020-08-31": 4}.
        to: the bars whose prices stay as they are: of the first, so that nothing before a split depends on it, or of the last. Raises DataError for
        bars that have factors already.
        """
        from runtime.data.splits import adjust

        return adjust(self, splits, to)

    def factors(self) -> Floats:
        """The factor of each bar, shape (n,); 1 where none is given."""
        return self.factor if self.factor is not None else np.ones(len(self))

    def calendar_columns(self) -> dict[str, Floats]:
        """`time` in seconds since 1970, `time.hour`, `.minute`, `.weekday` (Monday = 1), `.day`, `.month` and `.year` of each
        bar's open in UTC, as float64 columns of shape (n,); computed once."""
        if not self._calendar:
            self._calendar.update({name: _frozen(c) for name, c in calendar_columns(self.time).items()})
        return dict(self._calendar)

    def to_pandas(self) -> pd.DataFrame:
        """A table with columns open, high, low, close and volume, and the factor if there is one, its index the times in UTC; a copy."""
        import pandas as pd

        index = pd.DatetimeIndex(self.time.astype("M8[us]"), name="time").tz_localize("UTC")
        names = ("open", "high", "low", "close", "volume", *(("factor",) if self.factor is not None else ()))
        columns = {name: getattr(self, name).copy() for name in names}
        return pd.DataFrame(columns, index=index)

    def price_step(self) -> float | None:
        """The finest decimal place that recent prices are quoted in; None if they are on no such grid. See runtime/data/price_step.py."""
        prices = (self.open, self.high, self.low, self.close)
        factor = self.factor
        return price_step(*(prices if factor is None else (column / factor for column in prices)))

    def fingerprint(self) -> str:
        """SHA-256, in hexadecimal, of the times and values, and of the factors if there are any: equal for equal bars, whatever file they came from."""
        digest = hashlib.sha256(f"candles 1 {len(self)}\n".encode())
        digest.update(self.time.astype("<i8").tobytes())
        for column in (self.open, self.high, self.low, self.close, self.volume):
            digest.update(column.astype("<f8").tobytes())
        if self.factor is not None:
            digest.update(b"factor\n" + self.factor.astype("<f8").tobytes())
        return digest.hexdigest()


def _frozen(column: Any) -> Any:
    """The column, read-only: no one changes bars under another's feet."""
    column.flags.writeable = False
    return column


def _picked(read: Any, path: Path, symbol: str) -> RawBars:
    """Reads a file; if it holds several symbols, the bars of the one asked for."""
    try:
        raw: RawBars = read(path)
        return raw
    except DataError as error:
        if not symbol or error.problems[-1].kind != "several_symbols":
            raise
    picked: RawBars = read(path, only=symbol)
    return picked


def _column_name(label: Any) -> str:
    """A column's name; of several levels (field and symbol), the first that says anything."""
    if isinstance(label, tuple):
        return str(next((part for part in label if str(part).strip()), ""))
    return str(label)


def _raw(time: Any, values: Mapping[str, Any], source: str, problems: tuple[Problem, ...]) -> RawBars:
    micros, notes = micros_of(time, lambda i: f"row {i + 1}")
    columns = np.full((5 + ("factor" in values), len(micros)), np.nan)
    for into, name in enumerate((*_VALUES, *(("factor",) if "factor" in values else ()))):
        given = values[name]
        if given is None and name == "volume":
            sentence = "There is no volume: it is unknown on every bar."
            problems = (*problems, Problem("no_volume", 0, (), "made unknown", sentence))
            continue
        try:
            column = _numbers(given)
        except (TypeError, ValueError) as error:
            raise DataError(f"{source}: {name} is no column of numbers ({error}).") from None
        if column.ndim != 1 or len(column) != len(micros):
            shape = f"{len(column):,} values" if column.ndim == 1 else f"{column.ndim} dimensions"
            raise DataError(f"{source}: {name} has {shape}, but there are {len(micros):,} times.")
        columns[into] = column
    return RawBars(micros, columns, np.arange(1, len(micros) + 1), "row", source, "", problems + notes)


def _numbers(given: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    if hasattr(given, "to_numpy") and getattr(given.dtype, "na_value", None) is not None:  # pandas columns with their own NA
        return np.asarray(given.to_numpy(dtype=np.float64, na_value=np.nan))
    return np.asarray(given, dtype=np.float64)

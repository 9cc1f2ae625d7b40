"""The store: bars of many instruments as Parquet files in one folder, each written whole or not at all."""

from __future__ import annotations

import dataclasses
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from compiler.suggest import closest
from runtime.candles import Candles
from runtime.data.parquet_reader import read_parquet
from runtime.data.problems import DataError, counted, listed
from runtime.data.steps import step_seconds, step_text

_FORMAT = b"1"
_COLUMNS = ("open", "high", "low", "close", "volume")
_ENDING = ".parquet"


def default_store(environment: Mapping[str, str], home: Path) -> Path:
    """The store's folder: `$APX_HOME/candles`, else `~/.apextrade/candles`."""
    chosen = environment.get("APX_HOME", "").strip()
    return (Path(chosen) if chosen else home / ".apextrade") / "candles"


@dataclass(frozen=True, slots=True)
class Stored:
    """One series of the store. first, last: times of its first and last bar, microseconds UTC. every: seconds. currency: of its prices, or ''."""

    symbol: str
    every: int
    bars: int
    first: int
    last: int
    path: Path
    currency: str = ""

    @property
    def source(self) -> str:
        """What its bars are called."""
        return f"{self.symbol}@store:{step_text(self.every)}"


@dataclass(frozen=True, slots=True)
class Store:
    """Bars under a folder, one file a symbol and bar length. Symbols are found in any case and kept as first written."""

    folder: Path

    def write(self, candles: Candles, symbol: str, every: str, replace: bool = False) -> Stored:
        """Keeps the bars of a symbol; readers see the old file or the new one, never a part.

        every: the bar length, such as 15m; it must be that of the bars. replace: put them in place of other bars stored so.
        Raises DataError if the lengths differ, if other bars are stored already, or if the folder cannot be written.
        """
        symbol, seconds = _checked(symbol), step_seconds(every)
        if candles.timeframe and candles.timeframe != seconds:
            raise DataError(
                f"The bars of {candles.source} are {step_text(candles.timeframe)} apart, not {step_text(seconds)}:"
                f" import them with --every {step_text(candles.timeframe)}."
            )
        present = next((s for s in self._series(symbol) if s.every == seconds), None)
        if present is not None and not replace:
            if self.read(symbol, every).fingerprint() != candles.fingerprint():
                raise DataError(
                    f"The store already has {counted(present.bars, 'other bar')} of {present.symbol} every {step_text(seconds)}."
                    " Say --replace to put these in their place."
                )
            if candles.currency in ("", present.currency):
                return present
        path = present.path if present is not None else self.folder / quote(symbol, safe="") / f"{step_text(seconds)}{_ENDING}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_whole(path, candles, present.symbol if present is not None else symbol, seconds)
        except OSError as error:
            raise DataError(f"The store {self.folder} cannot be written: {error.strerror or error}.") from None
        return _described(path)

    def find(self, symbol: str, every: str = "") -> Stored:
        """The series of a symbol; `every` chooses among several bar lengths. Raises DataError naming what there is instead."""
        found = list(self._series(symbol))
        if not found:
            raise DataError(self._nothing(symbol))
        if every:
            seconds = step_seconds(every)
            chosen = [s for s in found if s.every == seconds]
        else:
            chosen = found
        lengths = listed(step_text(s.every) for s in found)
        if not chosen:
            raise DataError(f"The store has bars of {found[0].symbol} every {lengths}, not every {every}.")
        if len(chosen) > 1:
            example = f"{found[0].symbol}@store:{step_text(found[0].every)}"
            raise DataError(f"The store has bars of {found[0].symbol} every {lengths}. Name one, as in {example}.")
        return chosen[0]

    def read(self, symbol: str, every: str = "") -> Candles:
        """The bars of a symbol, as `find` chooses them."""
        one = self.find(symbol, every)
        candles = Candles.from_raw(read_parquet(one.path), symbol=one.symbol, source=one.source)
        # A single bar does not tell how long it is.
        return dataclasses.replace(candles, timeframe=one.every, currency=one.currency)

    def list(self) -> tuple[Stored, ...]:
        """All series, by symbol and then bar length. A file in the folder that is not the store's is passed over."""
        if not self.folder.is_dir():
            return ()
        series = [s for folder in self.folder.iterdir() if folder.is_dir() for s in _series_in(folder)]
        return tuple(sorted(series, key=lambda s: (s.symbol, s.every)))

    def _series(self, symbol: str) -> Iterator[Stored]:
        if not self.folder.is_dir():
            return
        for folder in sorted(self.folder.iterdir()):
            if folder.is_dir() and unquote(folder.name).upper() == symbol.strip().upper():
                yield from sorted(_series_in(folder), key=lambda s: s.every)

    def _nothing(self, symbol: str) -> str:
        names = sorted({s.symbol for s in self.list()})
        if not names:
            command = f"apx data import FILE --symbol {symbol} --every 1d"
            return f"The store {self.folder} is empty, so it has no {symbol}. Fill it with: {command}."
        near = closest(symbol.upper(), names)
        shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
        return f"The store has no {symbol}.{f' Did you mean {near}?' if near else ''} It has {shown}."


def _checked(symbol: str) -> str:
    name = symbol.strip()
    if not name or len(name) > 60 or not name.isprintable() or "@" in name or name.strip(".") == "":
        raise DataError(f"{symbol!r:.80} is not a symbol: give up to 60 printable characters without @.")
    return name


def _series_in(folder: Path) -> Iterator[Stored]:
    for path in folder.glob(f"*{_ENDING}"):
        with suppress(DataError):
            yield _described(path)


def _described(path: Path) -> Stored:
    """What a stored file says of itself, from its last bytes alone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        facts = pq.read_metadata(path).metadata or {}
        return Stored(
            facts[b"apx.symbol"].decode(), int(facts[b"apx.every"]), int(facts[b"apx.bars"]),
            int(facts[b"apx.first"]), int(facts[b"apx.last"]), path, facts.get(b"apx.currency", b"").decode(),
        )  # fmt: skip
    except (pa.ArrowException, OSError, KeyError, ValueError):
        raise DataError(f"{path} is not a file of the store.") from None


def _write_whole(path: Path, candles: Candles, symbol: str, every: int) -> None:
    """Writes beside the file, then takes its place: a crash leaves the old file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays: dict[str, Any] = {"time": pa.array(candles.time.astype("M8[us]"), pa.timestamp("us", "UTC"))}
    arrays |= {name: pa.array(getattr(candles, name)) for name in _COLUMNS}
    if candles.factor is not None:
        arrays["factor"] = pa.array(candles.factor)
    facts = {
        "apx.format": _FORMAT, "apx.symbol": symbol, "apx.every": str(every), "apx.bars": str(len(candles)),
        "apx.first": str(int(candles.time[0])), "apx.last": str(int(candles.time[-1])),
        "apx.source": candles.source, "apx.fingerprint": candles.fingerprint(), "apx.currency": candles.currency,
    }  # fmt: skip
    table = pa.table(arrays).replace_schema_metadata(facts)
    handle, name = tempfile.mkstemp(prefix=".writing-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            pq.write_table(table, file, compression="zstd", use_dictionary=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise

"""Bars that stay open between questions, as long as their files are what they were."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from runtime.candles import Candles
from runtime.data.problems import DataError
from runtime.data.resolve import open_data
from runtime.data.store import Store

MOST_BYTES = 512 << 20
MOST_SERIES = 16

Stamp = tuple[str, int, int]
"""A file or folder as it was: its path, when it was last written (nanoseconds), its bytes; zeros for what was not there."""


def stamp_of(path: Path) -> Stamp:
    try:
        facts = path.stat()
    except OSError:
        return str(path.absolute()), 0, 0
    return str(path.absolute()), facts.st_mtime_ns, facts.st_size


@dataclass(slots=True)
class KeptBars:
    """used: the files that were asked for since it was last emptied, as they were before they were read."""

    folder: Path = Path()
    used: set[Stamp] = field(default_factory=set)
    opened: int = 0
    """How often bars were read, not found here."""
    _kept: dict[tuple[str, str, str], tuple[Stamp | None, Candles]] = field(default_factory=dict)

    def open(self, spec: str, store: Path, symbol: str) -> Candles:
        """As `runtime.data.resolve.open_data`; relative paths begin at `folder`."""
        beside = self.folder / spec
        if "\0" not in spec and beside.is_file():
            spec = str(beside)
        stamp = self._stamp(spec, store)
        if "@" in spec:
            self.used.add(stamp_of(store))  # what is not in it yet may be tomorrow
        key = (spec, str(store), symbol)
        if key in self._kept and self._kept[key][0] == stamp:
            candles = self._kept.pop(key)[1]
        else:
            candles = open_data(spec, store=store, symbol_hint=symbol or None)
            self.opened += 1
        self._kept[key] = (stamp, candles)  # the last used comes last
        if stamp is not None:
            self.used.add(stamp)
        while len(self._kept) > 1 and (len(self._kept) > MOST_SERIES or self._bytes() > MOST_BYTES):
            del self._kept[next(iter(self._kept))]
        return candles

    def _bytes(self) -> int:
        return sum(6 * 8 * len(candles) for _, candles in self._kept.values())

    def _stamp(self, spec: str, store: Path) -> Stamp | None:
        """The file that a spec names; None for a sample, or for what is not there."""
        symbol, at, place = spec.rpartition("@")
        with suppress(OSError, ValueError, DataError):
            path = Path(spec)
            if path.is_file():
                return stamp_of(path)
            if at and place.partition(":")[0] == "store":
                return stamp_of(Store(store).find(symbol, place.partition(":")[2]).path)
        return None

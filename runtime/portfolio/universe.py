"""A universe: which instruments belonged to it when. Membership is read as known on a bar, so what left later is still in the past."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from runtime.data.arrays import Micros
from runtime.data.problems import DataError

FOREVER = np.iinfo(np.int64).max
DAY = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Stay:
    """A symbol's time in a universe, microseconds since 1970 UTC: from the first bar that opens at `start` or later to the last before `end`."""

    symbol: str
    start: int
    end: int = FOREVER


@dataclass(frozen=True, slots=True)
class Universe:
    """Stays by symbol, then by time. Every constructor raises DataError, in plain words, for what is no history of membership."""

    stays: tuple[Stay, ...]

    @classmethod
    def from_csv(cls, path: str | PathLike[str]) -> Universe:
        """A file with the columns symbol, from and to: dates, the last one included; an empty `to` is a member still."""
        place = Path(path)
        try:
            with place.open(encoding="utf-8-sig", newline="") as file:
                reader = csv.DictReader(file)
                names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
                missing = [name for name in ("symbol", "from", "to") if name not in names]
                if missing:
                    raise DataError(
                        f"{place}: a universe needs its history, with the columns symbol, from and to; {', '.join(missing)} "
                        f"{'is' if len(missing) == 1 else 'are'} not there."
                    )
                rows = [tuple((row[names[name]] or "").strip() for name in ("symbol", "from", "to")) for row in reader]
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(f"{place} can't be read: {getattr(error, 'strerror', None) or error}.") from None
        return cls.of(
            [(symbol, start, end) for symbol, start, end in rows], [f"{place}, line {n}" for n in range(2, len(rows) + 2)]
        )

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, str]], places: Sequence[str] = ()) -> Universe:
        """Rows of symbol, first day and last day ('' for none). places: what to call each row in a message."""
        stays = []
        for at, (symbol, start, end) in enumerate(rows):
            place = places[at] if places else f"Row {at + 1} of the universe"
            if not symbol:
                raise DataError(f"{place}: there is no symbol.")
            if not start:
                raise DataError(f"{place}: {symbol} has no first day; without its history a universe would know the future.")
            first = _day(start, place)
            last = FOREVER if not end else _day(end, place) + DAY
            if last <= first:
                raise DataError(f"{place}: {symbol} leaves on {end}, before it came on {start}.")
            stays.append(Stay(symbol, first, last))
        if not stays:
            raise DataError("The universe has no member at any time.")
        stays.sort(key=lambda stay: (stay.symbol, stay.start))
        for before, after in pairwise(stays):
            if before.symbol == after.symbol and after.start < before.end:
                raise DataError(f"{after.symbol} is a member twice at one time; its stays must not overlap.")
        return cls(tuple(stays))

    @property
    def symbols(self) -> tuple[str, ...]:
        """Everyone who was ever a member, in alphabetical order."""
        return tuple(dict.fromkeys(stay.symbol for stay in self.stays))

    def between(self, first: int, last: int) -> tuple[str, ...]:
        """Those who were members at some time from first to last, microseconds."""
        return tuple(dict.fromkeys(stay.symbol for stay in self.stays if stay.start <= last and first < stay.end))

    def members(self, time: Micros, symbols: Sequence[str]) -> NDArray[np.uint8]:
        """1 where a symbol belongs to the universe at a time, shape (times, symbols)."""
        found = np.zeros((len(time), len(symbols)), dtype=np.uint8)
        for k, symbol in enumerate(symbols):
            for stay in self.stays:
                if stay.symbol == symbol:
                    found[:, k] |= (time >= stay.start) & (time < stay.end)
        return found


def _day(text: str, place: str) -> int:
    try:
        day = np.datetime64(text, "D")
    except ValueError:
        raise DataError(f"{place}: the day '{text}' is not written as 2004-08-19.") from None
    if np.isnat(day):
        raise DataError(f"{place}: the day '{text}' is not written as 2004-08-19.")
    return int(day.astype("M8[us]").astype(np.int64))

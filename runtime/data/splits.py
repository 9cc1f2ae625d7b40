"""Splits: traded prices made into one series without jumps, each bar with the factor that its prices were multiplied by."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from runtime.data.arrays import Floats
from runtime.data.columns import SYMBOL, spelling
from runtime.data.given_times import bound
from runtime.data.problems import DataError, Problem, counted, listed
from runtime.data.split_jumps import jumps

if TYPE_CHECKING:
    from runtime.candles import Candles

DAY = ("date", "day", "time", "exdate", "datetime")
RATIO = ("ratio", "split", "splitratio", "for1", "factor", "coefficient", "splitcoefficient", "splitfactor")


@dataclass(frozen=True, slots=True)
class Split:
    """at: the first day, or the first moment (UTC), at the new price. ratio: new shares for an old one: 2 for two for one, 0.1 for one for ten.

    symbol: whose split it is; '' of the bars that it is applied to. Raises DataError for what is no split.
    """

    at: str | date | np.datetime64
    ratio: float
    symbol: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.ratio, Real) or not 0 < self.ratio < float("inf"):
            raise DataError(f"A split gives a number above zero of new shares for an old one; this is {self.ratio!r}.")
        bound(self.at, is_end=False)

    @property
    def micros(self) -> int:
        return bound(self.at, is_end=False)


def read_splits(path: Path) -> tuple[Split, ...]:
    """The splits of a CSV file: columns date and ratio (`2`, `2:1` or `3 for 2`), of several instruments with their symbol.

    Raises DataError, naming the line, for what is no split.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = [(number, row) for number, row in enumerate(csv.reader(file), 1) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path.name} cannot be read: {error}.") from None
    if not lines:
        raise DataError(f"{path.name} is empty; it needs the columns date and ratio.")
    names = [spelling(cell) for cell in lines[0][1]]
    day, ratio, symbol = (next((names.index(s) for s in of if s in names), None) for of in (DAY, RATIO, SYMBOL))
    if day is None or ratio is None:
        shown = listed(repr(cell.strip()[:40]) for cell in lines[0][1])
        raise DataError(f"{path.name} needs the columns date and ratio, and for several instruments symbol; it has {shown}.")
    found = []
    for number, row in lines[1:]:
        cells = [cell.strip() for cell in row] + [""] * len(names)
        if symbol is not None and not cells[symbol]:
            raise DataError(f"Line {number} of {path.name} names no symbol; the other splits of the list do.")
        try:
            found.append(Split(cells[day], read_ratio(cells[ratio]), cells[symbol] if symbol is not None else ""))
        except (DataError, ValueError, ZeroDivisionError, OverflowError) as error:
            said = (
                error.message if isinstance(error, DataError) else f"the ratio is {cells[ratio][:40]!r}; write 2, 2:1 or 3 for 2."
            )
            raise DataError(f"Line {number} of {path.name}: {said}") from None
    return tuple(found)


def read_ratio(text: str) -> float:
    """New shares for an old one, of `2`, `0.1`, `2:1`, `3 for 2` or `3/2`. Raises ValueError."""
    new, sign, old = text.lower().replace("for", ":").replace("/", ":").partition(":")
    return float(Fraction(new.strip()) / Fraction(old.strip())) if sign else float(text)


def of_symbol(splits: Iterable[Split], symbol: str) -> tuple[Split, ...]:
    """Those of one instrument, and those that name none."""
    return tuple(split for split in splits if not split.symbol or split.symbol.upper() == symbol.upper())


def adjust(candles: Candles, given: Iterable[Split] | Mapping[str, float], to: Literal["first", "last"] = "first") -> Candles:
    """See `Candles.adjusted`."""
    if candles.is_adjusted:
        raise DataError("The bars are adjusted already, so their prices are no traded ones that splits could be applied to.")
    if to not in ("first", "last"):
        raise DataError(f"Prices are adjusted to the first or the last bar; this is {to!r}.")
    splits = tuple(Split(at, ratio) for at, ratio in given.items()) if isinstance(given, Mapping) else tuple(given)
    strange = next((split for split in splits if not isinstance(split, Split)), None)
    if strange is not None:
        raise DataError(f"Splits are given as `Split(date, ratio)`, or as a mapping from dates to ratios; this is {strange!r}.")
    named = sorted({split.symbol.upper() for split in splits} - {""})
    if not candles.symbol and len(named) > 1:
        raise DataError(f"The splits are of {listed(named)}, and the bars do not say whose they are: name their symbol.")
    own = sorted(of_symbol(splits, candles.symbol or "".join(named)), key=lambda split: split.micros)
    for one, other in pairwise(own):
        if one.micros == other.micros:
            raise DataError(f"There are two splits of one day, {one.at}; give their product as one.")
    inside = [split for split in own if len(candles) and candles.time[0] < split.micros <= candles.time[-1]]
    factor = np.ones(len(candles))
    for split in inside:
        factor[candles.time >= split.micros] *= split.ratio
    _check_jumps(candles, factor)
    if to == "last" and len(factor):
        factor /= factor[-1]
    said, whose = candles.repairs, f" of {candles.symbol}" if candles.symbol else ""
    sentence = f"None of the given splits{whose} lies within the bars; their prices stay as they are."
    if inside:
        days = listed(f"{np.datetime64(split.micros, 'us').astype('M8[D]')} ({split.ratio:g} for 1)" for split in inside)
        sentence = f"Prices{whose} are adjusted to {counted(len(inside), 'split')}: {days}. Orders and trades are told as traded."
        said = tuple(p for p in said if p.kind != "unadjusted")
    found = scaled(candles, factor)
    if candles.finer is not None and candles.finer.factor is None:
        found = replace(found, finer=with_factors_of(found, candles.finer))
    return replace(found, repairs=(*said, Problem("factors", 0, (), "noted", sentence)))


def _check_jumps(candles: Candles, factor: Floats) -> None:
    """Prices that do not jump at a split are adjusted already, or the list is wrong: applied to them, it would make up a gain or loss of its ratio."""
    for jump in jumps(candles.open, candles.close, factor):
        if jump.missing:
            day, whose = (
                np.datetime64(int(candles.time[jump.row]), "us").astype("M8[D]"),
                f" of {candles.symbol}" if candles.symbol else "",
            )
            raise DataError(
                f"The prices{whose} show no split of {jump.ratio:.6g} for 1 at {day}: they go from {jump.before:.6g} to {jump.after:.6g}. Where they are "
                "adjusted already, leave the list of splits out; else the split has another date or ratio (new shares for an old one)."
            )


def with_factors_of(candles: Candles, finer: Candles) -> Candles:
    """Finer bars as traded, adjusted by the factors of the bars in which they lie. Raises DataError for finer bars that have their own."""
    if finer.factor is not None:
        raise DataError(
            "The finer bars have factors already, so their prices are no traded ones that splits could be applied to."
        )
    at = np.searchsorted(candles.time, finer.time, "right") - 1
    return scaled(finer, candles.factors()[np.maximum(at, 0)] if len(candles) else np.ones(len(finer)))


def scaled(candles: Candles, factor: Floats) -> Candles:
    """Traded prices times a factor for each bar, and volumes divided by it."""
    return replace(
        candles,
        open=_frozen(candles.open * factor),
        high=_frozen(candles.high * factor),
        low=_frozen(candles.low * factor),
        close=_frozen(candles.close * factor),
        volume=_frozen(candles.volume / factor),
        factor=_frozen(factor.copy()),
        _calendar={},
    )


def _frozen(column: Floats) -> Floats:
    column.flags.writeable = False
    return column

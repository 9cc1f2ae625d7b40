"""Times that are text: every usual way to write them, read a column at a time.

A cell's shape is its text with each digit as 0. A column has few shapes; each is understood once by a regular
expression, and all its cells are then cut at the same places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from runtime.data.arrays import MICROS_PER_DAY, MICROS_PER_SECOND, NO_TIME, Flags, Micros
from runtime.data.date_order import year_month_day
from runtime.data.epochs import Naming, days_from_civil, from_fractions, from_whole_numbers, require_plausible
from runtime.data.problems import DataError, Problem

if TYPE_CHECKING:
    import numpy.typing as npt

Cells: TypeAlias = "npt.NDArray[np.bytes_]"
Letters: TypeAlias = "npt.NDArray[np.uint8]"
"""Shape (rows, width): the cells' bytes, zero after their end."""

_MAX_WIDTH = 64
_BLOCK = 1 << 16
"""Rows whose shapes are compared at a time, which bounds the memory that this takes."""
_MISSING = (b"NaN", b"nan", b"NaT", b"NA", b"N/A", b"null", b"NULL", b"None")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MON = r"(?P<mon>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_DAY_NAME = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? )?"
_YEAR = r"(?P<y>0000|00)"

# One row a way to write a date: name, pattern of its shape. a and b are day and month in an order found later.
_DATES = (
    ("year first", r"(?P<y>0000)(?P<sep>[-/.])(?P<m>00?)(?P=sep)(?P<d>00?)"),
    ("YYYYMMDD", r"(?P<y>0000)(?P<m>00)(?P<d>00)"),
    ("year last", rf"(?P<a>00?)(?P<sep>[-/.])(?P<b>00?)(?P=sep){_YEAR}"),
    ("day, month's name", rf"{_DAY_NAME}(?P<d>00?)[-/ ]{_MON},?[-/ ]{_YEAR}"),
    ("month's name, day", rf"{_DAY_NAME}{_MON} (?P<d>00?),? (?P<y>0000)"),
    ("year, month's name", rf"(?P<y>0000)[-/ ]{_MON}[-/ ](?P<d>00?)"),
)
_CLOCK = (
    r"(?:[t_]|,? +)(?:(?P<h>00?):(?P<mi>00)(?::(?P<s>00)(?:[.,:](?P<f>0{1,9}))?)?(?: ?(?P<half>[ap])\.?m\.?)?"
    r"|(?P<hc>00)(?P<mic>00)(?P<sc>00)?)"
)
_ZONE = r" ?(?P<zone>z|utc|gmt|(?:utc|gmt)?(?P<sign>[+-])(?P<zh>00):?(?P<zm>00)?)"
_FORMS = tuple((name, re.compile(f"{date}(?P<clock>{_CLOCK}(?:{_ZONE})?)?")) for name, date in _DATES)
_WHOLE = re.compile(r"-?0{1,19}")
_FRACTION = re.compile(r"-?0{1,19}\.0*")
_COMPACT = {12: "YYYYMMDDHHMM", 14: "YYYYMMDDHHMMSS"}


@dataclass(frozen=True, slots=True)
class _Shape:
    """How the cells of one shape are cut, and the family of formats that they belong to."""

    found: re.Match[str]
    name: str

    @property
    def family(self) -> tuple[str, str, int, bool, bool]:
        """Cells of one column agree in this: way to write the date, separator, year's width, clock, zone."""
        parts = self.found.groupdict()
        return self.name, parts.get("sep") or "", len(parts["y"]), bool(parts["clock"]), bool(parts["zone"])


def read_times(cells: Cells, naming: Naming) -> tuple[Micros, tuple[Problem, ...]]:
    """Microseconds UTC of a column of text, shape kept; an empty cell is NO_TIME. Times without a zone are UTC.

    Reads epoch numbers of any unit, ISO 8601 with and without offset, M/D/YYYY, D.M.YYYY, YYYYMMDD, two-digit years,
    and month names, each alone or with a clock time. Raises DataError naming the first row that cannot be read,
    or that is written differently from the rows before it.
    """
    cells = np.char.strip(cells) if _has_outer_space(cells) else cells
    missing: Flags = cells == b""
    for word in _MISSING:
        missing |= cells == word
    if missing.all():
        return np.full(len(cells), NO_TIME, np.int64), ()
    if cells.dtype.itemsize > _MAX_WIDTH:
        widest = int(np.argmax(np.char.str_len(cells)))
        raise DataError(f"The time of {naming(widest)} is {cells.dtype.itemsize} characters long and is no time.")
    letters = np.ascontiguousarray(cells).view(np.uint8).reshape(len(cells), -1)
    first = _shape_of(letters[int(np.argmin(missing))])
    if _WHOLE.fullmatch(first) or _FRACTION.fullmatch(first):
        return _read_numbers(cells, letters, missing, len(first), naming)
    return _read_dates(letters, missing, naming)


def _has_outer_space(cells: Cells) -> bool:
    if not cells.dtype.itemsize or not len(cells):
        return False
    letters = np.ascontiguousarray(cells).view(np.uint8).reshape(len(cells), -1)
    outer = (letters[:, 0] == 32) | (letters[:, 0] == 9)
    inner = letters[:, :-1]
    trailing = ((inner == 32) | (inner == 9)) & (letters[:, 1:] == 0)
    return bool(outer.any() or trailing.any() or ((letters[:, -1] == 32) | (letters[:, -1] == 9)).any())


def _shape_of(row: Letters) -> str:
    text = row.tobytes().rstrip(b"\0").decode("ascii", "replace").lower()
    return re.sub("[0-9]", "0", text)


def _read_numbers(
    cells: Cells, letters: Letters, missing: Flags, width: int, naming: Naming
) -> tuple[Micros, tuple[Problem, ...]]:
    odd = ~(((letters >= 48) & (letters <= 57)) | (letters == 0) | (letters == ord(".")))
    odd[:, 0] &= letters[:, 0] != ord("-")
    if (wrong := odd.any(axis=1) & ~missing).any():
        raise _mixed(naming, int(np.argmax(wrong)), letters, missing)
    if width in _COMPACT and (letters[~missing] != 0).sum(axis=1).tolist() == [width] * int((~missing).sum()):
        compact = _read_compact(letters, missing, width)
        if compact is not None:
            return compact, _assumed_utc(True, False)
    filled = np.where(missing, b"0", cells)
    try:
        if (letters == ord(".")).any():
            values = filled.astype(np.float64)
            values[missing] = np.nan
            return from_fractions(values, naming)
        return from_whole_numbers(filled.astype(np.int64), missing, naming)
    except (ValueError, OverflowError):
        at = next(i for i, cell in enumerate(filled.tolist()) if not re.fullmatch(rb"-?[0-9]{1,18}(\.[0-9]*)?", cell))
        raise DataError(f"The time of {naming(at)} is {_shown(letters[at])}, which is no time.") from None


def _read_compact(letters: Letters, missing: Flags, width: int) -> Micros | None:
    """Times such as 20170103093000; None if one of them is no such time (the column may be epoch milliseconds)."""
    part = [_digits(letters, at, at + 2) for at in range(4, width, 2)]
    days, good = days_from_civil(_digits(letters, 0, 4), part[0], part[1])
    second = part[4] if width == 14 else np.zeros_like(days)
    good = good & (part[2] < 24) & (part[3] < 60) & (second < 60)
    if not good[~missing].all():
        return None
    clock = (part[2] * 3_600 + part[3] * 60 + second) * MICROS_PER_SECOND
    return np.where(missing, NO_TIME, days * MICROS_PER_DAY + clock)


def _read_dates(letters: Letters, missing: Flags, naming: Naming) -> tuple[Micros, tuple[Problem, ...]]:
    n = len(letters)
    date = np.zeros((3, n), np.int64)  # year, month, day; or a, b, year
    clock = np.zeros(n, np.int64)
    valid = np.ones(n, np.bool_)
    family = None
    for start in range(0, n, _BLOCK):
        block = letters[start : start + _BLOCK]
        shapes = np.where((block >= 48) & (block <= 57), np.uint8(48), block)
        left = np.flatnonzero(~missing[start : start + _BLOCK])
        while len(left):
            first = int(left[0])
            shape = _understand(_shape_of(block[first]))
            if shape is None and family is None:
                raise DataError(
                    f"The time of {naming(start + first)} is {_shown(block[first])}, which is no time that can be read."
                )
            if shape is None or (family is not None and shape.family != family):
                raise _mixed(naming, start + first, letters, missing)
            family = shape.family
            same = (shapes[left] == shapes[first]).all(axis=1)
            _cut(shape, block[left[same]], start + left[same], date, clock, valid)
            left = left[~same]
    assert family is not None
    known = ~missing
    notes: tuple[Problem, ...] = ()
    year, month, day = date
    if family[0] == "year last":
        places = np.flatnonzero(known)
        is_short = family[2] == 2
        a, b, c = date[:, known]
        y, m, d, notes = year_month_day(a, b, c, family[1], is_short, lambda i: naming(int(places[i])))
        year, month, day = np.full(n, 1970), np.ones(n, np.int64), np.ones(n, np.int64)
        year[known], month[known], day[known] = y, m, d
    elif family[2] == 2:
        year = np.where(year < 69, 2000 + year, 1900 + year)
    days, exists = days_from_civil(year, month, day)
    if (wrong := ~(valid & exists) & known).any():
        at = int(np.argmax(wrong))
        raise DataError(f"The time of {naming(at)} is {_shown(letters[at])}, which is no day or time of the calendar.")
    time = np.where(missing, NO_TIME, days * MICROS_PER_DAY + clock)
    require_plausible(time, naming)
    return time, notes + _assumed_utc(family[3], family[4])


def _understand(shape: str) -> _Shape | None:
    for name, pattern in _FORMS:
        if (found := pattern.fullmatch(shape)) is not None:
            return _Shape(found, name)
    return None


def _cut(shape: _Shape, letters: Letters, rows: npt.NDArray[np.intp], date: Micros, clock: Micros, valid: Flags) -> None:
    """Writes the parts of the cells of one shape, letters, into the columns at rows."""
    found = shape.found
    parts = found.groupdict()

    def number(name: str) -> Micros:
        if parts.get(name) is None:
            return np.zeros(len(letters), np.int64)
        return _digits(letters, *found.span(name))

    names = ("a", "b", "y") if "a" in parts else ("y", "m", "d")
    for line, name in zip(date, names, strict=True):
        line[rows] = number(name)
    if parts.get("mon"):
        start = found.start("mon")
        date[1, rows] = 1 + _MONTHS.index(found.string[start : start + 3])
    if not parts["clock"]:
        return
    hour, minute, second = number("h") + number("hc"), number("mi") + number("mic"), number("s") + number("sc")
    good = (hour < 24) & (minute < 60) & (second < 60)
    if parts["half"]:
        good &= (hour >= 1) & (hour <= 12)
        hour = hour % 12 + (12 if parts["half"] == "p" else 0)
    micros = (hour * 3_600 + minute * 60 + second) * MICROS_PER_SECOND
    if parts["f"]:
        start, end = found.span("f")
        micros += _digits(letters, start, min(end, start + 6)) * 10 ** max(0, 6 - (end - start))
    if parts["sign"]:
        offset_hour, offset_minute = number("zh"), number("zm")
        good &= (offset_hour <= 15) & (offset_minute < 60)
        offset = (offset_hour * 3_600 + offset_minute * 60) * MICROS_PER_SECOND
        micros += offset if parts["sign"] == "-" else -offset
    clock[rows] = micros
    valid[rows] = good


def _digits(letters: Letters, start: int, end: int) -> Micros:
    value = np.zeros(len(letters), np.int64)
    for place in range(start, end):
        value = value * 10 + (letters[:, place] - np.int64(48))
    return value


def _shown(row: Letters) -> str:
    return repr(row.tobytes().rstrip(b"\0").decode("ascii", "replace"))


def _mixed(naming: Naming, at: int, letters: Letters, missing: Flags) -> DataError:
    first = int(np.argmin(missing))
    return DataError(
        f"The times are not all written the same way: {naming(first)} has {_shown(letters[first])},"
        f" {naming(at)} has {_shown(letters[at])}."
    )


def _assumed_utc(has_clock: bool, has_zone: bool) -> tuple[Problem, ...]:
    if not has_clock or has_zone:
        return ()
    return (Problem("assumed_utc", 0, (), "noted", "The times carry no time zone and are read as UTC."),)

"""How a text file lays out its bars: separator, header, and the columns where there is no header."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from runtime.data.columns import PRICES, SYMBOL, Columns, find_columns, spelling
from runtime.data.problems import DataError, Problem, counted

_SEPARATORS = (",", ";", "\t", "|")
_HEADER_WITHIN = 20
"""A header stands among the first so many lines that are not blank."""
_TIME_OF_DAY = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?|[0-9]{4}([0-9]{2})?")
_NUMBER = re.compile(r"\s*\$?[+-]?[0-9]*[.,]?[0-9]+(e[+-]?[0-9]+)?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """separator, the columns' places, how many there are, and the lines before the first row.

    header: the header's cells, so that the header can be recognised where files were joined; () without one.
    symbol: named by lines before the rows, else "".
    """

    separator: str
    columns: Columns
    width: int
    skip: int
    header: tuple[str, ...] = ()
    symbol: str = ""
    problems: tuple[Problem, ...] = ()


def split_lines(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The cells of each line; [] for a blank one. Raises csv.Error for a cell of over 131,072 characters."""
    return list(csv.reader(lines, delimiter=separator))


def find_layout(lines: Sequence[str], name: str) -> Layout:
    """The layout of a file from its first lines. Raises DataError if they are no bars, naming what is missing."""
    places = list(islice((i for i, line in enumerate(lines) if line.strip(' \t,;|"')), _HEADER_WITHIN))
    if not places:
        raise DataError(f"{name} is empty.")
    best = _best_header(lines, places)
    if best is not None:
        at, separator = best
        return _with_header(lines, places, at, separator, name)
    first = lines[places[0]]
    separator = max(_SEPARATORS, key=first.count)
    if first.count(separator) >= 4:
        cells = split_lines([first], separator)[0]
        if sum(bool(_NUMBER.fullmatch(c)) for c in cells) >= 4:
            return _without_header(cells, separator, places[0], name)
    find_columns(split_lines([first], separator)[0], name)  # says what is missing
    raise DataError(f"{name} has no header that names time, open, high, low and close.")


def _best_header(lines: Sequence[str], places: Sequence[int]) -> tuple[int, str] | None:
    """The first line that names all four prices, and its separator."""
    for at in places:
        line = lines[at]
        if len(line) > 10_000:
            continue
        for separator in sorted(_SEPARATORS, key=line.count, reverse=True):
            if separator not in line:
                continue
            try:
                find_columns(split_lines([line], separator)[0], "", times_elsewhere=True)
            except DataError:
                continue
            return at, separator
    return None


def _with_header(lines: Sequence[str], places: Sequence[int], at: int, separator: str, name: str) -> Layout:
    header = split_lines([lines[at]], separator)[0]
    while header and not header[-1].strip():
        header.pop()
    before = [i for i in places if i < at]
    notes: list[Problem] = []
    if before:
        shown = lines[before[0]].strip()[:60]
        sentence = f"{counted(len(before), 'line')} before the header {'is' if len(before) == 1 else 'are'} not used: {shown!r}."
        notes.append(Problem("preamble", len(before), tuple(i + 1 for i in before[:5]), "noted", sentence))
    skip, symbol = at + 1, ""
    for i in [i for i in places if i > at][:2]:  # the two extra lines `Ticker,AAPL,AAPL,…` and `Date,,,…`
        cells = split_lines([lines[i]], separator)[0]
        if spelling(cells[0]) in SYMBOL and len(set(cells[1:])) == 1:
            symbol, skip = cells[1].strip(), i + 1
        elif symbol and spelling(cells[0]) in ("date", "datetime") and not any(c.strip() for c in cells[1:]):
            header[0], skip = cells[0], i + 1
    columns = find_columns(header, name)
    return Layout(separator, columns, len(header), skip, tuple(header), symbol, tuple(notes) + columns.problems)


def _without_header(cells: Sequence[str], separator: str, at: int, name: str) -> Layout:
    """time, open, high, low, close, volume; or date, time of day, and those."""
    width = len(cells)
    while width and not cells[width - 1].strip():
        width -= 1
    clock = 1 if width >= 6 and _TIME_OF_DAY.fullmatch(cells[1].strip()) and "." not in cells[1] and _is_date(cells[0]) else None
    start = 1 if clock is None else 2
    if width < start + 4:
        raise DataError(
            f"{name} has no header, and its first row has {counted(width, 'cell')}: too few for time, open, high, low, close."
        )
    volume = start + 4 if width > start + 4 else None
    order = ["date and time" if clock else "time", *PRICES, *(["volume"] if volume else [])]
    sentence = f"There is no header: the columns are taken as {', '.join(order)}."
    if width > start + 5:
        sentence += f" {counted(width - start - 5, 'column')} after them {'is' if width == start + 6 else 'are'} not used."
    notes = [Problem("no_header", 0, (), "noted", sentence)]
    if volume is None:
        notes.append(Problem("no_volume", 0, (), "made unknown", "There is no volume column: volume is unknown on every bar."))
    columns = Columns(0, start, start + 1, start + 2, start + 3, volume, clock)
    return Layout(separator, columns, width, at, (), "", tuple(notes))


def _is_date(cell: str) -> bool:
    return bool(re.fullmatch(r"\s*([0-9]{8}|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})\s*", cell))

"""CSV and its kin into raw bars, in one pass over blocks of lines."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path

import numpy as np

from runtime.data.arrays import NO_TIME, Floats, Micros, Rows
from runtime.data.csv_layout import Layout, find_layout, split_lines
from runtime.data.currency_column import one_currency
from runtime.data.lines import opened, text_blocks
from runtime.data.numbers import Comma, find_comma, read_number
from runtime.data.problems import DataError, Problem, counted, first_five, several_symbols
from runtime.data.raw import RawBars
from runtime.data.times import Cells, read_times

_BATCH = 16_384
"""Rows turned into columns at a time, which bounds the memory that their cells take as text."""
_NAMES = ("open", "high", "low", "close", "volume", "adjusted close", "factor")
_SPLIT = 1.35
"""A jump of close against adjusted close by this factor is a split; a dividend is far less."""
_BLANK_START = 4_000_000
"""So many blank lines may stand before the first row."""

_Row = list[str]


@dataclass(slots=True)
class _Reading:
    """What has been read of one file so far."""

    name: str
    layout: Layout
    only: str
    comma: Comma | None = None
    times: list[Cells] = field(default_factory=list)
    numbers: list[Floats] = field(default_factory=list)
    lines: list[Rows] = field(default_factory=list)
    symbols: set[str] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    short: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)


def read_csv(path: Path, only: str = "", limit_bytes: int | None = None) -> RawBars:
    """The bars of a text file, unchecked and in the file's order; rows are line numbers.

    only: of a file with several symbols, the one to read. limit_bytes: refuse larger files (unpacked).
    Raises DataError, naming the file and the line, for what cannot be read as bars.
    """
    with opened(path) as file:
        blocks = text_blocks(file, path.name, limit_bytes)
        first = _first_lines(blocks)
        layout = find_layout(first, path.name)
        reading = _Reading(path.name, layout, only)
        line = layout.skip + 1
        for lines in chain([first[layout.skip :]], blocks):
            for start in range(0, len(lines), _BATCH):
                batch = lines[start : start + _BATCH]
                _add(reading, batch, line)
                line += len(batch)
    return _finished(reading)


def _first_lines(blocks: Iterator[list[str]]) -> list[str]:
    """The first block of lines that holds text, the blank ones before it, and the block after it."""
    first: list[str] = []
    is_found = False
    for block in blocks:
        first += block
        if is_found or len(first) > _BLANK_START:
            break
        is_found = any(map(str.strip, block))
    return first


def _add(reading: _Reading, lines: Sequence[str], first_line: int) -> None:
    """Reads one batch of lines into the columns."""
    try:
        rows = split_lines(lines, reading.layout.separator)
    except csv.Error as error:
        last_line = first_line + len(lines) - 1
        raise DataError(f"Lines {first_line} to {last_line} of {reading.name} are no rows of cells: {error}.") from None
    if len(rows) != len(lines):
        at = next((i for i, line in enumerate(lines) if line.count('"') % 2), 0)
        raise DataError(f"A quotation mark opened on line {first_line + at} of {reading.name} is not closed on it.")
    numbers = np.arange(first_line, first_line + len(lines))
    short_before = len(reading.short)
    width = reading.layout.width
    if set(map(len, rows)) != {width}:
        rows, numbers = _evened(reading, rows, first_line)
    if not rows:
        return
    columns = list(zip(*rows, strict=True))
    places = reading.layout.columns
    found: set[str] = set()
    if places.symbol is not None:
        found = set(columns[places.symbol])
        if reading.only and found != {reading.only}:
            kept = [i for i, cell in enumerate(columns[places.symbol]) if cell.strip().upper() == reading.only.upper()]
            columns = [tuple(column[i] for i in kept) for column in columns]
            numbers = numbers[kept]
            found = set(columns[places.symbol])
    times: Sequence[str] = columns[places.time or 0]
    if places.clock is not None:
        times = [f"{day} {clock}" for day, clock in zip(times, columns[places.clock], strict=True)]
    try:
        values = _numbers(reading, columns, numbers)
    except _HeaderAgain as found_again:
        header = [cell.strip() for cell in reading.layout.header]
        again = [i for i, row in enumerate(rows) if [cell.strip() for cell in row] == header]
        if not again:  # the word of the header is there, the rest of it is not
            raise DataError(str(found_again)) from None
        reading.repeated += [int(numbers[i]) for i in again]
        kept_lines = list(lines)
        for i in again:
            kept_lines[int(numbers[i]) - first_line] = ""
        del reading.short[short_before:]
        _add(reading, kept_lines, first_line)
        return
    reading.symbols |= found
    if places.currency is not None:
        reading.currencies |= set(columns[places.currency])
    reading.times.append(_as_bytes(reading, times, numbers))
    reading.numbers.append(values)
    reading.lines.append(numbers.astype(np.int64))


class _HeaderAgain(Exception):
    """A cell repeats the header: files were joined, or else it is no number, which the message says."""


def _evened(reading: _Reading, rows: list[_Row], first_line: int) -> tuple[list[_Row], Rows]:
    """Rows of the header's width, without blank ones. Empty cells at the end are cut; missing ones are empty."""
    width = reading.layout.width
    kept: list[_Row] = []
    numbers: list[int] = []
    for line, row in enumerate(rows, first_line):
        if len(row) < 2 and not "".join(row).strip():
            continue
        if len(row) > width:
            if any(cell.strip() for cell in row[width:]):
                raise DataError(
                    f"Line {line} of {reading.name} has {counted(len(row), 'cell')}, but there are {counted(width, 'column')}."
                    " If numbers are written with commas, separate the cells by semicolons or quote them."
                )
            row = row[:width]
        elif len(row) < width:
            reading.short.append(line)
            row = row + [""] * (width - len(row))
        kept.append(row)
        numbers.append(line)
    return kept, np.array(numbers, np.int64)


def _numbers(reading: _Reading, columns: Sequence[Sequence[str]], lines: Rows) -> Floats:
    """Shape (rows, 6): open, high, low, close, volume, adjusted close; NaN where a cell is empty or there is no such column. A factor is a seventh."""
    places = reading.layout.columns
    width = 6 if places.factor is None else 7
    wanted = [(i, what, at) for i, what, at in zip(range(7), _NAMES, places.values, strict=True) if at is not None]
    values = np.full((len(lines), width), np.nan)
    if reading.comma != "decimal":
        try:
            for into, _, place in wanted:
                values[:, into] = np.fromiter(map(float, columns[place]), np.float64, len(lines))
            return values
        except ValueError:
            if reading.comma in (None, "none"):
                reading.comma = _comma(reading, [columns[place] for _, _, place in wanted])
    for into, what, place in wanted:
        values[:, into] = _patient(reading, what, place, columns[place], lines)
    return values


def _comma(reading: _Reading, columns: Sequence[Sequence[str]]) -> Comma:
    comma = find_comma(chain.from_iterable(columns), reading.layout.separator)
    # Fractions read so far had a decimal point, so a comma cannot be one.
    has_points = comma == "decimal" and any((np.floor(v) != v)[np.isfinite(v)].any() for v in reading.numbers)
    return "thousands" if has_points else comma


def _patient(reading: _Reading, what: str, place: int, column: Sequence[str], lines: Rows) -> list[float]:
    """Cell by cell, for columns with empty cells or decorated numbers."""
    assert reading.comma is not None
    found = list(map(read_number, column, repeat(reading.comma)))
    if None in found:
        at = found.index(None)
        header = reading.layout.header
        sentence = f"Line {lines[at]} of {reading.name}: {what} is {column[at].strip()[:40]!r}, which is no number."
        if header and column[at].strip() == header[place].strip():
            raise _HeaderAgain(sentence)
        raise DataError(sentence)
    return [value for value in found if value is not None]


def _as_bytes(reading: _Reading, times: Sequence[str], lines: Rows) -> Cells:
    try:
        return np.array(times, dtype=np.bytes_) if times else np.empty(0, "S1")
    except UnicodeEncodeError:
        at = next(i for i, cell in enumerate(times) if not cell.isascii())
        raise DataError(f"The time on line {lines[at]} of {reading.name} is {times[at][:40]!r}, which is no time.") from None


def _finished(reading: _Reading) -> RawBars:
    layout, name = reading.layout, reading.name
    symbol = _one_symbol(reading)
    lines = np.concatenate(reading.lines) if reading.lines else np.empty(0, np.int64)
    if not len(lines):
        raise DataError(f"{name} has a header but no bars." if layout.header else f"{name} has no bars.")
    values = _joined(reading.numbers)
    cells = np.concatenate(reading.times)
    reading.times.clear()
    time, notes = read_times(cells, lambda i: f"line {lines[i]} of {name}")
    empty = (time == NO_TIME) & np.isnan(values).all(axis=0)
    notes += _split_note(time, values[3], values[5], lines)
    problems = [*layout.problems, *_comma_note(reading), *notes, *_row_notes(reading)]
    if empty.any():
        sentence = f"{counted(int(empty.sum()), 'row holds', 'rows hold')} neither time nor prices: left out."
        problems.append(Problem("blank_row", int(empty.sum()), first_five(empty, lines), "left out", sentence))
        time, values, lines = time[~empty], values[:, ~empty], lines[~empty]
        if not len(lines):
            raise DataError(f"{name} has no bars: all its rows are blank.")
    values = values[:5] if len(values) == 6 else values[[0, 1, 2, 3, 4, 6]]
    currency, notes = one_currency(reading.currencies, name)
    return RawBars(time, values, lines, "line", name, symbol, (*problems, *notes), currency)


def _joined(batches: list[Floats]) -> Floats:
    """Batches of shape (rows, k) as columns of shape (k, n); each batch is let go as soon as it is copied."""
    values = np.empty((batches[0].shape[1], sum(map(len, batches))))
    at = values.shape[1]
    while batches:
        batch = batches.pop()
        values[:, at - len(batch) : at] = batch.T
        at -= len(batch)
    return values


def _one_symbol(reading: _Reading) -> str:
    found = sorted({s.strip() for s in reading.symbols} - {""})
    if len(found) > 1:
        raise several_symbols(reading.name, found)
    if reading.only and reading.layout.columns.symbol is not None and not found:
        raise DataError(f"{reading.name} holds no bars of {reading.only}.")
    return found[0] if found else reading.layout.symbol


def _comma_note(reading: _Reading) -> Iterator[Problem]:
    if reading.comma == "decimal":
        yield Problem("number_style", 0, (), "noted", "Commas in numbers are read as decimal points.")


def _split_note(time: Micros, close: Floats, adjusted: Floats, lines: Rows) -> tuple[Problem, ...]:
    """Says where closes as traded jump against adjusted ones: prices there fall or rise without a loss or gain."""
    with np.errstate(all="ignore"):
        ratio = close / adjusted
        jump = np.abs(np.log(ratio[1:] / ratio[:-1])) > np.log(_SPLIT)
    if not jump.any():
        return ()
    jumps = np.concatenate([[False], jump])
    days = [str(np.datetime64(int(t), "us").astype("M8[D]")) for t in time[jumps][:5]]
    more = " and more" if jump.sum() > len(days) else ""
    sentence = (
        f"The prices are as traded, not adjusted: {counted(int(jump.sum()), 'split')} ({', '.join(days)}{more})"
        f" {'looks' if jump.sum() == 1 else 'look'} like a sudden gain or loss."
    )
    return (Problem("unadjusted", int(jump.sum()), first_five(jumps, lines), "noted", sentence),)


def _row_notes(reading: _Reading) -> Iterator[Problem]:
    if n := len(reading.short):
        sentence = f"{counted(n, 'row has', 'rows have')} fewer cells than there are columns: what is missing is unknown."
        yield Problem("short_row", n, tuple(reading.short[:5]), "made unknown", sentence)
    if n := len(reading.repeated):
        sentence = f"The header appears again on {counted(n, 'line')}: left out."
        yield Problem("repeated_header", n, tuple(reading.repeated[:5]), "left out", sentence)

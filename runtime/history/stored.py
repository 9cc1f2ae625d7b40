"""A Parquet file of bars, looked over once and then read block by block: what a block holds is all that is in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from runtime.candles import Candles
from runtime.data.arrays import MICROS_PER_SECOND, NO_TIME, Floats, Micros, Rows
from runtime.data.columns import PRICES, Columns, find_columns
from runtime.data.currency_column import one_currency
from runtime.data.given_times import micros_of
from runtime.data.parquet_reader import is_parquet, numbers_of, times_of
from runtime.data.price_step import RECENT
from runtime.data.problems import DataError, Problem, several_symbols
from runtime.data.repair import no_bars, told
from runtime.data.steps import DAY, MONTH
from runtime.history.mending import FIRST_ROWS, Seen, mend_block, out_of_order, require_bars
from runtime.history.needs_whole import READ_WHOLE, NeedsWhole

if TYPE_CHECKING:
    import pyarrow.parquet as pq

BLOCK = 1 << 17
"""Bars a block: six columns of them are six megabytes."""

READ_AT_ONCE = 1 << 20
"""Bytes of a column that are decoded from at a time; without a bound a row group is read whole."""

FAR = 1 << 62
"""A time that no bar reaches."""

EARLY = 10**8  # epoch numbers below it may be dates, days or row numbers: the whole column tells


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some bars in a row. row: how many rows of the file have been read, this block's included. seen: what the next one's checks need."""

    candles: Candles
    row: int
    seen: Seen


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """What a first look at a file told.

    specimen: the last bars that a run will see, named as all are. rows: of the file. bars: of them, those within low and high, duplicates included.
    first_time: of the first of these. problems: of the file as a whole. identity: tells it from another, or from itself once it has changed.
    """

    path: Path
    symbol: str
    columns: Columns
    names: tuple[str, ...]
    rows: int
    bars: int
    low: int
    high: int
    first_time: int
    specimen: Candles
    problems: tuple[Problem, ...]
    identity: str

    @property
    def name(self) -> str:
        return self.path.name

    def blocks(self, size: int = BLOCK, row: int = 0, seen: Seen | None = None) -> Iterator[Block]:
        """The bars from a row of the file on, at most `size` a block; the next block is read while one is used. seen: that of the block which ended there.

        Raises DataError where bars can't be used; at the end too, where there were none.
        """
        seen = seen or Seen()
        parts = read_parts(self.path, self.names, self.columns, self.symbol_to_keep, size, row)

        def following(before: Seen) -> Block | None:
            part = next(parts, None)
            if part is None:
                return None
            time, values, after = mend_block(part.time, part.values, part.rows, before, self.name)
            if len(time) and (int(time[0]) < self.low or int(time[-1]) > self.high):
                kept = slice(*np.searchsorted(time, (self.low, self.high + 1)))
                time, values = time[kept], np.ascontiguousarray(values[:, kept])
            return Block(candles_of(self.specimen, time, values), part.row, after)

        with ThreadPoolExecutor(1) as reader:
            waiting: Future[Block | None] = reader.submit(following, seen)
            while (block := waiting.result()) is not None:
                waiting = reader.submit(following, block.seen)
                seen = block.seen
                yield block
        require_bars(seen, self.name)

    @property
    def symbol_to_keep(self) -> str:
        return self.symbol if self.columns.symbol is not None else ""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows as the file has them. row: how many of the file have been read with them."""

    time: Micros
    values: Floats
    rows: Rows
    row: int


def look_over(
    path: Path, *, symbol: str = "", low: int | None = None, high: int | None = None, calendar: str = "", currency: str = ""
) -> Stored:
    """Reads the times of a file, and its last prices. low, high: microseconds; bars outside are as if they did not exist.

    symbol: names the instrument, and picks it where the file holds several. Raises DataError for what can't be read a part at a time.
    """
    name = path.name
    if not is_parquet(path):
        raise NeedsWhole(f"{name} is not a Parquet file, and no other kind is read a part at a time. {READ_WHOLE}")
    with opened_file(path) as file:
        names, rows = tuple(file.schema_arrow.names), int(file.metadata.num_rows)
        types = list(file.schema_arrow.types)
    columns = find_columns(names, name)
    require_streamable(columns, types, name)
    symbols: set[str] = set()
    currencies: set[str] = set()
    steps: dict[int, int] = {}
    last, bars, total, first_time, end_row = NO_TIME, 0, 0, 0, 0
    least, most = (-FAR if low is None else low), (FAR if high is None else high)
    notes: tuple[Problem, ...] = ()
    for table, row in read_tables(path, [columns.time, columns.symbol, columns.currency], names, BLOCK, 0):
        at = np.arange(row + 1, row + 1 + table.num_rows)
        if columns.currency is not None:
            currencies |= set(map(str, table.column(names[columns.currency]).drop_null().unique().to_pylist()))
        if columns.symbol is not None:
            kept, found = of_symbol(table, names[columns.symbol], symbol)
            symbols |= found
            if len(symbols) > 1 and not symbol:
                raise several_symbols(name, sorted(symbols))
            table, at = table.filter(kept), at[kept]
        time, notes = times_in(table.column(names[columns.time or 0]), at, name)
        if (time == NO_TIME).any():
            at, time = at[time != NO_TIME], time[time != NO_TIME]
        if not len(time):
            continue
        joined = time if last == NO_TIME else np.append(last, time)
        step = np.diff(joined)
        if (step < 0).any():
            raise out_of_order(joined, at if last == NO_TIME else np.append(at[0], at), name)
        count_steps(step, steps)
        last, total = int(time[-1]), total + len(time)
        inside = np.searchsorted(time, (least, most + 1))
        if inside[0] < inside[1]:
            first_time = first_time if bars else int(time[inside[0]])
            bars += int(inside[1] - inside[0])
            end_row = int(at[inside[1] - 1])
    if symbol and columns.symbol is not None and not any(s.strip().upper() == symbol.upper() for s in symbols):
        raise DataError(f"{name} holds no bars of {symbol}.")
    if not total:
        lost = [told("no_time", rows, tuple(range(1, min(rows, FIRST_ROWS) + 1)), "row")] if rows else []
        raise no_bars(name, [*columns.problems, *notes, *lost])
    if not bars:
        raise DataError(f"There are no bars of {name} between these times: the last is of {np.datetime64(last, 'us')}.")
    said, of_currency = one_currency(currencies, name)
    own = symbol or (next(iter(symbols)) if symbols else "")
    none = np.empty(0)
    like = Candles(
        time=np.empty(0, np.int64),
        open=none,
        high=none,
        low=none,
        close=none,
        volume=none,
        symbol=own,
        timeframe=usual_step(steps),
        source=str(path),
        calendar=calendar,
        currency=currency or said,
    )
    problems = columns.problems + notes + of_currency
    stored = Stored(path, own, columns, names, rows, bars, least, most, first_time, like, problems, identity_of(path))
    return replace(stored, specimen=last_bars(stored, end_row))


def require_streamable(columns: Columns, types: list[Any], name: str) -> None:
    """Raises DataError for a file whose bars can't be told a part at a time."""
    import pyarrow as pa

    if columns.factor is not None:
        raise NeedsWhole(f"{name} has a column of adjustment factors, which are checked over all bars. {READ_WHOLE}")
    kind = types[columns.time or 0]
    if columns.clock is not None or not (pa.types.is_timestamp(kind) or pa.types.is_date(kind) or pa.types.is_integer(kind)):
        raise NeedsWhole(f"The times of {name} are no timestamps, and how they are written is told by all of them. {READ_WHOLE}")


def opened_file(path: Path) -> pq.ParquetFile:
    """The file. Raises DataError where it is damaged."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, buffer_size=READ_AT_ONCE)
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, error) from None


def damaged(path: Path, error: Exception) -> DataError:
    return DataError(f"{path.name} is a damaged Parquet file: {str(error).splitlines()[0]:.120}.")


def read_tables(path: Path, places: list[int | None], names: tuple[str, ...], size: int, row: int) -> Iterator[tuple[Any, int]]:
    """Some columns from a row of the file on, at most `size` rows at a time, and how many rows come before them."""
    import pyarrow as pa

    wanted = [names[place] for place in places if place is not None]
    with opened_file(path) as file:
        counts = [int(file.metadata.row_group(group).num_rows) for group in range(file.num_row_groups)]
        ends = np.cumsum(counts)
        groups = np.flatnonzero(ends > row).tolist()
        if not groups:
            return
        at = int(ends[groups[0]]) - counts[groups[0]]
        try:
            while groups:
                # One reader keeps what it has read of all its row groups: it gets as many as make a block.
                own = groups[: 1 + int(np.searchsorted(np.cumsum([counts[group] for group in groups]), size))]
                groups = groups[len(own) :]
                for batch in file.iter_batches(batch_size=size, row_groups=own, columns=wanted, use_threads=False):
                    if at + batch.num_rows > row:
                        skipped = max(0, row - at)
                        yield pa.Table.from_batches([batch.slice(skipped)]), at + skipped
                    at += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            raise damaged(path, error) from None


def read_parts(path: Path, names: tuple[str, ...], columns: Columns, symbol: str, size: int, row: int) -> Iterator[Part]:
    """Bars from a row of the file on, unchecked, at most `size` rows at a time."""
    places = [*columns.prices, columns.volume]
    for table, before in read_tables(path, [columns.time, *places, columns.symbol], names, size, row):
        rows = np.arange(before + 1, before + 1 + table.num_rows)
        end = before + table.num_rows
        if columns.symbol is not None:
            kept, _ = of_symbol(table, names[columns.symbol], symbol)
            table, rows = table.filter(kept), rows[kept]
        time, _ = times_in(table.column(names[columns.time or 0]), rows, path.name)
        values = np.empty((5, len(time)))
        for into, (what, place) in enumerate(zip((*PRICES, "volume"), places, strict=True)):
            values[into] = np.nan if place is None else numbers_of(table.column(names[place]), what, path.name)
        yield Part(time, values, rows, end)


def times_in(column: Any, rows: Rows, name: str) -> tuple[Micros, tuple[Problem, ...]]:
    """Times of a part. Numbers must be such that a part tells their unit as all do."""
    found = times_of(column)
    if found.dtype.kind in "iu" and len(found) and int(np.abs(found).min()) < EARLY:
        raise NeedsWhole(f"The times of {name} are small numbers, and what they count is told by all of them. {READ_WHOLE}")
    if found.dtype.kind == "O":
        raise NeedsWhole(f"{name} has rows without a time, and what its other times count is told by all of them. {READ_WHOLE}")
    return micros_of(found, lambda i: f"row {rows[i]} of {name}")


def of_symbol(table: Any, column: str, only: str) -> tuple[np.ndarray[Any, Any], set[str]]:
    """Which rows are of a symbol ('': all), and the symbols that there are."""
    encoded = table.column(column).combine_chunks().dictionary_encode()
    texts = [str(s) for s in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    codes = np.where(np.isnan(codes), -1, codes).astype(np.int64) if codes.dtype.kind == "f" else codes
    wanted = np.array([not only or text.strip().upper() == only.upper() for text in texts] + [not only or only.upper() == "NONE"])
    return wanted[codes], {*texts, *(["None"] if (codes < 0).any() else [])}


def count_steps(step: Micros, counts: dict[int, int]) -> None:
    """Adds the seconds between bars of different times."""
    while len(step):
        usual = int(step[0])
        same = step == usual
        if usual:
            seconds = usual // MICROS_PER_SECOND
            counts[seconds] = counts.get(seconds, 0) + int(np.count_nonzero(same))
        step = step[~same]


def usual_step(counts: dict[int, int]) -> int:
    """The most common step, as `runtime/data/steps.py` infers it."""
    if not counts:
        return 0
    step = min(counts, key=lambda seconds: (-counts[seconds], seconds))
    return MONTH if 28 * DAY <= step <= 31 * DAY else step


def last_bars(stored: Stored, end_row: int) -> Candles:
    """The last bars before a row of the file, enough to tell the step of prices."""
    reach = 4 * RECENT
    while True:
        start = max(0, end_row - reach)
        seen, times, values = Seen(), [], []
        for part in read_parts(stored.path, stored.names, stored.columns, stored.symbol_to_keep, reach, start):
            time, found, seen = mend_block(part.time, part.values, part.rows, seen, stored.name)
            kept = slice(*np.searchsorted(time, (stored.low, stored.high + 1)))
            times.append(time[kept])
            values.append(found[:, kept])
            if part.row >= end_row:
                break
        time = np.concatenate(times)
        if len(time) >= RECENT or start == 0:
            return candles_of(stored.specimen, time, np.ascontiguousarray(np.concatenate(values, axis=1)))
        reach *= 4


def candles_of(like: Candles, time: Micros, values: Floats) -> Candles:
    """Bars named as others are."""
    values.flags.writeable = False
    return replace(
        like, time=time, open=values[0], high=values[1], low=values[2], close=values[3], volume=values[4], _calendar={}
    )


def identity_of(path: Path) -> str:
    """Length and time of writing of a file, and a digest of its footer, which holds where every part of it lies."""
    about = path.stat()
    with path.open("rb") as file:
        file.seek(max(0, about.st_size - 8))
        length = int.from_bytes(file.read(4), "little")
        file.seek(max(0, about.st_size - 8 - length))
        footer = hashlib.sha256(file.read()).hexdigest()
    return f"{about.st_size}-{about.st_mtime_ns}-{footer[:32]}"

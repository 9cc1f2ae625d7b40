"""Parquet files into raw bars. pyarrow is imported only here and in the store, when such a file is touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from runtime.data.arrays import Floats
from runtime.data.columns import PRICES, find_columns
from runtime.data.currency_column import one_currency
from runtime.data.given_times import micros_of
from runtime.data.lines import opened
from runtime.data.problems import DataError, several_symbols
from runtime.data.raw import RawBars

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"PAR1"


def is_parquet(path: Path) -> bool:
    """Whether the file's first bytes are Parquet's. Raises DataError where the file cannot be opened."""
    with opened(path) as file:
        return file.read(4) == MAGIC


def read_parquet(path: Path, only: str = "", limit_rows: int | None = None) -> RawBars:
    """The bars of a Parquet file, unchecked and in the file's order; rows count from 1.

    only: of a file with several symbols, the one to read. limit_rows: refuse files with more.
    Raises DataError, naming the file, for what cannot be read as bars.
    """
    name = path.name
    if not is_parquet(path):
        raise DataError(f"{name} is not a Parquet file.")
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            if limit_rows is not None and file.metadata.num_rows > limit_rows:
                raise DataError(f"{name} has {file.metadata.num_rows:,} rows; the limit here is {limit_rows:,}.")
            names = file.schema_arrow.names
            columns = find_columns(names, name)
            wanted = [
                columns.time,
                *columns.prices,
                columns.volume,
                columns.symbol,
                columns.clock,
                columns.currency,
                columns.factor,
            ]
            table = file.read(columns=[names[i] for i in wanted if i is not None])
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{name} is a damaged Parquet file: {str(error).splitlines()[0]:.120}.") from None
    symbol, rows = "", np.arange(1, table.num_rows + 1)
    if columns.symbol is not None:
        table, rows, symbol = _one_symbol(table, names[columns.symbol], only, name)
    if not table.num_rows:
        raise DataError(f"{name} has no bars.")
    assert columns.time is not None
    times = times_of(table.column(names[columns.time]))
    if columns.clock is not None:
        times = [f"{day} {clock}" for day, clock in zip(times, table.column(names[columns.clock]).to_pylist(), strict=True)]
    time, notes = micros_of(times, lambda i: f"row {rows[i]} of {name}")
    places = [*columns.prices, columns.volume, *([] if columns.factor is None else [columns.factor])]
    values = np.full((len(places), len(time)), np.nan)
    for into, (what, place) in enumerate(zip((*PRICES, "volume", "factor"), places, strict=False)):
        if place is not None:
            values[into] = numbers_of(table.column(names[place]), what, name)
    said: set[str] = (
        set()
        if columns.currency is None
        else set(map(str, table.column(names[columns.currency]).drop_null().unique().to_pylist()))
    )
    currency, of_currency = one_currency(said, name)
    return RawBars(time, values, rows, "row", name, symbol, columns.problems + notes + of_currency, currency)


def _one_symbol(table: pa.Table, column: str, only: str, name: str) -> tuple[pa.Table, np.ndarray[Any, Any], str]:
    symbols = [str(s) for s in table.column(column).to_pylist()]
    found = sorted(set(symbols))
    if len(found) > 1 and not only:
        raise several_symbols(name, found)
    kept = np.array([not only or s.strip().upper() == only.upper() for s in symbols], np.bool_)
    if only and not kept.any():
        raise DataError(f"{name} holds no bars of {only}.")
    return table.filter(kept), np.flatnonzero(kept) + 1, next((s for s, k in zip(symbols, kept, strict=True) if k), "")


def times_of(column: Any) -> Any:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):  # instants in UTC, whatever zone they are shown in
        return column.cast(pa.timestamp(column.type.unit)).to_numpy()
    if pa.types.is_date(column.type):
        return column.cast(pa.timestamp("ms")).to_numpy()
    if pa.types.is_integer(column.type) and not column.null_count:
        return column.to_numpy()
    return np.array(column.to_pylist(), dtype=object)


def numbers_of(column: Any, what: str, name: str) -> Floats:
    import pyarrow as pa

    if not (pa.types.is_floating(column.type) or pa.types.is_integer(column.type) or pa.types.is_decimal(column.type)):
        raise DataError(f"Column {what} of {name} holds {column.type}, not numbers.")
    return np.array(column.cast(pa.float64(), safe=False).to_numpy(), np.float64)

"""Tables as files: CSV and JSON, in which a number is the shortest text that reads back as itself, or Parquet. Unknown is empty, or null."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from apextrade.failures import UsageError
from apextrade.files import write_whole

ROWS_AT_ONCE = 16_384
SUFFIXES = (".csv", ".parquet", ".json")
FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\N{FULLWIDTH EQUALS SIGN}",
    "\N{FULLWIDTH PLUS SIGN}",
    "\N{FULLWIDTH HYPHEN-MINUS}",
    "\N{FULLWIDTH COMMERCIAL AT}",
)
"""What a spreadsheet may take for the beginning of a formula, the wide forms of some keyboards included."""
NO_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A named column of shape (n,).

    number: float64, NaN is empty. truth: 1.0, 0.0 or NaN. whole: integers. row: float64 of whole numbers, NaN is empty. text: a sequence of str.
    time: int64 microseconds since 1970 UTC, NO_TIME is empty.
    """

    name: str
    kind: Literal["number", "truth", "whole", "row", "time", "text"]
    values: Any


def check_suffix(path: Path) -> None:
    """Raises UsageError, before any work is done, for a file of another kind."""
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"{path}: name a file that ends in .csv, .parquet or .json.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.")


def write_table(path: Path, columns: Sequence[TableColumn], advance: Callable[[int], None] = lambda rows: None) -> None:
    """Writes a table in the format of the path's suffix. advance: told how many rows were written. Raises UsageError."""
    check_suffix(path)
    if path.suffix.lower() == ".parquet":
        write_whole(path, parquet_bytes(columns))
        return

    texts = json_blocks if path.suffix.lower() == ".json" else csv_blocks

    def blocks() -> Iterator[bytes]:
        for text, rows in texts(columns):
            yield text.encode()
            advance(rows)

    write_whole(path, blocks())


def csv_blocks(columns: Sequence[TableColumn]) -> Iterator[tuple[str, int]]:
    """A table as CSV in blocks of rows: text, and how many rows it holds. The first holds the header."""
    yield ",".join(quoted(neutral(c.name)) for c in columns) + "\n", 0
    rows = len(columns[0].values) if columns else 0
    for start in range(0, rows, ROWS_AT_ONCE):
        stop = min(rows, start + ROWS_AT_ONCE)
        cells = [csv_cells(c, start, stop) for c in columns]
        yield "\n".join(map(",".join, zip(*cells, strict=True))) + "\n", stop - start


def json_blocks(columns: Sequence[TableColumn]) -> Iterator[tuple[str, int]]:
    """A table as JSON in blocks of rows: a list with an object for each row, one a line. Texts are as they are: nothing runs in JSON."""
    names = [json.dumps(c.name) for c in columns]
    rows = len(columns[0].values) if columns else 0
    yield "[", 0
    for start in range(0, rows, ROWS_AT_ONCE):
        stop = min(rows, start + ROWS_AT_ONCE)
        cells = [json_cells(c, start, stop) for c in columns]
        lines = ("{" + ", ".join(map("{}: {}".format, names, row)) + "}" for row in zip(*cells, strict=True))
        yield ("\n" if start == 0 else ",\n") + ",\n".join(lines), stop - start
    yield "\n]\n", 0


def json_cells(column: TableColumn, start: int, stop: int) -> list[str]:
    """The values of some rows as JSON; what is not known, or no number that JSON has, is null."""
    values = column.values[start:stop]
    match column.kind:
        case "number":
            return [repr(x) if x - x == 0.0 else "null" for x in np.asarray(values, dtype=np.float64).tolist()]
        case "truth" | "whole" | "row":
            return [text or "null" for text in csv_cells(column, start, stop)]
        case "time":
            return [f'"{text}"' if text else "null" for text in csv_cells(column, start, stop)]
        case "text":
            return [json.dumps(text) for text in values]


def csv_cells(column: TableColumn, start: int, stop: int) -> list[str]:
    """The cells of some rows as text."""
    values = column.values[start:stop]
    match column.kind:
        case "number":
            return [repr(x) if x == x else "" for x in np.asarray(values, dtype=np.float64).tolist()]
        case "truth":
            return ["" if x != x else "true" if x else "false" for x in np.asarray(values, dtype=np.float64).tolist()]
        case "whole":
            return [str(x) for x in np.asarray(values).tolist()]
        case "row":
            return [str(int(x)) if x == x else "" for x in np.asarray(values, dtype=np.float64).tolist()]
        case "time":
            return iso_times(np.asarray(values, dtype=np.int64))
        case "text":
            return [quoted(neutral(x)) for x in values]


def iso_times(micros: np.ndarray[Any, np.dtype[np.int64]]) -> list[str]:
    """Times in ISO 8601, UTC, with a fraction of a second only where there is one."""
    whole = micros % 1_000_000 == 0
    unit = "s" if bool(whole[micros != NO_TIME].all()) else "us"
    texts = np.datetime_as_string(micros.astype("M8[us]").astype(f"M8[{unit}]")).tolist()
    return ["" if text == "NaT" else f"{text}Z" for text in texts]


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe before what one begins with."""
    return f"'{text}" if text.startswith(FORMULA) else text


def quoted(text: str) -> str:
    """A cell of CSV: in quotes where it holds a separator, a quote or a line end."""
    return '"' + text.replace('"', '""') + '"' if any(ch in text for ch in ',"\r\n') else text


def parquet_bytes(columns: Sequence[TableColumn]) -> bytes:
    """A table as Parquet; unknown is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(arrow_table(columns), sink, compression="zstd")
    return bytes(sink.getvalue())


def arrow_table(columns: Sequence[TableColumn]) -> Any:
    """A table as Arrow holds it; unknown is null."""
    import pyarrow as pa

    def array(column: TableColumn) -> Any:
        match column.kind:
            case "number":
                return pa.array(np.asarray(column.values, dtype=np.float64), from_pandas=True)
            case "truth":
                values = np.asarray(column.values, dtype=np.float64)
                return pa.array(values == 1.0, mask=np.isnan(values))
            case "whole":
                return pa.array(np.asarray(column.values, dtype=np.int64))
            case "row":
                rows = np.asarray(column.values, dtype=np.float64)
                return pa.array(np.where(np.isnan(rows), 0, rows).astype(np.int64), mask=np.isnan(rows))
            case "time":
                micros = np.asarray(column.values, dtype=np.int64)
                return pa.array(micros.astype("M8[us]"), pa.timestamp("us", "UTC"), mask=micros == NO_TIME)
            case "text":
                return pa.array(list(column.values), pa.string())

    return pa.table({column.name: array(column) for column in columns})


def as_lines(columns: Sequence[TableColumn], rows: int) -> Iterator[str]:
    """The last rows of a table in aligned columns, numbers shortened to six digits."""
    total = len(columns[0].values) if columns else 0
    start = max(0, total - rows)
    shown = []
    for column in columns:
        if column.kind == "number":
            cells = ["" if x != x else f"{x:.6g}" for x in np.asarray(column.values[start:], dtype=np.float64).tolist()]
        else:
            cells = csv_cells(column, start, total)
        width = max(len(column.name), *map(len, cells), 0)
        right = column.kind in ("number", "whole", "row")
        shown.append([f"{cell:>{width}}" if right else f"{cell:<{width}}" for cell in (column.name, *cells)])
    yield from ("  ".join(cells).rstrip() for cells in zip(*shown, strict=True))

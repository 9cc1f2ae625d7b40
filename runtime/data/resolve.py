"""What `--data` names: a file, bars of the store, or a sample."""

from __future__ import annotations

from pathlib import Path

from compiler.suggest import closest
from runtime.candles import Candles
from runtime.data.parquet_reader import is_parquet
from runtime.data.problems import DataError
from runtime.data.repair import Duplicates
from runtime.data.samples import SAMPLES, read_sample

_FILE_ENDINGS = (".csv", ".txt", ".tsv", ".gz", ".parquet", ".pq", ".prn", ".dat", ".xlsx", ".xls", ".json")


def open_data(spec: str, *, store: Path, symbol_hint: str | None = None, duplicates: Duplicates = "error") -> Candles:
    """The bars that a spec names.

    spec: the path of a CSV or Parquet file; `SYMBOL@store` or, where several bar lengths are stored, `SYMBOL@store:15m`;
    or the name of a sample, in any case. A file of that name wins over a sample.
    store: the store's folder. symbol_hint: the instrument wanted, for files that hold several or name none.
    Raises DataError, naming what was asked for and what there is instead.
    """
    if not spec.strip() or "\0" in spec:
        raise DataError("No data were named. Give a CSV or Parquet file, SYMBOL@store, or a sample such as AAPL.")
    path = Path(spec)
    if path.is_file():
        return read_path(path, symbol_hint or "", duplicates)
    symbol, at, place = spec.rpartition("@")
    if at and place.partition(":")[0] == "store":
        from runtime.data.store import Store

        return Store(store).read(symbol, place.partition(":")[2])
    if spec.strip().upper() in SAMPLES:
        return Candles.from_raw(read_sample(spec))
    if path.suffix.lower() in _FILE_ENDINGS or "/" in spec or "\\" in spec or path.is_dir():
        return read_path(path, symbol_hint or "", duplicates)  # says that there is no such file, or that it is a folder
    near = closest(spec.upper(), SAMPLES)
    meant = f" Did you mean {near}?" if near else ""
    raise DataError(f"There is no file and no sample named {spec!r}.{meant} The samples are {', '.join(SAMPLES)}.")


def read_path(path: Path, symbol: str = "", duplicates: Duplicates = "error") -> Candles:
    """The bars of a file, Parquet or text by its first bytes. Its own symbol counts where none is given."""
    if is_parquet(path):
        return Candles.from_parquet(path, symbol=symbol, duplicates=duplicates)
    return Candles.from_csv(path, symbol=symbol, duplicates=duplicates)

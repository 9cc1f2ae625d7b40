"""Sample bars: daily prices of a few stocks, from the installed bokeh_sampledata package, which is read but not imported."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from runtime.data.csv_reader import read_csv
from runtime.data.problems import DataError
from runtime.data.raw import RawBars

SAMPLES = ("AAPL", "GOOG", "IBM", "MSFT")


def read_sample(name: str) -> RawBars:
    """The daily bars of a sample, 2000 (GOOG: 2004) to 2013. The prices are as traded: not adjusted for splits.

    Raises DataError if there is no such sample, or if bokeh_sampledata is not installed.
    """
    symbol = name.strip().upper()
    if symbol not in SAMPLES:
        raise DataError(f"There is no sample {name!r}. The samples are {', '.join(SAMPLES)}.")
    return replace(read_csv(_prices_file(symbol), only=symbol), symbol=symbol, source=f"sample {symbol}")


def _prices_file(symbol: str) -> Path:
    package = find_spec("bokeh_sampledata")  # finds it without running it: its import takes pandas along
    if package is None or not package.submodule_search_locations:
        raise DataError("The samples are in the package bokeh_sampledata, which is not installed. Install it with pip.")
    folder = Path(next(iter(package.submodule_search_locations)))
    for inside in ("_data/stocks.csv.gz", f"_data/{symbol}.csv"):  # all in one since 2026, a file each before
        if (folder / inside).is_file():
            return folder / inside
    raise DataError("The installed package bokeh_sampledata holds no stock prices. Install version 2025.0 or later.")

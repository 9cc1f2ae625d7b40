"""Sample bars: daily prices of a few stocks, from the installed bokeh_sampledata package, which is read but not imported."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from runtime.data.csv_reader import read_csv
from runtime.data.problems import DataError, Problem
from runtime.data.raw import RawBars

SAMPLES = ("AAPL", "GOOG", "IBM", "MSFT")

SPLITS: dict[str, tuple[tuple[str, float], ...]] = {
    "AAPL": (("2000-06-21", 2.0), ("2005-02-28", 2.0)),
    "MSFT": (("2003-02-18", 2.0),),
}
"""First day at the new price, new shares for an old one. IBM and GOOG had no split in these years."""


def read_sample(name: str) -> RawBars:
    """The daily bars of a sample, 2000 (GOOG: 2004) to 2013, adjusted for splits (not for dividends).

    Raises DataError if there is no such sample, or if bokeh_sampledata is not installed.
    """
    symbol = name.strip().upper()
    if symbol not in SAMPLES:
        raise DataError(f"There is no sample {name!r}. The samples are {', '.join(SAMPLES)}.")
    return adjusted(
        replace(read_csv(_prices_file(symbol), only=symbol), symbol=symbol, source=f"sample {symbol}", currency="USD")
    )


def adjusted(bars: RawBars) -> RawBars:
    """The bars with prices before a split divided, and volumes multiplied, by its ratio."""
    values = bars.values.copy()
    for day, ratio in SPLITS.get(bars.symbol, ()):
        before = bars.time < np.datetime64(day, "us").astype(np.int64)
        values[:4, before] /= ratio
        values[4, before] *= ratio
    problems = tuple(p for p in bars.problems if p.kind != "unadjusted")
    days = " and ".join(f"{day} ({ratio:g} for 1)" for day, ratio in SPLITS.get(bars.symbol, ()))
    if days:
        sentence = f"Prices and volumes before the splits of {days} are adjusted to the shares after them."
        problems = (*problems, Problem("split_adjusted", 0, (), "noted", sentence))
    return replace(bars, values=values, problems=problems)


def _prices_file(symbol: str) -> Path:
    package = find_spec("bokeh_sampledata")  # finds it without running it: its import takes pandas along
    if package is None or not package.submodule_search_locations:
        raise DataError("The samples are in the package bokeh_sampledata, which is not installed. Install it with pip.")
    folder = Path(next(iter(package.submodule_search_locations)))
    for inside in ("_data/stocks.csv.gz", f"_data/{symbol}.csv"):  # all in one since 2026, a file each before
        if (folder / inside).is_file():
            return folder / inside
    raise DataError("The installed package bokeh_sampledata holds no stock prices. Install version 2025.0 or later.")

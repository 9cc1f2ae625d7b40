"""What a data file says its prices are in: one currency, or nothing."""

from __future__ import annotations

from collections.abc import Collection

from runtime.conversion.code import currency_code
from runtime.data.problems import DataError, Problem, listed


def one_currency(cells: Collection[str], source: str) -> tuple[str, tuple[Problem, ...]]:
    """The currency that the cells of a column name, '' if they name none; and what is to be said of cells that hold something else.

    Raises DataError where they name several: prices in two currencies are no series.
    """
    written = sorted({cell.strip() for cell in cells} - {""})
    codes = sorted({currency_code(cell) for cell in written})
    if "" in codes:
        strange = next(cell for cell in written if not currency_code(cell))
        sentence = f"The column of currencies is not used: {strange[:40]!r} is no code such as EUR."
        return "", (Problem("ignored_column", 0, (), "noted", sentence),)
    if len(codes) > 1:
        raise DataError(f"{source} holds prices in {listed(codes)}: bars of one instrument are in one currency.")
    return (codes[0] if codes else ""), ()

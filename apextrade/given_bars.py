"""What Python callers give as bars."""

from __future__ import annotations


def require_candles(given: object) -> None:
    """Raises TypeError, saying how to make them, for what is no Candles."""
    from runtime.candles import Candles

    if not isinstance(given, Candles):
        kind = type(given).__name__
        raise TypeError(
            f"Bars are given as Candles, this is a {kind}: use Candles.from_pandas, from_csv, from_parquet or from_arrays."
        )

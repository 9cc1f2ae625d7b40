"""Random markets: calm ones, and hostile ones with gaps, unknowns, spikes, flats and zeros."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from runtime.candles import Candles

KINDS = ("calm", "wild", "flat", "holes", "spike", "steps", "tiny", "huge")


def market(seed: int, kind: str, rows: int = 80) -> Candles:
    """Bars of one kind, the same for the same seed. Prices near 100 unless the kind says otherwise, on a grid of cents."""
    rng = np.random.default_rng(seed)
    sigma = {"wild": 0.06, "flat": 0.0}.get(kind, 0.012)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 1.0, rows) * sigma))
    if kind in ("flat", "steps"):
        close = 100.0 + 0.5 * np.cumsum(rng.integers(-1, 2, rows) * (rng.random(rows) < (0.1 if kind == "flat" else 0.5)))
    close = np.round(close, 2)
    opened = np.round(
        np.concatenate(([close[0]], close[:-1])) * (1.0 + rng.normal(0.0, 0.002, rows) * (kind not in ("flat", "steps"))), 2
    )
    reach = np.abs(rng.normal(0.0, 0.006, (2, rows))) * (kind != "flat")
    high = np.round(np.maximum(opened, close) * (1.0 + reach[0]), 2)
    low = np.round(np.minimum(opened, close) * (1.0 - reach[1]), 2)
    volume = np.round(rng.gamma(2.0, 500.0, rows)) * (rng.random(rows) > 0.05)
    columns = {"open": opened, "high": high, "low": low, "close": close, "volume": volume}
    if kind == "holes":
        for name in columns:
            columns[name] = np.where(rng.random(rows) < 0.06, np.nan, columns[name])
    if kind == "spike":
        at = int(rng.integers(0, rows))
        columns["high"][at] = columns["close"][at] = 1e17
    scale = {"tiny": 2.0**-30, "huge": 2.0**40}.get(kind, 1.0)
    for name in ("open", "high", "low", "close"):
        columns[name] = columns[name] * scale
    time = np.datetime64("2020-01-01T00:00:00", "us") + np.arange(rows) * np.timedelta64(1, "D")
    return Candles.from_arrays(time=time, **columns)


def markets(rows: int = 80, kinds: tuple[str, ...] = KINDS) -> st.SearchStrategy[Candles]:
    """A market of any kind."""
    return st.builds(market, st.integers(0, 2**32 - 1), st.sampled_from(kinds), st.just(rows))

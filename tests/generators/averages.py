"""Two averages over closes whose truth is known: what sweeps and examinations are tried on."""

from __future__ import annotations

import numpy as np

from runtime.candles import Candles

TEXT = """apx 1
strategy "Averages"
trade "TEST" every 1d
input fast = 5 bars in 2 .. 20 step 3 bars
input slow = 20 bars in 10 .. 60 step 10 bars
require fast < slow
settings
  capital 10_000 USD
  commission 0.05%
  slippage 0 ticks
when sma(close, fast) crosses above sma(close, slow)
  buy 100% of equity
when sma(close, fast) crosses below sma(close, slow)
  exit position
"""


def bars(close: np.ndarray) -> Candles:
    """Daily bars that open at the close before."""
    days = np.datetime64("2010-01-01") + np.arange(len(close))
    opened = np.concatenate((close[:1], close[:-1]))
    return Candles.from_arrays(
        time=days,
        open=opened,
        high=np.maximum(opened, close) * 1.001,
        low=np.minimum(opened, close) * 0.999,
        close=close,
        symbol="TEST",
    )


def walk_of(seed: int, n: int = 1500, drift: float = 0.0) -> Candles:
    """A random walk, with nothing to find in it beside its drift."""
    return bars(100.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(drift, 0.01, n))))


def waves(n: int = 1500, height: float = 0.3) -> Candles:
    """Slow waves with a little noise: an average that crosses another earns on every one of them."""
    noise = np.random.default_rng(1).normal(0.0, 0.002, n)
    return bars(100.0 * np.exp(height * np.sin(np.arange(n) * 2 * np.pi / 120.0) + np.cumsum(noise)))

"""Longer bars against a naive resampler: every value on every bar, changes of the clock and missing bars included.

Besides the made feeds, the files that APEXTRADE_CRYPTO and APEXTRADE_FOREX name are compared; `-s` prints how many bars that were.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from compiler.pipeline import compile_text
from runtime.backtest import signals
from runtime.candles import Candles
from stdlib.library import load
from tests.generators.sessions import intraday
from tests.oracle.naive_resampler import crypto_bucket, forex_bucket, resampled

PARTS = ("open", "high", "low", "close", "volume")
BUCKETS: dict[str, Callable[..., tuple[datetime, datetime]]] = {"24/7": crypto_bucket, "FX": forex_bucket}


def compared(candles: Candles, every: str, lengths: tuple[str, ...]) -> int:
    """Bars compared; raises AssertionError at the first value that differs."""
    lines = [f"plot {part} on {length}" for length in lengths for part in PARTS]
    lines += [f"plot sma(close, 5) on {length}" for length in lengths]
    program = compile_text(f'apx 1\nstrategy "Longer"\ntrade "X" every {every}\n' + "\n".join(lines) + "\n", load(), "longer")
    found = list(signals(program.plan(), candles).values())
    step = timedelta(minutes={"15m": 15, "1h": 60}[every])
    times = [datetime.fromtimestamp(t / 1e6, UTC) for t in candles.time.tolist()]
    rows = list(zip(times, *(getattr(candles, name).tolist() for name in PARTS), strict=True))
    at = 0
    naive = {length: resampled(rows, step, length, BUCKETS[candles.calendar]) for length in lengths}
    for length, (bars, counts) in naive.items():
        for part in PARTS:
            expected = [getattr(bars[n - 1], part) if n else np.nan for n in counts]
            np.testing.assert_array_equal(found[at], expected, f"{part} on {length}")
            at += 1
    for length, (bars, counts) in naive.items():
        closes = [bar.close for bar in bars]
        averages = [sum(closes[n - 5 : n]) / 5 if n >= 5 else np.nan for n in counts]
        np.testing.assert_allclose(found[at], averages, rtol=1e-12, err_msg=f"sma on {length}")
        at += 1
    return len(candles)


def given(variable: str, calendar: str) -> Candles:
    path = os.environ.get(variable, "")
    if not path:
        pytest.skip(f"{variable} names no file of bars")
    return Candles.from_csv(path).following(calendar)


@pytest.mark.parametrize("start", ["2024-03-05", "2024-10-28", "2023-12-20"])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_longer_bars_of_a_market_that_never_closes(start: str, missing: float) -> None:
    assert compared(intraday(3, "24/7", start, 15, 60, missing, 0.0, "ETH-USDT"), "15m", ("1h", "4h", "1d", "1w", "1mo")) > 4_000


@pytest.mark.parametrize("start", ["2024-03-04", "2024-10-28", "2023-12-20"])  # both changes of the clock, the turn of the year
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_longer_bars_of_the_currency_week(start: str, missing: float) -> None:
    assert compared(intraday(4, "FX", start, 60, 80, missing, 0.0, "EURUSD"), "1h", ("4h", "1d", "1w", "1mo")) > 1_000


def test_longer_bars_of_a_given_crypto_file() -> None:
    bars = compared(given("APEXTRADE_CRYPTO", "24/7"), "15m", ("1h", "4h", "1d", "1w", "1mo"))
    print(f"{bars:,} bars, 5 lengths, 30 columns equal")


def test_longer_bars_of_a_given_currency_file() -> None:
    bars = compared(given("APEXTRADE_FOREX", "FX"), "1h", ("4h", "1d", "1w", "1mo"))
    print(f"{bars:,} bars, 4 lengths, 24 columns equal")


def test_a_longer_bar_seen_one_bar_late_or_early_fails_the_comparison() -> None:
    candles = intraday(5, "24/7", "2024-03-05", 15, 3, 0.0, 0.0, "ETH-USDT")
    moved = Candles.from_arrays(
        time=(candles.time + 15 * 60_000_000).astype("M8[us]"), symbol="ETH-USDT", **{n: getattr(candles, n) for n in PARTS}
    ).following("24/7")
    program = compile_text('apx 1\nstrategy "L"\ntrade "X" every 15m\nplot close on 4h\n', load(), "longer")
    (here,), (there,) = (list(signals(program.plan(), c).values()) for c in (candles, moved))
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(here, there)

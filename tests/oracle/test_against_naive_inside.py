"""Aggregates of finer bars against dictionaries and loops: every value on every bar, changes of the clock and missing bars included.

Besides the made feeds, the files that APEXTRADE_CRYPTO and APEXTRADE_FOREX name are compared; `-s` prints how many bars that were.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from compiler.pipeline import compile_text
from runtime.backtest import signals
from runtime.candles import Candles
from stdlib.library import load
from tests.generators.sessions import intraday
from tests.oracle.naive_resampler import crypto_bucket, forex_bucket

PARTS = ("open", "high", "low", "close", "volume")
BUCKETS: dict[str, Callable[..., tuple[datetime, datetime]]] = {"24/7": crypto_bucket, "FX": forex_bucket}
Bar = tuple[datetime, float, float, float, float, float]


def joined(parts: list[Bar], start: datetime) -> Bar:
    """One bar of several."""
    volume = parts[0][5]
    for part in parts[1:]:
        volume += part[5]
    return start, parts[0][1], max(p[2] for p in parts), min(p[3] for p in parts), parts[-1][4], volume


def grouped(bars: list[Bar], length: str, bucket: Callable[..., tuple[datetime, datetime]]) -> dict[datetime, list[Bar]]:
    """The bars by the start of the longer bar that they are in."""
    found: dict[datetime, list[Bar]] = {}
    for bar in bars:
        found.setdefault(bucket(bar[0], length)[0], []).append(bar)
    return found


def mean(values: list[float]) -> float:
    total = values[0]
    for value in values[1:]:
        total += value
    return total / len(values)


EXPECTED: tuple[tuple[str, str, Callable[[list[Bar]], float]], ...] = (
    ("sum_inside", "volume", lambda bars: mean([b[5] for b in bars]) * len(bars)),
    ("mean_inside", "close", lambda bars: mean([b[4] for b in bars])),
    ("stdev_inside", "close", lambda bars: math.sqrt(mean([(b[4] - mean([c[4] for c in bars])) ** 2 for b in bars]))),
    ("highest_inside", "high", lambda bars: max(b[2] for b in bars)),
    ("lowest_inside", "low", lambda bars: min(b[3] for b in bars)),
    ("first_inside", "open", lambda bars: bars[0][1]),
    ("last_inside", "close", lambda bars: bars[-1][4]),
    ("count_inside", "(close > open)", lambda bars: float(sum(b[4] > b[1] for b in bars))),
)
EXACT = ("mean_inside", "highest_inside", "lowest_inside", "first_inside", "last_inside", "count_inside")


def compared(finer: Candles, step: str, base: str, lengths: tuple[str, ...]) -> int:
    """How many bars were compared; raises AssertionError at the first value that differs. step: how long the finer bars are."""
    bucket = BUCKETS[finer.calendar]
    times = [datetime.fromtimestamp(t / 1e6, UTC) for t in finer.time.tolist()]
    rows: list[Bar] = list(zip(times, *(getattr(finer, name).tolist() for name in PARTS), strict=True))
    base_groups = grouped(rows, base, bucket)
    bars = [joined(parts, start) for start, parts in base_groups.items()]
    columns: dict[str, Any] = {name: [bar[i + 1] for bar in bars] for i, name in enumerate(PARTS)}
    candles = (
        Candles.from_arrays(time=[bar[0] for bar in bars], symbol="X", **columns).following(finer.calendar).with_finer(finer)
    )
    lines = [f"plot {name}({part} on {length})" for length in lengths for name, part, _ in EXPECTED]
    lines += [f"plot sum_inside((pow(log(close / close[1]), 2)) on {length})" for length in lengths]
    program = compile_text(f'apx 1\nstrategy "Inside"\ntrade "X" every {base}\n' + "\n".join(lines) + "\n", load(), "inside")
    found = iter(signals(program.plan(), candles).values())
    late = times[0] > bars[0][0]  # the finer bars begin within the first bar
    inner = {}
    for length in lengths:
        longer = rows if length == step else [joined(parts, start) for start, parts in grouped(rows, length, bucket).items()]
        inner[length] = grouped(longer, base, bucket)
        assert list(inner[length]) == [bar[0] for bar in bars]
        for name, part, naive in EXPECTED:
            expected = [np.nan if late and i == 0 else naive(parts) for i, parts in enumerate(inner[length].values())]
            compare = np.testing.assert_array_equal if name in EXACT else np.testing.assert_allclose
            compare(next(found), expected, err_msg=f"{name}({part} on {length})", **({} if name in EXACT else {"rtol": 1e-9}))
    for length in lengths:
        expected, before = [], np.nan
        for parts in inner[length].values():
            total = 0.0
            for part_of in parts:
                total += math.log(part_of[4] / before) ** 2
                before = part_of[4]
            expected.append(total)
        np.testing.assert_allclose(next(found), expected, rtol=1e-9, err_msg=f"realised variance on {length}")
    return len(bars)


def given(variable: str, calendar: str) -> Candles:
    path = os.environ.get(variable, "")
    if not path:
        pytest.skip(f"{variable} names no file of bars")
    return Candles.from_csv(path).following(calendar)


@pytest.mark.parametrize("base", ["4h", "1d", "1w"])
@pytest.mark.parametrize("missing", [0.0, 0.1])
def test_what_is_inside_bars_of_a_market_that_never_closes(base: str, missing: float) -> None:
    finer = intraday(3, "24/7", "2024-03-05", 15, 40, missing, 0.0, "ETH-USDT")
    assert compared(finer, "15m", base, ("15m", "1h")) > 4


@pytest.mark.parametrize("start", ["2024-03-04", "2024-10-28"])  # both changes of the clock
@pytest.mark.parametrize("missing", [0.0, 0.1])
@pytest.mark.parametrize("base", ["4h", "1d", "1w"])
def test_what_is_inside_bars_of_the_currency_week(base: str, start: str, missing: float) -> None:
    finer = intraday(4, "FX", start, 60, 60, missing, 0.0, "EURUSD")
    assert compared(finer, "1h", base, ("1h",) if base == "4h" else ("1h", "4h")) > 8


@pytest.mark.parametrize("base", ["4h", "1d"])
def test_what_is_inside_bars_of_a_given_crypto_file(base: str) -> None:
    print(f"{compared(given('APEXTRADE_CRYPTO', '24/7'), '15m', base, ('15m', '1h')):,} bars of {base}, 18 columns equal")


@pytest.mark.parametrize("base", ["4h", "1d"])
def test_what_is_inside_bars_of_a_given_currency_file(base: str) -> None:
    print(f"{compared(given('APEXTRADE_FOREX', 'FX'), '1h', base, ('1h',)):,} bars of {base}, 9 columns equal")

"""Functions that TA-Lib lacks, held against slow ones written here from their formulas alone."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from bench.talib_agreement import ours
from tests.stdlib.hostile_bars import Bars, wandering

ROWS = 400
BARS: Bars = wandering(ROWS) | {"time.day": np.floor(np.arange(ROWS) / 20.0) % 28 + 1.0}
OPEN, H, L, C, V = (BARS[name] for name in ("open", "high", "low", "close", "volume"))
R = np.concatenate([[np.nan], np.log(C[1:] / C[:-1])])


def windows(n: int, value: Callable[[slice], float], first: int | None = None) -> list[float]:
    """What a function of the last n bars gives on each bar, from bar `first`, n - 1 if left out, on."""
    begin = n - 1 if first is None else first
    return [math.nan if i < begin else value(slice(i - n + 1, i + 1)) for i in range(ROWS)]


def skew(s: slice) -> float:
    d = R[s] - R[s].mean()
    return float((d**3).mean() / (d**2).mean() ** 1.5)


def kurtosis(s: slice) -> float:
    d = R[s] - R[s].mean()
    return float((d**4).mean() / (d**2).mean() ** 2 - 3.0)


def yang_zhang(s: slice) -> float:
    gaps = np.log(OPEN[s] / C[s.start - 1 : s.stop - 1])
    bodies = np.log(C[s] / OPEN[s])
    k = 0.34 / (1.34 + 21 / 19)
    rs = np.log(H[s] / C[s]) * np.log(H[s] / OPEN[s]) + np.log(L[s] / C[s]) * np.log(L[s] / OPEN[s])
    return float(np.sqrt(252 * (gaps.var(ddof=1) + k * bodies.var(ddof=1) + (1 - k) * rs.mean())))


def garman_klass(s: slice) -> float:
    u, d, c = np.log(H[s] / OPEN[s]), np.log(L[s] / OPEN[s]), np.log(C[s] / OPEN[s])
    return float(np.sqrt(252 * (0.5 * (u - d) ** 2 - (2 * np.log(2) - 1) * c**2).mean()))


def rogers_satchell(s: slice) -> float:
    u, d, c = np.log(H[s] / OPEN[s]), np.log(L[s] / OPEN[s]), np.log(C[s] / OPEN[s])
    return float(np.sqrt(252 * (u * (u - c) + d * (d - c)).mean()))


def line(s: slice) -> tuple[float, float, float]:
    """Residual sum of squares, total sum of squares, and number of bars of the least squares line."""
    x = np.arange(s.stop - s.start, dtype=float)
    fit = np.polyval(np.polyfit(x, C[s], 1), x)
    return float(((C[s] - fit) ** 2).sum()), float(((C[s] - C[s].mean()) ** 2).sum()), len(x)


def shannon(s: slice) -> float:
    p = V[s] / V[s].sum()
    return float(-(p * np.log2(p)).sum())


def indecision(s: slice) -> float:
    p = float((C[s] > C[s.start - 1 : s.stop - 1]).mean())
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q > 0)


def hurst(s: slice) -> float:
    def size(k: int) -> float:
        return float((np.log(C[s] / C[s.start - k : s.stop - k]) ** 2).mean())

    return math.log(size(16) / size(2)) / (2 * math.log(8))


def squeeze(s: slice) -> float:
    gaps = []
    for i in range(s.start, s.stop):
        w = slice(i - 19, i + 1)
        gaps.append(C[i] - ((H[w].max() + L[w].min()) / 2 + C[w].mean()) / 2)
    x = np.arange(20.0)
    return float(np.polyval(np.polyfit(x, np.array(gaps), 1), 19.0))


WINDOWED: dict[str, list[float]] = {
    "skew(log_return(close, 1), 20)": windows(20, skew, 20),
    "kurtosis(log_return(close, 1), 20)": windows(20, kurtosis, 20),
    "parkinson_volatility(20)": windows(20, lambda s: float(np.sqrt(252 * (np.log(H[s] / L[s]) ** 2).mean() / (4 * np.log(2))))),
    "garman_klass_volatility(20)": windows(20, garman_klass),
    "rogers_satchell_volatility(20)": windows(20, rogers_satchell),
    "yang_zhang_volatility(20)": windows(20, yang_zhang, 20),
    "linreg_r2(close, 14)": windows(14, lambda s: 1 - line(s)[0] / line(s)[1]),
    "linreg_error(close, 14)": windows(14, lambda s: math.sqrt(line(s)[0] / 12)),
    "autocorrelation(close, 20, 3)": windows(20, lambda s: float(np.corrcoef(C[s], C[s.start - 3 : s.stop - 3])[0, 1]), 22),
    "entropy(volume, 20)": windows(20, shannon),
    "direction_entropy(close, 20)": windows(20, indecision, 20),
    "hurst(close, 40, 2, 16)": windows(40, hurst, 55),
    "downside_deviation(close, 20)": windows(20, lambda s: float(np.sqrt((np.minimum(R[s], 0) ** 2).mean())), 20),
    "sharpe(close, 20)": windows(20, lambda s: float(R[s].mean() / R[s].std() * np.sqrt(252)), 20),
    "sortino(close, 20)": windows(
        20, lambda s: float(R[s].mean() / np.sqrt((np.minimum(R[s], 0) ** 2).mean()) * np.sqrt(252)), 20
    ),
    "squeeze_momentum(20)": windows(20, squeeze, 38),
    "envelope(close, 20, 0.1).upper": windows(20, lambda s: float(C[s].mean() * 1.1)),
    "envelope(close, 20, 0.1).lower": windows(20, lambda s: float(C[s].mean() * 0.9)),
}


@pytest.fixture(scope="module")
def windowed() -> dict[str, list[float]]:
    return {call: column.tolist() for call, column in zip(WINDOWED, ours(list(WINDOWED), BARS), strict=True)}


@pytest.mark.parametrize("call", WINDOWED)
def test_a_function_of_a_window_is_its_formula(call: str, windowed: dict[str, list[float]]) -> None:
    # The slow formulas lose some digits to the mean of the prices; the warm-up must be theirs to the bar.
    assert windowed[call] == pytest.approx(WINDOWED[call], rel=1e-8, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("price", [0.1, 0.3, 100.25, 1e-9, 7e12])
def test_a_flat_window_has_no_deviation_at_all_whatever_the_price(price: float) -> None:
    bars = {"close": np.full(80, price)}
    calls = [
        f"{call}, {n})" for call in ("mean_deviation(close", "skew(close", "kurtosis(close", "cci(close") for n in (3, 7, 20)
    ]
    for call, column in zip(calls, ours(calls, bars), strict=True):
        assert (column[20:] == 0).all() if call.startswith("mean") else np.isnan(column).all(), call


# ---------------------------------------------------------------- functions with a state, bar by bar


def running(n: int, x: list[float], alpha: float) -> list[float]:
    """An exponential average, seeded with the mean of the first n known values."""
    seen: list[float] = []
    y = math.nan
    found = []
    for v in x:
        if v == v:
            seen.append(v)
            y = sum(seen) / n if len(seen) == n else y + alpha * (v - y)
        found.append(y if len(seen) >= n else math.nan)
    return found


def test_frama_is_its_description() -> None:
    y, found = math.nan, []
    for i in range(ROWS):
        if i >= 15:
            old, new, whole = slice(i - 15, i - 7), slice(i - 7, i + 1), slice(i - 15, i + 1)
            n1, n2, n3 = (
                (H[old].max() - L[old].min()) / 8,
                (H[new].max() - L[new].min()) / 8,
                (H[whole].max() - L[whole].min()) / 16,
            )
            dimension = (math.log(n1 + n2) - math.log(n3)) / math.log(2)
            alpha = min(max(math.exp(-4.6 * (dimension - 1)), 0.01), 1.0)
            y = float(C[i]) if y != y else y + alpha * (float(C[i]) - y)
        found.append(y)
    assert ours(["frama(close, 16)"], BARS)[0].tolist() == pytest.approx(found, rel=1e-12, nan_ok=True)


def test_schaffs_cycle_is_its_description() -> None:
    def place(x: list[float]) -> list[float]:
        y, found = math.nan, []
        for i in range(ROWS):
            w = x[max(i - 9, 0) : i + 1]
            known = i >= 9 and all(v == v for v in w)
            if known and max(w) > min(w):
                now = 100 * (x[i] - min(w)) / (max(w) - min(w))
                y = now if y != y else y + 0.5 * (now - y)
            found.append(y if known else math.nan)
        return found

    fast, slow = (running(n, C.tolist(), 2 / (n + 1)) for n in (23, 50))
    expected = place(place([a - b for a, b in zip(fast, slow, strict=True)]))
    found = ours(["schaff_trend_cycle()"], BARS)[0].tolist()
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9, nan_ok=True)
    assert sum(v == v for v in found) > 300


def test_klinger_is_its_description() -> None:
    typical = (H + L + C) / 3
    flow = [math.nan] + [float(np.sign(typical[i] - typical[i - 1]) * V[i]) for i in range(1, ROWS)]
    fast, slow = running(34, flow, 2 / 35), running(55, flow, 2 / 56)
    bars = {**BARS, "hlc3": typical}
    found = ours(["klinger().line"], bars)[0].tolist()
    assert found == pytest.approx([a - b for a, b in zip(fast, slow, strict=True)], rel=1e-9, abs=1e-9, nan_ok=True)


def test_the_alligator_is_three_late_wilder_averages() -> None:
    middle = ((H + L) / 2).tolist()
    found = ours(["alligator().jaw", "alligator().teeth", "alligator().lips"], BARS)
    for column, n, late in zip(found, (13, 8, 5), (8, 5, 3), strict=True):
        expected = [math.nan] * late + running(n, middle, 1 / n)[:-late]
        assert column.tolist() == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_chande_kroll_stop_is_its_description() -> None:
    reach = [max(H[i], C[i - 1]) - min(L[i], C[i - 1]) if i else H[0] - L[0] for i in range(ROWS)]
    atr = running(10, [float(v) for v in reach], 1 / 10)
    high = [math.nan if i < 9 else float(H[i - 9 : i + 1].max()) - atr[i] for i in range(ROWS)]
    low = [math.nan if i < 9 else float(L[i - 9 : i + 1].min()) + atr[i] for i in range(ROWS)]
    found = ours(["chande_kroll_stop().short_stop", "chande_kroll_stop().long_stop"], BARS)
    assert found[0].tolist() == pytest.approx([math.nan] * 17 + [max(high[i - 8 : i + 1]) for i in range(17, ROWS)], nan_ok=True)
    assert found[1].tolist() == pytest.approx([math.nan] * 17 + [min(low[i - 8 : i + 1]) for i in range(17, ROWS)], nan_ok=True)


def test_a_zigzag_says_a_turn_on_the_bar_that_makes_it_certain_and_never_takes_it_back() -> None:
    close = np.array([100, 110, 104, 120, 119, 107, 100, 104, 111, 130, 116], dtype=float)
    calls = ["zigzag(close, 0.1).direction", "zigzag(close, 0.1).last_top", "zigzag(close, 0.1).last_bottom"]
    way, top, bottom = (c.tolist() for c in ours(calls, {"close": close}))
    assert way == [1, 1, 1, 1, 1, -1, -1, -1, 1, 1, -1]
    assert top == pytest.approx([math.nan] * 5 + [120] * 5 + [130], nan_ok=True)
    assert bottom == pytest.approx([math.nan] * 8 + [100] * 3, nan_ok=True)
    for rows in range(1, len(close)):
        assert ours(calls, {"close": close[:rows]})[0].tolist() == way[:rows]


def test_levels_are_those_of_the_day_before() -> None:
    calls: dict[str, Callable[[float, float, float], float]] = {
        "pivot_levels().pivot": lambda h, low, c: (h + low + c) / 3,
        "pivot_levels().r1": lambda h, low, c: 2 * (h + low + c) / 3 - low,
        "pivot_levels().s1": lambda h, low, c: 2 * (h + low + c) / 3 - h,
        "pivot_levels().r3": lambda h, low, c: h + 2 * ((h + low + c) / 3 - low),
        "pivot_levels().s3": lambda h, low, c: low - 2 * (h - (h + low + c) / 3),
        "fibonacci_levels().r2": lambda h, low, c: (h + low + c) / 3 + 0.618 * (h - low),
        "camarilla_levels().s3": lambda h, low, c: c - 1.1 * (h - low) / 4,
        "camarilla_levels().r4": lambda h, low, c: c + 1.1 * (h - low) / 2,
        "woodie_levels().s2": lambda h, low, c: (h + low + 2 * c) / 4 - (h - low),
    }
    for (call, level), column in zip(calls.items(), ours(list(calls), BARS), strict=True):
        for i in range(40, ROWS):  # the first day has no known beginning
            day = slice(i // 20 * 20 - 20, i // 20 * 20)
            expected = level(float(H[day].max()), float(L[day].min()), float(C[day][-1]))
            assert column[i] == pytest.approx(expected, rel=1e-12), call


def test_inverse_and_hyperbolic_functions_hold_at_their_ends() -> None:
    bars = {"close": np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 2.0])}
    found = ours(["asin(number(close))", "acos(number(close))", "tanh(400 * number(close))"], bars)
    assert found[0].tolist() == pytest.approx([-math.pi / 2, -math.pi / 6, 0, math.pi / 6, math.pi / 2, math.nan], nan_ok=True)
    assert found[1].tolist() == pytest.approx([math.pi, 2 * math.pi / 3, math.pi / 2, math.pi / 3, 0, math.nan], nan_ok=True)
    assert found[2].tolist() == [-1, -1, 0, 1, 1, 1]

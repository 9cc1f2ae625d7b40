"""Candle patterns are TA-Lib's, bar by bar: on random candles in which every one of them occurs, on real ones, and on hostile ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import talib

from bench.talib_agreement import Bars, ours, stocks
from stdlib.library import load
from tests.stdlib.candle_bars import candles

Floats = npt.NDArray[np.float64]
Signs = npt.NDArray[np.int32]

# Ours, TA-Lib's, and where TA-Lib's result means the same: its sign, or that it is not 0 at all.
PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("two_crows", "2CROWS", "-"),
    ("three_black_crows", "3BLACKCROWS", "-"),
    ("three_inside_up", "3INSIDE", "+"),
    ("three_inside_down", "3INSIDE", "-"),
    ("bullish_three_line_strike", "3LINESTRIKE", "+"),
    ("bearish_three_line_strike", "3LINESTRIKE", "-"),
    ("three_outside_up", "3OUTSIDE", "+"),
    ("three_outside_down", "3OUTSIDE", "-"),
    ("three_stars_in_the_south", "3STARSINSOUTH", "+"),
    ("three_white_soldiers", "3WHITESOLDIERS", "+"),
    ("bullish_abandoned_baby", "ABANDONEDBABY", "+"),
    ("bearish_abandoned_baby", "ABANDONEDBABY", "-"),
    ("advance_block", "ADVANCEBLOCK", "-"),
    ("bullish_belt_hold", "BELTHOLD", "+"),
    ("bearish_belt_hold", "BELTHOLD", "-"),
    ("bullish_breakaway", "BREAKAWAY", "+"),
    ("bearish_breakaway", "BREAKAWAY", "-"),
    ("bullish_closing_marubozu", "CLOSINGMARUBOZU", "+"),
    ("bearish_closing_marubozu", "CLOSINGMARUBOZU", "-"),
    ("concealing_baby_swallow", "CONCEALBABYSWALL", "+"),
    ("bullish_counterattack", "COUNTERATTACK", "+"),
    ("bearish_counterattack", "COUNTERATTACK", "-"),
    ("dark_cloud_cover", "DARKCLOUDCOVER", "-"),
    ("doji", "DOJI", "+"),
    ("bullish_doji_star", "DOJISTAR", "+"),
    ("bearish_doji_star", "DOJISTAR", "-"),
    ("dragonfly_doji", "DRAGONFLYDOJI", "+"),
    ("bullish_engulfing", "ENGULFING", "+"),
    ("bearish_engulfing", "ENGULFING", "-"),
    ("evening_doji_star", "EVENINGDOJISTAR", "-"),
    ("evening_star", "EVENINGSTAR", "-"),
    ("bullish_side_by_side", "GAPSIDESIDEWHITE", "+"),
    ("bearish_side_by_side", "GAPSIDESIDEWHITE", "-"),
    ("gravestone_doji", "GRAVESTONEDOJI", "+"),
    ("hammer", "HAMMER", "+"),
    ("hanging_man", "HANGINGMAN", "-"),
    ("bullish_harami", "HARAMI", "+"),
    ("bearish_harami", "HARAMI", "-"),
    ("bullish_harami_cross", "HARAMICROSS", "+"),
    ("bearish_harami_cross", "HARAMICROSS", "-"),
    ("high_wave", "HIGHWAVE", "any"),
    ("bullish_hikkake", "HIKKAKE", "100"),
    ("bearish_hikkake", "HIKKAKE", "-100"),
    ("bullish_hikkake_confirmed", "HIKKAKE", "200"),
    ("bearish_hikkake_confirmed", "HIKKAKE", "-200"),
    ("bullish_modified_hikkake", "HIKKAKEMOD", "100"),
    ("bearish_modified_hikkake", "HIKKAKEMOD", "-100"),
    ("bullish_modified_hikkake_confirmed", "HIKKAKEMOD", "200"),
    ("bearish_modified_hikkake_confirmed", "HIKKAKEMOD", "-200"),
    ("homing_pigeon", "HOMINGPIGEON", "+"),
    ("identical_three_crows", "IDENTICAL3CROWS", "-"),
    ("in_neck", "INNECK", "-"),
    ("inverted_hammer", "INVERTEDHAMMER", "+"),
    ("bullish_kicking", "KICKING", "+"),
    ("bearish_kicking", "KICKING", "-"),
    ("bullish_kicking_by_length", "KICKINGBYLENGTH", "+"),
    ("bearish_kicking_by_length", "KICKINGBYLENGTH", "-"),
    ("ladder_bottom", "LADDERBOTTOM", "+"),
    ("long_legged_doji", "LONGLEGGEDDOJI", "+"),
    ("long_line", "LONGLINE", "any"),
    ("bullish_marubozu", "MARUBOZU", "+"),
    ("bearish_marubozu", "MARUBOZU", "-"),
    ("matching_low", "MATCHINGLOW", "+"),
    ("mat_hold", "MATHOLD", "+"),
    ("morning_doji_star", "MORNINGDOJISTAR", "+"),
    ("morning_star", "MORNINGSTAR", "+"),
    ("on_neck", "ONNECK", "-"),
    ("piercing_line", "PIERCING", "+"),
    ("rickshaw_man", "RICKSHAWMAN", "+"),
    ("rising_three_methods", "RISEFALL3METHODS", "+"),
    ("falling_three_methods", "RISEFALL3METHODS", "-"),
    ("bullish_separating_lines", "SEPARATINGLINES", "+"),
    ("bearish_separating_lines", "SEPARATINGLINES", "-"),
    ("shooting_star", "SHOOTINGSTAR", "-"),
    ("short_line", "SHORTLINE", "any"),
    ("spinning_top", "SPINNINGTOP", "any"),
    ("stalled_pattern", "STALLEDPATTERN", "-"),
    ("stick_sandwich", "STICKSANDWICH", "+"),
    ("takuri", "TAKURI", "+"),
    ("upside_tasuki_gap", "TASUKIGAP", "+"),
    ("downside_tasuki_gap", "TASUKIGAP", "-"),
    ("thrusting", "THRUSTING", "-"),
    ("bullish_tristar", "TRISTAR", "+"),
    ("bearish_tristar", "TRISTAR", "-"),
    ("unique_three_river", "UNIQUE3RIVER", "+"),
    ("upside_gap_two_crows", "UPSIDEGAP2CROWS", "-"),
    ("upside_gap_three_methods", "XSIDEGAP3METHODS", "+"),
    ("downside_gap_three_methods", "XSIDEGAP3METHODS", "-"),
)
MEANS: dict[str, Callable[[Signs], npt.NDArray[np.bool_]]] = {
    "+": lambda r: r > 0,
    "-": lambda r: r < 0,
    "any": lambda r: r != 0,
    "100": lambda r: r == 100,
    "-100": lambda r: r == -100,
    "200": lambda r: r == 200,
    "-200": lambda r: r == -200,
}
NAMES = [name for name, _, _ in PATTERNS]
WARM = 20
"""Bars before which some pattern of TA-Lib has no value yet."""

TRUE = 2.0


def disagreements(bars: Bars) -> dict[str, tuple[int, list[int]]]:
    """For each pattern, on how many bars TA-Lib finds it, and the bars on which only one of us does."""
    found = {}
    for (name, theirs, where), column in zip(PATTERNS, ours([f"{name}()" for name in NAMES], bars), strict=True):
        result = getattr(talib, f"CDL{theirs}")(bars["open"], bars["high"], bars["low"], bars["close"])
        expected = MEANS[where](result)
        found[name] = int(expected.sum()), [int(i) for i in np.flatnonzero((column == TRUE) != expected) if i >= WARM]
    return found


@pytest.fixture(scope="module")
def on_random_candles() -> dict[str, tuple[int, list[int]]]:
    return disagreements(candles(7, 200_000))


@pytest.fixture(scope="module")
def on_real_candles() -> dict[str, tuple[int, list[int]]]:
    return disagreements(stocks())


def test_every_pattern_of_talib_is_here_in_both_directions() -> None:
    assert {f"CDL{theirs}" for _, theirs, _ in PATTERNS} == set(talib.get_function_groups()["Pattern Recognition"])
    here = {d.name for d in load().definitions.values() if d.file.startswith("candle") and "TA-Lib: CDL" in d.text}
    assert here == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_pattern_is_talibs_on_every_one_of_two_hundred_thousand_random_candles(name: str, on_random_candles) -> None:  # type: ignore[no-untyped-def]
    times, apart = on_random_candles[name]
    assert times > 0
    assert apart == []


@pytest.mark.parametrize("name", NAMES)
def test_a_pattern_is_talibs_on_real_candles(name: str, on_real_candles) -> None:  # type: ignore[no-untyped-def]
    assert on_real_candles[name][1] == []


def flat(rows: int) -> Bars:
    return {name: np.full(rows, 5.0) for name in ("open", "high", "low", "close")}


def scaled(factor: float) -> Bars:
    return {name: column * factor for name, column in candles(3, 20_000).items()}


def spiked(rows: int) -> Bars:
    bars = candles(4, rows)
    for start in range(100, rows, 997):  # a candle a million times as large, and one of nothing
        for name in bars:
            bars[name][start] *= 2.0**20
            bars[name][start + 300] = 0.0
    return bars


HOSTILE = {"flat": flat(20_000), "tiny": scaled(2.0**-60), "huge": scaled(2.0**40), "spikes and zeros": spiked(20_000)}


@pytest.mark.parametrize("kind", HOSTILE)
def test_patterns_are_talibs_on_hostile_candles(kind: str) -> None:
    assert {name: apart for name, (_, apart) in disagreements(HOSTILE[kind]).items() if apart} == {}


def test_on_prices_in_cents_only_a_tie_differs() -> None:
    # Cents are not exact: a close at just the depth that a star must reach (here on 1 candle of 200,000, in two patterns) is beyond
    # it for one of us and not for the other, by the last bit of the sum.
    bars = candles(5, 200_000, 0.01)
    depth = bars["close"] + 0.3 * np.abs(bars["close"] - bars["open"])
    apart = {(name, bar) for name, (_, found) in disagreements(bars).items() for bar in found}
    assert len(apart) <= 2
    assert {name for name, _ in apart} <= {"morning_star", "morning_doji_star"}
    assert all(abs(bars["close"][bar] - depth[bar - 2]) < 1e-13 * depth[bar - 2] for _, bar in apart)

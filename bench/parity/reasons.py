"""Why a function of the library differs from TA-Lib's by more than a billionth on some bars, how far it may, and what is left out of the library."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """text: for readers; within: no difference on any bars may be larger, as a share of the size of the series."""

    text: str
    within: float


SUMS = Reason(
    "TA-Lib's window is a Wilder average, ours sums over the window as T. Chande wrote it; `CMOU` is that too, and agrees", 6.0
)
HELD_FIRST = Reason(
    "ours asks whether the line was passed before it is held beyond the last two bars, as charts do; `sided_sar` asks after, and agrees",
    1.2,
)
TIES = Reason("of equal values ours names the most recent, TA-Lib at times an older one", 1.01)
EQUALS = Reason("ours counts values equal to this bar's, as charts do, TA-Lib does not", 3.0)
NO_MOVE = Reason(
    "without any falling bar ours is 100, as `rsi` is, also where nothing was traded, and TA-Lib's 0 there; TA-Lib takes a typical price that differs from the last "
    "by rounding alone for no move",
    20.0,
)
NOTHING = Reason("where all bars are flat the place in them is unknown here, and its average waits; TA-Lib counts it as 0", 2.2)
LAST_BITS = Reason(
    "on flat closes the relative strength stays the same but for its last bits, and its place among them is one of rounding", 3.0
)
DRIFT = Reason("TA-Lib's running sums keep the rounding of what has left the window; ours are of the window alone", 3e-7)
DRIFT_OF_DEVIATION = Reason(DRIFT.text + ", whose deviations follow", 3e-8)
DRIFT_OF_VOLUME = Reason(DRIFT.text + "; after a burst that is as large as what is left", 2e-3)
NO_VOLUME = Reason("long without volume the averages are too small for TA-Lib, which takes their ratio for 0; it is -100", 10.0)
LEFTOVERS = Reason(
    "on bars that are nearly flat the rounding left in TA-Lib's running sum is as large as the cycle, and its length follows it",
    0.3,
)
TREND_LEFTOVERS = Reason(LEFTOVERS.text + ", and so do the bars in the trendline", 1e-3)
NO_PHASE = Reason(
    "flat bars have no phase: TA-Lib gives that of the rounding left in its running sum; what is computed from it follows", 3.5
)
NO_PACE = Reason(NO_PHASE.text + ", as does the pace of the average", 0.1)

REASONS: dict[tuple[str, str], Reason] = {
    ("cmo(close, 9)", "CMO"): SUMS,
    ("parabolic_sar(0.02, 0.02, 0.2)", "SAR"): HELD_FIRST,
    ("highest_bars_ago(close, 50)", "MAXINDEX"): TIES,
    ("lowest_bars_ago(close, 50)", "MININDEX"): TIES,
    ("percentile_rank(close, 100)", "PERCENTRANK"): EQUALS,
    ("mfi(hlc3, 14)", "MFI"): NO_MOVE,
    ("kdj(9, 3, 3).k_line", "KDJ"): NOTHING,
    ("kdj(9, 3, 3).d_line", "KDJ"): NOTHING,
    ("kdj(9, 3, 3).j_line", "KDJ"): NOTHING,
    ("stoch_rsi(close, 14, 14, 1, 3).k", "STOCHRSI"): LAST_BITS,
    ("stoch_rsi(close, 14, 14, 1, 3).d", "STOCHRSI"): LAST_BITS,
    ("correlation(high, low, 20)", "CORREL"): DRIFT,
    ("relative_volatility(close, 14, 10)", "RVI"): DRIFT_OF_DEVIATION,
    ("chaikin_money_flow(20)", "CMF"): DRIFT_OF_VOLUME,
    ("vwma(close, 20)", "VWMA"): DRIFT_OF_VOLUME,
    ("volume_oscillator(12, 26)", "PVO"): NO_VOLUME,
    ("dominant_cycle(close).length", "HT_DCPERIOD"): LEFTOVERS,
    ("dominant_cycle(close).in_phase", "HT_PHASOR"): LEFTOVERS,
    ("dominant_cycle(close).quadrature", "HT_PHASOR"): LEFTOVERS,
    ("cycle_trendline(close)", "HT_TRENDLINE"): TREND_LEFTOVERS,
    ("cycle_phase(close)", "HT_DCPHASE"): NO_PHASE,
    ("cycle_sine(close).sine", "HT_SINE"): NO_PHASE,
    ("cycle_sine(close).lead", "HT_SINE"): NO_PHASE,
    ("if cycle_trending(close) then 1 else 0 end", "HT_TRENDMODE"): NO_PHASE,
    ("mama(close, 0.5, 0.05).line", "MAMA"): NO_PACE,
    ("mama(close, 0.5, 0.05).following", "MAMA"): NO_PACE,
}

# A share of nothing, as on flat bars or without volume, is unknown here and 0, 50 or 100 in TA-Lib.
SHARES_OF_NOTHING = frozenset((
    "stochastic(14, 3, 3).k", "stochastic(14, 3, 3).d", "stochastic(5, 1, 3).k", "stochastic(5, 1, 3).d", "stoch_rsi(close, 14, 14, 1, 3).k",
    "stoch_rsi(close, 14, 14, 1, 3).d", "cci(hlc3, 20)", "cmo(close, 9)", "williams_r(14)", "ultimate_oscillator(7, 14, 28)", "correlation(high, low, 20)",
    "beta(low, high, 20)", "vertical_horizontal_filter(close, 28)", "intraday_momentum(14)", "kdj(9, 3, 3).k_line", "kdj(9, 3, 3).d_line",
    "kdj(9, 3, 3).j_line", "market_facilitation()", "chaikin_money_flow(20)", "efficiency_ratio(close, 10)", "vortex(14).plus", "vortex(14).minus",
    "vwma(close, 20)", "volume / sma(volume, 20)[1]", "chaikin_volatility(10, 10)", "mass_index(25, 9)",
))  # fmt: skip

WRITTEN: dict[str, str] = {
    "ADD": "`a + b`",
    "SUB": "`a - b`",
    "MULT": "`a * b`",
    "DIV": "`a / b`",
    "ATAN": "`atan(x)`",
    "CEIL": "`ceil(x)`",
    "COS": "`cos(x)`",
    "EXP": "`exp(x)`",
    "FLOOR": "`floor(x)`",
    "LN": "`log(x)`",
    "LOG10": "`log10(x)`",
    "SIN": "`sin(x)`",
    "SQRT": "`sqrt(x)`",
    "TAN": "`tan(x)`",
    "MINMAXINDEX": "`lowest_bars_ago`, `highest_bars_ago`: bars ago, not the number of the bar",
    "FRACTAL": "`pivot_high`, `pivot_low`: known on the bar that proves them, not written into the past",
}
"""Of TA-Lib's functions that are not compared by a column of their own: how the language says them."""

LEFT_OUT: dict[str, str] = {
    "SAREXT": "a start at a given price: it is forgotten at the first turn",
    "MAVP": "averages other than the simple one",
    "MACDEXT": "one function that takes the kind of average as a number: write the average that is meant",
    "MA": "one function that takes the kind of average as a number: write the average that is meant",
}
"""What of a function that is here is not."""

"""The definitions of the library's primitives, by name. Each takes the window and number parameters and gives a push."""

from __future__ import annotations

from collections.abc import Callable

from runtime.interpreter import memory, windows
from runtime.interpreter.windows import Push

DEFINITIONS: dict[str, Callable[..., Push]] = {
    "lag": windows.lag,
    "window_sum": windows.window_sum,
    "window_weighted": windows.window_weighted,
    "variance": windows.variance,
    "covariance": windows.covariance,
    "highest": windows.highest,
    "lowest": windows.lowest,
    "highest_bars_ago": windows.highest_bars_ago,
    "lowest_bars_ago": windows.lowest_bars_ago,
    "mean_deviation": windows.mean_deviation,
    "skew": windows.skew,
    "kurtosis": windows.kurtosis,
    "percentile_rank": windows.percentile_rank,
    "median": windows.median,
    "quantile": windows.quantile,
    "percentile": windows.percentile,
    "varying_sum": windows.varying_sum,
    "wave": windows.wave,
    "alma": windows.alma,
    "pivot_high": windows.pivot_high,
    "pivot_low": windows.pivot_low,
    "held": windows.held,
    "within": windows.within,
    "count": windows.count,
    "ewm": memory.ewm,
    "cumulate": memory.cumulate,
    "bars_since": memory.bars_since,
    "value_when": memory.value_when,
}

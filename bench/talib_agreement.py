"""Holds the library against TA-Lib on 12,000 daily bars of four stocks: every function that both have, after both have settled.

    python bench/talib_agreement.py

Prints a row a function: the largest difference, as a share of the larger of TA-Lib's value and its mean size. tests/stdlib
asserts the table.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import talib

from compiler.pipeline import compile_text
from runtime.kernel import bind
from stdlib.library import load

Floats = npt.NDArray[np.float64]
Bars = dict[str, Floats]

SETTLED = 1_800
"""Bars after which seeds no longer matter: 1 - 1/30 to this power is below 1e-26."""
AGREES = 1e-9


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours as .apx, TA-Lib's as a function of the bars. `because`: why they differ, where they do; `within`: by how much then."""

    ours: str
    theirs: str
    call: Callable[[Bars], Floats]
    because: str = ""
    within: float = AGREES


def c(name: str, *columns: str, **options: float) -> Callable[[Bars], Floats]:
    return lambda bars: getattr(talib, name)(*(bars[column] for column in columns or ("close",)), **options)


def output(at: int, call: Callable[[Bars], Floats]) -> Callable[[Bars], Floats]:
    return lambda bars: call(bars)[at]


def bars_ago(name: str) -> Callable[[Bars], Floats]:
    return lambda bars: np.arange(len(bars["close"])) - getattr(talib, name)(bars["close"], 50).astype(float)


def stepwise(call: Callable[[Bars], Floats]) -> Callable[[Bars], Floats]:
    """What a running total adds on each bar."""
    return lambda bars: np.diff(call(bars), prepend=np.nan)


def whole(name: str) -> Callable[[Bars], Floats]:
    return lambda bars: getattr(talib, name)(bars["close"]).astype(float)


def varying(bars: Bars) -> Floats:
    """Periods that change on each bar, some beyond the bounds."""
    return talib.MAVP(bars["close"], 1.0 + np.fmod(bars["volume"], 40.0), minperiod=2, maxperiod=30)


HLC = ("high", "low", "close")
UNEVEN = "sided_sar(0.03, 0.01, 0.1, 0.02, 0.04, 0.3, 0.001)"
UNEVEN_OPTIONS = {
    "offsetonreverse": 0.001, "accelerationinitlong": 0.03, "accelerationlong": 0.01, "accelerationmaxlong": 0.1,
    "accelerationinitshort": 0.02, "accelerationshort": 0.04, "accelerationmaxshort": 0.3,
}  # fmt: skip
KELTNER = c("KC", *HLC, timeperiod=20, atrperiod=10, nbdev=2.0)
MACDEXT = c("MACDEXT", fastperiod=12, fastmatype=1, slowperiod=26, slowmatype=1, signalperiod=9, signalmatype=1)
MACD = c("MACD", fastperiod=12, slowperiod=26, signalperiod=9)
BBANDS = c("BBANDS", timeperiod=20, nbdevup=2.0, nbdevdn=2.0)
STOCH = c("STOCH", *HLC, fastk_period=14, slowk_period=3, slowd_period=3)
STOCHRSI = c("STOCHRSI", timeperiod=14, fastk_period=14, fastd_period=3)
SMI = c("SMI", *HLC, timeperiod=13, fastperiod=2, slowperiod=25, signalperiod=9)
KDJ = c("KDJ", *HLC, fastk_period=9, slowk_period=3, slowd_period=3)
AROON = c("AROON", "high", "low", timeperiod=14)

COMPARISONS: tuple[Comparison, ...] = (
    Comparison("sma(close, 20)", "SMA", c("SMA", timeperiod=20)),
    Comparison("sma(close, 200)", "SMA", c("SMA", timeperiod=200)),
    Comparison("ema(close, 20)", "EMA", c("EMA", timeperiod=20)),
    Comparison("wma(close, 20)", "WMA", c("WMA", timeperiod=20)),
    Comparison("dema(close, 20)", "DEMA", c("DEMA", timeperiod=20)),
    Comparison("tema(close, 20)", "TEMA", c("TEMA", timeperiod=20)),
    Comparison("trima(close, 20)", "TRIMA", c("TRIMA", timeperiod=20)),
    Comparison("trima(close, 21)", "TRIMA", c("TRIMA", timeperiod=21)),
    Comparison("t3(close, 5, 0.7)", "T3", c("T3", timeperiod=5, vfactor=0.7)),
    Comparison("kama(close, 10)", "KAMA", c("KAMA", timeperiod=10)),
    Comparison("midpoint(close, 14)", "MIDPOINT", c("MIDPOINT", timeperiod=14)),
    Comparison("midprice(14)", "MIDPRICE", c("MIDPRICE", "high", "low", timeperiod=14)),
    Comparison("weighted_close()", "WCLPRICE", c("WCLPRICE", *HLC)),
    Comparison("hlc3", "TYPPRICE", c("TYPPRICE", *HLC)),
    Comparison("hl2", "MEDPRICE", c("MEDPRICE", "high", "low")),
    Comparison("ohlc4", "AVGPRICE", c("AVGPRICE", "open", *HLC)),
    Comparison("rsi(close, 14)", "RSI", c("RSI", timeperiod=14)),
    Comparison("rsi(close, 3)", "RSI", c("RSI", timeperiod=3)),
    Comparison("macd(close, 12, 26, 9).line", "MACD", output(0, MACD)),
    Comparison("macd(close, 12, 26, 9).signal", "MACD", output(1, MACD)),
    Comparison("macd(close, 12, 26, 9).histogram", "MACD", output(2, MACD)),
    Comparison("ppo(close, 12, 26, 9).line", "PPO", c("PPO", fastperiod=12, slowperiod=26, matype=1)),
    Comparison("ema(close, 12) - ema(close, 26)", "APO", c("APO", fastperiod=12, slowperiod=26, matype=1)),
    Comparison("stochastic(14, 3, 3).k", "STOCH", output(0, STOCH)),
    Comparison("stochastic(14, 3, 3).d", "STOCH", output(1, STOCH)),
    Comparison("stoch_rsi(close, 14, 14, 1, 3).k", "STOCHRSI", output(0, STOCHRSI)),
    Comparison("stoch_rsi(close, 14, 14, 1, 3).d", "STOCHRSI", output(1, STOCHRSI)),
    Comparison("cci(hlc3, 20)", "CCI", c("CCI", *HLC, timeperiod=20)),
    Comparison("roc(close, 10)", "ROC", c("ROC", timeperiod=10)),
    Comparison("momentum(close, 10)", "MOM", c("MOM", timeperiod=10)),
    Comparison(
        "100 * wilder(gain(close) - loss(close), 9) / wilder(gain(close) + loss(close), 9)", "CMO", c("CMO", timeperiod=9)
    ),
    Comparison(
        "cmo(close, 9)", "CMO", c("CMO", timeperiod=9), "ours sums over the window (Chande), TA-Lib takes Wilder averages", 6.0
    ),
    Comparison("williams_r(14)", "WILLR", c("WILLR", *HLC, timeperiod=14)),
    Comparison("ultimate_oscillator(7, 14, 28)", "ULTOSC", c("ULTOSC", *HLC)),
    Comparison("trix(close, 15)", "TRIX", c("TRIX", timeperiod=15)),
    Comparison("balance_of_power()", "BOP", c("BOP", "open", *HLC)),
    Comparison("true_range()", "TRANGE", c("TRANGE", *HLC)),
    Comparison("atr(14)", "ATR", c("ATR", *HLC, timeperiod=14)),
    Comparison("natr(14)", "NATR", c("NATR", *HLC, timeperiod=14)),
    Comparison("stdev(close, 20)", "STDDEV", c("STDDEV", timeperiod=20)),
    Comparison("variance(close, 20)", "VAR", c("VAR", timeperiod=20)),
    Comparison("bollinger(close, 20, 2).upper", "BBANDS", output(0, BBANDS)),
    Comparison("bollinger(close, 20, 2).middle", "BBANDS", output(1, BBANDS)),
    Comparison("bollinger(close, 20, 2).lower", "BBANDS", output(2, BBANDS)),
    Comparison("dmi(14, 14).plus", "PLUS_DI", c("PLUS_DI", *HLC, timeperiod=14)),
    Comparison("dmi(14, 14).minus", "MINUS_DI", c("MINUS_DI", *HLC, timeperiod=14)),
    Comparison("adx(14, 14)", "ADX", c("ADX", *HLC, timeperiod=14)),
    Comparison("aroon(14).down", "AROON", output(0, AROON)),
    Comparison("aroon(14).up", "AROON", output(1, AROON)),
    Comparison("aroon(14).up - aroon(14).down", "AROONOSC", c("AROONOSC", "high", "low", timeperiod=14)),
    Comparison(
        "parabolic_sar(0.02, 0.02, 0.2)",
        "SAR",
        c("SAR", "high", "low", acceleration=0.02, maximum=0.2),
        "ours asks whether the line was passed before it is held beyond the last two bars, as charts do; TA-Lib after",
        0.2,
    ),
    Comparison("obv() - obv()[1]", "OBV", lambda bars: np.diff(talib.OBV(bars["close"], bars["volume"]), prepend=np.nan)),
    Comparison("accumulation_distribution()", "AD", c("AD", *HLC, "volume")),
    Comparison("chaikin_oscillator(3, 10)", "ADOSC", c("ADOSC", *HLC, "volume", fastperiod=3, slowperiod=10)),
    Comparison(
        "mfi(hlc3, 14)",
        "MFI",
        c("MFI", *HLC, "volume", timeperiod=14),
        "one bar's typical price differs from the last by rounding alone (7e-15), which TA-Lib takes for no move",
        0.1,
    ),
    Comparison("sum(close, 20)", "SUM", c("SUM", timeperiod=20)),
    Comparison("correlation(high, low, 20)", "CORREL", c("CORREL", "high", "low", timeperiod=20)),
    Comparison("beta(low, high, 20)", "BETA", c("BETA", "high", "low", timeperiod=20)),
    Comparison("linreg(close, 14)", "LINEARREG", c("LINEARREG", timeperiod=14)),
    Comparison("linreg_slope(close, 14)", "LINEARREG_SLOPE", c("LINEARREG_SLOPE", timeperiod=14)),
    Comparison("forecast(close, 14)", "TSF", c("TSF", timeperiod=14)),
    Comparison("highest(close, 50)", "MAX", c("MAX", timeperiod=50)),
    Comparison("lowest(close, 50)", "MIN", c("MIN", timeperiod=50)),
    Comparison(
        "highest_bars_ago(close, 50)",
        "MAXINDEX",
        bars_ago("MAXINDEX"),
        "of equal values ours names the most recent, TA-Lib at times an older one",
        1.0,
    ),
    Comparison(
        "lowest_bars_ago(close, 50)",
        "MININDEX",
        bars_ago("MININDEX"),
        "of equal values ours names the most recent, TA-Lib at times an older one",
        1.0,
    ),
    Comparison("adxr(14)", "ADXR", c("ADXR", *HLC, timeperiod=14)),
    Comparison("directional_index(14)", "DX", c("DX", *HLC, timeperiod=14)),
    Comparison("directional_movement(14).plus", "PLUS_DM", c("PLUS_DM", "high", "low", timeperiod=14)),
    Comparison("directional_movement(14).minus", "MINUS_DM", c("MINUS_DM", "high", "low", timeperiod=14)),
    Comparison("aroon_oscillator(14)", "AROONOSC", c("AROONOSC", "high", "low", timeperiod=14)),
    Comparison("price_oscillator(close, 12, 26)", "APO", c("APO", fastperiod=12, slowperiod=26, matype=1)),
    Comparison("awesome_oscillator()", "AO", c("AO", "high", "low")),
    Comparison("accelerator()", "AC", c("AC", "high", "low")),
    Comparison("cmo(close, 9)", "CMOU", c("CMOU", timeperiod=9)),
    Comparison("vertical_horizontal_filter(close, 28)", "VHF", c("VHF", timeperiod=28)),
    Comparison("intraday_momentum(14)", "IMI", c("IMI", "open", "close", timeperiod=14)),
    Comparison("qstick(10)", "QSTICK", c("QSTICK", "open", "close", timeperiod=10)),
    Comparison("williams_accumulation() - williams_accumulation()[1]", "WAD", stepwise(c("WAD", *HLC))),
    Comparison("stochastic_momentum(13, 2, 25, 9).line", "SMI", output(0, SMI)),
    Comparison("stochastic_momentum(13, 2, 25, 9).signal", "SMI", output(1, SMI)),
    Comparison("kdj(9, 3, 3).k_line", "KDJ", output(0, KDJ)),
    Comparison("kdj(9, 3, 3).d_line", "KDJ", output(1, KDJ)),
    Comparison("kdj(9, 3, 3).j_line", "KDJ", output(2, KDJ)),
    Comparison("average_range(14)", "ADR", c("ADR", "high", "low", timeperiod=14)),
    Comparison("chaikin_volatility(10, 10)", "CVI", c("CVI", "high", "low", timeperiod=10, rocperiod=10)),
    Comparison("relative_volatility(close, 14, 10)", "RVI", c("RVI", timeperiod=14, stddevperiod=10)),
    Comparison("market_facilitation()", "MARKETFI", c("MARKETFI", "high", "low", "volume")),
    Comparison("volume / sma(volume, 20)[1]", "RVOL", c("RVOL", "volume", timeperiod=20)),
    Comparison("acceleration_bands(20).upper", "ACCBANDS", output(0, c("ACCBANDS", *HLC, timeperiod=20))),
    Comparison("acceleration_bands(20).lower", "ACCBANDS", output(2, c("ACCBANDS", *HLC, timeperiod=20))),
    Comparison("forecast_oscillator(close, 14)", "FOSC", c("FOSC", timeperiod=14)),
    Comparison("tsi(close, 25, 13)", "TSI", c("TSI", firstperiod=25, secondperiod=13)),
    Comparison("volume_oscillator(12, 26)", "PVO", c("PVO", "volume", fastperiod=12, slowperiod=26, matype=1)),
    Comparison("close[11] - sma(close, 20)", "DPO", c("DPO", timeperiod=20)),
    Comparison("chaikin_money_flow(20)", "CMF", c("CMF", *HLC, "volume", timeperiod=20)),
    Comparison("force_index(13)", "EFI", c("EFI", "close", "volume", timeperiod=13)),
    Comparison("heikin_ashi().ha_open", "HA", output(0, c("HA", "open", *HLC))),
    Comparison("heikin_ashi().ha_high", "HA", output(1, c("HA", "open", *HLC))),
    Comparison("heikin_ashi().ha_low", "HA", output(2, c("HA", "open", *HLC))),
    Comparison("heikin_ashi().ha_close", "HA", output(3, c("HA", "open", *HLC))),
    Comparison("donchian(20).upper", "DONCHIAN", output(0, c("DONCHIAN", "high", "low", timeperiod=20))),
    Comparison("donchian(20).middle", "DONCHIAN", output(1, c("DONCHIAN", "high", "low", timeperiod=20))),
    Comparison("supertrend(3, 10).value", "SUPERTREND", output(0, c("SUPERTREND", *HLC, timeperiod=10, multiplier=3.0))),
    Comparison("supertrend(3, 10).direction", "SUPERTREND", output(1, c("SUPERTREND", *HLC, timeperiod=10, multiplier=3.0))),
    Comparison("efficiency_ratio(close, 10)", "ER", c("ER", timeperiod=10)),
    Comparison(
        "percentile_rank(close, 100)",
        "PERCENTRANK",
        c("PERCENTRANK", timeperiod=100),
        "ours counts the values not above this bar's, as charts do, TA-Lib those below it",
        0.1,
    ),
    Comparison("mass_index(25, 9)", "MASSI", c("MASSI", "high", "low", fastperiod=9, slowperiod=25)),
    Comparison("price_volume_trend() - price_volume_trend()[1]", "PVT", stepwise(c("PVT", "close", "volume"))),
    Comparison("1000 * negative_volume_index()", "NVI", c("NVI", "close", "volume")),
    Comparison("1000 * positive_volume_index()", "PVI", c("PVI", "close", "volume")),
    Comparison("vortex(14).plus", "VORTEX", output(0, c("VORTEX", *HLC, timeperiod=14))),
    Comparison("vortex(14).minus", "VORTEX", output(1, c("VORTEX", *HLC, timeperiod=14))),
    Comparison("elder_ray(13).bull", "ERI", output(0, c("ERI", *HLC, timeperiod=13))),
    Comparison("elder_ray(13).bear", "ERI", output(1, c("ERI", *HLC, timeperiod=13))),
    Comparison("coppock(close, 10, 14, 11)", "COPPOCK", c("COPPOCK")),
    Comparison("hma(close, 20)", "HMA", c("HMA", timeperiod=20)),
    Comparison("zlema(close, 20)", "ZLEMA", c("ZLEMA", timeperiod=20)),
    Comparison("zlema(close, 21)", "ZLEMA", c("ZLEMA", timeperiod=21)),
    Comparison("vwma(close, 20)", "VWMA", c("VWMA", "close", "volume", timeperiod=20)),
    Comparison("wilder(close, 20)", "RMA", c("RMA", timeperiod=20)),
    Comparison("mean_deviation(close, 14)", "AVGDEV", c("AVGDEV", timeperiod=14)),
    Comparison("linreg_angle(close, 14)", "LINEARREG_ANGLE", c("LINEARREG_ANGLE", timeperiod=14)),
    Comparison("linreg_intercept(close, 14)", "LINEARREG_INTERCEPT", c("LINEARREG_INTERCEPT", timeperiod=14)),
    Comparison("dominant_cycle(close).length", "HT_DCPERIOD", c("HT_DCPERIOD")),
    Comparison("dominant_cycle(close).in_phase", "HT_PHASOR", output(0, c("HT_PHASOR"))),
    Comparison("dominant_cycle(close).quadrature", "HT_PHASOR", output(1, c("HT_PHASOR"))),
    Comparison("cycle_phase(close)", "HT_DCPHASE", c("HT_DCPHASE")),
    Comparison("cycle_sine(close).sine", "HT_SINE", output(0, c("HT_SINE"))),
    Comparison("cycle_sine(close).lead", "HT_SINE", output(1, c("HT_SINE"))),
    Comparison("cycle_trendline(close)", "HT_TRENDLINE", c("HT_TRENDLINE")),
    Comparison("if cycle_trending(close) then 1 else 0 end", "HT_TRENDMODE", whole("HT_TRENDMODE")),
    Comparison("varying_average(close, 1 + remainder(number(volume), 40), 2 bars, 30 bars)", "MAVP", varying),
    Comparison("percentile(close, 30, 50)", "PERCENTILE", c("PERCENTILE", timeperiod=30, percentile=50.0)),
    Comparison("percentile(close, 100, 7)", "PERCENTILE", c("PERCENTILE", timeperiod=100, percentile=7.0)),
    Comparison("sided_sar().line", "SAR", c("SAR", "high", "low", acceleration=0.02, maximum=0.2)),
    Comparison("sided_sar().line * sided_sar().direction", "SAREXT", c("SAREXT", "high", "low")),
    Comparison(f"{UNEVEN}.line * {UNEVEN}.direction", "SAREXT", c("SAREXT", "high", "low", **UNEVEN_OPTIONS)),
    Comparison("keltner(hlc3, 20, 2, 10).upper", "KC", output(0, KELTNER)),
    Comparison("keltner(hlc3, 20, 2, 10).middle", "KC", output(1, KELTNER)),
    Comparison("keltner(hlc3, 20, 2, 10).lower", "KC", output(2, KELTNER)),
    Comparison("macd(close, 12, 26, 9).line", "MACDEXT", output(0, MACDEXT)),
    Comparison("macd(close, 12, 26, 9).signal", "MACDEXT", output(1, MACDEXT)),
    Comparison("stochastic(5, 1, 3).k", "STOCHF", output(0, c("STOCHF", *HLC, fastk_period=5, fastd_period=3))),
    Comparison("stochastic(5, 1, 3).d", "STOCHF", output(1, c("STOCHF", *HLC, fastk_period=5, fastd_period=3))),
    Comparison("highest(close, 30)", "MINMAX", output(1, c("MINMAX", timeperiod=30))),
    Comparison("lowest(close, 30)", "MINMAX", output(0, c("MINMAX", timeperiod=30))),
    Comparison("100 * close / close[10]", "ROCR100", c("ROCR100", timeperiod=10)),
    Comparison("sma(close, 30)", "MA", c("MA", timeperiod=30)),
    Comparison("cumulate(volume)", "CUMSUM", c("CUMSUM", "volume")),
    Comparison("ewm(close, 12, 0.15) - ewm(close, 26, 0.075)", "MACDFIX", output(0, c("MACDFIX", signalperiod=9))),
    Comparison("cumulate(hlc3 * volume) / cumulate(volume)", "VWAP", c("VWAP", *HLC, "volume")),
    Comparison("mama(close, 0.5, 0.05).line", "MAMA", output(0, c("MAMA", fastlimit=0.5, slowlimit=0.05))),
    Comparison("mama(close, 0.5, 0.05).following", "MAMA", output(1, c("MAMA", fastlimit=0.5, slowlimit=0.05))),
    Comparison("asin(1 - number(low / high))", "ASIN", lambda bars: talib.ASIN(1 - bars["low"] / bars["high"])),
    Comparison("acos(1 - number(low / high))", "ACOS", lambda bars: talib.ACOS(1 - bars["low"] / bars["high"])),
    Comparison("sinh(1 - number(low / high))", "SINH", lambda bars: talib.SINH(1 - bars["low"] / bars["high"])),
    Comparison("cosh(1 - number(low / high))", "COSH", lambda bars: talib.COSH(1 - bars["low"] / bars["high"])),
    Comparison("tanh(1 - number(low / high))", "TANH", lambda bars: talib.TANH(1 - bars["low"] / bars["high"])),
    Comparison("roc(close, 10) / 100", "ROCP", c("ROCP", timeperiod=10)),
    Comparison("close / close[10]", "ROCR", c("ROCR", timeperiod=10)),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison gave. `known_alike`: both are known on the same bars after settling."""

    comparison: Comparison
    bars: int
    difference: float
    known_alike: bool


@cache
def stocks() -> Bars:
    """Daily bars of AAPL, GOOG, IBM and MSFT, 2000 to 2013, one after the other."""
    with gzip.open(str(files("bokeh_sampledata") / "_data" / "stocks.csv.gz"), "rt") as file:
        header = file.readline().strip().lower().split(",")
        rows = [line.strip().split(",") for line in file]
    return {
        name: np.array([float(row[header.index(name)]) for row in rows]) for name in ("open", "high", "low", "close", "volume")
    }


def ours(calls: list[str], bars: Bars) -> list[Floats]:
    """The columns of library calls over bars, by the compiled kernels."""
    lets = "\n".join(f"let v{i} = {call}" for i, call in enumerate(calls))
    plots = ", ".join(f"v{i}" for i in range(len(calls)))
    program = compile_text(f'apx 1\nstrategy "agreement"\ntrade "X" every 1d\n{lets}\nplot {plots}\n', load())
    plan = program.plan()
    found = bind(plan).run(bars, len(bars["close"]), registers=[c.register for c in plan.columns])
    columns = {c.name: found[c.register] for c in plan.columns}
    return [columns[f"v{i}"] for i in range(len(calls))]


def compare(bars: Bars | None = None) -> list[Found]:
    """Every comparison on these bars; without any, on the stocks."""
    bars = bars or stocks()
    found = []
    for comparison, column in zip(COMPARISONS, ours([c.ours for c in COMPARISONS], bars), strict=True):
        a, b = column[SETTLED:], comparison.call(bars)[SETTLED:]
        both = np.isfinite(a) & np.isfinite(b)
        size = np.maximum(np.maximum(np.abs(b[both]), np.abs(b[both]).mean() if both.any() else 0.0), 1e-300)
        found.append(
            Found(
                comparison,
                int(both.sum()),
                float((np.abs(a - b)[both] / size).max(initial=0.0)),
                bool((np.isfinite(a) == np.isfinite(b)).all()),
            )
        )
    return found


def main() -> None:
    print(f"{'ours':<40} {'TA-Lib':<16} {'bars':>6} {'difference':>10}  because")
    for row in compare():
        note = row.comparison.because + ("" if row.known_alike else " [known on other bars]")
        print(f"{row.comparison.ours[:40]:<40} {row.comparison.theirs:<16} {row.bars:>6} {row.difference:>10.1e}  {note}")


if __name__ == "__main__":
    main()

"""Charts of the statistics over a moving window: whether an edge was there all the time, or once."""

from __future__ import annotations

import numpy as np

from apextrade.report.axes import Unit, fit
from apextrade.report.charts import Chart, Series
from apextrade.report.data import Floats, ReportData
from apextrade.report.decimate import column_ends, column_starts, is_decimated
from apextrade.report.numbers import counted, span_text
from runtime.research.rolling import returns_of, rolling
from runtime.statistics import bars_per_year

LEAST = 20  # bars: fewer say nothing of a deviation
SHARE = 3  # a window is at most this part of the history


def window_bars(data: ReportData) -> int:
    """Bars in the window: half a year, or a third of a shorter history; 0 where that is too short."""
    n, year = len(data.time), bars_per_year(data.time)
    wanted = min(round(year / 2), n // SHARE) if year == year else 0
    return wanted if wanted >= LEAST else 0


def moving_charts(data: ReportData) -> list[Chart]:
    """Sharpe ratio, volatility and beta over a moving window; none of a history that is too short."""
    bars, n = window_bars(data), len(data.time)
    if not bars:
        return []
    starts = column_starts(n)
    columns = max(1, round(bars * len(starts) / n)) if is_decimated(n) else bars
    year = bars_per_year(data.time)
    own, held = returns_of(data.equity, data.capital), returns_of(data.benchmark, float("nan"))
    mine, its = rolling(own, held, starts, columns, year), rolling(held, held, starts, columns, year)
    ends = column_ends(n)
    wide = np.diff(np.concatenate(([-1], ends)))

    def whole(values: Floats) -> Floats:
        spread: Floats = np.repeat(values, wide)
        return spread

    over = span_text((int(data.time[-1]) - int(data.time[0])) / max(1, n - 1) * bars)
    window = f"{counted(bars, 'bar')}, about {over}"
    spread_sharpe = [whole(mine.sharpe), whole(its.sharpe)]
    spread_volatility = [whole(mine.volatility), whole(its.volatility)]
    return [
        _chart("sharpe", "Sharpe ratio", f"over {window}", spread_sharpe, "number", 0.0),
        _chart("volatility", "Volatility", f"by the year, over {window}", spread_volatility, "percent", None),
        _chart("beta", "Beta to buy & hold", f"over {window}", [whole(mine.beta)], "number", 0.0),
    ]


def _chart(key: str, title: str, of: str, columns: list[Floats], unit: Unit, base: float | None) -> Chart:
    looks = (("Strategy", "equity"), ("Buy & hold", "hold"))
    series = tuple(Series(name, values, look, unit) for (name, look), values in zip(looks, columns, strict=False))
    axis = fit([*columns, np.array([0.0])], unit=unit)
    return Chart(f"moving-{key}", title, f"{title} {of}.", axis, series, base, small=of)

"""The values that the script shows under the pointer, as JSON inside the page."""

from __future__ import annotations

import json

import numpy as np

from apextrade.report.charts import Chart, Series
from apextrade.report.data import Micros, ReportData
from apextrade.report.decimate import Rows, column_ends
from apextrade.report.markup import Markup
from apextrade.report.outcome import whole_days


def pointer_data(data: ReportData, charts: list[Chart]) -> Markup:
    """The values of a report's charts."""
    return pointer_text(data.time, charts, whole_days(data), data.currency)


def pointer_text(when: Micros, charts: list[Chart], days: bool, currency: str) -> Markup:
    """bars: how many; at: the bar of each point, step: how many bars it stands for (left out if every bar is one);
    time: seconds since 1970 UTC of each;
    charts: by key, each line's decimals, whether it is percent, and its values."""
    rows = column_ends(len(when))
    content: dict[str, object] = {"bars": len(when), "days": days, "currency": currency}
    if len(rows) < len(when):
        content["at"] = rows.tolist()
        content["step"] = round(len(when) / len(rows))
    content["time"] = (when[rows] // 1_000_000).tolist()
    content["charts"] = {chart.key: [_line(s, rows) for s in chart.series] for chart in charts if not chart.values}
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _line(series: Series, rows: Rows) -> dict[str, object]:
    places, values = 4 if series.unit == "percent" else series.decimals, series.values[rows]
    numbers = [round(float(v), places) if np.isfinite(v) else None for v in values]
    return {"d": series.decimals, "p": int(series.unit == "percent"), "v": numbers}

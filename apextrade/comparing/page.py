"""A comparison as one HTML page that needs nothing else."""

from __future__ import annotations

import numpy as np

from apextrade.comparing.comparison import Comparison
from apextrade.comparing.shown import table
from apextrade.report.axes import fit
from apextrade.report.charts import Chart, Series, drawdown
from apextrade.report.figure import draw
from apextrade.report.labels import GROUPS, MEANINGS
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import TYPESET, counted, date_text, percent, plain
from apextrade.report.pointer import pointer_text
from apextrade.report.shell import resource, whole_page

DRAWN = 12  # curves that can be told apart, more or less
LABELS = {s.label: MEANINGS.get(s.key, "") for group in GROUPS for s in group.statistics}


def write_html(found: Comparison) -> str:
    """The page. Equal runs give equal text."""
    charts = [growth_chart(found), drawdown_chart(found)]
    days = not bool((found.time % 86_400_000_000).any())
    points = tag("script", pointer_text(found.time, charts, days, ""), type="application/json", id="points")
    warnings = tag("ul", *(tag("li", w) for w in found.warnings))
    drawn = tag("p", f"The first {DRAWN} of {len(found.runs)} runs are drawn.", class_="note") if len(found.runs) > DRAWN else ""
    body = (
        tag("header", tag("p", period(found), class_="market"), tag("h1", f"{counted(len(found.runs), 'run')} compared"),
            tag("p", leading(found), class_="outcome")),
        tag("section", tag("h2", "Before you trust this"), warnings, id="notes") if found.warnings else "",
        tag("section", tag("h2", "Growth, drawdown"), tag("div", tag("div", class_="ranges"), class_="bar"),
            *(draw(chart, found.time) for chart in charts), drawn, id="charts"),
        tag("section", tag("h2", "Statistics"), statistics_table(found), id="statistics"),
        tag("section", tag("h2", "Correlation of returns"), correlation_table(found), id="correlation"),
        tag("footer", "ApexTrade comparison. All times are UTC. Past results of a simulation say little about future ones."),
    )  # fmt: skip
    return whole_page(f"{counted(len(found.runs), 'run')} compared", tag("main", *body), points, script=resource("report.js"))


def period(found: Comparison) -> str:
    """Which instruments, from when to when."""
    symbols = list(dict.fromkeys(symbol for run in found.runs for symbol in run.symbols))
    shown = ", ".join(symbols[:6]) + (f" and {len(symbols) - 6} more" if len(symbols) > 6 else "")
    span = f"{date_text(int(found.time[0]))} to {date_text(int(found.time[-1]))} UTC"
    return f"{shown} \N{MIDDLE DOT} {span}" if shown else span


def leading(found: Comparison) -> str:
    """Who made most, and who had the highest Sharpe ratio."""
    returns, sharpe = ([run.stats.get(key, float("nan")) for run in found.runs] for key in ("total_return", "sharpe"))
    text = []
    if not all(v != v for v in returns):
        most = int(np.nanargmax(returns))
        text.append(f"{found.names[most]} made most: {percent(returns[most], sign=True)}.")
    if not all(v != v for v in sharpe):
        top = int(np.nanargmax(sharpe))
        text.append(f"{found.names[top]} has the highest Sharpe ratio: {plain(sharpe[top], 2)}.")
    return " ".join(text)


def growth_chart(found: Comparison) -> Chart:
    """Equity of each run over its capital, in percent gained."""
    columns = [grown - 1.0 for grown in found.growth[:DRAWN]]
    together = fit(list(found.growth[:DRAWN]), log=True)
    if together.log:
        columns = list(found.growth[:DRAWN])
        series = tuple(
            Series(n, c, f"plot{i % 6} r{i}", decimals=2) for i, (n, c) in enumerate(zip(found.names, columns, strict=False))
        )
        return Chart("growth", "Growth of 1", "Equity of each run over its capital.", together, series, 1.0)
    series = tuple(
        Series(n, c, f"plot{i % 6} r{i}", "percent") for i, (n, c) in enumerate(zip(found.names, columns, strict=False))
    )
    axis = fit([*columns, np.zeros(1)], unit="percent")
    return Chart("growth", "Gain on the capital", "What each run gained on its capital.", axis, series, 0.0)


def drawdown_chart(found: Comparison) -> Chart:
    """How far each run lay below its highest equity so far."""
    columns = [drawdown(grown, 1.0) for grown in found.growth[:DRAWN]]
    series = tuple(
        Series(n, c, f"plot{i % 6} r{i}", "percent") for i, (n, c) in enumerate(zip(found.names, columns, strict=False))
    )
    axis = fit([*columns, np.zeros(1)], unit="percent", top=0.0)
    return Chart("drawdown", "Drawdown from the highest equity", "Drawdown of each run.", axis, series, 0.0)


def statistics_table(found: Comparison) -> Markup:
    """A column for each run; the best are bold, with a star."""
    head = tag("tr", tag("th", "", scope="col"), *(tag("th", name, scope="col") for name in found.names))
    rows = []
    for label, cells, best in table(found, TYPESET):
        values = (tag("td", text.removeprefix("*") + (" \N{BLACK STAR}" if i in best else ""), class_="best" if i in best else None)
                  for i, text in enumerate(cells))  # fmt: skip
        rows.append(tag("tr", tag("th", label, scope="row", class_="t", title=LABELS.get(label) or None), *values))
    body = tag("table", tag("thead", head), tag("tbody", *rows), class_="plain versus")
    note = "\N{BLACK STAR} the best of them, where more or less is better."
    meanings = [tag("li", tag("b", label), ": ", LABELS[label]) for label, _, _ in table(found, TYPESET) if LABELS.get(label)]
    listing = tag("details", tag("summary", "What each number means"), tag("ol", *meanings))
    region = tag("div", body, class_="scroll", tabindex="0", role="region", aria_label="Statistics")
    return join((region, tag("p", note, class_="note"), listing))


def correlation_table(found: Comparison) -> Markup:
    """Every run against every other."""
    head = tag("tr", tag("th", "", scope="col"), *(tag("th", name, scope="col") for name in found.names))
    rows = [
        tag("tr", tag("th", name, scope="row", class_="t"), *(tag("td", plain(float(v), 2), class_=_heat(float(v))) for v in row))
        for name, row in zip(found.names, found.correlation, strict=True)
    ]
    body = tag("table", tag("thead", head), tag("tbody", *rows), class_="plain versus")
    note = "Of the returns between the times that two runs have in common. Near 1 they rise and fall together; near 0 they have little to do with each other."
    return join(
        (tag("div", body, class_="scroll", tabindex="0", role="region", aria_label="Correlation"), tag("p", note, class_="note"))
    )


def _heat(value: float) -> str | None:
    """A colour by the strength: of a high correlation the warm one, as it means that risks add up."""
    if value != value or abs(value) < 0.125:
        return None
    return f"{'d' if value > 0 else 'u'}{min(4, int(abs(value) * 4 + 0.5))}"

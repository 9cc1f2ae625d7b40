"""The report as one HTML file that needs nothing else: no address outside itself, readable without its script."""

from __future__ import annotations

import math

from apextrade.report.breakdown import breakdown
from apextrade.report.charts import Chart, all_charts, starts_as_log
from apextrade.report.closed import closed_trades
from apextrade.report.data import ReportData, TradeRow
from apextrade.report.decimate import COLUMNS, is_decimated
from apextrade.report.distribution import distribution
from apextrade.report.drawdown_table import drawdown_table
from apextrade.report.figure import draw
from apextrade.report.instruments_table import instruments_table
from apextrade.report.labels import grouped, written
from apextrade.report.listing import program_listing
from apextrade.report.markup import NOTHING, Markup, esc, join, prose, tag
from apextrade.report.months import MONTHS, monthly_returns
from apextrade.report.moving import moving_charts
from apextrade.report.numbers import counted, iso_text, percent, time_text
from apextrade.report.outcome import market, outcome, refusals, whole_days
from apextrade.report.pointer import pointer_data
from apextrade.report.shell import resource, whole_page
from apextrade.report.tiles import tiles
from apextrade.report.trades_table import listed_trades, trades_table
from apextrade.report.years import years_figure

SHAPES = Markup(
    '<svg width="0" height="0" class="shapes" aria-hidden="true"><defs>'
    '<path id="m-long" d="M0 1L6 12H-6z"/><path id="m-short" d="M0-1L6-12H-6z"/>'
    '<circle id="m-won" r="4.5"/><path id="m-lost" d="M-4.5-4.5L4.5 4.5M4.5-4.5L-4.5 4.5"/></defs></svg>'
)

_VIEWS = {"long": "-7 0 14 14", "short": "-7 -14 14 14"}


def write_html(data: ReportData) -> str:
    """The report of a backtest. Equal data give equal text."""
    listed = listed_trades(data)
    charts, closed = all_charts(data, listed), closed_trades(data.trades if not data.trades_before else ())
    moving = moving_charts(data) if data.has_every_bar else []
    figures = tag("div", distribution(closed), class_="planes")
    settings = _section("settings", "Settings and costs", _settings(data))
    facts = _section("data", "Data", _facts(data))
    body = (
        _header(data),
        _notes(data),
        _section(
            "charts",
            "Equity, drawdown" if data.instruments else "Price, equity, drawdown",
            _key_to_marks(listed),
            *_drawn(charts, data),
            _detail(data),
        ),
        _section("instruments", "Instruments", instruments_table(data)) if data.instruments else "",
        _section("months", "Returns by month and year", _months(data), years_figure(data)),
        _section("drawdowns", "Deepest drawdowns", drawdown_table(data)) if data.has_every_bar else "",
        _section("moving", "Over a moving window", *(draw(c, data.time) for c in moving)) if moving else "",
        _section("statistics", "Statistics", _statistics(data)),
        _section("distribution", "How trades came out", breakdown(closed, data.currency), figures) if len(closed) else "",
        _section("trades", "Trades", trades_table(data, listed)),
        _section("notifications", "Notes", _notifications(data)) if data.notes else "",
        tag("div", settings, facts, class_="pair"),
        _section("program", "Program", _program(data)),
        tag("footer", "ApexTrade backtest. All times are UTC. Past results of a simulation say little about future ones."),
    )
    points = tag("script", pointer_data(data, [*charts, *moving]), type="application/json", id="points")
    title = f"{data.title or 'Backtest'} on {data.symbol}"
    return whole_page(title, SHAPES, tag("main", *body), points, script=resource("report.js"))


def _drawn(charts: list[Chart], data: ReportData) -> list[Markup]:
    """The charts, the two of equity with a choice between them that needs no script."""
    found = []
    for chart in charts:
        if chart.key == "equity" and any(c.key == "equity-log" for c in charts):
            log = starts_as_log(data)
            choice = [
                part
                for name, text, chosen in (("linear", "Linear", not log), ("log", "Log", log))
                for part in (
                    tag("input", type="radio", name="scale", id=f"scale-{name}", checked=chosen),
                    tag("label", text, for_=f"scale-{name}"),
                )
            ]
            both = [draw(c, data.time) for c in charts if c.key.startswith("equity")]
            found.append(tag("div", *choice, *both, class_="scales"))
        elif chart.key != "equity-log":
            found.append(draw(chart, data.time))
    return found


def _section(key: str, title: str, *content: object) -> Markup:
    return tag("section", tag("h2", title), *content, id=key)


def _header(data: ReportData) -> Markup:
    return tag(
        "header",
        tag("p", market(data), class_="market"),
        tag("h1", data.title or "Untitled strategy"),
        tag("p", data.doc, class_="doc") if data.doc else "",
        tag("p", outcome(data), class_="outcome"),
        tiles(data),
    )


def _notes(data: ReportData) -> Markup:
    """What a reader should know before trusting the numbers; nothing if there is nothing."""
    notes = [*data.warnings, *refusals(data)]
    if not notes:
        return NOTHING
    return tag("section", tag("h2", "Before you trust this"), tag("ul", *(tag("li", prose(n)) for n in notes)), id="notes")


def _notifications(data: ReportData) -> Markup:
    """What the program's `notify` actions said."""
    head = tag("tr", tag("th", "Time, UTC", scope="col"), tag("th", "Text", scope="col"))
    rows = [tag("tr", tag("td", time.replace("T", " ").removesuffix("Z")), tag("td", text)) for time, text in data.notes]
    left_out = data.note_count - len(rows)
    if left_out > 0:
        half = len(rows) // 2
        rows.insert(half, tag("tr", tag("td", f"{counted(left_out, 'note')} not shown", colspan="2")))
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="told")
    region = tag("div", table, class_="scroll tall", tabindex="0", role="region", aria_label="Notes")
    return join((tag("p", counted(data.note_count, "note") + " of the program.", class_="note"), region))


def _detail(data: ReportData) -> Markup:
    """What a drawn point stands for, where it is not one bar."""
    n = len(data.time)
    if not is_decimated(n):
        return NOTHING
    words = f"{n:,} bars are drawn as {COLUMNS:,} columns of some {n / COLUMNS:,.0f} bars each, "
    words += "by the lowest and the highest value of each."
    return tag("p", words, class_="note")


def _key_to_marks(listed: tuple[TradeRow, ...]) -> Markup:
    """What the shapes mean, and the places where the script puts its buttons."""
    if not listed:
        return tag("div", tag("div", class_="ranges"), class_="bar")
    kinds = [("long", "long entry"), ("short", "short entry"), ("won", "exit with profit"), ("lost", "exit with loss")]
    sides = {t.side for t in listed} | {"won", "lost"}
    keys = [
        tag("span", tag("svg", tag("use", href=f"#m-{k}", class_=k), viewBox=_VIEWS.get(k, "-7 -7 14 14")), words)
        for k, words in kinds
        if k in sides
    ]
    return tag("div", tag("div", *keys, class_="shapes-key"), tag("div", class_="ranges"), class_="bar")


def _months(data: ReportData) -> Markup:
    years = monthly_returns(data.time, data.equity, data.capital)
    if not years:
        return tag("p", "Equity is not known in any month.", class_="empty")
    sizes = sorted(abs(m) for y in years for m in y.months if m is not None and math.isfinite(m))
    full = max(sizes[int(0.95 * (len(sizes) - 1))], 1e-9) if sizes else 1.0  # one wild month must not bleach the others
    totals = [tag("td", _signed(y.total), class_="total") for y in years]
    months = [join(_month(m, full) for m in y.months) for y in years]
    rows = [tag("tr", tag("th", y.year, scope="row"), m, t) for y, m, t in zip(years, months, totals, strict=True)]
    names = [tag("th", name, scope="col") for name in ("Year", *MONTHS)]
    head = tag("tr", *names, tag("th", "Total", scope="col", class_="total"))
    caption = "Return of each calendar month (UTC) in percent, from the last close before it to its own last close."
    table = tag("table", tag("thead", head), tag("tbody", *rows), class_="heat")
    region = tag("div", table, class_="scroll", tabindex="0", role="region", aria_label="Monthly returns")
    return join((region, tag("p", caption, class_="note")))


def _month(value: float | None, full: float) -> Markup:
    if value is None:
        return tag("td")
    if math.isnan(value):
        return tag("td", _signed(value))
    level = min(4, math.ceil(4 * abs(value) / full - 1e-9)) if abs(value) >= 0.00005 else 0
    return tag("td", _signed(value), class_=f"{'u' if value > 0 else 'd'}{level}" if level else "z")


def _signed(value: float) -> str:
    return percent(value, sign=True, decimals=1 if abs(value) < 10 else 0).rstrip("%")


def _statistics(data: ReportData) -> Markup:
    groups, notes, number = [], [], 0
    for title, rows in grouped(data.stats):
        lines = []
        for s, value in rows:
            meaning, mark = s.meaning, NOTHING
            if meaning:
                number += 1
                mark = tag("sup", number, aria_hidden="true")
                notes.append(tag("li", tag("b", s.label), ": ", meaning))
            lines.append(tag("div", tag("dt", s.label, mark, title=meaning or None), tag("dd", written(s, value, data.currency))))
        groups.append(tag("div", tag("h3", title), tag("dl", *lines), class_="group"))
    listing = tag("details", tag("summary", "What each number means"), tag("ol", *notes)) if notes else ""
    return join((tag("div", *groups, class_="groups"), listing))


def _pairs(rows: list[tuple[str, object]]) -> Markup:
    return tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for name, value in rows))


def _settings(data: ReportData) -> Markup:
    settings = _pairs([(name, value) for name, value in data.settings])
    if not data.inputs:
        return settings
    return join((settings, tag("h3", "Inputs of this run"), _pairs([(name, value) for name, value in data.inputs])))


def _facts(data: ReportData) -> Markup:
    days = whole_days(data)
    unknown = int((data.close != data.close).sum())
    rows: list[tuple[str, object]] = [
        ("Instrument", data.symbol),
        ("Source", data.data_name or "not named"),
        ("Bars", f"{data.bar_count:,}" + (f", {counted(unknown, 'close')} unknown" if unknown else "")),
        ("First bar", _time(int(data.time[0]), days)),
        ("Last bar", _time(int(data.time[-1]), days)),
        ("Fingerprint", tag("code", data.fingerprint) if data.fingerprint else "none"),
    ]
    repairs = tag("p", "Nothing had to be repaired.", class_="note")
    if data.repairs:
        repairs = tag("ul", *(tag("li", prose(r)) for r in data.repairs))
    return join((_pairs(rows), tag("h3", "Repairs"), repairs))


def _time(micros: int, days: bool) -> Markup:
    return tag("time", time_text(micros, whole_days=days) + " UTC", datetime=iso_text(micros))


def _program(data: ReportData) -> Markup:
    return join((tag("p", "Hash ", tag("code", esc(data.program_hash)), class_="note"), program_listing(data.program_text)))

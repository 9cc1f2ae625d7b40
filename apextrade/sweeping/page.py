"""The report of a sweep as one HTML file that needs nothing else and no script: maps of two inputs, the distribution, the best rows."""

from __future__ import annotations

import math

import numpy as np

from apextrade.report.heatmap import Heat, heatmap
from apextrade.report.markup import NOTHING, Markup, join, prose, tag
from apextrade.report.numbers import TYPESET, counted, percent, plain
from apextrade.report.shell import whole_page
from apextrade.report.ticks import round_values
from apextrade.sweeping.maps import MOST_CELLS, MOST_MAPS, Map, Side, cell_of, maps
from apextrade.sweeping.shown import SHOWN, figure, judged, said, tried, written
from apextrade.sweeping.table import LESS_IS_BETTER, SweepTable
from compiler.inputs import InputError
from compiler.program import Program
from runtime.data.arrays import Floats
from runtime.research.plateau import plateau, steadiest

BARS = 40
TOP = 20
MOST_STEADIEST = 20_000
"""Rows whose neighbours are looked up."""
STYLES = Markup("""
.judged { padding-left: 1.15em; max-width: 80ch; } .judged li + li { margin-top: 4px; }
#maps > input { margin: 0 6px 0 0; } #maps > label { margin-right: 22px; font-size: 14px; cursor: pointer; }
#maps:has(#kind-best:checked) .of-median, #maps:has(#kind-median:checked) .of-best { display: none; }
.spread { margin-top: 36px; }
.spread .field { position: relative; height: 200px; border-bottom: 1px solid var(--rule); }
.spread .field svg { position: absolute; inset: 0; width: 100%; height: 100%; fill: var(--equity); }
.spread .mark { position: absolute; top: -8px; bottom: 0; border-left: 2px solid var(--ink); }
.spread .mark span { position: absolute; bottom: 100%; transform: translateX(-50%); white-space: nowrap; font-size: 12.5px; color: var(--soft); }
.spread .mark.right span { transform: translateX(-100%); } .spread .mark.left span { transform: none; }
.spread .foot { position: relative; height: 24px; margin-bottom: 6px; }
.spread .foot span { position: absolute; top: 5px; transform: translateX(-50%); font-size: 12.5px; color: var(--soft); white-space: nowrap; }
.rows { border-collapse: collapse; font-size: 14px; }
.rows th, .rows td { padding: 5px 0 5px 22px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
.rows th:first-child { padding-left: 0; } .rows tbody th { color: var(--soft); font-weight: 400; }
""")


def write_html(table: SweepTable, program: Program) -> str:
    """The report of a sweep. Equal tables give equal text. Raises InputError where no combination has the metric."""
    row = table.best_row
    if row is None:
        raise InputError(f"There is nothing to draw: no combination has a `{table.metric}`.")
    drawn = maps(table)
    body = (
        tag(
            "header",
            tag("p", f"Sweep by {_name(table.metric)}", class_="market"),
            tag("h1", program.title or "Untitled strategy"),
            tag("p", program.doc, class_="doc") if program.doc else "",
            tag("p", prose(tried(table, program)), class_="outcome"),
        ),
        tag("section", tag("h2", "What to make of it"), _judgement(table, program, row), id="judged"),
        _maps(table, program, drawn, row) if drawn else NOTHING,
        tag("section", tag("h2", "All combinations"), _distribution(table, row), id="distribution"),
        tag("section", tag("h2", "The best"), _top(table, program), id="best"),
        tag("footer", "ApexTrade sweep. Past results of a simulation say little about future ones."),
    )
    return whole_page(f"Sweep of {program.title or 'a strategy'}", tag("style", STYLES), tag("main", *body))


def _name(statistic: str) -> str:
    return statistic.replace("_", " ")


def _judgement(table: SweepTable, program: Program, row: int) -> Markup:
    lines = [f"The best: {said(table.inputs(row), program)}.", *judged(table, row, table.neighbours(row), TYPESET)]
    values = (-1.0 if table.metric in LESS_IS_BETTER else 1.0) * table.statistic(table.metric)
    flat = plateau(table.places, values, row)
    if flat.neighbours and flat.score == flat.score:
        lines.append(
            f"It stands on a {'plateau' if flat.score >= 0.5 else 'peak'}: the {counted(flat.neighbours, 'combination')} one step away, in any inputs, "
            f"keep {percent(flat.score, decimals=0)} of its lead over the median."
        )
    small = len(table) <= MOST_STEADIEST and table.places.shape[1] <= 4
    steady = steadiest(table.places, values) if small else -1
    if steady >= 0 and steady != row:
        lines.append(f"Best together with its neighbours: {said(table.inputs(steady), program)}.")
    return tag("ul", *(tag("li", prose(line)) for line in (*lines, *table.notes)), class_="judged")


# ---------------------------------------------------------------- maps


def _maps(table: SweepTable, program: Program, drawn: list[Map], row: int) -> Markup:
    several = any(one.several for one in drawn)
    switch: list[Markup] = []
    if several:
        for kind, words in (("best", "the best of each cell"), ("median", "the median of each cell")):
            switch.append(tag("input", type="radio", name="kind", id=f"kind-{kind}", checked=kind == "best"))
            switch.append(tag("label", words, for_=f"kind-{kind}"))
    figures: list[Markup] = []
    for one in drawn:
        figures.append(tag("div", _map(table, program, one, one.best, row), class_="of-best"))
        if several:
            figures.append(tag("div", _map(table, program, one, one.median, row), class_="of-median"))
    note = f"Each cell is the {_name(table.metric)} of the combinations with its two values"
    note += f"; of more than {MOST_CELLS} values neighbours share a cell." if any(one.shares for one in drawn) else "."
    note += " The best combination is marked. A cell without a colour has no run, or none that traded enough."
    pairs = math.comb(sum(len(axis.values) > 1 for axis in table.space.axes), 2)
    if pairs > len(drawn):
        note += f" The first {MOST_MAPS} of {pairs} pairs of inputs are drawn."
    title = f"{_name(table.metric).capitalize()} by two inputs"
    return tag("section", tag("h2", title), *switch, *figures, tag("p", note, class_="note"), id="maps")


def _map(table: SweepTable, program: Program, one: Map, values: Floats, row: int) -> Markup:
    return heatmap(heat_of(table, program, one, values, row))


def heat_of(table: SweepTable, program: Program, one: Map, values: Floats, row: int) -> Heat:
    """A map with its labels as the program writes them, the best combination marked."""
    return Heat(
        _name(table.metric),
        table.space.axes[one.across.axis].name,
        _labels(table, program, one.across),
        table.space.axes[one.down.axis].name,
        _labels(table, program, one.down),
        values,
        cell_of(one, table, row),
        table.metric not in LESS_IS_BETTER,
        lambda value: figure(table.metric, value, TYPESET),
    )


def _labels(table: SweepTable, program: Program, side: Side) -> tuple[str, ...]:
    axis = table.space.axes[side.axis]
    info = next(info for info in program.inputs if info.name == axis.name)
    texts = []
    for first, last in zip(side.firsts, side.lasts, strict=True):
        one, other = (written(info, axis.values[at]) for at in (first, last))
        texts.append(one if first == last else f"{one} to {other}")
    return tuple(texts)


# ---------------------------------------------------------------- all of them


def _distribution(table: SweepTable, row: int) -> Markup:
    values = table.statistic(table.metric)
    known = values[np.isfinite(values)]
    if not len(known) or not float(known.max()) > float(known.min()):
        return tag("p", "All have the same.", class_="note")
    low, high = float(known.min()), float(known.max())
    counts, edges = np.histogram(known, bins=BARS, range=(low, high))
    top = int(counts.max())
    bars = []
    for at, n in enumerate(counts.tolist()):
        ends = " to ".join(figure(table.metric, float(edge), TYPESET) for edge in edges[at : at + 2])
        shown = tag("title", f"{ends}: {counted(n, 'combination')}")
        height = 100 * n / top
        bars.append(tag("rect", shown, x=f"{at + 0.06:.2f}", y=f"{100 - height:.3f}", width="0.88", height=f"{height:.3f}"))

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    marks = []
    for words, value in (("median", float(np.median(known))), ("best", float(values[row]))):
        if math.isfinite(value):
            side = "left" if place(value) < 8 else "right" if place(value) > 92 else ""
            text = tag("span", f"{words} {figure(table.metric, value, TYPESET)}")
            marks.append(tag("div", text, class_=f"mark {side}".rstrip(), style=f"left:{place(value):.3f}%"))
    ticks = [tag("span", figure(table.metric, v, TYPESET), style=f"left:{place(v):.3f}%") for v in round_values(low, high, 6)]
    lost = len(values) - len(known)
    note = f"How many combinations have which {_name(table.metric)}." + (
        f" {counted(lost, 'combination')} have none." if lost else ""
    )
    drawing = tag("svg", *bars, viewBox=f"0 0 {BARS} 100", preserveAspectRatio="none", role="img", aria_label=note)
    field = tag("div", drawing, *marks, class_="field")
    return join((tag("figure", field, tag("div", *ticks, class_="foot"), class_="spread"), tag("p", note, class_="note")))


def _top(table: SweepTable, program: Program) -> Markup:
    infos = {info.name: info for info in program.inputs}
    names = [axis.name for axis in table.space.axes]
    figures = tuple(dict.fromkeys((table.metric, *SHOWN, "profit_factor", "exposure", *table.charged)))
    head = tag("tr", tag("th", "", scope="col"), *(tag("th", _name(n), scope="col") for n in (*names, *figures)))
    lines = []
    for at, row in enumerate(table.order[:TOP].tolist(), 1):
        if np.isnan(table.statistic(table.metric)[row]):
            break
        inputs, stats = table.inputs(row), table.stats(row)
        cells = [written(infos[n], inputs[n]) for n in names] + [figure(n, stats[n], TYPESET) for n in figures]
        lines.append(tag("tr", tag("th", plain(at, 0), scope="row"), *(tag("td", cell) for cell in cells)))
    listing = tag("table", tag("thead", head), tag("tbody", *lines), class_="rows")
    return tag("div", listing, class_="scroll", tabindex="0", role="region", aria_label="The best combinations")

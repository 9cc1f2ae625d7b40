"""How trades came out, as figures: what each made, how far each went against and for it first, and how long it was held."""

from __future__ import annotations

import math

import numpy as np

from apextrade.report.axes import HEIGHT, Axis, Unit, fit
from apextrade.report.closed import Closed
from apextrade.report.data import Floats
from apextrade.report.excursions import against, ahead
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import counted, percent, plain
from apextrade.report.plane import Plane, across_line, across_ticks, bar, dots, draw_plane, from_left, key, spread

DOTS = 1500  # more cover each other
EDGE = 0.005  # the share of trades at either end that a histogram of many may put into its last bins
MANY = 200


def distribution(trades: Closed) -> Markup:
    """The figures; nothing can be told of fewer than two trades."""
    known = np.isfinite(trades.share)
    if known.sum() < 2:
        return join(())
    figures = [returns_histogram(trades.share[known])]
    if (known & np.isfinite(trades.mae) & np.isfinite(trades.mfe)).sum() >= 2:
        figures += [excursion_scatter(trades, "mae"), excursion_scatter(trades, "mfe")]
    figures.append(bars_histogram(trades))
    return join(map(draw_plane, figures))


def bin_edges(values: Floats, wanted: int) -> Floats:
    """Edges of bins of one round width, 0 among them where the values pass it; the outermost take what lies beyond."""
    low, high = float(values.min()), float(values.max())
    if len(values) >= MANY:
        low, high = np.quantile(values, [EDGE, 1 - EDGE]).tolist()
    size = max(abs(low), abs(high))
    span = high - low if high - low > max(1e-9 * size, 1e-12) else size if size > 1e-12 else 1.0  # else they are all the same
    power = 10.0 ** math.floor(math.log10(span / wanted))
    width = next(m * power for m in (1, 2, 5, 10) if m * power >= span / wanted * 0.9999)
    first, last = math.floor(low / width + 1e-9), math.ceil(high / width - 1e-9)
    edges: Floats = np.arange(first, max(last, first + 1) + 1).astype(np.float64) * width
    return edges


def counts_of(values: Floats, edges: Floats) -> list[int]:
    """How many values each bin holds; one on an edge belongs above it, but the last edge belongs to the last bin."""
    at = np.clip(np.searchsorted(edges, values, "right") - 1, 0, len(edges) - 2)
    counts: list[int] = np.bincount(at, minlength=len(edges) - 1).tolist()
    return counts


def returns_histogram(share: Floats) -> Plane:
    """What trades made, in percent of their entry's value."""
    edges = bin_edges(share, bins_of(len(share)))
    middle, mean = float(np.median(share)), float(share.mean())
    axis = _axis(edges, "percent")
    lines = [
        across_line(at, look, f"{name} {percent(value, sign=True, decimals=2)}")
        for name, value, look in (("Mean", mean, "mean"), ("Median", middle, "median"))
        if 0 <= (at := float(from_left(axis, np.array([value]))[0])) <= 100
    ]
    beyond = int(((share < edges[0]) | (share > edges[-1])).sum())
    note = f"{counted(beyond, 'trade')} beyond the axis {'is' if beyond == 1 else 'are'} in the outermost bars." if beyond else ""
    return _histogram(
        "Return of each trade", share, edges, axis, "Profit or loss, % of the entry's value", lines, note,
        key(("gain", "with profit"), ("loss", "with loss"), ("mean", f"mean {percent(mean, sign=True)}"),
            ("median", f"median {percent(middle, sign=True)}")),
    )  # fmt: skip


def bars_histogram(trades: Closed) -> Plane:
    """How long trades were held."""
    edges = bin_edges(trades.bars, bins_of(len(trades)))
    if edges[1] - edges[0] < 1:
        edges = np.arange(math.floor(trades.bars.min()), math.ceil(trades.bars.max()) + 2, dtype=np.float64)
    won, lost = trades.bars[trades.won], trades.bars[~trades.won]
    words = [
        f"{counted(float(np.median(part)), 'bar')} with a {name}" for part, name in ((won, "profit"), (lost, "loss")) if len(part)
    ]
    note = f"In the median {', '.join(words)}."
    return _histogram(
        "Time held",
        trades.bars,
        edges,
        _axis(edges, "number"),
        "Bars from entry to exit",
        [],
        note,
        Markup(""),
    )


def bins_of(count: int) -> int:
    """How many bins show a distribution of so many values."""
    return min(40, max(8, int(4 * math.cbrt(count))))


def _axis(edges: Floats, unit: Unit) -> Axis:
    return Axis(float(edges[0]), float(edges[-1]), False, unit)


def _histogram(
    title: str, values: Floats, edges: Floats, axis: Axis, across_name: str, lines: list[Markup], note: str, legend: Markup
) -> Plane:
    counts = counts_of(values, edges)
    up = Axis(0.0, max(counts) * 1.06)
    lefts = from_left(axis, edges)
    bars = []
    for count, low, high, left, right in zip(counts, edges[:-1], edges[1:], lefts[:-1], lefts[1:], strict=True):
        look = "held" if axis.unit == "number" else "gain" if low >= 0 else "loss"
        shown = f"{percent(low)} to {percent(high)}" if axis.unit == "percent" else f"{plain(low, 0)} to {plain(high, 0)} bars"
        gap = min(0.3, (right - left) / 6)
        bars.append(
            bar(
                left + gap / 2,
                right - left - gap,
                up.place(count) * 100 / HEIGHT,
                100.0,
                look,
                f"{shown}: {counted(count, 'trade')}",
            )
        )
    ticks = [t for t in up.ticks() if float(t.label.replace(",", "").rstrip("k")).is_integer()]
    text = f"{title}: {counted(len(values), 'trade')} in {len(counts)} bins."
    return Plane(title, text, ticks, across_ticks(axis), across_name, join((*bars, *lines)), legend, note)


def excursion_scatter(trades: Closed, which: str) -> Plane:
    """What each trade made against the farthest it was behind (mae) or ahead (mfe) before."""
    known = np.flatnonzero(np.isfinite(trades.share) & np.isfinite(trades.mae) & np.isfinite(trades.mfe))
    chosen = known[spread(len(known), DOTS)]
    excursion, share, won = (-trades.mae if which == "mae" else trades.mfe)[chosen], trades.share[chosen], trades.won[chosen]
    x, y = fit([excursion, np.zeros(1)], unit="percent", margin=0.03), fit([share, np.zeros(1)], unit="percent")
    x = Axis(min(0.0, float(excursion.min())) - 0.01 * (x.high - x.low), x.high, False, "percent")
    titles = [
        f"Trade {number}: {percent(made, sign=True, decimals=2)}, {'worst' if which == 'mae' else 'best'} "
        f"{percent(-far if which == 'mae' else far, sign=True, decimals=2)}, {counted(bars, 'bar')}"
        for number, made, far, bars in zip(trades.number[chosen], share, excursion, trades.bars[chosen], strict=True)
    ]
    looks = ["gain" if one else "loss" for one in won.tolist()]
    zero = y.place(0.0) * 100 / HEIGHT
    base = tag("line", x1="0", x2="100%", y1=f"{zero:.2f}%", y2=f"{zero:.2f}%", class_="zero")
    drawn = join((base, dots(from_left(x, excursion), y.places(share) * 100 / HEIGHT, looks, titles)))
    few = f" {len(chosen):,} of {len(known):,} trades are drawn." if len(chosen) < len(known) else ""
    if which == "mae":
        title, name, note = (
            "Profit against worst loss on the way (MAE)",
            "Farthest behind while it was open, % of the entry's value",
            against(trades),
        )
    else:
        title, name, note = (
            "Profit against best profit on the way (MFE)",
            "Farthest ahead while it was open, % of the entry's value",
            ahead(trades),
        )
    legend = key(("gain dot", "with profit"), ("loss dot", "with loss"))
    return Plane(title, f"{title}: {counted(len(chosen), 'trade')}.", y.ticks(), across_ticks(x), name, drawn, legend, note + few)

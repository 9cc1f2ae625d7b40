"""Pictures for notebooks: what `result.plot()`, `comparison.plot()` and `table.plot()` return.

A picture is a PNG, drawn by matplotlib when it is first looked at; the extra `plot` installs it. Nothing of a user's own matplotlib settings
is used or changed, so the same result gives the same bytes. Where there is no picture, a notebook and a terminal show the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from apextrade.failures import UsageError
from apextrade.report.decimate import line_rows

if TYPE_CHECKING:
    from apextrade.comparing import Comparison
    from apextrade.report.data import Floats, Micros, ReportData
    from apextrade.report.heatmap import Heat

PAPER, INK, SOFT, GRID = "#fcfbf9", "#1b1e22", "#5a6068", "#e4e0d8"
EQUITY, HOLD, LOSS, GAIN = "#14508c", "#767b83", "#b02a2a", "#0b6e46"
COLOURS = ("#14508c", "#a85b00", "#6d3fb0", "#007480", "#a52a6d", "#4f6b00", "#8a4b2a")
HEAT = ("#f4ede1", "#e3e6d3", "#c8dbc9", "#a6cdc1", "#7fbcb8", "#56a6ad", "#14697a", "#0d4a5e")
MISSING = "A picture needs matplotlib: install ApexTrade with its extra, `pip install 'apextrade[plot]'`."


@dataclass(frozen=True, eq=False)
class Plot:
    """A picture and the same in words. width, height: in pixels. Drawn once, when it is asked for."""

    words: str
    width: int
    height: int
    draw: Callable[[Any], None]
    drawn: list[bytes] = field(default_factory=list)

    @property
    def png(self) -> bytes:
        """The picture as a PNG; equal results give equal bytes. Raises UsageError where matplotlib is not installed."""
        if not self.drawn:
            self.drawn.append(_png(self))
        return self.drawn[0]

    def save(self, path: str | PathLike[str]) -> Path:
        """Writes the picture to a .png file. Returns its path."""
        from apextrade.files import write_whole

        if Path(path).suffix.lower() != ".png":
            raise UsageError(f"{path}: name a file that ends in .png.")
        write_whole(Path(path), self.png)
        return Path(path)

    def _repr_png_(self) -> bytes | None:
        return self.png if _has_matplotlib() else None

    def __repr__(self) -> str:
        return self.words.rstrip("\n") + ("" if _has_matplotlib() else f"\n\n{MISSING}")


def result_plot(data: ReportData, words: str) -> Plot:
    """Equity beside buying and holding, and the drawdown below."""

    def draw(figure: Any) -> None:
        from apextrade.report.charts import drawdown, starts_as_log
        from apextrade.report.numbers import TYPESET, percent, plain
        from apextrade.report.outcome import market, stat

        upper, lower = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 1], "hspace": 0.08})
        _line(upper, data.time, data.benchmark, color=HOLD, linewidth=1.0, linestyle=(0, (5, 3)), label="Buy & hold")
        _line(upper, data.time, data.equity, color=EQUITY, linewidth=1.6, label="Equity")
        upper.axhline(data.capital, color=SOFT, linewidth=0.8, linestyle=(0, (1, 4)))
        _money_axis(upper, starts_as_log(data))
        fall = drawdown(data.equity, data.capital)
        rows = line_rows(fall)
        lower.fill_between(_when(data.time[rows]), 100 * fall[rows], 0.0, color=LOSS, alpha=0.2, linewidth=0)
        _line(lower, data.time, 100 * fall, color=LOSS, linewidth=1.0)
        _percent_axis(lower)
        total, sharpe, deepest = (stat(data, key) for key in ("total_return", "sharpe", "max_drawdown"))
        figures = TYPESET.dot.join(
            (percent(total, sign=True), f"Sharpe {plain(sharpe, 2)}", f"drawdown {percent(-abs(deepest))}")
        )
        _titles(figure, upper, data.title or "Backtest", market(data), figures)
        upper.set_ylabel(f"Equity, {_plain(data.currency)}", color=SOFT, fontsize=9)
        lower.set_ylabel("Drawdown", color=SOFT, fontsize=9)
        _legend(upper)

    return Plot(words, 1000, 560, draw)


def comparison_plot(found: Comparison) -> Plot:
    """The gain of each run on its capital."""

    def draw(figure: Any) -> None:
        from apextrade.comparing.page import period

        axes = figure.subplots()
        for i, (name, grown) in enumerate(zip(found.names, found.growth, strict=True)):
            dashes = "-" if i < len(COLOURS) else (0, (5, 2))
            _line(
                axes,
                found.time,
                100 * (grown - 1),
                color=COLOURS[i % len(COLOURS)],
                linewidth=1.4,
                linestyle=dashes,
                label=_plain(name),
            )
        axes.axhline(0.0, color=SOFT, linewidth=0.8, linestyle=(0, (1, 4)))
        _percent_axis(axes)
        _titles(figure, axes, f"{len(found.runs)} runs compared", period(found), "")
        axes.set_ylabel("Gain on the capital", color=SOFT, fontsize=9)
        _legend(axes)

    return Plot(found.summary(), 1000, 500, draw)


def heat_plot(heat: Heat, words: str) -> Plot:
    """A number over two inputs."""
    rows, columns = heat.values.shape

    def draw(figure: Any) -> None:
        from matplotlib.colors import ListedColormap

        axes = figure.subplots()
        levels = heat.levels()
        shown = np.ma.masked_less(levels, 0)
        axes.imshow(shown, cmap=ListedColormap(HEAT), vmin=-0.5, vmax=7.5, aspect="auto", interpolation="nearest")
        for side, texts in ((axes.xaxis, heat.columns), (axes.yaxis, heat.rows)):
            step = -(-len(texts) // 14)
            side.set_ticks(range(0, len(texts), step), [_plain(text) for text in texts[::step]])
        if columns <= 14 and rows <= 24:
            for y in range(rows):
                for x in range(columns):
                    ink = "#ffffff" if levels[y, x] >= 6 else INK
                    axes.text(x, y, _plain(heat.write(float(heat.values[y, x]))), ha="center", va="center", fontsize=8, color=ink)
        if heat.best is not None:
            from matplotlib.patches import Rectangle

            y, x = heat.best
            axes.add_patch(Rectangle((x - 0.5, y - 0.5), 1, 1, fill=False, edgecolor=LOSS, linewidth=2.2))
        axes.grid(False)
        axes.set_xlabel(_plain(heat.column_name), color=SOFT, fontsize=9)
        axes.set_ylabel(_plain(heat.row_name), color=SOFT, fontsize=9)
        first, last = heat.ends
        known = first == first
        scale = f"pale {heat.write(first)} to dark {heat.write(last)}" if known else "no combination has a value"
        _titles(figure, axes, f"{heat.name} by {heat.column_name} and {heat.row_name}", scale, "")

    return Plot(words, 900, 600, draw)


def _has_matplotlib() -> bool:
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None


def _png(plot: Plot) -> bytes:
    if not _has_matplotlib():
        raise UsageError(MISSING)
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    own: dict[Any, Any] = dict(matplotlib.rcParamsDefault)
    own |= {"font.family": ["DejaVu Sans"], "axes.facecolor": PAPER, "axes.edgecolor": GRID}
    own.pop("backend")  # of a user's own figures
    with matplotlib.rc_context(own):
        figure = Figure(figsize=(plot.width / 100, plot.height / 100), dpi=100, facecolor=PAPER)
        FigureCanvasAgg(figure)
        plot.draw(figure)
        for axes in figure.axes:
            axes.tick_params(colors=SOFT, labelsize=9, length=0)
            for side in ("top", "right", "left"):
                axes.spines[side].set_visible(False)
        out = BytesIO()
        figure.savefig(out, format="png", dpi=100, facecolor=PAPER, metadata={"Software": None})
    return out.getvalue()


def _when(time: Micros) -> Any:
    return time.astype("M8[us]")


def _line(axes: Any, time: Micros, values: Floats, **look: Any) -> None:
    """A curve with fewer points, of which the extremes survive."""
    rows = line_rows(values)
    axes.plot(_when(time[rows]), values[rows], solid_joinstyle="round", **look)


def _titles(figure: Any, axes: Any, title: str, below: str, right: str) -> None:
    figure.subplots_adjust(left=0.085, right=0.975, top=0.86, bottom=0.085)
    figure.text(0.02, 0.955, _plain(title, 80), fontsize=14, fontweight="bold", color=INK, va="center")
    figure.text(0.02, 0.905, _plain(below, 76), fontsize=9.5, color=SOFT, va="center")
    figure.text(0.975, 0.905, _plain(right), fontsize=9.5, color=INK, va="center", ha="right")
    axes.margins(x=0.005)


def _legend(axes: Any) -> None:
    axes.legend(loc="upper left", fontsize=9, frameon=True, facecolor=PAPER, edgecolor="none", framealpha=0.8, labelcolor=INK)


def _money_axis(axes: Any, log: bool) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    from apextrade.report.numbers import compact
    from apextrade.report.ticks import log_values

    if log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(FixedLocator(log_values(*axes.get_ylim())))
        axes.yaxis.set_minor_locator(NullLocator())
    axes.grid(True, color=GRID, linewidth=0.8)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: compact(float(f"{value:.10g}"))))


def _percent_axis(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter

    from apextrade.report.numbers import TYPESET

    axes.grid(True, color=GRID, linewidth=0.8)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%".replace("-", TYPESET.minus)))


def _plain(text: str, most: int = 90) -> str:
    """A text that matplotlib does not take for mathematics, on one line, of a length that fits."""
    from apextrade.report.markup import visible

    line = " ".join(visible(text).split())
    line = line if len(line) <= most else line[: most - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
    return line.replace("\\", "\\\\").replace("$", "\\$")

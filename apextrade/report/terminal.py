"""The summary of a backtest for a terminal, or for a file: plain text, with colours only if asked for."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from apextrade.report.axes import HEIGHT, Axis, fit
from apextrade.report.canvas import ascii_art, braille
from apextrade.report.data import ReportData, TradeRow
from apextrade.report.instruments_table import HEAD
from apextrade.report.instruments_table import cells as instrument_cells
from apextrade.report.labels import grouped, written
from apextrade.report.markup import visible
from apextrade.report.numbers import ASCII, TYPESET, Glyphs, counted, date_text, percent, plain, quantity, time_text
from apextrade.report.outcome import market, outcome, price_places, refusals, whole_days

PLOT_ROWS = 8
LAST_TRADES = 5
_CODES = {"bold": "\x1b[1m", "dim": "\x1b[2m", "gain": "\x1b[32m", "loss": "\x1b[31m", "line": "\x1b[36m", "warn": "\x1b[33m"}
Paint = Callable[[str, str], str]


def summary(data: ReportData, width: int = 80, unicode: bool = True, color: bool = False) -> str:
    """The title, what came out, the statistics, the equity curve, the last trades and what to know before trusting them.

    width: characters of a line, at least 40. unicode: whether the terminal shows more than ASCII. color: with ANSI colours.
    Lines end in LF, the last one too; names and texts of others cannot carry control codes into it.
    """
    glyphs, width = TYPESET if unicode else ASCII, max(40, width)
    data = replace(data, currency=_line(data.currency))

    def paint(text: str, look: str) -> str:
        return f"{_CODES[look]}{text}\x1b[0m" if color and look and text.strip() else text

    blocks = [
        _title(data, width, glyphs, paint),
        _wrapped(outcome(data, glyphs), width),
        _statistics(data, width, glyphs, paint),
        _plot(data, width, unicode, glyphs, paint),
        _instruments(data, width, glyphs, paint),
        _trades(data, width, glyphs, paint),
        _notifications(data, width, glyphs),
        _notes(data, width, glyphs, paint),
    ]
    text = "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"
    return text if unicode else text.encode("ascii", "replace").decode()


def _title(data: ReportData, width: int, glyphs: Glyphs, paint: Paint) -> list[str]:
    title = paint(_line(data.title or "Untitled strategy"), "bold")
    return [title, *(paint(text, "dim") for text in _wrapped(market(data, glyphs), width))]


def _line(text: str) -> str:
    """One line, without anything that could command the terminal."""
    return " ".join(visible(text).split())


def _wrapped(text: str, width: int, indent: str = "") -> list[str]:
    return textwrap.wrap(_line(text), width, initial_indent=indent, subsequent_indent=" " * len(indent), break_on_hyphens=False)


def _statistics(data: ReportData, width: int, glyphs: Glyphs, paint: Paint) -> list[str]:
    """Label and number, in two columns where they fit: money on the left, trades on the right."""
    shown_stats = [pair for _, rows in grouped(data.stats) for pair in rows]
    cells = [(_line(s.label), written(s, value, data.currency, glyphs), s.form, value) for s, value in shown_stats]
    if not cells:
        return []
    columns = 2 if width >= 70 else 1
    half = min(46, (width - 4 * (columns - 1)) // columns)
    tall = math.ceil(len(cells) / columns)

    def shown(label: str, number: str, form: str, value: float) -> str:
        look = ("gain" if value > 0 else "loss" if value < 0 else "") if form in ("return", "result") else ""
        label = label[: half - len(number) - 1]
        return paint(label, "dim") + " " * (half - len(label) - len(number)) + paint(number, look)

    rows = [[cells[i] for i in range(row, len(cells), tall)] for row in range(tall)]
    return ["    ".join(shown(*cell) for cell in row) for row in rows]


def _plot(data: ReportData, width: int, unicode: bool, glyphs: Glyphs, paint: Paint) -> list[str]:
    """The equity curve with its axis; where colours tell them apart, also the money bought and held."""
    known = np.isfinite(data.equity)
    if not known.any() or len(data.equity) < 2:
        return []
    layers = paint("x", "dim") != "x"  # without colours one curve could not be told from the other
    axis = fit([data.equity, data.benchmark] if layers else [data.equity], log=True, margin=0.0)
    heights = {0: 0.0, PLOT_ROWS // 2: (PLOT_ROWS // 2 + 0.5) / PLOT_ROWS, PLOT_ROWS - 1: 1.0}
    labels = {row: _axis_label(axis.high - share * (axis.high - axis.low), axis, glyphs) for row, share in heights.items()}
    gutter = max(map(len, labels.values())) + 2
    columns = max(10, width - gutter)
    draw = braille if unicode else ascii_art
    lines = draw(axis.places(data.equity) / HEIGHT, columns, PLOT_ROWS)
    held = draw(axis.places(data.benchmark) / HEIGHT, columns, PLOT_ROWS) if layers else [" " * columns] * PLOT_ROWS
    edge = "\N{BOX DRAWINGS LIGHT VERTICAL}" if unicode else "|"
    both = " (dim: buy & hold)" if layers else ""
    rows = [paint(f"Equity, {data.currency}", "bold") + both + (", log scale" if axis.log else "")]
    for i, (own, other) in enumerate(zip(lines, held, strict=True)):
        rows.append(paint(labels.get(i, "").rjust(gutter - 2) + " " + edge, "dim") + _layered(own, other, paint))
    first, last = date_text(int(data.time[0])), date_text(int(data.time[-1]))
    rows.append(" " * gutter + paint(first + last.rjust(columns - len(first)), "dim"))
    return rows


def _axis_label(place: float, axis: Axis, glyphs: Glyphs) -> str:
    value = math.exp(place) if axis.log else place
    return plain(value, 0 if abs(value) >= 100 else 2, glyphs)


def _layered(own: str, other: str, paint: Paint) -> str:
    """One line of the plot: equity wherever it is, what lies under it elsewhere; neighbours of one colour share their codes."""
    looks = ["line" if a != " " else "dim" if b != " " else "" for a, b in zip(own, other, strict=True)]
    text, start = "", 0
    for i in range(1, len(own) + 1):
        if i == len(own) or looks[i] != looks[start]:
            text += paint((own if looks[start] == "line" else other)[start:i], looks[start])
            start = i
    return text


def _instruments(data: ReportData, width: int, glyphs: Glyphs, paint: Paint) -> list[str]:
    """What each of several instruments brought; the columns that matter least go first where the line is short."""
    if not data.instruments:
        return []
    table = [list(HEAD), *([_line(row[0])[:16], *row[1:]] for row in instrument_cells(data, glyphs))]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEAD))]
    keep = list(range(len(HEAD)))
    for spare in (8, 6, 5, 7, 4):
        if sum(widths[i] + 2 for i in keep) - 2 > width:
            keep.remove(spare)
    rows = ["  ".join(row[i].rjust(widths[i]) if i else row[i].ljust(widths[i]) for i in keep) for row in table]
    return [paint("Instruments", "bold") + f", {data.currency}", paint(rows[0], "dim"), *rows[1:]]


def _trades(data: ReportData, width: int, glyphs: Glyphs, paint: Paint) -> list[str]:
    """The last trades; the columns that matter least go first where the line is short."""
    if not data.trades:
        return []
    last = list(data.trades[-LAST_TRADES:])
    days, places, several = whole_days(data), price_places(data), any(t.symbol != data.symbol for t in last)
    profit_head = f"Profit, {data.currency}"
    head = ["#", "Symbol", "Side", "Quantity", "Entry", "at", "Exit", "at", profit_head, "%", "Bars", "Exit by"]
    table = [head, *(_cells(t, days, places, glyphs) for t in last)]
    keep = [i for i in range(len(head)) if several or i != 1]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    for spare in (11, 3, 10, 7, 5, 1, 6):
        if sum(widths[i] + 2 for i in keep) - 2 > width and spare in keep:
            keep.remove(spare)
    left = {1, 2, 4, 6, 11}
    rows = []
    for n, row in enumerate(table):
        cells = [row[i].ljust(widths[i]) if i in left else row[i].rjust(widths[i]) for i in keep]
        if n == 0:
            rows.append(paint("  ".join(cells), "dim"))
            continue
        profit = last[n - 1].profit
        look = "gain" if profit > 0 else "loss" if profit < 0 else ""
        rows.append("  ".join(paint(cell, look) if i in (8, 9) else cell for i, cell in zip(keep, cells, strict=True)))
    count, total = len(last), data.trade_count
    title = f"Last {count} of {total:,} trades" if total > count else "Trades"
    return [paint(title, "bold") + ", times UTC", *rows]


def _cells(t: TradeRow, days: bool, places: int, glyphs: Glyphs) -> list[str]:
    left = "open" if t.exit_time is None else time_text(t.exit_time, whole_days=days)
    share = percent(t.profit_share, glyphs, sign=True, decimals=2).rstrip("%")
    entry, entered = plain(t.entry_price, places, glyphs), time_text(t.entry_time, whole_days=days)
    end, profit = plain(t.exit_price, places, glyphs), plain(t.profit, 2, glyphs, sign=True)
    names = str(t.id), _line(t.symbol)[:16], t.side, quantity(t.quantity, glyphs)
    return [*names, entered, entry, left, end, profit, share, f"{t.bars:,}", _line(t.exit_reason)[:24]]


def _notifications(data: ReportData, width: int, glyphs: Glyphs) -> list[str]:
    """One line: how many notes the program gave, and the last."""
    if not data.notes:
        return []
    text = _line(f"{counted(data.note_count, 'note')}, last: {data.notes[-1][1]}")
    return [textwrap.shorten(text, width, placeholder=" \N{HORIZONTAL ELLIPSIS}" if glyphs is TYPESET else " ...")]


def _notes(data: ReportData, width: int, glyphs: Glyphs, paint: Paint) -> list[str]:
    """Warnings, ambiguous bars, refused orders and repairs of the data."""
    notes = [*data.warnings, *refusals(data), *data.repairs]
    bullet = "\N{BULLET} " if glyphs is TYPESET else "- "
    lines = [line for note in notes if note.strip() for line in _wrapped(note, width, bullet)]
    return [paint("Before you trust this", "warn"), *lines] if lines else []

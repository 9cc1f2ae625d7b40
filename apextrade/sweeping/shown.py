"""A sweep as text and as JSON: the best combinations, their neighbours, and what to make of the best of many."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TextIO

import numpy as np

from apextrade.report.numbers import ASCII, TYPESET, Glyphs, counted, percent, plain
from apextrade.sweeping.table import SweepTable
from apextrade.terminal import shows_unicode
from compiler.inputs import InputInfo, InputValue
from compiler.program import Program
from runtime.statistics import CHARGES, STATISTICS, json_values

SHOWN = ("sharpe", "total_return", "max_drawdown", "trades")
UNITS = {statistic.name: statistic.unit for statistic in (*STATISTICS, *CHARGES)}
MOST_NEIGHBOURS = 8


def summary(table: SweepTable, program: Program, top: int, stream: TextIO) -> list[str]:
    """The lines of a sweep's summary."""
    glyphs = TYPESET if shows_unicode(stream) else ASCII
    lines = [tried(table, program), ""]
    best = table.best_row
    if not len(table):
        return [*lines, "No combination was run."]
    if best is None:
        return [*lines, f"No combination has a `{table.metric}`: none traded enough for it."]
    rows = [int(row) for row in table.order[:top] if not np.isnan(table.statistic(table.metric)[row])]
    lines += [f"The best by {table.metric}:", *in_columns(table, program, rows, glyphs), ""]
    near = table.neighbours(best)
    if near:
        lines += ["One step from the best:", *in_columns(table, program, near[:MOST_NEIGHBOURS], glyphs), ""]
    return [*lines, *judged(table, best, near, glyphs), *(f"note: {text}" for text in table.notes)]


def tried(table: SweepTable, program: Program) -> str:
    """How many combinations were run, of how many, and why not the others."""
    rows = table.rows
    text = f"{counted(len(table), 'combination')} of {', '.join(axis.name for axis in table.space.axes)} on {counted(table.bars, 'bar')}"
    if table.cancelled:
        text += f"; stopped before {counted(table.wanted - rows.tried, 'other', 'others')}"
    if table.wanted < table.space.size:
        text += f"; drawn from {table.space.size:,}"
    if rows.not_allowed:
        required = program.typed.names.requires
        only = ""
        if len(required) == 1:
            span = required[0].condition.span
            only = f" `require {' '.join(program.source.text[span.start : span.end].split())}`"
        text += f"; {rows.not_allowed:,} left out by{only or ' the `require` lines'}"
    if rows.refused:
        number, why = rows.refused[0]
        at = table.space.values(table.space.places(np.array([number]))[0])
        text += f"; {len(rows.refused):,} could not be built, the first with {said(at, program)}: {why}"
    return text + ("" if text.endswith(".") else ".")


def judged(table: SweepTable, best: int, near: Sequence[int], glyphs: Glyphs) -> list[str]:
    """What to make of the best: how all did, and whether it stands on a plateau or on a peak."""
    values = table.statistic(table.metric)
    known = values[~np.isnan(values)]
    returns = table.statistic("total_return")
    lines = [
        f"The median {table.metric} is {figure(table.metric, float(np.median(known)), glyphs)}; "
        f"{percent(float(np.mean(returns > 0)), glyphs)} of the combinations made money."
    ]
    around = [float(values[row]) for row in near if not np.isnan(values[row])]
    if around:
        mean = sum(around) / len(around)
        lines.append(
            f"The best has {figure(table.metric, float(values[best]), glyphs)}, its neighbours {figure(table.metric, mean, glyphs)} in the mean."
        )
    if len(known) > 1:
        lines.append(
            f"The best of {len(known):,} looks better than it is: part of it is luck. Try it on bars that it was not chosen on."
        )
    return lines


def in_columns(table: SweepTable, program: Program, rows: Sequence[int], glyphs: Glyphs) -> list[str]:
    """Rows as aligned text: the inputs, the metric, and a few other figures."""
    infos = {info.name: info for info in program.inputs}
    names = [axis.name for axis in table.space.axes]
    figures = tuple(dict.fromkeys((table.metric, *SHOWN, *table.charged)))
    cells = [[*names, *(name.replace("_", " ") for name in figures)]]
    for row in rows:
        inputs, stats = table.inputs(row), table.stats(row)
        cells.append(
            [written(infos[name], inputs[name]) for name in names] + [figure(name, stats[name], glyphs) for name in figures]
        )
    widths = [max(len(line[k]) for line in cells) for k in range(len(cells[0]))]
    return ["  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(line, widths, strict=True)) for line in cells]


def written(info: InputInfo, value: InputValue) -> str:
    """A value as one would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return f"{100 * value:.6g}%" if info.unit == "ratio" and info.written.endswith("%") else f"{value:.10g}"


def said(inputs: dict[str, InputValue], program: Program) -> str:
    infos = {info.name: info for info in program.inputs}
    return ", ".join(f"{name} = {written(infos[name], value)}" for name, value in inputs.items())


def figure(name: str, value: float, glyphs: Glyphs) -> str:
    """A statistic for a reader."""
    match UNITS[name]:
        case "ratio":
            return percent(value, glyphs)
        case "count" | "bars":
            return plain(value, 0 if value == int(value or 0) else 1, glyphs) if value == value else glyphs.dash
        case _:
            return plain(value, 2, glyphs)


def as_json(table: SweepTable, program: Program) -> dict[str, Any]:
    """What `apx sweep --json` prints. What is not defined is null."""
    best = table.best_row

    def row(at: int) -> dict[str, Any]:
        return {"inputs": table.inputs(at), "stats": json_values(table.stats(at))}

    return {
        "program": {"title": program.title, "file": program.source.name},
        "hash": program.hash,
        "inputs": {axis.name: list(axis.values) for axis in table.space.axes},
        "metric": table.metric,
        "bars": table.bars,
        "tried": table.rows.tried,
        "not_allowed": table.rows.not_allowed,
        "refused": [
            {"inputs": table.space.values(table.space.places(np.array([n]))[0]), "reason": why} for n, why in table.rows.refused
        ],
        "cancelled": table.cancelled,
        "missing": table.missing,
        "statistics": list(table.statistics),
        "best": None if best is None else row(best),
        "rows": [row(at) for at in range(len(table))],
        "notes": list(table.notes),
    }

"""A comparison in plain text, and as JSON."""

from __future__ import annotations

from typing import Any

from apextrade.comparing.comparison import Comparison
from apextrade.report.labels import GROUPS, written
from apextrade.report.markup import visible
from apextrade.report.numbers import ASCII, TYPESET, Glyphs, date_text, plain
from runtime.result import nan_to_none
from runtime.statistics import json_values

NAME = 22  # characters of a name that a column shows


def summary(found: Comparison, width: int = 80, unicode: bool = True, color: bool = False) -> str:
    """Statistics of each run in columns, the best marked with a star; then how alike the runs were, and what to know."""
    glyphs = TYPESET if unicode else ASCII
    lines: list[str] = []
    names = [_short(name, unicode) for name in found.names]
    rows = [(label, cells) for label, cells, _ in table(found, glyphs)]
    label_wide = max(len(label) for label, _ in rows)
    wide = [max(len(name), *(len(cells[i]) for _, cells in rows)) for i, name in enumerate(names)]
    for part in _fitting(wide, max(width, 40) - label_wide):
        lines += ["", " " * label_wide + "".join(f"  {names[i]:>{wide[i]}}" for i in part)]
        lines += [f"{label:<{label_wide}}" + "".join(f"  {cells[i]:>{wide[i]}}" for i in part) for label, cells in rows]
    lines += ["", "* the best of them, where more or less is better.", "", "Correlation of returns"]
    short = [f"{i + 1}" for i in range(len(names))]
    across = max(6, *map(len, short))
    lines.append(" " * (NAME + 3) + "".join(f"{n:>{across}}" for n in short))
    for i, name in enumerate(names):
        cells = "".join(f"{plain(float(value), 2, glyphs):>{across}}" for value in found.correlation[i])
        lines.append(f"{short[i]:>2} {name:<{NAME}}" + cells)
    lines += ["", *(f"note: {warning}" for warning in found.warnings)] if found.warnings else []
    text = "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"
    return text if unicode else text.encode("ascii", "replace").decode()


def table(found: Comparison, glyphs: Glyphs) -> list[tuple[str, list[str], set[int]]]:
    """Label, values of each run, and which are best, in the order reports have; a star stands before the best."""
    rows: list[tuple[str, list[str], set[int]]] = [
        ("From", [date_text(int(run.time[0])) for run in found.runs], set()),
        ("To", [date_text(int(run.time[-1])) for run in found.runs], set()),
    ]
    for group in GROUPS:
        for statistic in group.statistics:
            values = [run.stats.get(statistic.key, float("nan")) for run in found.runs]
            if all(value != value for value in values):
                continue
            best = found.best(statistic.key)
            texts = [written(statistic, value, run.currency, glyphs) for value, run in zip(values, found.runs, strict=True)]
            rows.append((statistic.label, [f"*{text}" if i in best else text for i, text in enumerate(texts)], best))
    return rows


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison for machines; what is not defined is null."""
    return {
        "runs": [
            {
                "name": run.name,
                "symbols": list(run.symbols),
                "capital": run.capital,
                "currency": run.currency,
                "bars": len(run.time),
                "stats": json_values(run.stats),
            }
            for run in found.runs
        ],
        "best": {name: [found.names[i] for i in sorted(found.best(name))] for name in found.runs[0].stats if found.best(name)},
        "correlation": [[nan_to_none(float(value)) for value in row] for row in found.correlation],
        "warnings": list(found.warnings),
    }


def _short(name: str, unicode: bool) -> str:
    text = " ".join(visible(name).split()) or "unnamed"
    return text if len(text) <= NAME else text[: NAME - 1].rstrip() + ("\N{HORIZONTAL ELLIPSIS}" if unicode else ".")


def _fitting(wide: list[int], room: int) -> list[list[int]]:
    """The columns in parts that fit beside each other."""
    parts: list[list[int]] = []
    left = 0
    for i, one in enumerate(wide):
        if not parts or one + 2 > left:
            parts.append([])
            left = room
        parts[-1].append(i)
        left -= one + 2
    return parts

"""A backtest of a text under edit, short: its figures, its equity as a line of few points, a page if one is wanted."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from apextrade.commands.backtest import traded_program
from apextrade.editing.questions import Question
from apextrade.editing.whose_bars import Chosen
from apextrade.report.numbers import TYPESET, counted, percent, plain
from apextrade.result_json import as_json
from compiler.program import Program
from runtime.result import nan_to_none

POINTS = 60
"""Of the equity line."""

SHOWN = ("program", "hash", "data", "settings", "stats", "instruments", "warnings")
"""What of `apx backtest --json` an answer holds; trades and notes are on the page."""


def traded(question: Question, program: Program, args: argparse.Namespace, found: Chosen, reports: Path) -> Mapping[str, Any]:
    """What came of trading the text."""
    result = traded_program(args, program)
    whole = as_json(result)
    run = result.run
    rows = sampled(len(run.time))
    return {
        "result": {name: whole[name] for name in SHOWN if name in whole},
        "line": figures_line(result.stats),
        "equity": [nan_to_none(value) for value in run.equity_values[rows].tolist()],
        "times": [int(value) // 1_000 for value in run.time[rows]],
        "report": str(result.report(page_of(question, reports))) if question.report else None,
    }


def sampled(count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Bars at even distances, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(POINTS, count)).astype(np.int64)) if count else np.empty(0, np.int64)


def figures_line(stats: Mapping[str, float]) -> str:
    """The figures of the summary on one line, to the same digits: `+179.3%, Sharpe 0.86, drawdown −20.4%, 6 trades`."""
    return ", ".join(
        (
            percent(stats["total_return"], sign=True),
            f"Sharpe {plain(stats['sharpe'], 2)}",
            f"drawdown {percent(-stats['max_drawdown'])}",
            counted(stats["trades"], "trade"),
        )
    ).replace(TYPESET.minus + "0%", "0%")


def page_of(question: Question, reports: Path) -> Path:
    """Where the page of a text goes: one place for each file, so that a later one takes the earlier one's."""
    reports.mkdir(parents=True, exist_ok=True)
    name = question.path or "text"
    return reports / f"{Path(name).stem}-{sha256(str(Path(name).absolute()).encode()).hexdigest()[:10]}.html"

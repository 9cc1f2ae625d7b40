"""Results of tests for a terminal: one line a passed test, a picture for each expectation that failed."""

from __future__ import annotations

from collections.abc import Sequence

from apextrade.why.look import Look, one_line, table
from apextrade.why.rules import rule_lines
from runtime.filetests import Outcome, Picture, Shown, TestResult
from runtime.why.numbers import shown, truth_word

WIDEST_HEAD = 22


def results_text(file: str, results: Sequence[TestResult], look: Look) -> str:
    """All tests of a file."""
    blocks = [look.paint(one_line(file), "bold")]
    for result in results:
        mark = look.truth(2 if result.passed else 0)
        title = one_line(result.title)
        if result.passed:
            blocks.append(f"  {mark} {title}")
            continue
        lines = [f"  {mark} {look.paint(title, 'bold')}  {look.paint(f'line {result.line}', 'dim')}"]
        if result.error:
            lines += ["", f"      This test can't be run: {one_line(result.error)}"]
        for outcome in result.failures:
            lines += ["", *(f"      {line}".rstrip() for line in outcome_lines(outcome, look))]
        blocks += lines if result is results[-1] else [*lines, ""]
    return "\n".join(blocks)


def outcome_lines(outcome: Outcome, look: Look) -> list[str]:
    """What was expected, what happened, the bars around, and the rules concerned."""
    where = look.paint(f"line {outcome.line}", "dim")
    lines = [f"{look.paint(one_line(outcome.expectation.text), 'bold')}  {where}", look.paint(one_line(outcome.happened), "bad")]
    if outcome.picture is not None and outcome.picture.bars:
        lines += ["", *picture_lines(outcome.picture, look)]
    for rule in outcome.rules:
        bar = outcome.picture.marked if outcome.picture is not None else None
        on = f" on bar {bar}" if bar is not None else ""
        lines += ["", *rule_lines(rule, look, on)]
    return lines


def picture_lines(picture: Picture, look: Look) -> list[str]:
    """A table of the bars, the one in question marked."""
    cells = [_cells(column, look) for column in picture.columns]
    rows = [["", "bar", *(_head(column.name) for column in picture.columns)]]
    for at, bar in enumerate(picture.bars):
        rows.append([look.pointer if bar == picture.marked else "", str(bar), *(column[at] for column in cells)])
    texts = frozenset(i + 2 for i, column in enumerate(picture.columns) if column.kind == "text")
    padded = table(rows, texts)
    for row in padded:
        row[-1] = row[-1].rstrip()
    lines = [look.paint("  ".join(padded[0]), "dim")]
    for at, row in enumerate(padded[1:]):
        marked = picture.bars[at] == picture.marked
        parts = [
            look.paint(cell, *_tint(picture.columns[i - 2], at), "bold" if marked else "") if i > 1 else cell
            for i, cell in enumerate(row)
        ]
        if marked:
            parts[:2] = [look.paint(parts[0], "mark"), look.paint(parts[1], "bold")]
        lines.append("  ".join(parts).rstrip())
    return lines


def _head(name: str) -> str:
    name = one_line(name)
    return name if len(name) <= WIDEST_HEAD else name[: WIDEST_HEAD - 3] + "..."


def _cells(column: Shown, look: Look) -> list[str]:
    if column.kind == "text":
        return [one_line(str(value)) or look.nothing for value in column.values]
    if column.kind == "truth":
        return [truth_word(float(value)) for value in column.values]
    return [shown(float(value)) for value in column.values]


def _tint(column: Shown, at: int) -> tuple[str, ...]:
    value = column.values[at]
    if column.kind == "truth":
        return ({0.0: "", 1.0: "open", 2.0: "good"}[float(value)],)
    if column.kind == "text":
        return ("good",) if value else ("dim",)
    return ("open",) if value != value else ()


def counted(results: Sequence[TestResult]) -> str:
    """`3 tests: all passed`, `3 tests: 2 passed, 1 failed`."""
    failed = sum(not result.passed for result in results)
    total = f"{len(results)} test{'' if len(results) == 1 else 's'}"
    if not failed:
        return f"{total}: {'passed' if len(results) == 1 else 'all passed'}"
    return f"{total}: {len(results) - failed} passed, {failed} failed"

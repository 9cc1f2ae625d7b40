"""The page about ranges: its table says what is said, its facts are the facts of its program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compiler.pipeline import check, compile_text
from compiler.ranges.told import facts_of
from stdlib.library import load

PAGE = (Path(__file__).parents[2] / "docs" / "language" / "ranges.md").read_text(encoding="utf-8")
ROWS = re.findall(r"(?m)^\| `(when [^|]*)` \| (W\d{4}) (.*) \|$", PAGE)
HEAD = 'apx 1\nstrategy "Page"\ntrade "AAPL" every 1d\nsettings\n  commission 0.1%\n'


def test_the_table_has_rows() -> None:
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("rule", "code", "message"), ROWS)
def test_a_row_of_the_table_is_what_is_said(rule: str, code: str, message: str) -> None:
    checked = check(HEAD + f"{rule}\n  buy 10% of equity\n", load())
    assert [(d.code, d.message) for d in checked.diagnostics] == [(code, message)]


def test_the_facts_are_those_of_the_program() -> None:
    text = re.findall(r"```apx\n(.*?)```", PAGE, re.DOTALL)[0]
    shown = [" ".join(line.split()) for line in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)[0].splitlines()]
    facts = [" ".join(line.split()) for line in facts_of(compile_text(text, load())).splitlines()]
    assert shown == facts[: len(shown)]

"""The page about blocks: its ten edits do what it shows, its tables name all there is."""

from __future__ import annotations

import json
import re
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from apextrade.blocks import block_edit, block_tree
from compiler.blocks.edits import EDITS
from compiler.blocks.refusals import REASONS

PAGE = (Path(__file__).parents[2] / "docs" / "language" / "blocks.md").read_text(encoding="utf-8")
(PROGRAM,) = re.findall(r"```apx\n(.*?)```", PAGE, re.DOTALL)
SHOWN = [
    (json.loads(edit), difference) for edit, difference in re.findall(r"```json\n(.*?)\n```\n```diff\n(.*?)```", PAGE, re.DOTALL)
]


def applied(text: str, edits: list[dict[str, Any]]) -> str:
    """The text after edits, counted as the page says: in UTF-16 units."""
    units, out, at = text.encode("utf-16-le"), b"", 0
    for edit in edits:
        out += units[at * 2 : edit["span"]["start"] * 2] + edit["text"].encode("utf-16-le")
        at = edit["span"]["end"]
    return (out + units[at * 2 :]).decode("utf-16-le")


def test_there_is_one_of_each_edit() -> None:
    assert [edit["edit"] for edit, _ in SHOWN] == list(EDITS)


@pytest.mark.parametrize(("edit", "difference"), SHOWN, ids=[edit["edit"] for edit, _ in SHOWN])
def test_an_edit_of_the_page_does_what_it_shows(edit: dict[str, Any], difference: str) -> None:
    answer = block_edit(PROGRAM, edit)
    after = applied(PROGRAM, answer["edits"])
    lines = unified_diff(PROGRAM.splitlines(True), after.splitlines(True), n=0)
    assert "".join(line for line in lines if not line.startswith(("---", "+++", "@@"))) == difference
    assert difference
    assert applied(after, answer["undo"]) == PROGRAM


def test_the_tables_name_every_edit_key_and_reason() -> None:
    tree = block_tree(PROGRAM)
    block = tree["slots"][0]["blocks"][0]
    rows = re.findall(r"^\| (`[^|]*) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert set(EDITS) | set(REASONS) | set(block) == named
    assert all(f"`{key}`" in PAGE for key in tree["slots"][0])
    assert all(f'"{key}"' in PAGE for key in tree)

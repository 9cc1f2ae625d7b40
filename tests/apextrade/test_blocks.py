"""`apx blocks`, `apx edit`, and the same for Python."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import apextrade
from apextrade.cli import main

TEXT = 'apx 1\nstrategy "T"\ntrade "AAPL" every 1d\nsettings\n  commission 0.1%\n\nwhen close > open  # up\n  buy 10% of equity\n'


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "t.apx"
    path.write_bytes(TEXT.encode())
    return path


def test_blocks_prints_an_indented_tree_of_sentences(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["blocks", str(program)]) == 0
    out = capsys.readouterr().out
    assert "when:1  When close is above open, buy 10% of equity.\n  condition  close is above open\n    left  close\n" in out


def test_blocks_as_json_is_the_tree_of_the_python_interface(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["blocks", str(program), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == apextrade.block_tree(TEXT)


def test_blocks_of_a_broken_program_are_shown_and_the_exit_code_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.apx"
    path.write_text(TEXT.replace("close > open", "close > open and foo bar"))
    assert main(["blocks", str(path)]) == 1
    out = capsys.readouterr().out
    assert "clauses.1  what could not be read\n" in out
    assert "! E01" in out


def test_edit_prints_the_minimal_edits_and_leaves_the_file(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit = {"edit": "setOp", "at": "when:1/condition", "op": "<"}
    assert main(["edit", str(program), "--edit", json.dumps(edit)]) == 0
    start = TEXT.index(">")
    assert json.loads(capsys.readouterr().out) == {
        "version": 1,
        "offsets": "utf-16",
        "edits": [{"span": {"start": start, "end": start + 1}, "text": "<"}],
        "undo": [{"span": {"start": start, "end": start + 1}, "text": ">"}],
    }
    assert program.read_text() == TEXT
    assert apextrade.block_edit(TEXT, edit)["edits"][0]["text"] == "<"


def test_edit_writes_the_program_or_shows_the_difference(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit = json.dumps({"edit": "wrap", "at": "when:1/condition", "text": "? and volume > 1000"})
    assert main(["edit", str(program), "--edit", edit, "--diff"]) == 0
    assert "+when close > open and volume > 1000  # up" in capsys.readouterr().out
    assert program.read_text() == TEXT
    assert main(["edit", str(program), "--edit", edit, "--write"]) == 0
    assert program.read_text() == TEXT.replace("close > open", "close > open and volume > 1000")


def test_a_refused_edit_says_why_and_writes_nothing(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit = json.dumps({"edit": "deleteClause", "at": "when:1/actions.0"})
    assert main(["edit", str(program), "--edit", edit, "--write"]) == 1
    assert "refused (needed): A rule has at least one action." in capsys.readouterr().err
    assert program.read_text() == TEXT
    assert apextrade.block_edit(TEXT, json.loads(edit))["refused"]["reason"] == "needed"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"edit": "explode", "at": "x"}, "`edit` is one of setLiteral"),
        ({"edit": "wrap", "at": "x"}, "wrap needs `text`."),
        ({"edit": "wrap", "at": "x", "text": 3}, "`text` is a text."),
        ({"edit": "wrap", "at": "x", "text": "?", "more": 1}, "wrap has no `more`"),
        ({"edit": "move", "at": "x", "to": "", "slot": "s", "index": "1"}, "`index` is a whole number."),
    ],
)
def test_json_that_is_no_edit_is_refused(edit: dict[str, object], message: str) -> None:
    refused = apextrade.block_edit(TEXT, edit)["refused"]
    assert refused["reason"] == "not_an_edit"
    assert message in refused["message"]


def test_edit_with_text_that_is_no_json_is_wrong_usage(program: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["edit", str(program), "--edit", "{"]) == 2
    assert "--edit is no JSON" in capsys.readouterr().err

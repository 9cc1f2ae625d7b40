"""Folders stand for the programs in them, for `apx check` and `apx fmt`."""

from __future__ import annotations

from pathlib import Path

import pytest

from apextrade.checking.folders import named_programs
from apextrade.cli import main

LOOSE = 'apx 1\nstrategy "Loose"\ntrade "AAPL" every 1d\nsettings\ncommission 0.1%\nwhen close > open\nbuy 10 shares\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("b.apx", "a.apx", "deep/er/c.apx", ".git/x.apx", "env/lib/x.apx", "node_modules/x.apx", ".a.apx", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LOOSE)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "deep" / "back").symlink_to(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_folder_is_its_programs_in_order_and_none_that_are_hidden_or_of_others(folder: Path) -> None:
    assert named_programs(["."]) == ["a.apx", "b.apx", "deep/er/c.apx"]


def test_each_program_counts_once_and_the_standard_input_stays(folder: Path) -> None:
    assert named_programs(["b.apx", "-", ".", "deep"]) == ["b.apx", "-", "a.apx", "deep/er/c.apx"]


def test_a_hidden_program_is_read_when_it_is_named(folder: Path) -> None:
    assert named_programs([".a.apx"]) == [".a.apx"]


def test_check_and_fmt_take_folders(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "."]) == 0
    assert capsys.readouterr().out == "".join(f"{name}: nothing wrong\n" for name in ("a.apx", "b.apx", "deep/er/c.apx"))
    assert main(["fmt", "--check", "deep"]) == 1
    assert main(["fmt", "deep"]) == 0
    assert capsys.readouterr().out == "deep/er/c.apx: not in the canonical layout\ndeep/er/c.apx: rewritten\n"
    assert (folder / "a.apx").read_text() == LOOSE


def test_a_folder_without_programs_is_a_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    assert main(["check", "a.apx", "empty"]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert found.err == "error: There is no program in the folder empty: no file in it ends in .apx.\n"

"""Libraries beside a program's file, and `apx lock`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import apextrade
from apextrade.cli import main
from apextrade.failures import UsageError
from apextrade.libraries import Beside
from compiler.diagnostics import CompileError
from compiler.libraries.port import Absent, Ambiguous, LibraryText

PROGRAM = """apx 1
strategy "Crosses"
trade "AAPL" every 1d
use "Trend filters" version 2 as tf
settings
  commission 0.1%
when close crosses above tf.middle(n = 20)
  buy 10 shares
when close crosses below tf.middle(n = 20)
  exit position
"""
LIBRARY = (
    '# notes\napx 1\n\n## Filters.\nlibrary "Trend filters"\n  version 2\ndefine middle(x = close, n = 20 bars) = sma(x, n)\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "crosses.apx").write_text(PROGRAM)
    (tmp_path / "trend_filters.apx").write_text(LIBRARY)
    return tmp_path


def found(folder: Path, version: int = 2) -> LibraryText | Absent | Ambiguous:
    return Beside(folder / "crosses.apx").find("Trend filters", version)


def test_a_program_runs_with_the_library_beside_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder / "crosses.apx"), str(folder / "trend_filters.apx")]) == 0
    assert capsys.readouterr().out.count("nothing wrong") == 2
    program = apextrade.compile(folder / "crosses.apx")
    (folder / "alone.apx").write_text(
        PROGRAM.replace('use "Trend filters" version 2 as tf\n', "").replace("tf.middle(", "sma(close, ")
    )
    results = []
    for name in ("crosses", "alone"):
        assert main(["backtest", str(folder / f"{name}.apx"), "--data", "AAPL", "--json"]) == 0
        results.append(json.loads(capsys.readouterr().out))
    assert results[0]["hash"] == program.hash != results[1]["hash"]
    assert results[0]["stats"] == results[1]["stats"]
    assert results[0]["stats"]["trades"] > 50


def test_a_file_named_after_the_library_is_taken_without_opening_others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    for i in range(5):
        (folder / f"other{i}.apx").write_text(LIBRARY)  # the same library again: not even looked at
    whole = Beside.head
    monkeypatch.setattr(Beside, "head", lambda self, path: (opened.append(path.name), whole(self, path))[1])
    assert isinstance(found(folder), LibraryText)
    assert opened == ["trend_filters.apx"]
    (folder / "trend_filters_v2.apx").write_text(LIBRARY)
    assert found(folder) == LibraryText(LIBRARY, str(folder / "trend_filters_v2.apx"))


def test_a_file_of_any_name_is_found_by_its_first_lines(folder: Path) -> None:
    (folder / "trend_filters.apx").rename(folder / "misc.apx")
    (folder / "trend_filters.apx").write_text(LIBRARY.replace("version 2", "version 1"))
    (folder / "broken.apx").write_bytes(b"\xff\xfe\x00library")
    (folder / "folder.apx").mkdir()
    assert found(folder) == LibraryText(LIBRARY, str(folder / "misc.apx"))
    assert found(folder, 3) == Absent((1, 2), ())
    (folder / "again.apx").write_text(LIBRARY)
    assert found(folder) == Ambiguous((str(folder / "again.apx"), str(folder / "misc.apx")))


def test_an_absent_library_is_said_with_what_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "trend_filters.apx").write_text(LIBRARY.replace("version 2", "version 1"))
    assert main(["check", str(folder / "crosses.apx")]) == 1
    assert 'There is no version 2 of the library "Trend filters"; there is 1.' in capsys.readouterr().out


def test_a_text_without_a_file_has_no_place_to_look(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CompileError, match="no place to look"):
        apextrade.compile(PROGRAM)


def test_a_library_is_not_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("run", "backtest"):
        assert main([command, str(folder / "trend_filters.apx"), "--data", "AAPL"]) == 2
        assert 'A strategy uses it with `use "Trend filters" version 2`.' in capsys.readouterr().err
    with pytest.raises(UsageError, match="is a library"):
        apextrade.compile(folder / "trend_filters.apx")


def test_a_lock_pins_what_was_used_until_it_is_written_anew(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = str(folder / "crosses.apx")
    assert main(["lock", program, "--check"]) == 1
    assert main(["lock", program]) == 0
    assert main(["lock", program, "--check"]) == 0
    assert main(["check", program]) == 0
    (folder / "trend_filters.apx").write_bytes(LIBRARY.replace("\n", "\r\n").encode())
    assert main(["check", program]) == 0  # line ends are no change
    capsys.readouterr()
    (folder / "trend_filters.apx").write_text(LIBRARY.replace("sma", "ema"))
    for command in (["check", program], ["backtest", program, "--data", "AAPL"], ["run", program, "--data", "AAPL"]):
        assert main(command) == 1
        said = capsys.readouterr()
        assert "has changed since it was locked in" in said.out + said.err
    assert main(["lock", program, "--check"]) == 1
    assert main(["lock", program]) == 0
    assert main(["check", program]) == 0


def test_a_lock_that_can_not_be_read_is_never_passed_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lock = folder / "crosses.lock"
    for text in (
        "",
        "{}",
        "[1]",
        '{"lock": 1, "libraries": [{"title": "x"}]}',
        '{"lock": 2, "libraries": []}',
        '{"lock": 1, "libraries": 3}',
    ):
        lock.write_text(text)
        assert main(["check", str(folder / "crosses.apx")]) == 2
        assert "crosses.lock" in capsys.readouterr().err
    assert main(["lock", str(folder / "crosses.apx")]) == 0
    assert main(["check", str(folder / "crosses.apx")]) == 0


def test_a_program_without_libraries_needs_no_lock(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plain.apx").write_text(LIBRARY)
    assert main(["lock", str(folder / "plain.apx")]) == 0
    assert not (folder / "plain.lock").exists()
    assert main(["lock", str(folder / "plain.apx"), "--check"]) == 0
    assert main(["lock", "-"]) == 2

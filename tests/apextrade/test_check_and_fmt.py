"""`apx check` and `apx fmt`."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from apextrade.cli import main

GOOD = """apx 1

strategy "Good"
trade "AAPL" every 1d

settings
  commission 0.1%

when close crosses above sma(close, 20)
  buy 10 shares
"""
BAD = GOOD.replace("sma(close, 20)", "smaa(close, 20)").replace("10 shares", "rsi(14) of equity")


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.apx"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.apx"
    path.write_text(BAD)
    return path


def test_a_good_program_exits_with_0(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(good)]) == 0
    assert capsys.readouterr().out == f"{good}: nothing wrong\n"


def test_warnings_alone_exit_with_0(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good.write_text(GOOD.replace("0.1%", "0%"))
    assert main(["check", str(good)]) == 0
    assert "warning W0501" in capsys.readouterr().out


def test_errors_exit_with_1_and_show_place_and_source(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(bad)]) == 1
    out = capsys.readouterr().out
    assert f"{bad}:9:26" in out
    assert "when close crosses above smaa(close, 20)" in out
    assert "2 errors" in out.splitlines()[-1]


def test_json_lists_every_diagnostic_of_every_file(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(good), str(bad), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [(d["file"], d["range"]["start"]["line"]) for d in found] == [(str(bad), 8), (str(bad), 9)]
    assert all({"code", "severity", "message", "hint", "labels", "fixes"} <= set(d) for d in found)


def test_json_of_a_good_program_is_an_empty_list(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(good), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_a_program_can_come_from_the_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(BAD.encode())))
    assert main(["check", "-"]) == 1
    assert "<standard input>:9:26" in capsys.readouterr().out


def test_a_byte_order_mark_is_no_part_of_a_program(good: Path) -> None:
    good.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert main(["check", str(good)]) == 0


def test_fmt_rewrites_once_and_then_leaves_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "loose.apx"
    path.write_text(GOOD.replace("  buy 10", "buy     10"))
    path.chmod(0o640)
    assert main(["fmt", str(path)]) == 0
    assert path.read_text() == GOOD
    assert path.stat().st_mode & 0o777 == 0o640
    written = path.stat().st_mtime_ns
    assert main(["fmt", str(path)]) == 0
    assert path.stat().st_mtime_ns == written
    assert capsys.readouterr().out == f"{path}: rewritten\n"
    assert os.listdir(tmp_path) == ["loose.apx"]


def test_fmt_check_writes_nothing_and_exits_with_1_where_the_layout_differs(good: Path, tmp_path: Path) -> None:
    loose = tmp_path / "loose.apx"
    loose.write_text(GOOD.replace("  buy", "buy"))
    assert main(["fmt", "--check", str(good)]) == 0
    assert main(["fmt", "--check", str(good), str(loose)]) == 1
    assert loose.read_text() == GOOD.replace("  buy", "buy")


def test_fmt_diff_shows_what_would_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "loose.apx"
    path.write_text(GOOD.replace("  buy", "buy"))
    assert main(["fmt", "--diff", str(path)]) == 0
    assert "-buy 10 shares\n+  buy 10 shares\n" in capsys.readouterr().out
    assert path.read_text() == GOOD.replace("  buy", "buy")


def test_fmt_writes_through_a_link(good: Path, tmp_path: Path) -> None:
    good.write_text(GOOD.replace("  buy", "buy"))
    link = tmp_path / "link.apx"
    link.symlink_to(good)
    assert main(["fmt", str(link)]) == 0
    assert link.is_symlink()
    assert good.read_text() == GOOD


def test_fmt_of_several_files_writes_none_if_one_cannot_be_read(good: Path, tmp_path: Path) -> None:
    good.write_text(GOOD.replace("  buy", "buy"))
    assert main(["fmt", str(good), str(tmp_path / "absent.apx")]) == 2
    assert good.read_text() == GOOD.replace("  buy", "buy")

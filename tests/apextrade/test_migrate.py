"""`apx migrate`."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from apextrade.cli import main

OLD = (
    "apx 0\r\n\r\n## Buys strength.   \r\nstrategy \"Old\"\r\ntrade \"AAPL\" every 1d\r\n\r\n# set the length with exit all in mind\r\n"
    "input n = 20 candles in 5 .. 50\r\nsettings\r\n  commission 0.1%\r\nset trend = ta.sma( close,n )   # 20 candles\r\n\r\n"
    "when close crosses_above trend\r\n  buy 10 shares\r\n  notify \"exit all soon\"\r\nwhen close crosses_below trend\r\n  exit all"
)  # fmt: skip
NEW = (
    OLD.replace("apx 0", "apx 1").replace("n = 20 candles", "n = 20 bars").replace("set trend = ta.sma(", "let trend = sma(")
    .replace("crosses_", "crosses ").removesuffix("exit all") + "exit position"
)  # fmt: skip


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.apx"
    path.write_bytes(OLD.encode())
    return path


def test_a_program_is_rewritten_to_the_byte_and_then_compiles(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(old)]) == 1
    assert "E0230" in capsys.readouterr().out
    assert main(["backtest", str(old), "--data", "AAPL"]) == 1
    assert "apx migrate --write" in capsys.readouterr().err
    assert main(["migrate", "--write", str(old)]) == 0
    assert capsys.readouterr().out == f"{old}: edition 0 is now 1, 6 retired spellings rewritten\n"
    assert old.read_bytes() == NEW.encode()
    assert main(["check", str(old)]) == 0
    written = old.stat().st_mtime_ns
    assert main(["migrate", "--write", str(old)]) == 0
    assert old.stat().st_mtime_ns == written


def test_nothing_is_written_without_being_asked(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for how in ([], ["--diff"], ["--to", "1"]):
        assert main(["migrate", str(old), *how]) == 0
        out = capsys.readouterr().out
        assert "-  exit all" in out
        assert "+  exit position" in out
        assert " # set the length with exit all in mind" in out
    assert main(["migrate", "--check", str(old)]) == 1
    assert old.read_bytes() == OLD.encode()
    assert main(["migrate", "--write", str(old)]) == 0
    assert main(["migrate", "--check", str(old)]) == 0


def test_a_byte_order_mark_stays(old: Path) -> None:
    old.write_bytes(b"\xef\xbb\xbf" + OLD.encode())
    assert main(["migrate", "--write", str(old)]) == 0
    assert old.read_bytes() == b"\xef\xbb\xbf" + NEW.encode()


def test_the_standard_input_is_printed_as_it_becomes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(OLD.encode())))
    assert main(["migrate", "--write", "-"]) == 0
    assert capsys.readouterr().out == NEW


def test_mistakes_that_no_spelling_explains_are_counted(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old.write_text(OLD.replace("ta.sma(", "ta.smaa("))
    assert main(["migrate", "--write", str(old)]) == 0
    assert "1 error left that no spelling explains" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ("apx 2\nplot close\n", [], "is written in edition 2, which this version of ApexTrade does not know; the newest is 1."),
        ("plot close\n", [], "does not begin with its edition"), (OLD, ["--to", "2"], "There is no edition 2 to migrate to"),
        (OLD, ["--to", "0"], "There is no edition 0 to migrate to"),
    ],
)  # fmt: skip
def test_what_can_not_be_migrated_is_said_and_nothing_is_written(
    old: Path, text: str, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = old.with_name("other.apx")
    other.write_bytes(text.encode())
    assert main(["migrate", "--write", str(old), str(other), *more]) == 2
    assert said in capsys.readouterr().err
    assert old.read_bytes() == OLD.encode()

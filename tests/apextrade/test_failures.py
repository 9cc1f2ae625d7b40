"""Mistakes of users are sentences, never tracebacks; a defect of ours keeps what caused it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path

import pytest

from apextrade import cli
from apextrade.cli import main

ROOT = Path(__file__).parents[2]
APX = Path(sys.executable).with_name("apx")
EXAMPLE = str(ROOT / "examples" / "golden_cross.apx")


def error(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["nonsense"], 2, "nonsense"),
        (["bakctest", "x.apx"], 2, "error: there is no command bakctest. Did you mean backtest?"),
        (["nonsense"], 2, "There are new, examples, check"),
        ([], 2, "COMMAND"),
        (["check"], 2, "FILE"),
        (["check", "absent.apx"], 2, "There is no file absent.apx"),
        (["check", "."], 2, "There is no program in the folder ."),
        (["check", ".", "--watch", "--json"], 2, "not allowed with"),
        (["check", "absent.apx", "--watch"], 2, "There is no file absent.apx"),
        (["check", "-", "--watch"], 2, "the standard input can't change"),
        (["test", "."], 2, "is a folder"),
        (["check", "a\0b"], 2, "can't be read"),
        (["fmt", "absent.apx"], 2, "There is no file"),
        (["explain", "E9999"], 2, "no diagnostic E9999"),
        (["doc", "rsii"], 2, "Did you mean rsi?"),
        (["examples", "golden_cros"], 2, "Did you mean golden_cross?"),
        (["run", EXAMPLE, "--data", "absent.csv"], 1, "absent.csv"),
        (["run", EXAMPLE, "--data", "."], 1, "is a folder"),
        (["run", EXAMPLE, "--data", EXAMPLE], 1, ""),
        (["run", EXAMPLE, "--data", "AAPL", "--from", "2030-01-01"], 1, "no bars"),
        (["run", EXAMPLE, "--data", "AAPL", "--from", "soon"], 1, "soon"),
        (["run", EXAMPLE, "--data", "AAPL", "--set", "fast=5000"], 2, "2 .. 100"),
        (["run", EXAMPLE, "--data", "AAPL", "--set", "fast=2%"], 2, "such as 50 bars"),
        (["run", EXAMPLE, "--data", "AAPL", "--set", "fsat=20"], 2, "Did you mean `fast`?"),
        (["run", EXAMPLE, "--data", "AAPL", "--set", "fast"], 2, "a name, `=` and a value"),
        (["run", EXAMPLE, "--data", "AAPL", "--set", "fast=20", "--set", "slow=10"], 2, "fast < slow"),
        (["run", EXAMPLE, "--data", "AAPL", "--set", "fast=20", "--set", "fast=30"], 2, "twice"),
        (["run", EXAMPLE, "--data", "AAPL", "--chunk", "0"], 2, "--chunk"),
        (["run", EXAMPLE, "--data", "AAPL", "--tick", "-1"], 2, "--tick"),
        (["run", EXAMPLE, "--data", "AAPL", "--out", "columns.xml"], 2, ".csv, .parquet or .json"),
        (["run", EXAMPLE, "--data", "AAPL", "--out", "absent/columns.csv"], 2, "no folder absent"),
        (["data", "check", "absent.csv"], 1, ""),
        (["data", "import", "absent.csv"], 1, "absent.csv"),
    ],
    ids=lambda value: " ".join(value).replace(str(ROOT), "") if isinstance(value, list) else None,
)  # fmt: skip
def test_a_mistake_is_a_sentence_and_an_exit_code(
    argv: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    assert main(argv) == code
    found = capsys.readouterr()
    assert said in found.err
    assert "Traceback" not in found.err + found.out
    assert "defect" not in found.err
    assert not (tmp_path / "home").exists()


def test_a_program_that_is_no_utf8_is_named_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "latin.apx"
    path.write_bytes(b'apx 1\nstrategy "caf\xe9"\n')
    assert main(["check", str(path)]) == 2
    assert "line 2" in error(capsys)
    assert "0xe9" not in error(capsys)


def test_an_unreadable_file_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / ("x" * 300 + ".apx")
    assert main(["check", str(path)]) == 2
    assert "File name too long" in error(capsys)


def test_errors_of_a_program_are_shown_where_a_command_needs_a_good_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.apx"
    path.write_text('apx 1\nstrategy "x"\nlet a = nothing\n')
    for argv in (["run", str(path), "--data", "AAPL"], ["ir", str(path)]):
        assert main(argv) == 1
        assert f"{path}:3:9" in error(capsys)


def test_a_defect_is_said_to_be_ours_and_its_cause_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(arguments: list[str]) -> int:
        raise ZeroDivisionError("division of nothing")

    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(cli, "dispatch", broken)
    assert main(["check", EXAMPLE, "redis://me:hidden@host/0"]) == 3
    said = error(capsys)
    assert "defect of ApexTrade, not of your program" in said
    assert "Traceback" not in said
    (kept,) = (tmp_path / "home" / "defects").iterdir()
    assert str(kept) in said
    text = kept.read_text("utf-8")
    assert "division of nothing" in text
    assert f"apx check {EXAMPLE} redis://me:…@host/0" in text, "what is sent to others holds no password"
    assert 'strategy "Golden cross"' in text


def test_an_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(arguments: list[str]) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "dispatch", interrupted)
    assert main(["check", EXAMPLE]) == 130
    assert error(capsys) == ""


def test_the_installed_command_dies_quietly_of_an_interrupt(tmp_path: Path) -> None:
    fifo = tmp_path / "never.apx"
    os.mkfifo(fifo)
    # Where the tests run in the background, interrupts are ignored, and children would inherit that.
    listening = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = subprocess.Popen(
        [APX, "check", fifo], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=listening
    )
    time.sleep(0.5)  # until it waits for the pipe's other end
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "")


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"'{APX}' run '{EXAMPLE}' --data AAPL --out - | head -n 1; echo ${{PIPESTATUS[0]}}"
    found = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert found.stdout.splitlines()[0].startswith("time,")
    assert found.stdout.splitlines()[-1] in ("0", "141")
    assert found.stderr == ""


def test_a_terminal_without_unicode_gets_what_it_can_show() -> None:
    for argv in (["doc", "rsi"], ["explain", "E0301"], ["backtest", EXAMPLE], ["nonsense"]):
        found = subprocess.run([APX, *argv], env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, timeout=60)
        assert found.returncode == (2 if argv == ["nonsense"] else 0), found.stderr
        assert (found.stdout + found.stderr).isascii()


def test_a_full_disk_is_said() -> None:
    with open("/dev/full", "wb") as full:
        found = subprocess.run([APX, "doc"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (found.returncode, found.stderr) == (2, "error: No space left on device\n")


def test_python_m_is_the_same_command() -> None:
    found = subprocess.run([sys.executable, "-m", "apextrade", "--version"], capture_output=True, text=True, timeout=60)
    assert found.stdout.startswith("apx 0.1")


def test_the_installed_command_gives_its_version_and_its_exit_codes() -> None:
    assert (
        subprocess.run([APX, "--version"], capture_output=True, text=True, timeout=60).stdout == f"apx {version('apextrade')}\n"
    )
    assert subprocess.run([APX, "check", EXAMPLE], capture_output=True, timeout=60).returncode == 0
    assert subprocess.run([APX, "nonsense"], capture_output=True, timeout=60).returncode == 2

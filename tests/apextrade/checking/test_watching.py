"""`apx check --watch`: what is checked again, when, and what is shown."""

from __future__ import annotations

import io
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from apextrade.checking.watching import CLEAR, EVERY, Watch
from apextrade.libraries import check_file
from compiler.pipeline import Checked

ROOT = Path(__file__).parents[3]
GOOD = 'apx 1\nstrategy "Good"\ntrade "AAPL" every 1d\nsettings\n  commission 0.1%\nwhen close > open\n  buy 10 shares\n'
BAD = GOOD.replace("close > open", "closs > open")
LIBRARY = 'apx 1\nlibrary "Bands" version 1\ndefine middle(n = 20 bars) = sma(close, n)\n'
USER = GOOD.replace("settings", 'use "Bands" version 1 as bands\nsettings').replace("close > open", "close > bands.middle()")
Step = Callable[[], object] | None


class ScriptedClock:
    """Time that passes only in pauses, in each of which the next step is done; it ends in an interruption, as Ctrl-C does."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps, self.time, self.paused = iter(steps), 0.0, list[float]()

    def seconds(self) -> float:
        return self.time

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.time += seconds
        for step in self.steps:
            if step is not None:
                step()
            return
        raise KeyboardInterrupt

    def now(self) -> datetime:
        return datetime(2030, 1, 2, 3, 4, 5)


class Session:
    """A watch over files with edits between its looks; what it checked, and what it showed."""

    def __init__(
        self, named: list[Path], steps: list[Step], terminal: bool = False, check: Callable[[str], Checked] = check_file
    ) -> None:
        self.checked: list[str] = []
        out = io.StringIO()
        self.clock = ScriptedClock([*steps, None, None, None])

        def noted(path: str) -> Checked:
            self.checked.append(Path(path).name)
            return check(path)

        watch = Watch(
            [str(path) for path in named], noted, lambda error, path: f"defect {error}", out, terminal=terminal, clock=self.clock
        )
        with pytest.raises(KeyboardInterrupt):
            watch.run()
        self.shown = out.getvalue()


def writes(path: Path, text: str) -> Callable[[], object]:
    return lambda: path.write_text(text)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.apx"
    path.write_text(GOOD)
    return path


def test_a_program_is_checked_again_when_it_changes_and_only_then(program: Path) -> None:
    session = Session([program], [None, None, writes(program, BAD), None, None, writes(program, GOOD), None, None])
    assert session.checked == ["program.apx"] * 3
    counted = [line for line in session.shown.splitlines() if line.startswith(str(program))]
    assert [line.rpartition(": ")[2] for line in counted] == ["nothing wrong", "1 error", "nothing wrong"]
    assert CLEAR not in session.shown


def test_a_save_by_renaming_is_seen_although_time_and_size_stay(program: Path) -> None:
    other = GOOD.replace("close > open", "clone > open")
    stamp = os.stat(program)

    def renames() -> None:
        beside = program.with_name(".program.apx.swp")
        beside.write_text(other)
        os.utime(beside, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        beside.rename(program)

    session = Session([program], [renames, None])
    assert len(other) == len(GOOD)
    assert session.checked == ["program.apx"] * 2
    assert "1 error" in session.shown


def test_a_file_that_is_being_written_is_read_when_it_has_come_to_rest(program: Path) -> None:
    pieces = [writes(program, BAD[:at]) for at in (20, 40, 60, 80)]
    session = Session([program], [program.unlink, *pieces, writes(program, BAD), None])
    assert session.checked == ["program.apx"] * 2
    assert session.shown.count("error E") == 1


def test_a_file_that_never_comes_to_rest_is_checked_all_the_same(program: Path) -> None:
    session = Session([program], [writes(program, GOOD + f"# {'x' * at}\n") for at in range(1, 60)])
    assert len(session.checked) in (3, 4)


def test_a_file_that_vanishes_is_waited_for(program: Path) -> None:
    session = Session([program], [program.unlink, None, None, writes(program, BAD), None])
    assert session.checked == ["program.apx"] * 2
    assert "gone; it is checked when it is back\n" in session.shown
    assert session.shown.endswith("1 error\n")


def test_a_library_beside_a_program_is_part_of_it_and_of_no_other(program: Path, tmp_path: Path) -> None:
    user, library = tmp_path / "user.apx", tmp_path / "bands.apx"
    user.write_text(USER)
    library.write_text(LIBRARY)
    session = Session([program, user], [writes(library, LIBRARY.replace("middle", "centre")), None])
    assert session.checked == ["program.apx", "user.apx", "user.apx"]
    assert session.shown.endswith("1 error\n")


def test_a_library_that_comes_later_and_a_lock_count(program: Path, tmp_path: Path) -> None:
    user, library, lock = tmp_path / "user.apx", tmp_path / "bands.apx", tmp_path / "user.lock"
    user.write_text(USER)
    session = Session([user], [writes(library, LIBRARY), None, writes(lock, "no lock"), None])
    assert [line.rpartition(": ")[2] for line in session.shown.splitlines() if line.startswith(str(user))][:2] == [
        "1 error",
        "nothing wrong",
    ]
    assert "no lock of libraries" in session.shown


def test_the_programs_of_a_folder_come_and_go(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".hidden").mkdir()
    one, two = tmp_path / "one.apx", tmp_path / "deep" / "two.apx"
    one.write_text(GOOD)
    steps: list[Step] = [writes(two, BAD), None, writes(tmp_path / ".hidden" / "x.apx", BAD), None, one.unlink, None, None]
    session = Session([tmp_path], steps)
    assert session.checked == ["one.apx", "two.apx"]
    assert session.shown.endswith(f"{one}: gone\n")


def test_an_empty_folder_is_waited_on(tmp_path: Path) -> None:
    session = Session([tmp_path], [writes(tmp_path / "one.apx", GOOD), None])
    assert session.checked == ["one.apx"]


def test_a_file_that_cannot_be_read_and_a_defect_end_nothing(program: Path) -> None:
    def check(path: str) -> Checked:
        if "strategy" not in Path(path).read_text(errors="replace"):
            raise RuntimeError("of ours")
        return check_file(path)

    steps: list[Step] = [
        lambda: program.write_bytes(b"strategy \xff"),
        None,
        writes(program, "broken"),
        None,
        writes(program, GOOD),
        None,
    ]
    session = Session([program], steps, check=check)
    assert session.checked == ["program.apx"] * 4
    lines = session.shown.splitlines()
    assert "UTF-8" in lines[1]
    assert lines[2:] == [f"{program}: defect of ours", f"{program}: nothing wrong"]


def test_a_terminal_is_cleared_and_shows_the_whole_state(program: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.apx"
    other.write_text(BAD)
    session = Session([program, other], [writes(program, GOOD + "\n"), None], terminal=True)
    assert session.checked == ["program.apx", "other.apx", "program.apx"]
    _, first, second = session.shown.split(CLEAR)
    assert first == second
    assert f"{program}:" not in second
    assert f"{other}: 1 error\n" in second
    assert second.endswith("\n03:04:05  2 programs: 1 error. Watching; Ctrl-C ends.\n")


def test_looks_that_take_long_are_fewer(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = Session([program], [])
    assert set(session.clock.paused) == {EVERY}

    def slow(watch: Watch) -> dict[Path, object]:
        watch.clock.time += 2.0  # type: ignore[attr-defined]
        return {}

    monkeypatch.setattr(Watch, "look", slow)
    assert Session([program], []).clock.paused == [EVERY, 20.0, 20.0, 20.0]


# ---------------------------------------------------------------- the command itself


def read_until(descriptor: int, wanted: str, seconds: float = 60.0) -> str:
    """What a process writes, up to a text; fails if it ends or takes too long."""
    found, end = "", time.monotonic() + seconds
    while wanted not in found:
        ready, _, _ = select.select([descriptor], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"waited for {wanted!r}, got {found!r}"
        data = os.read(descriptor, 65536)
        assert data, f"ended before {wanted!r}: {found!r}"
        found += data.decode()
    return found


@pytest.mark.parametrize("on_terminal", [False, True], ids=["pipe", "terminal"])
def test_the_command_redraws_and_ends_with_130(program: Path, on_terminal: bool) -> None:
    reading, writing = pty.openpty() if on_terminal else os.pipe()
    command = [sys.executable, "-m", "apextrade.cli", "check", "--watch", str(program)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    process = subprocess.Popen(
        command, stdout=writing, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, env=environment, cwd=program.parent
    )
    os.close(writing)
    try:
        first = read_until(reading, "Watching" if on_terminal else "nothing wrong\n")
        assert (CLEAR in first) is on_terminal
        program.write_text(BAD)
        second = read_until(reading, "Watching" if on_terminal else "1 error\n")
        assert "E0201" in second
        assert ("\x1b[31m" in second) is on_terminal
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert process.stderr is not None
        assert process.stderr.read() == b""
    finally:
        process.kill()
        process.wait()
        os.close(reading)
        if process.stderr is not None:
            process.stderr.close()

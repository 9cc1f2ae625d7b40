"""What the pages of docs show of the command line is what it prints.

A page is read from top to bottom in an empty folder: ```apx name.apx and ```csv name.csv write a file (```apx + name.apx adds to one), ```console
runs each line that begins with `$ apx` and shows what it prints, `…` standing for lines left out. `--update-goldens` writes the outputs anew.
"""

from __future__ import annotations

import io
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from apextrade import cli
from compiler.text.format import format_source

FENCE = re.compile(r"```(apx|csv|console)( \+)?(?: ([\w.]+))?\n(.*?)```\n", re.DOTALL)
LEFT_OUT = "…"
PAGES = sorted(
    page for page in (Path(__file__).parents[2] / "docs").rglob("*.md") if "```console\n" in page.read_text(encoding="utf-8")
)


def printed(command: str) -> str:
    """What a command prints, both streams as a terminal shows them."""
    out = io.StringIO()
    words = shlex.split(command)
    assert words[0] == "apx", command
    with redirect_stdout(out), redirect_stderr(out):
        code = cli.main(words[1:])
    assert code in (0, 1, 2), f"{command} ended with {code}: {out.getvalue()}"
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def shows(expected: str, found: str) -> bool:
    """Whether an output is the one shown, lines left out aside."""
    pattern = "".join(r"(?:.*\n)*?" if line == LEFT_OUT else re.escape(line) + "\n" for line in expected.rstrip("\n").split("\n"))
    return re.fullmatch(pattern, found + "\n") is not None


def parts(session: str) -> list[tuple[str, str]]:
    """The commands of a console block, each with what is shown under it."""
    found = re.split(r"(?m)^\$ (.*)\n", session)
    assert not found[0], f"a console block begins with a command: {session}"
    return [(command, output.rstrip("\n")) for command, output in zip(found[1::2], found[2::2], strict=True)]


def play(text: str, folder: Path, update: bool = False) -> str:
    """Does what a page shows, in a folder. The page, with outputs as they are now if they are to be updated."""
    done: list[str] = []
    at = 0
    for fence in FENCE.finditer(text):
        kind, added, name, body = fence.groups()
        shown = fence[0]
        if kind == "console":
            sessions = []
            for command, expected in parts(body):
                found = printed(command)
                if update and LEFT_OUT not in expected.split("\n"):
                    expected = found
                assert shows(expected, found), f"$ {command}\nshown:\n{expected}\nprinted:\n{found}"
                sessions.append(f"$ {command}\n" + (f"{expected}\n" if expected else ""))
            shown = "```console\n" + "".join(sessions) + "```\n"
        elif name is not None:
            file = folder / name
            before = file.read_text(encoding="utf-8") if added else ""
            file.write_text(before + ("\n" if added else "") + body, encoding="utf-8")
            if kind == "apx":
                assert format_source(file.read_text(encoding="utf-8")) == file.read_text(encoding="utf-8"), f"{name}: layout"
        done += [text[at : fence.start()], shown]
        at = fence.end()
    return "".join([*done, text[at:]])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.name))
def test_the_commands_of_a_page_print_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("NO_COLOR", "1")
    text = page.read_text(encoding="utf-8")
    update = bool(request.config.getoption("--update-goldens"))
    after = play(text, tmp_path, update)
    if update:
        page.write_text(after, encoding="utf-8")
    assert after == text or update


def test_another_output_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison itself: one figure changed, one line missing, one more."""
    monkeypatch.chdir(tmp_path)
    page = '```apx a.apx\napx 1\n\nstrategy "A"\n\nlet x = close\n```\n```console\n$ apx fmt a.apx --check\nOUT```\n'
    right = play(page.replace("OUT", ""), tmp_path, update=True)
    play(right, tmp_path)
    with pytest.raises(AssertionError):
        play(right.replace("--check\n", "--check\nsomething else\n"), tmp_path)
    assert shows("a\n…\nd", "a\nb\nc\nd")
    assert not shows("a\n…\nd", "a\nb\nc\ne")
    assert not shows("a", "a\nb")

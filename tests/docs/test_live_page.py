"""The page of live pools: its blocks of Python run from top to bottom in an empty folder and print what stands under them."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "live.md"
BLOCK = re.compile(r"```(apx \S+|python|text)\n(.*?)```\n", re.DOTALL)


def played(text: str, folder: Path) -> str:
    """The page with what its code prints now."""
    names: dict[str, object] = {}
    done, at, printed = [], 0, ""
    for block in BLOCK.finditer(text):
        kind, body = block.groups()
        if kind.startswith("apx "):
            (folder / kind[4:]).write_text(body, encoding="utf-8")
        elif kind == "python":
            out = io.StringIO()
            with redirect_stdout(out):
                exec(compile(body, str(PAGE), "exec"), names)
            printed = out.getvalue()
        done.append(text[at : block.start()] + (f"```text\n{printed}```\n" if kind == "text" else block[0]))
        at = block.end()
    return "".join([*done, text[at:]])


def test_the_code_of_the_page_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    found = played(text, tmp_path)
    if request.config.getoption("--update-goldens"):
        PAGE.write_text(found, encoding="utf-8")
    assert found == text

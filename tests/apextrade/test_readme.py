"""What the pages at the top of the repository say is so: the program, the commands, the links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from apextrade import cli

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(str(p.relative_to(ROOT)) for p in ROOT.glob("docs/**/*.md")),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_strategy_shown_is_the_example_that_make_run_backtests() -> None:
    (program,) = re.findall(r"```apx\n(.*?)```", README, re.DOTALL)
    assert program == (ROOT / "examples" / "golden_cross.apx").read_text(encoding="utf-8")
    assert "examples/golden_cross.apx --data AAPL --report" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_every_target_that_is_named_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in PAGES:
        for target in re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page}: make {target}"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)\)", text):
        assert (ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}"


def test_the_commands_shown_run_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    (tmp_path / "bars.csv").write_text("time,open,high,low,close,volume\n2020-01-01,1,2,1,1,9\n2020-01-02,1,2,1,1,9\n")
    commands = re.findall(r"^\.venv/bin/apx (.*)$", README, re.MULTILINE)
    assert len(commands) >= 6
    for command in commands:
        assert cli.main(shlex.split(command, comments=True)) == 0, capsys.readouterr().err
    assert (tmp_path / "r.html").exists()


def test_the_python_shown_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    rows = [f"{np.datetime64('2020-01-01') + i},1,{2 + i % 3},1,{1 + i % 2},9\n" for i in range(200)]
    (tmp_path / "bars.csv").write_text("time,open,high,low,close,volume\n" + "".join(rows))
    names = {"close": np.linspace(1, 2, 50)}
    exec(code, names)  # the page's own text
    assert (tmp_path / "report.html").exists()
    assert len(names["rsi"]) == 50

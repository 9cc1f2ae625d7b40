"""The hooks for pre-commit, as pre-commit itself runs them in a repository of strategies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
GOOD = 'apx 1\n\nstrategy "Good"\ntrade "AAPL" every 1d\n\nsettings\n  commission 0.1%\n\nwhen close > open\n  buy 10 shares\n'


class Repository:
    """A repository of strategies with the hooks of this one, where `apx` is the code under test."""

    def __init__(self, folder: Path) -> None:
        tools, hooks, self.here = folder / "tools", folder / "hooks", folder / "strategies"
        for place in (tools, hooks, self.here):
            place.mkdir()
        apx = tools / "apx"
        apx.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m apextrade.cli "$@"\n')
        apx.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        path = f"{tools}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        nobody = {f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        self.environment = {
            **kept,
            **nobody,
            "PATH": path,
            "PRE_COMMIT_HOME": str(folder / "cache"),
            "GIT_CONFIG_GLOBAL": os.devnull,
        }
        (hooks / ".pre-commit-hooks.yaml").write_bytes((ROOT / ".pre-commit-hooks.yaml").read_bytes())
        for place in (hooks, self.here):
            self.call("git", "init", "--quiet", "--initial-branch", "main", folder=place)
        self.call("git", "add", ".", folder=hooks)
        self.call("git", "commit", "--quiet", "-m", "hooks", folder=hooks)
        self.call("git", "tag", "v0.1.0", folder=hooks)
        (config,) = (c for c in configurations() if all("language" not in hook for hook in c["repos"][0]["hooks"]))
        config["repos"][0]["repo"] = str(hooks)
        (self.here / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
        self.call(sys.executable, "-m", "pre_commit", "install")

    def call(self, *command: str, folder: Path | None = None, code: int = 0) -> str:
        done = subprocess.run(command, cwd=folder or self.here, env=self.environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def commit(self, code: int = 0, **files: str) -> str:
        """Commits files, given by their names without the ending; what that prints."""
        for name, text in files.items():
            (self.here / f"{name}.apx").write_text(text)
        self.call("git", "add", ".")
        return self.call("git", "commit", "-m", "strategies", code=code)


def configurations() -> list[dict[str, Any]]:
    return [yaml.safe_load(text) for text in re.findall(r"```yaml pre-commit\n(.*?)```", PAGE, re.DOTALL)]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_commit_without_mistakes_passes_and_other_files_are_passed_over(repository: Repository) -> None:
    (repository.here / "notes.txt").write_text("close > closs")
    found = repository.commit(good=GOOD)
    assert re.search(r"apx fmt\.+Passed\napx check\.+Passed", found)
    (repository.here / "notes.txt").write_text("open > closs")
    assert re.search(r"apx check\.+\(no files to check\)Skipped", repository.commit())


def test_a_mistake_stops_the_commit_and_is_said(repository: Repository) -> None:
    found = repository.commit(1, good=GOOD, bad=GOOD.replace("close > open", "closs > open"))
    assert re.search(r"apx fmt\.+Passed\napx check\.+Failed", found)
    assert "bad.apx:9:6" in found
    assert "Did you mean `close`" in found


def test_a_loose_layout_stops_the_commit_and_is_put_right(repository: Repository) -> None:
    found = repository.commit(1, loose=GOOD.replace("  buy", "buy"))
    assert re.search(r"apx fmt\.+Failed\n- hook id: apx-fmt\n- files were modified by this hook", found)
    assert (repository.here / "loose.apx").read_text() == GOOD
    assert re.search(r"apx fmt\.+Passed\napx check\.+Passed", repository.commit())


def test_what_the_page_shows_is_what_pre_commit_takes(tmp_path: Path) -> None:
    validate = [sys.executable, "-m", "pre_commit"]
    subprocess.run([*validate, "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")], check=True, timeout=60)
    assert len(configurations()) == 2
    for at, config in enumerate(configurations()):
        path = tmp_path / f"{at}.yaml"
        path.write_text(yaml.safe_dump(config))
        subprocess.run([*validate, "validate-config", str(path)], check=True, timeout=60)

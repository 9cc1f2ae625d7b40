"""The GitHub Action: each of its shell steps, run as a runner runs them, in bash with the variables that they are given."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
PAGE = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")
GOOD = 'apx 1\nstrategy "Good"\ntrade "AAPL" every 1d\nsettings\n  commission 0.1%\nwhen close > open\n  buy 10 shares\n'
BAD = GOOD.replace("close > open", "closs > open")


class Runner:
    """What a runner does with the steps of a composite action, as far as these need it."""

    def __init__(self, workspace: Path, temp: Path, **inputs: str) -> None:
        self.workspace, self.temp = workspace, temp
        self.values = {"runner.temp": str(temp), "github.action_path": str(ROOT)}
        self.values |= {f"inputs.{name}": inputs.get(name, of.get("default", "")) for name, of in ACTION["inputs"].items()}

    def step(self, name: str) -> subprocess.CompletedProcess[str]:
        """Runs a step as `shell: bash` does; its outputs can be read by later ones."""
        (step,) = (step for step in STEPS if step.get("name") == name)
        assert step["shell"] == "bash"
        assert "${{" not in step["run"], "what comes from outside is given in variables, never written into a script"
        output = self.temp / "output"
        output.write_text("")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PIP_CONFIG_FILE") if name in os.environ}
        given = {key: self.filled(value) for key, value in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env={**kept, **given, "GITHUB_OUTPUT": str(output)},
            capture_output=True,
            text=True,
            timeout=600,
        )
        for line in output.read_text().splitlines():
            key, _, value = line.partition("=")
            self.values[f"steps.{step.get('id', name)}.outputs.{key}"] = value
        return done

    def filled(self, value: str) -> str:
        return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: self.values[found[1]], value)

    def installed(self) -> None:
        """Puts the code under test where the first step installs it."""
        apx = self.temp / "apx-check" / "bin" / "apx"
        apx.parent.mkdir(parents=True)
        apx.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m apextrade.cli "$@"\n')
        apx.chmod(0o755)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    workspace, temp = tmp_path / "workspace", tmp_path / "temp of runner"
    (workspace / "my strategies").mkdir(parents=True)
    temp.mkdir()
    return workspace, temp


def results(runner: Runner) -> list[str]:
    log = json.loads(Path(runner.values["steps.check.outputs.sarif"]).read_text())
    return [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]]


def test_errors_are_written_shown_and_fail_at_the_end(places: tuple[Path, Path]) -> None:
    workspace, temp = places
    (workspace / "my strategies" / "bad.apx").write_text(BAD)
    (workspace / "good.apx").write_text(GOOD)
    runner = Runner(workspace, temp, files="my strategies\ngood.apx\n")
    runner.installed()
    checked = runner.step("Check")
    assert checked.returncode == 0, checked.stderr
    assert "my strategies/bad.apx: 1 error\ngood.apx: nothing wrong\n" in checked.stdout
    assert results(runner) == ["my%20strategies/bad.apx"]
    assert runner.step("Result").returncode == 1


def test_without_errors_it_passes_and_the_layout_counts_only_if_asked_for(places: tuple[Path, Path]) -> None:
    workspace, temp = places
    (workspace / "good.apx").write_text(GOOD.replace("  buy", "buy"))
    runner = Runner(workspace, temp)
    runner.installed()
    assert runner.step("Check").returncode == 0
    assert results(runner) == []
    assert runner.step("Result").returncode == 0
    runner.values["inputs.layout"] = "true"
    checked = runner.step("Check")
    assert "good.apx: not in the canonical layout" in checked.stdout
    assert runner.step("Result").returncode == 1


@pytest.mark.parametrize("files", ["absent.apx", "$(touch made)", "--watch"])
def test_a_wrong_name_ends_the_check_at_once_and_is_only_a_name(files: str, places: tuple[Path, Path]) -> None:
    runner = Runner(*places, files=files)
    runner.installed()
    checked = runner.step("Check")
    assert checked.returncode == 2
    assert f"There is no file {files}" in checked.stderr
    assert not (places[0] / "made").exists()


@pytest.mark.long
def test_what_the_first_step_installs_checks_programs(places: tuple[Path, Path]) -> None:
    workspace, temp = places
    (workspace / "bad.apx").write_text(BAD)
    runner = Runner(workspace, temp)
    installed = runner.step("Install apx")
    assert installed.returncode == 0, installed.stderr
    assert runner.step("Check").returncode == 0
    assert results(runner) == ["bad.apx"]


def test_each_value_that_steps_and_outputs_name_is_one_that_there_is() -> None:
    known = {f"inputs.{name}" for name in ACTION["inputs"]} | {"runner.temp", "github.action_path"}
    known |= {"steps.check.outputs.sarif", "steps.check.outputs.code"}
    used = set(re.findall(r"\$\{\{ (.*?) \}\}", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used <= known
    assert {f"inputs.{name}" for name in ACTION["inputs"]} - used == {"inputs.upload"}  # read by a condition
    assert [step["if"] for step in STEPS if "if" in step] == ["inputs.upload == 'true'"]


def test_the_workflow_of_the_page_gives_only_inputs_that_there_are() -> None:
    (text,) = re.findall(r"```yaml workflow\n(.*?)```", PAGE, re.DOTALL)
    (job,) = yaml.safe_load(text)["jobs"].values()
    (step,) = (step for step in job["steps"] if "apextrade@" in step["uses"])
    assert step["with"].keys() <= ACTION["inputs"].keys()

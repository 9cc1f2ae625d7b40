"""The CodeMirror package: its types are strict, its pure parts do what they say, its rules are those of the compiler."""

from __future__ import annotations

import json
import subprocess

from apextrade.highlighting import BROWSER_TARGET, rendered_for_the_browser
from tests.frontend.here import EDITOR, FRONTEND, need


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=EDITOR, capture_output=True, text=True, timeout=300, check=False)


def test_the_rules_for_the_browser_are_those_of_the_compiler() -> None:
    assert BROWSER_TARGET.read_text(encoding="utf-8") == rendered_for_the_browser(), "out of date: run `make docs`"


def test_types_are_strict_and_hold() -> None:
    need(browser=False)
    done = run("node", str(FRONTEND / "node_modules" / "typescript" / "bin" / "tsc"), "--noEmit")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pure_parts_do_what_their_tests_say() -> None:
    need(browser=False)
    built = run("node", "build.mjs", "--tests")
    assert built.returncode == 0, built.stdout + built.stderr
    names = sorted(str(path) for path in (EDITOR / "build" / "tests").glob("*.mjs"))
    done = run("node", "--test", *names)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# fail 0" in done.stdout
    assert "# skipped 0" in done.stdout


def test_versions_are_exact_and_no_address_is_named() -> None:
    for path in (FRONTEND / "package.json", EDITOR / "package.json"):
        package = json.loads(path.read_text(encoding="utf-8"))
        for name, version in {**package.get("dependencies", {}), **package.get("devDependencies", {})}.items():
            assert version[:1].isdigit(), f"{name} {version} in {path}"
    assert not (FRONTEND / "package-lock.json").exists()

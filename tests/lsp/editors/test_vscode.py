"""The extension for VS Code: its types, its own tests, what is in its package, and that what it copies and declares is the language's."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from compiler.codes import CODES

ROOT = Path(__file__).parents[3]
EXTENSION = ROOT / "lsp" / "vscode"
MANIFEST = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))

PACKAGED = {
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/changelog.md",
    "extension/dist/extension.js",
    "extension/icon.png",
    "extension/language-configuration.json",
    "extension/media/backtest.md",
    "extension/media/install.md",
    "extension/media/report.md",
    "extension/media/write.md",
    "extension/package.json",
    "extension/readme.md",
    "extension/snippets/apx.json",
    "extension/syntaxes/apx.tmLanguage.json",
}


def node() -> str:
    """Node with the extension's packages; without them the test is skipped, naming what is missing."""
    found = shutil.which("node")
    lacks = [
        name
        for name, missing in (
            ("node", found is None),
            ("npm packages (`npm install` in lsp/vscode)", not (EXTENSION / "node_modules").is_dir()),
        )
        if missing
    ]
    if found is None or lacks:
        pytest.skip(f"not here: {', '.join(lacks)}")
    return found


def run(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=EXTENSION, capture_output=True, text=True, timeout=300, env={**os.environ, **more})
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done


def test_its_types_are_right() -> None:
    run(node(), "node_modules/typescript/bin/tsc", "--noEmit")


def test_its_own_tests_pass_with_a_report_that_apx_wrote(tmp_path: Path) -> None:
    executable = node()
    report = tmp_path / "report.html"
    program = str(ROOT / "examples" / "golden_cross.apx")
    made = subprocess.run(
        [sys.executable, "-m", "apextrade", "backtest", program, "--data", "AAPL", "--report", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert made.returncode == 0, made.stderr
    said = run(executable, "build.mjs", "test", APX_REPORT=str(report), APX_PYTHON=sys.executable, PYTHONPATH=str(ROOT)).stdout
    counted = dict(line[2:].split(" ", 1) for line in said.splitlines() if line.startswith("# ") and line.count(" ") == 2)
    assert int(counted["pass"]) > 30
    assert counted["fail"] == counted["cancelled"] == counted["skipped"] == "0", said


def test_the_package_holds_what_is_named_here_and_nothing_else(tmp_path: Path) -> None:
    executable = node()
    if int(run(executable, "-p", "process.versions.node.split('.')[0]").stdout) < 20:
        pytest.skip("not here: node 20 or later, which vsce needs")
    package = tmp_path / "apextrade.vsix"
    said = run(
        executable,
        "node_modules/@vscode/vsce/vsce",
        "package",
        "--no-dependencies",
        "--allow-missing-repository",
        "--out",
        str(package),
    )
    assert "WARNING" not in said.stdout + said.stderr, said.stdout + said.stderr
    with zipfile.ZipFile(package) as packed:
        assert set(packed.namelist()) == PACKAGED
        assert packed.read("extension/syntaxes/apx.tmLanguage.json") == (ROOT / "grammar" / "apx.tmLanguage.json").read_bytes()
        assert packed.read("extension/snippets/apx.json") == (EXTENSION / "snippets" / "apx.json").read_bytes()
        icon = packed.read("extension/icon.png")
        assert icon[:8] == b"\x89PNG\r\n\x1a\n"
        assert (int.from_bytes(icon[16:20], "big"), int.from_bytes(icon[20:24], "big")) == (128, 128)
        bundle = packed.read("extension/dist/extension.js").decode()
        declared = json.loads(packed.read("extension/package.json"))
    assert 'require("vscode")' in bundle
    assert "sourceMappingURL" not in bundle
    assert str(ROOT) not in bundle
    assert all(f'"{command["command"]}"' in bundle for command in MANIFEST["contributes"]["commands"])
    assert declared["contributes"] == MANIFEST["contributes"]


def test_every_file_that_the_manifest_names_is_packaged() -> None:
    contributes = MANIFEST["contributes"]
    named = [
        MANIFEST["main"],
        MANIFEST["icon"],
        *(entry["path"] for entry in (*contributes["grammars"], *contributes["snippets"])),
    ]
    named += [
        contributes["languages"][0]["configuration"],
        *(step["media"]["markdown"] for step in contributes["walkthroughs"][0]["steps"]),
    ]
    for path in named:
        assert f"extension/{path.removeprefix('./')}" in PACKAGED


def test_versions_are_exact_and_there_is_no_lock_file() -> None:
    assert all(version[0].isdigit() for version in MANIFEST["devDependencies"].values())
    assert "dependencies" not in MANIFEST  # all of them are in the bundle
    tracked = subprocess.run(["git", "ls-files", "."], cwd=EXTENSION, capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in tracked if "lock" in name or name.startswith(("node_modules", "dist"))]


def test_the_codes_that_settings_name_as_examples_exist() -> None:
    texts = [
        path.read_text(encoding="utf-8")
        for path in (*EXTENSION.glob("src/*.ts"), EXTENSION / "package.json", EXTENSION / "README.md")
    ]
    named = {code for text in texts for code in re.findall(r"\b[EW][0-9]{4}\b", text)}
    assert named
    assert named <= {code.code for code in CODES}

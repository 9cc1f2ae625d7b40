"""`apx catalogue` and `apextrade.catalogue()`: one document, the same in every process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import apextrade
from apextrade.cli import main


def test_the_command_writes_what_python_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "catalogue.json"
    assert main(["catalogue", "--out", str(target)]) == 0
    assert "Wrote" in capsys.readouterr().out
    written = json.loads(target.read_text(encoding="utf-8"))
    assert written == apextrade.catalogue()
    assert main(["catalogue"]) == 0
    assert json.loads(capsys.readouterr().out) == written


def test_its_hash_is_the_same_in_another_process_with_another_order_of_hashes() -> None:
    code = "import apextrade; print(apextrade.catalogue()['hash'])"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": "17"}, capture_output=True, text=True
    )
    assert done.stdout.strip() == apextrade.catalogue()["hash"]

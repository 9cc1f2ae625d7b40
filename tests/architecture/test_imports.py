"""Which room may import which. The contracts are in pyproject.toml; `lint-imports` says the same."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_rooms_import_only_downwards_and_the_compiler_is_pure() -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout


def test_every_room_with_code_is_under_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    rooms = {p.parent.name for p in ROOT.glob("*/__init__.py")}
    assert rooms == set(contracts["root_packages"])


def test_a_forbidden_import_is_found(tmp_path: Path) -> None:
    """The contracts can fail: the same ones, where the compiler reads the clock and the runtime and the server import the command."""
    for room in ("apextrade", "server", "runtime", "stdlib", "compiler", "grammar"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "__init__.py").write_text("")
    (tmp_path / "compiler" / "clock.py").write_text("import time\n")
    (tmp_path / "runtime" / "show.py").write_text("import apextrade\n")
    (tmp_path / "server" / "front.py").write_text("import apextrade\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    found = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert found.returncode == 1
    assert "compiler.clock -> time" in found.stdout
    assert "runtime.show -> apextrade" in found.stdout
    assert "server.front -> apextrade" in found.stdout

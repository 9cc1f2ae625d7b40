"""What starting a command imports: checking a program must not wait for NumPy, pandas or the kernels."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = ("numpy", "pandas", "pyarrow", "rich", "lark", "runtime", "apextrade.report", "server", "fastapi", "pydantic", "uvicorn")


def modules_after(*argv: str) -> set[str]:
    """The modules loaded once a command has run, in a fresh interpreter."""
    code = (
        "import sys, io; from apextrade.cli import main; out = sys.stdout; sys.stdout = io.StringIO(); code = main(sys.argv[1:]);"
        "sys.stdout = out; assert code == 0, code; print('\\n'.join(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code, *argv], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    return set(found.stdout.split())


@pytest.mark.parametrize(
    "argv",
    [
        ("check", "examples/golden_cross.apx"),
        ("check", "examples/golden_cross.apx", "--json"),
        ("fmt", "--check", "examples/golden_cross.apx"),
        ("explain", "E0301"),
        ("doc", "rsi"),
        ("ir", "examples/golden_cross.apx"),
    ],
    ids=" ".join,
)
def test_commands_of_the_compiler_import_nothing_heavy(argv: tuple[str, ...]) -> None:
    loaded = modules_after(*argv)
    assert not [m for m in loaded if m in HEAVY or m.startswith(tuple(f"{heavy}." for heavy in HEAVY))]


def test_a_run_over_bars_imports_no_pandas_and_no_rich() -> None:
    loaded = modules_after("run", "examples/golden_cross.apx", "--data", "AAPL")
    assert "numpy" in loaded
    assert not loaded & {"pandas", "rich", "pyarrow", "lark", "plotext"}


def test_importing_the_package_imports_none_of_its_parts() -> None:
    code = "import sys, apextrade; print('\\n'.join(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert not {m.partition(".")[0] for m in found.stdout.split()} & {"numpy", "compiler", "stdlib", "runtime"}


def test_a_sweep_here_imports_no_celery_and_no_redis() -> None:
    loaded = modules_after("sweep", "examples/golden_cross.apx", "--data", "AAPL", "--grid", "fast=10:20:10")
    assert not {name.partition(".")[0] for name in loaded} & {"celery", "kombu", "redis", "pydantic", "server", "optuna"}

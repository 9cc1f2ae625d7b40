"""Programs made to hurt the compiler are refused or compiled, all of them in one process within 200 MB, and what each is told is kept."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.compiler.hostile.hostile_programs import HOSTILE

ROOT = Path(__file__).parents[3]
MEGABYTES = 200
ADDRESS_SPACE = 2_000_000_000


def within_bounds() -> None:
    """A process that would eat the machine dies instead."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CPU, (300, 300))


@pytest.fixture(scope="session")
def measured() -> dict[str, dict[str, object]]:
    """What became of every program, measured in a process of its own."""
    command = [sys.executable, "-m", "tests.compiler.hostile.measured"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, preexec_fn=within_bounds, check=False)
    assert done.returncode == 0, done.stderr[-2_000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one for one in found}


def test_there_are_at_least_twenty_ideas() -> None:
    assert len(HOSTILE) >= 40
    assert sum(len(text) for text in HOSTILE.values()) > 20_000_000


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_program_is_compiled_or_told_why_not(name: str, measured: dict[str, dict[str, object]]) -> None:
    one = measured[name]
    assert bool(one["compiled"]) == (one["errors"] == 0)
    assert one["told"]


def test_none_of_them_takes_more_memory_than_a_small_server_has(measured: dict[str, dict[str, object]]) -> None:
    assert max(float(str(one["megabytes"])) for one in measured.values()) < MEGABYTES


def test_what_they_are_told(measured: dict[str, dict[str, object]], golden: Callable[[str, str], None]) -> None:
    lines = []
    for name in HOSTILE:
        one = measured[name]
        became = "compiled" if one["compiled"] else "refused"
        lines.append(f"{name}: {became}, {one['errors']} errors, {one['warnings']} warnings")
        told = one["told"]
        assert isinstance(told, list)
        lines += [f"  {text if len(text) <= 200 else text[:199] + '…'}" for text in told]
    golden("hostile.txt", "\n".join(lines) + "\n")

"""What a benchmark ran on: processor, memory, system and load, as lines for the head of a table."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def described() -> list[str]:
    """Lines that say which machine, Python and version of ApexTrade this is, and how busy the machine was."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.platform()}",
        f"Python {platform.python_version()}, ApexTrade {revision()}; load over 1, 5, 15 minutes: {load}",
    ]


def processor() -> str:
    """The processor's name as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = {line.partition(":")[2].strip() for line in lines if line.startswith("model name")}
    return " / ".join(sorted(found)) or platform.processor() or platform.machine()


def revision() -> str:
    """The commit that is measured, with a mark if files differ from it."""
    said = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False)
    return said.stdout.strip() or "without a git history"


def resident_bytes() -> int:
    """Memory that this process holds now; on systems without /proc, the most that it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return peak_bytes()


def peak_bytes() -> int:
    """The most memory that this process ever held."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if platform.system() == "Darwin" else peak * 1024

"""Limits that a worker's process sets for itself, by the operating system."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

PAGES = Path("/proc/self/statm")
MEGABYTE = 1 << 20


RESERVE = 64 * MEGABYTE
"""What is left to say that the memory is used up, while all that used it is still there."""


def confine(megabytes: int) -> None:
    """From here on the process takes at most so much more memory, writes no files and leaves no image of itself behind."""
    lower(resource.RLIMIT_CORE, 0)
    lower(resource.RLIMIT_FSIZE, 0)
    size = pages(0)
    if size is not None:
        lower(resource.RLIMIT_AS, size + megabytes * MEGABYTE, RESERVE)


def use_reserve() -> None:
    """The little more that is left; for a process that ends soon."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def lower(limit: int, value: int, reserve: int = 0) -> None:
    _, hard = resource.getrlimit(limit)
    most = value + reserve if hard == resource.RLIM_INFINITY else min(value + reserve, hard)
    with suppress(ValueError, OSError):  # a system without this limit; the clock still holds
        resource.setrlimit(limit, (min(value, most), most))


def held_megabytes() -> int:
    """What the process holds in memory; 0 where the system does not say."""
    return (pages(1) or 0) // MEGABYTE


def pages(field: int) -> int | None:
    """Bytes by a field of the process's own page: 0 its address space, 1 what is in memory."""
    try:
        return int(PAGES.read_text(encoding="ascii").split()[field]) * resource.getpagesize()
    except OSError:
        return None

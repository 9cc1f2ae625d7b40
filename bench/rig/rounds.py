"""Timed calls in one process that take turns, so that what disturbs the machine disturbs all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def taking_turns(calls: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each call in each round, after one that warms up; every other round goes through them backwards."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for at in range(rounds + 1):
        for name in calls if at % 2 else reversed(calls):
            begun = time.perf_counter()
            calls[name]()
            took = time.perf_counter() - begun
            if at:
                seconds[name].append(took)
    return seconds


def table(seconds: Mapping[str, Sequence[float]], bars: int, base: str) -> str:
    """A Markdown table: nanoseconds a bar, and how often as long as `base` each took, by the shortest of each."""
    rows = ["| | ns/bar, median | ns/bar, least | times the time of " + base + " |", "|---|--:|--:|--:|"]
    for name, took in seconds.items():
        middle, least = (1e9 * s / bars for s in (statistics.median(took), min(took)))
        rows.append(f"| {name} | {middle:.2f} | {least:.2f} | {min(took) / min(seconds[base]):.2f} |")
    return "\n".join(rows)

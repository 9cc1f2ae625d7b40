"""A progress bar: only on a terminal, and only for work that takes long enough to wonder about."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AFTER_S = 0.5


_silent: list[bool] = []
"""Not empty within `silent`."""


@contextmanager
def silent() -> Iterator[None]:
    """No bar is drawn within: what runs is a part of something that draws one."""
    _silent.append(True)
    try:
        yield
    finally:
        _silent.pop()


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives `advance(n)`, to be called as n more of `total` are done.

    Draws on the error output, if that is a terminal, once the work has taken half a second.
    """
    if _silent or not sys.stderr.isatty():
        yield lambda n: None
        return
    begun = time.monotonic()
    done = 0
    bar = task = None

    def advance(n: int) -> None:
        nonlocal done, bar, task
        done += n
        if bar is None and time.monotonic() - begun > AFTER_S and done < total:
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.start()
            task = bar.add_task(label, total=total)
        if bar is not None and task is not None:
            bar.update(task, completed=done)

    try:
        yield advance
    finally:
        if bar is not None:
            bar.stop()

"""When Python looks for garbage in the server's process: while nothing is waited for, and not in the middle of an answer.

Trees of programs make a young collection at every few keys and a whole one of a tenth of a second now and then, and find next to nothing:
what an edit replaces is freed at once. So collections by count are made rare, and the whole is looked through when clients rest.
"""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass

YOUNG, MIDDLE, OLD = 100_000, 20, 1_000_000
"""A collection by count is made only of so much, so that a client that never rests fills no memory."""
REST_S = 0.5
ALL_EACH = 60
"""What is found to be alive is looked at no more, but for each so many rests: then all of it is."""


@dataclass(slots=True)
class Collecting:
    """One process'. `touched` is called with every message, on the event loop."""

    _timer: asyncio.TimerHandle | None = None
    _touched: float = 0.0
    _rests: int = 0

    def __post_init__(self) -> None:
        gc.set_threshold(YOUNG, MIDDLE, OLD)

    def touched(self) -> None:
        loop = asyncio.get_running_loop()
        self._touched = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(REST_S, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        left = self._touched + REST_S - loop.time()
        if left > 0:
            self._timer = loop.call_later(left, self._look)
            return
        self._timer = None
        self._rests += 1
        if self._rests % ALL_EACH == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()

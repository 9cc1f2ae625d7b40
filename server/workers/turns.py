"""Whose request is next: clients take turns, so that one with many does not keep the others waiting."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Turns(Generic[T]):
    """What waits, by client, and when each client that is here was last served."""

    lines: dict[str, deque[T]] = field(default_factory=dict)
    present: Counter[str] = field(default_factory=Counter)
    """Requests of each client that wait or are worked on."""
    last: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def __len__(self) -> int:
        return sum(map(len, self.lines.values()))

    def enter(self, client: str) -> None:
        self.present[client] += 1

    def leave(self, client: str) -> None:
        self.present[client] -= 1
        if not self.present[client]:
            del self.present[client]
            self.last.pop(client, None)

    def serve(self, client: str) -> None:
        """It is this client's turn now; the others come before its next."""
        self.count += 1
        self.last[client] = self.count

    def wait(self, client: str, waiting: T) -> None:
        self.lines.setdefault(client, deque()).append(waiting)

    def give_up(self, client: str, waiting: T) -> None:
        """It waits no longer; nothing happens if it does not wait."""
        line = self.lines.get(client)
        if line is None or waiting not in line:
            return
        line.remove(waiting)
        if not line:
            del self.lines[client]

    def next(self) -> T | None:
        """The one whose turn it is, which waits no longer: of the client that was served longest ago. None if nobody waits."""
        if not self.lines:
            return None
        client = min(self.lines, key=lambda name: self.last.get(name, 0))
        waiting = self.lines[client].popleft()
        if not self.lines[client]:
            del self.lines[client]
        self.serve(client)
        return waiting

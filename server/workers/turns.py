"""Whose request is next: clients take turns, so that one with many does not keep the others waiting."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Turns(Generic[T]):
    """What waits, by client. The client that was served last is last in line."""

    lines: OrderedDict[str, deque[T]] = field(default_factory=OrderedDict)
    present: Counter[str] = field(default_factory=Counter)
    """Requests of each client that wait or are worked on."""

    def __len__(self) -> int:
        return sum(map(len, self.lines.values()))

    def enter(self, client: str) -> None:
        self.present[client] += 1

    def leave(self, client: str) -> None:
        self.present[client] -= 1
        if not self.present[client]:
            del self.present[client]

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
        """The one whose turn it is, which waits no longer; None if nobody waits."""
        if not self.lines:
            return None
        client, line = self.lines.popitem(last=False)
        waiting = line.popleft()
        if line:
            self.lines[client] = line  # to the end
        return waiting

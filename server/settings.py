"""What a server may spend: processes, time, memory, and how long callers wait."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of one server. Seconds are wall-clock time."""

    workers: int = 2
    """Processes that work on programs."""

    work_seconds: float = 10.0
    """A worker that takes longer for one request is killed."""

    work_megabytes: int = 512
    """What a worker may take beyond what it holds when it is warm."""

    keep_megabytes: int = 256
    """A worker that still holds more than this after a request is replaced."""

    start_seconds: float = 60.0
    """A worker that takes longer to become warm is killed."""

    catalogue_seconds: float = 60.0
    """The catalogue is made once, and takes longer than a program."""

    catalogue_at_start: bool = True
    """Whether it is made before anybody asks for it."""

    waiting: int = 64
    """Requests that wait for a worker; the next is turned away."""

    of_one_client: int = 32
    """Requests of one client that wait or are worked on; its next is turned away."""

    wait_seconds: float = 12.0
    """A request that waits longer for a worker is turned away."""

    body_bytes: int = 1_500_000
    """A body beyond this is not read. A program has at most a million characters."""

    body_depth: int = 850
    """Brackets inside brackets of a body. Trees of the deepest lines that the language reads have some 800."""

    body_seconds: float = 10.0
    """A body that takes longer to come in is not waited for."""

    answer_bytes: int = 16_000_000
    """An answer beyond this is not sent: the tree of a large program is some hundred times its text."""


DEFAULTS = Settings()

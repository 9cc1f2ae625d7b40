"""One run at a time has a checkpoint: two would write over each other's rows."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime.history.checkpoint import CheckpointError


@contextmanager
def alone_with(checkpoint: Path) -> Iterator[None]:
    """Holds a file beside the checkpoint locked; a process that is killed holds it no longer. Raises CheckpointError where another run does, OSError."""
    path = checkpoint.with_name(f".{checkpoint.name}.lock")
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise CheckpointError(
                f"Another run that is still going on writes the checkpoint {checkpoint}; wait for it, or name another file."
            ) from None
        if is_still(path, file):
            break
        os.close(file)  # a run that ended in between took the file away
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(file)


def is_still(path: Path, file: int) -> bool:
    """Whether an open file is the one at a path."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False

"""Libraries whose search ends the process it happens in, as a defect of the lowest kind would."""

from __future__ import annotations

import os
from collections.abc import Mapping


def fatal(path: str, texts: Mapping[str, str]) -> None:
    """Notes in the program's file that it was tried."""
    with open(path, "a", encoding="utf-8") as tries:
        tries.write("asked\n")
    os._exit(3)

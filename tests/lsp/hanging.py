"""Libraries whose search does not come to an end."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from compiler.libraries.port import Absent, Lock


@dataclass(frozen=True, slots=True)
class Hanging:
    lock: Lock | None = None

    def find(self, title: str, version: int) -> Absent:
        time.sleep(3600)
        return Absent()


def hanging(path: str, texts: Mapping[str, str]) -> Hanging:
    return Hanging()

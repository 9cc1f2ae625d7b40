"""Which build of ApexTrade this is: two processes with the same name compute the same bits."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from runtime.kernel import numeric_build

ROOMS = ("grammar", "compiler", "stdlib", "runtime")
KINDS = (".py", ".pxd", ".apx", ".lark")


@cache
def build_name() -> str:
    """A short hash of all that decides on a figure: the text of compiler, library and engine, and the arithmetic of the machine."""
    found = hashlib.sha256(numeric_build().encode())
    root = Path(__file__).resolve().parents[1]
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            made = path.parent.name == "kernels" and (path.suffix == ".pxd" or path.name.startswith("avx"))  # from the kernels
            if path.suffix in KINDS and not made:
                found.update(
                    path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n") + b"\0"
                )
    return found.hexdigest()[:16]

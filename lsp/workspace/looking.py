"""What is in folders, in the process that reads files: which programs there are, and which of them are libraries. A little at a time."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final

from compiler.libraries.head import library_head

SLICE_S = 0.03
"""About so long one answer takes: questions about documents come in between."""
MOST_DEEP = 20
"""Folders in folders are looked into so many levels deep."""
LARGEST = 4_000_000
"""More bytes are no program: the language allows a million characters."""
IGNORED: Final = frozenset(("node_modules", "__pycache__", "venv", "env"))
"""Folders of other people's files, besides those that are hidden and those that hold Python's packages."""
_USE = re.compile(r'(?m)^[ \t]*use[ \t]+"([^"\r\n]*)"(?:[ \t]+version[ \t]+([0-9]{1,9})(?![0-9]))?')

Stamp = tuple[int, int]
"""When a file was written, in nanoseconds, and its size: the same as long as nobody writes it."""


def look(folders: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """The programs in folders, each with its stamp, and the folders that are left to look into. Each folder comes with how many levels deep."""
    rest, files, looked = list(folders), list[list[Any]](), list[str]()
    until = time.monotonic() + SLICE_S
    while rest and (not looked or time.monotonic() < until):
        folder, depth = rest.pop()
        looked.append(folder)
        found, inner = _inside(folder)
        files += found
        if depth > 0:
            rest += ((path, depth - 1) for path in inner)
    return {"files": files, "looked": looked, "rest": rest}


def _inside(folder: str) -> tuple[list[list[Any]], list[str]]:
    """The programs in a folder and the folders in it that are looked into. Of one that can't be read, none."""
    files, inner, foreign = list[list[Any]](), list[str](), False
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name
                foreign = foreign or name == "pyvenv.cfg"
                if name.startswith("."):
                    continue
                if name.endswith(".apx") and entry.is_file():
                    facts = entry.stat()
                    if facts.st_size <= LARGEST:
                        files.append([entry.path, facts.st_mtime_ns, facts.st_size])
                elif name not in IGNORED and entry.is_dir(follow_symlinks=False):
                    inner.append(entry.path)
    except OSError:
        pass
    return files, ([] if foreign else sorted(inner, reverse=True))


def stamp_of(path: str) -> Stamp | None:
    """The stamp of a file; None if there is no such program."""
    try:
        facts = os.stat(path)
    except OSError:
        return None
    return (facts.st_mtime_ns, facts.st_size) if facts.st_size <= LARGEST and os.path.isfile(path) else None


def facts_of(paths: Sequence[str]) -> dict[str, Any]:
    """What files are: stamp, hash, the library that a file begins as, the libraries that it uses; nothing of one that is not there.

    Of as many as there is time for, the first ones.
    """
    until, found = time.monotonic() + SLICE_S, list[list[Any]]()
    for path in paths:
        if found and time.monotonic() > until:
            break
        found.append([path, *_facts(path)])
    return {"facts": found}


def _facts(path: str) -> list[Any]:
    stamp, data = stamp_of(path), read_bytes(path)
    if stamp is None or data is None:
        return []
    text = data.decode("utf-8-sig", errors="replace")
    head = library_head(text)
    uses = [[found[1], int(found[2] or 0)] for found in _USE.finditer(text)] if "use" in text else []
    return [*stamp, hash_of(data), [head.title, head.version] if head is not None else None, uses]


def read_bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read(LARGEST + 1)
    except OSError:
        return None


def hash_of(data: bytes) -> str:
    return sha256(data).hexdigest()[:32]

"""Folders named where programs are asked for: each stands for the programs in it and below it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from apextrade.failures import UsageError

NOT_ENTERED = frozenset({"__pycache__", "node_modules"})
"""Folders that hold no programs of one's own, besides hidden ones and Python's environments."""


def named_programs(paths: Sequence[str]) -> list[str]:
    """The paths, each once, with the programs of a folder in place of it. Raises UsageError for a folder without any."""
    found: dict[str, None] = {}
    for path in paths:
        if path == "-" or not _is_folder(path):
            found[path] = None
            continue
        inside = programs_below(path)
        if not inside:
            raise UsageError(f"There is no program in the folder {path}: no file in it ends in .apx.")
        found.update(dict.fromkeys(inside))
    return list(found)


def programs_below(folder: str) -> list[str]:
    """The programs of a folder and of those in it, in order; files and folders whose names begin with a dot are left out."""
    return sorted(str(path) for path in files_below(folder, (".apx",)))


def files_below(folder: str, suffixes: tuple[str, ...]) -> Iterator[Path]:
    """The files of a folder and of those in it whose names end so. Links to folders are not followed: they may lead back."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if _entered(place, name)]
        yield from (Path(place, name) for name in visible(files, suffixes))


def visible(names: Iterable[str], suffixes: tuple[str, ...]) -> Iterator[str]:
    """The names that end so and are not hidden: editors keep their half-written files under names that begin with a dot."""
    return (name for name in names if name.endswith(suffixes) and not name.startswith("."))


def _entered(place: str, name: str) -> bool:
    return not name.startswith(".") and name not in NOT_ENTERED and not os.path.exists(os.path.join(place, name, "pyvenv.cfg"))


def _is_folder(path: str) -> bool:
    try:
        return os.path.isdir(path)
    except ValueError:  # a name that no file can have: reading it says so
        return False

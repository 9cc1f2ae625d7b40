"""The example programs: strategies, and the libraries that some of them use."""

from __future__ import annotations

from pathlib import Path

from compiler.libraries.head import library_head
from compiler.libraries.port import LibraryText, Shelf

FOLDER = Path(__file__).parents[2] / "examples"
FILES = tuple(sorted(FOLDER.glob("*.apx")))
LIBRARIES = tuple(path for path in FILES if library_head(path.read_text(encoding="utf-8")) is not None)
STRATEGIES = tuple(path for path in FILES if path not in LIBRARIES)
SHELF = Shelf(tuple(LibraryText(path.read_text(encoding="utf-8"), path.name) for path in LIBRARIES))

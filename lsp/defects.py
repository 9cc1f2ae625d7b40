"""A defect of ours: what it takes to find it is kept in a file, its place is told in the client's log, and the session goes on."""

from __future__ import annotations

import hashlib
import platform
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lsp.document import Document
from lsp.wire import LogLevel

MOST_KEPT = 200
"""So many files are written by one session at most: a defect on every key is no reason to fill a disk."""

NOWHERE = "no file"
"""Where the others are written, and all where no file can be."""


class Failed(Protocol):
    """Keeps what is needed to find a defect, tells it, and returns the file. what: was being done, with which parameters, to which document."""

    def __call__(self, error: BaseException, what: str, params: object, uri: str = "") -> str: ...


@dataclass(slots=True)
class Defects:
    """Those of one session. home: the folder of the user's own ApexTrade files."""

    home: Path
    version: str
    log: Callable[[str, LogLevel], None]
    written: int = 0

    def keep(self, error: BaseException, what: str, params: object, document: Document | None) -> str:
        """Writes down an error with what was asked and the document it was asked of, and tells where. Returns the file's path."""
        said = f"{type(error).__name__}: {str(error).splitlines()[0]}" if str(error) else type(error).__name__
        kept = self._written(error, what, params, document)
        text = f"A defect of ApexTrade, not of your program, in {what}: {said}. What is needed to find it was written to {kept}."
        self.log(text, "error")
        return kept

    def _written(self, error: BaseException, what: str, params: object, document: Document | None) -> str:
        parts = [
            f"apx {self.version}, Python {platform.python_version()}, {platform.platform()}",
            f"{what}\n{params}",
            "".join(traceback.format_exception(error)),
        ]
        if document is not None:
            parts.append(f"--- {document.uri}, version {document.version}, {document.encoding}\n{document.text}")
        data = "\n\n".join(parts).encode("utf-8", "backslashreplace")
        name = f"defect-{hashlib.sha256(data).hexdigest()[:12]}.txt"
        if self.written >= MOST_KEPT:
            return NOWHERE
        self.written += 1
        for folder in (self.home / "defects", Path(tempfile.gettempdir())):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(data)
            except OSError:
                continue
            return str(folder / name)
        return NOWHERE

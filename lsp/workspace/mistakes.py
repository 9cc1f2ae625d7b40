"""What is wrong with a file that is not open, in the process that reads files: what an editor would be told of it at once, without what the built program tells."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from compiler.diagnostics import Severity
from compiler.editing import Editing
from compiler.editing.relinking import Modules
from compiler.library import FunctionLibrary
from lsp.document import Document
from lsp.host import Libraries
from lsp.paths import uri_of
from lsp.reported import SEVERITIES, Plain, shown
from lsp.settings import Level, Settings
from lsp.view import View
from lsp.workspace.looking import hash_of, read_bytes

MOST_MODULES = 50
_modules: list[Modules] = []
"""The libraries that were read for files before; not many, since each may come in many versions."""


def mistakes(question: dict[str, Any], library: FunctionLibrary, libraries: Libraries) -> dict[str, Any]:
    """Each as it is sent, with the level that it has by itself. Of a file that is not there, or is no text, none."""
    path = question["path"]
    data = read_bytes(path)
    if data is None:
        return {"hash": "", "mistakes": []}
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return {"hash": hash_of(data), "mistakes": []}
    if not _modules or len(_modules[0].kept) > MOST_MODULES:
        _modules[:] = [Modules(library)]
    editing = Editing(library, path)
    editing.modules = _modules[0]
    analysis = editing.analyse(text, libraries(path, question["texts"]))
    view = View(Document(uri_of(path), text, 0, question["encoding"]), analysis, library)
    return {"hash": hash_of(data), "mistakes": shown(view, analysis.diagnostics)}


def levelled(items: Iterable[Plain], settings: Settings) -> list[Plain]:
    """The same as a user wants to see them."""
    return [{**one, "severity": SEVERITIES[level]} for one in items if (level := _level(one, settings)) != "off"]


def _level(item: Plain, settings: Settings) -> Severity | Level:
    own = next(name for name, number in SEVERITIES.items() if number == item["severity"])
    return own if own == "error" else settings.lints.get(item["code"], own)

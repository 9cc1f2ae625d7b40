"""The state of one connection: what its client can, the documents it has open, its settings and folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from compiler.diagnostics import Diagnostic
from compiler.editing import Editing
from compiler.library import FunctionLibrary
from lsp.client import said
from lsp.document import Change, Document, Encoding
from lsp.host import Libraries
from lsp.paths import folder_of, name_of, path_of
from lsp.results import Results
from lsp.settings import Settings
from lsp.told import Told
from lsp.view import View


@dataclass(slots=True)
class Open:
    """A document that the client has open: its newest version, and what was made of it when it was last asked for."""

    document: Document
    editing: Editing
    view: View | None = None
    told: Told = field(default_factory=Told)


@dataclass(slots=True)
class Session:
    """One connection's. library: loaded when first asked for, since that costs more than an answer to `initialize` may."""

    library: Callable[[], FunctionLibrary]
    libraries: Libraries
    capabilities: dict[str, Any] = field(default_factory=dict)
    encoding: Encoding = "utf-16"
    settings: Settings = field(default_factory=Settings)
    folder_settings: dict[str, Settings] = field(default_factory=dict)
    """Of each folder, where they are not all the same."""
    folders: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Open] = field(default_factory=dict)
    initialized: bool = False
    shut_down: bool = False
    results: Results | None = None
    """What was run for the documents; None where nothing may be run."""

    def can(self, *path: str) -> bool:
        """Whether the client says of itself that it can do something."""
        return bool(said(self.capabilities, *path))

    # ------------------------------------------------------------ documents

    def opened(self, uri: str, text: str, version: int) -> Document:
        document = Document(uri, text, version, self.encoding)
        self.documents[uri] = Open(document, Editing(self.library(), name_of(uri)))
        return document

    def changed(self, uri: str, version: int, changes: Sequence[Change]) -> Document | None:
        """The document after a client's changes, made in their order; None if it is not open."""
        known = self.documents.get(uri)
        if known is None:
            return None
        known.document = known.told.edited(known.document, changes, version)
        known.view = None
        return known.document

    def closed(self, uri: str) -> bool:
        return self.documents.pop(uri, None) is not None

    def view(self, uri: str) -> View | None:
        """What is known of the newest version of an open document; None if it is not open."""
        known = self.documents.get(uri)
        if known is None:
            return None
        settings = self.settings_of(uri)
        if known.view is None or known.view.settings is not settings:
            resolver = self.libraries(path, self.texts()) if (path := path_of(uri)) else None
            analysis = known.view.analysis if known.view is not None else known.editing.analyse(known.document.text, resolver)
            values = self.results.known_values if self.results else None
            known.view = View(known.document, analysis, self.library(), settings, known.told.known, values, resolver)
        return known.view

    def settings_of(self, uri: str) -> Settings:
        """What a document is shown with: the settings of the innermost folder around it, else the connection's."""
        around = [folder for folder in self.folder_settings if uri.startswith(folder.rstrip("/") + "/")]
        return self.folder_settings[max(around, key=len)] if around else self.settings

    def views(self) -> Iterator[View]:
        """Of every document."""
        return (view for uri in tuple(self.documents) if (view := self.view(uri)) is not None)

    def others(self, uri: str) -> Iterator[View]:
        """Of the documents that may share names with one: libraries are beside what uses them."""
        near = (other for other in tuple(self.documents) if other != uri and folder_of(other) == folder_of(uri))
        return (view for other in near if (view := self.view(other)) is not None)

    def forget(self, uri: str) -> None:
        """What was made of a document counts no more: a library that it may use is another."""
        if uri in self.documents:
            self.documents[uri].view = None
            self.documents[uri].told.full = None

    def dependents(self, uri: str) -> list[str]:
        """The open documents in the folder of a file that use libraries, but for itself. One that is not read yet may use any."""
        near = (other for other in self.documents if other != uri and folder_of(other) == folder_of(uri))
        return [other for other in near if self.uses_libraries(other)]

    def uses_libraries(self, uri: str) -> bool:
        """Whether an open document uses libraries, or is not read yet."""
        known = self.documents.get(uri)
        view = known.view if known is not None else None
        return known is not None and (view is None or any(cell.of_libraries for cell in view.analysis.cells))

    def diagnostics(self, uri: str) -> tuple[View, tuple[Diagnostic, ...]] | None:
        """A document as it is now, and what its author is shown of what is wrong with it; None if it is not open."""
        view = self.view(uri)
        if view is None:
            return None
        return view, self.documents[uri].told.shown(view.document.source, view.analysis.diagnostics)

    def texts(self) -> dict[str, str]:
        """The texts of the open documents that are files, by path."""
        return {path: known.document.text for uri, known in self.documents.items() if (path := path_of(uri))}

"""What is wrong with a program, as data. Rendering happens elsewhere, once per surface."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from compiler.source import Source, Span

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that explains the first. `source`: the text it is in, None for the diagnostic's own."""

    span: Span
    text: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the characters of `span` by `text`."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction that can be applied. `safe` says that it keeps the meaning the author most likely had."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: a stable code (see compiler/codes.py), a place, one plain sentence, at most one hint.

    `source`: the text that its spans point into, None for the text that was checked; another one is a library that it uses.
    """

    code: str
    span: Span
    message: str
    severity: Severity = "error"
    hint: str = ""
    labels: tuple[Label, ...] = ()
    fixes: tuple[Fix, ...] = ()
    source: Source | None = None


@dataclass(slots=True)
class Diagnostics:
    """Collects diagnostics of one compilation, in the order found; reports each (code, place) once."""

    found: list[Diagnostic] = field(default_factory=list)
    _places: set[tuple[str, Span]] = field(default_factory=set)
    _counted: int = 0  # so many of `found` are in `_places`

    def add(self, diagnostic: Diagnostic) -> None:
        self._places.update((d.code, d.span) for d in self.found[self._counted :])
        if (diagnostic.code, diagnostic.span) not in self._places:
            self.found.append(diagnostic)
        self._counted = len(self.found)
        self._places.add((diagnostic.code, diagnostic.span))

    def error(
        self, code: str, span: Span, message: str, hint: str = "", labels: tuple[Label, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> None:
        self.add(Diagnostic(code, span, message, "error", hint, labels, fixes))

    def warn(
        self, code: str, span: Span, message: str, hint: str = "", labels: tuple[Label, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> None:
        self.add(Diagnostic(code, span, message, "warning", hint, labels, fixes))

    @property
    def has_errors(self) -> bool:
        return any(d.severity == "error" for d in self.found)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self.found, key=lambda d: (d.span.start, d.span.end, d.code)))


class CompileError(Exception):
    """A program has errors. `diagnostics` holds all of them, warnings too; `source` the text they point into."""

    def __init__(self, source: object, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.source = source
        self.diagnostics = diagnostics
        errors = [d for d in diagnostics if d.severity == "error"]
        first = f"{errors[0].code}: {errors[0].message}" if errors else "no error"
        super().__init__(first if len(errors) < 2 else f"{first} (and {len(errors) - 1} more)")


class InternalError(Exception):
    """A defect of ApexTrade itself, never of the program. Keeps what caused it."""

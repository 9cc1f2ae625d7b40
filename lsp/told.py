"""What is told to be wrong with an open document: what is found at each edit, and what the built program tells a little later, carried along by edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from compiler.diagnostics import Diagnostic, Edit, Fix, Label
from compiler.source import Source, Span
from lsp.document import Change, Document
from lsp.holding import Held, spot_of
from lsp.known import Known


@dataclass(slots=True)
class Told:
    """One document's. full: what the built program told of the very text that is there; None while that is not known.

    carried: what only the built program told, of a version before, where it stands now. known: of the last text that was a program.
    """

    quick_held: Held = field(default_factory=Held)
    full_held: Held = field(default_factory=Held)
    full: tuple[Diagnostic, ...] | None = None
    carried: tuple[Diagnostic, ...] = ()
    known: Mapping[str, Known] = field(default_factory=dict)

    def edited(self, document: Document, changes: Sequence[Change], version: int) -> Document:
        """The document after changes."""
        self.full = None
        self.quick_held.edited(changes)
        self.full_held.edited(changes)
        for change in changes:
            after = document.changed((change,), version)
            if self.carried:
                self.carried = carried(self.carried, document.source, *_replaced(document, change, after))
            document = after
        return document if document.version == version else document.changed((), version)

    def found(self, full: tuple[Diagnostic, ...]) -> None:
        """The built program has told of the text that is there."""
        self.full = full

    def shown(self, source: Source, quick: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """What is shown of a text now. quick: what was found in it at once."""
        there = {(d.code, d.span) for d in quick if d.source is None}
        at_once = self.quick_held.shown(source, quick)
        if self.full is not None:
            before = frozenset(spot_of(source, d) for d in self.carried if d.source is None) | (
                self.quick_held.before or frozenset()
            )
            shown = self.full_held.shown(source, self.full, before)
            self.carried = tuple(d for d in shown if d.source is None and (d.code, d.span) not in there)
            return shown
        more = tuple(d for d in self.carried if (d.code, d.span) not in there)
        return tuple(sorted((*at_once, *more), key=lambda d: (d.source is not None, d.span.start, d.span.end, d.code)))

    def rested(self) -> bool:
        """Typing has stopped for a while. Whether more may be shown."""
        quick, full = self.quick_held.rested(), self.full_held.rested()
        return quick or full

    def saved(self) -> None:
        self.quick_held.saved()
        self.full_held.saved()


def carried(diagnostics: tuple[Diagnostic, ...], source: Source, span: Span, length: int) -> tuple[Diagnostic, ...]:
    """Diagnostics of a text after the characters of `span` became `length` others: those on its lines are dropped, those below move."""
    first, last = source.position(span.start).line, source.position(span.end).line
    moved: list[Diagnostic] = []
    for d in diagnostics:
        start, end = source.position(d.span.start).line, source.position(d.span.end).line
        if end < first or start > last:
            labels = tuple(
                x if x.source is not None else Label(own, x.text)
                for x in d.labels
                if (own := _moved(x.span, span, length)) is not None
            )
            fixes = tuple(fix for x in d.fixes if (fix := _moved_fix(x, span, length)) is not None)
            own = _moved(d.span, span, length)
            if own is not None:
                moved.append(replace(d, span=own, labels=labels, fixes=fixes))
    return tuple(moved)


def _moved(span: Span, edited: Span, length: int) -> Span | None:
    """A place after an edit; None if the edit was in it."""
    if span.end < edited.start or (span.end == edited.start and edited.end > edited.start):
        return span
    if span.start >= edited.end:
        by = length - (edited.end - edited.start)
        return Span(span.start + by, span.end + by)
    return None


def _moved_fix(fix: Fix, edited: Span, length: int) -> Fix | None:
    edits = [Edit(at, x.text) for x in fix.edits if (at := _moved(x.span, edited, length)) is not None]
    return Fix(fix.title, tuple(edits), fix.safe) if len(edits) == len(fix.edits) else None


def _replaced(document: Document, change: Change, after: Document) -> tuple[Span, int]:
    """The characters that a change replaced, and by how many. Of a text that was replaced as a whole, those that differ."""
    if change.start is not None and change.end is not None:
        span = document.span(change.start, change.end)
        return span, len(after.text) - len(document.text) + span.end - span.start
    old, new = document.text, after.text
    shorter = min(len(old), len(new))
    head = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    tail = next((i for i in range(shorter - head) if old[-1 - i] != new[-1 - i]), shorter - head)
    return Span(head, len(old) - tail), len(new) - tail - head

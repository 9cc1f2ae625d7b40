"""What is wrong with a program, as the protocol says it: message with hint, other places, marks for what is of no use, and the fixes beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from compiler.diagnostics import Diagnostic, Label, Severity
from lsp.document import Place
from lsp.paths import uri_of_name
from lsp.settings import Level
from lsp.view import View, places_in

OF_NO_USE: Final = frozenset(("E0232", "W0201", "W0202", "W0203", "W0220", "W0313", "W0315", "W0317", "W0319", "W0322"))
"""Codes whose place could be taken away and nothing would change: editors show it faded."""
RETIRED: Final = frozenset(("E0230",))
"""Codes whose place is of an earlier edition: editors strike it through."""

SEVERITIES: Final[Mapping[Severity | Level, int]] = {"error": 1, "warning": 2, "info": 3, "hint": 4}
"""The protocol's `DiagnosticSeverity`."""
UNNECESSARY, DEPRECATED = 1, 2
"""The protocol's `DiagnosticTag`."""

Plain = dict[str, Any]
"""JSON as it is sent: this goes out at every key."""


def shown(view: View, diagnostics: tuple[Diagnostic, ...]) -> list[Plain]:
    """The diagnostics of a document in its client's words. Those in other texts are not its own and stay out.

    Where a client shows no other places, what they say stands in the message.
    """
    related = view.settings.client.related
    own = (d for d in diagnostics if d.source is None or d.source == view.document.source)
    return [_shown(view, d, level, related) for d in own if (level := view.settings.level(d)) != "off"]


def _shown(view: View, diagnostic: Diagnostic, level: Severity | Level, related: bool) -> Plain:
    message = f"{diagnostic.message}\n{diagnostic.hint}" if diagnostic.hint else diagnostic.message
    if not related:
        message = "\n".join((message, *(_in_words(view, label) for label in diagnostic.labels)))
    found: Plain = {
        "range": _range(*view.places(diagnostic.span)),
        "message": message,
        "severity": SEVERITIES[level],
        "code": diagnostic.code,
        "source": "apx",
        "data": _data(view, diagnostic),
    }
    if diagnostic.code in OF_NO_USE or diagnostic.code in RETIRED:
        found["tags"] = [UNNECESSARY if diagnostic.code in OF_NO_USE else DEPRECATED]
    if related and diagnostic.labels:
        found["relatedInformation"] = [_label(view, label) for label in diagnostic.labels]
    return found


def _label(view: View, label: Label) -> Plain:
    if label.source is None:
        uri, places = view.document.uri, view.places(label.span)
    else:
        uri, places = uri_of_name(label.source.name), places_in(label.source, label.span, view.document.encoding)
    return {"location": {"uri": uri, "range": _range(*places)}, "message": label.text}


def _in_words(view: View, label: Label) -> str:
    source = label.source or view.document.source
    where = f"{label.source.name}, " if label.source is not None else ""
    return f"{where}line {source.position(label.span.start).line + 1}: {label.text}"


def _data(view: View, diagnostic: Diagnostic) -> Plain:
    """The fixes as they were found, so that a code action computes nothing again, and the version that they are for."""
    return {
        "uri": view.document.uri,
        "version": view.document.version,
        "fixes": [
            {
                "title": fix.title,
                "safe": fix.safe,
                "edits": [{"range": _range(*view.places(edit.span)), "newText": edit.text} for edit in fix.edits],
            }
            for fix in diagnostic.fixes
        ],
    }


def _range(start: Place, end: Place) -> Plain:
    return {"start": {"line": start.line, "character": start.column}, "end": {"line": end.line, "character": end.column}}

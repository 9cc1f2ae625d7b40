"""What is wrong with a program, as the protocol says it: message with hint, other places, marks for what is of no use, and the fixes beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from lsprotocol import types

from compiler.diagnostics import Diagnostic, Label, Severity
from lsp.paths import uri_of_name
from lsp.settings import Level
from lsp.view import View, range_in

OF_NO_USE: Final = frozenset(("E0232", "W0201", "W0202", "W0203", "W0220", "W0313", "W0315", "W0317", "W0319", "W0322"))
"""Codes whose place could be taken away and nothing would change: editors show it faded."""
RETIRED: Final = frozenset(("E0230",))
"""Codes whose place is of an earlier edition: editors strike it through."""

SEVERITIES: Final[Mapping[Severity | Level, types.DiagnosticSeverity]] = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}


def shown(view: View, diagnostics: tuple[Diagnostic, ...], related: bool = True) -> list[types.Diagnostic]:
    """The diagnostics of a document in its client's words. Those in other texts are not its own and stay out.

    related: whether the client shows other places; else what they say stands in the message.
    """
    own = (d for d in diagnostics if d.source is None or d.source == view.document.source)
    return [_shown(view, d, level, related) for d in own if (level := level_of(view, d)) != "off"]


def level_of(view: View, diagnostic: Diagnostic) -> Severity | Level:
    """How much a diagnostic matters to the user: an error always does, a warning as its code is set."""
    if diagnostic.severity == "error":
        return "error"
    return view.settings.lints.get(diagnostic.code, diagnostic.severity)


def _shown(view: View, diagnostic: Diagnostic, level: Severity | Level, related: bool) -> types.Diagnostic:
    message = f"{diagnostic.message}\n{diagnostic.hint}" if diagnostic.hint else diagnostic.message
    if not related:
        message = "\n".join((message, *(_in_words(view, label) for label in diagnostic.labels)))
    return types.Diagnostic(
        range=view.outer_range(diagnostic.span),
        message=message,
        severity=SEVERITIES[level],
        code=diagnostic.code,
        source="apx",
        tags=_tags(diagnostic.code),
        related_information=[_label(view, label) for label in diagnostic.labels] or None if related else None,
        data=_data(view, diagnostic),
    )


def _tags(code: str) -> list[types.DiagnosticTag] | None:
    tags = [types.DiagnosticTag.Unnecessary] * (code in OF_NO_USE) + [types.DiagnosticTag.Deprecated] * (code in RETIRED)
    return tags or None


def _label(view: View, label: Label) -> types.DiagnosticRelatedInformation:
    if label.source is None:
        place = types.Location(view.document.uri, view.outer_range(label.span))
    else:
        place = types.Location(uri_of_name(label.source.name), range_in(label.source, label.span, view.document.encoding))
    return types.DiagnosticRelatedInformation(place, label.text)


def _in_words(view: View, label: Label) -> str:
    source = label.source or view.document.source
    where = f"{label.source.name}, " if label.source is not None else ""
    return f"{where}line {source.position(label.span.start).line + 1}: {label.text}"


def _data(view: View, diagnostic: Diagnostic) -> dict[str, Any]:
    """The fixes as they were found, so that a code action computes nothing again, and the version that they are for."""
    return {
        "uri": view.document.uri,
        "version": view.document.version,
        "fixes": [
            {
                "title": fix.title,
                "safe": fix.safe,
                "edits": [{"range": _plain(view.outer_range(edit.span)), "newText": edit.text} for edit in fix.edits],
            }
            for fix in diagnostic.fixes
        ],
    }


def _plain(range: types.Range) -> dict[str, Any]:
    return {
        "start": {"line": range.start.line, "character": range.start.character},
        "end": {"line": range.end.line, "character": range.end.character},
    }

"""A diagnostic for programs: the JSON of `apx check --json`, of the server and of editors."""

from __future__ import annotations

from typing import Any

from compiler.diagnostics import Diagnostic, Label
from compiler.source import Source, Span


def diagnostic_json(diagnostic: Diagnostic, source: Source) -> dict[str, Any]:
    """The object `apx check --json` lists: 0-based lines, UTF-16 columns. `source`: the text that was checked."""
    source = diagnostic.source or source
    return {
        "file": source.name,
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "range": _range(diagnostic.span, source),
        "hint": diagnostic.hint,
        "labels": [_label(label, source) for label in diagnostic.labels],
        "fixes": [
            {
                "title": fix.title,
                "safe": fix.safe,
                "edits": [{"range": _range(edit.span, source), "text": edit.text} for edit in fix.edits],
            }
            for fix in diagnostic.fixes
        ],
    }


def _label(label: Label, source: Source) -> dict[str, Any]:
    elsewhere = {"file": label.source.name} if label.source is not None else {}
    return {"range": _range(label.span, label.source or source), "text": label.text, **elsewhere}


def _range(span: Span, source: Source) -> dict[str, dict[str, int]]:
    start, end = source.position(span.start), source.position(span.end)
    return {
        "start": {"line": start.line, "character": start.character},
        "end": {"line": end.line, "character": end.character},
    }

"""Diagnostics and what is known of names as plain data, with offsets as places, so that they go from one process to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.diagnostics import Diagnostic, Edit, Fix, Label
from compiler.source import Source, Span
from lsp.known import Known


def plain(d: Diagnostic) -> list[Any]:
    return [
        d.code,
        [d.span.start, d.span.end],
        d.message,
        d.severity,
        d.hint,
        [[[x.span.start, x.span.end], x.text, _plain_source(x.source)] for x in d.labels],
        [[f.title, [[[e.span.start, e.span.end], e.text] for e in f.edits], f.safe] for f in d.fixes],
        _plain_source(d.source),
    ]


def diagnostic(data: list[Any]) -> Diagnostic:
    code, span, message, severity, hint, labels, fixes, source = data
    return Diagnostic(
        code,
        Span(*span),
        message,
        severity,
        hint,
        tuple(Label(Span(*at), text, _source(where)) for at, text, where in labels),
        tuple(Fix(title, tuple(Edit(Span(*at), text) for at, text in edits), safe) for title, edits, safe in fixes),
        _source(source),
    )


def plain_known(known: Mapping[str, Known]) -> dict[str, list[Any]]:
    return {name: [k.warmup, k.exact, k.settle, k.range] for name, k in known.items()}


def known_names(data: Mapping[str, list[Any]]) -> dict[str, Known]:
    return {name: Known(*facts) for name, facts in data.items()}


def _plain_source(source: Source | None) -> list[str] | None:
    return None if source is None else [source.text, source.name]


def _source(data: list[str] | None) -> Source | None:
    return None if data is None else Source(data[0], data[1])

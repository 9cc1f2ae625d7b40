"""Diagnostics as SARIF 2.1.0, the form that code hosts and editors take the results of any checker in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from apextrade import __version__
from compiler.codes import find
from compiler.codes.code import Code
from compiler.diagnostics import Diagnostic, Fix, Label, Severity
from compiler.pipeline import Checked
from compiler.source import Source, Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
ROOT = "SRCROOT"
"""What addresses of files are relative to: the folder that the command was called in."""
FINGERPRINT = "apxLine/v1"


def sarif_log(checked: Sequence[Checked], folder: Path, code: int) -> dict[str, Any]:
    """The log of one run in `folder`, which ended with the exit code `code`."""
    # A library's mistake comes once, though each program that uses it tells of it, and the library itself.
    found = dict.fromkeys((replace(d, source=None), d.source or one.source) for one in checked for d in one.diagnostics)
    codes = sorted({diagnostic.code for diagnostic, _ in found})
    index = {name: at for at, name in enumerate(codes)}
    places = Places(folder)
    met: dict[tuple[str, str, str], int] = {}
    run = {
        "tool": {"driver": {"name": "apx", "semanticVersion": __version__, "rules": [rule(name) for name in codes]}},
        "invocations": [{"executionSuccessful": True, "exitCode": code}],
        "originalUriBaseIds": {ROOT: {"uri": f"{folder.resolve().as_uri()}/"}},
        "artifacts": [{"location": places.artifact(one.source), "sourceLanguage": "apx", "encoding": "UTF-8"} for one in checked],
        "columnKind": "utf16CodeUnits",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [result(d, source, index[d.code], places, met) for d, source in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rule(code: str) -> dict[str, Any]:
    """A code with its page."""
    entry = find(code)
    if entry is None:
        return {"id": code}
    return {
        "id": entry.code,
        "shortDescription": {"text": entry.title},
        "fullDescription": {"text": entry.explanation.strip()},
        "help": {"text": f"{entry.explanation.strip()} `apx explain {entry.code}` shows a program with it, and corrected.", "markdown": page(entry)},
        "defaultConfiguration": {"level": LEVELS[entry.severity]},
    }  # fmt: skip


def page(entry: Code) -> str:
    """The page of a code in Markdown: what it is, a program that has it, the program corrected."""
    parts = [entry.explanation.strip(), "A program with it:", fenced(entry.failing), "Corrected:", fenced(entry.corrected)]
    for text in entry.shelf.texts:
        parts += [f"Beside it `{text.name}`:", fenced(text.text)]
    return "\n\n".join(parts)


def fenced(program: str) -> str:
    return f"```apx\n{program.strip(chr(10))}\n```"


class Places:
    """Addresses of files: relative to the folder where they are in it, so that the log means the same on another machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = os.path.abspath(folder)

    def artifact(self, source: Source) -> dict[str, Any]:
        if source.name.startswith("<"):  # the standard input is no file
            return {"uri": quote(source.name.strip("<>"))}
        path = os.path.normpath(os.path.join(self.folder, source.name))
        if os.path.commonpath((path, self.folder)) == self.folder:
            return {"uri": quote(os.path.relpath(path, self.folder).replace(os.sep, "/")), "uriBaseId": ROOT}
        return {"uri": Path(path).as_uri()}

    def physical(self, source: Source, span: Span) -> dict[str, Any]:
        return {"artifactLocation": self.artifact(source), "region": region(source, span)}


def region(source: Source, span: Span) -> dict[str, int]:
    """A place: lines and columns from 1, columns in UTF-16; its end is the column after its last character."""
    start, end = source.position(span.start), source.position(span.end)
    return {
        "startLine": start.line + 1,
        "startColumn": start.character + 1,
        "endLine": end.line + 1,
        "endColumn": end.character + 1,
    }


def result(
    diagnostic: Diagnostic, source: Source, index: int, places: Places, met: dict[tuple[str, str, str], int]
) -> dict[str, Any]:
    """One diagnostic. met: how often each was met on a line of the same text, so that fingerprints differ."""
    line = " ".join(source.line_text(source.position(diagnostic.span.start).line).split())
    key = (source.name, diagnostic.code, line)
    met[key] = met.get(key, 0) + 1
    found: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": LEVELS[diagnostic.severity],
        "message": {"text": f"{diagnostic.message} {diagnostic.hint}".strip()},
        "locations": [{"physicalLocation": places.physical(source, diagnostic.span)}],
        "partialFingerprints": {FINGERPRINT: fingerprint(diagnostic.code, line, met[key])},
    }
    if diagnostic.labels:
        found["relatedLocations"] = [related(at, label, source, places) for at, label in enumerate(diagnostic.labels)]
    if fixes := [fix_of(fix, source, places) for fix in diagnostic.fixes if fix.edits]:
        found["fixes"] = fixes
    return found


def fingerprint(code: str, line: str, number: int) -> str:
    """What stays when lines move: the code, its line without its blanks, and the how manieth it is there."""
    from hashlib import sha256

    return sha256(f"{code}\n{line}\n{number}".encode()).hexdigest()[:32]


def related(at: int, label: Label, source: Source, places: Places) -> dict[str, Any]:
    return {
        "id": at,
        "physicalLocation": places.physical(label.source or source, label.span),
        "message": {"text": label.text},
    }


def fix_of(fix: Fix, source: Source, places: Places) -> dict[str, Any]:
    replacements = [{"deletedRegion": region(source, e.span), "insertedContent": {"text": e.text}} for e in fix.edits]
    return {
        "description": {"text": fix.title},
        "artifactChanges": [{"artifactLocation": places.artifact(source), "replacements": replacements}],
        "properties": {"safe": fix.safe},
    }

"""The standard library as texts to read: its files, which a client opens or asks for, and a page of what is built in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from compiler.codes import Code, find
from compiler.library import FunctionLibrary, Primitive
from compiler.resolve import parsed_definition
from compiler.source import Source, Span
from lsp.mentions import Symbol
from lsp.paths import parts_of
from stdlib import library as standard

SCHEME = "apx-library"
BUILT_IN = "built_in.apx"
"""The page of the functions that have a kernel and no text of their own."""
CODES = "codes/"
FOLDER = Path(standard.__file__).parent


@dataclass(frozen=True, slots=True)
class Written:
    """Where something of the standard library is written: the whole of it, and its name."""

    uri: str
    source: Source
    whole: Span
    name: Span


def is_standard(uri: str) -> bool:
    """Whether a document is a text of the standard library: to be read, and judged by its own tests."""
    return parts_of(uri).scheme == SCHEME or uri in _files()


def text_of(uri: str, library: FunctionLibrary) -> str | None:
    """The text of a virtual document; None if there is none."""
    parts = parts_of(uri)
    name = parts.path.lstrip("/")
    if parts.scheme != SCHEME:
        return None
    if name == BUILT_IN:
        return _built_in(tuple(library.primitives.values()))
    if name.startswith(CODES):
        entry = find(name.removeprefix(CODES).removesuffix(".md"))
        return None if entry is None else explained(entry)
    return _read(name) if name in standard.FILES else None


def page_of_code(code: str) -> str:
    """The virtual document that explains a diagnostic."""
    return f"{SCHEME}:/{CODES}{code}.md"


def explained(entry: Code) -> str:
    """The page of a diagnostic, in Markdown."""
    beside = "".join(f"\n\nBeside it {text.name}:\n\n{_fenced(text.text)}" for text in entry.shelf.texts)
    return (
        f"# {entry.code}: {entry.title} ({entry.severity})\n\n{entry.explanation.strip()}\n\n"
        f"A program with it:\n\n{_fenced(entry.failing)}\n\nCorrected:\n\n{_fenced(entry.corrected)}{beside}\n"
    )


def _fenced(program: str) -> str:
    return f"```apx\n{program.strip(chr(10))}\n```"


def written(symbol: Symbol, library: FunctionLibrary, virtual: bool) -> Written | None:
    """Where a function of the standard library, a parameter of it or an output is written. virtual: for a client that reads virtual documents."""
    function = symbol.owner or symbol.name
    definition = library.definitions.get(function)
    if definition is not None:
        text = _read(definition.file)
        at = text.find(definition.text.rstrip())
        define = parsed_definition(function, definition.text, definition.file).define
        ident = {
            "name": [define.name],
            "local": [one.name for one in (*define.params, *define.body)],
            "output": [one.name for one in define.outputs if one.name is not None],
        }.get(symbol.space, [])
        span = next((one.span for one in ident if one.name == symbol.name), None)
        if at < 0 or span is None:
            return None
        uri = f"{SCHEME}:/{definition.file}" if virtual else (FOLDER / definition.file).as_uri()
        return Written(uri, Source(text, definition.file), _moved(define.span, at), _moved(span, at))
    if function not in library.primitives:
        return None
    if virtual:
        text = _built_in(tuple(library.primitives.values()))
        found = re.search(rf"(?m)^# ({function})\([^\r\n]*", text)
        uri, name = f"{SCHEME}:/{BUILT_IN}", BUILT_IN
    else:
        file = FOLDER / "primitives.py"
        text, uri, name = file.read_text(encoding="utf-8"), file.as_uri(), file.name
        found = re.search(rf'(?m)^ +"({function})\([^\r\n]*', text)
    if found is None:
        return None
    return Written(uri, Source(text, name), Span(*found.span()), Span(*found.span(1)))


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by)


@cache
def _files() -> frozenset[str]:
    return frozenset((FOLDER / file).as_uri() for file in standard.FILES)


@cache
def _read(file: str) -> str:
    return (FOLDER / file).read_text(encoding="utf-8")


@cache
def _built_in(primitives: tuple[Primitive, ...]) -> str:
    """Each function with a kernel: how it is called, what it gives and by which rule, as comments of a text without statements."""
    cards = []
    for one in primitives:
        taken = ", ".join(p.name for p in one.parameters)
        cards.append(
            f"# {one.name}({taken})\n#   {one.doc}\n#   Computed by a kernel. Source: {one.source}.\n#   Example: {one.example}\n"
        )
    return (
        'apx 1\n\n## Functions that are computed by kernels: there is no text of them in the language.\nlibrary "built in" version 1\n\n'
        + "\n".join(cards)
    )

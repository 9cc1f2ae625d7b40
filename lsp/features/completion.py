"""`textDocument/completion` and `completionItem/resolve`: what could stand at the cursor, best first; its documentation when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Protocol

from lsprotocol import types

from compiler.builtins import FIELDS
from compiler.libraries.port import Absent, Resolver
from compiler.lines import LINES
from compiler.source import Span
from compiler.words import UNIT_NAMES
from lsp import pages
from lsp.candidate import Candidate
from lsp.candidates import Titles, candidates
from lsp.client import Client
from lsp.cursor import cursor_at
from lsp.features.hover import named
from lsp.functions import signature
from lsp.paths import path_of
from lsp.prose import Code, Part, Rows, Words, content
from lsp.ready import Ready, written
from lsp.view import View

Kind = types.CompletionItemKind
TRIGGERS = (".", " ", "(", ",", '"')
"""Characters after which a client asks of its own accord. After a space there is an answer only where some words stand out."""
_COMMITS = {Kind.Function: ["("], Kind.Struct: ["."], Kind.Module: ["."]}


def no_titles() -> Iterable[tuple[str, int]]:
    return ()


class Files(Protocol):
    """What is asked of a session: where the libraries of a file are, and the texts that are open."""

    @property
    def libraries(self) -> Callable[[str, Mapping[str, str]], Resolver | None]: ...

    def texts(self) -> dict[str, str]: ...


def completion_among(view: View, files: Files, params: types.CompletionParams) -> Ready | None:
    """What could stand at the cursor, with the libraries that are there for the document."""

    def titles() -> Iterable[tuple[str, int]]:
        path = path_of(view.document.uri)
        resolver = files.libraries(path, files.texts()) if path else None
        found = resolver.find("", 0) if resolver is not None else None
        for title in found.titles if isinstance(found, Absent) else ():
            there = resolver.find(title, 0) if resolver is not None else None
            yield from ((title, version) for version in (there.versions if isinstance(there, Absent) else ()))

    return completion(view, params, titles)


def completion(view: View, params: types.CompletionParams, titles: Titles = no_titles) -> Ready | None:
    """Everything that could stand at the cursor, a `CompletionList`. titles: the libraries that could be used there."""
    cursor = cursor_at(view, view.offset(params.position))
    if cursor.inside == "comment":
        return None
    by_itself = params.context is not None and params.context.trigger_kind == types.CompletionTriggerKind.TriggerCharacter
    typed = params.context.trigger_character if by_itself and params.context is not None else None
    if typed == " " and (cursor.fresh or (cursor.value and len(cursor.tokens) > 1)):
        return None  # where anything may stand, a space is no question
    found: dict[str, Candidate] = {}
    for candidate in candidates(view, cursor, titles):
        if matches(cursor.word, candidate.label):
            best = found.get(candidate.label)
            if best is None or candidate.rank < best.rank:
                found[candidate.label] = candidate
    place = view.outer_range(Span(cursor.start, cursor.end))
    following = view.text[cursor.end : cursor.end + 1]
    return _list(view, found.values(), place, following)


def matches(word: str, label: str) -> bool:
    """Whether the letters of a word stand in a label in their order, the first one first in a word of it."""
    if not word:
        return True
    small, typed = label.lower(), word.lower()
    if small.startswith(typed):
        return True
    starts = [i for i, ch in enumerate(small) if ch == typed[0] and (i == 0 or not small[i - 1].isalnum())]
    return any(_in_order(typed, small[start:]) for start in starts)


def _in_order(word: str, text: str) -> bool:
    letters = iter(text)
    return all(letter in letters for letter in word)


@lru_cache(maxsize=8192)
def _item(candidate: Candidate, client: Client, called: bool) -> tuple[str, str, str]:
    """The JSON of an item but for its place and document: what stands before the edit, what it puts in, and what its documentation is found by.

    called: whether parentheses stand there already. Of a client that is told once where all items go there is no edit.
    """
    text = candidate.text
    snippet = candidate.snippet if client.snippets and not (called and candidate.kind == Kind.Function) else ""
    put = snippet or text
    item: dict[str, object] = {"label": candidate.label, "kind": candidate.kind}
    if candidate.more and client.label_details:
        item["labelDetails"] = {"detail": candidate.more}
    item["sortText"] = f"{candidate.rank}{candidate.order:03d}{candidate.label}"
    if snippet:
        item["insertTextFormat"] = types.InsertTextFormat.Snippet
    if "\n" in put:
        item["insertTextMode"] = types.InsertTextMode.AsIs
    if client.one_edit_range and put != candidate.label:
        item["textEditText"] = put
    commits = _COMMITS.get(candidate.kind) if client.commits and not snippet else None
    if commits:
        item["commitCharacters"] = commits
    page = {"kind": candidate.page[0], "name": candidate.page[1]} if candidate.page is not None else {}
    return _inside(item), f'"newText":{written(put)}', _inside(page)


def _inside(parts: Mapping[str, object]) -> str:
    return written(parts)[1:-1]


def _list(view: View, candidates: Iterable[Candidate], place: types.Range, following: str) -> Ready:
    """The items as a `CompletionList`. An editor waits for it at every letter, and there are hundreds, so they are written at once."""
    client, uri = view.settings.client, written(view.document.uri)
    where, one, called = f'"textEdit":{{"range":{written(place)}', client.one_edit_range, following == "("
    items = []
    for candidate in candidates:
        item, put, page = _item(candidate, client, called)
        edit = "" if one else f"{where},{put}}},"
        items.append(f'{{{item},{edit}"data":{{"uri":{uri}{"," if page else ""}{page}}}}}')
    together = f'"itemDefaults":{{"editRange":{written(place)}}},' if one else ""
    return Ready(f'{{"isIncomplete":false,{together}"items":[{",".join(items)}]}}')


# ------------------------------------------------------------ documentation


def resolve(view: View, item: types.CompletionItem) -> types.CompletionItem:
    """The same item with its documentation."""
    data = item.data if isinstance(item.data, dict) else {}
    kind, name = str(data.get("kind", "")), str(data.get("name", ""))
    parts = documentation(view, kind, name)
    if parts:
        item.documentation = content(parts, view.settings.client.item_markdown)
    return item


def documentation(view: View, kind: str, name: str) -> list[Part]:
    """What is said of a candidate, by its page."""
    names = view.analysis.names
    match kind:
        case "line":
            forms = [form for form in LINES if name in (form.label, form.word)]
            return [part for form in forms[:3] for part in (Words(form.doc), Code(form.filled))]
        case "form":
            return pages.form_page(pages.FORM[name], None) if name in pages.FORM else []
        case "function":
            function = names.function(name)
            return pages.function_page(name, function, names) if function is not None else []
        case "field":
            return pages.field_page(name) if name in FIELDS else []
        case "base":
            return pages.base_page(name) if name in pages.BASES else []
        case "name" | "local":
            return named(view, name)
        case "unit":
            said = UNIT_NAMES.get(name, f"An amount of money in {name}")
            return [Words(said[:1].upper() + said[1:] + ".")]
        case "parameter":
            function_name, _, parameter = name.rpartition(" ")
            function = names.function(function_name)
            shown = signature(function_name, function, names) if function is not None else None
            found = next((p for p in shown.parameters if p.name == parameter), None) if shown is not None else None
            return (
                [Code(shown.label), Rows(((f"`{parameter}`", found.takes),))] if shown is not None and found is not None else []
            )
        case _:
            return []

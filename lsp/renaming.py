"""Another name for a symbol, wherever it is written: expressions, tests, named arguments, texts, files that use the library.

A rename keeps the meaning or is refused with a sentence: the renamed texts are analysed, and must say what they said before.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote

from compiler.builtins import builtin_names
from compiler.diagnostics import Edit
from compiler.editing import Editing
from compiler.functions import builtin_function
from compiler.libraries.module import all_modules, is_public
from compiler.libraries.port import LibraryText, Shelf
from compiler.source import Source, Span
from compiler.words import RESERVED
from lsp.document import Document
from lsp.mentions import LANGUAGE, STANDARD, Mention, Scopes, Symbol, locals_of
from lsp.occurrences import occurrences, scopes_of
from lsp.paths import name_of
from lsp.refusal import Refusal
from lsp.targets import uri_of_source
from lsp.view import View

_NAME = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Renaming:
    """A symbol in all views that may mention it, the one that was asked first.

    elsewhere: whether other files may mention it too: they are looked at one by one (`of_one`).
    """

    symbol: Symbol
    views: tuple[View, ...]
    elsewhere: bool = False

    def edits(self, new: str) -> dict[str, tuple[Edit, ...]]:
        """The edits of each document by uri, places of its text. Raises Refusal if they would change what a program means."""
        steps = self.steps(new)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                edits: dict[str, tuple[Edit, ...]] = done.value
                return edits

    def steps(self, new: str) -> Generator[None, None, dict[str, tuple[Edit, ...]]]:
        """The same, a document at a time: whoever has other things to do does them in between."""
        symbol = self.symbol
        refuse_symbol(symbol)
        scopes: list[Scopes] = []
        found: list[list[Mention]] = []
        for view in self.views:
            scopes.append(scopes_of(view))
            found.append(occurrences(view, symbol, scopes[-1]))
            yield
        self._refuse_declarations(found)
        new = new.strip() if symbol.space == "tag" else new.strip(" \t")
        if new == symbol.name:
            return {}
        self._refuse_spelling(new)
        for view, scope, mentions in zip(self.views, scopes, found, strict=True):
            refuse_unread(view, symbol.name, mentions)
            if mentions:
                self._refuse_taken(view, scope, new, "this program" if view is self.views[0] else f"`{shown(view)}`")
            yield
        edits = {
            view.document.uri: _edits(view, mentions, new) for view, mentions in zip(self.views, found, strict=True) if mentions
        }
        texts = {uri: applied(view.text, edits[uri]) for view in self.views if (uri := view.document.uri) in edits}
        for view in self.views:
            self._refuse_other_meaning(view, new, edits.get(view.document.uri, ()), texts)
            yield
        return edits

    def of_one(self, view: View, new: str, texts: Mapping[str, str]) -> tuple[Edit, ...]:
        """The edits of a program that uses the symbol's library, after all libraries were renamed in. texts: of these, by path."""
        scopes = scopes_of(view)
        mentions = occurrences(view, self.symbol, scopes)
        refuse_unread(view, self.symbol.name, mentions)
        if mentions:
            self._refuse_taken(view, scopes, new, f"`{shown(view)}`")
        edits = _edits(view, mentions, new)
        self._refuse_other_meaning(view, new, edits, {**texts, view.document.uri: applied(view.text, edits)})
        return edits

    # ------------------------------------------------------------ refusals

    def _refuse_declarations(self, found: Sequence[Sequence[Mention]]) -> None:
        symbol = self.symbol
        count = sum(mention.role == "declares" for mentions in found for mention in mentions)
        if count == 0 and symbol.space != "tag":
            if symbol.home and all(scopes_of(view).home != symbol.home for view in self.views):
                raise Refusal(f"`{symbol.name}` belongs to the library {_library(symbol)}, whose file is not in this workspace.")
            raise Refusal(f"Nothing gives `{symbol.name}` a meaning here, so there is nothing to rename.")
        if count > 1 and symbol.space != "tag":
            raise Refusal(f"`{symbol.name}` is given more than once; which one is meant can't be told.")

    def _refuse_spelling(self, new: str) -> None:
        symbol = self.symbol
        if symbol.space == "tag":
            if not new or re.search(r'["\r\n]', new):
                raise Refusal("An order's name is a text on one line, without quotation marks.")
            return
        if not _NAME.fullmatch(new):
            raise Refusal(f"`{new}` is no name: small letters, digits and _, a letter first.")
        if new in RESERVED:
            raise Refusal(f"`{new}` is a word of the language.")
        if new in builtin_names() or (symbol.space != "output" and builtin_function(new) is not None):
            raise Refusal(f"`{new}` is a name of the language.")
        if symbol.space != "output" and self.views[0].analysis.names.standard_function(new) is not None:
            raise Refusal(f"`{new}` is a function of the library.")
        public = symbol.space in ("name", "output", "local") and symbol.home and is_public(symbol.owner or symbol.name)
        if symbol.space == "name" and public and not is_public(new) and (self.elsewhere or len(self.views) > 1):
            raise Refusal(f"`{new}` would be for the library alone, as names that begin with `_` are; other files use it.")

    def _refuse_taken(self, view: View, scopes: Scopes, new: str, where: str) -> None:
        symbol, names = self.symbol, view.analysis.names
        match symbol.space:
            case "tag":
                if occurrences(view, Symbol("tag", new, scopes.home), scopes):
                    raise Refusal(f'Another order is named "{new}" already.')
            case "local" | "output":
                define = names.defines.get(symbol.owner)
                if define is None or scopes.home != symbol.home:
                    return
                inside = locals_of(define.define) if symbol.space == "local" else {}
                outputs = [o.name.name for o in define.define.outputs if o.name is not None] if symbol.space == "output" else []
                if new in inside or new in outputs:
                    raise Refusal(f"`{new}` already has a meaning in `{symbol.owner}`.")
            case _:
                if symbol.home != scopes.home and not _brings_in(view, symbol):
                    return  # written `m.name`, which is in nobody's way
                if scopes.declared(new) or new in names.linked.visible:
                    raise Refusal(f"`{new}` already has a meaning in {where}.")
                if new in scopes.aliases:
                    raise Refusal(f"`{new}` already names a library in {where}.")
                for own in (one.define for one in names.defines.values()):
                    if new in locals_of(own) and any(m.symbol == symbol for m in scopes.mentions(own)):
                        raise Refusal(f"`{new}` has a meaning in `{own.name.name}`, which uses `{symbol.name}`.")

    def _refuse_other_meaning(self, view: View, new: str, own: Sequence[Edit], texts: Mapping[str, str]) -> None:
        """The last word: the renamed text names the new symbol where the old one stood, nowhere else, and has no new mistake."""
        symbol = replace(self.symbol, name=new, owner=self.symbol.owner)
        after = analysed(view, texts.get(view.document.uri, view.text), texts)
        before = sorted(d.code for d in view.analysis.diagnostics if d.severity == "error")
        if sorted(d.code for d in after.analysis.diagnostics if d.severity == "error") != before:
            raise Refusal(f"Called `{new}` it would break {shown(view)}; choose another name.")
        places = [after.analysis.outer(mention.span) for mention in occurrences(after, symbol)]
        if places != list(_shifted(own)):
            raise Refusal(f"`{new}` is read in {shown(view)} already and would begin to mean this; choose another name.")


def _edits(view: View, mentions: Sequence[Mention], new: str) -> tuple[Edit, ...]:
    return tuple(Edit(view.analysis.outer(m.span), new) for m in mentions)


def refuse_symbol(symbol: Symbol) -> None:
    """Raises Refusal for what can have no other name."""
    if symbol.home == LANGUAGE:
        raise Refusal(f"`{symbol.name}` is a name of the language; it can't be renamed.")
    if symbol.home == STANDARD:
        raise Refusal(f"`{symbol.name}` belongs to the standard library; it can't be renamed.")
    if symbol.space == "library":
        raise Refusal("A library's title is in its file's name and in locks too; it is changed by hand.")


def refuse_unread(view: View, name: str, mentions: Sequence[Mention]) -> None:
    """Raises Refusal where a line that can't be read may use the name."""
    covered = {mention.span.start for mention in mentions}
    for cell in view.analysis.cells:
        if name not in cell.text or not (cell.problems or any(card.statement is None for card in cell.cards)):
            continue
        for word in re.finditer(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", cell.text):
            line = cell.text[: word.start()].rpartition("\n")[2]
            if cell.base + word.start() not in covered and "#" not in line:
                at = view.analysis.layout.outer(cell.base + word.start())
                number = view.position(at).line + 1
                raise Refusal(f"Line {number} of {shown(view)} can't be read and may use `{name}`; put it right first.")


def _brings_in(view: View, symbol: Symbol) -> bool:
    """Whether a file uses the symbol's library without `as`, so that its names stand among the file's own."""
    return view.analysis.names.linked.visible.get(symbol.name) is not None


def _library(symbol: Symbol) -> str:
    title, _, version = symbol.home.removesuffix(": ").rpartition(" ")
    return f'"{title}" version {version}'


def shown(view: View) -> str:
    """What a sentence calls a document."""
    return unquote(PurePosixPath(view.document.uri).name) or view.document.uri


# ---------------------------------------------------------------- texts after edits


def applied(text: str, edits: Sequence[Edit]) -> str:
    """A text after edits that do not overlap."""
    out, at = [], 0
    for edit in sorted(edits, key=lambda e: e.span):
        out += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*out, text[at:]])


def _shifted(edits: Sequence[Edit]) -> Iterator[Span]:
    """Where the new texts of edits stand after all of them."""
    by = 0
    for edit in sorted(edits, key=lambda e: e.span):
        start = edit.span.start + by
        yield Span(start, start + len(edit.text))
        by += len(edit.text) - (edit.span.end - edit.span.start)


def analysed(view: View, text: str, texts: Mapping[str, str]) -> View:
    """A view of another text in place of a document's, with the libraries that it has, of which some may have other texts by uri."""
    shelf = shelf_of(view, texts)
    analysis = Editing(view.library, view.analysis.source.name).analyse(text, shelf)
    document = Document(view.document.uri, text, view.document.version, view.document.encoding)
    return replace(view, document=document, analysis=analysis)


def shelf_of(view: View, texts: Mapping[str, str]) -> Shelf:
    """The libraries that a document uses, as texts."""
    modules = all_modules(view.analysis.names.linked.modules)
    named = {name_of(uri): text for uri, text in texts.items()}  # a client may spell a file's uri otherwise than we do

    def text_of(source: Source) -> str:
        return named[source.name] if source.name in named else texts.get(uri_of_source(view, source), source.text)

    return Shelf(tuple(LibraryText(text_of(m.source), m.source.name) for m in modules))

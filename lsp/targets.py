"""Where a symbol is declared: in the document itself, in a library that it uses, or in the standard library."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from lsprotocol import types

from compiler import syntax as s
from compiler.functions import Defined
from compiler.libraries.module import Module
from compiler.source import Source, Span
from lsp.library_texts import written
from lsp.mentions import STANDARD, Scopes, Symbol
from lsp.occurrences import declarations, scopes_of
from lsp.view import View, range_in


@dataclass(frozen=True, slots=True)
class Target:
    """A declaration: the whole of it, and its name."""

    uri: str
    whole: types.Range
    name: types.Range

    @property
    def location(self) -> types.Location:
        return types.Location(self.uri, self.name)


def targets(view: View, symbol: Symbol, scopes: Scopes | None = None) -> list[Target]:
    """Every place where a symbol is declared; an order's name may have several, what the language itself gives has none."""
    scopes = scopes or scopes_of(view)
    if symbol.home == STANDARD:
        found = written(symbol, view.library, view.settings.client.virtual_documents)
        if found is None:
            return []
        encoding = view.document.encoding
        return [Target(found.uri, range_in(found.source, found.whole, encoding), range_in(found.source, found.name, encoding))]
    module = scopes.modules.get(symbol.home)
    if module is not None and symbol.home != scopes.home:
        return _in_module(view, module, symbol)
    own = view.document.uri
    return [Target(own, view.range(_whole(view, m.span)), view.range(m.span)) for m in declarations(view, symbol, scopes)]


def _whole(view: View, name: Span) -> Span:
    """The statement around a name."""
    number = view.analysis.layout.cell_of(name.start)
    statements = view.analysis.cells[number].statements if number >= 0 else ()
    return next((x.span for x in statements if x.span.start <= name.start and name.end <= x.span.end), name)


def _in_module(view: View, module: Module, symbol: Symbol) -> list[Target]:
    uri, source = uri_of_source(view, module.source), module.source
    if symbol.space == "library":
        at = source.text.find(f'"{symbol.name}"')
        spans = [Span(at, at + len(symbol.name) + 2)] if at >= 0 else []
        return [_target(view, uri, source, span, span) for span in spans]
    one = module.own.get(symbol.owner or symbol.name)
    ident = next((i for i in _idents(one, symbol) if i.name == symbol.name), None) if one is not None else None
    return [_target(view, uri, source, one.define.span, ident.span)] if one is not None and ident is not None else []


def _target(view: View, uri: str, source: Source, whole: Span, name: Span) -> Target:
    encoding = view.document.encoding
    return Target(uri, range_in(source, whole, encoding), range_in(source, name, encoding))


def _idents(one: Defined, symbol: Symbol) -> list[s.Ident]:
    match symbol.space:
        case "name":
            return [one.define.name]
        case "local":
            return [x.name for x in (*one.define.params, *one.define.body)]
        case "output":
            return [x.name for x in one.define.outputs if x.name is not None]
        case _:
            return []


def uri_of_source(view: View, source: Source) -> str:
    """The uri of a library's text: a resolver names it by its path, or by a name beside the document."""
    if "://" in source.name:
        return source.name
    path = Path(source.name)
    return path.as_uri() if path.is_absolute() else urljoin(view.document.uri, source.name)

"""`callHierarchy`: what reads a value or calls a function, and what it reads and calls itself, over lets, states, inputs, functions and rules."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from compiler import syntax as s
from compiler.source import Span
from lsp.mentions import LANGUAGE, STANDARD, Mention, Scopes, Symbol
from lsp.occurrences import cell_at, mention_at, scopes_of
from lsp.targets import targets
from lsp.view import View

Kind = types.SymbolKind
Item = types.CallHierarchyItem
_LONGEST = 80


def prepare_calls(view: View, params: types.CallHierarchyPrepareParams) -> list[Item] | None:
    """The value or function that is named at a place, or the rule, plot or test that stands there."""
    offset = view.offset(params.position)
    scopes = scopes_of(view)
    mention = mention_at(view, offset, scopes)
    if mention is not None and mention.symbol.space == "name" and mention.symbol.home != LANGUAGE:
        item = _item_of(view, mention.symbol, scopes)
        if item is not None:
            return [item]
    found = cell_at(view, offset)
    around = (x for x in found[0].statements if x.span.start <= found[1] <= x.span.end) if found is not None else ()
    return next(([item] for statement in around if (item := _item(view, statement)) is not None), None)


def incoming_calls(
    views: Iterable[View], params: types.CallHierarchyIncomingCallsParams
) -> list[types.CallHierarchyIncomingCall] | None:
    """The statements that read what an item is, in every document."""
    symbol = _symbol(params.item)
    if symbol is None:
        return []
    found = []
    for view in views:
        if symbol.home == "" and view.document.uri != params.item.uri:
            continue
        scopes = scopes_of(view)
        for cell in view.analysis.cells:
            for statement in cell.statements if symbol.name in cell.text else ():
                places = [m for m in scopes.mentions(statement) if m.symbol == symbol and m.role != "declares"]
                item = _item(view, statement) if places else None
                if item is not None:
                    found.append(types.CallHierarchyIncomingCall(item, [view.range(m.span) for m in places]))
    return found


def outgoing_calls(
    views: Iterable[View], params: types.CallHierarchyOutgoingCallsParams
) -> list[types.CallHierarchyOutgoingCall] | None:
    """What the statement of an item reads and calls. Of a file that is not open nothing is said."""
    view = next((one for one in views if one.document.uri == params.item.uri), None)
    statement = _statement(view, params.item) if view is not None else None
    if view is None or statement is None:
        return []
    scopes, own = scopes_of(view), _symbol(params.item)
    places: dict[Symbol, list[Mention]] = {}
    for mention in scopes.mentions(statement):
        if mention.symbol.space == "name" and mention.symbol.home != LANGUAGE and mention.role != "declares":
            places.setdefault(mention.symbol, []).append(mention)
    found = []
    for symbol, mentions in places.items():
        item = _item_of(view, symbol, scopes) if symbol != own or len(mentions) > 1 or isinstance(statement, s.Remember) else None
        if item is not None:
            found.append(types.CallHierarchyOutgoingCall(item, [view.range(m.span) for m in mentions]))
    return found


# ---------------------------------------------------------------- items


def _item_of(view: View, symbol: Symbol, scopes: Scopes) -> Item | None:
    """The item of a name, wherever it is declared."""
    if symbol.home == scopes.home:
        number = next((x for x in view.analysis.statements if _named(x) == symbol.name), None)
        return _item(view, number) if number is not None else None
    for target in targets(view, symbol, scopes):
        detail = "standard library" if symbol.home == STANDARD else symbol.home.removesuffix(": ")
        return Item(symbol.name, Kind.Function, target.uri, target.whole, target.name, detail=detail, data=_data(symbol))
    return None


def _item(view: View, statement: s.Statement) -> Item | None:
    """A statement as an item; None for one that reads nothing."""
    kinds: dict[type, types.SymbolKind] = {
        s.Input: Kind.Property, s.Let: Kind.Variable, s.Remember: Kind.Field, s.Define: Kind.Function, s.When: Kind.Event, s.Every: Kind.Event,
        s.Plot: Kind.Array, s.Alert: Kind.Event, s.Test: Kind.Method, s.Require: Kind.Boolean, s.Settings: Kind.Object,
    }  # fmt: skip
    kind = kinds.get(type(statement))
    if kind is None:
        return None
    uri, name = view.document.uri, _named(statement)
    if isinstance(statement, s.Input | s.Let | s.Remember | s.Define):
        home = scopes_of(view).home
        at = view.range(statement.name.span)
        return Item(name, kind, uri, view.range(statement.span), at, data=_data(Symbol("name", name, home)))
    head = view.analysis.outer(_head(statement))
    shown = view.analysis.source.on_one_line(head)
    shown = shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1].rstrip() + "…"
    return Item(shown or type(statement).__name__.lower(), kind, uri, view.range(statement.span), view.outer_range(head))


def _named(statement: s.Statement) -> str:
    return statement.name.name if isinstance(statement, s.Input | s.Let | s.Remember | s.Define) else ""


def _head(statement: s.Statement) -> Span:
    """What a statement begins with: a rule's condition, a test's title."""
    start, end = statement.span.start, statement.span.end
    match statement:
        case s.When(condition=part) | s.Test(title=part) | s.Alert(condition=part) | s.Require(condition=part):
            end = part.span.end
        case s.Every(words=words, at=at, where=where):
            end = max([start, *(part.span.end for part in (*words, at, where) if part is not None)])
        case s.Settings():
            end = start + len("settings")
    return Span(start, max(start, min(end, statement.span.end)))


def _data(symbol: Symbol) -> dict[str, str]:
    return {"space": symbol.space, "name": symbol.name, "home": symbol.home}


def _symbol(item: Item) -> Symbol | None:
    data = item.data
    if not isinstance(data, dict) or data.get("space") != "name":
        return None
    return Symbol("name", str(data.get("name")), str(data.get("home")))


def _statement(view: View, item: Item) -> s.Statement | None:
    found = cell_at(view, view.offset(item.selection_range.start))
    if found is None:
        return None
    return next((x for x in found[0].statements if x.span.start <= found[1] <= x.span.end), None)

"""`textDocument/documentSymbol`: a program as an outline: under its strategy the inputs, values, rules with their actions, and tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lsprotocol import types

from compiler import syntax as s
from compiler.source import Span
from lsp.document import Place
from lsp.view import View

Kind = types.SymbolKind
_LONGEST = 80
"""Characters of a condition or an action that an outline shows."""


@dataclass(frozen=True, slots=True)
class _Outline:
    view: View

    def said(self, span: Span) -> str:
        """What stands at a place, on one line, cut where it is long."""
        shown = self.view.analysis.source.on_one_line(self.view.analysis.outer(span))
        return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1].rstrip() + "…"

    def symbol(
        self, kind: Kind, name: str, whole: Span, at: Span, children: Iterable[types.DocumentSymbol] = (), detail: str = ""
    ) -> types.DocumentSymbol:
        """A symbol whose range holds its name and its children, as the protocol asks."""
        outer, inside = self.view.analysis.outer, list(children)
        own, chosen = outer(whole), outer(at)
        spans = [own.to(chosen), *(self.view.document.span(*_ends(child.range)) for child in inside)]
        around = Span(min(span.start for span in spans), max(span.end for span in spans))
        return types.DocumentSymbol(
            name=name.strip() or "…", kind=kind, range=self.view.outer_range(around), selection_range=self.view.outer_range(chosen),
            detail=detail or None, children=inside or None,
        )  # fmt: skip

    # ------------------------------------------------------------ statements

    def statement(self, statement: s.Statement, library: bool) -> types.DocumentSymbol | None:
        span = statement.span
        match statement:
            case s.Use(title=title, alias=alias, version=version):
                detail = f"version {version}" + (f" as {alias.name}" if alias is not None else "")
                return self.symbol(Kind.Package, title.value, span, title.span, detail=detail)
            case s.Trade(every=every):
                return self.symbol(Kind.Namespace, self.said(span), span, Span(span.start, every.span.end))
            case s.Input(name=name, label=label):
                shown = label.value if label is not None else ""
                return self.symbol(Kind.Property, name.name, span, name.span, detail=shown or self.said(statement.default.span))
            case s.Let(name=name, value=value):
                return self.symbol(
                    Kind.Constant if library else Kind.Variable, name.name, span, name.span, detail=self.said(value.span)
                )
            case s.Remember(name=name, next=value):
                return self.symbol(Kind.Field, name.name, span, name.span, detail=self.said(value.span))
            case s.Define(name=name, params=params):
                detail = f"({', '.join(param.name.name for param in params)})"
                return self.symbol(Kind.Function, name.name, span, name.span, self.inside(statement), detail)
            case s.When(condition=condition):
                head = Span(span.start, max(span.start, condition.span.end))
                return self.symbol(
                    Kind.Event, self.said(head), span, head, self.actions((*statement.actions, *statement.otherwise))
                )
            case s.Every(words=words, at=at, where=where, actions=actions):
                ends = [span.start, *(part.span.end for part in (*words, at, where) if part is not None)]
                head = Span(span.start, max(ends))
                return self.symbol(Kind.Event, self.said(head), span, head, self.actions(actions))
            case s.Settings(lines=lines):
                inside = [self.symbol(Kind.Property, self.said(line.span), line.span, line.key.span) for line in lines]
                return self.symbol(
                    Kind.Object, "settings", span, Span(span.start, min(span.end, span.start + len("settings"))), inside
                )
            case s.Alert(text=text):
                return self.symbol(Kind.Event, "alert", span, text.span, detail=text.value)
            case s.Test(title=title, lines=tests):
                expected = [
                    self.symbol(Kind.Boolean, self.said(line.span), line.span, line.span)
                    for line in tests if isinstance(line, s.TestExpect)
                ]  # fmt: skip
                return self.symbol(Kind.Method, title.value, span, title.span, expected, "test")
            case s.Require() | s.Plot():
                word = type(statement).__name__.lower()
                kind = Kind.Boolean if isinstance(statement, s.Require) else Kind.Array
                return self.symbol(kind, self.said(span), span, Span(span.start, span.start + len(word)))
            case _:
                return None

    def inside(self, define: s.Define) -> list[types.DocumentSymbol]:
        lines = [
            self.symbol(Kind.Field if isinstance(line, s.Remember) else Kind.Variable, line.name.name, line.span, line.name.span)
            for line in define.body
        ]
        named = (output for output in define.outputs if output.name is not None)
        return lines + [self.symbol(Kind.Field, o.name.name, o.span, o.name.span, detail="output") for o in named if o.name]

    def actions(self, actions: Iterable[s.Action]) -> list[types.DocumentSymbol]:
        found = []
        for action in actions:
            attached = action.attached if isinstance(action, s.OrderAction | s.ExitAction | s.ProtectAction) else ()
            under = [self.symbol(Kind.Property, self.said(line.span), line.span, line.span) for line in attached]
            head = Span(action.span.start, min([action.span.end, *(line.span.start for line in attached)]))
            head = Span(head.start, head.start + len(self.view.analysis.said(head).rstrip()))
            found.append(self.symbol(Kind.Method, self.said(head), action.span, head, under))
        return found


def _ends(range_: types.Range) -> tuple[Place, Place]:
    return Place(range_.start.line, range_.start.character), Place(range_.end.line, range_.end.character)


def document_symbols(
    view: View, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol] | list[types.SymbolInformation] | None:
    """The outline; flat for a client that knows no trees."""
    outline = _Outline(view)
    library = view.analysis.names.heading is not None
    top: list[types.DocumentSymbol] = []
    inside: list[types.DocumentSymbol] | None = None
    heading: s.Strategy | s.Library | None = None
    for statement in view.analysis.statements:
        if isinstance(statement, s.Strategy | s.Library) and heading is None:
            heading, inside = statement, []
            continue
        symbol = outline.statement(statement, library)
        if symbol is not None:
            (top if inside is None else inside).append(symbol)
    if heading is not None:
        kind = Kind.Module if isinstance(heading, s.Library) else Kind.Class
        word = type(heading).__name__.lower()
        top.append(outline.symbol(kind, heading.title.value or word, heading.span, heading.title.span, inside or (), word))
    return top if view.settings.client.symbol_trees else _flat(top, view.document.uri, None)


def _flat(symbols: Iterable[types.DocumentSymbol], uri: str, around: str | None) -> list[types.SymbolInformation]:
    found: list[types.SymbolInformation] = []
    for one in symbols:
        found.append(types.SymbolInformation(types.Location(uri, one.range), one.name, one.kind, container_name=around))
        found.extend(_flat(one.children or (), uri, one.name))
    return found

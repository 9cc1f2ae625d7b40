"""`textDocument/definition` and its kin: from a name to where it is given its meaning, in this file, a library or the standard library."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.source import Span
from compiler.walk import expressions
from lsp.mentions import NOTHING, Giver, Local, Scopes, Symbol, locals_of
from lsp.occurrences import cell_at, mention_at, scopes_of
from lsp.targets import targets
from lsp.view import View

Asked = types.DefinitionParams | types.DeclarationParams


def definition(view: View, params: Asked) -> list[types.Location] | None:
    """Where what is named at a place is declared; None if nothing is, or it is a name of the language itself."""
    scopes = scopes_of(view)
    mention = mention_at(view, view.offset(params.position), scopes)
    if mention is None:
        return None
    return [target.location for target in targets(view, mention.symbol, scopes)] or None


def type_definition(view: View, params: types.TypeDefinitionParams) -> list[types.Location] | None:
    """For a value of several outputs, such as `m` in `m.line`, the function that gives it. Other types are written nowhere."""
    scopes = scopes_of(view)
    found = cell_at(view, view.offset(params.position))
    if found is None:
        return None
    cell, inner = found
    for statement in cell.statements:
        for giver in _givers(scopes, statement, inner):
            return [target.location for target in targets(view, Symbol("name", giver.name, giver.home), scopes)] or None
    return None


def _givers(scopes: Scopes, statement: s.Statement, inner: int) -> Iterator[Giver]:
    """The records around an offset, innermost first; of a `let` also that of its name."""
    local: Local = locals_of(statement) if isinstance(statement, s.Define) else NOTHING
    owner = statement.name.name if isinstance(statement, s.Define) else ""
    around = [e for e in expressions(statement) if e.span.start <= inner <= e.span.end]
    for expr in sorted(around, key=lambda e: e.span.end - e.span.start):
        giver = scopes.giver(expr, local, owner)
        if giver is not None:
            yield giver
    for line in (statement, *(statement.body if isinstance(statement, s.Define) else ())):
        if isinstance(line, s.Let) and _holds(line.name.span, inner):
            giver = scopes.giver(line.value, local, owner)
            if giver is not None:
                yield giver


def _holds(span: Span, inner: int) -> bool:
    return span.start <= inner <= span.end

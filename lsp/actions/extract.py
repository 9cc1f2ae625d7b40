"""An expression gets a name: `let … = …` above its statement, and the name where it stood."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.diagnostics import Edit
from compiler.source import Span
from compiler.walk import expressions
from lsp.actions.fresh import above, fresh_name, indent, line_end, line_start, one_line
from lsp.actions.proposal import Proposal
from lsp.mentions import locals_of
from lsp.occurrences import cell_at, scopes_of
from lsp.view import View

_TOO_SMALL = (s.Name, s.TextLiteral, s.ListLiteral, s.TruthLiteral, s.UnknownLiteral, s.DurationLiteral, s.ErrorExpr, s.Scheduled)
_HAVE_LINES = (s.Let, s.Remember, s.When, s.Every, s.Plot, s.Alert, s.Define)


def extract(view: View, selected: Span) -> Iterator[Proposal]:
    """selected: an expression, or a place in a call. Blanks at its ends do not count."""
    said = view.text[selected.start : selected.end]
    start = selected.start + len(said) - len(said.lstrip())
    selected = Span(start, start + len(said.strip()))
    found = cell_at(view, selected.start)
    if found is None:
        return
    for statement in found[0].statements:
        if not isinstance(statement, _HAVE_LINES):
            continue
        expr = _selected(view, statement, selected)
        if expr is not None:
            yield from _named(view, statement, expr)
            return


def _selected(view: View, statement: s.Statement, selected: Span) -> s.Expr | None:
    """The expression that is selected; of an empty selection the innermost call around it."""
    outer = view.analysis.outer
    if selected.start < selected.end:
        exact = (e for e in expressions(statement) if not isinstance(e, _TOO_SMALL) and outer(e.span) == selected)
        return next(exact, None)
    around = [e for e in expressions(statement) if isinstance(e, s.Call) and _holds(outer(e.span), selected.start)]
    return min(around, key=lambda e: e.span.end - e.span.start, default=None)


def _holds(span: Span, offset: int) -> bool:
    return span.start <= offset <= span.end


def _named(view: View, statement: s.Statement, expr: s.Expr) -> Iterator[Proposal]:
    span = view.analysis.outer(expr.span)
    said = one_line(view, span)
    if said is None:
        return
    scopes = scopes_of(view)
    if isinstance(statement, s.Define):
        lines = (*statement.body, *statement.outputs)
        line = next((x for x in lines if x.span.start <= expr.span.start and expr.span.end <= x.span.end), None)
        head = view.document.place(view.analysis.outer(statement.span).start).line
        if line is None or view.document.place(view.analysis.outer(line.span).start).line == head:
            return  # a default, or a define of one line, which has no room for another
        at = line_start(view, view.analysis.outer(line.span).start)
        before = indent(view, at)
        name = fresh_name(_wanted(view, expr), scopes, locals_of(statement))
    else:
        start = view.analysis.outer(statement.span).start
        at, before = above(view, start), ""
        name = fresh_name(_wanted(view, expr), scopes)
    line_text = f"{before}let {name} = {said}{line_end(view)}"
    edits = (Edit(Span(at, at), line_text), Edit(span, name))
    yield Proposal("extract", f"Name it: `let {name} = …`", types.CodeActionKind.RefactorExtract, edits)


def _wanted(view: View, expr: s.Expr) -> str:
    """A name that says what it is: `sma_20`, `rsi_value`, `condition`."""
    if isinstance(expr, s.Call) and isinstance(expr.function, s.Name | s.Member):
        called = expr.function.name if isinstance(expr.function, s.Name) else expr.function.field.name
        lengths = (a.value for a in expr.arguments if isinstance(a.value, s.Number) and a.value.value == int(a.value.value) >= 0)
        number = next(lengths, None)
        return f"{called}_{int(number.value)}" if number is not None else f"{called}_value"
    type_ = view.analysis.type_of(expr)
    return "condition" if type_ is not None and type_.kind == "truth" else "value"

"""A number of the program becomes an input, with a range around it that a sweep can search."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.diagnostics import Edit
from compiler.source import Span
from compiler.walk import expressions
from compiler.words import SINGULAR
from lsp.actions.fresh import above, fresh_name, line_end
from lsp.actions.proposal import Proposal
from lsp.occurrences import cell_at, scopes_of
from lsp.view import View

_NAMES = {"bars": "length", "%": "share", "bps": "share", "R": "reward", "ticks": "distance", "shares": "size", "units": "size"}


def number_to_input(view: View, selected: Span) -> Iterator[Proposal]:
    """At a number in a value, a rule or a plot of the program."""
    found = cell_at(view, selected.start)
    scopes = scopes_of(view)
    if found is None or scopes.home:
        return
    for statement in found[0].statements:
        if not isinstance(statement, s.Let | s.Remember | s.When | s.Every | s.Plot | s.Alert):
            continue
        for call, number in _numbers(statement):
            span = view.analysis.outer(number.span)
            if not (span.start <= selected.start and selected.end <= span.end):
                continue
            name = fresh_name(_NAMES.get(number.unit, f"{call}_length" if call else "level"), scopes)
            said = view.text[span.start : span.end]
            at = _place(view)
            line = f"input {name} = {said} in {_range(number)}{line_end(view)}"
            edits = (Edit(Span(at, at), line), Edit(span, name))
            yield Proposal("input", f"Make it an input: `input {name} = {said}`", types.CodeActionKind.RefactorExtract, edits)
            return


def _numbers(statement: s.Statement) -> Iterator[tuple[str, s.Number]]:
    """The numbers of a statement, each with the function that takes it as its last argument."""
    lengths = {
        id(expr.arguments[-1].value): expr.function.name
        for expr in expressions(statement)
        if isinstance(expr, s.Call) and expr.arguments and isinstance(expr.function, s.Name)
    }
    for expr in expressions(statement):
        if isinstance(expr, s.Number):
            yield lengths.get(id(expr), ""), expr


def _range(number: s.Number) -> str:
    """From half of a number to twice it; whole numbers stay whole."""
    value = number.value
    if value == int(value):
        low, high = (str(int(value) // 2 or min(int(value), 1)), str(int(value) * 2 or 1))
    else:
        low, high = f"{value / 2:.6g}", f"{value * 2:.6g}"
    return f"{_with_unit(low, number.unit)} .. {_with_unit(high, number.unit)}"


def _with_unit(number: str, unit: str) -> str:
    if unit in ("", "%"):
        return number + unit
    return f"{number} {SINGULAR.get(unit, unit) if float(number) == 1 else unit}"


def _place(view: View) -> int:
    """Below the last input, else above the first statement that computes."""
    inputs = [x for x in view.analysis.statements if isinstance(x, s.Input)]
    if inputs:
        last = view.document.place(view.analysis.outer(inputs[-1].span).end).line
        starts = view.document.starts
        return starts[last + 1] if last + 1 < len(starts) else len(view.text)
    heads = (s.Edition, s.Strategy, s.Library, s.Use, s.Trade)
    first = next((x for x in view.analysis.statements if not isinstance(x, heads)), None)
    return above(view, view.analysis.outer(first.span).start) if first is not None else len(view.text)

"""`textDocument/inlayHint`: what a line does not say of itself: the unit of what it gives, its warm-up and clock, and what a bare number is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lsprotocol import types

from compiler import syntax as s
from compiler.aggregates import Aggregate
from compiler.functions import Defined, Mark, Scalar, parameter_names
from compiler.resolve import Scope, scope_of
from compiler.types import Type
from compiler.walk import descend, ungrouped
from lsp.features.hover import clock_of, named
from lsp.functions import signature
from lsp.known import Known, bars
from lsp.prose import Code, Rows, content
from lsp.syntax_paths import parts_of
from lsp.view import View


def inlay_hints(view: View, params: types.InlayHintParams) -> list[types.InlayHint] | None:
    """The hints in a range; none where all are switched off."""
    if not view.settings.units and not view.settings.parameters:
        return None
    first, last = view.offset(params.range.start), view.offset(params.range.end)
    found: list[types.InlayHint] = []
    for cell, start in zip(view.analysis.cells, view.analysis.layout.starts, strict=True):
        if start > last or start + len(cell.text) < first:
            continue
        for statement in cell.statements:
            found.extend(hint for at, hint in _of_statement(view, statement) if first <= at <= last)
    return found


def _of_statement(view: View, statement: s.Statement) -> Iterator[tuple[int, types.InlayHint]]:
    match statement:
        case s.Input(name=ident) | s.Let(name=ident) | s.Remember(name=ident) if view.settings.units and _stands(
            view, statement, ident.name
        ):
            label = _label(view, statement, ident.name)
            if label:
                at = view.analysis.outer(ident.span).end
                hint = types.InlayHint(
                    view.position(at), f": {label}", types.InlayHintKind.Type, data={"uri": view.document.uri, "name": ident.name}
                )
                yield at, hint
    define = statement if isinstance(statement, s.Define) else None
    for expr in _expressions(statement) if view.settings.parameters else ():
        if isinstance(expr, s.Call):
            yield from _of_call(view, expr, define)


def _stands(view: View, statement: s.Statement, name: str) -> bool:
    """Whether this line is the one that gives the name."""
    names = view.analysis.names
    line = names.inputs.get(name) or names.lets.get(name) or names.states.get(name)
    return line is not None and line.span == statement.span


def _label(view: View, statement: s.Input | s.Let | s.Remember, name: str) -> str:
    """What is said of a name: `price`, `price, 19 bars`, `price on 4h`."""
    typed = view.analysis.typed
    if typed is None:
        return ""
    type_ = typed.inputs.get(name) or typed.lets.get(name) or typed.states.get(name)
    if type_ is None or type_.kind in ("error", "list"):
        return ""
    if isinstance(statement, s.Input):
        default = ungrouped(statement.default)
        said = isinstance(default, s.Number) and default.unit not in ("", "ticks", "units", "shares")
        return "" if said or type_.kind != "number" or str(type_) == "plain number" else str(type_)
    clock = clock_of(statement.value) if isinstance(statement, s.Let) else ""
    warmup = _warmup(view.known, name, type_)
    return f"{_kind(type_)}{f' on {clock}' if clock else ''}{f', {warmup}' if warmup else ''}"


def _kind(type_: Type) -> str:
    return " ".join(f".{name} {part}" for name, part in type_.fields) if type_.kind == "record" else str(type_)


def _warmup(known: Mapping[str, Known], name: str, type_: Type) -> str:
    """The longest warm-up of its outputs, '' for none or where it is not known."""
    found = [known[full] for full in (name, *(f"{name}.{part}" for part, _ in type_.fields)) if full in known]
    longest = max((x.warmup for x in found), default=0)
    return bars(longest) if longest else ""


def _of_call(view: View, call: s.Call, define: s.Define | None) -> Iterator[tuple[int, types.InlayHint]]:
    """The names of parameters for which bare numbers stand."""
    names = view.analysis.names
    function = names.function(_called(call))
    if function is None or isinstance(function, Scalar | Mark | Aggregate):
        return
    scope = Scope(names) if define is None else scope_of(names, Defined(define, names.source, False))
    bound = names.bind(function, call, scope)
    if bound.too_many or bound.unknown or bound.twice:
        return
    placed = {id(a.value) for a in call.arguments if a.name is None}
    for name, value in zip(parameter_names(function), bound.arguments, strict=True):
        if value is not None and id(value) in placed and _bare(value):
            at = view.analysis.outer(value.span).start
            data = {"uri": view.document.uri, "function": _called(call), "parameter": name}
            yield at, types.InlayHint(view.position(at), f"{name}:", types.InlayHintKind.Parameter, padding_right=True, data=data)


def _called(call: s.Call) -> str:
    function = call.function
    if isinstance(function, s.Name):
        return function.name
    return f"{function.base.name}.{function.field.name}" if isinstance(function.base, s.Name) else ""


def _bare(value: s.Expr) -> bool:
    inner = ungrouped(value)
    if isinstance(inner, s.Unary) and inner.op == "-":
        inner = inner.operand
    return isinstance(inner, s.Number | s.TruthLiteral)


def _expressions(statement: s.Statement) -> Iterator[s.Expr]:
    """Every expression of a statement, also of a schedule or a test."""
    stack: list[object] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, s.Expr):
            yield from descend(node)
        else:
            stack.extend(parts_of(node))


def resolve(view: View, hint: types.InlayHint) -> types.InlayHint:
    """The same hint with what is said of the name, or of the parameter."""
    data = hint.data if isinstance(hint.data, dict) else {}
    names, markdown = view.analysis.names, view.settings.client.markdown
    if "name" in data:
        parts = named(view, str(data["name"]))
        if parts:
            hint.tooltip = content(parts, markdown)
    elif "function" in data:
        name = str(data["function"])
        function = names.function(name)
        if function is not None:
            shown = signature(name, function, names)
            rows = tuple((f"`{p.name}`", p.takes) for p in shown.parameters if p.name == data.get("parameter"))
            hint.tooltip = content([Code(shown.label), Rows(rows)], markdown)
    return hint

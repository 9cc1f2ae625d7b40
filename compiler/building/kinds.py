"""Kinds before values: whether an expression is a number or a truth, from its shape, for states that are not built yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.building import clocks
from compiler.building.frame import Frame
from compiler.builtins import MEMBERS
from compiler.functions import Defined, Function
from compiler.library import Primitive
from compiler.nodes import Node
from compiler.resolve import scope_of
from compiler.walk import ungrouped

if TYPE_CHECKING:
    from compiler.building.builder import Builder


def kind_of(builder: Builder, expr: s.Expr, frame: Frame) -> str | None:
    """number, truth or None (unknown, or a state that is being built), from the shape of an expression."""
    match ungrouped(expr):
        case s.UnknownLiteral() | s.ErrorExpr():
            return None
        case (
            s.TruthLiteral()
            | s.Between()
            | s.Crosses()
            | s.IsMoving()
            | s.IsNew()
            | s.IsAvailable()
            | s.HasHeld()
            | s.WithinLast()
            | s.Unary(op="not")
        ):
            return "truth"
        case s.Binary(op="or_else", left=left, right=right):
            return kind_of(builder, left, frame) or kind_of(builder, right, frame)
        case s.Binary(op=op):
            return "number" if op in ("+", "-", "*", "/") else "truth"
        case s.If(branches=branches, otherwise=otherwise):
            return next((k for k in (kind_of(builder, e, frame) for e in (*(v for _, v in branches), otherwise)) if k), None)
        case s.Index(base=base):
            return kind_of(builder, base, frame)
        case s.Name(name=name) if (name in frame.busy and frame.busy[name] < 0) or name in frame.inside:
            return None
        case s.Name(name=name) if name in frame.lines and name not in frame.values:
            line = frame.lines[name]
            frame.inside.append(name)
            kind = kind_of(builder, line.value if isinstance(line, s.Let) else line.first, frame)
            kind = kind or (kind_of(builder, line.next, frame) if isinstance(line, s.Remember) else None)
            frame.inside.pop()
            return kind
        case s.Name(name=name) if name in frame.values:
            value = frame.values[name]
            return value.kind if isinstance(value, Node) else None
        case s.Name(name=name) if name in frame.arguments:
            argument, outer = frame.arguments[name]
            return kind_of(builder, argument, clocks.moved(builder, outer, frame.clock))
        case s.On(operand=operand) | s.From(operand=operand):
            return kind_of(builder, operand, frame)
        case s.TimeWithin() | s.Scheduled():
            return "truth"
        case s.Member(base=s.Name(name=base), field=field_) if base in MEMBERS and base not in frame.lines:
            return MEMBERS[base][field_.name].kind if field_.name in MEMBERS[base] else "number"
        case s.Call(function=s.Name(name=name)):
            of_library = frame.scope.define is not None and frame.scope.define.of_library
            return kind_of_call(
                builder, builder.typed.names.library_function(name) if of_library else builder.typed.names.function(name)
            )
        case _:
            return "number"


def kind_of_call(builder: Builder, function: Function | None) -> str | None:
    match function:
        case Primitive(results=results):
            return results[0].kind
        case Defined(define=define):
            lines = {line.name.name: line for line in define.body}
            return kind_of(
                builder, define.outputs[0].value, Frame(scope_of(builder.typed.names, function), function.source, lines, {})
            )
        case _:
            return "number"

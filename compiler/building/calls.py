"""Calls: primitives become nodes, definitions their text with their arguments in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.aggregates import Aggregate
from compiler.building import clocks, inside, lengths, lookback, states
from compiler.building.frame import Frame, Refused, Value
from compiler.builtins import ACROSS
from compiler.functions import Defined, Mark, Scalar, default_of, parameter_names
from compiler.library import Primitive
from compiler.nodes import Node
from compiler.ranges.promises import promised, promises
from compiler.resolve import Scope, scope_of

if TYPE_CHECKING:
    from compiler.building.builder import Builder


def called(builder: Builder, call: s.Call, frame: Frame) -> Value:
    names = builder.typed.names
    if id(call) in names.bad_calls or not isinstance(call.function, s.Name):
        raise Refused
    name = call.function.name
    of_library = frame.scope.define is not None and frame.scope.define.of_library
    function = names.library_function(name) if of_library else names.function(name)
    if function is None:
        raise Refused
    bound = names.bind(function, call, frame.scope)
    match function:
        case Mark():
            argument = bound.arguments[0]
            assert argument is not None
            return builder.number(argument, frame)
        case Scalar():
            args = [builder.number(a, frame) for a in bound.arguments if a is not None]
            if function.name in ("min", "max"):
                result = args[0]
                for arg in args[1:]:
                    result = builder.graph.node(function.name, (result, arg))
                return result
            if function.name in ACROSS:
                clocks.on_base(builder, function.name, call.span, frame)
                lookback.windowable(builder, args[0], function.name, call, frame)
                return builder.graph.node(function.name, args, kind="number")
            if function.name == "round" and len(args) == 2:
                return rounded(builder, args[0], args[1], call, frame)
            made = builder.graph.node(function.name, args)
            builder.charge(made, frame.call or call.span)
            return made
        case Aggregate():
            assert bound.arguments[0] is not None
            return inside.aggregated(builder, function, bound.arguments[0], call, frame)
        case Primitive():
            return primitive(builder, function, bound.arguments, call, frame)
        case Defined():
            return defined(builder, function, bound.arguments, call, frame)


def rounded(builder: Builder, x: Node, decimals: Node, call: s.Call, frame: Frame) -> Node:
    """x to some decimals: the nearest whole number of 10^-decimals."""
    count = builder.folded(decimals)
    if count is None or count not in range(13):
        at = call.arguments[1].value.span
        builder.error(
            "E0403", at, frame, "`round` needs a fixed number of decimals, from 0 to 12.", "For example `round(close, 2)`."
        )
        raise Refused
    scale = builder.graph.const(float(10 ** int(count)))
    return builder.graph.node("div", (builder.graph.node("round", (builder.graph.node("mul", (x, scale)),)), scale))


def primitive(builder: Builder, function: Primitive, arguments: tuple[s.Expr | None, ...], call: s.Call, frame: Frame) -> Value:
    args: list[Node] = []
    params: list[float | int] = []
    for parameter, argument in zip(function.parameters, arguments, strict=True):
        assert argument is not None
        match parameter.kind:
            case "series":
                args.append(builder.number(argument, frame))
            case "truth":
                args.append(builder.truth(argument, frame))
            case "window":
                params.append(lengths.length_of(builder, argument, frame, function.name, parameter.least))
            case "number":
                value = builder.fixed(argument, frame)
                if value is None or value != value:
                    builder.error(
                        "E0403", argument.span, frame, f"`{function.name}` needs a fixed `{parameter.name}`; this one changes from bar to bar.",
                        "Use a number or an input.",
                    )  # fmt: skip
                    raise Refused
                params.append(value)
    if function.name not in lookback.ROW_PRIMITIVES:
        for arg in args:
            lookback.windowable(builder, arg, function.name, call, frame)
    single = function.results[0].kind if len(function.results) == 1 else "several"
    whole = builder.graph.node(function.name, args, params, single)
    builder.charge(whole, frame.call or call.span)
    if len(function.results) == 1:
        return whole
    return {r.name: builder.graph.node("pick", (whole,), (i,), r.kind) for i, r in enumerate(function.results)}


def defined(builder: Builder, function: Defined, arguments: tuple[s.Expr | None, ...], call: s.Call, frame: Frame) -> Value:
    values: dict[str, Value] = {}
    thunks: dict[str, tuple[s.Expr, Frame]] = {}
    place = frame.call or call.span
    for i, (name, argument) in enumerate(zip(parameter_names(function), arguments, strict=True)):
        if argument is not None:
            values[name], thunks[name] = builder.expr(argument, frame), (argument, frame)
        else:
            default = default_of(function, i)
            assert default is not None
            outer = Frame(Scope(builder.typed.names, function), function.source, {}, {}, place, clock=frame.clock)
            values[name], thunks[name] = builder.expr(default, outer), (default, outer)
    lines = {line.name.name: line for line in function.define.body}
    inner = Frame(
        scope_of(builder.typed.names, function), function.source, lines, values, place, clock=frame.clock, arguments=thunks
    )
    result: Value
    if len(function.define.outputs) == 1 and function.define.outputs[0].name is None:
        result = builder.expr(function.define.outputs[0].value, inner)
    else:
        result = {o.name.name: builder.expr(o.value, inner) for o in function.define.outputs if o.name is not None}
    states.finish_states(builder, inner)
    for promise in promises(function):
        node = result[promise.output] if isinstance(result, dict) else result
        bounds = promised(promise, lambda end: builder.fixed(end, inner))
        if isinstance(node, Node) and bounds is not None:
            builder.promised[node.id] = bounds
    return result

"""States: what `remember` keeps, and the names of a place, each built when first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.building import kinds
from compiler.building.frame import Frame, Refused, Value
from compiler.diagnostics import Edit, Fix
from compiler.nodes import Node, NodeKind, State
from compiler.source import Span
from compiler.walk import ungrouped

if TYPE_CHECKING:
    from compiler.building.builder import Builder


def value_of(builder: Builder, name: str, frame: Frame, span: Span) -> Value:
    """The value of a let or state; a state's own name inside its next is its previous value."""
    line = frame.lines[name]
    if name in frame.failed:
        raise Refused
    if name in frame.busy:
        around = frame.begun.get(name, len(builder.clocks))
        if isinstance(line, s.Remember) and frame.inside and frame.inside[-1] == name and around == len(builder.clocks):
            index = frame.busy[name]
            return builder.graph.node("prev", (), (index,), builder.graph.states[index].kind)
        if isinstance(line, s.Remember) and around != len(builder.clocks):
            builder.error(
                "E0405",
                span,
                frame,
                f"`{name}` needs itself by way of another clock.",
                "Give the part that runs there a state of its own.",
            )
        elif isinstance(line, s.Remember):
            after = frame.inside.index(name) + 1 if name in frame.inside else len(frame.inside)
            others = ", ".join(f"`{n}`" for n in frame.inside[after:])
            needs = f"and {others} need each other on the same bar" if others else "needs itself on the same bar"
            builder.error(
                "E0405", span, frame, f"`{name}` {needs}.",
                f"Read its value of the bar before: `{name}[1]`.", (Fix(f"read `{name}[1]`", (Edit(span, f"{name}[1]"),)),),
            )  # fmt: skip
        else:
            builder.error(
                "E0205",
                line.name.span,
                frame,
                f"`{name}` needs itself.",
                f"To keep a value from bar to bar write `remember {name} = … initially …`.",
            )
        raise Refused
    if isinstance(line, s.Let):
        frame.busy[name] = -1
        frame.inside.append(name)
    try:
        value = builder.expr(line.value, frame) if isinstance(line, s.Let) else state_of(builder, line, frame)
    except Refused:
        frame.failed.add(name)
        raise
    finally:
        if isinstance(line, s.Let):
            frame.inside.pop()
            del frame.busy[name]
    frame.values[name] = value
    if isinstance(line, s.Let) and isinstance(value, Node) and value.kind == "truth":
        builder.conditions.setdefault(id(ungrouped(line.value)), []).append(value)
    return value


def is_other_state(builder: Builder, name: str, frame: Frame) -> bool:
    """Whether a name is a state that is not finished: its past can be read, its present perhaps not yet. Not so inside its own next."""
    own = bool(frame.inside) and frame.inside[-1] == name
    return isinstance(frame.lines.get(name), s.Remember) and name not in frame.values and not own


def state_index(builder: Builder, name: str, frame: Frame) -> int:
    """The index of a state, before or after it is built."""
    if name not in frame.indexes:
        line = frame.lines[name]
        assert isinstance(line, s.Remember)
        kind: NodeKind = "truth" if state_is_truth(builder, line, frame) else "number"
        frame.indexes[name] = len(builder.graph.states)
        builder.graph.states.append(State(name, kind, clock=frame.clock, own=frame.call is None))
    return frame.indexes[name]


def finish_states(builder: Builder, frame: Frame) -> None:
    """Build every state whose past was read and that nothing else has asked for yet, on every clock."""
    while waiting := [
        (name, place)
        for place in (frame, *frame.others.values())
        for name in place.indexes
        if name not in place.values and name not in place.failed
    ]:
        name, place = waiting[0]
        builder.clocks.append(place.clock)
        value_of(builder, name, place, place.lines[name].name.span)
        builder.clocks.pop()


def state_of(builder: Builder, line: s.Remember, frame: Frame) -> Node:
    name = line.name.name
    index = state_index(builder, name, frame)
    state = builder.graph.states[index]
    frame.busy[name] = index
    frame.begun[name] = len(builder.clocks)
    builder.computing.add(index)
    frame.inside.append(f"initially {name}")
    try:
        state.first = builder.as_kind(builder.expr(line.first, frame), state.kind)
        frame.inside[-1] = name
        state.next = builder.as_kind(builder.expr(line.next, frame), state.kind)
    finally:
        frame.inside.pop()
        del frame.busy[name]
        builder.computing.discard(index)
    return builder.graph.node("remember", (), (index,), state.kind)


def state_is_truth(builder: Builder, line: s.Remember, frame: Frame) -> bool:
    if frame.call is None and line.name.name in builder.typed.states:
        return builder.typed.states[line.name.name].kind == "truth"
    first = kinds.kind_of(builder, line.first, frame)
    return (first or kinds.kind_of(builder, line.next, frame)) == "truth"

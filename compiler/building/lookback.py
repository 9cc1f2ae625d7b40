"""Looking back: what windows and filters may not look over, the position and states that are being computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.building.frame import Frame, Refused
from compiler.nodes import Node

if TYPE_CHECKING:
    from compiler.building.builder import Builder

ROW_PRIMITIVES = ("lag", "held", "within", "bars_since")
"""Primitives that also run row by row, so that states and position facts may use them."""


def windowable(builder: Builder, arg: Node, name: str, call: s.Call, frame: Frame) -> None:
    if frame.call is not None and frame.scope.define is not None and frame.scope.define.of_library:
        # Say the function that was written, not the one that its definition calls.
        written = builder.typed.names.source.text[frame.call.start : frame.call.end]
        name = written.partition("(")[0].strip() or name
    facts, unfinished = depends(builder, arg)
    open_ = unfinished & builder.computing
    if facts:
        builder.error(
            "E0406", call.span, frame, f"`{name}` can't look back over position or account values: they depend on the fills of this very run.",
            "History (`[k]`), `remember` and phrases such as `has held for` can.",
        )  # fmt: skip
        raise Refused
    if open_:
        state = builder.graph.states[min(open_)].name
        builder.error(
            "E0407", call.span, frame, f"`{name}` can't look back over `{state}` while `{state}` itself is being computed.",
            f"Use `{state}` after it is remembered, or write the rule for its next value with `[k]`.",
        )  # fmt: skip
        raise Refused


def depends(builder: Builder, node: Node) -> tuple[bool, frozenset[int]]:
    """Whether a node reads position facts, by way of states too, and which unfinished states it reads."""
    facts, seen, stack = False, {node.id}, [node]
    unfinished: set[int] = set()
    while stack:
        top = stack.pop()
        if top.op in ("fact", "entry", "stop", "side"):
            facts = True
        needs = list(top.args)
        if top.op in ("prev", "past", "remember"):
            state = builder.graph.states[int(top.params[0])]
            needs += [n for n in (state.next, state.first) if n is not None]
            if state.next is None:
                unfinished.add(int(top.params[0]))
        for need in needs:
            if need.id not in seen and need.id not in builder.free:
                seen.add(need.id)
                stack.append(need)
    if not facts and not unfinished:
        builder.free |= seen
    return facts, frozenset(unfinished)

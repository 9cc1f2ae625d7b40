"""What is known of a program, as text: the range of every let, rule and size, and what it costs."""

from __future__ import annotations

from collections.abc import Collection

from compiler.library import UNBOUNDED
from compiler.lints.knowing import Knowing
from compiler.lower import Output
from compiler.nodes import Node
from compiler.program import Program
from compiler.ranges.analysis import Ranges
from compiler.ranges.conditions import can_be
from compiler.ranges.interval import Interval, shown


def facts_of(program: Program) -> str:
    """One line a let, rule, alert and plot: what it can be with the inputs' defaults; then warm-up, settle, state and cost."""
    lines = []
    for info in program.inputs:
        lines.append((f"input {info.name}", info.written + (f", can be {info.range_written}" if info.range_written else "")))
    for output, known in known_of(program):
        label = f" `{output.label}`" if output.role != "let" and output.label else ""
        lines.append((f"{output.role} {output.name}{label}", known))
    plan = program.plan()
    settle = "unbounded" if plan.settle == UNBOUNDED else f"{plan.settle:,} bars"
    lines.append(("warm-up", f"{plan.warmup:,} bars"))
    lines.append(("settle", settle))
    lines.append(("state", f"{8 * plan.state:,} bytes"))
    lines.append(("cost", f"at most {plan.cost:,.0f} steps a bar"))
    width = max(len(name) for name, _ in lines)
    return "".join(f"{name:<{width}}  {text}\n" for name, text in lines)


def known_of(program: Program, roles: Collection[str] | None = None) -> list[tuple[Output, str]]:
    """Each let, rule, alert and plot with what it can be, in words. roles: which of these, None for all."""
    knowing = Knowing(program.typed, program.build(), program.inputs)
    certain, ordinary = knowing.certain, knowing.ordinary
    return [
        (output, _known(output.node, certain, ordinary))
        for output in knowing.built.outputs
        if roles is None or output.role in roles
    ]


def _known(node: Node, certain: Ranges, ordinary: Ranges) -> str:
    if node.kind == "truth":
        one, other = _truths(node, certain), _truths(node, ordinary)
    else:
        one, other = _number(certain.interval(node)), _number(ordinary.interval(node))
    return one if one == other else f"{one}; on ordinary bars {other}"


def _number(interval: Interval) -> str:
    return shown(interval) + (", whole" if interval.whole and not interval.single and not interval.empty else "")


def _truths(node: Node, ranges: Ranges) -> str:
    can, true, false = ranges.truths(node), can_be(ranges, node, True), can_be(ranges, node, False)
    words = [word for word, possible in (("true", true), ("false", false), ("unknown", can.unknown)) if possible]
    return " or ".join(words) if words else "nothing"

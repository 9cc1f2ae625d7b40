"""Text dumps of every stage, for people and golden tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Literal

from compiler import syntax as s
from compiler.built import Built
from compiler.inference import Typed
from compiler.nodes import Graph, Node, reachable
from compiler.operators import OPERATORS
from compiler.optimise import Optimised
from compiler.orders import OrderNodes
from compiler.pipeline import Checked
from compiler.plan import ROW_OPERATIONS, Plan, RowCode, Step
from compiler.program import Program
from compiler.rewrites import REWRITES
from compiler.source import Source, Span
from compiler.terms import NO_TERMS
from compiler.walk import action_expressions, descend

Stage = Literal["ast", "typed", "ir", "plan"]


def dump(checked: Checked, stage: Stage, why: bool = False) -> str:
    """One stage of a checked text. Stages after `ast` need a program without errors. `why` adds the rewrites that fired."""
    if stage == "ast":
        return dump_syntax(checked.file)
    program = checked.program
    if program is None:
        raise ValueError("a program with errors has no later stages")
    if stage == "typed":
        return dump_types(program.typed)
    built, optimised = program.optimised()
    if stage == "ir":
        return dump_graph(program, built, optimised, why)
    return dump_plan(program.plan()) + (dump_rewrites(optimised) if why else "")


# ---------------------------------------------------------------- syntax


def dump_syntax(file: s.File) -> str:
    """The syntax tree, one node a line, with offsets."""
    lines: list[str] = []
    for card in file.cards:
        lines.append(f"card {card.span.start}..{card.span.end}")
        if card.statement is not None:
            lines += _syntax(card.statement, 1, "")
    return "\n".join(lines) + "\n"


def _syntax(node: object, depth: int, label: str) -> Iterator[str]:
    pad = "  " * depth + label
    if not is_dataclass(node) or isinstance(node, type):
        yield f"{pad}{node!r}"
        return
    span = getattr(node, "span", None)
    plain, nested = [], []
    for f in fields(node):
        value = getattr(node, f.name)
        if f.name in ("span", "verb_span", "op_span"):
            continue
        if is_dataclass(value) and not isinstance(value, (s.Ident, Span)):
            nested.append((f.name, value))
        elif isinstance(value, tuple):
            nested += [(f"{f.name}[{i}]", v) for i, v in enumerate(value)]
        elif isinstance(value, s.Ident):
            plain.append(f"{f.name}={value.name}")
        elif value not in (None, "", False):
            plain.append(f"{f.name}={value!r}")
    at = f" {span.start}..{span.end}" if isinstance(span, Span) else ""
    yield f"{pad}{type(node).__name__}{at}{' ' if plain else ''}{' '.join(plain)}"
    for name, value in nested:
        if isinstance(value, tuple):
            for i, part in enumerate(value):
                yield from _syntax(part, depth + 1, f"{name}[{i}]: ")
        else:
            yield from _syntax(value, depth + 1, f"{name}: ")


# ---------------------------------------------------------------- types


def dump_types(typed: Typed) -> str:
    """Every name with its type, then every expression of every rule and plot."""
    source, lines = typed.names.source, []
    for title, table in (("input", typed.inputs), ("let", typed.lets), ("remember", typed.states)):
        lines += [f"{title} {name}: {type_}" for name, type_ in table.items()]
    for statement in typed.names.file.statements:
        match statement:
            case s.When(condition=condition, actions=actions, otherwise=otherwise):
                exprs = [condition, *(e for a in (*actions, *otherwise) for e in action_expressions(a))]
                lines.append(f"when {_text(source, condition)}")
            case s.Plot(items=items):
                exprs = [item.value for item in items]
                lines.append("plot")
            case _:
                continue
        for expr in exprs:
            for part in descend(expr):
                if id(part) in typed.types:
                    lines.append(f"  {_text(source, part)}: {typed.types[id(part)]}")
    return "\n".join(lines) + "\n"


def _text(source: Source, expr: s.Expr) -> str:
    return source.on_one_line(expr.span)


# ---------------------------------------------------------------- graph


def node_text(node: Node) -> str:
    params = [f"{p:g}" if isinstance(p, float) else str(p) for p in node.params]
    inside = ", ".join([f"%{a.id}" for a in node.args] + params)
    return f"%{node.id} = {node.op}({inside})" + (" : truth" if node.kind == "truth" else "")


def _graph_lines(graph: Graph, roots: list[Node]) -> Iterator[str]:
    states = set()
    for node in reachable(roots, graph):
        yield "  " + node_text(node)
        if node.op == "remember":
            states.add(int(node.params[0]))
    for index in sorted(states):
        state = graph.states[index]
        assert state.next is not None
        assert state.first is not None
        yield f"  state {index} `{state.name}`: next %{state.next.id}, first %{state.first.id}"


def dump_graph(program: Program, built: Built, optimised: Optimised, why: bool) -> str:
    """The optimised graph with what it gives; with `why` also the graph before and the rewrites that fired."""
    lines: list[str] = []
    if why:
        lines += ["before:", *_graph_lines(built.graph, built.roots), "after:"]
    lines += _graph_lines(optimised.graph, [optimised.mapping[r.id] for r in built.roots])
    lines += [f"{o.role} {o.name}: %{optimised.mapping[o.node.id].id} ({o.unit})" for o in built.outputs]
    lines += [_order_text(o, optimised) for o in built.orders]
    return "\n".join(lines) + "\n" + (dump_rewrites(optimised) if why else "")


def _order_text(order: OrderNodes, optimised: Optimised) -> str:
    parts = [f"{order.verb} if %{optimised.mapping[order.fires.id].id} tag {order.tag!r} {order.sizing} {order.entry}"]
    for f in fields(order):
        value = getattr(order, f.name)
        if isinstance(value, Node) and f.name != "fires":
            parts.append(f"{f.name} %{optimised.mapping[value.id].id}")
    return ", ".join(parts)


def dump_rewrites(optimised: Optimised) -> str:
    """How often each rewrite fired, with its law."""
    laws = {r.name: f"{r.pattern} -> {r.replacement}   because {r.law}" for r in REWRITES}
    laws |= {"fold": "an operator on constants is its value", "order": "arguments of a commutative operator in node order"}
    return "".join(f"{name} x{count}: {laws[name]}\n" for name, count in sorted(optimised.fired.items()))


# ---------------------------------------------------------------- plan


def dump_plan(plan: Plan) -> str:
    """The plan: feeds, steps, columns, the machine's code, facts."""
    lines = [f"r{i} = feed {name}" for i, name in enumerate(plan.feeds)]
    lines += [f"r{register} = {value!r}" for register, value in plan.constants]
    for step in plan.steps:
        lines.append(_step_text(step))
        if step.code is not None:
            lines += ["  " + line for line in row_lines(step.code)]
    lines += [f"{c.role} {c.name} = {f'r{c.register}' if c.register >= 0 else f'slot {c.slot}'} ({c.unit})" for c in plan.columns]
    machine = plan.machine
    if machine is not None:
        lines += [
            f"slot {i} = {'r' if slot.where == 'column' else 'row result '}{slot.index}" for i, slot in enumerate(machine.slots)
        ]
        if machine.row is not None:
            lines += [
                f"row code over {', '.join(f'r{c}' for c in machine.columns) or 'nothing'}:",
                *("  " + line for line in row_lines(machine.row)),
            ]
        for action in machine.actions:
            values = {f.name: getattr(action, f.name) for f in fields(action) if f.name not in ("stop", "target", "span")}
            shown = [
                f"{name}={value}" for name, value in values.items() if value is not False and value not in (-1, (), "none", "")
            ]
            lines.append("action " + " ".join(shown))
            for name, price in (("stop", action.stop), ("target", action.target)):
                if price is not None:
                    lines += [
                        f"  {name} over entry, side, stop, slots {list(price.frozen)}:",
                        *("    " + line for line in row_lines(price.code)),
                    ]
    lines.append(
        f"registers {plan.registers}, warm-up {plan.warmup}, settle {plan.settle}, cost {plan.cost:g} steps a bar, state {8 * plan.state} bytes"
    )
    lines.append(f"account {plan.account}")
    if plan.account.terms != NO_TERMS:
        lines.append(f"terms {plan.account.terms}")
    lines.append(f"hash {plan.hash}")
    return "\n".join(lines) + "\n"


def _step_text(step: Step) -> str:
    outputs = ", ".join(f"r{r}" for r in step.outputs)
    inside = ", ".join([f"r{r}" for r in step.inputs] + [f"{p:g}" for p in step.params])
    return f"{outputs} = {step.op}({inside})"


def row_lines(code: RowCode) -> Iterator[str]:
    """Row code, one instruction a line."""
    names = [o.name for o in OPERATORS] + list(ROW_OPERATIONS)
    yield from (f"x{r} = {v!r}" for r, v in code.constants)
    yield from (f"x{r} = input {p}" for r, p in code.loads)
    for op, dst, a, b, c in code.instructions:
        yield f"x{dst} = {names[op]} {a} {b} {c}"
    yield f"results {', '.join(f'x{r}' for r in code.results)}"

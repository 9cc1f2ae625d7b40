"""Rules that repeat another: the same condition, and perhaps the same actions."""

from __future__ import annotations

from compiler import syntax as s
from compiler.built import Built
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.lints.knowing import Knowing
from compiler.optimise import optimise
from compiler.walk import ungrouped


def repeated_rules(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn about a rule whose condition is that of an earlier one, however it is spelled."""
    rules = knowing.names.rules
    if len(rules) < 2:
        return
    first: dict[int, int] = {}
    mine = _conditions(knowing.built, knowing)
    for at, node in enumerate(mine):
        if node < 0:
            continue
        before = first.setdefault(node, at)
        if before == at or not _always_equal(knowing, before, at):
            continue
        line = knowing.names.source.position(rules[before].span.start).line + 1
        label = (Label(ungrouped(rules[before].condition).span, "the same condition"),)
        span = ungrouped(rules[at].condition).span
        if _actions(knowing, rules[before]) == _actions(knowing, rules[at]):
            diagnostics.warn(
                "W0317", span, f"This rule repeats the one on line {line}: the same condition, the same actions.", "Remove one of the two.", label,
                (Fix("remove this rule", (Edit(rules[at].span, ""),), True),),
            )  # fmt: skip
        else:
            diagnostics.warn(
                "W0316", span, f"This rule fires whenever the one on line {line} does, and never without it.",
                "Write their actions under one `when`, or correct one of the conditions.", label,
            )  # fmt: skip


def _conditions(built: Built, knowing: Knowing) -> list[int]:
    """The node of each rule's condition after optimising, in the order of the rules; -1 for a fixed one."""
    nodes = [o.node for o in built.outputs if o.role == "rule"]
    optimised = optimise(built.graph, nodes, knowing.names.library)
    found = [optimised.mapping[n.id] for n in nodes]
    return [-1 if n.op == "const" else n.id for n in found]


def _always_equal(knowing: Knowing, one: int, other: int) -> bool:
    """Whether two conditions that are equal with the defaults are so for all inputs."""
    rules = knowing.names.rules
    texts = {" ".join(knowing.shown(ungrouped(rules[i].condition), 10_000).split()) for i in (one, other)}
    needs = knowing.inputs_of((rules[one].condition, rules[other].condition))
    if len(texts) == 1 or not needs:
        return True
    built, left_open = knowing.open_build
    if not needs <= left_open:
        return False
    found = _conditions(built, knowing)
    return found[one] == found[other] >= 0


def _actions(knowing: Knowing, rule: s.When) -> tuple[str, ...]:
    text = knowing.names.source.text
    return tuple(" ".join(text[a.span.start : a.span.end].split()) for a in (*rule.actions, *rule.otherwise))

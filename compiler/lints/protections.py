"""Lints about `protect`: brackets that leave at once, and brackets that nothing is left for."""

from __future__ import annotations

from collections.abc import Callable

from compiler import syntax as s
from compiler.built import Built
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.lints.knowing import Finding, Knowing
from compiler.lints.substituting import with_leaves
from compiler.nodes import Node
from compiler.orders import OrderNodes
from compiler.ranges.conditions import can_hold
from compiler.source import Span
from compiler.walk import action_expressions

OPENS = {"buy": 1.0, "short": -1.0}


def useless_brackets(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn about brackets of `protect` that can't do what they are for."""
    actions = {a.span: (rule, a) for rule in knowing.names.rules for a in (*rule.actions, *rule.otherwise)}
    for index, order in enumerate(knowing.built.orders):
        rule, action = actions.get(order.span, (None, None))
        if rule is None or not isinstance(action, s.ProtectAction):
            continue
        if not _nothing_left(knowing, diagnostics, order, action):
            _passed(knowing, diagnostics, index, rule, action)


# ------------------------------------------------------------ what entries' own lines leave


def _nothing_left(knowing: Knowing, diagnostics: Diagnostics, order: OrderNodes, action: s.ProtectAction) -> bool:
    """With `fills tradingview` the lines of an entry hold all of it, and a bracket of another tag gets what they leave."""
    openers = [o for o in knowing.built.orders if o.verb in OPENS]
    covered = [o for o in openers if o.stop is not None or o.target is not None or o.trail is not None]
    tags = {o.tag for o in openers}
    if knowing.built.account.fills != "tradingview" or not openers or len(covered) < len(openers) or order.tag in tags:
        return False
    named = _name_of(openers, knowing) if len(openers) == 1 else ""
    fixes: tuple[Fix, ...] = ()
    if named and action.share is None:
        if action.tag is not None:
            edit = Edit(action.tag.span, f'"{named}"')
        else:
            end = _end_of_head(action, knowing)
            edit = Edit(Span(end, end), f' named "{named}"')
        fixes = (Fix(f'name it "{named}"', (edit,)),)
    diagnostics.warn(
        "W0544", _head(action, knowing), "Under `fills tradingview` the lines of an entry hold all that it opened, so this `protect` closes nothing.",
        "Give it the name of the entry whose lines it replaces, or leave the entry without lines.",
        (Label(openers[0].span, "this entry has lines of its own"),), fixes,
    )  # fmt: skip
    return True


def _name_of(openers: list[OrderNodes], knowing: Knowing) -> str:
    (opener,) = openers
    text = knowing.names.source.text[opener.span.start : opener.span.end]
    return opener.tag if f'named "{opener.tag}"' in text else ""


def _end_of_head(action: s.ProtectAction, knowing: Knowing) -> int:
    text = knowing.names.source.text
    return text.index("position", action.share.span.end if action.share is not None else action.span.start) + len("position")


def _head(action: s.ProtectAction, knowing: Knowing) -> Span:
    return Span(action.span.start, action.tag.span.end if action.tag is not None else _end_of_head(action, knowing))


# ------------------------------------------------------------ prices that the market has always passed


def _passed(knowing: Knowing, diagnostics: Diagnostics, index: int, rule: s.When, action: s.ProtectAction) -> None:
    sides = {OPENS[o.verb] for o in knowing.built.orders if o.verb in OPENS}
    lines = {line.kind.split("_")[0]: line for line in action.attached}
    exprs = (rule.condition, *action_expressions(action))
    for kind, name in (("stop", "stop loss"), ("target", "target")):
        line = lines.get(kind)
        if line is None or not sides:
            continue
        found = [_never_ahead(knowing, index, kind, side, exprs) for side in sorted(sides)]
        first = found[0]
        if first is None or any(f is None for f in found):
            continue
        where = (
            "on its side of the close"
            if len(sides) > 1
            else ("below" if (kind == "stop") == (1.0 in sides) else "above") + " the close"
        )
        diagnostics.warn(
            "W0543", line.value.span, f"When this bracket is placed, its {name} is never {where}{first.where}: the position leaves at the next open.",
            first.hint("Write a price that the market has still to reach, or `exit position`."),
        )  # fmt: skip
        return


def _never_ahead(knowing: Knowing, index: int, kind: str, side: float, exprs: tuple[s.Expr, ...]) -> Finding | None:
    """Whether a price of the bracket is always behind the market when it is placed, on a position of this side."""

    def nodes(built: Built) -> list[Node]:
        order, g = built.orders[index], built.graph
        entry = g.node("fact", (), ("position.entry_price",), "number")
        size = g.node("fact", (), ("position.size",), "number")
        leaves: Callable[[Node | None], dict[str, Node]] = lambda stop: {  # noqa: E731
            "entry": entry, "side": g.const(side), **({"stop": stop} if stop is not None else {}),
        }  # fmt: skip
        stop = None if order.stop is None else with_leaves(g, order.stop, leaves(None))
        price = stop if kind == "stop" else None if order.target is None else with_leaves(g, order.target, leaves(stop))
        assert price is not None
        below = (kind == "stop") == (side > 0)
        ahead = g.node("lt" if below else "gt", (price, g.feed("close")))
        held = g.node("gt" if side > 0 else "lt", (size, g.const(0.0)))
        return [order.fires, held, ahead]

    return knowing.finding(
        exprs, nodes, lambda r, n: can_hold(r, [(x, True) for x in n[:2]]) and not can_hold(r, [(x, True) for x in n])
    )

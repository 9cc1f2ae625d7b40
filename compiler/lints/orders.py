"""Orders that can't be what was meant: stops and targets on the wrong side, sizes and prices that no order can have, exits of nothing."""

from __future__ import annotations

from collections.abc import Callable

from compiler import syntax as s
from compiler.built import Built
from compiler.diagnostics import Diagnostics, Edit, Fix
from compiler.lints.corrections import other_side
from compiler.lints.knowing import Finding, Knowing, Question
from compiler.lints.substituting import with_leaves
from compiler.nodes import Node
from compiler.orders import OrderNodes
from compiler.ranges.conditions import can_hold
from compiler.source import Span
from compiler.walk import action_expressions

SIDES = {"buy": "long", "short": "short"}


def impossible_orders(knowing: Knowing, diagnostics: Diagnostics) -> None:
    """Warn about orders that are always refused, never sized, or never fill."""
    actions = {a.span: (rule, a) for rule in knowing.names.rules for a in (*rule.actions, *rule.otherwise)}
    for index, order in enumerate(knowing.built.orders):
        rule, action = actions.get(order.span, (None, None))
        if rule is None or action is None:
            continue
        looker = _Looker(knowing, diagnostics, index, order, rule, action)
        if isinstance(action, s.OrderAction) and order.verb in SIDES:
            looker.entry(action)
        elif order.verb in ("sell", "cover") and isinstance(action, s.OrderAction):
            looker.nothing_to_close()
            looker.reducing(action)
        elif isinstance(action, s.ExitAction):
            looker.leaving(action)


class _Looker:
    """Looks at one order of the program."""

    def __init__(
        self, knowing: Knowing, diagnostics: Diagnostics, index: int, order: OrderNodes, rule: s.When, action: s.Action
    ) -> None:
        self.knowing, self.diagnostics, self.index, self.order = knowing, diagnostics, index, order
        self.exprs = (rule.condition, *action_expressions(action))

    def where(self, exprs: tuple[s.Expr, ...], wanted: Callable[[Built, OrderNodes], tuple[Node, ...]]) -> Finding | None:
        """For which inputs and bars the order is never made with the last of the wanted truths; None if it can be."""

        def nodes(built: Built) -> list[Node]:
            order = built.orders[self.index]
            return [order.fires, *wanted(built, order)]

        asked: Question = lambda r, n: can_hold(r, [(n[0], True)]) and not can_hold(r, [(x, True) for x in n])  # noqa: E731
        return self.knowing.finding(exprs, nodes, asked)

    def warn(
        self, code: str, span: Span, message: str, hint: str, found: Finding | None = None, fixes: tuple[Fix, ...] = ()
    ) -> None:
        self.diagnostics.warn(code, span, message, found.hint(hint) if found else hint, fixes=fixes)

    def entry(self, action: s.OrderAction) -> None:
        long = self.order.verb == "buy"
        lines = {line.kind.split("_")[0]: line for line in action.attached}
        if self._stop(lines.get("stop"), long):
            return
        self._target(lines.get("target"), long)
        self._size(action)
        self.price(action)
        self._room(action, long)

    def _stop(self, line: s.Attached | None, long: bool) -> bool:
        if line is None:
            return False

        def right_side(built: Built, order: OrderNodes) -> tuple[Node, ...]:
            assert order.stop is not None
            presumed = _presumed(built, order)
            return (
                built.graph.node("lt" if long else "gt", (with_leaves(built.graph, order.stop, {"entry": presumed}), presumed)),
            )

        found = self.where(self.exprs, right_side)
        if found is None:
            return False
        presumed = {"limit": "the limit price", "stop": "the stop price", "stop_limit": "the limit price"}.get(
            self.order.entry, "the close"
        )
        self.warn(
            "W0520", line.value.span,
            f"When this order is made, its stop loss is never {'below' if long else 'above'} {presumed}{found.where}: the order is always refused.",
            f"A stop of a {'long' if long else 'short'} position stands {'below' if long else 'above'} its entry: `entry {'-' if long else '+'} 2 * atr(14)`.", found,
            other_side(line.value, self.knowing.names.source.text),
        )  # fmt: skip
        return True

    def _target(self, line: s.Attached | None, long: bool) -> None:
        if line is None:
            return

        def right_side(built: Built, order: OrderNodes) -> tuple[Node, ...]:
            assert order.target is not None
            presumed = _presumed(built, order)
            stop = None if order.stop is None else with_leaves(built.graph, order.stop, {"entry": presumed})
            leaves = {"entry": presumed, **({"stop": stop} if stop is not None else {})}
            target = with_leaves(built.graph, order.target, leaves)
            return (built.graph.node("gt" if long else "lt", (target, presumed)),)

        found = self.where(self.exprs, right_side)
        if found is not None:
            self.warn(
                "W0521", line.value.span,
                f"When this order is made, its target is never {'above' if long else 'below'} the entry{found.where}, so it is taken at a loss or for nothing.",
                f"A target of a {'long' if long else 'short'} position stands {'above' if long else 'below'} its entry.", found,
                other_side(line.value, self.knowing.names.source.text),
            )  # fmt: skip

    def _never_above_zero(self, written: tuple[s.Expr, ...], span: Span) -> bool:
        """Say that a size is never above zero; whether it is so."""

        def above_zero(built: Built, order: OrderNodes) -> tuple[Node, ...]:
            assert order.size is not None
            return (built.graph.node("gt", (order.size, built.graph.const(0.0))),)

        if self.order.size is None or self.knowing.ordinary.interval(self.order.size).low > 0:
            return False
        found = self.where((self.exprs[0], *written), above_zero)
        if found is None:
            return False
        self.warn(
            "W0522",
            span,
            f"The size of this order is never above zero{found.where}, so it is never made.",
            "Give it a size above zero.",
            found,
        )
        return True

    def _size(self, action: s.OrderAction) -> None:
        if action.size is None or self.order.size is None:
            return
        span, exprs = action.size.span, (self.exprs[0], *_size_parts(action.size))
        if self._never_above_zero(_size_parts(action.size), span):
            return
        size = self.knowing.ordinary.interval(self.order.size)
        most = 1.0 if self.order.sizing == "risk" else 1.0 / self.knowing.built.account.margin

        def affordable(built: Built, order: OrderNodes) -> tuple[Node, ...]:
            assert order.size is not None
            return (built.graph.node("le", (order.size, built.graph.const(most))),)

        if self.order.sizing in ("equity", "cash", "risk") and size.high > most:
            found = self.where(exprs, affordable)
            if found is not None:
                of = "risks more than the whole account" if self.order.sizing == "risk" else f"is always above {most:.0%}"
                margin = "" if self.order.sizing == "risk" else " Set `margin` if the broker lends."
                self.warn(
                    "W0523",
                    span,
                    f"The size of this order {of}{found.where}: the account can't pay for it.",
                    f"For example `10% of equity`.{margin}",
                    found,
                )

    def reducing(self, action: s.OrderAction) -> None:
        """A part of a position that is closed."""
        if action.size is not None:
            self._never_above_zero(_size_parts(action.size), action.size.span)
        self.price(action)

    def leaving(self, action: s.ExitAction) -> None:
        """An exit of all or a share, perhaps at a price."""
        if action.share is not None:
            self._never_above_zero((action.share,), action.share.span)
        self.price(action)

    def price(self, action: s.OrderAction | s.ExitAction) -> None:
        if action.entry is None or (self.order.price is None and self.order.limit is None):
            return

        def tradable(built: Built, order: OrderNodes) -> tuple[Node, ...]:
            prices = [p for p in (order.price, order.limit) if p is not None]
            return tuple(built.graph.node("gt", (p, built.graph.const(0.0))) for p in prices)

        parts = tuple(e for e in (action.entry.price, action.entry.limit) if e is not None)
        found = self.where((self.exprs[0], *parts), tradable)
        if found is not None:
            self.warn(
                "W0524",
                action.entry.span,
                f"The price of this order is never above zero{found.where}, so it never fills.",
                "Give it a price above zero.",
                found,
            )

    def _room(self, action: s.OrderAction, long: bool) -> None:
        """An entry that asks for a position of its own side, with room for one."""
        account = self.knowing.built.account
        reads_size = self.knowing.built.graph.leaf("fact", ("position.size",), "number") is not None
        if account.pyramiding > 1 or account.fills == "tradingview" or not reads_size:
            return

        def room(built: Built, order: OrderNodes) -> tuple[Node, ...]:
            size = built.graph.node("fact", (), ("position.size",), "number")
            return (built.graph.node("le" if long else "ge", (size, built.graph.const(0.0))),)

        found = self.where((self.exprs[0],), room)
        if found is not None:
            side = SIDES[self.order.verb]
            self.warn(
                "W0526", action.span,
                f"This rule fires only while a {side} position is open{found.where}, and `pyramiding` is 1: its `{self.order.verb}` is always refused.",
                "Set `pyramiding 2` or more to add to a position.", found,
            )  # fmt: skip

    def nothing_to_close(self) -> None:
        opener = "buy" if self.order.verb == "sell" else "short"
        if any(o.verb == opener for o in self.knowing.built.orders) or not any(
            o.verb in SIDES for o in self.knowing.built.orders
        ):
            return
        other = "cover" if self.order.verb == "sell" else "sell"
        verb = Span(self.order.span.start, self.order.span.start + len(self.order.verb))
        self.warn(
            "W0527", self.order.span, f"No rule opens a {SIDES[opener]} position, so `{self.order.verb}` has nothing to close.",
            f"Write `{other}`, or `exit position`.", None, (Fix(f"write `{other}`", (Edit(verb, other),)),),
        )  # fmt: skip


def _size_parts(size: s.Size) -> tuple[s.Expr, ...]:
    match size:
        case s.SizeShare(share=e) | s.SizeRisk(share=e) | s.SizeAmount(amount=e):
            return (e,)


def _presumed(built: Built, order: OrderNodes) -> Node:
    """The entry that an order's stop is held against when it is made."""
    if order.entry in ("limit", "stop_limit") and order.limit is not None:
        return order.limit
    return order.price if order.entry in ("limit", "stop") and order.price is not None else built.graph.feed("close")

"""Orders: from the actions of rules to nodes for their conditions, sizes, prices and attached lines."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from compiler import syntax as s
from compiler.building import Builder, Frame, Refused
from compiler.builtins import CHOSEN_FROM
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.multiples import in_risk
from compiler.nodes import Node
from compiler.resolve import Names
from compiler.source import Span
from compiler.suggest import closest
from compiler.types import RATIO, settled_unit

Sizing = Literal["equity", "cash", "position", "risk", "money", "quantity", "all", "none"]


@dataclass(frozen=True, slots=True)
class OrderNodes:
    """One action with its nodes. stop and target are over the leaves `entry`, `stop` and `side` (nodes of those ops) and values of the order's bar."""

    verb: Literal["buy", "sell", "short", "cover", "exit", "cancel", "notify", "hold top", "protect"]
    fires: Node
    rule: int
    tag: str
    span: Span
    sizing: Sizing = "none"
    size: Node | None = None
    entry: Literal["next_open", "this_close", "limit", "stop", "stop_limit"] = "next_open"
    price: Node | None = None
    limit: Node | None = None
    stop: Node | None = None
    target: Node | None = None
    trail: Node | None = None
    trail_share: bool = False
    trail_after: Node | None = None
    trail_after_share: bool = False
    hold: Node | None = None
    expire: Node | None = None
    text: tuple[str | Node, ...] = ()
    score: Node | None = None
    where: Node | None = None
    weight: Node | None = None


@dataclass(slots=True)
class OrderBuilder:
    """Builds the actions of one program's rules."""

    builder: Builder
    frame: Frame
    orders: list[OrderNodes] = field(default_factory=list)

    def rule(self, rule: s.When, index: int) -> Node | None:
        """The rule's condition; its actions are added to `orders`. None if the condition was refused."""
        try:
            condition = self.builder.truth(rule.condition, self.frame)
        except Refused:
            return None
        for action in rule.actions:
            self.action(action, condition, index)
        if rule.otherwise:
            otherwise = self.builder.graph.node("not", (condition,))
            for action in rule.otherwise:
                self.action(action, otherwise, index)
        return condition

    def action(self, action: s.Action, fires: Node, rule: int) -> None:
        try:
            match action:
                case s.OrderAction():
                    self.order(action, fires, rule)
                case s.ExitAction():
                    self.exit(action, fires, rule)
                case s.CancelAction(tag=tag, span=span):
                    self.orders.append(OrderNodes("cancel", fires, rule, tag.value if tag else "", span))
                case s.HoldTop():
                    self.hold_top(action, fires, rule)
                case s.NotifyAction(text=text, span=span):
                    self.orders.append(OrderNodes("notify", fires, rule, "", span, text=self.text(text)))
                case s.ProtectAction():
                    self.protect(action, fires, rule)
                case _:
                    raise Refused
        except Refused:
            return

    def hold_top(self, action: s.HoldTop, fires: Node, rule: int) -> None:
        """A rotation: how many is fixed; score, condition and weight are read for each instrument at the close."""
        if action.of.name != CHOSEN_FROM:
            self.error(
                "E0532",
                action.of.span,
                f"`hold top` chooses among `members`, the instruments that the program trades; `{action.of.name}` is no list of instruments.",
                "Write `of members`.",
                fixes=(Fix("write `members`", (Edit(action.of.span, "members"),)),),
            )
            raise Refused
        count = self.builder.number(action.count, self.frame)
        most = self.builder.folded(count)
        if most is None or not (most >= 1 and most == int(most)):
            self.error(
                "E0531",
                action.count.span,
                "`hold top` takes how many instruments to hold: a whole number, at least 1, that stays the same; "
                + ("this one changes from bar to bar." if most is None else f"this is {most:g}."),
                "For example `hold top 2 of members by …`, or an input.",
            )
            raise Refused
        score = self.builder.number(action.by, self.frame)
        where = self.builder.truth(action.where, self.frame) if action.where is not None else None
        weight = self.builder.number(action.weight, self.frame) if action.weight is not None else None
        self.orders.append(OrderNodes(
            "hold top", fires, rule, self.tag(None, action.span), action.span, "none", count, score=score, where=where, weight=weight,
        ))  # fmt: skip

    def tag(self, tag: s.TextLiteral | None, span: Span) -> str:
        """A tag as written, or the line of the program."""
        if tag is not None and not tag.value.strip():
            self.error("E0513", tag.span, "A tag needs at least one letter.", "Leave `named` out, or give the order a name.")
            raise Refused
        return tag.value if tag else f"line {self.frame.source.position(span.start).line + 1}"

    def order(self, action: s.OrderAction, fires: Node, rule: int) -> None:
        opens = action.verb in ("buy", "short")
        sizing, size = self.size(action, opens)
        entry, price, limit = self.entry(action.entry)
        lines = self.lines(action)
        if not opens:
            for kind in ("stop", "target", "trail", "hold"):
                if kind in lines:
                    self.error(
                        "E0507",
                        lines[kind].span,
                        f"`{action.verb}` closes a position; a {kind} belongs under the order that opens it.",
                        "Move the line under `buy` or `short`.",
                    )
                    raise Refused
        long = action.verb == "buy"
        stop = self.attached_price(lines["stop"], long, -1) if "stop" in lines else None
        target = self.target(lines, long) if "target" in lines else None
        if sizing == "risk" and stop is None:
            self.error(
                "E0504", action.size.span if action.size else action.span, "`risking` needs a stop loss: the size follows from the distance to it.",
                "Add a line `stop loss at entry - 2 * atr(14)` under the order.",
            )  # fmt: skip
            raise Refused
        trail, trail_share, after, after_share = self.trail(lines.get("trail"))
        self.orders.append(OrderNodes(
            action.verb, fires, rule, self.tag(action.tag, action.span), action.span, sizing, size, entry, price, limit, stop, target,
            trail, trail_share, after, after_share, self.bars(lines.get("hold")), self.bars(lines.get("expire")),
        ))  # fmt: skip

    def exit(self, action: s.ExitAction, fires: Node, rule: int) -> None:
        entry, price, limit = self.entry(action.entry)
        lines = self.lines(action)
        for kind, line in lines.items():
            if kind != "expire":
                self.error(
                    "E0507",
                    line.span,
                    f"`exit` closes a position; a {kind} belongs under the order that opens it.",
                    "Move the line under `buy` or `short`.",
                )
                raise Refused
        size = self.builder.number(action.share, self.frame) if action.share is not None else None
        if size is not None and action.share is not None:
            self.sensible_size(size, action.share, of_position=True)
        self.orders.append(OrderNodes(
            "exit", fires, rule, action.tag.value if action.tag else "", action.span, "all" if size is None else "position", size,
            entry, price, limit, expire=self.bars(lines.get("expire")),
        ))  # fmt: skip

    def protect(self, action: s.ProtectAction, fires: Node, rule: int) -> None:
        """A bracket on whatever is open: its prices are over the position's average entry and its side."""
        lines = self.lines(action)
        for kind, line in lines.items():
            if kind in ("hold", "expire"):
                self.error(
                    "E0521",
                    line.span,
                    f"`protect` takes stop, target and trail lines, not `{'hold at most' if kind == 'hold' else 'expire after'}`.",
                    "Move it under the order that opens the position."
                    if kind == "hold"
                    else "Take a bracket back with `cancel` and its name.",
                    fixes=(Fix("remove this line", (Edit(line.span, ""),)),),
                )
                raise Refused
        if not lines:
            self.error(
                "E0520",
                action.span,
                "This `protect` has no line, so it protects nothing.",
                "Add a line such as `stop loss at entry - 2 * atr(14)`, `take profit at 4%` or `trail by 2%`.",
            )
            raise Refused
        size = self.builder.number(action.share, self.frame) if action.share is not None else None
        if size is not None and action.share is not None:
            self.sensible_size(size, action.share, of_position=True)
        stop = self.attached_price(lines["stop"], None, -1) if "stop" in lines else None
        target = self.target(lines, None) if "target" in lines else None
        trail, trail_share, after, after_share = self.trail(lines.get("trail"))
        self.orders.append(OrderNodes(
            "protect", fires, rule, self.tag(action.tag, action.span), action.span, "all" if size is None else "position", size,
            stop=stop, target=target, trail=trail, trail_share=trail_share, trail_after=after, trail_after_share=after_share,
        ))  # fmt: skip

    def size(self, action: s.OrderAction, opens: bool) -> tuple[Sizing, Node | None]:
        match action.size:
            case None:
                if opens:  # the parser has asked for a size
                    raise Refused
                return "all", None
            case s.SizeShare(share=share, of=of):
                return of, self.sensible_size(self.builder.number(share, self.frame), share, of == "position" and not opens)
            case s.SizeRisk(share=share):
                return "risk", self.sensible_size(self.builder.number(share, self.frame), share)
            case s.SizeAmount(amount=amount):
                unit = settled_unit(self.builder.typed.type_of(amount).unit)
                sizing: Sizing = "money" if unit is not None and unit.price else "quantity"
                return sizing, self.sensible_size(self.builder.number(amount, self.frame), amount)

    def sensible_size(self, size: Node, written: s.Expr, of_position: bool = False) -> Node:
        """The size, unless it is fixed and no order could have it."""
        value = self.builder.folded(size)
        if value is not None and not value > 0:
            self.error(
                "E0513",
                written.span,
                f"An order needs a size above zero; this is {value:g}.",
                "To open the other way write `short` (or `buy`); to leave write `exit position`.",
            )
            raise Refused
        if of_position and value is not None and value > 1:
            self.error(
                "E0513",
                written.span,
                f"No more than the whole position can be closed; this is {value:.0%} of it.",
                "Write `exit position` to close all of it.",
            )
            raise Refused
        return size

    def entry(
        self, entry: s.Entry | None
    ) -> tuple[Literal["next_open", "this_close", "limit", "stop", "stop_limit"], Node | None, Node | None]:
        if entry is None:
            return "next_open", None, None
        price = self.builder.number(entry.price, self.frame) if entry.price is not None else None
        limit = self.builder.number(entry.limit, self.frame) if entry.limit is not None else None
        return entry.kind, price, limit

    @staticmethod
    def family(line: s.Attached) -> str:
        return line.kind.split("_")[0]

    def lines(self, action: s.OrderAction | s.ExitAction | s.ProtectAction) -> dict[str, s.Attached]:
        found: dict[str, s.Attached] = {}
        for line in action.attached:
            kind = self.family(line)
            if kind in found:
                self.error(
                    "E0506",
                    line.span,
                    f"This order already has a {kind} line; it can have one.",
                    "Remove one of the two.",
                    (Label(found[kind].span, "the first one"),),
                )
                raise Refused
            found[kind] = line
        return found

    def share_or_price(self, expr: s.Expr) -> bool:
        """Whether an attached value is a share of the entry (`2%`) instead of a price."""
        type_ = self.builder.typed.type_of(expr)
        return type_.kind == "number" and settled_unit(type_.unit) == RATIO

    def inside(self) -> Frame:
        return replace(self.frame, entry=True)

    def attached_price(self, line: s.Attached, long: bool | None, way: int) -> Node:
        """A stop (way -1) or target (way +1) as a price over `entry`. A share is away from the entry, on the side it belongs to.

        long: None where the side is known when it is placed, as of `protect`.
        """
        g = self.builder.graph
        value = self.builder.number(line.value, self.inside())
        name = "stop loss" if way < 0 else "target"
        if not self.share_or_price(line.value):
            return value if long is None else self.right_side(value, line, long == (way > 0), name)
        share = self.builder.folded(value)
        if share is not None and not (share > 0 and (share < 1 or (long is not None and long == (way > 0)))):
            self.error(
                "E0514",
                line.value.span,
                f"A {name} stands away from the entry by a share of it; that can't be {100 * share:g}%.",
                f"For example `{'2%' if way < 0 else '4%'}`.",
            )
            raise Refused
        one, entry = g.const(1.0), g.node("entry", kind="number")
        if long is None:
            away = g.node("mul", (g.node("side", kind="number"), value))
            return g.node("mul", (entry, g.node("add" if way > 0 else "sub", (one, away))))
        return g.node("mul", (entry, g.node("add" if (way > 0) == long else "sub", (one, value))))

    def right_side(self, price: Node, line: s.Attached, above: bool, name: str) -> Node:
        """The price, unless it follows from the entry alone and lies on its wrong side, whatever the entry."""
        sides = [self.builder.at_entry(price, entry) for entry in (1.0, 100.0, 1e6)]
        if all(
            p is not None and (p <= entry if above else p >= entry) for p, entry in zip(sides, (1.0, 100.0, 1e6), strict=True)
        ):
            where = "above" if above else "below"
            self.error(
                "E0514",
                line.value.span,
                f"The {name} of this order lies on the wrong side: it must be {where} the entry.",
                f"For example `entry {'+' if above else '-'} 2 * atr(14)`.",
            )
            raise Refused
        return price

    def target(self, lines: dict[str, s.Attached], long: bool | None) -> Node:
        line, g = lines["target"], self.builder.graph
        if line.kind != "target_r" and not (line.kind == "target_at" and in_risk(line.value, self.builder.typed.names)):
            return self.attached_price(line, long, 1)
        if "stop" not in lines:
            self.error(
                "E0505", line.span, "`R` is the distance from the entry to the stop, and this order has no stop loss.",
                "Add a line `stop loss at …`, or give the target as a price or a percentage.",
            )  # fmt: skip
            raise Refused
        entry, stop = g.node("entry", kind="number"), g.node("stop", kind="number")
        multiple = self.builder.number(line.value, self.inside())
        times = self.builder.folded(multiple)
        if times is not None and not times > 0:
            self.error("E0514", line.value.span, "A target is a number of R above zero.", "For example `3 R`.")
            raise Refused
        return g.node("add", (entry, g.node("mul", (multiple, g.node("sub", (entry, stop))))))

    def trail(self, line: s.Attached | None) -> tuple[Node | None, bool, Node | None, bool]:
        if line is None:
            return None, False, None, False
        distance = self.builder.number(line.value, self.frame)
        after = self.builder.number(line.second, self.frame) if line.second is not None else None
        for node, written in ((distance, line.value), (after, line.second)):
            fixed = self.builder.folded(node) if node is not None else None
            if fixed is not None and not fixed >= 0 and written is not None:
                self.error(
                    "E0514",
                    written.span,
                    "A trailing distance can't be negative.",
                    "For example `trail by 2%` or `trail by 2 * atr(14)`.",
                )
                raise Refused
        return distance, self.share_or_price(line.value), after, line.second is not None and self.share_or_price(line.second)

    def bars(self, line: s.Attached | None) -> Node | None:
        if line is None:
            return None
        value = self.builder.number(line.value, self.frame)
        fixed = self.builder.folded(value)
        if fixed is not None and not (fixed >= 1 and fixed == int(fixed)):
            what = "`hold at most`" if line.kind == "hold" else "`expire after`"
            self.error(
                "E0514",
                line.value.span,
                f"{what} takes a whole number of bars, at least 1; this is {fixed:g}.",
                "For example `20 bars`.",
            )
            raise Refused
        return value

    def text(self, text: s.TextLiteral) -> tuple[str | Node, ...]:
        """The parts of a text, `{name}` replaced by its value at the time."""
        parts: list[str | Node] = []
        inside = text.span.start + 1  # of the text, behind its quotation mark
        for i, part in enumerate(re.split(r"\{([^{}]*)\}", text.value)):
            at, inside = inside, inside + len(part) + (2 if i % 2 else 0)
            if i % 2 == 0:
                if part:
                    parts.append(part)
                continue
            name = part.strip()
            place = Span(text.span.start, text.span.end)
            if name == "symbol":
                parts.append("{symbol}")
                continue
            if not re.fullmatch(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?", name):
                self.error(
                    "E0218",
                    place,
                    f"`{{{part}}}` is not a name; only names can be filled in.",
                    "Give the value a name with `let` and use that.",
                )
                raise Refused
            base, _, member = name.partition(".")
            expr: s.Expr = s.Name(place, base)
            if name in self.builder.typed.names.linked.constants:  # of a library
                expr = s.Call(place, s.Name(place, name), ())
            elif member:
                expr = s.Member(place, expr, s.Ident(place, member))
            try:
                value = self.builder.expr(expr, self.frame)
            except Refused:
                self.error(
                    "E0218",
                    place,
                    f"There is nothing called `{name}` to fill in.",
                    "Use a name of this program, `symbol`, `close` …",
                )
                raise
            if isinstance(value, (str, Node)):
                parts.append(value)
                continue
            if isinstance(value, dict):
                shown = " or ".join(f"`{{{name}.{output}}}`" for output in list(value)[:2])
                end = at + 1 + len(part.rstrip())
                self.error(
                    "E0218", place, f"`{name}` has {len(value)} outputs; say which one to fill in.", f"Write {shown}.",
                    fixes=tuple(Fix(f"use `.{output}`", (Edit(Span(end, end), f".{output}"),)) for output in value),
                )  # fmt: skip
            else:
                self.error(
                    "E0218", place, f"`{name}` is never known, so there is nothing to fill in.", "Leave it out of the text."
                )
            raise Refused
        return tuple(parts)

    def error(
        self, code: str, span: Span, message: str, hint: str = "", labels: tuple[Label, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> None:
        self.builder.diagnostics.error(code, span, message, hint, labels, fixes)


def check_tags(names: Names, found: Diagnostics) -> None:
    """An `exit` or `cancel` of a tag that no order of the program has would never do anything."""
    actions = [action for rule in names.rules for action in (*rule.actions, *rule.otherwise)]
    entries = {
        action.tag.value
        for action in actions
        if isinstance(action, s.OrderAction) and action.tag is not None and action.verb in ("buy", "short")
    }
    orders = {action.tag.value for action in actions if isinstance(action, s.OrderAction) and action.tag is not None}
    brackets = {action.tag.value for action in actions if isinstance(action, s.ProtectAction) and action.tag is not None}
    for action in actions:
        if not isinstance(action, s.ProtectAction) or action.share is None or action.tag is None:
            continue
        if action.tag.value in entries:
            found.error(
                "E0522",
                action.tag.span,
                f'"{action.tag.value}" names an order, whose own lines would be replaced; a share of the position needs a name of its own.',
                "Give this bracket another name, or leave out the share.",
            )
    for action in actions:
        if not isinstance(action, (s.ExitAction, s.CancelAction)) or action.tag is None:
            continue
        known = orders | brackets if isinstance(action, s.CancelAction) else orders
        if action.tag.value in known:
            continue
        near = closest(action.tag.value, tuple(known))
        listed = ", ".join(f'"{tag}"' for tag in sorted(known))
        found.error(
            "E0515", action.tag.span, f'No order is named "{action.tag.value}".',
            f'Did you mean "{near}"?' if near else f"There are {listed}." if known else 'An order gets its name by `named "…"`.',
            fixes=(Fix(f'change to "{near}"', (Edit(action.tag.span, f'"{near}"'),)),) if near else (),
        )  # fmt: skip

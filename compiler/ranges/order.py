"""Order: which of two values can never be the larger, from what they are made of. `close` is never above `highest(high, 20)`.

Every step holds for floats: rounding is monotone, so it keeps an order that real numbers have and may only make values equal.
"""

from __future__ import annotations

from collections.abc import Callable

from compiler.nodes import Node
from compiler.ranges.interval import SLACK, Interval
from compiler.ranges.market import AT_MOST

DEPTH = 12
"""So many steps are followed to put two values in order."""

WITHIN = ("highest", "lowest", "median")
"""Windows whose value lies between the least and the largest they hold."""


class Order:
    """Answers for one graph. `interval` gives a node's range."""

    def __init__(self, ordinary: bool, interval: Callable[[Node], Interval]) -> None:
        self.ordinary = ordinary
        self.interval = interval
        self._known: dict[tuple[int, int], bool] = {}

    def forget(self) -> None:
        """What was answered rested on ranges that have changed."""
        self._known.clear()

    def at_most(self, a: Node, b: Node, depth: int = DEPTH) -> bool:
        """Whether a <= b on every bar on which both are known."""
        if a is b:
            return True
        key = (a.id, b.id)
        if key not in self._known:
            if depth <= 0:
                return False
            self._known[key] = False  # what would rest on itself is not shown
            x, y = self.interval(a), self.interval(b)
            self._known[key] = (not x.empty and not y.empty and x.high <= y.low) or self._by_form(a, b, depth - 1)
        return self._known[key]

    def _by_form(self, a: Node, b: Node, depth: int) -> bool:
        return self._below(a, b, depth) or self._above(a, b, depth) or self._alike(a, b, depth)

    def _below(self, a: Node, b: Node, depth: int) -> bool:
        """a is made smaller than something that is at most b."""
        match a.op:
            case "lowest":
                series, ago = _past(b)
                return (ago < int(a.params[0]) and self.at_most(a.args[0], series, depth)) or _window_inside(b, a)
            case "min":
                return any(self.at_most(x, b, depth) for x in a.args)
            case "max" | "or_else":
                return all(self.at_most(x, b, depth) for x in a.args)
            case "select":
                return all(self.at_most(x, b, depth) for x in a.args[1:])
            case "floor":
                return self.at_most(a.args[0], b, depth)
            case "sub":
                return self.interval(a.args[1]).low >= 0 and self.at_most(a.args[0], b, depth)
            case "mul":
                return any(self._shrinks(k, x) and self.at_most(x, b, depth) for k, x in (a.args, a.args[::-1]))
            case "div":
                return self._grows(a.args[1], a.args[0]) and self.at_most(a.args[0], b, depth)
            case "add":
                return any(self.interval(r).high <= 0 and self.at_most(x, b, depth) for x, r in (a.args, a.args[::-1]))
            case _:
                return False

    def _above(self, a: Node, b: Node, depth: int) -> bool:
        """b is made larger than something that a is at most."""
        match b.op:
            case "highest":
                series, ago = _past(a)
                return (ago < int(b.params[0]) and self.at_most(series, b.args[0], depth)) or _window_inside(a, b)
            case "max":
                return any(self.at_most(a, x, depth) for x in b.args)
            case "min" | "or_else":
                return all(self.at_most(a, x, depth) for x in b.args)
            case "select":
                return all(self.at_most(a, x, depth) for x in b.args[1:])
            case "abs" | "ceil":
                return self.at_most(a, b.args[0], depth)
            case "sub":
                return self.interval(b.args[1]).high <= 0 and self.at_most(a, b.args[0], depth)
            case "mul":
                return any(self._grows(k, x) and self.at_most(a, x, depth) for k, x in (b.args, b.args[::-1]))
            case "add":
                return any(self.interval(r).low >= 0 and self.at_most(a, x, depth) for x, r in (b.args, b.args[::-1]))
            case _:
                return False

    def _alike(self, a: Node, b: Node, depth: int) -> bool:
        """The same operation on values in order."""
        if self.ordinary and a.op == b.op == "feed" and (a.params[0], b.params[0]) in AT_MOST and a.params[1:] == b.params[1:]:
            return True
        past_a, past_b = _past(a), _past(b)
        if past_a[1] and past_a[1] == past_b[1]:
            return self.at_most(past_a[0], past_b[0], depth)
        if a.op != b.op or len(a.args) != len(b.args):
            return False
        match a.op:
            case "add":
                (p, q), (r, s) = a.args, b.args
                return (self.at_most(p, r, depth) and self.at_most(q, s, depth)) or (
                    self.at_most(p, s, depth) and self.at_most(q, r, depth)
                )
            case "sub":
                return self.at_most(a.args[0], b.args[0], depth) and self.at_most(b.args[1], a.args[1], depth)
            case "neg":
                return self.at_most(b.args[0], a.args[0], depth)
            case "latest" | "inside":
                # Sums and means of values in order are in order, step by step; a spread tells nothing of the values.
                if "stdev_inside" in a.params or "count_inside" in a.params:
                    return False
                return a.params == b.params and self.at_most(a.args[0], b.args[0], depth)
            case "mul":
                return any(
                    x is y and self._scaled(self.interval(x), p, q, depth)
                    for x, p in (a.args, a.args[::-1]) for y, q in (b.args, b.args[::-1])
                )  # fmt: skip
            case "div":
                return a.args[1] is b.args[1] and self._scaled(self.interval(a.args[1]), a.args[0], b.args[0], depth)
            case "highest" | "lowest" | "median" | "window_sum" | "window_weighted":
                # Joined from blocks in one order: sums of values in order are in order, step by step.
                return a.params == b.params and self.at_most(a.args[0], b.args[0], depth)
            case "sqrt" | "floor" | "ceil" | "round" | "sign":
                return self.at_most(a.args[0], b.args[0], depth)
            case _:
                return False

    def _grows(self, by: Node, x: Node) -> bool:
        """Whether a factor makes a value that is not below zero no smaller."""
        return self.interval(by).low >= 1 and self.interval(x).low >= 0

    def _shrinks(self, by: Node, x: Node) -> bool:
        return self.interval(by).low >= 0 and self.interval(by).high <= 1 and self.interval(x).low >= 0

    def _scaled(self, by: Interval, p: Node, q: Node, depth: int) -> bool:
        return (by.low >= 0 and self.at_most(p, q, depth)) or (by.high <= 0 and self.at_most(q, p, depth))

    # ------------------------------------------------------------ shares

    def share(self, node: Node) -> Interval | None:
        """Bounds of a quotient by its form, `k * part / whole` too: part and whole are differences or sums of the same values."""
        over, under = node.args
        factor = 1.0
        if over.op == "mul":
            for k, rest in (over.args, over.args[::-1]):
                if k.op == "const":
                    over, factor = rest, float(k.params[0])
                    break
        bounds = self._share(over, under)
        if bounds is None or not factor > 0:
            return None
        low, high = bounds.low * factor, bounds.high * factor
        return Interval(low * (1 + SLACK), high * (1 + SLACK))

    def _share(self, over: Node, under: Node) -> Interval | None:
        if over.op == "sub" and under.op == "sub":
            (a, c), (b, d) = over.args, under.args
            if c is d and self.at_most(c, a) and self.at_most(a, b):
                return Interval(0.0, 1.0)
            if a is b and self.at_most(c, a) and self.at_most(d, c):
                return Interval(0.0, 1.0)
            if c is b and self.at_most(a, c) and self.at_most(d, a):  # (a - most) / (most - least)
                return Interval(-1.0, 0.0)
        if under.op == "add" and all(self.interval(x).low >= 0 for x in under.args):
            if over.op == "sub" and set(over.args) == set(under.args):
                return Interval(-1.0, 1.0)
            if over.op == "abs" and over.args[0].op == "sub" and set(over.args[0].args) == set(under.args):
                return Interval(0.0, 1.0)
        if self.interval(over).low >= 0 and self.at_most(over, under):
            return Interval(0.0, 1.0)
        return None


def _past(node: Node) -> tuple[Node, int]:
    """What a node is the past of, and how many bars ago."""
    return (node.args[0], int(node.params[0])) if node.op == "lag" else (node, 0)


def _window_inside(a: Node, b: Node) -> bool:
    """Whether all that a holds is held by the window b over the same series, b reaching at least as far back."""
    if b.op not in ("highest", "lowest"):
        return False
    series, ago = _past(a)
    if series is b.args[0]:  # a is one of the values of the last n bars
        return ago < int(b.params[0])
    if series.op not in WITHIN or series.args[0] is not b.args[0]:
        return False
    return ago + int(series.params[0]) <= int(b.params[0])

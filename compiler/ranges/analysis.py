"""Ranges of a whole graph: from its leaves to every node, states by repeating until nothing grows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from compiler.fold import fold
from compiler.library import FunctionLibrary
from compiler.nodes import Graph, Node, reachable
from compiler.ranges.interval import ANYTHING, ARITHMETIC, INF, NOTHING, Interval, point
from compiler.ranges.market import Setting
from compiler.ranges.order import Order
from compiler.ranges.rules import inside


@dataclass(frozen=True, slots=True)
class Truths:
    """Which of the three a truth can be."""

    false: bool = True
    unknown: bool = True
    true: bool = True

    def __or__(self, other: Truths) -> Truths:
        return Truths(self.false or other.false, self.unknown or other.unknown, self.true or other.true)


EITHER = Truths()
NEVER = Truths(False, False, False)
Range = Interval | Truths

COMPARISONS = ("lt", "le", "gt", "ge", "eq", "ne")
ROUNDS = 4
"""So often are states computed before a bound that still moves is given up."""


@dataclass(slots=True)
class Ranges:
    """The ranges of the nodes that some roots need. `promised`: bounds that a library function declares for what it gives."""

    graph: Graph
    library: FunctionLibrary
    setting: Setting = field(default_factory=Setting)
    promised: Mapping[int, Interval] = field(default_factory=dict)
    found: dict[int, Range] = field(default_factory=dict)
    states: dict[int, Range] = field(default_factory=dict)
    possible: dict[tuple[int, bool], bool] = field(default_factory=dict)  # answers of compiler/ranges/conditions.py
    order: Order = field(init=False)

    def __post_init__(self) -> None:
        self.order = Order(self.setting.ordinary, self.interval)

    def cover(self, roots: Iterable[Node]) -> Ranges:
        """Work out every node under the roots."""
        nodes = [n for n in reachable(roots, self.graph) if n.id not in self.found]
        remembered = [n for n in nodes if n.op == "remember"]
        for n in remembered:
            self.states[int(n.params[0])] = NEVER if n.kind == "truth" else NOTHING
        if remembered:
            inner = self._inside(nodes)
            for turn in range(ROUNDS + 3):
                self.order.forget()
                for node in inner:
                    self.found[node.id] = self._range(node)
                if not self._grow(remembered, turn):
                    break
            else:
                for n in remembered:
                    self.states[int(n.params[0])] = EITHER if n.kind == "truth" else ANYTHING
            self.order.forget()
            for node in inner:
                del self.found[node.id]
        for node in nodes:
            self.found[node.id] = self._range(node)
        return self

    def _inside(self, nodes: list[Node]) -> list[Node]:
        """What states are made of, and what that needs."""
        parts = [self.graph.states[int(n.params[0])] for n in nodes if n.op == "remember"]
        roots = [p for s in parts for p in (s.next, s.first) if p is not None]
        return [n for n in reachable(roots, self.graph) if n.id not in self.found]

    def _grow(self, remembered: list[Node], turn: int) -> bool:
        """Take what each state's next and first can be into what it can be; whether anything changed."""
        changed = False
        for n in remembered:
            index = int(n.params[0])
            state = self.graph.states[index]
            assert state.next is not None
            assert state.first is not None
            before = self.states[index]
            if isinstance(before, Truths):
                after: Range = before | self.truths(state.next) | self.truths(state.first)
            else:
                grown = before.union(self.interval(state.next)).union(self.interval(state.first))
                after = grown if turn < ROUNDS or before.empty else _widen(before, grown)
            changed |= after != before
            self.states[index] = after
        return changed

    def interval(self, node: Node) -> Interval:
        found = self.found.get(node.id)
        if found is None:
            self.cover([node])
            found = self.found[node.id]
        return found if isinstance(found, Interval) else ANYTHING

    def truths(self, node: Node) -> Truths:
        found = self.found.get(node.id)
        if found is None:
            self.cover([node])
            found = self.found[node.id]
        return found if isinstance(found, Truths) else EITHER

    def _range(self, node: Node) -> Range:
        if node.kind == "truth":
            return self._truth(node)
        result = self._number(node)
        promise = self.promised.get(node.id)
        return result if promise is None or result.empty else result.meet(promise)

    # ------------------------------------------------------------ numbers

    def _number(self, node: Node) -> Interval:
        match node.op:
            case "const":
                return point(float(node.params[0]))
            case "feed" if len(node.params) > 1 and node.params[0] == "volume":
                return Interval(0.0, INF)  # of several bars together
            case "feed":
                return self.setting.feed(str(node.params[0]).partition("@")[0])
            case "latest":
                return self.interval(node.args[0])
            case "inside":
                return inside(str(node.params[4]), self.interval(node.args[0]) if node.args[0].kind == "number" else ANYTHING)
            case "fact":
                return self.setting.fact(str(node.params[0]))
            case "input":
                return self.setting.input(str(node.params[0]))
            case "prev" | "past" | "remember":
                known = self.states.get(int(node.params[0]), ANYTHING)
                return known if isinstance(known, Interval) else ANYTHING
            case "select":
                condition, (_, a, b) = self.truths(node.args[0]), node.args
                first = self._given(a, node.args[0], True) if condition.true else NOTHING
                second = self._given(b, node.args[0], False) if condition.false else NOTHING
                return first.union(second)
            case "or_else":
                return self.interval(node.args[0]).union(self.interval(node.args[1]))
        if node.op in ARITHMETIC:
            if all(a.op == "const" for a in node.args):
                folded = fold(node, self.library.scalars, {})
                if folded is not None:
                    return point(folded)
            result = ARITHMETIC[node.op](*(self.interval(a) for a in node.args))
            return result if result.empty else self._by_order(node, result)
        primitive = self.library.primitives.get(node.op)
        if primitive is None or node.kind != "number":
            return ANYTHING
        if node.op in ("bars_since", "value_when") and not self.truths(node.args[0]).true:
            return NOTHING
        inputs = tuple(self.interval(a) if a.kind == "number" else ANYTHING for a in node.args)
        if any(i.empty for i in inputs):
            return NOTHING
        return primitive.range(inputs, tuple(float(p) for p in node.params))

    def _given(self, node: Node, condition: Node, truth: bool) -> Interval:
        """A value where a condition has a truth: `if x > 0 then x` is above zero."""
        result, stack = self.interval(node), [(condition, truth)]
        for _ in range(16):
            if not stack:
                break
            part, wanted = stack.pop()
            if part.op == ("and" if wanted else "or"):
                stack += [(a, wanted) for a in part.args]
            elif part.op == "not":
                stack.append((part.args[0], not wanted))
            elif part.op in ("lt", "le", "gt", "ge") and node in part.args:
                other = self.interval(part.args[1 if node is part.args[0] else 0])
                above = (part.op in ("gt", "ge")) == (node is part.args[0])
                result = result.meet(Interval(other.low, INF) if above == wanted else Interval(-INF, other.high))
            elif part.op == "eq" and wanted and node in part.args:
                result = result.meet(self.interval(part.args[1 if node is part.args[0] else 0]))
        return result

    def _by_order(self, node: Node, result: Interval) -> Interval:
        """What the order of two values adds: a - b is not below zero if b <= a, and (a - c) / (b - c) is from 0 to 1 if c <= a <= b."""
        if node.op == "mul" and node.args[0] is node.args[1]:
            return result.meet(Interval(0.0, INF))
        if node.op == "sub":
            a, b = node.args
            if a is b:
                return Interval(0.0, 0.0, True)
            if self.order.at_most(b, a):
                result = result.meet(Interval(0.0, INF))
            if self.order.at_most(a, b):
                result = result.meet(Interval(-INF, 0.0))
        elif node.op == "div":
            share = self.order.share(node)
            result = result.meet(share) if share is not None else result
        return result

    # ------------------------------------------------------------ truths

    def _truth(self, node: Node) -> Truths:
        match node.op:
            case "const":
                value = float(node.params[0])
                return Truths(value == 0.0, value == 1.0, value == 2.0)
            case "prev" | "past" | "remember":
                known = self.states.get(int(node.params[0]), EITHER)
                return known | Truths(False, True, False) if isinstance(known, Truths) else EITHER
            case "available" | "available_truth":
                arg = node.args[0]
                never = self.interval(arg).empty if arg.kind == "number" else not _can_be_known(self.truths(arg))
                always = arg.op == "const" and not never
                return Truths(not always, False, not never)
        if node.op in COMPARISONS:
            return self._comparison(node)
        parts = [self.truths(a) for a in node.args]
        match node.op:
            case "and":
                a, b = parts
                return Truths(
                    a.false or b.false,
                    (a.unknown and not _only_false(b)) or (b.unknown and not _only_false(a)),
                    a.true and b.true,
                )
            case "or":
                a, b = parts
                return Truths(
                    a.false and b.false, (a.unknown and not _only_true(b)) or (b.unknown and not _only_true(a)), a.true or b.true
                )
            case "not":
                return Truths(parts[0].true, parts[0].unknown, parts[0].false)
            case "same":
                a, b = parts
                return Truths(
                    (a.true and b.false) or (a.false and b.true),
                    a.unknown or b.unknown,
                    (a.true and b.true) or (a.false and b.false),
                )
            case "select_truth":
                c, a, b = parts
                chosen = (a if c.true else NEVER) | (b if c.false else NEVER)
                return Truths(chosen.false, chosen.unknown or c.unknown, chosen.true)
            case "or_else_truth":
                a, b = parts
                return Truths(a.false or b.false, a.unknown and b.unknown, a.true or b.true)
            case "held" | "within" | "lag" | "latest":
                return Truths(parts[0].false, True, parts[0].true)
            case _:
                return EITHER

    def _comparison(self, node: Node) -> Truths:
        a, b = node.args
        x, y = self.interval(a), self.interval(b)
        if x.empty or y.empty:
            return Truths(False, True, False)
        op = node.op
        if op in ("gt", "ge"):
            a, b, x, y, op = b, a, y, x, {"gt": "lt", "ge": "le"}[op]
        unknown = not (a.op == "const" and b.op == "const")
        if op == "lt":
            return Truths(not x.high < y.low, unknown, x.low < y.high and not self.order.at_most(b, a))
        if op == "le":
            return Truths(not (x.high <= y.low or self.order.at_most(a, b)), unknown, x.low <= y.high)
        equal, differ = not x.meet(y).empty, not (a is b or (x.single and x == y))
        return Truths(differ, unknown, equal) if op == "eq" else Truths(equal, unknown, differ)


def _can_be_known(t: Truths) -> bool:
    return t.true or t.false


def _only_false(t: Truths) -> bool:
    return not (t.unknown or t.true)


def _only_true(t: Truths) -> bool:
    return not (t.unknown or t.false)


def _widen(before: Interval, after: Interval) -> Interval:
    """A bound that still moves is given up; one step on the way is zero."""
    low = after.low if after.low == before.low else 0.0 if after.low >= 0 else -INF
    high = after.high if after.high == before.high else 0.0 if after.high <= 0 else INF
    return Interval(low, high, after.whole)

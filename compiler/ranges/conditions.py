"""Conditions: whether parts that must hold together can. `rsi(14) < 30 and rsi(14) > 70` can't, though each part can.

A condition is taken apart into comparisons and opaque truths; `or` makes cases. A case is contradictory if a value would have to lie in an empty
range, be both larger and smaller than another, be true and false, or be known and unknown. What can't be shown contradictory is taken to be possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from compiler.nodes import Node
from compiler.operators import BY_NAME
from compiler.ranges.analysis import COMPARISONS, Ranges
from compiler.ranges.interval import ANYTHING, Interval

MOST_CASES = 64
MOST_PARTS = 2_000
MOST_VALUES = 40
"""Beyond these a question is left open."""

OPPOSITE = {"lt": "ge", "le": "gt", "gt": "le", "ge": "lt", "eq": "ne", "ne": "eq"}
LENIENT = frozenset(("and", "or", "or_else", "or_else_truth", "available", "available_truth", "select", "select_truth"))
"""Operators that may be known although an argument is not."""

TAKEN_APART = frozenset(("and", "or", "not", "same", "select_truth", "or_else_truth", "held", "within", "lag"))

Wanted = tuple[Node, bool]


@dataclass(slots=True)
class Case:
    """What one case takes to hold, and what of it is still to be taken apart."""

    pending: list[Wanted]
    edges: list[tuple[Node, Node, bool]] = field(default_factory=list)  # a < b (True) or a <= b
    differ: list[tuple[Node, Node]] = field(default_factory=list)
    truths: dict[int, bool] = field(default_factory=dict)
    known: list[Node] = field(default_factory=list)
    unknown: list[Node] = field(default_factory=list)

    def copy(self, *more: Wanted) -> Case:
        return Case(
            [*self.pending, *more], list(self.edges), list(self.differ), dict(self.truths), list(self.known), list(self.unknown)
        )


def can_be(ranges: Ranges, node: Node, truth: bool, given: Iterable[Wanted] = ()) -> bool:
    """Whether a condition can be true (or false) on a bar on which others are what they are given to be."""
    wanted = (*given, (node, truth))
    if len(wanted) == 1 and node.op not in TAKEN_APART:  # its range says as much
        can = ranges.truths(node)
        return can.true if truth else can.false
    return can_hold(ranges, wanted)


def can_hold(ranges: Ranges, wanted: Iterable[Wanted]) -> bool:
    """Whether conditions can have these truths on one bar. True if that can't be ruled out."""
    cases, budget, parts = [Case(list(reversed(list(wanted))))], MOST_CASES, MOST_PARTS
    while cases:
        case = cases.pop()
        alive = True
        while case.pending and alive:
            parts -= 1
            if parts < 0:
                return True
            node, truth = case.pending.pop()
            choices = _taken_apart(ranges, case, node, truth)
            if choices is None:
                continue
            alive = bool(choices)
            if alive:
                budget -= len(choices) - 1
                if budget < 0:
                    return True
                cases += [case.copy(*choice) for choice in choices[1:]]
                case.pending += choices[0]
        if alive and _consistent(ranges, case):
            return True
    return False


def _taken_apart(ranges: Ranges, case: Case, node: Node, truth: bool) -> list[tuple[Wanted, ...]] | None:
    """What must hold for a node to have a truth: alternatives of parts, none if it can't; None where the case has noted it."""
    can = ranges.truths(node)
    if not (can.true if truth else can.false):
        return []
    if case.truths.setdefault(node.id, truth) != truth:
        return []
    match node.op:
        case "and" | "or":
            both = tuple((a, truth) for a in node.args)
            return [both] if (node.op == "and") == truth else [(part,) for part in both]
        case "not":
            return [((node.args[0], not truth),)]
        case "same":
            a, b = node.args
            return [((a, True), (b, truth)), ((a, False), (b, not truth))]
        case "select_truth":
            c, a, b = node.args
            return [((c, True), (a, truth)), ((c, False), (b, truth))]
        case "or_else_truth":
            return [((node.args[0], truth),), ((node.args[1], truth),)]
        case "held" if truth:  # on this bar too
            return [((node.args[0], True),)]
        case "within" if not truth:
            return [((node.args[0], False),)]
        case "held" | "within" | "lag":  # on some bar: by itself it must be possible
            return None if _by_itself(ranges, node.args[0], truth) else []
        case "available" | "available_truth":
            (case.known if truth else case.unknown).append(node.args[0])
            return None
    if node.op in COMPARISONS:
        case.known.append(node)
        a, b = node.args
        op = node.op if truth else OPPOSITE[node.op]
        if op in ("gt", "ge"):
            a, b, op = b, a, {"gt": "lt", "ge": "le"}[op]
        if op == "ne":
            case.differ.append((a, b))
        else:
            case.edges.append((a, b, op == "lt"))
            if op == "eq":
                case.edges.append((b, a, False))
    return None


def _by_itself(ranges: Ranges, node: Node, truth: bool) -> bool:
    """Whether a condition can have a truth on some bar; asked once, however often the past of it is read."""
    known = ranges.possible.get((node.id, truth))
    if known is None:
        ranges.possible[node.id, truth] = True  # while it is being asked
        known = ranges.possible[node.id, truth] = can_hold(ranges, [(node, truth)])
    return known


# ---------------------------------------------------------------- contradictions


@dataclass(slots=True)
class _Bounds:
    """Where a value must lie in a case; open ends are not included."""

    interval: Interval
    open_low: bool = False
    open_high: bool = False

    @property
    def empty(self) -> bool:
        i = self.interval
        return i.empty or (i.low == i.high and (self.open_low or self.open_high))

    def above(self, low: float, open_: bool) -> bool:
        """Take in a lower bound; whether it says more than was known."""
        i = self.interval
        if low < i.low or (low == i.low and (self.open_low or not open_)):
            return False
        if i.whole and low == low // 1 and open_:
            low, open_ = low + 1, False
        self.interval, self.open_low = Interval(low, i.high, i.whole), open_
        return True

    def below(self, high: float, open_: bool) -> bool:
        i = self.interval
        if high > i.high or (high == i.high and (self.open_high or not open_)):
            return False
        if i.whole and high == high // 1 and open_:
            high, open_ = high - 1, False
        self.interval, self.open_high = Interval(i.low, high, i.whole), open_
        return True


def _consistent(ranges: Ranges, case: Case) -> bool:
    """Whether nothing in a case contradicts the rest, as far as can be seen."""
    if case.unknown and {n.id for n in case.unknown} & surely_known(case.known):
        return False
    values = {n.id: n for a, b, _ in case.edges for n in (a, b)}
    bounds = {i: _Bounds(ranges.interval(n)) for i, n in values.items()}
    if not _bounded(case, bounds):
        return False
    if len(values) > MOST_VALUES:
        return True
    return _ordered(ranges, case, list(values.values()))


def _bounded(case: Case, bounds: dict[int, _Bounds]) -> bool:
    for _ in range(min(len(case.edges), 50) + 1):
        changed = False
        for a, b, strict in case.edges:
            low, high = bounds[a.id], bounds[b.id]
            changed |= high.above(low.interval.low, strict or low.open_low)
            changed |= low.below(high.interval.high, strict or high.open_high)
            if low.empty or high.empty:
                return False
        if not changed:
            break
    for a, b in case.differ:
        x, y = (bounds[n.id].interval if n.id in bounds else ANYTHING for n in (a, b))
        if x.single and x == y:
            return False
    return True


def _ordered(ranges: Ranges, case: Case, nodes: list[Node]) -> bool:
    """Whether no value would have to be above itself, with what is known of the order of any two."""
    place = {n.id: i for i, n in enumerate(nodes)}
    # 0 nothing known, 1 at most, 2 below
    known = [[1 if a is b or ranges.order.at_most(a, b) else 0 for b in nodes] for a in nodes]
    for a, b, strict in case.edges:
        known[place[a.id]][place[b.id]] = max(known[place[a.id]][place[b.id]], 2 if strict else 1)
    count = range(len(nodes))
    for k in count:
        for i in count:
            if known[i][k]:
                for j in count:
                    if known[k][j]:
                        known[i][j] = max(known[i][j], known[i][k], known[k][j])
    if any(known[i][i] == 2 for i in count):
        return False
    return not any(
        a.id in place and b.id in place and known[place[a.id]][place[b.id]] and known[place[b.id]][place[a.id]]
        for a, b in case.differ
    )


def surely_known(nodes: Iterable[Node]) -> set[int]:
    """The nodes that must be known for these to be (true, where several are joined by `and`)."""
    seen: set[int] = set()
    stack: list[Node] = []
    joined = list(nodes)
    while joined and len(stack) < MOST_PARTS:
        node = joined.pop()
        (joined if node.op == "and" else stack).extend(node.args if node.op == "and" else (node,))
    while stack and len(seen) < MOST_PARTS:
        node = stack.pop()
        if node.id not in seen:
            seen.add(node.id)
            if node.op in BY_NAME and node.op not in LENIENT:
                stack.extend(node.args)
    return seen

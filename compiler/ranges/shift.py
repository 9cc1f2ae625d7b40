"""Shift: how a value moves when every price of the instrument moves by one. A price moves with it, a distance stays."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.nodes import Graph, Node, reachable

PRICES = ("open", "high", "low", "close")
_FIXED = frozenset(("volume",))
_MOVES = frozenset(("position.entry_price", "position.highest", "position.lowest"))
_SAME = frozenset((  # among the values of their series, or an average of them
    "lag", "highest", "lowest", "median", "quantile", "alma", "ewm", "pivot_high", "pivot_low", "latest", "pick", "round",
))  # fmt: skip
_STILL = frozenset((  # of values that move together they see the differences, or their order alone
    "variance", "mean_deviation", "skew", "kurtosis", "highest_bars_ago", "lowest_bars_ago", "percentile_rank", "held", "within", "count", "bars_since", "sign",
))  # fmt: skip
NEAR = 1e-9


class Shifts:
    """The shift of each node: 1 for a price, 0 for a distance or a share, None where it is not known. A constant has none of its own."""

    def __init__(self, graph: Graph, roots: Iterable[Node]) -> None:
        self.known: dict[int, float | None] = {}
        for node in reachable(list(roots), graph):
            self.known[node.id] = self._of(node)

    def __call__(self, node: Node) -> float | None:
        return self.known.get(node.id)

    def is_distance(self, node: Node) -> bool:
        """Whether a value that is not fixed stays as it is when all prices move."""
        found = self(node)
        return node.op != "const" and found is not None and abs(found) < NEAR

    def is_price(self, node: Node) -> bool:
        """Whether a value moves as prices do."""
        found = self(node)
        return found is not None and abs(found - 1.0) < NEAR

    def _of(self, node: Node) -> float | None:
        args = [self.known.get(a.id) for a in node.args]
        fixed = [a.op == "const" for a in node.args]
        match node.op:
            case "feed":
                own = len(node.params) < 3 or not node.params[1]
                name = str(node.params[0])
                return None if not own else 1.0 if name in PRICES else 0.0 if name in _FIXED else None
            case "entry" | "stop":
                return 1.0
            case "side":
                return 0.0
            case "fact":
                return 1.0 if node.params[0] in _MOVES else None
            case "lag" | "round" if node.op == "lag" or args[0] == 1.0:
                return args[0]
            case op if op in _STILL:
                return 0.0 if all(a is not None or f for a, f in zip(args, fixed, strict=True)) or node.kind == "truth" else None
            case op if op in _SAME:
                return args[-1]
        if node.kind == "truth" or not args:
            return None
        if node.op == "select":
            return _agreed([(a, f) for a, f in zip(args[1:], fixed[1:], strict=True)])
        if node.op in ("min", "max", "or_else"):
            return _agreed(list(zip(args, fixed, strict=True)))
        return self._arithmetic(node, args, fixed)

    def _arithmetic(self, node: Node, args: list[float | None], fixed: list[bool]) -> float | None:
        if any(a is None and not f for a, f in zip(args, fixed, strict=True)):
            return None
        first, second = args[0], args[-1]
        match node.op:
            case "neg" if first is not None:
                return -first
            case "add" | "sub" if first is not None and second is not None:
                return first + second if node.op == "add" else first - second
            case "add" | "sub":  # a fixed number may be a price or a distance
                moving = first if first is not None else second
                return moving if moving is not None and abs(moving) > NEAR else None
            case "mul" | "div" if fixed[-1] and first is not None:
                by = float(node.args[1].params[0])
                return None if by == 0 or by != by else first * by if node.op == "mul" else first / by
            case "mul" if fixed[0] and second is not None:
                return second * float(node.args[0].params[0])
            case "window_sum" | "window_weighted" if first is not None:
                n = float(node.params[0])
                return first * (n if node.op == "window_sum" else n * (n + 1) / 2)
            case _:  # what is made of distances and fixed numbers alone
                return 0.0 if all(f or (a is not None and abs(a) < NEAR) for a, f in zip(args, fixed, strict=True)) else None


def _agreed(parts: list[tuple[float | None, bool]]) -> float | None:
    """What both of two values have."""
    (first, _), (second, _) = parts
    if first is None or second is None:
        return None
    return first if abs(first - second) < NEAR else None

"""Exponents: which power of which instrument's factor each number of a graph carries.

What goes together (added, compared, chosen between) carries one power, products add theirs. A constant that the program wrote is open until it
meets something, then it is taken as of that; in a product with nothing else to go by it is plain, as its unit is. Constants that the compiler made
itself, such as the 2 of `hl2`, go with everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from compiler.builtins import ACROSS, MEMBERS
from compiler.clocks import FINER
from compiler.fold import EVALUATE, fold
from compiler.library import FunctionLibrary, Primitive
from compiler.nodes import Graph, Node, reachable
from compiler.types import UNITS_BY_NAME, Unit, settled_unit

Power = tuple[tuple[str, Fraction], ...]
"""The power of each instrument's factor, by symbol, '' the run's own; those of 0 are left out. A traded value is the value over these."""

NOTHING: Power = ()
THEN = "then"
"""An operation of graphs that are not rescaled yet: a fixed value some bars ago, of the factor of that bar."""
SAME = frozenset(("add", "sub", "min", "max", "neg", "abs", "floor", "ceil", "round", "or_else", "lag", THEN, "latest"))
COMPARED = frozenset(("lt", "le", "gt", "ge", "eq", "ne"))
PLAIN_OF_PLAIN = frozenset(("exp", "log", "sin", "cos", "tan", "atan"))


def power_of(unit: Unit, symbol: str) -> Power:
    """What a value of a unit carries, of an instrument."""
    key = "" if symbol == FINER else symbol
    power = unit.price - unit.quantity
    return ((key, power),) if power else NOTHING


def times(power: Power, by: Fraction) -> Power:
    return tuple((symbol, p * by) for symbol, p in power) if by else NOTHING


def plus(a: Power, b: Power) -> Power:
    total = dict(a)
    for symbol, p in b:
        total[symbol] = total.get(symbol, Fraction(0)) + p
    return tuple(sorted((symbol, p) for symbol, p in total.items() if p))


def minus(a: Power, b: Power) -> Power:
    return plus(a, times(b, Fraction(-1)))


@dataclass(slots=True)
class Exponents:
    """The powers of a graph. tags: what each tagged constant is said to carry, None where its use says it."""

    graph: Graph
    library: FunctionLibrary
    tags: Sequence[Power | None]
    order: list[Node] = field(default_factory=list)
    constant: dict[int, bool] = field(default_factory=dict)  # node -> whether the program wrote it and it never changes
    fixed: set[int] = field(default_factory=set)  # nodes without a past, a series or a position in them
    parent: dict[object, object] = field(default_factory=dict)
    known: dict[object, Power] = field(default_factory=dict)

    def solve(self, roots: Iterable[Node]) -> None:
        """Finds the powers of everything that the roots need."""
        self.order = list(reachable(roots, self.graph))
        for node in self.order:
            self._is_constant(node)
            given = self._given(node)
            if given is not None:
                self.known[self.root(self.key(node))] = given
        while self._pass() or self._plain_in_a_product():
            pass

    # ------------------------------------------------------------ what is asked

    def of(self, node: Node) -> Power:
        """What a number carries."""
        return self.known.get(self.root(self.key(node)), NOTHING)

    def natural(self, node: Node) -> Power:
        """What the result of a product, root or power carries by its arguments."""
        found = self._product(node, self.of)
        return self.of(node) if found is None else found

    def free(self, node: Node) -> bool:
        """Whether a number goes with everything: fixed, and not written by the program."""
        return node.id in self.fixed and not self.constant.get(node.id, False)

    def meeting(self, nodes: Sequence[Node]) -> Power:
        """What values that are compared are brought to: the power of the first that changes from bar to bar."""
        serious = [n for n in nodes if n.id not in self.fixed] or [n for n in nodes if not self.free(n)]
        return self.of(serious[0]) if serious else NOTHING

    def exponent(self, node: Node) -> Fraction | None:
        """The fixed exponent of a `pow`."""
        value = self.value(node.args[1])
        return None if value is None or value - value != 0 else Fraction(value).limit_denominator(12)

    def value(self, node: Node) -> float | None:
        """The value of a fixed number."""
        return fold(node, self.library.scalars, {}) if node.id in self.fixed else None

    # ------------------------------------------------------------ classes of equal power

    def key(self, node: Node) -> object:
        if node.op in ("prev", "past", "remember"):
            return ("state", node.params[0])
        return node.id

    def root(self, key: object) -> object:
        while self.parent.get(key, key) != key:
            self.parent[key] = self.parent.get(self.parent[key], self.parent[key])
            key = self.parent[key]
        return key

    def _join(self, a: Node, b: Node) -> bool:
        """Two that go together. Where both are known, and differ, they are brought together where they meet."""
        if a.kind != "number" or b.kind != "number" or self.free(a) or self.free(b):
            return False
        one, other = self.root(self.key(a)), self.root(self.key(b))
        if one == other or (one in self.known and other in self.known):
            return False
        kept, gone = (one, other) if one in self.known else (other, one)
        self.parent[gone] = kept
        return True

    def _settle(self, node: Node, power: Power) -> bool:
        at = self.root(self.key(node))
        if at in self.known:
            return False
        self.known[at] = power
        return True

    def _known(self, node: Node) -> Power | None:
        return NOTHING if self.free(node) else self.known.get(self.root(self.key(node)))

    # ------------------------------------------------------------ what nodes say

    def _is_constant(self, node: Node) -> None:
        if node.op == "const":
            self.fixed.add(node.id)
            self.constant[node.id] = len(node.params) > 1
            return
        computed = node.op != THEN and (node.op in EVALUATE or node.op in self.library.scalars)
        if computed and node.args and all(a.id in self.fixed for a in node.args):
            self.fixed.add(node.id)
            self.constant[node.id] = any(self.constant[a.id] for a in node.args)

    def _given(self, node: Node) -> Power | None:
        match node.op:
            case "const" if len(node.params) > 1:
                return self.tags[int(node.params[1])]
            case "feed":
                name, symbol = str(node.params[0]), str(node.params[1]) if len(node.params) == 3 else ""
                market = {"open": "price", "high": "price", "low": "price", "close": "price", "volume": "quantity"}
                return power_of(UNITS_BY_NAME[market[name]], symbol) if name in market else NOTHING
            case "fact":
                base, _, name = str(node.params[0]).partition(".")
                unit = settled_unit(MEMBERS[base][name].unit)
                return power_of(unit, "") if unit is not None else NOTHING
            case "entry" | "stop":
                return power_of(UNITS_BY_NAME["price"], "")
            case "side" | "sign":
                return NOTHING
            case op if op in PLAIN_OF_PLAIN or op in ACROSS:
                return NOTHING
            case "inside" if node.params[4] == "count_inside":
                return NOTHING
        primitive = self.library.primitives.get(node.op)
        if primitive is not None and node.op != "lag" and primitive.results[0].unit in UNITS_BY_NAME:
            names = {p.unit for p in primitive.parameters if p.kind == "series"}
            return None if primitive.results[0].unit in names else NOTHING
        return None

    def _pass(self) -> bool:
        changed = False
        for node in self.order:
            args = node.args
            if node.op in SAME or (node.op == "inside" and node.kind == "number" and args[0].kind == "number"):
                for argument in args:
                    changed |= self._join(node, argument)
                if len(args) == 2:
                    changed |= self._join(*args)
            elif node.op == "select":
                changed |= self._join(node, args[1]) | self._join(node, args[2]) | self._join(args[1], args[2])
            elif node.op in COMPARED:
                changed |= self._join(*args)
            elif node.op == "remember" and node.kind == "number":
                state = self.graph.states[int(node.params[0])]
                for part in (state.next, state.first):
                    if part is not None:
                        changed |= self._join(node, part)
            elif node.op in self.library.primitives:
                changed |= self._primitive(node, self.library.primitives[node.op])
            if node.kind == "number" and self._known(node) is None:
                found = self._product(node, self._known)
                if found is not None:
                    changed |= self._settle(node, found)
        return changed

    def _primitive(self, node: Node, primitive: Primitive) -> bool:
        changed = False
        by_name: dict[str, Node] = {}
        for name, argument in zip(series_units(primitive), node.args, strict=True):
            if name is None:
                continue
            if name in by_name:
                changed |= self._join(by_name[name], argument)
            elif not self.free(argument):
                by_name[name] = argument
        result = primitive.results[0].unit
        if node.kind == "number" and result in by_name:
            changed |= self._join(node, by_name[result])
        return changed

    def _product(self, node: Node, of: Callable[[Node], Power | None]) -> Power | None:
        """What the arguments of a product, root, power or primitive make of their powers; None where one is not known, or it is none of these."""
        args = node.args
        if node.op in ("mul", "div"):
            if node.id in self.fixed and not any(self._known(a) for a in args):
                return None
            a, b = of(args[0]), of(args[1])
            return None if a is None or b is None else plus(a, b) if node.op == "mul" else minus(a, b)
        if node.op == "sqrt":
            a = of(args[0])
            return None if a is None else times(a, Fraction(1, 2))
        if node.op == "pow":
            by, a = self.exponent(node), of(args[0])
            return None if a is None else NOTHING if by is None else times(a, by)
        primitive = self.library.primitives.get(node.op)
        if primitive is not None and node.op != "lag" and node.kind == "number":
            return self._composed(node, primitive, of)
        return None

    def _composed(self, node: Node, primitive: Primitive, of: Callable[[Node], Power | None]) -> Power | None:
        units: dict[str, Power | None] = {}
        for name, given in by_unit(primitive, node.args).items():
            units[name] = of(next((a for a in given if a.id not in self.fixed), given[0]))
        text = primitive.results[0].unit
        if text in UNITS_BY_NAME and text not in units:
            return NOTHING
        total: Power = NOTHING
        for part in text.split("*"):
            name, _, power = part.strip().partition("^")
            one = units.get(name, NOTHING)
            if one is None:
                return None
            total = plus(total, times(one, Fraction(power or "1")))
        return total

    def _plain_in_a_product(self) -> bool:
        """A value with nothing to go by is plain where it is multiplied: the first such, before what follows from it is looked for."""
        for node in self.order:
            if node.op not in ("mul", "div", "sqrt", "pow"):
                continue
            parts = node.args[:1] if node.op in ("sqrt", "pow") else node.args
            waiting = [a for a in parts if self._known(a) is None]
            if not waiting or (node.id in self.fixed and len(waiting) == len(parts)):
                continue  # a product of bare constants is open itself
            for a in waiting:
                self._settle(a, NOTHING)
            return True
        return False


def series_units(primitive: Primitive) -> tuple[str | None, ...]:
    """For each argument of a primitive the name of its unit; None for a truth, and for one that must be plain."""
    return tuple(
        None if p.kind == "truth" or (p.unit and p.unit in UNITS_BY_NAME) else p.unit
        for p in primitive.parameters
        if p.kind in ("series", "truth")
    )


def by_unit(primitive: Primitive, args: Sequence[Node]) -> Mapping[str, list[Node]]:
    """The arguments of each unit."""
    found: dict[str, list[Node]] = {}
    for name, argument in zip(series_units(primitive), args, strict=True):
        if name is not None:
            found.setdefault(name, []).append(argument)
    return found

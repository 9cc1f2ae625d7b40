"""What the lints know of a program: its ranges for certain, on ordinary bars, and with its inputs left open."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from compiler import syntax as s
from compiler.built import Built, build_program
from compiler.inference import Typed
from compiler.inputs import DEFAULT_TICK, InputInfo, InputValue
from compiler.nodes import Node
from compiler.ranges.analysis import Ranges
from compiler.ranges.interval import Interval, point
from compiler.ranges.market import Setting
from compiler.ranges.promises import that_hold
from compiler.resolve import Names
from compiler.walk import descend, ungrouped

Scope = Literal["", " with the inputs' defaults", " whatever the inputs are"]
ORDINARY = "This is so on ordinary bars: open and close within low to high."
MOST_TRIED = 24
"""Inputs of a program beyond which none is left open."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that holds: for which values of the inputs, and on which bars."""

    scope: Scope
    ordinary: bool

    @property
    def where(self) -> str:
        """For the end of a sentence."""
        return self.scope

    def hint(self, said: str) -> str:
        """A hint with what the finding takes for granted."""
        granted = ORDINARY if self.ordinary else ""
        return f"{said} {granted}".strip()


Question = Callable[[Ranges, list[Node]], bool]
"""Something asked of the nodes that an expression became, in one setting."""


@dataclass
class Knowing:
    """Analyses of one program, each made when first asked for."""

    typed: Typed
    built: Built
    inputs: tuple[InputInfo, ...]

    @property
    def names(self) -> Names:
        return self.typed.names

    def shown(self, expr: s.Expr, most: int = 60) -> str:
        """An expression as written, on one line."""
        text = self.names.source.on_one_line(expr.span)
        return text if len(text) <= most else text[: most - 1] + "…"

    def setting(self, ordinary: bool, inputs: tuple[tuple[str, Interval], ...] = ()) -> Setting:
        verbs = {o.verb for o in self.built.orders}
        direction = self.built.account.direction
        return Setting(ordinary, "buy" in verbs and direction != "short", "short" in verbs and direction != "long", inputs)

    def _ranges(self, built: Built, ordinary: bool, inputs: tuple[tuple[str, Interval], ...] = ()) -> Ranges:
        promised = that_hold(built.promised, ordinary)
        return Ranges(built.graph, self.names.library, self.setting(ordinary, inputs), promised).cover(built.roots)

    @cached_property
    def certain(self) -> Ranges:
        """What holds on any bars, with the inputs' defaults."""
        return self._ranges(self.built, False)

    @cached_property
    def ordinary(self) -> Ranges:
        """What holds on ordinary bars, with the inputs' defaults."""
        return self._ranges(self.built, True)

    # ------------------------------------------------------------ inputs left open

    @cached_property
    def open_build(self) -> tuple[Built, frozenset[str]]:
        """The program with every input left open that can be, and which those are."""
        defaults: Mapping[str, InputValue] = {i.name: i.default for i in self.inputs}

        def left(names: frozenset[str]) -> Built:
            return build_program(self.typed, defaults, DEFAULT_TICK, left_open=names)

        wanted = frozenset(i.name for i in self.inputs if i.kind != "text")
        if not wanted or len(wanted) > MOST_TRIED:
            return self.built, frozenset()
        built = left(wanted)
        while _fails(built) and built.blamed:
            wanted -= built.blamed
            built = left(wanted)
        if _fails(built):  # an error that does not say of which input
            wanted = frozenset(name for name in wanted if not _fails(left(frozenset((name,)))))
            built = left(wanted)
        return (self.built, frozenset()) if _fails(built) else (built, wanted)

    @cached_property
    def open_certain(self) -> Ranges:
        """What holds on any bars, whatever the open inputs are."""
        return self._ranges(self.open_build[0], False, self._open_inputs())

    @cached_property
    def open_ordinary(self) -> Ranges:
        """The same on ordinary bars."""
        return self._ranges(self.open_build[0], True, self._open_inputs())

    def _open_inputs(self) -> tuple[tuple[str, Interval], ...]:
        left_open = self.open_build[1]
        return tuple((i.name, input_range(i)) for i in self.inputs if i.name in left_open and i.kind == "number")

    def inputs_of(self, exprs: Iterable[s.Expr]) -> frozenset[str]:
        """The inputs that expressions read, by way of lets and states too."""
        found: set[str] = set()
        seen: set[str] = set()
        stack = list(exprs)
        while stack:
            for part in descend(stack.pop()):
                if not isinstance(part, s.Name) or part.name in seen:
                    continue
                seen.add(part.name)
                if part.name in self.names.inputs:
                    found.add(part.name)
                elif part.name in self.names.lets:
                    stack.append(self.names.lets[part.name].value)
                elif part.name in self.names.states:
                    stack += [self.names.states[part.name].next, self.names.states[part.name].first]
        return frozenset(found)

    def finding(self, exprs: tuple[s.Expr, ...], nodes: Callable[[Built], list[Node]], asked: Question) -> Finding | None:
        """Whether something holds of what expressions became, for which inputs and on which bars; None if it does not.

        What rests on the default of a switch or a choice is not worth a word: it is there to be switched.
        """
        mine = nodes(self.built)
        if not mine or not asked(self.ordinary, mine):  # what is certain holds on ordinary bars too
            return None
        ordinary = not asked(self.certain, mine)
        needs = self.inputs_of(exprs)
        if not needs:
            return Finding("", ordinary)
        built, left_open = self.open_build
        if needs <= left_open and asked(self.open_ordinary if ordinary else self.open_certain, nodes(built)):
            return Finding(" whatever the inputs are", ordinary)
        switches = {i.name for i in self.inputs if i.kind != "number" or i.choices}
        return None if needs & switches else Finding(" with the inputs' defaults", ordinary)

    def of(self, expr: s.Expr) -> Callable[[Built], list[Node]]:
        """What a condition became in a build, once for each call around it."""
        return lambda built: list({n.id: n for n in built.conditions.get(id(ungrouped(expr)), [])}.values())


def _fails(built: Built) -> bool:
    return any(d.severity == "error" for d in built.diagnostics)


def input_range(info: InputInfo) -> Interval:
    """Every value that an input may be given."""
    whole = info.unit == "bars"
    if info.choices:
        found = [point(float(c)) for c in info.choices if isinstance(c, float)]
        result = found[0]
        for other in found[1:]:
            result = result.union(other)
        return result
    low, high = (-math.inf if info.low is None else info.low), (math.inf if info.high is None else info.high)
    return Interval(low, high, whole)


def conjuncts(expr: s.Expr) -> list[s.Expr]:
    """The parts of a condition that `and` joins, without their parentheses."""
    found: list[s.Expr] = []
    stack = [expr]
    while stack:
        top = ungrouped(stack.pop())
        if isinstance(top, s.Binary) and top.op == "and":
            stack += [top.right, top.left]
        else:
            found.append(top)
    return found

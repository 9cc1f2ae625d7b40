"""Frames: names at one place, what they are worth, and an expression that has no graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from compiler import syntax as s
from compiler.clocks import BASE, Clock
from compiler.nodes import Node
from compiler.resolve import Scope
from compiler.source import Source, Span


class Unknown:
    """The literal `unknown`, before it is clear whether a number or a truth is meant."""


UNKNOWN = Unknown()
SYMBOL = "{symbol}"
"""Stands in texts where the name of the instrument is filled in."""
SYMBOL_FEED = "symbol.is@"
"""How feeds begin that say whether the instrument has the name that follows."""
Value = Node | Unknown | str | dict[str, "Value"]


class Refused(Exception):
    """An expression has no graph; the reason has been reported."""


@dataclass(slots=True)
class Frame:
    """Names at one place: the program's, or those of one call of a define. Lets and states are built when first needed."""

    scope: Scope
    source: Source
    lines: dict[str, s.Let | s.Remember]
    values: dict[str, Value]
    call: Span | None = None  # where the program called the define that this frame belongs to
    busy: dict[str, int] = field(default_factory=dict)  # states being built -> their index; lets being built -> -1
    indexes: dict[str, int] = field(default_factory=dict)  # states whose index is given
    failed: set[str] = field(default_factory=set)  # lets and states that were refused once, and why was said
    inside: list[str] = field(default_factory=list)  # the let or state whose text is being built, innermost last
    entry: bool = False
    clock: Clock = BASE
    arguments: dict[str, tuple[s.Expr, Frame]] = field(
        default_factory=dict
    )  # of the call, where they are not built yet on this clock
    others: dict[Clock, Frame] = field(default_factory=dict)  # the same place on every clock that was asked for
    begun: dict[str, int] = field(default_factory=dict)  # states being built -> how many clocks lay around them then

    def at(self, clock: Clock, fixed: Mapping[str, Value]) -> Frame:
        """The same place on another clock: its names mean the same, computed on the bars of that clock. fixed: values of inputs."""
        self.others.setdefault(self.clock, self)
        if clock not in self.others:
            self.others[clock] = replace(
                self, values=dict(fixed), busy={}, indexes={}, failed=set(), inside=[], entry=False, clock=clock, begun={}
            )
        return self.others[clock]

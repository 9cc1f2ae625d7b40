"""Where the values of a test are worked out: the program's names with the test's inputs and price step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler import syntax as s
from compiler.building import Builder, Frame, Refused
from compiler.diagnostics import Diagnostics
from compiler.inference import Typed
from compiler.inputs import InputValue
from compiler.nodes import Node


@dataclass(frozen=True, slots=True)
class Place:
    """A builder with the program's names in it; lets are built once, however many tests read them."""

    builder: Builder
    frame: Frame

    @classmethod
    def of(cls, typed: Typed, values: Mapping[str, InputValue], tick: float, found: Diagnostics) -> Place:
        builder = Builder(typed, values, tick, found)
        return cls(builder, builder.program_frame())

    def number(self, expr: s.Expr) -> float | None:
        """The fixed number that an expression is, NaN for unknown; None if it changes from bar to bar, or has no value at all."""
        try:
            return self.builder.folded(self.builder.number(expr, self.frame))
        except Refused:
            return None

    def value(self, expr: s.Expr) -> InputValue | None:
        """The fixed value of an expression, of any kind; None if there is none."""
        try:
            built = self.builder.expr(expr, self.frame)
        except Refused:
            return None
        if isinstance(built, Node):
            folded = self.builder.folded(built)
            return None if folded is None else folded == 2.0 if built.kind == "truth" else folded
        return built if isinstance(built, str) else None

    def has_room_for(self, expr: s.Expr) -> bool:
        """Whether an expression can be built; why not is reported."""
        before = len(self.builder.diagnostics.found)
        try:
            self.builder.expr(expr, self.frame)
        except Refused:
            return False
        return len(self.builder.diagnostics.found) == before

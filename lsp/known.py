"""What only the built program tells of a name: its warm-up, its range. Plain data, so that another process can find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.library import UNBOUNDED
from compiler.lower import extents_of
from compiler.program import Program
from compiler.ranges.told import known_of


@dataclass(frozen=True, slots=True)
class Known:
    """warmup: bars before the first known value; exact: unless values decide when that is. settle: UNBOUNDED where there is no such number."""

    warmup: int
    exact: bool
    settle: int
    range: str = ""

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        settled = "never" if self.settle == UNBOUNDED else f"after {bars(self.settle)}"
        more = "" if self.exact else ", longer where a value is unknown"
        rows: tuple[tuple[str, str], ...] = (("warm-up", f"{bars(self.warmup) if self.warmup else 'none'}{more}"),)
        rows += (("settles", settled),) if self.settle != self.warmup else ()
        return rows + ((("can be", self.range),) if self.range else ())


def bars(n: int) -> str:
    return f"{n:,} bar{'' if n == 1 else 's'}"


def known(program: Program) -> Mapping[str, Known]:
    """What is known of each let and state, with the inputs' defaults; of one output of several by `name.output`."""
    built, optimised = program.optimised()
    lets = [output for output in built.outputs if output.role == "let"]
    ranges = {output.name: text for output, text in known_of(program, ("let",))}
    found = extents_of(optimised, lets, program.library, program.every)
    return {o.name: Known(e.warmup, not e.maybe, e.settle, ranges.get(o.name, "")) for o, e in zip(lets, found, strict=True)}

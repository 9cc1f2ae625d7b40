"""A sweep of one program: the parts that its runs share, the rest of each, and which inputs decide which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from compiler.built import MOST_COST, MOST_STATE
from compiler.nodes import Node
from compiler.plan import Plan
from compiler.program import Program
from compiler.sweeping.parts import Part, Size, choose, first_builder, roots
from compiler.sweeping.reading import Reading
from compiler.sweeping.rest import Rest, build_rest
from compiler.sweeping.variants import InputValue, NotShared, Variants
from compiler.walk import expressions


@dataclass(slots=True)
class Shared:
    """What is shared. rest_inputs: the inputs of the sweep that decide the plan of the rest."""

    program: Program
    tick: float
    swept: tuple[str, ...]
    parts: tuple[Part, ...]
    rest_inputs: tuple[str, ...]
    variants: Variants

    def node(self, part: Part, values: Mapping[str, InputValue]) -> Node:
        """A part for these values. Raises NotShared."""
        return self.variants.node(part, values)

    def columns(self, nodes: Sequence[Node]) -> tuple[Plan, list[int]]:
        """What computes nodes of parts, and the register of each."""
        return self.variants.plan(nodes, self.program.every, self.program.session)

    def rest(self, values: Mapping[str, InputValue]) -> Rest:
        """The rest for these values, the same for all that agree in `rest_inputs`. Raises NotShared."""
        open_ = frozenset(self.swept) - set(self.rest_inputs)
        rest = build_rest(self.program.typed, values, open_, self.parts, self.tick, self.program.every, self.program.session)
        dearest = [self.variants.dearest.get(part.feed, (0.0, 0)) for part in self.parts]
        if rest.cost + sum(c for c, _ in dearest) > MOST_COST or rest.state + sum(n for _, n in dearest) > MOST_STATE:
            raise NotShared  # perhaps too dear: the whole program says
        return rest


def share(program: Program, values: Mapping[str, InputValue], tick: float, size: Size) -> Shared | None:
    """What the runs of a sweep share; None where nothing can be.

    values: those of one combination, all inputs. size: of the sweep, whose inputs are those that vary.
    """
    typed = program.typed
    if program.compares or program.universe:
        return None
    builder, frame = first_builder(typed, values, tick)
    parts = choose(typed, builder, frame, size)
    names = tuple(size.values)
    reading = Reading(typed.names)
    settings = [expr for block in typed.names.settings for expr in expressions(block)]
    read = reading.inputs_beside([*roots(typed), *settings], {id(expr) for part in parts for expr in part.places})
    variants = Variants(typed, tick, frozenset(names))
    for rest_inputs in (tuple(name for name in names if name in read), names):
        shared = Shared(program, tick, names, parts, rest_inputs, variants)
        try:
            for part in parts:
                shared.node(part, values)
            shared.rest(values)
        except NotShared:
            continue
        return shared
    return None

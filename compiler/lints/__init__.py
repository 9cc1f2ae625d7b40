"""Lints: what is allowed and still worth a word before anything runs."""

from __future__ import annotations

from collections.abc import Callable

from compiler.built import Built
from compiler.diagnostics import Diagnostics
from compiler.inference import Typed
from compiler.inputs import InputInfo
from compiler.lints.clocks import about_clocks
from compiler.lints.conditions import decided_conditions
from compiler.lints.distances import misplaced_distances
from compiler.lints.inputs import inputs_without_effect
from compiler.lints.knowing import Knowing
from compiler.lints.orders import impossible_orders
from compiler.lints.protections import useless_brackets
from compiler.lints.rotations import empty_rotations
from compiler.lints.rules import repeated_rules
from compiler.lints.states import states_never_known
from compiler.lints.text import from_text

PARTS: tuple[Callable[[Knowing, Diagnostics], None], ...] = (
    lambda knowing, found: from_text(knowing.names, knowing.built, found),
    lambda knowing, found: about_clocks(knowing.names, found),
    decided_conditions,
    impossible_orders,
    misplaced_distances,
    empty_rotations,
    useless_brackets,
    repeated_rules,
    states_never_known,
    inputs_without_effect,
)


def lint(
    typed: Typed,
    built: Built,
    inputs: tuple[InputInfo, ...],
    diagnostics: Diagnostics,
    between: Callable[[], None] = lambda: None,
) -> None:
    """Add warnings about a program that has no errors; `built` is its graph with the inputs' defaults. between: called before each part."""
    knowing = Knowing(typed, built, inputs)
    for part in PARTS:
        between()
        part(knowing, diagnostics)


__all__ = ["lint"]

"""Lints: what is allowed and still worth a word before anything runs."""

from __future__ import annotations

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


def lint(typed: Typed, built: Built, inputs: tuple[InputInfo, ...], diagnostics: Diagnostics) -> None:
    """Add warnings about a program that has no errors; `built` is its graph with the inputs' defaults."""
    knowing = Knowing(typed, built, inputs)
    from_text(typed.names, built, diagnostics)
    about_clocks(typed.names, diagnostics)
    decided_conditions(knowing, diagnostics)
    impossible_orders(knowing, diagnostics)
    misplaced_distances(knowing, diagnostics)
    empty_rotations(knowing, diagnostics)
    useless_brackets(knowing, diagnostics)
    repeated_rules(knowing, diagnostics)
    states_never_known(knowing, diagnostics)
    inputs_without_effect(knowing, diagnostics)


__all__ = ["lint"]

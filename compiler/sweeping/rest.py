"""What a run of a sweep has for itself: its rules and orders over the columns that it shares with others, as a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from compiler import syntax as s
from compiler.account import read_account
from compiler.building import Builder, Refused, finish_states
from compiler.diagnostics import Diagnostics
from compiler.flat import flatten_before_close
from compiler.inference import Typed
from compiler.lower import lower, order_nodes
from compiler.optimise import optimise
from compiler.orders import OrderBuilder
from compiler.plan import Plan
from compiler.sweeping.parts import Part
from compiler.sweeping.variants import InputValue, NotShared, reads_open, with_open


@dataclass(frozen=True, slots=True)
class Rest:
    """The plan of the rest, its feeds `sweep.…` among them, and what it costs: steps a bar, doubles of state."""

    plan: Plan
    cost: float
    state: int


def build_rest(
    typed: Typed,
    values: Mapping[str, InputValue],
    open_: frozenset[str],
    parts: Sequence[Part],
    tick: float,
    every: str,
    session: str,
) -> Rest:
    """The rest for these values; it is the same for all values of the inputs that stay open.

    Messages are left out: they change nothing that is traded. Raises NotShared if it reads an open input, or can't be built.
    """
    inputs, left_open = with_open(values, open_)
    found = Diagnostics()
    supplied = {id(expr): (part.feed, part.kind) for part in parts for expr in part.places}
    builder = Builder(typed, inputs, tick, found, left_open=left_open, supplied=supplied)
    frame = builder.program_frame()
    rules = [without_messages(rule) for rule in typed.names.rules]
    orders = OrderBuilder(builder, frame)
    for i, rule in enumerate(rules):
        if orders.rule(rule, i) is None:
            raise NotShared
    made = flatten_before_close(builder, orders.orders, len(rules))
    with suppress(Refused):
        finish_states(builder, frame)
    account = read_account(builder, frame)
    actions = sum(len(rule.actions) + len(rule.otherwise) for rule in rules)
    if found.has_errors or sum(order.rule < len(rules) for order in made) != actions:
        raise NotShared
    nodes = [node for order in made for node in order_nodes(order)]
    if reads_open(builder.graph, nodes):
        raise NotShared
    plan = lower(optimise(builder.graph, nodes, typed.names.library), (), made, account, typed.names.library, every, session)
    charges = builder.charged.values()
    return Rest(plan, sum(c for c, _, _ in charges), sum(n for _, n, _ in charges))


def without_messages(rule: s.When) -> s.When:
    """The rule without what it only says."""
    kept, otherwise = (
        tuple(action for action in actions if not isinstance(action, s.NotifyAction))
        for actions in (rule.actions, rule.otherwise)
    )
    return replace(rule, actions=kept, otherwise=otherwise)

"""What a program spends, against what its caller allows: cost of a bar and state kept, with the dearest expression named."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.built import Built
from compiler.diagnostics import Diagnostics
from compiler.limits import Limits
from compiler.plan import Plan
from compiler.source import Source, Span


def check_limits(limits: Limits, plan: Plan, built: Built, source: Source, found: Diagnostics) -> None:
    """Report a program over a limit, with its dearest expression."""
    charges = built.charged.values()
    if limits.most_cost is not None and plan.cost > limits.most_cost:
        at, text = _dearest(((cost, span) for cost, _, span in charges), built, source)
        found.error(
            "E0611", at, f"The program takes up to {plan.cost:,.0f} steps a bar; {limits.most_cost:,.0f} are allowed here.{text}",
            "Use shorter windows, or fewer of them.",
        )  # fmt: skip
    if limits.most_state is not None and 8 * plan.state > limits.most_state:
        at, text = _dearest(((8.0 * state, span) for _, state, span in charges), built, source)
        found.error(
            "E0612", at, f"The program keeps {8 * plan.state:,} bytes from bar to bar; {limits.most_state:,} are allowed here.{text}",
            "Use shorter windows, or fewer of them.",
        )  # fmt: skip


def _dearest(charges: Iterable[tuple[float, Span]], built: Built, source: Source) -> tuple[Span, str]:
    """The place of the dearest expression and what to say of it: what one place in the text costs in all."""
    totals: dict[Span, float] = {}
    for amount, span in charges:
        totals[span] = totals.get(span, 0.0) + amount
    if not totals:  # nothing but operators: the whole program
        return Span(0, min(len(source.text), source.text.find("\n") if "\n" in source.text else len(source.text))), ""
    span = max(totals, key=lambda s: totals[s])
    text = source.on_one_line(span)
    return span, f" The dearest is `{text if len(text) <= 60 else text[:59] + '…'}`."

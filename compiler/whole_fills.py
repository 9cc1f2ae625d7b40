"""What does not go with `limit volume`, since it is filled whole: `fills tradingview` and `protect`."""

from __future__ import annotations

from collections.abc import Mapping

from compiler import syntax as s
from compiler.building import Builder
from compiler.diagnostics import Edit, Fix, Label
from compiler.plan import Account


def in_parts(account: Account, lines: Mapping[str, s.Setting], builder: Builder) -> None:
    """Says what of a program `limit volume` cannot fill in parts."""
    limit = lines.get("limit volume")
    if limit is None or "volume" not in dict(account.limits):
        return
    without = Fix("leave out `limit volume`", (Edit(limit.span, ""),))
    label = (Label(limit.span, "fills orders in parts"),)
    if account.fills == "tradingview":
        at = lines["fills"].span if "fills" in lines else limit.span
        builder.diagnostics.error(
            "E0363",
            at,
            "`fills tradingview` fills every order whole, as the platform does, so it does not go with `limit volume`.",
            "Leave out one of the two lines.",
            label,
            (Fix("leave out `fills tradingview`", (Edit(at, ""),)), without),
        )
    for rule in builder.typed.names.rules:
        for action in rule.actions:
            if isinstance(action, s.ProtectAction):
                builder.diagnostics.error(
                    "E0363",
                    action.span,
                    "`protect` closes its share of the position whole, so it does not go with `limit volume`.",
                    "Give the entry its own stop and target lines, or leave out the limit.",
                    label,
                )
                return

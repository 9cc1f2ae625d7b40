"""Why, for a terminal: one bar with its prices and the position on it, then every rule clause by clause."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from apextrade.report.numbers import date_text, moment
from apextrade.why.look import Look, one_line
from apextrade.why.rules import rule_lines
from runtime.why.explain import Why
from runtime.why.numbers import shown


def why_text(why: Why, look: Look) -> str:
    """The whole picture."""
    time = time_text(why.time)
    title = one_line(why.title) or "Untitled strategy"
    symbol = f"{one_line(why.symbol)} " if why.symbol else ""
    lines = [
        f"{look.paint(title, 'bold')}  {symbol}bar of {look.paint(time, 'bold')} {look.paint(f'({why.bar + 1:,} of {why.bars:,})', 'dim')}"
    ]
    lines.append("  ".join(f"{look.paint(name, 'dim')} {shown(value)}" for name, value in why.prices.items()))
    if why.facts:
        lines.append(_position(why, look))
    lines += [look.paint(one.said, "bad") for one in why.forced]
    if not why.rules:
        lines += ["", "This program has no rules."]
    for rule in why.rules:
        lines += ["", *rule_lines(rule, look)]
    return "\n".join(lines)


def time_text(time: int) -> str:
    """When a bar opens: its date, with the time of day where it is not midnight."""
    when = moment(time)
    return date_text(time) if (when.hour, when.minute, when.second) == (0, 0, 0) else f"{when:%Y-%m-%d %H:%M} UTC"


def _position(why: Why, look: Look) -> str:
    """What was held when the rules were asked, and the account."""
    account = f"equity {money(why.facts['account.equity'])}, cash {money(why.facts['account.cash'])}"
    return f"{look.paint('position', 'dim')} {position_text(why.facts)}; {account}"


def position_text(facts: Mapping[str, float]) -> str:
    """What is held of an instrument."""
    size = facts.get("position.size", 0.0)
    if not size or isnan(size):
        return "none"
    side = "long" if size > 0 else "short"
    bars = facts["position.bars_held"]
    held = (
        f"{side} {shown(abs(size))} from {shown(facts['position.entry_price'])}, held {shown(bars)} bar{'' if bars == 1 else 's'}"
    )
    return f"{held}, profit {money(facts['position.profit'])}"


def money(value: float) -> str:
    """`-1,234.50`; what rounds to nothing has no sign."""
    return "unknown" if isnan(value) else f"{round(value, 2) + 0.0:,.2f}"

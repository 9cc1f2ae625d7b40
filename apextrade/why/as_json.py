"""Reasons for one bar, or one instant of several instruments, as JSON."""

from __future__ import annotations

from typing import Any

from runtime.why.explain import Why
from runtime.why.json_form import number, rule_json
from runtime.why.several import WhyAll


def why_all_json(why: WhyAll) -> dict[str, Any]:
    """Every rule of several instruments at one instant, and its rotations."""
    from apextrade.report.numbers import iso_text

    return {
        "program": why.title,
        "instant": why.instant,
        "instants": why.instants,
        "time": iso_text(why.time),
        "equity": number(why.equity),
        "cash": number(why.cash),
        "absent": list(why.absent),
        "rotations": [
            {
                "line": rotation.line,
                "text": rotation.text,
                "absent": list(rotation.absent),
                "instruments": [
                    {
                        "symbol": row.symbol,
                        "rank": row.rank,
                        "score": number(row.score),
                        "share": row.share,
                        "held": row.before,
                        "target": row.target,
                        "said": row.said,
                    }
                    for row in rotation.rows
                ],
            }
            for rotation in why.rotations
        ],
        "instruments": [why_json(one) for one in why.instruments],
    }


def why_json(why: Why) -> dict[str, Any]:
    """Every rule on one bar."""
    from apextrade.report.numbers import iso_text

    return {
        "program": why.title,
        "symbol": why.symbol,
        "bar": why.bar,
        "bars": why.bars,
        "time": iso_text(why.time),
        "prices": {name: number(value) for name, value in why.prices.items()},
        "facts": {name: number(value) for name, value in why.facts.items()},
        "forced": [
            {
                "side": one.side,
                "quantity": one.quantity,
                "price": one.price,
                "place": one.place,
                "equity_left": number(one.left),
                "maintenance": one.maintenance,
                "said": one.said,
            }
            for one in why.forced
        ],
        "rules": [rule_json(rule) for rule in why.rules],
    }

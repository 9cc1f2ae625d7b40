"""Results of tests, and reasons, as JSON: plain values, null for unknown, truths as true, false or null."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import Any

from runtime.filetests import Outcome, Picture, TestResult
from runtime.why.explain import ActionReading, RuleReading
from runtime.why.readings import ClauseReading, ValueReading


def truth(code: float) -> bool | None:
    return None if code == 1.0 else code == 2.0


def number(value: float) -> float | None:
    return None if isnan(value) else value


def typed(value: float, kind: str) -> float | bool | None:
    return truth(value) if kind == "truth" else number(value)


def tests_json(file: str, results: Sequence[TestResult]) -> dict[str, Any]:
    """The tests of one file."""
    return {
        "file": file,
        "passed": all(result.passed for result in results),
        "tests": [
            {
                "title": result.title,
                "line": result.line,
                "passed": result.passed,
                "error": result.error,
                "bars": len(result.case.bars),
                "expectations": [outcome_json(outcome) for outcome in result.outcomes],
            }
            for result in results
        ],
    }


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    e = outcome.expectation
    return {
        "text": e.text,
        "line": outcome.line,
        "kind": e.kind,
        "bar": e.bar,
        "passed": outcome.passed,
        "happened": outcome.happened,
        "rules": [rule_json(rule) for rule in outcome.rules],
        "picture": None if outcome.picture is None else picture_json(outcome.picture),
    }


def picture_json(picture: Picture) -> dict[str, Any]:
    return {
        "marked": picture.marked,
        "bars": list(picture.bars),
        "columns": [
            {"name": c.name, "kind": c.kind, "values": [v if isinstance(v, str) else typed(v, c.kind) for v in c.values]}
            for c in picture.columns
        ],
    }


def rule_json(rule: RuleReading) -> dict[str, Any]:
    return {
        "rule": rule.number,
        "line": rule.line,
        "text": rule.text,
        "truth": truth(float(rule.truth)),
        "clause": clause_json(rule.clause),
        "actions": [action_json(action) for action in rule.actions],
    }


def clause_json(clause: ClauseReading) -> dict[str, Any]:
    return {
        "form": clause.form,
        "text": clause.text,
        "truth": truth(float(clause.truth)),
        "decides": clause.decides,
        "said": clause.said,
        "reason": clause.reason,
        "values": [value_json(value) for value in clause.values],
        "parts": [clause_json(part) for part in clause.parts],
    }


def value_json(value: ValueReading) -> dict[str, Any]:
    found: dict[str, Any] = {"text": value.text, "value": typed(value.value, value.kind), "reason": value.reason}
    if value.note:
        found["note"] = value.note
    if value.before is not None:
        found["before"] = typed(value.before, value.kind)
    return found


def action_json(action: ActionReading) -> dict[str, Any]:
    order = action.order
    return {
        "text": action.text,
        "line": action.line,
        "otherwise": action.otherwise,
        "outcome": action.outcome,
        "cause": action.cause,
        "said": action.said,
        "reasons": list(action.reasons),
        "order": None
        if order is None
        else {
            "id": order.id + 1,
            "side": order.side,
            "kind": order.kind,
            "quantity": order.quantity,
            "price": number(order.price),
            "limit": number(order.limit),
            "status": order.status,
            "bars_to_end": None if order.ended is None else order.ended - order.bar,
            "filled": order.filled,
            "fill_price": number(order.fill_price),
        },
    }

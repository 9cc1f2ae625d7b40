"""A plan read back from its canonical JSON."""

from __future__ import annotations

import json
from typing import Any

from compiler.plan import (
    Account,
    Across,
    ActionCode,
    Column,
    MachineCode,
    Plan,
    Price,
    RowCode,
    Slot,
    SourcePlan,
    Step,
    plain,
)
from compiler.terms import Terms


def plan_from_json(text: str) -> Plan:
    """The plan of which `to_json` gives this text. Raises ValueError for a text that is none."""
    try:
        return _plan(json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("This text is not a plan.") from error


def row_code_json(code: RowCode) -> str:
    """Row code as canonical JSON."""
    return json.dumps(plain(code), sort_keys=True, separators=(",", ":"), allow_nan=True)


def row_code_from_json(text: str) -> RowCode:
    """The row code of which `row_code_json` gives this text. Raises ValueError for a text that is none."""
    try:
        code = _code(json.loads(text))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("This text is not row code.") from error
    if code is None:
        raise ValueError("This text is not row code.")
    return code


def _plan(found: dict[str, Any]) -> Plan:
    machine = found.pop("machine")
    account = found.pop("account")
    account["limits"] = _pairs(account["limits"])
    if "terms" in account:
        account["terms"] = Terms(**account["terms"])
    return Plan(
        feeds=tuple(found.pop("feeds")),
        constants=_pairs(found.pop("constants")),
        steps=tuple(_step(step) for step in found.pop("steps")),
        columns=tuple(Column(**column) for column in found.pop("columns")),
        machine=None if machine is None else _machine(machine),
        account=Account(**account),
        versions=_pairs(found.pop("versions")),
        sources=tuple(_source(source) for source in found.pop("sources")),
        across=tuple(Across(**across) for across in found.pop("across")),
        **found,
    )


def _pairs(rows: list[list[Any]]) -> tuple[Any, ...]:
    return tuple(tuple(row) for row in rows)


def _step(step: dict[str, Any]) -> Step:
    return Step(
        step["op"], tuple(step["inputs"]), tuple(step["outputs"]), tuple(step["params"]), step["state"], _code(step["code"])
    )


def _code(code: dict[str, Any] | None) -> RowCode | None:
    if code is None:
        return None
    return RowCode(
        _pairs(code["instructions"]), code["registers"], _pairs(code["constants"]), _pairs(code["loads"]), tuple(code["results"]),
        tuple(code["params"]), code["state"],
    )  # fmt: skip


def _price(price: dict[str, Any] | None) -> Price | None:
    if price is None:
        return None
    code = _code(price["code"])
    assert code is not None
    return Price(code, tuple(price["frozen"]))


def _machine(machine: dict[str, Any]) -> MachineCode:
    return MachineCode(
        tuple(Slot(**slot) for slot in machine["slots"]),
        tuple(machine["columns"]),
        _code(machine["row"]),
        tuple(_action(action) for action in machine["actions"]),
        machine["rules"],
    )


def _action(action: dict[str, Any]) -> ActionCode:
    for key in ("text", "span", "truths"):
        action[key] = tuple(action[key])
    for key in ("stop", "target"):
        action[key] = _price(action[key])
    return ActionCode(**action)


def _source(source: dict[str, Any]) -> SourcePlan:
    return SourcePlan(source["symbol"], source["every"], _plan(source["plan"]), tuple(source["aggregates"]))

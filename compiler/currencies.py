"""The currency of a program's account, and the check that all its amounts are in it: nothing here converts one into another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from compiler import syntax as s
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.resolve import Names
from compiler.source import Span
from compiler.walk import descend, expressions, expressions_of_test

DEFAULT = "USD"


@dataclass(frozen=True, slots=True)
class Currencies:
    """What a program says of currencies, read once. account, stated: as `account_currency` and `stated_currency`; states: `states_currency`."""

    account: str
    stated: str
    states: bool

    @classmethod
    def of(cls, names: Names) -> Currencies:
        return cls(account_currency(names), stated_currency(names), states_currency(names))


def account_currency(names: Names) -> str:
    """That of `capital`; where that names none, that of the first amount of the program."""
    first = _first(names)
    return first.unit if first is not None else DEFAULT


def states_currency(names: Names) -> bool:
    """Whether any amount of a program says what the account is counted in."""
    return _first(names) is not None


def stated_currency(names: Names) -> str:
    """That of the amounts that a program states beside its capital; '' if it states none."""
    capital = {
        id(value) for block in names.settings for line in block.lines if line.key.name == "capital" for value in line.values
    }
    return next((amount.unit for amount in _amounts(names) if id(amount) not in capital), "")


def check_currencies(names: Names, found: Diagnostics) -> None:
    """Reports each amount in a currency that is not the account's."""
    first = _first(names)
    if first is None:
        return
    for amount in _amounts(names):
        if amount.unit == first.unit:
            continue
        at = Span(amount.span.end - len(amount.unit), amount.span.end)
        found.error(
            "E0350", amount.span, f"This amount is in {amount.unit}, and the account is in {first.unit}; no rate between them is known here.",
            f"Write the amount in {first.unit}.", (Label(first.span, f"the account is in {first.unit}"),),
            (Fix(f"write `{first.unit}`", (Edit(at, first.unit),)),),
        )  # fmt: skip


def _first(names: Names) -> s.Number | None:
    """The amount that says the account's currency."""
    capital = (value for block in names.settings for line in block.lines if line.key.name == "capital" for value in line.values)
    for value in capital:
        part: s.Expr = value
        if isinstance(part, s.Name) and part.name in names.inputs:
            part = names.inputs[part.name].default
        if (amount := next(_in(part), None)) is not None:
            return amount
    return next(_amounts(names), None)


def _amounts(names: Names) -> Iterator[s.Number]:
    for statement in names.file.statements:
        if isinstance(statement, s.Test):
            for part in expressions_of_test(statement):
                yield from _in(part)
            continue
        yield from (expr for expr in expressions(statement) if isinstance(expr, s.Number) and is_currency(expr.unit))


def _in(expr: s.Expr) -> Iterator[s.Number]:
    return (part for part in descend(expr) if isinstance(part, s.Number) and is_currency(part.unit))


def is_currency(unit: str) -> bool:
    """Whether a number's unit is a currency code: three to five capitals."""
    return len(unit) >= 3 and unit.isupper()

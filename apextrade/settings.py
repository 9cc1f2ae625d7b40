"""Settings that a run overrides: capital, commission, slippage, fill model; read as the language reads its `settings` lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from compiler.diagnostics import CompileError
from compiler.inputs import InputError
from compiler.pipeline import compile_text
from compiler.plan import Account
from compiler.terms import NO_TERMS
from stdlib.library import load

# Setting -> the fields of the account it decides, all of them.
FIELDS: dict[str, tuple[str, ...]] = {
    "capital": ("capital",),
    "commission": ("commission_share", "commission_per_unit", "commission_per_order"),
    "slippage": ("slippage_ticks", "slippage_share"),
    "fills": ("fills", "detail"),
}
TAKES = {
    "capital": "an amount such as 10_000 or `10_000 USD`",
    "commission": "an amount such as 0.1%, `1 USD per order` or `0.005 USD per unit`",
    "slippage": "an amount such as `2 ticks` or 0.05%",
    "fills": "a fill model such as pessimistic or `detail 1m`",
}
SHARES = {"commission": "commission_share", "slippage": "slippage_share"}
_CURRENCY = re.compile(r"\b[A-Z]{3,5}\b")
SAID_WELL = ("E0510", "E0511")
"""What the language says of a setting's value that it could read; its other errors are about a whole program."""


class UnreadSetting(InputError):
    """A text that is no value of its setting; the message begins with the setting's name."""


def overridden(account: Account, given: Mapping[str, object], tick: float, stated: str = "") -> Account:
    """The account with some settings in place of the program's. None leaves a setting as it is.

    capital: money. commission: a share of the value traded (0.001 is 0.1 %). slippage: ticks. fills: a fill model.
    Each can also be a text as under `settings`: "10_000 USD", "0.1%", "1 USD per order", "2 ticks". stated: the currency of the
    program's other amounts, '' if it has none. Raises InputError.
    """
    for name, value in given.items():
        if value is not None:
            changes = _changes(name, value, tick)
            share = changes.get(SHARES.get(name, ""), 0.0)
            if share >= 1:
                hint = (
                    "" if isinstance(value, str) else f" As a number the {name} is a share of the value traded: 0.001 is 0.1 %."
                )
                raise InputError(f"The {name} must be below 100 %; this is {100 * share:g} %.{hint}")
            currency = changes.get("currency", account.currency)
            if currency != account.currency and (name != "capital" or stated not in ("", currency)):
                raise InputError(
                    f"The {name} is in {currency}, and the program's amounts are in {stated or account.currency}; no rate between them is known."
                )
            account = replace(account, **changes)
            if name == "commission" and account.terms.maker > -1.0:  # one rate for every fill
                account = replace(account, terms=replace(account.terms, maker=NO_TERMS.maker))
    return account


def _changes(name: str, value: object, tick: float) -> dict[str, Any]:
    item = getattr(value, "item", None)
    plain = item() if callable(item) else value  # NumPy's numbers
    if isinstance(plain, (int, float)) and not isinstance(plain, bool) and name != "fills":
        number = float(plain)
        if not 0 <= number < float("inf") or (name == "capital" and number == 0):
            raise InputError(f"The {name} must be {'above zero' if name == 'capital' else 'zero or more'}; this is {plain}.")
        return {**dict.fromkeys(FIELDS[name], 0.0), FIELDS[name][0]: number}
    if not isinstance(plain, str) or "\n" in plain or "\r" in plain:
        raise InputError(f"The {name} can't be {plain!r}.")
    if name in SHARES and re.fullmatch(r"0+(\.0*)?", plain.strip()):
        return dict.fromkeys(FIELDS[name], 0.0)  # nothing is nothing in any unit
    read = _account(name, plain, tick)
    changes: dict[str, Any] = {field: getattr(read, field) for field in FIELDS[name]}
    if _CURRENCY.search(plain):
        changes["currency"] = read.currency
    return changes


def _account(name: str, text: str, tick: float) -> Account:
    """The account of a program that has this one setting."""
    try:
        program = compile_text(f'apx 1\nstrategy "settings"\nsettings\n  {name} {text}\n', load())
        return program.plan({}, tick, "backtest").account
    except CompileError as error:
        said = next(d for d in error.diagnostics if d.severity == "error")
        if said.code not in SAID_WELL:
            raise UnreadSetting(f"{name} takes {TAKES[name]}; `{text}` is none.") from None
        raise InputError(f"{name} {text}: {said.message}{f' {said.hint}' if said.hint else ''}") from None

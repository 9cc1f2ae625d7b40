"""The settings and inputs of a run, in words."""

from __future__ import annotations

from collections.abc import Mapping

from apextrade.report.numbers import counted, money, percent, quantity
from compiler.inputs import InputInfo, InputValue
from compiler.plan import Account
from runtime.machine.instrument import Instrument

Rows = tuple[tuple[str, str], ...]

FILLS = {
    "pessimistic": "pessimistic: the stop before the target",
    "next_open_only": "next open only",
    "ohlc_path": "path from open over both extremes to close",
    "tradingview": "as TradingView fills",
}


def settings_rows(account: Account, instrument: Instrument) -> Rows:
    """What the run started with and what trading cost, each with its unit."""
    rows = [
        ("Capital", money(account.capital, account.currency)),
        ("Commission", _commission(account)),
        ("Slippage", _slippage(account, instrument)),
        ("Fills", FILLS.get(account.fills, account.fills)),
        ("Pyramiding", f"at most {counted(account.pyramiding, 'open entry', 'open entries')}"),
        ("Margin", f"{_share(account.margin)} of a position is paid"),
    ]
    terms = account.terms
    if terms.maker > -1:
        rows.insert(2, ("Maker", f"{_share(terms.maker)} of a fill that waited at its limit, in place of that share"))
    if terms.maintenance >= 0:
        rows.append(("Maintenance", f"all is closed when equity falls to {_share(terms.maintenance)} of what is held"))
    if terms.borrow:
        rows.append(("Borrow", f"{_share(terms.borrow)} of a short's value per year"))
    if terms.funding:
        rows.append(("Funding", f"longs pay shorts {_share(terms.funding)} every {terms.funding_every / 3600:g} hours"))
    if terms.interest:
        rows.append(("Interest", f"{_share(terms.interest)} of borrowed money per year"))
    if account.direction != "both":
        rows.append(("Direction", f"{account.direction} only"))
    rows += [
        (f"Limit on {name.removesuffix('_value').replace('_', ' ')}", _limit(name, value, account.currency))
        for name, value in account.limits
    ]
    quote = instrument.currency or account.currency
    rows.append(("Prices", quote if instrument.currency else f"taken to be in {account.currency}; their currency is not known"))
    rows.append(("Tick", quantity(instrument.tick) + f" {quote}" if instrument.tick else "prices are not rounded"))
    rows.append(("Lot", quantity(instrument.lot) + " units" if instrument.lot else "quantities are not rounded"))
    if instrument.multiplier != 1:
        rows.append(("Multiplier", f"{quantity(instrument.multiplier)} {quote} a point and unit"))
    if instrument.min_notional:
        rows.append(("Least order", money(instrument.min_notional, account.currency)))
    return tuple(rows)


def input_rows(inputs: tuple[InputInfo, ...], values: Mapping[str, InputValue]) -> Rows:
    """Each input's value in this run, by its label or name; a value that is not the default says what that is."""
    rows = []
    for info in inputs:
        value = values.get(info.name, info.default)
        shown = input_text(info, value)
        default = "" if value == info.default else f" (default {info.written})"
        rows.append((f"{info.label} ({info.name})" if info.label else info.name, shown + default))
    return tuple(rows)


def input_text(info: InputInfo, value: InputValue) -> str:
    """A value of an input with its unit: `20 bars`, `1.5%`, `true`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    match info.unit:
        case "ratio":
            return _share(value)
        case "bars":
            return counted(value, "bar") if value == int(value) else f"{quantity(value)} bars"
        case "plain number" | "oscillator" | "":
            return quantity(value)
        case unit:
            return f"{quantity(value)} ({unit})"


def _share(value: float) -> str:
    """A share as percent, with the decimals it has."""
    return quantity(100 * round(value, 12)) + "%"


def _commission(account: Account) -> str:
    parts = [f"{_share(account.commission_share)} of each fill"] if account.commission_share else []
    for value, per in ((account.commission_per_unit, "unit"), (account.commission_per_order, "order")):
        if value:
            parts.append(f"{quantity(value)} {account.currency} per {per}")
    return " and ".join(parts) or "none"


def _slippage(account: Account, instrument: Instrument) -> str:
    if account.slippage_share:
        return f"{percent(account.slippage_share)} of the price"
    if not account.slippage_ticks:
        return "none"
    ticks = f"{quantity(account.slippage_ticks)} {'tick' if account.slippage_ticks == 1 else 'ticks'}"
    return f"{ticks} of {quantity(instrument.tick)} {instrument.currency or account.currency}"


def _limit(name: str, value: float, currency: str) -> str:
    if name in ("daily_loss", "drawdown", "exposure", "position"):
        return f"{_share(value)} of equity"
    if name == "volume":
        return f"{_share(value)} of a bar's"
    return money(value, currency) if name in ("order_value", "position_value") else quantity(value)

"""Settings: from the `settings` lines of a program to the account that a run starts with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from compiler import syntax as s
from compiler.building import Builder, Frame, Refused
from compiler.currencies import account_currency
from compiler.diagnostics import Diagnostics, Edit, Fix, InternalError, Label
from compiler.inference import type_of_setting
from compiler.plan import Account
from compiler.setting_terms import TERMS, read_term, together
from compiler.suggest import closest
from compiler.terms import Terms
from compiler.types import ERROR, MONEY, PLAIN, PRICE, RATIO, Unit, settled_unit
from compiler.whole_fills import in_parts

FILL_MODELS = ("pessimistic", "next_open_only", "ohlc_path", "tradingview")
LIMITS: dict[str, tuple[Unit, ...]] = {
    "daily_loss": (RATIO,), "drawdown": (RATIO,), "exposure": (RATIO,), "positions": (PLAIN,), "orders_per_day": (PLAIN,),
    "position": (RATIO, MONEY), "order_value": (MONEY,), "volume": (RATIO,),
}  # fmt: skip
"""What can be limited, and in which units."""


def read_account(builder: Builder, frame: Frame) -> Account:
    """The account of a program's settings; mistakes go to the builder's diagnostics, a missing commission is a warning."""
    names, found = builder.typed.names, builder.diagnostics
    changes: dict[str, Any] = {}
    limits: list[tuple[str, float]] = []
    seen: dict[str, s.Setting] = {}
    done: set[str] = set()  # settings without a mistake
    terms: dict[str, Any] = {}
    for block in names.settings:
        for line in block.lines:
            key = line.key.name
            if key in seen:
                found.error("E0509", line.span, f"`{key}` is already set in this program.", "Keep one of the two lines.")
                continue
            seen[key] = line
            try:
                if key.startswith("limit"):
                    _limit(line, builder, frame, limits, changes)
                elif key in TERMS:
                    terms.update(read_term(line, builder, frame))
                else:
                    changes.update(_setting(line, builder, frame))
                    done.add(key)
            except Refused:
                continue
    if names.rules and "commission" not in seen:
        at = names.settings[0].span if names.settings else (names.strategy or names.rules[0]).span
        found.warn(
            "W0502",
            at,
            "No commission is set, so trades cost nothing.",
            "Add `commission 0.1%` under `settings` (or `commission 0%` to say so on purpose).",
        )
    elif (
        "commission" in seen
        and "commission" in done
        and not any(changes.get(k) for k in ("commission_share", "commission_per_unit", "commission_per_order"))
    ):
        found.warn("W0501", seen["commission"].span, "The commission is zero, so results look better than a real market allows.")
    if terms:
        changes["terms"] = Terms(**terms)
        together(changes["terms"], changes.get("margin", 1.0), seen, found)
    account = replace(Account(), **changes, limits=tuple(limits), currency=account_currency(names))
    in_parts(account, seen, builder)
    return account


def _value(line: s.Setting, builder: Builder, frame: Frame, units: tuple[Unit, ...], example: str) -> tuple[float, Unit]:
    """The fixed value of a setting in one of some units."""
    if len(line.values) != 1:
        builder.diagnostics.error("E0510", line.span, f"`{line.key.name}` takes one value.", f"For example `{example}`.")
        raise Refused
    expr = line.values[0]
    before = len(builder.diagnostics.found)
    type_ = type_of_setting(builder.typed, expr, builder.diagnostics)
    if type_.kind != "number":
        if type_.kind != "error" and len(builder.diagnostics.found) == before:
            builder.diagnostics.error("E0510", expr.span, f"`{line.key.name}` takes a number.", f"For example `{example}`.")
        raise Refused
    unit = settled_unit(type_.unit)
    if unit is None:
        unit = PLAIN if PLAIN in units else units[0] if units == (MONEY,) else None
    value = builder.fixed(expr, frame)
    if unit is None or unit not in units or value is None or value != value:
        wanted = " or ".join(
            {"ratio": "a percentage", "price": "a number of ticks", "plain number": "a number", "money": "an amount of money"}[
                str(u)
            ]
            for u in units
        )
        builder.diagnostics.error(
            "E0510", expr.span, f"`{line.key.name}` takes {wanted} that is fixed before the run.", f"For example `{example}`."
        )
        raise Refused
    if value < 0:
        builder.diagnostics.error(
            "E0510", expr.span, f"`{line.key.name}` can't be negative; this is {value:g}.", f"For example `{example}`."
        )
        raise Refused
    return value, unit


def _is_money(line: s.Setting, builder: Builder) -> bool:
    type_ = type_of_setting(builder.typed, line.values[0], Diagnostics()) if line.values else ERROR
    return type_.kind == "number" and settled_unit(type_.unit) == MONEY


def _shown(line: s.Setting, builder: Builder) -> str:
    return builder.typed.names.source.on_one_line(line.span)


def _setting(line: s.Setting, builder: Builder, frame: Frame) -> dict[str, Any]:
    found = builder.diagnostics
    words = [w.name for w in line.words]
    match line.key.name:
        case "capital":
            value, _ = _value(line, builder, frame, (MONEY,), "capital 10_000 USD")
            if value <= 0:
                found.error("E0510", line.values[0].span, "The capital must be above zero.", "For example `capital 10_000 USD`.")
                raise Refused
            return {"capital": value}
        case "commission":
            if not words and _is_money(line, builder):
                found.error(
                    "E0510",
                    line.span,
                    "A commission in money is `per order` or `per unit`.",
                    f"Write `{_shown(line, builder)} per order`.",
                )
                raise Refused
            value, unit = _value(
                line, builder, frame, (MONEY,) if words else (RATIO,), "commission 0.1%` or `commission 1 USD per order"
            )
            if unit == RATIO:
                _below_whole(line, value, builder)
                return {"commission_share": value}
            return {"commission_per_order": value} if words[-1] == "order" else {"commission_per_unit": value}
        case "slippage":
            value, unit = _value(line, builder, frame, (PRICE, RATIO), "slippage 1 tick` or `slippage 0.05%")
            if unit == RATIO:
                _below_whole(line, value, builder)
            return {"slippage_share": value} if unit == RATIO else {"slippage_ticks": value / builder.tick}
        case "fills":
            model = words[0] if words else ""
            if model == "detail":
                return {"fills": "detail", "detail": _detail(line, builder)}
            if line.values and model in FILL_MODELS:
                found.error(
                    "E0510",
                    line.values[0].span,
                    f"`fills {model}` takes no length of bars.",
                    f"Write `fills {model}`.",
                    fixes=(Fix(f"write `fills {model}`", (Edit(line.span, f"fills {model}"),)),),
                )
                raise Refused
            if model not in FILL_MODELS:
                near = closest(model, FILL_MODELS)
                found.error(
                    "E0511",
                    line.span,
                    f"There is no fill model `{model}`.",
                    f"Did you mean `{near}`?"
                    if near
                    else f"There are {', '.join(FILL_MODELS)}, and `detail 1m` with finer bars.",
                )
                raise Refused
            return {"fills": model}
        case "pyramiding":
            value, _ = _value(line, builder, frame, (PLAIN,), "pyramiding 3")
            if value != int(value) or value < 1:
                found.error(
                    "E0510",
                    line.values[0].span,
                    f"`pyramiding` is how many entries may be open at once: 1 or more; this is {value:g}.",
                )
                raise Refused
            return {"pyramiding": int(value)}
        case "margin":
            value, _ = _value(line, builder, frame, (RATIO,), "margin 50%")
            if not 0 < value <= 1:
                found.error(
                    "E0510",
                    line.values[0].span,
                    f"`margin` is the share of a position that must be paid: above 0% and at most 100%; this is {value:.0%}.",
                )
                raise Refused
            return {"margin": value}
        case "flat":  # see compiler/flat.py
            return {}
        case _:
            raise InternalError(f"the setting `{line.key.name}` has no meaning")


def _detail(line: s.Setting, builder: Builder) -> int:
    """The length of the finer bars of `fills detail`, in seconds."""
    found = builder.diagnostics
    length = line.values[0] if line.values else None
    if not isinstance(length, s.DurationLiteral):
        found.error("E0510", line.span, "`fills detail` takes the length of the finer bars.", "For example `fills detail 1m`.")
        raise Refused
    trade = builder.typed.names.trade
    if trade is not None and _seconds(length) >= _seconds(trade.every):
        written, every = (f"{d.count}{d.unit}" for d in (length, trade.every))
        found.error(
            "E0523",
            length.span,
            f"Bars of {written} show nothing of what happens inside a bar of {every}.",
            "Name a length shorter than the bars that are traded, such as `fills detail 1m`.",
            (Label(trade.every.span, f"bars of {every} are traded"),),
        )
        raise Refused
    return _seconds(length)


def _seconds(length: s.DurationLiteral) -> int:
    """A day, week and month at their longest trading time."""
    return length.count * {"m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "mo": 2_592_000}[length.unit]


def _below_whole(line: s.Setting, value: float, builder: Builder) -> None:
    """A cost of the whole value or more is a slip of the percent sign."""
    if value >= 1:
        key = line.key.name
        builder.diagnostics.error(
            "E0510", line.values[0].span, f"`{key}` of {value:.0%} would cost the whole value.", f"For example `{key} 0.1%`."
        )
        raise Refused


def _limit(line: s.Setting, builder: Builder, frame: Frame, limits: list[tuple[str, float]], changes: dict[str, Any]) -> None:
    name = line.key.name.removeprefix("limit").strip() or (line.words[0].name if line.words else "")
    if name == "direction":
        side = next((v.name for v in line.values if isinstance(v, s.Name)), line.words[-1].name if line.words else "")
        if side not in ("long", "short", "both"):
            builder.diagnostics.error(
                "E0510", line.span, "`limit direction` takes `long` or `short`.", "For example `limit direction long`."
            )
            raise Refused
        changes["direction"] = side
        return
    if name not in LIMITS:
        near = closest(name, (*LIMITS, "direction"))
        builder.diagnostics.error(
            "E0512",
            line.span,
            f"There is no limit `{name}`.",
            f"Did you mean `limit {near}`?" if near else f"There are {', '.join(LIMITS)} and direction.",
        )
        raise Refused
    example = "10%" if name == "volume" else {RATIO: "3%", MONEY: "5_000 USD", PLAIN: "5"}[LIMITS[name][0]]
    value, unit = _value(line, builder, frame, LIMITS[name], f"limit {name} {example}")
    if value <= 0:
        builder.diagnostics.error(
            "E0510",
            line.values[0].span,
            f"`limit {name}` must be above zero, or nothing could ever be traded.",
            f"For example `limit {name} {example}`.",
        )
        raise Refused
    if name == "volume" and value > 1:
        builder.diagnostics.error(
            "E0510",
            line.values[0].span,
            f"`limit volume` is a share of what a bar trades, at most 100%; this is {value:.0%}.",
            "For example `limit volume 10%`.",
        )
        raise Refused
    if PLAIN in LIMITS[name] and value != int(value):
        builder.diagnostics.error(
            "E0510",
            line.values[0].span,
            f"`limit {name}` takes a whole number; this is {value:g}.",
            f"For example `limit {name} {example}`.",
        )
        raise Refused
    limits.append((name if len(LIMITS[name]) == 1 or unit == RATIO else f"{name}_value", value))

"""The types of what actions are made of: sizes, prices and attached lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.diagnostics import Edit, Fix
from compiler.inference.typed import Env, words
from compiler.multiples import in_risk
from compiler.types import DURATION, OSCILLATOR, PLAIN, PRICE, QUANTITY, RATIO, UnitVar, settled_unit
from compiler.walk import ungrouped

if TYPE_CHECKING:
    from compiler.inference.work import Inference


@dataclass(slots=True)
class OrderTypes:
    """Checks the expressions of actions against what their places need."""

    all: Inference

    def action(self, action: s.Action, env: Env) -> None:
        match action:
            case s.OrderAction(size=size, entry=entry, attached=attached):
                self.size(size, env)
                self.entry(entry, env)
                for line in attached:
                    self.attached(line, env)
            case s.ExitAction(share=share, entry=entry, attached=attached):
                if share is not None:
                    self.share(share, env)
                self.entry(entry, env)
                for line in attached:
                    self.attached(line, env)
            case s.ProtectAction(share=share, attached=attached):
                if share is not None:
                    self.share(share, env)
                for line in attached:
                    self.attached(line, env)
            case s.HoldTop(count=count, by=by, where=where, weight=weight):
                self.all.expressions.wants(count, PLAIN, env, "How many to hold")
                self.all.expressions.numeric(by, env)
                if where is not None:
                    self.all.expressions.condition(where, env)
                if weight is not None:
                    self.all.expressions.numeric(weight, env)

    def size(self, size: s.Size | None, env: Env) -> None:
        match size:
            case s.SizeShare(share=share) | s.SizeRisk(share=share):
                self.share(share, env)
            case s.SizeAmount(amount=amount):
                type_ = self.all.expressions.expr(amount, env)
                unit = settled_unit(type_.unit) if type_.kind == "number" else None
                if type_.kind == "error" or unit in (self.all.money, QUANTITY):
                    return
                text = self.all.agreement.text(amount, env)
                if type_.literal:
                    self.all.agreement.error(
                        "E0501", amount.span, f"How much is {text}? A size needs a unit.", f"Write `{text} units`, `{text} USD` or `{text}% of equity`.",
                        fixes=(Fix(f"write `{text} units`", (Edit(amount.span, f"{text} units"),)),),
                    )  # fmt: skip
                elif unit == RATIO:
                    self.all.agreement.error(
                        "E0501", amount.span, f"`{text}` is a share of something: of what?", f"Write `{text} of equity`, `of cash` or `of position`.",
                        fixes=(Fix(f"write `{text} of equity`", (Edit(amount.span, f"{text} of equity"),)),),
                    )  # fmt: skip
                else:
                    self.all.agreement.error(
                        "E0502",
                        amount.span,
                        f"A size is an amount of money or a quantity; `{text}` is {words(type_)}.",
                        "For example `5_000 USD`, `50 shares` or `10% of equity`.",
                    )

    def share(self, expr: s.Expr, env: Env) -> None:
        type_ = self.all.expressions.expr(expr, env)
        unit = settled_unit(type_.unit) if type_.kind == "number" else None
        if type_.kind == "error":
            return
        if type_.kind != "number" or (unit is not None and (not unit.dimensionless or unit in (OSCILLATOR, DURATION))):
            self.all.agreement.error(
                "E0503",
                expr.span,
                f"A share is a ratio such as `10%`; `{self.all.agreement.text(expr, env)}` is {words(type_)}.",
                "For example `10% of equity`.",
            )
        elif isinstance(literal := ungrouped(expr), s.Number) and not literal.unit and literal.value > 1:
            self.all.agreement.error(
                "E0503", expr.span, f"`{literal.value:g}` means {literal.value:g} times the whole; a share is a percentage.", f"Write `{literal.value:g}%`.",
                fixes=(Fix(f"write `{literal.value:g}%`", (Edit(expr.span, f"{literal.value:g}%"),)),),
            )  # fmt: skip
        elif isinstance(type_.unit, UnitVar):
            self.all.agreement.solve(type_.unit, RATIO, expr.span)

    def entry(self, entry: s.Entry | None, env: Env) -> None:
        if entry is not None:
            for price in (entry.price, entry.limit):
                if price is not None:
                    self.all.expressions.wants(price, PRICE, env, "An order price")

    def attached(self, line: s.Attached, env: Env) -> None:
        inside = Env(env.scope, env.source, env.local, entry=True)
        value = self.all.expressions.expr(line.value, inside)
        unit = settled_unit(value.unit) if value.kind == "number" else None
        name = {"s": "A stop", "t": "A target"}.get(line.kind[0], "This")
        match line.kind:
            case "stop_at" | "target_at" | "stop_share" | "target_share":
                if unit is not None and unit.dimensionless and unit not in (OSCILLATOR, DURATION) and unit != PLAIN:
                    return
                if line.kind == "target_at" and in_risk(line.value, self.all.typed.names):
                    return
                self.all.expressions.wants(line.value, PRICE, inside, name)
            case "target_r":
                return
            case "trail":
                for distance in (line.value, line.second):
                    if distance is None:
                        continue
                    type_ = self.all.expressions.expr(distance, inside)
                    found = settled_unit(type_.unit) if type_.kind == "number" else None
                    if found != RATIO:
                        self.all.expressions.wants(distance, PRICE, inside, "A trailing distance")
            case "hold" | "expire":
                self.all.expressions.length(line.value, env)

"""Clock times, spans of hours, time zones and schedules: whether they are written as such."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.calendar_facts import TIME_PARTS, clock_minutes, hours
from compiler.clocks import Length
from compiler.diagnostics import Edit, Fix
from compiler.inference.typed import Env
from compiler.source import Span
from compiler.suggest import closest
from compiler.types import ERROR, PLAIN, TRUTH, Type, number
from compiler.zones import EXCHANGES, ZONES, zone_of

if TYPE_CHECKING:
    from compiler.inference.work import Inference


@dataclass(slots=True)
class TimeTypes:
    """Types what is said about time, and reports what is no time."""

    all: Inference

    def phrase(self, expr: s.TimeWithin | s.InZone, env: Env) -> Type:
        fine = expr.zone is None or self.zone(expr.zone)
        if isinstance(expr, s.TimeWithin):
            if not (isinstance(expr.operand, s.Name) and expr.operand.name == "time"):
                text = self.all.agreement.text(expr.operand, env)
                self.error(
                    "E0411",
                    expr.operand.span,
                    f"Only `time` is within hours; this is `{text}`.",
                    'Write `time is within "09:30-16:00"`.',
                )
                return ERROR
            return TRUTH if self.hours(expr.session) and fine else ERROR
        part = expr.operand
        if (
            isinstance(part, s.Member)
            and isinstance(part.base, s.Name)
            and part.base.name == "time"
            and part.field.name in TIME_PARTS
        ):
            return number(PLAIN) if fine else ERROR
        self.error(
            "E0411",
            expr.operand.span,
            "A time zone follows a part of the time, such as `time.hour`.",
            'Write `time.hour in "UTC"`.',
        )
        return ERROR

    def scheduled(self, expr: s.Scheduled) -> Type:
        if expr.at is None:
            return TRUTH
        minutes = clock_minutes(expr.at.value)
        trade = self.all.typed.names.trade
        if minutes is None:
            self.error(
                "E0411",
                expr.at.span,
                f"`{expr.at.value}` is no clock time.",
                "Write hours and minutes of a day, such as `15:45`.",
            )
            return ERROR
        base = Length.of(trade.every) if trade is not None else None
        if base is not None and base.unit != "m":
            self.error(
                "E0412",
                expr.at.span,
                f"Bars of {base} have no clock times inside a day.",
                "Write `every week end`, or use shorter bars.",
            )
            return ERROR
        # Bars count from the session's open, which is on a quarter hour: only what no such bar can close at is refused here.
        grid = 15 if base is not None and base.count % 15 == 0 else base.count if base is not None and base.count < 15 else 1
        if base is not None and minutes % grid:
            early = f"{(minutes - minutes % grid) // 60:02d}:{(minutes - minutes % grid) % 60:02d}"
            self.error(
                "E0412", expr.at.span, f"No {base} bar closes at {expr.at.value.strip()}.", f"The one before it is {early}.",
                (Fix(f"write `{early}`", (Edit(expr.at.span, f'"{early}"'),)),),
            )  # fmt: skip
            return ERROR
        return TRUTH

    def trade(self, trade: s.Trade | None) -> None:
        """The hours of `on session`."""
        if trade is not None and trade.session is not None and self.hours(trade.session) and trade.zone is not None:
            self.zone(trade.zone)
        if trade is not None and trade.session is not None and Length.of(trade.every).unit != "m":
            self.error(
                "E0412", trade.session.span, "Bars of a day or longer have no hours to choose from.", "Leave out `on session …`."
            )

    def hours(self, text: s.TextLiteral) -> bool:
        if hours(text.value) is None:
            self.error(
                "E0411",
                text.span,
                f"`{text.value}` is no span of hours.",
                "Write both ends as hours and minutes, such as `09:30-16:00`.",
            )
            return False
        return True

    def zone(self, text: s.TextLiteral) -> bool:
        if zone_of(text.value) is not None:
            return True
        near = closest(text.value, (*ZONES, *EXCHANGES)) or next(
            (z for z in sorted(ZONES) if z.endswith("/" + text.value.replace(" ", "_"))), ""
        )
        self.error(
            "E0411", text.span, f"There is no time zone or exchange `{text.value}`.",
            f"Did you mean `{near}`?" if near else "Write a zone such as `America/New_York`, or an exchange such as `XNYS`.",
            (Fix(f"change to `{near}`", (Edit(text.span, f'"{near}"'),)),) if near else (),
        )  # fmt: skip
        return False

    def error(self, code: str, span: Span, message: str, hint: str, fixes: tuple[Fix, ...] = ()) -> None:
        self.all.agreement.error(code, span, message, hint, fixes=fixes)

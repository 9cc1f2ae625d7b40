"""Agreement: whether types go together, and the words for when they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from compiler import syntax as s
from compiler.diagnostics import Edit, Fix, Label
from compiler.inference.typed import Env, words
from compiler.source import Span
from compiler.suggest import closest
from compiler.types import ERROR, PLAIN, RATIO, Type, Unit, UnitVar, joined, number, settled_unit
from compiler.walk import ungrouped

if TYPE_CHECKING:
    from compiler.inference.work import Inference


_SEVERAL = frozenset(("be compared in one `between`", "go into one `min`", "go into one `max`", "be branches of one `if`"))
"""Where more than two values meet, so that changing two of them may set them apart from the others."""


@dataclass(slots=True)
class Agreement:
    """Joins types of operands; a mistake is reported once, with both units named."""

    all: Inference

    def wrong_kind(self, expr: s.Expr, type_: Type, wanted: str, env: Env) -> Type:
        text, bare = self.text(expr, env), self.text(ungrouped(expr), env)
        hint = (
            f"To count how often it was true write `count({bare}, 10)`, or choose numbers with `if {bare} then 1 else 0 end`."
            if type_.kind == "truth"
            else ""
        )
        self.error("E0306", expr.span, f"{wanted.capitalize()} is needed here; `{text}` is {words(type_)}.", hint)
        return ERROR

    def record_used(self, expr: s.Expr, type_: Type, env: Env) -> Type:
        text, outputs = self.text(expr, env), [name for name, _ in type_.fields]
        others = f" or `.{outputs[1]}`." if len(outputs) > 1 else "."
        self.error(
            "E0308", expr.span, f"`{text}` has {len(outputs)} outputs; say which one.", f"Write `{text}.{outputs[0]}`{others}",
            fixes=tuple(Fix(f"use `.{name}`", (Edit(Span(expr.span.end, expr.span.end), f".{name}"),)) for name in outputs),
        )  # fmt: skip
        return ERROR

    def output_of_the_past(self, expr: s.Member, past: s.Index, whole: Type, env: Env) -> Type:
        """`m[1].line`: the output comes first, then how many bars ago."""
        text, outputs = self.text(past.base, env), dict(whole.fields)
        name = expr.field.name if expr.field.name in outputs else closest(expr.field.name, outputs)
        end = Span(past.base.span.end, past.base.span.end)
        if name is None:
            return self.record_used(past.base, whole, env)
        meant = f"{text}.{name}[{self.text(past.ago, env)}]"
        edits = (Edit(end, f".{name}"), Edit(Span(expr.base.span.end, expr.span.end), ""))
        self.error(
            "E0308", expr.span, f"`{text}` has {len(outputs)} outputs; say which one before how many bars ago.", f"Write `{meant}`.",
            fixes=(Fix(f"write `{meant}`", edits),),
        )  # fmt: skip
        return Type(outputs[name].kind, outputs[name].unit)

    def same(self, a: Type, b: Type, at: s.Expr, bt: s.Expr, env: Env, verb: str) -> Type:
        """The type of two operands that must go together; reports when they do not."""
        if a.kind == "record":
            a = self.record_used(at, a, env)
        if b.kind == "record":
            b = self.record_used(bt, b, env)
        if a.kind == "error":
            return b
        if b.kind == "error":
            return a
        if a.kind != b.kind:
            self.error(
                "E0303", bt.span, f"`{self.text(at, env)}` is {words(a)} and `{self.text(bt, env)}` is {words(b)}; they can't {verb}.", "", _beside(at, a),
            )  # fmt: skip
            return ERROR
        if a.kind != "number":
            return a
        unit_a, unit_b = settled_unit(a.unit), settled_unit(b.unit)
        var_a = a.unit.root() if isinstance(a.unit, UnitVar) else None
        var_b = b.unit.root() if isinstance(b.unit, UnitVar) else None
        literal = a.literal and b.literal
        if unit_a is None and unit_b is None:
            assert var_a is not None
            assert var_b is not None
            if var_a is not var_b:
                old, kept = (var_a, var_b) if var_b.name or not var_a.name else (var_b, var_a)
                old.link = kept
            return number(var_a.root(), literal)
        if unit_a is None:
            assert var_a is not None
            assert unit_b is not None
            self.solve(var_a, unit_b, at.span)
            return number(unit_b)
        if unit_b is None:
            assert var_b is not None
            self.solve(var_b, unit_a, bt.span)
            return number(unit_a)
        unit = joined(unit_a, unit_b)
        if unit is not None:
            return number(unit)
        for var, wanted, place in ((var_a, unit_b, at), (var_b, unit_a, bt)):
            if var is not None and var.name and isinstance(ungrouped(place), s.Name):
                self.two_units(var, wanted, place)
                return ERROR
        self.mismatch(a, b, at, bt, env, verb)
        return ERROR

    def mismatch(self, a: Type, b: Type, at: s.Expr, bt: s.Expr, env: Env, verb: str) -> None:
        text_a, text_b = self.text(at, env), self.text(bt, env)
        unit_a, unit_b = settled_unit(a.unit), settled_unit(b.unit)
        assert unit_a is not None
        assert unit_b is not None
        fixes: tuple[Fix, ...] = ()
        hint = "`number(…)` drops a unit on purpose."
        if {str(unit_a), str(unit_b)} == {"price", "ratio"}:
            ratio, text, price = (at, text_a, bt) if unit_a == RATIO else (bt, text_b, at)
            # In a comparison a share of itself would say nothing of the price: it is one of the close.
            own = isinstance(price, (s.Name, s.Call)) and verb != "be compared"
            base = self.text(price, env) if own else "close"
            share = f"{text} * {base}" if not isinstance(ratio, s.Binary) else f"({text}) * {base}"
            hint = f"A share of a price is written `{share}`."
            useful = "…" not in share and (own or self.text(price, env) != "close")
            fixes = (Fix(f"write `{share}`", (Edit(ratio.span, share),)),) if useful else ()
        elif RATIO in (unit_a, unit_b) and verb == "be compared" and not (unit_a.dimensionless and unit_b.dimensionless):
            # Without its unit a number of money or shares is far from any share: no fix.
            hint = "A share is one of something, such as `5% * account.equity`; what a price has moved is `close / position.entry_price - 1`."
        elif verb not in _SEVERAL:
            parts = [(part, text) for part, text, unit in ((at, text_a, unit_a), (bt, text_b, unit_b)) if not unit.dimensionless]
            shown = " and ".join(f"`number({text})`" for _, text in parts)
            edits = tuple(Edit(part.span, f"number({env.source.said(part.span)})") for part, _ in parts)
            fixes = (Fix(f"drop the unit{'s' if len(parts) > 1 else ''}: {shown}", edits),) if parts else ()
        self.error(
            "E0301",
            bt.span,
            f"`{text_a}` is {words(a)} and `{text_b}` is {words(b)}; they can't {verb}.",
            hint,
            _beside(at, a),
            fixes,
        )

    def two_units(self, var: UnitVar, wanted: Unit, place: s.Expr) -> None:
        var = var.root()
        labels = (Label(var.cause, f"used as {words(number(var.solved or PLAIN))} here"),) if var.cause else ()
        self.error(
            "E0312", place.span, f"`{var.name}` is used as {words(number(wanted))} here and as {words(number(var.solved or PLAIN))} elsewhere.",
            "Use two names, one for each.", labels,
        )  # fmt: skip

    def solve(self, var: UnitVar, unit: Unit, cause: Span) -> None:
        root = var.root()
        if root.solved is None:
            root.solved, root.cause = unit, cause

    def text(self, expr: s.Expr, env: Env) -> str:
        text = env.source.on_one_line(expr.span)
        return text if len(text) <= 40 else text[:37] + "…"

    def error(
        self, code: str, span: Span, message: str, hint: str = "", labels: tuple[Label, ...] = (), fixes: tuple[Fix, ...] = ()
    ) -> None:
        self.all.diagnostics.error(code, span, message, hint, labels, fixes)


def _beside(expr: s.Expr, type_: Type) -> tuple[Label, ...]:
    return (Label(expr.span, words(type_)),)

"""Why a value is unknown: warm-up, a gap in the data, a division by zero; said of the innermost part that has no known value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isnan

import numpy as np

from compiler import syntax as s
from compiler.aggregates import AGGREGATE
from compiler.builtins import MARKET, SCALAR_FUNCTIONS
from compiler.clauses import Clauses, Watched, key_of, place_of, time_of_bar
from compiler.walk import children, ungrouped
from runtime.why.numbers import counted, shown
from runtime.why.observe import Observed

FLAT = ("position.entry_price", "position.profit", "position.highest", "position.lowest", "position.largest")
PARTS_OF_MARKET = {"hl2": ("high", "low"), "hlc3": ("high", "low", "close"), "ohlc4": ("open", "high", "low", "close")}


Look = Callable[[str, str, int, int], str]
"""Looks inside a call: (its key, its text, the bar, how far back it looks) -> why it is unknown, '' if nothing was found."""


class Unknowns:
    """Explains the unknown values of one run."""

    def __init__(self, clauses: Clauses, known: Mapping[str, Watched], run: Observed, look: Look) -> None:
        self.clauses, self.known, self.run, self.look = clauses, known, run, look

    def reason(self, expr: s.Expr, bar: int) -> str:
        """Why an expression has no known value on a bar; '' if it has one or nothing more can be said."""
        expr = ungrouped(expr)
        if bar < 0:
            return "there is no bar before the first"
        if not self.unknown(expr, bar) and not isinstance(expr, (s.Call, s.UnknownLiteral)):
            return ""
        match expr:
            case s.UnknownLiteral():
                return "it is written as `unknown`"
            case s.On() | s.From():
                return self.elsewhere(expr, bar)
            case s.Name(name=name) if name in MARKET:
                return self.market(name, bar)
            case s.Name(name=name) if name in self.clauses.typed.names.lets:
                return self.reason(self.clauses.typed.names.lets[name].value, bar)
            case s.Name(name=name) if name in self.clauses.typed.names.states:
                return f"`{name}` began unknown and has been given no known value yet"
            case s.Member(base=s.Name(name="position" | "account")):
                return self.fact(expr)
            case s.Member(base=base):
                called = self.called(base)
                return self.call(expr, called, bar) if called is not None else self.reason(base, bar)
            case s.Index(base=base, ago=ago):
                bars = self.run.value(key_of(ago), bar)
                back = int(ungrouped(ago).value) if isinstance(ungrouped(ago), s.Number) else int(bars or 0)  # type: ignore[union-attr]
                if bar < back:
                    return f"warm-up: `{self.text(expr)}` needs {counted(back - bar, 'more bar')}"
                return self.past(self.reason(base, bar - back), base, bar - back, back)
            case s.Call():
                return self.call(expr, expr, bar)
            case s.Binary(op="/", left=left, right=right) if not self.unknown(left, bar) and not self.unknown(right, bar):
                if self.number(right, bar) == 0.0:
                    return f"division by zero: `{self.text(right)}` is 0"
                return "its result is too large to be a number"
            case s.If(branches=branches, otherwise=otherwise):
                return self.choice(branches, otherwise, bar)
            case s.Crosses(left=left, right=right):
                for when in (bar, bar - 1):
                    for side in (left, right):
                        if when < 0 or self.unknown(side, when):
                            return self.past(self.reason(side, when), side, when, bar - when)
            case s.IsMoving(operand=operand) | s.IsNew(operand=operand):
                return self.reason(operand, bar) or self.window(expr, operand, bar)
            case s.BarsSince(condition=condition):
                if self.unknown(condition, bar):
                    return self.reason(condition, bar)
                return self.look(key_of(expr), self.text(expr), bar, 0)
            case s.HasHeld(condition=condition) | s.WithinLast(condition=condition):
                return self.reason(condition, bar) or self.window(expr, condition, bar)
        for child in children(expr):
            if self.unknown(child, bar):
                found = self.reason(child, bar)
                if found:
                    return found
        return self.warm(expr, bar)

    def unknown(self, expr: s.Expr, bar: int) -> bool:
        expr = ungrouped(expr)
        return isinstance(expr, s.UnknownLiteral) or self.run.unknown(key_of(expr), bar)

    def number(self, expr: s.Expr, bar: int) -> float | None:
        expr = ungrouped(expr)
        return expr.value if isinstance(expr, s.Number) else self.run.value(key_of(expr), bar)

    def text(self, expr: s.Expr) -> str:
        return self.clauses.text(expr)

    def market(self, name: str, bar: int) -> str:
        for part in PARTS_OF_MARKET.get(name, (name,)):
            if isnan(float(getattr(self.run.candles, part)[bar])):
                return f"the data has no `{part}` on this bar"
        return ""

    def fact(self, expr: s.Member) -> str:
        assert isinstance(expr.base, s.Name)
        name = f"{expr.base.name}.{expr.field.name}"
        if name in FLAT:
            return f"`{name}` is unknown while no position is open"
        return f"`{name}` is unknown before the first trade is closed"

    def called(self, expr: s.Expr) -> s.Call | None:
        """The call that a name or expression stands for."""
        expr = ungrouped(expr)
        names = self.clauses.typed.names
        seen: set[str] = set()
        while isinstance(expr, s.Name) and expr.name in names.lets and expr.name not in seen:
            seen.add(expr.name)
            expr = ungrouped(names.lets[expr.name].value)
        return expr if isinstance(expr, s.Call) else None

    def call(self, expr: s.Expr, call: s.Call, bar: int) -> str:
        """Why a call, or one output of it, has no value."""
        text, watched = self.text(call), self.known.get(key_of(expr))
        if watched is not None and bar < watched.warmup:
            return f"warm-up: `{text}` needs {counted(watched.warmup - bar, 'more bar')}"
        if isinstance(call.function, s.Name) and call.function.name in AGGREGATE:
            return "no finer bar is inside this bar, or one that is has no value"
        for argument in call.arguments:
            if self.unknown(argument.value, bar):
                return self.reason(argument.value, bar)
        if isinstance(call.function, s.Name) and call.function.name in SCALAR_FUNCTIONS:
            values = [self.number(argument.value, bar) for argument in call.arguments]
            said = " and ".join(shown(v) for v in values if v is not None)
            return f"`{call.function.name}` has no value for {said}" if said else f"`{text}` has no value here"
        if watched is None:
            return ""
        return (
            self.look(key_of(expr), text, bar, watched.warmup)
            or self.gap(text, watched, bar)
            or f"nothing finite came out of `{text}` (such as a division by zero inside it)"
        )

    def gap(self, text: str, watched: Watched, bar: int) -> str:
        """The last gap of the data inside the reach of a window."""
        for back in range(watched.warmup + 1):
            for feed in watched.feeds:
                column = getattr(self.run.candles, feed, None)
                if column is not None and bar - back >= 0 and isnan(float(column[bar - back])):
                    if not back:
                        return f"the data has no `{feed}` on this bar"
                    return f"a gap: the data has no `{feed}` {counted(back, 'bar')} ago, which `{text}` still looks at"
        return ""

    def window(self, expr: s.Expr, inner: s.Expr, bar: int) -> str:
        """Why a phrase over the last bars is unknown while what it looks at is known now."""
        warm = self.warm(expr, bar)
        if warm:
            return warm
        for back in range(1, bar + 1):
            if self.unknown(inner, bar - back):
                return self.past(self.reason(inner, bar - back), inner, bar - back, back)
        return f"it looks back {counted(bar + 1, 'bar')} and more; there are no more"

    def warm(self, expr: s.Expr, bar: int) -> str:
        watched = self.known.get(key_of(expr))
        if watched is not None and bar < watched.warmup:
            return f"warm-up: `{self.text(expr)}` needs {counted(watched.warmup - bar, 'more bar')}"
        return ""

    def elsewhere(self, expr: s.On | s.From, bar: int) -> str:
        """Why what runs on other bars is unknown: none of them is complete yet, or too few for its warm-up."""
        times = self.run.columns.get(time_of_bar((expr,))[0])
        watched = self.known.get(key_of(expr))
        if times is None or watched is None:
            return ""
        seen = np.unique(times[: bar + 1])
        complete = int(np.count_nonzero(~np.isnan(seen)))
        other = f"bar of {place_of(expr)}"
        if not complete:
            return f"no {other} is complete yet"
        missing = watched.warmup - (complete - 1)
        return (
            f"warm-up: `{self.text(expr)}` needs {missing:,} more {'bar' if missing == 1 else 'bars'} of {place_of(expr)}"
            if missing > 0
            else ""
        )

    def past(self, reason: str, expr: s.Expr, bar: int, back: int) -> str:
        """A reason that holds some bars ago."""
        if not back or not reason or bar < 0:
            return reason
        reason = reason.replace("on this bar", "then")
        return f"{counted(back, 'bar')} ago `{self.text(expr)}` was unknown ({reason})"

    def choice(self, branches: tuple[tuple[s.Expr, s.Expr], ...], otherwise: s.Expr, bar: int) -> str:
        for condition, value in branches:
            truth = self.run.value(key_of(condition), bar)
            if isinstance(ungrouped(condition), s.TruthLiteral):
                truth = 2.0 if ungrouped(condition).value else 0.0  # type: ignore[union-attr]
            if truth == 1.0:
                return self.reason(condition, bar)
            if truth == 2.0:
                return self.reason(value, bar)
        return self.reason(otherwise, bar)

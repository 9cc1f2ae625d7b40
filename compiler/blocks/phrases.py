"""Expressions in plain English: `sma(close, 50) crosses above x` is "the 50-bar average of close crosses above x"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from compiler import syntax as s
from compiler.library import FunctionLibrary
from compiler.resolve import parsed_definition

NOUNS: dict[str, str] = {
    "sma": "average", "ema": "exponential average", "wma": "weighted average", "wilder": "Wilder average", "rsi": "relative strength",
    "stdev": "standard deviation", "median": "median", "linreg": "regression line",
}  # fmt: skip
"""Short names of functions of a series and a number of bars, where the library's own heading is longer."""

MEMBERS: dict[tuple[str, str], str] = {
    ("position", "size"): "the position's size",
    ("position", "entry_price"): "the position's entry price",
    ("position", "bars_held"): "the bars the position has been held",
    ("position", "profit"): "the position's profit",
    ("position", "highest"): "the highest price since the entry",
    ("position", "lowest"): "the lowest price since the entry",
    ("position", "last_exit_bars_ago"): "the bars since the last exit",
    ("account", "equity"): "the account's equity",
    ("account", "trades_today"): "the trades of today",
    ("account", "closed_trades"): "the number of closed trades",
    ("account", "last_profit"): "the profit of the last trade",
}

COMPARED: dict[str, str] = {
    "<": "is below", "<=": "is at most", ">": "is above", ">=": "is at least", "==": "equals", "!=": "differs from",
}  # fmt: skip
JOINED: dict[str, str] = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
SPANS: dict[str, str] = {"m": "minute", "h": "hour", "d": "day", "w": "week", "mo": "month"}


def plural(count: float, word: str) -> str:
    return f"{_figure(count)} {word}{'' if count == 1 else 's'}"


def _figure(value: float) -> str:
    if 1000 <= abs(value) < 1e15 and value == int(value):
        return f"{int(value):,}"
    return f"{value:.15g}"


def number_said(number: s.Number) -> str:
    figure = _figure(number.value)
    match number.unit:
        case "":
            return figure
        case "%":
            return f"{figure}%"
        case "bps":
            return plural(number.value, "basis point")
        case "bars" | "ticks" | "shares" | "units":
            return plural(number.value, number.unit[:-1])
        case unit:
            return f"{figure} {unit}"


def duration_said(clock: s.DurationLiteral, adjective: bool = False) -> str:
    word = SPANS[clock.unit]
    return f"{clock.count}-{word}" if adjective else plural(clock.count, word)


def listed(parts: list[str], word: str = "and") -> str:
    """`a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


_CONDITIONS = (s.Between, s.Crosses, s.IsMoving, s.IsNew, s.IsAvailable, s.HasHeld, s.WithinLast, s.TimeWithin)


@dataclass(frozen=True, slots=True)
class Phrases:
    """Says expressions, with the names that the library gives its functions."""

    library: FunctionLibrary

    def say(self, expr: s.Expr) -> str:
        match expr:
            case s.Number():
                return number_said(expr)
            case s.DurationLiteral():
                return duration_said(expr)
            case s.TruthLiteral(value=value):
                return "true" if value else "false"
            case s.UnknownLiteral():
                return "unknown"
            case s.TextLiteral(value=value):
                return f'"{value}"'
            case s.ListLiteral(items=items):
                return listed([self.say(item) for item in items]) if items else "nothing"
            case s.Name(name="entry"):
                return "the entry price"
            case s.Name(name=name):
                return name
            case s.Member(base=base, field=field):
                if isinstance(base, s.Name):
                    return MEMBERS.get((base.name, field.name)) or _member(base.name, field.name.replace("_", " "))
                return f"the {field.name.replace('_', ' ')} of {self.say(base)}"
            case s.Index(base=base, ago=ago):
                return f"{self.part(base)} {self.bars(ago)} ago"
            case s.Call():
                return self.call(expr)
            case s.Unary(op="not", operand=operand):
                return f"it is not true that {self.say(operand)}"
            case s.Unary(operand=operand):
                return f"minus {self.part(operand)}" if not isinstance(operand, s.Number) else f"-{number_said(operand)}"
            case s.Binary(op="and" | "or"):
                return self.chain(expr)
            case s.Binary(op="or_else", left=left, right=right):
                return f"{self.part(left)} (or {self.say(right)} while that is unknown)"
            case s.Binary(op=op, left=left, right=right):
                words = COMPARED.get(op) or JOINED[op]
                return f"{self.side(left)} {words} {self.side(right)}"
            case s.Between(operand=operand, low=low, high=high):
                return f"{self.part(operand)} is between {self.part(low)} and {self.part(high)}"
            case s.Crosses(left=left, right=right, way=way):
                return f"{self.part(left)} crosses {'' if way == 'either' else way + ' '}{self.part(right)}"
            case s.IsMoving(operand=operand, way=way, length=length):
                return f"{self.part(operand)} has been {way} for {self.bars(length)}"
            case s.IsNew(operand=operand):
                return f"{self.part(operand)} has changed on this bar"
            case s.IsAvailable(operand=operand):
                return f"{self.part(operand)} is known"
            case s.HasHeld(condition=condition, length=length):
                return f"for {self.bars(length)} now {self.clause(condition)}"
            case s.WithinLast(condition=condition, length=length):
                return f"{self.clause(condition)} at some time in the last {self.bars(length)}"
            case s.BarsSince(condition=condition):
                return f"the number of bars since {self.clause(condition)}"
            case s.If(branches=branches, otherwise=otherwise):
                cases = [f"{self.part(value)} if {self.clause(condition)}" for condition, value in branches]
                return f"{', '.join(cases)}, otherwise {self.part(otherwise)}"
            case s.On(operand=operand, clock=clock):
                return f"{self.part(operand)} on {duration_said(clock, True)} bars"
            case s.From(operand=operand, symbol=symbol):
                return f"{self.part(operand)} of {symbol.value}"
            case s.TimeWithin(operand=operand, session=session, zone=zone):
                place = f" in {zone.value}" if zone is not None else ""
                return f"{'the time' if _is_time(operand) else self.part(operand)} is within {session.value}{place}"
            case s.InZone(operand=operand, zone=zone):
                return f"{'the time' if _is_time(operand) else self.part(operand)} in {zone.value}"
            case s.Grouped(inner=inner):
                return self.say(inner)
            case s.Scheduled(period=period, edge=edge, at=at):  # stands for the words of an `every` rule, never in a file
                return f"it is {at.value} of the {period}" if at is not None else f"it is the {edge} of the {period}"
            case s.ErrorExpr():
                return "what could not be read"
            case _:
                assert_never(expr)

    def is_condition(self, expr: s.Expr) -> bool:
        """Whether an expression can only be a condition, told by its form alone."""
        match _bare(expr):
            case s.Binary(op=op):
                return op in COMPARED or op in ("and", "or")
            case s.Unary(op=op):
                return op == "not"
            case node:
                return isinstance(node, _CONDITIONS)

    def chain(self, top: s.Binary) -> str:
        """`a, b and c`; what is joined otherwise stands in it as "either … or …" or "both … and …"."""
        clauses: list[s.Expr] = []
        node: s.Expr = top
        while isinstance(node, s.Binary) and node.op == top.op:
            clauses.append(node.right)
            node = node.left
        clauses.append(node)
        return listed([self.clause(clause) for clause in reversed(clauses)], top.op)

    def clause(self, expr: s.Expr) -> str:
        """A condition inside another: it says where it begins if it has parts of its own."""
        expr = _bare(expr)
        if isinstance(expr, s.Binary) and expr.op in ("and", "or"):
            return f"({'either' if expr.op == 'or' else 'both' if _links(expr) == 2 else 'all of'} {self.say(expr)})"
        return self.say(expr)

    def side(self, expr: s.Expr) -> str:
        """One side of a calculation or comparison: a calculation with parentheses of its own keeps them."""
        inner = _bare(expr)
        if isinstance(expr, s.Grouped) and isinstance(inner, s.Binary) and inner.op in JOINED:
            return f"({self.say(inner)})"
        return self.say(inner) if isinstance(inner, s.Binary) and inner.op in JOINED else self.part(inner)

    def part(self, expr: s.Expr) -> str:
        """An operand: in parentheses if it is a calculation or a condition."""
        inner = _bare(expr)
        said = self.say(inner)
        if isinstance(inner, s.Binary | s.If) or self.is_condition(inner):
            return f"({said})"
        return said

    def bars(self, length: s.Expr) -> str:
        """A number of bars."""
        length = _bare(length)
        match length:
            case s.Number(value=value, unit="" | "bars"):
                return plural(value, "bar")
            case s.Name(name=name):
                return f"{name} bars"
            case _:
                return f"{self.part(length)} bars"

    def call(self, call: s.Call) -> str:
        function = call.function
        if isinstance(function, s.Member):
            return self.plain_call(f"{self.say(function.base)}'s {function.field.name}", call)
        name = function.name
        values = [a.value for a in call.arguments]
        unnamed = all(a.name is None for a in call.arguments)
        match name, values:
            case "highest" | "lowest", [of, length] if unnamed:
                return f"the {name} {self.part(of)} of the last {self.bars(length)}"
            case "count", [of, length] if unnamed:
                return f"how often {self.clause(of)} in the last {self.bars(length)}"
            case "abs", [of]:
                return f"the size of {self.part(of)}"
            case "min" | "max", [_, _, *_]:
                return f"the {'smallest' if name == 'min' else 'largest'} of {listed([self.part(v) for v in values])}"
            case "number" | "oscillator", [of]:
                return f"{self.part(of)} as a {'plain number' if name == 'number' else 'number from 0 to 100'}"
            case "floor" | "ceil" | "round", [of]:
                return f"{self.part(of)} rounded{ {'floor': ' down', 'ceil': ' up'}.get(name, '') }"
            case "sqrt", [of]:
                return f"the square root of {self.part(of)}"
        return self.library_call(name, call)

    def library_call(self, name: str, call: s.Call) -> str:
        """`the 14-bar relative strength of close`: by the heading of the library's documentation."""
        definition = self.library.definitions.get(name)
        heading = NOUNS.get(name) or (_heading(definition.text) if definition is not None else "")
        if definition is None or not heading:
            return self.plain_call(name, call)
        parameters = parsed_definition(name, definition.text, definition.file).define.params
        given: dict[str, s.Expr] = {}
        positional = [a.value for a in call.arguments if a.name is None]
        # `rsi(14)` is `rsi(close, 14)`: a series that has a default may be left out before a quantity.
        shift = int(
            bool(positional)
            and bool(parameters)
            and _is_series(parameters[0])
            and isinstance(_bare(positional[0]), s.Number)
            and len(positional) < len(parameters)
        )
        for parameter, value in zip(parameters[shift:], positional, strict=False):
            given[parameter.name.name] = value
        given.update({a.name.name: a.value for a in call.arguments if a.name is not None})
        if len(positional) + shift > len(parameters) or any(key not in {p.name.name for p in parameters} for key in given):
            return self.plain_call(name, call)
        of = ""
        lengths: list[str] = []
        rest: list[str] = []
        first_length = ""
        for parameter in parameters:
            key = parameter.name.name
            known = given.get(key)
            value_ = known if known is not None else parameter.default
            if value_ is None:
                continue
            if parameter is parameters[0] and _is_series(parameter):
                of = f" of {self.part(value_)}"
            elif isinstance(parameter.default, s.Number) and parameter.default.unit == "bars":
                lengths.append(self.bars(value_))
                first_length = first_length or (_adjective(value_) if len(lengths) == 1 else "")
            elif known is not None:
                rest.append(f"{key.replace('_', ' ')} {self.part(known)}")
        if len(lengths) == 1 and first_length:
            said = f"the {first_length} {heading}{of}"
        else:
            said = f"the {heading}{of}" + (f" over {listed(lengths)}" if lengths else "")
        return said + (f" with {listed(rest)}" if rest else "")

    def plain_call(self, said: str, call: s.Call) -> str:
        parts = [
            f"{a.name.name.replace('_', ' ')} {self.part(a.value)}" if a.name is not None else self.part(a.value)
            for a in call.arguments
        ]
        return f"{said} of {listed(parts)}" if parts else said


def _member(base: str, field: str) -> str:
    if base == "time":
        return f"the {field}"
    owner = f"the {base}" if base in ("position", "account", "session") else base
    return f"{owner}{chr(39) if owner.endswith('s') else chr(39) + 's'} {field}"


def _bare(expr: s.Expr) -> s.Expr:
    while isinstance(expr, s.Grouped):
        expr = expr.inner
    return expr


def _links(expr: s.Binary) -> int:
    count, node = 1, expr.left
    while isinstance(node, s.Binary) and node.op == expr.op:
        count, node = count + 1, node.left
    return count + 1


def _is_time(expr: s.Expr) -> bool:
    return isinstance(expr, s.Name) and expr.name == "time"


def _is_series(parameter: s.Param) -> bool:
    return parameter.default is None or isinstance(parameter.default, s.Name | s.Call | s.Member)


def _adjective(length: s.Expr) -> str:
    length = _bare(length)
    if isinstance(length, s.Number) and length.unit in ("", "bars"):
        return f"{_figure(length.value)}-bar"
    return ""


def _heading(text: str) -> str:
    """The first words of a definition's documentation, if they are a name: `Average true range: …`."""
    first = text.split("\n", 1)[0]
    if not first.startswith("##"):
        return ""
    words, colon, _ = first.removeprefix("##").strip().partition(":")
    if not colon or len(words.split()) > 6 or "." in words:
        return ""
    words = words.removeprefix("The ").removeprefix("the ")
    return (
        words
        if words.split()[0].isupper() or words.split()[0] in ("Wilder", "Bollinger", "Keltner", "Donchian", "Hull")
        else words[0].lower() + words[1:]
    )

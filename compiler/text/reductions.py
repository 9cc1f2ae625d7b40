"""From what the grammar recognised to syntax nodes: one function per alternative of grammar/apx.lark, under its name.

Each takes the span of the alternative and the values of its kept symbols: nodes, tokens, or what another function here returned.
The heads of statements are built without what stands under them; compiler/text/assemble.py joins the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler import syntax as s
from compiler.source import Span
from compiler.text.tokens import Token
from compiler.words import UNITS

Values = list[Any]
Reduction = Callable[[Span, Values], object]


def ident(token: Token) -> s.Ident:
    return s.Ident(Span(token.start, token.end), token.text)


def text(token: Token) -> s.TextLiteral:
    return s.TextLiteral(Span(token.start, token.end), token.text[1:-1])


def duration(token: Token) -> s.DurationLiteral:
    digits = token.text.rstrip("mohdw")
    return s.DurationLiteral(Span(token.start, token.end), int(digits), token.text[len(digits) :])  # type: ignore[arg-type]


def plain(token: Token) -> s.Number:
    return s.Number(Span(token.start, token.end), float(token.text), "")


def whole(token: Token) -> int:
    """A version or edition; a number that is not whole gives -1, which is none."""
    return int(token.text) if token.text.isdigit() else -1


# ---------------------------------------------------------------- expressions


def _number(span: Span, v: Values) -> s.Number:
    unit = "" if len(v) == 1 else UNITS.get(v[1].text, v[1].text)
    return s.Number(span, float(v[0].text), unit)


def _binary(span: Span, v: Values) -> s.Binary:
    left, op, right = v
    return s.Binary(span, op.text, left, right, Span(op.start, op.end))


def _if(span: Span, v: Values) -> s.If:
    parts = [value for value in v if not isinstance(value, Token)]  # ELSE_IF tokens stand between
    branches = tuple(zip(parts[0:-1:2], parts[1:-1:2], strict=True))
    last = parts[-1]
    if isinstance(last, s.If):  # `else if … end end` is the chain `else if … end`
        return s.If(span, branches + last.branches, last.otherwise)
    return s.If(span, branches, last)


def _time_within(span: Span, v: Values) -> s.TimeWithin:
    return s.TimeWithin(span, v[0], text(v[1]), text(v[2]) if len(v) > 2 else None)


def _crosses(way: Any) -> Reduction:
    return lambda span, v: s.Crosses(span, v[0], v[1], way)


def _moving(way: Any) -> Reduction:
    return lambda span, v: s.IsMoving(span, v[0], way, v[1])


EXPRESSIONS: dict[str, Reduction] = {
    "number": _number,
    "duration": lambda span, v: duration(v[0]),
    "text": lambda span, v: text(v[0]),
    "true": lambda span, v: s.TruthLiteral(span, True),
    "false": lambda span, v: s.TruthLiteral(span, False),
    "unknown": lambda span, v: s.UnknownLiteral(span),
    "list": lambda span, v: s.ListLiteral(span, tuple(v)),
    "name": lambda span, v: s.Name(span, v[0].text),
    "member": lambda span, v: s.Member(span, v[0], ident(v[1])),
    "index": lambda span, v: s.Index(span, v[0], v[1]),
    "call": lambda span, v: s.Call(span, v[0], tuple(v[1:])),
    "argument": lambda span, v: s.Argument(span, None, v[0]),
    "named_argument": lambda span, v: s.Argument(span, ident(v[0]), v[1]),
    "negative": lambda span, v: s.Unary(span, "-", v[1]),
    "not_": lambda span, v: s.Unary(span, "not", v[0]),
    "binary": _binary,
    "between": lambda span, v: s.Between(span, v[0], v[1], v[2]),
    "crosses": _crosses("either"),
    "crosses_above": _crosses("above"),
    "crosses_below": _crosses("below"),
    "is_rising": _moving("rising"),
    "is_falling": _moving("falling"),
    "is_new": lambda span, v: s.IsNew(span, v[0]),
    "is_available": lambda span, v: s.IsAvailable(span, v[0]),
    "time_within": _time_within,
    "within_last": lambda span, v: s.WithinLast(span, v[0], v[1]),
    "has_held": lambda span, v: s.HasHeld(span, v[0], v[1]),
    "bars_since": lambda span, v: s.BarsSince(span, v[0]),
    "on_clock": lambda span, v: s.On(span, v[0], duration(v[1])),
    "from_symbol": lambda span, v: s.From(span, v[0], text(v[1])),
    "in_zone": lambda span, v: s.InZone(span, v[0], text(v[1])),
    "grouped": lambda span, v: s.Grouped(span, v[0]),
    "if": _if,
}


# ---------------------------------------------------------------- orders


def _order(span: Span, v: Values) -> s.OrderAction:
    verb, rest = v[0], v[1:]
    size = entry = tag = None
    for part in rest:
        if isinstance(part, s.Entry):
            entry = part
        elif isinstance(part, s.TextLiteral):
            tag = part
        else:
            size = part
    return s.OrderAction(span, verb.text, Span(verb.start, verb.end), size, entry, tag)


def _entry(kind: Any) -> Reduction:
    def entry(span: Span, v: Values) -> s.Entry:
        prices = [part for part in v if not isinstance(part, Token)]
        return s.Entry(span, kind, *prices)

    return entry


def _exit(span: Span, v: Values) -> s.ExitAction:
    share = tag = entry = None
    for part in v:
        if isinstance(part, s.Entry):
            entry = part
        elif not isinstance(part, Token):
            share = part
        elif part.kind == "STRING":
            tag = text(part)
    return s.ExitAction(span, share, tag, entry)


def _protect_share(span: Span, v: Values) -> s.ProtectAction:
    return s.ProtectAction(span, v[0], v[2] if len(v) > 2 else None)


def _hold_top(span: Span, v: Values) -> s.HoldTop:
    count, of, by, *rest = v
    (weight,) = rest[-1]
    return s.HoldTop(span, count, ident(of), by, rest[0] if len(rest) > 1 else None, weight)


def _attached(kind: Any) -> Reduction:
    return lambda span, v: s.Attached(span, kind, *v)


def _exit_price(plain_kind: Any, share: Any, multiple: Any) -> Reduction:
    """`2%` and `50 bps` are shares of the entry and `3 R` a multiple of the risk; all else is a price."""

    def exit_price(span: Span, v: Values) -> s.Attached:
        value = v[0]
        unit = value.unit if isinstance(value, s.Number) else ""
        return s.Attached(span, share if unit in ("%", "bps") else multiple if unit == "R" else plain_kind, value)

    return exit_price


ORDERS: dict[str, Reduction] = {
    "order": _order,
    "reduce_order": _order,
    "size_share": lambda span, v: s.SizeShare(span, v[0], v[1].text),
    "size_risk": lambda span, v: s.SizeRisk(span, v[0]),
    "size_amount": lambda span, v: s.SizeAmount(span, v[0]),
    "at_next_open": _entry("next_open"),
    "at_this_close": _entry("this_close"),
    "at_limit": _entry("limit"),
    "at_stop": _entry("stop"),
    "at_stop_limit": _entry("stop_limit"),
    "named": lambda span, v: text(v[0]),
    "exit_all": _exit,
    "exit_tag": _exit,
    "exit_share": _exit,
    "protect_all": lambda span, v: s.ProtectAction(span, None, v[1] if len(v) > 1 else None),
    "protect_share": _protect_share,
    "cancel": lambda span, v: s.CancelAction(span, text(v[0]) if v else None),
    "notify": lambda span, v: s.NotifyAction(span, text(v[0])),
    "hold_top": _hold_top,
    "weight_equally": lambda span, v: (None,),
    "weight_by": lambda span, v: (v[0],),
    "weight": lambda span, v: (v[0] if v else None,),
    "stop_at": _exit_price("stop_at", "stop_share", "stop_at"),
    "target_at": _exit_price("target_at", "target_share", "target_r"),
    "trail": _attached("trail"),
    "hold_at_most": _attached("hold"),
    "expire": _attached("expire"),
}


# ---------------------------------------------------------------- statements


def _trade(span: Span, v: Values) -> s.Trade:
    session, zone = _session(v)
    symbols = tuple(text(part) for part in v if isinstance(part, Token) and part.kind == "STRING")
    (every,) = (duration(part) for part in v if isinstance(part, Token) and part.kind == "DURATION")
    return s.Trade(span, symbols, None, every, session, zone)


def _trade_universe(span: Span, v: Values) -> s.Trade:
    session, zone = _session(v)
    return s.Trade(span, (), ident(v[0]), duration(v[2]), session, zone)


def _session(v: Values) -> tuple[s.TextLiteral | None, s.TextLiteral | None]:
    last = v[-1]
    if isinstance(last, Token):
        return None, None
    return last[0], last[1] if len(last) > 1 else None


def _input(span: Span, v: Values) -> s.Input:
    name, default, *rest = v
    label = text(rest.pop()) if rest and isinstance(rest[-1], Token) else None
    if not rest:
        return s.Input(span, ident(name), default, label=label)
    if isinstance(rest[0], s.ListLiteral):
        return s.Input(span, ident(name), default, choices=rest[0], label=label)
    low, high, *step = rest[0]
    return s.Input(span, ident(name), default, low, high, step[0] if step else None, None, label)


def _setting(span: Span, v: Values) -> s.Setting:
    key, *rest = v
    values = tuple(duration(part) if isinstance(part, Token) else part for part in rest if _is_value(part))
    words = tuple(ident(part) for part in rest if not _is_value(part))
    return s.Setting(span, ident(key), values, words)


def _is_value(part: object) -> bool:
    return not isinstance(part, Token) or part.kind == "DURATION"


def _limit(span: Span, v: Values) -> s.Setting:
    key, what, value = v
    name = s.Ident(Span(key.start, what.end), f"limit {what.text}")
    if what.text == "direction" and isinstance(value, s.Name):
        return s.Setting(span, name, (), (s.Ident(value.span, value.name),))
    return s.Setting(span, name, (value,))


def _param(span: Span, v: Values) -> s.Param:
    return s.Param(span, ident(v[0]), v[1] if len(v) > 1 else None)


def _every_head(span: Span, v: Values) -> s.Every:
    words, at = v[0]
    return s.Every(span, words, at, v[1] if len(v) > 1 else None, ())


def _expect_position(span: Span, v: Values) -> s.TestExpect:
    return s.TestExpect(span, "position", v[2], value=v[1], tolerance=v[3] if len(v) > 3 else None)


def _expect_value(span: Span, v: Values) -> s.TestExpect:
    return s.TestExpect(span, "value", v[1], what=v[0], value=v[2], tolerance=v[3] if len(v) > 3 else None)


STATEMENTS: dict[str, Reduction] = {
    "edition": lambda span, v: s.Edition(span, whole(v[0])),
    "strategy": lambda span, v: s.Strategy(span, text(v[0])),
    "library": lambda span, v: s.Library(span, text(v[0]), whole(v[1])),
    "use": lambda span, v: s.Use(span, text(v[0]), whole(v[1]), None),
    "use_as": lambda span, v: s.Use(span, text(v[0]), whole(v[1]), ident(v[2])),
    "trade": _trade,
    "trade_universe": _trade_universe,
    "on_session": lambda span, v: tuple(text(part) for part in v),
    "input": _input,
    "range": lambda span, v: tuple(part for part in v if not isinstance(part, Token)),
    "choices": lambda span, v: v[0],
    "require": lambda span, v: s.Require(span, v[0]),
    "let": lambda span, v: s.Let(span, ident(v[0]), v[1]),
    "remember": lambda span, v: s.Remember(span, ident(v[0]), v[1], v[2]),
    "define_short": lambda span, v: s.Define(span, ident(v[0]), v[1], (), (s.Output(v[2].span, None, v[2]),)),
    "define_head": lambda span, v: s.Define(span, ident(v[0]), v[1], (), ()),
    "params": lambda span, v: tuple(v),
    "param": _param,
    "give": lambda span, v: tuple(v),
    "output": lambda span, v: s.Output(span, None, v[0]),
    "named_output": lambda span, v: s.Output(span, ident(v[0]), v[1]),
    "when_head": lambda span, v: s.When(span, v[0], ()),
    "otherwise": lambda span, v: s.Ident(span, "otherwise"),
    "every_head": _every_head,
    "schedule": lambda span, v: (tuple(ident(part) for part in v), None),
    "schedule_day": lambda span, v: ((ident(v[0]),), text(v[1])),
    "settings_head": lambda span, v: s.Settings(span, ()),
    "setting": _setting,
    "limit": _limit,
    "plot": lambda span, v: s.Plot(span, tuple(v)),
    "plot_item": lambda span, v: s.PlotItem(span, v[0], text(v[1]) if len(v) > 1 else None),
    "alert": lambda span, v: s.Alert(span, v[1], text(v[2])),
    "test_head": lambda span, v: s.Test(span, text(v[0])),
    "with_line": lambda span, v: s.TestWith(span, tuple(v)),
    "assignment": lambda span, v: s.Argument(span, ident(v[0]), v[1]),
    "given_line": lambda span, v: s.TestGiven(span, ident(v[0]), v[1]),
    "at_bar": lambda span, v: plain(v[0]),
    "expect_order": lambda span, v: s.TestExpect(span, "order", v[1], verb=ident(v[0])),
    "expect_no_order": lambda span, v: s.TestExpect(span, "no_order", v[0] if v else None),
    "expect_position": _expect_position,
    "expect_value": _expect_value,
}

"""Which slots a syntax node has, what may stand in each, and how tightly it must bind to stand there without parentheses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from compiler import syntax as s
from compiler.source import Span

Form = Literal[
    "expression", "constant", "text", "duration", "list", "callee", "argument", "assignment", "bar", "size", "entry", "action",
    "attached", "setting", "test line", "body line", "plot item", "output", "parameter", "statement", "unread",
]  # fmt: skip
"""How what stands in a slot is written, and so how text for it is read."""

Wanted = Literal["condition", "number", "any", "text", "duration", "record", "list", "block"]
"""The kind of value a slot takes; `block` for what is no value: actions, lines, statements."""

FOLD: dict[str, int] = {
    "or": 1, "and": 2, "not": 3, "phrase": 4, "comparison": 5, "or_else": 6, "sum": 7, "product": 8, "unary": 9, "clock": 10,
    "atom": 11, "callee": 12,
}  # fmt: skip
"""How tightly expressions bind, loosest first: the levels of grammar/apx.lark."""

OR, AND, NOT, PHRASE, COMPARISON, OR_ELSE, SUM, PRODUCT, UNARY, CLOCK, ATOM, CALLEE = FOLD.values()

BINARY: dict[str, tuple[int, int, int]] = {
    "or": (OR, OR, AND), "and": (AND, AND, NOT), "or_else": (OR_ELSE, OR_ELSE, SUM),
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), (COMPARISON, OR_ELSE, OR_ELSE)),
    **dict.fromkeys(("+", "-"), (SUM, SUM, PRODUCT)), **dict.fromkeys(("*", "/"), (PRODUCT, PRODUCT, UNARY)),
}  # fmt: skip
"""Operator -> its own level, and the levels that its left and right side must have at least."""


@dataclass(frozen=True, slots=True)
class Opaque:
    """Text that could not be read. It stands in the tree so that it can be seen, moved and put right."""

    span: Span
    text: str


Block: TypeAlias = (
    s.Expr | s.Argument | s.Size | s.Entry | s.Attached | s.Action | s.Setting | s.Param | s.Output | s.PlotItem | s.TestLine
    | s.Statement | Opaque
)  # fmt: skip
"""What has a block of its own."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a block. `name` is the field of the syntax node.

    needs: an expression that binds less tightly stands in parentheses. many: a list; `least` items stay in it; `grows`: items can be
    put in and taken out. optional: may be empty; then `lead` are the words written before what is put there, `trail` those after.
    """

    name: str
    form: Form = "expression"
    wanted: Wanted = "any"
    unit: str = ""
    needs: int = OR
    many: bool = False
    least: int = 0
    grows: bool = False
    optional: bool = False
    lead: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()


def _condition(name: str = "condition", needs: int = OR) -> Slot:
    return Slot(name, wanted="condition", needs=needs)


def _number(name: str, unit: str = "", needs: int = OR) -> Slot:
    return Slot(name, wanted="number", unit=unit, needs=needs)


def _text(name: str) -> Slot:
    return Slot(name, "text", "text")


def _optional_text(name: str, *lead: str) -> Slot:
    return Slot(name, "text", "text", optional=True, lead=lead)


def _lines(name: str, form: Form, least: int = 0) -> Slot:
    return Slot(name, form, "block", many=True, least=least, grows=True)


_ENTRY = Slot("entry", "entry", "block", optional=True)
_ATTACHED = _lines("attached", "attached")
_CONSTANT = Slot("default", "constant", "any")


def slots_of(block: Block) -> tuple[Slot, ...]:
    """The slots of a block, in the order in which they are written. `if` has two that share a field: see compiler/blocks/places.py."""
    match block:
        case (
            s.Number() | s.DurationLiteral() | s.TruthLiteral() | s.UnknownLiteral() | s.TextLiteral() | s.Name() | s.ErrorExpr()
            | s.Edition() | Opaque()
        ):  # fmt: skip
            return ()
        case s.Grouped():
            return (Slot("inner"),)
        case s.ListLiteral():
            return (Slot("items", many=True, grows=True),)
        case s.Member():
            return (Slot("base", wanted="record", needs=ATOM),)
        case s.Index():
            return (Slot("base", needs=ATOM), _number("ago", "bars"))
        case s.Call():
            return (
                Slot("function", "callee", "record", needs=CALLEE),
                Slot("arguments", "argument", "any", many=True, grows=True),
            )
        case s.Argument() | s.Output():
            return (Slot("value"),)
        case s.Unary(op="not"):
            return (_condition("operand", NOT),)
        case s.Unary():
            return (_number("operand", needs=UNARY),)
        case s.Binary(op=op):
            _, left, right = BINARY[op]
            wanted: Wanted = "condition" if op in ("and", "or") else "any" if op in ("or_else", "==", "!=") else "number"
            return (Slot("left", wanted=wanted, needs=left), Slot("right", wanted=wanted, needs=right))
        case s.Between():
            return (_number("operand", needs=OR_ELSE), _number("low", needs=OR_ELSE), _number("high", needs=OR_ELSE))
        case s.Crosses():
            return (_number("left", needs=OR_ELSE), _number("right", needs=OR_ELSE))
        case s.IsMoving():
            return (_number("operand", needs=OR_ELSE), _number("length", "bars", OR_ELSE))
        case s.IsNew() | s.IsAvailable():
            return (Slot("operand", needs=OR_ELSE),)
        case s.HasHeld() | s.WithinLast():
            return (_condition(needs=PHRASE), _number("length", "bars", OR_ELSE))
        case s.BarsSince():
            return (_condition(needs=CLOCK),)
        case s.If():
            return (
                Slot("conditions", wanted="condition", many=True, least=1),
                Slot("values", many=True, least=1),
                Slot("otherwise"),
            )
        case s.On():
            return (Slot("operand", needs=CLOCK), Slot("clock", "duration", "duration"))
        case s.From():
            return (Slot("operand", needs=CLOCK), _text("symbol"))
        case s.TimeWithin():
            return (Slot("operand", needs=OR_ELSE), _text("session"), _optional_text("zone", "in"))
        case s.InZone():
            return (Slot("operand", needs=CLOCK), _text("zone"))
        case s.SizeShare() | s.SizeRisk():
            return (_number("share", "ratio"),)
        case s.SizeAmount():
            return (_number("amount", "money or quantity"),)
        case s.Entry(kind="next_open" | "this_close"):
            return ()
        case s.Entry(kind="stop_limit"):
            return (_number("price", "price"), _number("limit", "price"))
        case s.Entry():
            return (_number("price", "price"),)
        case s.Attached(kind="trail"):
            return (_number("value", "price"), Slot("second", wanted="number", unit="price", optional=True, lead=("after",)))
        case s.Attached(kind=kind):
            units = {"hold": "bars", "expire": "bars", "stop_at": "price", "target_at": "price", "target_r": "plain number"}
            return (_number("value", units.get(kind, "ratio")),)
        case s.OrderAction(verb=verb):
            return (
                Slot("size", "size", "block", optional=verb in ("sell", "cover")),
                _ENTRY,
                _optional_text("tag", "named"),
                _ATTACHED,
            )
        case s.ExitAction():
            share = Slot("share", wanted="number", unit="ratio", optional=True, trail=("of",))
            return (share, Slot("tag", "text", "text"), _ENTRY, _ATTACHED)
        case s.ProtectAction():
            share = Slot("share", wanted="number", unit="ratio", optional=True, trail=("of",))
            return (share, _optional_text("tag", "named"), _ATTACHED)
        case s.CancelAction():
            return (_optional_text("tag"),)
        case s.NotifyAction():
            return (_text("text"),)
        case s.HoldTop():
            where = Slot("where", wanted="condition", optional=True, lead=("where",))
            return (_number("count", "plain number"), _number("by"), where, _number("weight"))
        case s.Strategy() | s.Library() | s.Use():
            return (_text("title"),)
        case s.Trade():
            symbols = Slot("symbols", "text", "text", many=True, least=1, grows=True)
            return (
                symbols,
                Slot("every", "duration", "duration"),
                _optional_text("session", "on", "session"),
                _optional_text("zone", "in"),
            )
        case s.Input():
            low, high = (Slot(name, "constant", "number") for name in ("low", "high"))
            step = Slot("step", "constant", "number", optional=True, lead=("step",))
            return (_CONSTANT, low, high, step, Slot("choices", "list", "list"), _optional_text("label"))
        case s.Require():
            return (_condition(),)
        case s.Setting(values=values):
            clock = bool(values) and all(isinstance(value, s.DurationLiteral) for value in values)
            return (Slot("values", "duration" if clock else "expression", many=True),)
        case s.Settings():
            return (_lines("lines", "setting"),)
        case s.Let():
            return (Slot("value"),)
        case s.Remember():
            return (Slot("next"), Slot("first"))
        case s.Param():
            return (Slot("default", optional=True, lead=("=",)),)
        case s.Define():
            parameters = Slot("params", "parameter", "block", many=True, grows=True)
            outputs = Slot("outputs", "output", "block", many=True, least=1, grows=True)
            return (parameters, _lines("body", "body line"), outputs)
        case s.When():
            return (_condition(), _lines("actions", "action", 1), _lines("otherwise", "action"))
        case s.Every():
            where = Slot("where", wanted="condition", optional=True, lead=("where",))
            return (Slot("at", "text", "text"), where, _lines("actions", "action", 1))
        case s.PlotItem():
            return (Slot("value"), _optional_text("label"))
        case s.Plot():
            return (Slot("items", "plot item", "block", many=True, least=1, grows=True),)
        case s.Alert():
            return (_condition(), _text("text"))
        case s.TestWith():
            return (Slot("values", "assignment", "block", many=True, least=1, grows=True),)
        case s.TestGiven():
            return (Slot("values", "list", "list"),)
        case s.TestExpect(kind="value"):
            tolerance = Slot("tolerance", "constant", "number", optional=True, lead=("within",))
            return (Slot("what", "callee"), Slot("bar", "bar", "number"), Slot("value", "constant"), tolerance)
        case s.TestExpect(kind="position"):
            return (Slot("value", "constant", "number", "quantity"), Slot("bar", "bar", "number"))
        case s.TestExpect(kind=kind):
            return (Slot("bar", "bar", "number", optional=kind == "no_order", lead=("at", "bar")),)
        case s.Scheduled():  # stands for the words of an `every` rule, never in a file
            return ()
        case s.Test():
            return (_text("title"), _lines("lines", "test line"))
        case _:
            assert_never(block)


def level(expr: Block) -> int:
    """How tightly an expression binds. What is no expression never needs parentheses."""
    match expr:
        case s.Binary(op=op):
            return BINARY[op][0]
        case s.Unary(op="not"):
            return NOT
        case s.Unary() | s.BarsSince():
            return UNARY
        case s.HasHeld() | s.WithinLast():
            return PHRASE
        case s.Between() | s.Crosses() | s.IsMoving() | s.IsNew() | s.IsAvailable() | s.TimeWithin():
            return COMPARISON
        case s.On() | s.From() | s.InZone():
            return CLOCK
        case s.Name() | s.Member():
            return CALLEE
        case _:
            return ATOM


def begins_with_if(expr: Block) -> bool:
    """Whether its first word is `if`: after an `else` such an expression would be read as the next link of the chain."""
    match expr:
        case s.If():
            return True
        case s.Member(base=first) | s.Index(base=first) | s.On(operand=first) | s.From(operand=first) | s.InZone(operand=first):
            return begins_with_if(first)
        case s.Binary(left=first) | s.Crosses(left=first) | s.Between(operand=first) | s.IsMoving(operand=first):
            return begins_with_if(first)
        case s.IsNew(operand=first) | s.IsAvailable(operand=first) | s.TimeWithin(operand=first):
            return begins_with_if(first)
        case s.HasHeld(condition=first) | s.WithinLast(condition=first):
            return begins_with_if(first)
        case _:
            return False

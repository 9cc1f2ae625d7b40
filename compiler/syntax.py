"""The syntax tree: what was written, with the place of every part. No meaning yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from compiler.source import Span


@dataclass(frozen=True, slots=True)
class Ident:
    """A name as written."""

    span: Span
    name: str


# ---------------------------------------------------------------- expressions


@dataclass(frozen=True, slots=True)
class Number:
    """`1_000`, `2%`, `20 bars`, `3 ticks`, `2 R`, `100_000 USD`. `unit` is '', '%', 'bps', 'bars', 'ticks', 'shares',
    'units', 'R' or a currency code in capitals; singular spellings are folded into the plural. `value` is the number as written
    (percent and bps not yet scaled)."""

    span: Span
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class DurationLiteral:
    """`15m`, `4h`, `1d`, `1w`, `1mo`."""

    span: Span
    count: int
    unit: Literal["m", "h", "d", "w", "mo"]


@dataclass(frozen=True, slots=True)
class TruthLiteral:
    """`true` or `false`."""

    span: Span
    value: bool


@dataclass(frozen=True, slots=True)
class UnknownLiteral:
    """`unknown`."""

    span: Span


@dataclass(frozen=True, slots=True)
class TextLiteral:
    """A string; `value` without its quotes."""

    span: Span
    value: str


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b, c]`: input choices and test data only."""

    span: Span
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Name:
    """A name read as a value."""

    span: Span
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """`m.field`."""

    span: Span
    base: Expr
    field: Ident


@dataclass(frozen=True, slots=True)
class Index:
    """`x[3]`: three bars ago."""

    span: Span
    base: Expr
    ago: Expr


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a call; `name` is set for `f(n = 3)`."""

    span: Span
    name: Ident | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Call:
    """`f(x, n = 3)`, also `m.f(x)` for a library's function (`function` is then a Member)."""

    span: Span
    function: Name | Member
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x`, `not c`."""

    span: Span
    op: Literal["-", "not"]
    operand: Expr


@dataclass(frozen=True, slots=True)
class Binary:
    """Arithmetic, comparison, logic and `or_else`."""

    span: Span
    op: Literal["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "and", "or", "or_else"]
    left: Expr
    right: Expr
    op_span: Span


@dataclass(frozen=True, slots=True)
class Between:
    """`a between low and high` (ends included)."""

    span: Span
    operand: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Crosses:
    """`a crosses above b`, `a crosses below b`, `a crosses b`."""

    span: Span
    left: Expr
    right: Expr
    way: Literal["above", "below", "either"]


@dataclass(frozen=True, slots=True)
class IsMoving:
    """`x is rising for n`, `x is falling for n`."""

    span: Span
    operand: Expr
    way: Literal["rising", "falling"]
    length: Expr


@dataclass(frozen=True, slots=True)
class IsNew:
    """`x is new`."""

    span: Span
    operand: Expr


@dataclass(frozen=True, slots=True)
class IsAvailable:
    """`x is available`."""

    span: Span
    operand: Expr


@dataclass(frozen=True, slots=True)
class HasHeld:
    """`c has held for n`."""

    span: Span
    condition: Expr
    length: Expr


@dataclass(frozen=True, slots=True)
class WithinLast:
    """`c within last n`."""

    span: Span
    condition: Expr
    length: Expr


@dataclass(frozen=True, slots=True)
class BarsSince:
    """`bars since c`."""

    span: Span
    condition: Expr


@dataclass(frozen=True, slots=True)
class If:
    """`if c then a else if d then b else e end`; the branches in order, then the last `else`."""

    span: Span
    branches: tuple[tuple[Expr, Expr], ...]
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class On:
    """`e on 4h`."""

    span: Span
    operand: Expr
    clock: DurationLiteral


@dataclass(frozen=True, slots=True)
class From:
    """`e from "SPY"`."""

    span: Span
    operand: Expr
    symbol: TextLiteral


@dataclass(frozen=True, slots=True)
class TimeWithin:
    """`time is within "09:30-16:00" in "America/New_York"` (zone may be left out)."""

    span: Span
    operand: Expr
    session: TextLiteral
    zone: TextLiteral | None


@dataclass(frozen=True, slots=True)
class InZone:
    """`time.hour in "UTC"`."""

    span: Span
    operand: Expr
    zone: TextLiteral


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The schedule of an `every` rule as a condition: the bar that starts or ends a period, or closes at a clock time (`day at "15:45"`).

    late: whether the next bar of the session stands in where that of the clock time is missing.
    """

    span: Span
    period: Literal["month", "week", "day"]
    edge: Literal["start", "end", ""]
    at: TextLiteral | None
    late: bool = True


@dataclass(frozen=True, slots=True)
class Grouped:
    """`( e )`: kept so that text and blocks lose nothing."""

    span: Span
    inner: Expr


@dataclass(frozen=True, slots=True)
class ErrorExpr:
    """Stands where an expression could not be read; its mistake has been reported."""

    span: Span


Expr = (
    Number
    | DurationLiteral
    | TruthLiteral
    | UnknownLiteral
    | TextLiteral
    | ListLiteral
    | Name
    | Member
    | Index
    | Call
    | Unary
    | Binary
    | Between
    | Crosses
    | IsMoving
    | IsNew
    | IsAvailable
    | HasHeld
    | WithinLast
    | BarsSince
    | If
    | On
    | From
    | TimeWithin
    | InZone
    | Scheduled
    | Grouped
    | ErrorExpr
)


# ---------------------------------------------------------------- orders and actions


@dataclass(frozen=True, slots=True)
class SizeShare:
    """`e of equity`, `e of cash`, `e of position`."""

    span: Span
    share: Expr
    of: Literal["equity", "cash", "position"]


@dataclass(frozen=True, slots=True)
class SizeRisk:
    """`risking e of equity`."""

    span: Span
    share: Expr


@dataclass(frozen=True, slots=True)
class SizeAmount:
    """An expression of unit money or quantity."""

    span: Span
    amount: Expr


Size = SizeShare | SizeRisk | SizeAmount


@dataclass(frozen=True, slots=True)
class Entry:
    """How an order fills. `price` for limit and stop; `limit` is the limit of a stop limit."""

    span: Span
    kind: Literal["next_open", "this_close", "limit", "stop", "stop_limit"]
    price: Expr | None = None
    limit: Expr | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """A line under an order.

    kind        value                         second
    stop_at     price                         -
    stop_share  `2%` from the entry           -
    target_at   price                         -
    target_share `4%`                         -
    target_r    number of R (`3 R`)           -
    trail       distance                      activation distance (`after d2`) or None
    hold        bars (`hold at most 20 bars`) -
    expire      bars (`expire after 5 bars`)  -

    The parser gives the kind by the literal's unit: `stop_share` and `target_share` for `%` and `bps`, `target_r` for `R`; else `stop_at` or
    `target_at`. Types are checked later.
    """

    span: Span
    kind: Literal["stop_at", "stop_share", "target_at", "target_share", "target_r", "trail", "hold", "expire"]
    value: Expr
    second: Expr | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class OrderAction:
    """`buy`, `sell`, `short`, `cover` with size, entry, tag and attached lines."""

    span: Span
    verb: Literal["buy", "sell", "short", "cover"]
    verb_span: Span
    size: Size | None  # None only for sell and cover: all of it
    entry: Entry | None  # None: at next open
    tag: TextLiteral | None
    attached: tuple[Attached, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ExitAction:
    """`exit position`, `exit e of position`, `exit "tag"`, each with an optional entry."""

    span: Span
    share: Expr | None
    tag: TextLiteral | None
    entry: Entry | None
    attached: tuple[Attached, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class ProtectAction:
    """`protect [e of] position [named "tag"]` with stop, target and trail lines."""

    span: Span
    share: Expr | None
    tag: TextLiteral | None
    attached: tuple[Attached, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class CancelAction:
    """`cancel orders`, `cancel "tag"`."""

    span: Span
    tag: TextLiteral | None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class NotifyAction:
    """`notify "text"`."""

    span: Span
    text: TextLiteral
    doc: str = ""


@dataclass(frozen=True, slots=True)
class HoldTop:
    """`hold top n of members by score [where cond] weighted equally | by expr`."""

    span: Span
    count: Expr
    of: Ident
    by: Expr
    where: Expr | None
    weight: Expr | None  # None: equally
    doc: str = ""


Action = OrderAction | ExitAction | ProtectAction | CancelAction | NotifyAction | HoldTop


# ---------------------------------------------------------------- statements


@dataclass(frozen=True, slots=True)
class Edition:
    """`apx 1`."""

    span: Span
    number: int
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Strategy:
    """`strategy "Title"`."""

    span: Span
    title: TextLiteral
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Library:
    """`library "name" version 2`."""

    span: Span
    title: TextLiteral
    version: int
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """`use "name" version 2 as m`."""

    span: Span
    title: TextLiteral
    version: int
    alias: Ident | None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """`trade "A", "B" every 1d`, or `trade universe name every 1d` (`universe` is then set)."""

    span: Span
    symbols: tuple[TextLiteral, ...]
    universe: Ident | None
    every: DurationLiteral
    session: TextLiteral | None = None
    zone: TextLiteral | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """`input x = default [in lo .. hi [step s]] ["label"]`, or choices `in [a, b]`."""

    span: Span
    name: Ident
    default: Expr
    low: Expr | None = None
    high: Expr | None = None
    step: Expr | None = None
    choices: ListLiteral | None = None
    label: TextLiteral | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Require:
    """`require fast < slow`."""

    span: Span
    condition: Expr
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of `settings`. `key` is the leading word(s): capital, commission, slippage, fills, pyramiding, margin, flat, or
    'limit daily_loss' and its kin. `values` are the expressions in order; `words` the plain words in order (`fills pessimistic`
    gives ('pessimistic',); `commission 1 USD per order` gives values (1 USD,), words ('per', 'order'))."""

    span: Span
    key: Ident
    values: tuple[Expr, ...]
    words: tuple[Ident, ...] = ()
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """`settings` and its lines."""

    span: Span
    lines: tuple[Setting, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Let:
    """`let name = value`."""

    span: Span
    name: Ident
    value: Expr
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Remember:
    """`remember name = next initially first`."""

    span: Span
    name: Ident
    next: Expr
    first: Expr
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a `define`, with its default."""

    span: Span
    name: Ident
    default: Expr | None


@dataclass(frozen=True, slots=True)
class Output:
    """One output of `give line = e1, signal = e2`; a single unnamed output has name None."""

    span: Span
    name: Ident | None
    value: Expr


@dataclass(frozen=True, slots=True)
class Define:
    """`define f(a, b = 14 bars) = e` (body empty, one unnamed output), or a block that ends in `give`."""

    span: Span
    name: Ident
    params: tuple[Param, ...]
    body: tuple[Let | Remember, ...]
    outputs: tuple[Output, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class When:
    """`when cond` actions [`otherwise` actions]."""

    span: Span
    condition: Expr
    actions: tuple[Action, ...]
    otherwise: tuple[Action, ...] = ()
    has_otherwise: bool = False
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Every:
    """A scheduled rule. `words` such as ('month', 'end'); `at` a clock time."""

    span: Span
    words: tuple[Ident, ...]
    at: TextLiteral | None
    where: Expr | None
    actions: tuple[Action, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class PlotItem:
    """One value of a `plot` and what it is called."""

    span: Span
    value: Expr
    label: TextLiteral | None


@dataclass(frozen=True, slots=True)
class Plot:
    """`plot a, b as "label"`."""

    span: Span
    items: tuple[PlotItem, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """`alert when cond "text"`."""

    span: Span
    condition: Expr
    text: TextLiteral
    doc: str = ""


@dataclass(frozen=True, slots=True)
class TestWith:
    """`with fast = 2 bars, slow = 3 bars`."""

    span: Span
    values: tuple[Argument, ...]
    doc: str = ""


@dataclass(frozen=True, slots=True)
class TestGiven:
    """`given close = [10, 9, 8]`."""

    span: Span
    series: Ident
    values: ListLiteral
    doc: str = ""


@dataclass(frozen=True, slots=True)
class TestExpect:
    """What a test expects.

    kind      what              value      tolerance  bar
    order     -                 -          -          set      `expect buy at bar 4` (`verb` is set)
    no_order  -                 -          -          or None  `expect no order`
    position  -                 the size   or None    set      `expect position 0 at bar 9`
    value     an expression     the value  or None    set      `expect quick at bar 4 is 10.5 within 1e-9`
    """

    span: Span
    kind: Literal["order", "no_order", "position", "value"]
    bar: Number | None
    verb: Ident | None = None
    what: Expr | None = None
    value: Expr | None = None
    tolerance: Expr | None = None
    doc: str = ""


TestLine = TestWith | TestGiven | TestExpect


@dataclass(frozen=True, slots=True)
class Test:
    """A `test` block."""

    span: Span
    title: TextLiteral
    doc: str = ""
    lines: tuple[TestLine, ...] = ()


Statement = (
    Edition
    | Strategy
    | Library
    | Use
    | Trade
    | Input
    | Require
    | Settings
    | Let
    | Remember
    | Define
    | When
    | Every
    | Plot
    | Alert
    | Test
)


@dataclass(frozen=True, slots=True)
class Card:
    """A statement with all the text that belongs to it. The cards of a file, joined, are its text, to the character.

    `span` starts at the first blank line or comment that belongs to the card and ends where the next card's begins.
    `statement` is None for text that could not be read (reported) and for what follows the last statement.
    """

    span: Span
    statement: Statement | None


@dataclass(frozen=True, slots=True)
class File:
    """A parsed file."""

    cards: tuple[Card, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(card.statement for card in self.cards if card.statement is not None)

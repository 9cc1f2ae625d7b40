"""The block tree of a checked text: every place with its type, slots, comments, diagnostics and sentence."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace

from compiler import syntax as s
from compiler.blocks.accepts import Accepts, Found, accepted
from compiler.blocks.operators import family_of, operator_of
from compiler.blocks.places import Page, Place, read_page
from compiler.blocks.sentences import sentence_of
from compiler.blocks.shape import Block, Opaque, level
from compiler.blocks.splice import comments_in
from compiler.diagnostics import Diagnostic
from compiler.library import FunctionLibrary
from compiler.pipeline import Checked
from compiler.source import Span
from compiler.text.slices import Piece
from compiler.types import settled_unit

FORMULA = "formula"


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its `#`. `own_line`: it stands above the block, not behind or in one of its lines."""

    text: str
    span: Span
    own_line: bool


@dataclass(frozen=True, slots=True)
class TreeSlot:
    """A slot with what is in it and what could be. `level`: what binds less tightly stands in parentheses.

    inserts: an item can be put in (into a list at any position, else because the slot is empty). optional: what is in it can go.
    """

    name: str
    accepts: Accepts
    level: int
    many: bool
    optional: bool
    inserts: bool
    blocks: tuple[TreeBlock, ...]


@dataclass(frozen=True, slots=True)
class TreeBlock:
    """A block. `span` is its text, `outer` that with the parentheses around it. `value` is what a literal or name says."""

    id: str
    kind: str
    span: Span
    outer: Span
    name: str
    value: str
    op: str
    operators: tuple[str, ...]
    type: str
    unit: str
    level: int
    doc: str
    comments: tuple[Comment, ...]
    sentence: str
    slots: tuple[TreeSlot, ...]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class BlockTree:
    """A program as blocks. `comments` are those after the last statement, `diagnostics` those that are of no one block."""

    text: str
    slot: TreeSlot
    comments: tuple[Comment, ...]
    diagnostics: tuple[Diagnostic, ...]


def block_tree(checked: Checked, library: FunctionLibrary) -> BlockTree:
    page = read_page(checked.source.text)
    builder = _Builder(page, Found.by(checked), checked.diagnostics, library)
    builder.place_diagnostics()
    top = tuple(builder.block(page.places[i]) for i in page.top)
    end = page.order[-1].end if page.order else 0
    tail = _comments(page.source.text, Span(end, len(page.source.text)))
    rest = tuple(builder.found.get("", ()))
    accepts = Accepts("statement", "block", "")
    return BlockTree(page.source.text, TreeSlot("statements", accepts, 1, True, False, True, top), tail, rest)


KINDS: dict[type, str] = {
    s.Number: "number", s.DurationLiteral: "duration", s.TruthLiteral: "truth", s.UnknownLiteral: "unknown", s.TextLiteral: "text",
    s.ListLiteral: "list", s.Name: "name", s.Member: "member", s.Index: "index", s.Call: "call", s.Argument: "argument",
    s.Between: "between", s.Crosses: "crosses", s.IsMoving: "is_moving", s.IsNew: "is_new", s.IsAvailable: "is_available",
    s.HasHeld: "has_held", s.WithinLast: "within_last", s.BarsSince: "bars_since", s.If: "if", s.On: "on", s.From: "from",
    s.TimeWithin: "time_within", s.InZone: "in_zone", s.ErrorExpr: "opaque", Opaque: "opaque", s.SizeShare: "size_share",
    s.SizeRisk: "size_risk", s.SizeAmount: "size_amount", s.Entry: "entry", s.Attached: "attached", s.OrderAction: "order",
    s.ExitAction: "exit", s.ProtectAction: "protect", s.CancelAction: "cancel", s.NotifyAction: "notify", s.HoldTop: "hold_top",
    s.Setting: "setting", s.Param: "parameter", s.Output: "output", s.PlotItem: "plot_item", s.TestWith: "test_with",
    s.TestGiven: "test_given", s.TestExpect: "test_expect", s.Edition: "edition", s.Strategy: "strategy", s.Library: "library",
    s.Use: "use", s.Trade: "trade", s.Input: "input", s.Require: "require", s.Settings: "settings", s.Let: "let",
    s.Remember: "remember", s.Define: "define", s.When: "when", s.Every: "every", s.Plot: "plot", s.Alert: "alert", s.Test: "test",
    s.Grouped: "group",
}  # fmt: skip
"""What each syntax node is as a block; operators are told apart by `kind_of`."""


def kind_of(node: Block) -> str:
    match node:
        case s.Binary(op="and"):
            return "all"
        case s.Binary(op="or"):
            return "any"
        case s.Binary(op="or_else"):
            return "or_else"
        case s.Binary(op="+" | "-" | "*" | "/"):
            return FORMULA
        case s.Binary():
            return "comparison"
        case s.Unary(op="not"):
            return "not"
        case s.Unary():
            return "negative"
        case _:
            return KINDS[type(node)]


@dataclass(slots=True)
class _Builder:
    page: Page
    known: Found
    diagnostics: tuple[Diagnostic, ...]
    library: FunctionLibrary
    found: dict[str, list[Diagnostic]] = field(default_factory=dict)
    in_order: dict[str, list[Place]] = field(default_factory=dict)
    """The blocks in a block as they stand in the text."""

    def place_diagnostics(self) -> None:
        """Each diagnostic goes to the innermost block that holds its place."""
        for diagnostic in self.diagnostics:
            if diagnostic.source is not None:  # a mistake in a library: it has no place in this text
                self.found.setdefault("", []).append(replace(diagnostic, span=Span(0, 0), labels=(), fixes=()))
                continue
            at = ""
            while (inside := self.inside(at, diagnostic.span)) is not None:
                at = inside
            self.found.setdefault(at, []).append(diagnostic)

    def inside(self, at: str, span: Span) -> str | None:
        """Which of the blocks in a block ('': in the file) holds a place; the one before if it is where two of them meet."""
        if at not in self.in_order:
            ids = self.page.places[at].children if at else self.page.top
            self.in_order[at] = sorted((self.page.places[i] for i in ids), key=lambda place: place.outer)
        places = self.in_order[at]
        after = bisect_right(places, span.start, key=lambda place: place.outer.start)
        return next((place.id for place in places[max(0, after - 2) : after] if _holds(place.outer, span)), None)

    def block(self, place: Place) -> TreeBlock:
        type_, unit = self.type_of(place)
        return TreeBlock(
            place.id, kind_of(place.node), place.span, place.outer, _name(place.node), self.value(place), operator_of(place),
            family_of(place), type_, unit, level(place.node), getattr(place.node, "doc", ""), self.comments(place),
            sentence_of(place.node, self.library), self.slots(place), tuple(self.found.get(place.id, ())),
        )  # fmt: skip

    def type_of(self, place: Place) -> tuple[str, str]:
        """Kind and unit of an expression, as far as checking found them; '' otherwise."""
        found = self.known.types.get(place.span)
        if found is None or found.kind == "error":
            return "", ""
        if found.kind != "number":
            return {"truth": "condition"}.get(found.kind, found.kind), ""
        unit = settled_unit(found.unit)
        return "number", str(unit) if unit is not None else ""

    def value(self, place: Place) -> str:
        match place.node:
            case s.TextLiteral(value=value):
                return value
            case s.Number() | s.DurationLiteral() | s.TruthLiteral() | s.UnknownLiteral() | s.ErrorExpr() | Opaque():
                return self.page.source.text[place.span.start : place.span.end]
            case s.Name(name=name) | s.Member(field=s.Ident(name=name)):
                return name
            case _:
                return ""

    def comments(self, place: Place) -> tuple[Comment, ...]:
        """Of a block that begins a line: the comments above it and those in and behind its own lines."""
        first = self.page.pieces.get(place.span.start)
        if first is None or not isinstance(place.node, s.Statement | s.Action | s.Attached | s.Setting | s.TestLine | Opaque):
            return ()
        own: list[Piece] = [first]
        inner = {p.span.start for p in self.page.inside(place) if p.span.start in self.page.pieces} - {place.span.start}
        own += [p for p in self.page.pieces_in(place.span) if p.start not in inner and p is not first]
        return tuple(c for piece in own for c in _comments(self.page.source.text, Span(piece.trivia, piece.end), piece.start))

    def slots(self, place: Place) -> tuple[TreeSlot, ...]:
        found = []
        for slot in place.slots:
            blocks = tuple(self.block(p) for p in self.page.items(place, slot.name))
            if not blocks and not slot.grows and not slot.optional:
                continue
            inserts = slot.grows if slot.many else slot.optional and not blocks
            accepts = accepted(self.page, place, slot, self.known)
            found.append(TreeSlot(slot.name, accepts, slot.needs, slot.many, slot.optional, inserts, blocks))
        return tuple(found)


def _holds(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _name(node: Block) -> str:
    match node:
        case s.Let() | s.Input() | s.Remember() | s.Define() | s.Param():
            return node.name.name
        case s.Argument(name=name) | s.Output(name=name):
            return name.name if name is not None else ""
        case s.Setting(key=key):
            return key.name
        case s.Attached(kind=kind):
            return kind
        case s.Entry(kind=kind):
            return kind
        case s.Use(alias=alias):
            return alias.name if alias is not None else ""
        case s.TestGiven(series=series):
            return series.name
        case _:
            return ""


def _comments(text: str, span: Span, start: int | None = None) -> tuple[Comment, ...]:
    begins = span.end if start is None else start
    return tuple(Comment(text[c.start : c.end].rstrip(" \t"), c, c.start < begins) for c in comments_in(text, span))

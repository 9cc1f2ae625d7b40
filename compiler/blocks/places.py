"""Every block of a program with its id, its place in the text and its place in the tree. Nothing here knows types."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from itertools import accumulate
from typing import Any

from compiler import syntax as s
from compiler.blocks.shape import AND, NOT, Block, Opaque, Slot, level, slots_of
from compiler.blocks.unread import finer
from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.source import Source, Span
from compiler.text.parse import parse
from compiler.text.slices import Piece, slices_of
from compiler.text.tokens import END, Token, tokens_of

Path = tuple[str | int, ...]
"""From the list of statements to a node: fields and indices in turn, parentheses not counted."""

ROOT = ""
STATEMENTS = Slot("statements", "statement", "block", many=True, grows=True)
CLAUSES = {
    "and": Slot("clauses", wanted="condition", needs=NOT, many=True, least=1, grows=True),
    "or": Slot("clauses", wanted="condition", needs=AND, many=True, least=1, grows=True),
}
UNREAD = Slot("unread", "unread", "block", many=True)


@dataclass(frozen=True, slots=True)
class Place:
    """A block where it stands. `span` is the block, `outer` with the parentheses around it; they are of `source.text`."""

    id: str
    node: Block
    span: Span
    outer: Span
    path: Path
    parent: str
    slot: Slot
    index: int
    children: tuple[str, ...] = ()  # in the order of the slots

    @property
    def is_group(self) -> bool:
        """Whether it is a chain of `and`, or of `or`, that is shown as one list of clauses."""
        return isinstance(self.node, s.Binary) and self.node.op in CLAUSES

    @property
    def in_parentheses(self) -> bool:
        return self.span != self.outer

    @property
    def level(self) -> int:
        return level(self.node)

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The slots it shows."""
        if isinstance(self.node, s.Binary) and self.node.op in CLAUSES:
            return (CLAUSES[self.node.op],)
        own = slots_of(self.node)
        if self.slot.form == "constant" and isinstance(self.node, s.Unary):  # a negative number, in one piece
            own = ()
        if self.slot.form == "assignment":  # of an input: a value fixed before the run
            own = tuple(replace(slot, form="constant") for slot in own)
        return (*own, UNREAD) if isinstance(self.node, s.Statement) else own


@dataclass(slots=True)
class Page:
    """A program as places. `pieces` are its lines by the offset at which they start."""

    source: Source
    file: s.File
    problems: tuple[Diagnostic, ...]
    places: dict[str, Place] = field(default_factory=dict)
    pieces: dict[int, Piece] = field(default_factory=dict)
    order: list[Piece] = field(default_factory=list)
    top: list[str] = field(default_factory=list)

    def child(self, place: Place | None, slot: str, index: int = 0) -> Place | None:
        """What stands in a slot (of the file, without a place)."""
        ids = self.top if place is None else place.children
        found = [self.places[i] for i in ids if self.places[i].slot.name == slot]
        return found[index] if 0 <= index < len(found) else None

    def items(self, place: Place | None, slot: str) -> list[Place]:
        ids = self.top if place is None else place.children
        return [self.places[i] for i in ids if self.places[i].slot.name == slot]

    def parent(self, place: Place) -> Place | None:
        return self.places.get(place.parent)

    def line_of(self, offset: int) -> Piece | None:
        """The line that an offset stands in."""
        at = bisect_right(self.order, offset, key=lambda piece: piece.start) - 1
        return self.order[at] if at >= 0 and offset < self.order[at].end else None

    def pieces_in(self, span: Span) -> list[Piece]:
        """The lines that begin in a stretch of text."""
        first = bisect_left(self.order, span.start, key=lambda piece: piece.start)
        return self.order[first : bisect_left(self.order, span.end, key=lambda piece: piece.start)]

    def tokens(self, piece: Piece) -> list[Token]:
        return [t for t in tokens_of(self.source.text, piece.start, piece.end, bool(piece.word), []) if t.kind != END]

    def inside(self, place: Place) -> Iterator[Place]:
        """A place and all those in it, outermost first."""
        yield place
        for child in place.children:
            yield from self.inside(self.places[child])


def read_page(text: str) -> Page:
    """The places of a text."""
    source, found = Source(text), Diagnostics()
    file = parse(source, found)
    page = Page(source, file, tuple(found.found))
    _Reader(page).read()
    return page


@dataclass(slots=True)
class _Reader:
    page: Page
    names: Counter[str] = field(default_factory=Counter)

    def read(self) -> None:
        page, text = self.page, self.page.source.text
        slices = slices_of(text)
        page.order = [piece for cut in slices for piece in cut.pieces]
        page.pieces = {piece.start: piece for piece in page.order}
        index = 0
        for card in page.file.cards:
            pieces = page.pieces_in(card.span)
            node: Block
            if card.statement is None:
                words = [t for piece in pieces for t in page.tokens(piece)] or _tail(page, card)
                if not words:
                    continue
                span = Span(words[0].start, words[-1].end)
                node = Opaque(span, text[span.start : span.end])
            else:
                node = finer(card.statement, text)
            place_id = self.unique(_statement_id(node, self.names))
            page.top.append(place_id)
            self.add(place_id, node, (index,), ROOT, STATEMENTS, index)
            if card.statement is not None:
                self.unread(place_id, pieces, card.span)
            index += 1

    def unique(self, wanted: str) -> str:
        self.names[wanted] += 1
        return wanted if self.names[wanted] == 1 else f"{wanted}~{self.names[wanted]}"

    def add(self, place_id: str, node: Block, path: Path, parent: str, slot: Slot, index: int) -> None:
        outer = node.span
        while isinstance(node, s.Grouped):
            node = node.inner
        place = Place(place_id, node, node.span, outer, path, parent, slot, index)
        self.page.places[place_id] = place
        children: list[str] = []
        counts: Counter[str] = Counter()
        for child_slot in place.slots:
            for i, (part, step) in enumerate(held(node, child_slot)):
                child = f"{place_id}/{child_slot.name}"
                if child_slot.many:
                    key = _key(part, i)
                    counts[f"{child_slot.name}.{key}"] += 1
                    seen = counts[f"{child_slot.name}.{key}"]
                    child += f".{key}" + (f"~{seen}" if seen > 1 else "")
                children.append(child)
                self.add(child, part, (*path, *step), place_id, child_slot, i)
        self.page.places[place_id] = Place(place_id, node, node.span, outer, path, parent, slot, index, tuple(children))

    def unread(self, place_id: str, pieces: list[Piece], card: Span) -> None:
        """The tokens of a card that no block of its statement covers, as opaque blocks."""
        page = self.page
        place = page.places[place_id]
        covered = sorted(line.span for line in _lines_of(place.node))
        reach = list(accumulate((span.end for span in covered), max))  # of the lines up to this one, how far they go
        found: list[Opaque] = []
        for piece in pieces:
            lost = [
                t
                for t in page.tokens(piece)
                if not ((at := bisect_right(covered, t.start, key=_start)) and t.end <= reach[at - 1])
                and not (piece.start == t.start and piece.word in ("otherwise", "give") and self.is_known(place.node, piece))
            ]
            if lost and not (piece.word == "give" and self.is_known(place.node, piece)):
                span = Span(lost[0].start, lost[-1].end)
                found.append(Opaque(span, page.source.text[span.start : span.end]))
        if not found:
            return
        children = list(place.children)
        for i, node in enumerate(found):
            child = f"{place_id}/unread.{i}"
            children.append(child)
            self.add(child, node, (*place.path, "unread", i), place_id, UNREAD, i)
        page.places[place_id] = Place(
            place_id, place.node, place.span, place.outer, place.path, place.parent, place.slot, place.index, tuple(children)
        )

    def is_known(self, node: Block, piece: Piece) -> bool:
        if piece.word == "otherwise":
            return isinstance(node, s.When) and node.has_otherwise
        return isinstance(node, s.Define) and any(piece.start <= o.span.start < piece.end for o in node.outputs)


def _start(span: Span) -> int:
    return span.start


def _tail(page: Page, card: s.Card) -> list[Token]:
    return [t for t in tokens_of(page.source.text, card.span.start, card.span.end, False, []) if t.kind != END]


def _lines_of(node: Block) -> Iterator[Block]:
    """The lines of a statement that were read, each with a span of its own head."""
    match node:
        case s.When(condition=condition, actions=actions, otherwise=otherwise):
            yield _Head(Span(node.span.start, condition.span.end))  # type: ignore[misc]
            yield from (*actions, *otherwise)
        case s.Every(where=where, words=words, at=at, actions=actions):
            ends = [word.span.end for word in words] + [part.span.end for part in (at, where) if part is not None]
            yield _Head(Span(node.span.start, max(ends)))  # type: ignore[misc]
            yield from actions
        case s.Settings(lines=lines):
            yield _Head(Span(node.span.start, node.span.start + len("settings")))  # type: ignore[misc]
            yield from lines
        case s.Test(title=title, lines=tests):
            yield _Head(Span(node.span.start, max(title.span.end, node.span.start + len("test"))))  # type: ignore[misc]
            yield from tests
        case s.Define(body=body, outputs=outputs) if body or outputs[0].span.start >= node.span.end or _is_block(node):
            yield _Head(Span(node.span.start, body[0].span.start if body else outputs[0].span.start))  # type: ignore[misc]
            yield from (*body, *outputs)
        case _:
            yield node


def _is_block(node: s.Define) -> bool:
    return len(node.outputs) != 1 or node.outputs[0].name is not None


@dataclass(frozen=True, slots=True)
class _Head:
    span: Span


def held(node: Block, slot: Slot) -> list[tuple[Block, Path]]:
    """What stands in a slot of a node, each with the steps that lead to it."""
    if isinstance(node, s.Binary) and slot.name == "clauses":
        return _chain(node)
    if isinstance(node, s.If) and slot.name in ("conditions", "values"):
        side = ("conditions", "values").index(slot.name)
        return [(branch[side], ("branches", i, side)) for i, branch in enumerate(node.branches)]
    if slot.name == "unread":
        return []
    value = getattr(node, slot.name)
    if isinstance(value, tuple):
        return [(part, (slot.name, i)) for i, part in enumerate(value)]
    return [] if value is None else [(value, (slot.name,))]


def _chain(top: s.Binary) -> list[tuple[Block, Path]]:
    """The clauses of a chain such as `a and b and c`, in the order written."""
    found: list[tuple[Block, Path]] = []
    node: s.Expr = top
    steps: Path = ()
    while isinstance(node, s.Binary) and node.op == top.op:
        found.append((node.right, (*steps, "right")))
        node, steps = node.left, (*steps, "left")
    found.append((node, steps))
    return found[::-1]


def _statement_id(node: Block, names: Counter[str]) -> str:
    match node:
        case s.Let() | s.Input() | s.Remember() | s.Define():
            return f"{type(node).__name__.lower()}:{node.name.name}"
        case s.Edition():
            return "apx"
        case s.Strategy() | s.Library() | s.Trade() | s.Settings():
            return type(node).__name__.lower()
        case _:
            word = type(node).__name__.lower()
            names[f"#{word}"] += 1
            return f"{word}:{names[f'#{word}']}"


_FAMILIES = {
    "stop_at": "stop", "stop_share": "stop", "target_at": "target", "target_share": "target", "target_r": "target",
}  # fmt: skip


def _key(node: Block, index: int) -> str:
    """What an item of a list is called in ids: by what it is where that says which, else by its number from 0."""
    match node:
        case s.Attached(kind=kind):
            return _FAMILIES.get(kind, kind)
        case s.Setting(key=key):
            return key.name.replace(" ", "_")
        case s.Let() | s.Remember() | s.Param():
            return node.name.name
        case _:
            return str(index)


def everything(node: Any) -> Iterator[Any]:
    """Every syntax node in a node. Needs no recursion."""
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, tuple):
            todo.extend(reversed(part))
        elif hasattr(part, "__dataclass_fields__") and not isinstance(part, Span):
            yield part
            todo.extend(getattr(part, f.name) for f in reversed(fields(part)))

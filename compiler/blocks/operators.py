"""Changes of operators and of the words that stand for one: the families within which one can be had for another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from compiler import syntax as s
from compiler.blocks.draft import Draft
from compiler.blocks.meaning import get
from compiler.blocks.places import Place
from compiler.blocks.refusals import Refused
from compiler.blocks.shape import BINARY, level
from compiler.diagnostics import Edit
from compiler.source import Span
from compiler.text.tokens import Token

COMPARISONS = ("<", "<=", ">", ">=", "==", "!=", "crosses", "crosses above", "crosses below")
ARITHMETIC = ("+", "-", "*", "/")
LOGIC = ("and", "or")
FAMILIES: tuple[tuple[str, ...], ...] = (
    COMPARISONS, ARITHMETIC, LOGIC, ("rising", "falling"), ("new", "available"), ("has held for", "within last"),
    ("buy", "short", "sell", "cover"), ("equity", "cash", "position"), ("limit", "stop"),
)  # fmt: skip


def operator_of(place: Place) -> str:
    """The operator that a block shows, '' if it has none that can be changed."""
    match place.node:
        case s.Binary(op=op):
            return op
        case s.Crosses(way=way):
            return "crosses" if way == "either" else f"crosses {way}"
        case s.IsMoving(way=way):
            return way
        case s.IsNew():
            return "new"
        case s.IsAvailable():
            return "available"
        case s.HasHeld():
            return "has held for"
        case s.WithinLast():
            return "within last"
        case s.OrderAction(verb=verb):
            return verb
        case s.SizeShare(of=of):
            return of
        case s.Entry(kind="limit" | "stop" as kind):
            return kind
        case _:
            return ""


def family_of(place: Place) -> tuple[str, ...]:
    """The operators that can stand in the place of the one that a block has."""
    old = operator_of(place)
    return next((family for family in FAMILIES if old in family), ()) if old else ()


def set_op(draft: Draft, place: Place, op: str) -> None:
    old = operator_of(place)
    family = family_of(place)
    op = " ".join(op.split())
    if op not in family:
        raise Refused("no_such_operator", f"Here stands one of {', '.join(family)}." if family else "This block has no operator.")
    if op == old:
        return
    node = place.node
    if isinstance(node, s.OrderAction) and node.size is None and op in ("buy", "short"):
        raise Refused("needed", f"`{op}` needs a size such as `10% of equity`.")
    for span in _where(draft, place, old):
        draft.splice.replace(span, op)
    draft.put(place, _changed(get(draft.tree, place.path), op, len(place.children) - 1))
    if not isinstance(node, s.Binary | s.Crosses):
        return
    if op in BINARY:
        own, left, right = BINARY[op]
    else:
        own, left, right = BINARY["<"]
    for i, child in enumerate(draft.page.places[c] for c in place.children):
        if not child.in_parentheses and level(child.node) < (left if i == 0 else right):
            draft.keep(child, True)
    if not place.in_parentheses and own < draft.needs(place):
        _around(draft, place)


def _around(draft: Draft, place: Place) -> None:
    """Parentheses around a block; outside those that its first and last part may get."""
    draft.splice.changes.insert(0, Edit(Span(place.span.start, place.span.start), "("))
    draft.splice.insert(place.span.end, ")")


def _changed(node: Any, op: Any, links: int) -> Any:
    """The node with another operator; in a chain all `links` of it."""
    match node:
        case s.Binary(op=known, left=left) if known in LOGIC:
            return replace(node, op=op, left=_changed(left, op, links - 1) if links > 1 else left)
        case s.Binary() | s.Crosses():
            if str(op).startswith("crosses"):
                way: Any = op.removeprefix("crosses").strip() or "either"
                return s.Crosses(node.span, node.left, node.right, way)
            return s.Binary(node.span, op, node.left, node.right, node.span)
        case s.IsMoving():
            return replace(node, way=op)
        case s.IsNew() | s.IsAvailable():
            return (s.IsNew if op == "new" else s.IsAvailable)(node.span, node.operand)
        case s.HasHeld() | s.WithinLast():
            return (s.HasHeld if op == "has held for" else s.WithinLast)(node.span, node.condition, node.length)
        case s.OrderAction():
            return replace(node, verb=op)
        case s.SizeShare():
            return replace(node, of=op)
        case _:
            return replace(node, kind=op)


def _where(draft: Draft, place: Place, old: str) -> list[Span]:
    """Where the words of an operator stand."""
    piece = draft.page.line_of(place.span.start)
    tokens = [] if piece is None else draft.page.tokens(piece)
    children = [draft.page.places[c] for c in place.children]
    match place.node:
        case s.OrderAction(verb_span=verb):
            return [verb]
        case s.SizeShare():
            return [_words([t for t in tokens if t.end == place.span.end])]
        case s.Entry():
            return [_words([t for t in tokens if t.start >= place.span.start and t.text == old][:1])]
        case s.Binary() | s.Crosses() | s.HasHeld() | s.WithinLast():
            gaps = [Span(a.outer.end, b.outer.start) for a, b in pairwise(children)]
            return [_words([t for t in tokens if gap.start <= t.start and t.end <= gap.end]) for gap in gaps]
        case _:
            return [_words([t for t in tokens if t.start >= children[0].outer.end and t.text == old][:1])]


def _words(tokens: list[Token]) -> Span:
    if not tokens:
        raise Refused("has_mistake", "This line can't be read as it stands.")
    return Span(tokens[0].start, tokens[-1].end)

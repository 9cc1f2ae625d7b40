"""An edit in the making: the text's changes beside the tree that they must give."""

from __future__ import annotations

from dataclasses import dataclass

from compiler import syntax as s
from compiler.blocks.meaning import Tree, put, tree_of
from compiler.blocks.places import Page, Place
from compiler.blocks.refusals import Refused
from compiler.blocks.shape import ATOM, Block, Opaque, begins_with_if, level
from compiler.blocks.splice import Splice
from compiler.source import Span

_WHOLE = (s.Name, s.TruthLiteral, s.UnknownLiteral, s.TextLiteral, s.Member)


@dataclass(slots=True)
class Draft:
    """`firm`: parentheses around whatever is put in, needed or not; tried where the sparing way reads otherwise."""

    page: Page
    splice: Splice
    tree: Tree
    firm: bool = False

    def place(self, at: str) -> Place:
        found = self.page.places.get(at)
        if found is None:
            raise Refused("no_block", f"There is no block `{at}`.")
        return found

    def put(self, place: Place, node: object) -> None:
        """What shall stand in the tree where a block stands."""
        self.tree = put(self.tree, place.path, node)

    def needs(self, place: Place) -> int:
        """How tightly what stands here must bind. The first of a chain may be a chain of the same kind."""
        if place.slot.name == "clauses" and place.index == 0:
            parent = self.page.parent(place)
            assert parent is not None  # a clause stands in a chain
            return parent.level
        return place.slot.needs

    def loose(self, node: Block, place: Place) -> bool:
        """Whether an expression needs parentheses where a place is."""
        return is_loose(node, self.needs(place), self.page.parent(place), self.firm)

    def dressed(self, node: Block, text: str, place: Place) -> str:
        return f"({text})" if self.loose(node, place) else text

    def keep(self, kept: Place, parentheses: bool) -> Span:
        """Gives a block that stays parentheses, or takes them off; says from where to where it stays."""
        if parentheses and not kept.in_parentheses:
            self.splice.insert(kept.span.start, "(")
            self.splice.insert(kept.span.end, ")")
            return kept.span
        return kept.outer if parentheses else kept.span


def is_loose(node: Block, needs: int, around: Place | None, firm: bool = False) -> bool:
    if isinstance(node, Opaque | s.ErrorExpr):
        return False
    if firm and not isinstance(node, _WHOLE) and needs <= ATOM:
        return True
    return level(node) < needs or (around is not None and isinstance(around.node, s.If) and begins_with_if(node))


def start_of(draft: Draft) -> Tree:
    return tree_of(draft.page)

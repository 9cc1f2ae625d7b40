"""Trees without places: to say what an edit must give, and to see that its text gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from compiler import syntax as s
from compiler.blocks.places import Page, Path
from compiler.blocks.shape import Block, Opaque
from compiler.source import Span

Tree = tuple[Any, ...]
"""The statements of a file, parentheses taken off; what could not be read is an Opaque."""

ANYTHING = Opaque(Span(0, 0), "\0anything")
"""Stands for any statements, or none: what a line becomes that could not be read before."""

GONE = s.ErrorExpr(Span(-1, -1))
"""Stands where a node is taken out."""


def tree_of(page: Page) -> Tree:
    """What a page says."""
    return tuple(ungrouped(page.places[i].node) for i in page.top)


def ungrouped(node: Any) -> Any:
    """A syntax node with the parentheses in it taken off."""
    if isinstance(node, tuple):
        return tuple([ungrouped(part) for part in node])
    if isinstance(node, s.Grouped):
        return ungrouped(node.inner)
    if not hasattr(node, "__dataclass_fields__") or isinstance(node, Span):
        return node
    changed = {f.name: ungrouped(getattr(node, f.name)) for f in fields(node)}
    return type(node)(**changed)


def same(a: Any, b: Any) -> bool:
    """Whether two trees say the same; where they stand in the text does not count."""
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, s.Attached):  # the spelling `at` is no meaning: the kind is told by the value
        return same(_attached(a), _attached(b))
    if isinstance(a, Opaque):
        return bool(a.text.split() == b.text.split())
    if hasattr(a, "__dataclass_fields__"):
        if isinstance(a, Span):
            return True
        return all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a) if not f.name.endswith("span"))
    return bool(a == b)


def _attached(line: s.Attached) -> Tree:
    return (line.kind, line.value, line.second, line.doc)


def agrees(wanted: Tree, found: Tree) -> bool:
    """Whether a file's statements are the wanted ones, of which at most one is ANYTHING."""
    if ANYTHING not in wanted:
        return same(wanted, found)
    at = wanted.index(ANYTHING)
    after = len(wanted) - at - 1
    return at + after <= len(found) and same(wanted[:at], found[:at]) and same(wanted[at + 1 :], found[len(found) - after :])


def get(tree: Any, path: Path) -> Any:
    for step in path:
        tree = tree[step] if isinstance(step, int) else getattr(tree, step)
    return tree


def put(tree: Any, path: Path, node: Any) -> Any:
    """The tree with another node at a path."""
    return change(tree, path, lambda _: node)


def change(tree: Any, path: Path, by: Callable[[Any], Any]) -> Any:
    if not path:
        return by(tree)
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        return (*tree[:step], change(tree[step], rest, by), *tree[step + 1 :])
    return replace(tree, **{step: change(getattr(tree, step), rest, by)})


def insert(tree: Any, path: Path, index: int, node: Any) -> Any:
    """The tree with a node put into the list at a path."""
    return change(tree, path, lambda items: (*items[:index], node, *items[index:]))


def insert_clause(tree: Any, path: Path, count: int, index: int, node: Any) -> Any:
    """The tree with a clause put into the chain of `count` clauses at a path."""

    def grown(top: s.Binary) -> s.Expr:
        clauses: list[s.Expr] = []
        at: s.Expr = top
        for _ in range(count - 1):
            assert isinstance(at, s.Binary)
            clauses.append(at.right)
            at = at.left
        clauses.append(at)
        clauses.reverse()
        clauses.insert(index, node)
        joined = clauses[0]
        for clause in clauses[1:]:
            joined = s.Binary(top.span, top.op, joined, clause, top.op_span)
        return joined

    return change(tree, path, grown)


def without_gone(node: Any) -> Any:
    """The tree with GONE taken out: of lists, of chains of `and` and `or`, of places that may be empty."""
    if node is GONE:
        return None
    if isinstance(node, tuple):
        return tuple([without_gone(part) for part in node if part is not GONE])
    if isinstance(node, s.Binary) and node.op in ("and", "or") and (node.left is GONE or node.right is GONE):
        return without_gone(node.right if node.left is GONE else node.left)
    if not hasattr(node, "__dataclass_fields__") or isinstance(node, Span):
        return node
    return type(node)(**{f.name: without_gone(getattr(node, f.name)) for f in fields(node)})


def as_block(node: Block) -> Block:
    """A node without parentheses around it."""
    while isinstance(node, s.Grouped):
        node = node.inner
    return node

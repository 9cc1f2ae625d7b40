"""Edits inside a line: values replaced, wrapped and unwrapped, clauses and arguments put in and taken out."""

from __future__ import annotations

import re
from dataclasses import replace

from compiler import syntax as s
from compiler.blocks.draft import Draft, is_loose
from compiler.blocks.fragments import Fragment, read_fragment
from compiler.blocks.meaning import ANYTHING, GONE, get, insert, insert_clause, put, ungrouped
from compiler.blocks.places import Page, Place, read_page
from compiler.blocks.refusals import Refused
from compiler.blocks.shape import Block, Form, Opaque, Slot
from compiler.diagnostics import Edit
from compiler.source import Span
from compiler.text.tokens import Token
from compiler.words import SINGULAR, UNITS

LITERALS = (s.Number, s.DurationLiteral, s.TruthLiteral, s.UnknownLiteral, s.TextLiteral)


def replace_slot(draft: Draft, place: Place, text: str) -> None:
    """Puts other text where a block within a line stands."""
    if isinstance(place.node, Opaque):
        draft.splice.replace(place.span, text.strip())
        draft.tree = put(draft.tree, place.path[:1], ANYTHING)
        return
    new = read_fragment(_form(draft, place), text)
    put_in(draft, place, new)


def _form(draft: Draft, place: Place) -> Form:
    if isinstance(place.node, s.ErrorExpr) and draft.page.pieces.get(place.span.start) is not None:
        raise Refused("has_mistake", "This line can't be read; replace the whole of it.")
    return place.slot.form


def put_in(draft: Draft, place: Place, new: Fragment) -> None:
    """Puts what was read where a block stands."""
    text = draft.dressed(new.node, new.text, place) if place.slot.form in ("expression", "callee") else new.text
    parent = draft.page.parent(place)
    if parent is not None and isinstance(parent.node, s.Attached) and place.slot.name == "value":
        kind = _kind(parent.node.kind, new.node)
        draft.put(parent, replace(get(draft.tree, parent.path), kind=kind))
    draft.splice.replace(place.outer, text)
    draft.put(place, ungrouped(new.node))


def _kind(kind: str, value: Block) -> str:
    """What a stop or target line is with another value."""
    if kind.split("_")[0] not in ("stop", "target"):
        return kind
    unit = value.unit if isinstance(value, s.Number) else ""
    if unit in ("%", "bps"):
        return f"{kind.split('_')[0]}_share"
    return "target_r" if unit == "R" and kind.startswith("target") else f"{kind.split('_')[0]}_at"


def set_literal(draft: Draft, place: Place, value: str) -> None:
    node = place.node
    if isinstance(node, s.Unary) and node.op == "-" and isinstance(node.operand, s.Number):
        node = node.operand
    if not isinstance(node, LITERALS):
        raise Refused("not_a_literal", "This block is no number, text, truth or length of time.")
    if isinstance(node, s.TextLiteral):
        if any(ch in value for ch in '"\r\n'):
            raise Refused("unreadable", "A text has no double quotes and no line ends in it.")
        draft.splice.replace(place.span, f'"{value}"')
        draft.put(place, s.TextLiteral(place.span, value))
        return
    new = read_fragment(place.slot.form if place.slot.form in ("duration", "bar") else "constant", value)
    bare = new.node.operand if isinstance(new.node, s.Unary) else new.node
    if not isinstance(bare, LITERALS) or isinstance(bare, s.TextLiteral):
        raise Refused("unreadable", f"`{value.strip()}` is not a number, a truth or a length of time.")
    if isinstance(bare, s.Number) and not bare.unit and isinstance(node, s.Number) and node.unit:
        new = _with_unit(draft, node, new, bare)
    if isinstance(new.node, s.Number) and isinstance(place.node, s.Number) and new.node.unit == place.node.unit == "":
        draft.splice.replace(place.span, new.text)
        draft.put(place, new.node)
        return
    put_in(draft, place, new)


def _with_unit(draft: Draft, old: s.Number, new: Fragment, bare: s.Number) -> Fragment:
    """The new number with the unit of the old one, in the singular after 1 if it was written that way."""
    written = draft.page.source.text[old.span.start : old.span.end]
    match = re.fullmatch(r"([0-9][0-9_.]*(?:[eE][+-]?[0-9]+)?)(.*?)([A-Za-z%]+)", written, re.DOTALL)
    assert match is not None  # a number with a unit is written so
    space, unit = match[2] if not match[2].strip() else " ", match[3]
    plural = UNITS.get(unit, unit)
    if plural in SINGULAR:
        unit = SINGULAR[plural] if bare.value == 1 else plural
    number = replace(bare, unit=old.unit)
    node = replace(new.node, operand=number) if isinstance(new.node, s.Unary) else number
    return Fragment(node, f"{new.text}{space}{unit}")


# ---------------------------------------------------------------- wrap and unwrap


def _expression(place: Place) -> None:
    if place.slot.form != "expression" or isinstance(place.node, Opaque | s.ErrorExpr):
        raise Refused("fixed", "Only an expression can be wrapped or unwrapped.")


def wrap(draft: Draft, place: Place, template: str) -> None:
    """Makes an expression a part of another."""
    _expression(place)
    if template.count("?") != 1:
        raise Refused("unreadable", "The text has one `?`, which stands for the block that is wrapped.")
    hole = "hole"
    while re.search(rf"\b{hole}\b", template):
        hole += "_"
    new = read_fragment("expression", template.replace("?", f" {hole} "))
    around = read_page(f"require {new.text}")
    holes = [p for p in around.places.values() if isinstance(p.node, s.Name) and p.node.name == hole]
    if len(holes) != 1 or holes[0].slot.form != "expression":
        raise Refused("unreadable", "`?` stands where no expression can.")
    inner = holes[0]
    of_template = Draft(around, draft.splice, ())
    loose = not inner.in_parentheses and is_loose(place.node, of_template.needs(inner), around.parent(inner), draft.firm)
    at = len("require ")
    before, after = new.text[: inner.span.start - at].rstrip(" "), new.text[inner.span.end - at :].lstrip(" ")
    before += " " if before and template.split("?")[0].endswith(" ") else ""
    after = (" " if after and template.split("?")[1].startswith(" ") else "") + after
    whole = draft.loose(new.node, place)
    draft.splice.delete(Span(place.outer.start, place.span.start))
    draft.splice.insert(place.span.start, ("(" if whole else "") + before + ("(" if loose else ""))
    draft.splice.insert(place.span.end, (")" if loose else "") + after + (")" if whole else ""))
    draft.splice.delete(Span(place.span.end, place.outer.end))
    node = put(ungrouped((around.places["require:1/condition"].node,)), (0, *inner.path[2:]), get(draft.tree, place.path))
    draft.put(place, node[0])


def unwrap(draft: Draft, place: Place, kept: Place) -> None:
    """Leaves of an expression only a part of it."""
    _expression(place)
    if kept.id == place.id or not kept.id.startswith(f"{place.id}/"):
        raise Refused("no_block", f"`{kept.id}` is no part of `{place.id}`.")
    _expression(kept)
    node = get(draft.tree, kept.path)
    stays = _stay(draft, place, kept)
    draft.splice.delete(Span(place.outer.start, stays.start))
    draft.splice.delete(Span(stays.end, place.outer.end))
    draft.put(place, node)


def _stay(draft: Draft, place: Place, kept: Place) -> Span:
    """A part that is to stand where the whole stands, in parentheses if it must be."""
    return draft.keep(kept, draft.loose(kept.node, place))


# ---------------------------------------------------------------- clauses


def insert_item(draft: Draft, parent: Place, slot: Slot, index: int, new: Fragment, node: Block | None = None) -> None:
    """Puts an item into a list within a line, or a clause into a chain."""
    items = draft.page.items(parent, slot.name)
    if not 0 <= index <= len(items):
        raise Refused("no_slot", f"The list has {len(items)} items; there is no position {index}.")
    if slot.form == "output" and not any(piece.word == "give" for piece in draft.page.pieces_in(parent.span)):
        raise Refused("does_not_fit", "A `define` with `=` gives one value; write its lines with a closing `give`.")
    wanted = ungrouped(new.node if node is None else node)
    if slot.name == "clauses":
        assert isinstance(parent.node, s.Binary)
        text = f"({new.text})" if is_loose(new.node, slot.needs, parent, draft.firm) else new.text
        joint = f" {parent.node.op} "
        draft.tree = insert_clause(draft.tree, parent.path, len(items), index, wanted)
    else:
        text = f"({new.text})" if slot.form == "expression" and draft.firm else new.text
        joint = ", "
        draft.tree = insert(draft.tree, (*parent.path, slot.name), index, wanted)
    if index > 0:
        draft.splice.insert(items[index - 1].outer.end, joint + text)
    elif items:
        draft.splice.insert(items[0].outer.start, text + joint)
    else:
        draft.splice.insert(_opening(draft.page, parent), text)


def _opening(page: Page, parent: Place) -> int:
    """Behind the bracket that opens an empty list."""
    start = parent.span.start
    if isinstance(parent.node, s.Call):
        start = parent.node.function.span.end
    for token in _tokens_from(page, start):
        if token.kind in ("LPAR", "LSQB"):
            return token.end
    raise Refused("has_mistake", "The brackets of this list can't be found.")


def _tokens_from(page: Page, start: int) -> list[Token]:
    piece = page.line_of(start)
    return [] if piece is None else [t for t in page.tokens(piece) if t.start >= start]


def delete_item(draft: Draft, place: Place) -> None:
    """Takes an item out of a list within a line, or a clause out of a chain."""
    parent = draft.page.parent(place)
    assert parent is not None  # lists within lines stand in a block
    items = draft.page.items(parent, place.slot.name)
    if len(items) <= place.slot.least:
        raise Refused("needed", "It is the only one, and one is needed.")
    draft.put(place, GONE)
    if place.slot.name == "clauses" and len(items) == 2:
        other = items[1 - place.index]
        stays = _stay(draft, parent, other)
        draft.splice.delete(Span(parent.outer.start, stays.start))
        draft.splice.delete(Span(stays.end, parent.outer.end))
    elif place.index > 0:
        draft.splice.delete(Span(items[place.index - 1].outer.end, place.outer.end))
    elif len(items) > 1:
        draft.splice.delete(Span(place.outer.start, items[1].outer.start))
    else:
        draft.splice.delete(place.outer)


def reorder(draft: Draft, parent: Place, slot: Slot, old: int, new: int) -> None:
    """Moves an item within its list: the texts change places, what stands between them stays."""
    items = draft.page.items(parent, slot.name)
    if not 0 <= new < len(items):
        raise Refused("no_slot", f"Without the item itself the list has positions 0 to {len(items) - 1}.")
    order = list(range(len(items)))
    order.insert(new, order.pop(old))
    text = draft.page.source.text
    nodes = [get(draft.tree, item.path) for item in items]
    for item, source in zip(items, order, strict=True):
        if items[source] is item:
            continue
        moved = items[source]
        if slot.name == "clauses":
            loose = is_loose(moved.node, slot.needs, parent, draft.firm) and not moved.in_parentheses
        else:
            loose = False
        words = text[moved.outer.start : moved.outer.end]
        draft.splice.changes.append(Edit(item.outer, f"({words})" if loose else words))
    for item, source in zip(items, order, strict=True):
        draft.put(item, nodes[source])


# ---------------------------------------------------------------- what may be left out


def insert_optional(draft: Draft, parent: Place, slot: Slot, new: Fragment) -> None:
    """Writes what was left out."""
    if draft.page.child(parent, slot.name) is not None:
        raise Refused("no_slot", "Something stands there already; replace it.")
    node, text = parent.node, new.text
    if slot.form == "expression" and draft.firm:
        text = f"({text})"
    if slot.trail:
        first, *rest = _tokens_from(draft.page, parent.span.start)
        if getattr(node, "tag", None) is not None and isinstance(node, s.ExitAction):
            raise Refused("does_not_fit", "What is closed by a name is closed as a whole.")
        if not rest:  # `exit` alone, of a line that could not be read
            raise Refused("has_mistake", "This line can't be read; replace the whole of it.")
        draft.splice.insert(first.end, f" {text} {' '.join(slot.trail)}")
    else:
        draft.splice.insert(_anchor(draft, parent, slot), " ".join(("", *slot.lead, text)))
    draft.tree = put(draft.tree, (*parent.path, slot.name), ungrouped(new.node))


def _anchor(draft: Draft, parent: Place, slot: Slot) -> int:
    """Behind what stands before an empty slot."""
    names = [known.name for known in parent.slots]
    before = [draft.page.child(parent, name) for name in names[: names.index(slot.name)]]
    present = [p for p in before if p is not None]
    match parent.node:
        case s.OrderAction(verb_span=verb):
            return present[-1].outer.end if present else verb.end
        case s.ExitAction() | s.ProtectAction() | s.CancelAction() | s.TestExpect() | s.Input() if slot.name != "step":
            piece = draft.page.pieces.get(parent.span.start)
            if piece is None:
                raise Refused("has_mistake", "This line can't be read as it stands.")
            return draft.page.tokens(piece)[-1].end
        case s.Input() if draft.page.child(parent, "high") is None:
            raise Refused("needed", "A step needs a range: `in 2 .. 50`.")
        case s.Trade() if slot.name == "zone" and draft.page.child(parent, "session") is None:
            raise Refused("needed", "A zone needs a session.")
        case s.Param(name=name):
            return name.span.end
        case s.Every(words=words) if not present:
            return words[-1].span.end
        case _:
            return present[-1].outer.end


def delete_optional(draft: Draft, place: Place) -> None:
    """Takes out what may be left out, with the words that belong to it."""
    parent = draft.page.parent(place)
    assert parent is not None
    if isinstance(parent.node, s.Trade) and place.slot.name == "session" and draft.page.child(parent, "zone") is not None:
        raise Refused("needed", "The zone needs it; take that out first.")
    piece = draft.page.line_of(place.span.start)
    tokens = [] if piece is None else draft.page.tokens(piece)
    first = next((i for i, t in enumerate(tokens) if t.start == place.outer.start), None)
    last = next((i for i, t in enumerate(tokens) if t.end == place.outer.end), None)
    if first is None or last is None or first - len(place.slot.lead) < 1:
        raise Refused("has_mistake", "This line can't be read as it stands.")
    draft.splice.delete(Span(tokens[first - len(place.slot.lead) - 1].end, tokens[last + len(place.slot.trail)].end))
    draft.put(place, None)

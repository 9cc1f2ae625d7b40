"""Makes a block edit: minimal edits of the text, or a refusal. What the text says afterwards is read back and compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from compiler import syntax as s
from compiler.blocks import edits as e
from compiler.blocks.draft import Draft
from compiler.blocks.expressions import (
    delete_item,
    delete_optional,
    insert_item,
    insert_optional,
    reorder,
    replace_slot,
    set_literal,
    unwrap,
    wrap,
)
from compiler.blocks.fragments import LINES, Fragment, read_fragment
from compiler.blocks.lines import delete_lines, insert_lines, move_lines, replace_lines
from compiler.blocks.meaning import agrees, get, insert, insert_clause, tree_of, without_gone
from compiler.blocks.operators import set_op
from compiler.blocks.places import STATEMENTS, Page, Place, read_page
from compiler.blocks.refusals import Refusal, Refused
from compiler.blocks.renaming import rename
from compiler.blocks.shape import Opaque, Slot
from compiler.blocks.splice import Splice, apply, inverse
from compiler.diagnostics import Edit
from compiler.library import FunctionLibrary


@dataclass(frozen=True, slots=True)
class Edited:
    """`edits` in order and apart, the text they give, and the edits of that text that give the old one back to the byte."""

    edits: tuple[Edit, ...]
    text: str
    undo: tuple[Edit, ...]


def make(text: str, edit: e.BlockEdit, library: FunctionLibrary) -> Edited | Refusal:
    """The text edits of a block edit."""
    page = read_page(text)
    before = tree_of(page)
    for firm in (False, True):  # sparing with parentheses; if that would be read otherwise, not
        draft = Draft(page, Splice(text), before, firm)
        try:
            _make(draft, edit, library)
        except Refused as refused:
            return refused.refusal
        edits = draft.splice.edits()
        result = apply(text, edits)
        new = read_page(result)
        if not agrees(without_gone(draft.tree), tree_of(new)):
            continue
        worse = _new_mistake(page, new)
        if worse:
            return Refusal("does_not_fit", worse)
        return Edited(edits, result, inverse(text, edits))
    return Refusal("would_change_meaning", "The text after this edit would not say what was meant.")


def _new_mistake(old: Page, new: Page) -> str:
    """What is wrong with how the new text is written, if more is wrong than was with the old one."""
    before = [d.code for d in old.problems if d.severity == "error"]
    after = [d for d in new.problems if d.severity == "error"]
    if len(after) <= len(before):
        return ""
    return next((d.message for d in after if d.code not in before), after[-1].message)


def _make(draft: Draft, edit: e.BlockEdit, library: FunctionLibrary) -> None:
    match edit:
        case e.SetLiteral(at=at, value=value):
            set_literal(draft, draft.place(at), value)
        case e.ReplaceSlot(at=at, text=text):
            place = draft.place(at)
            if place.slot.form in LINES and not isinstance(place.node, Opaque):
                replace_lines(draft, place, read_fragment(place.slot.form, text))
            else:
                replace_slot(draft, place, text)
        case e.Wrap(at=at, text=text):
            wrap(draft, draft.place(at), text)
        case e.Unwrap(at=at, keep=keep):
            unwrap(draft, draft.place(at), draft.place(keep))
        case e.InsertClause(at=at, slot=slot, text=text, index=index):
            _insert(draft, draft.place(at) if at else None, slot, text, index)
        case e.DeleteClause(at=at):
            _delete(draft, draft.place(at))
        case e.Move(at=at, to=to, slot=slot, index=index):
            _move(draft, draft.place(at), draft.place(to) if to else None, slot, index)
        case e.ToggleNot(at=at):
            place = draft.place(at)
            if isinstance(place.node, s.Unary) and place.node.op == "not":
                unwrap(draft, place, draft.page.places[place.children[0]])
            else:
                wrap(draft, place, "not ?")
        case e.SetOp(at=at, op=op):
            set_op(draft, draft.place(at), op)
        case e.Rename(at=at, name=name):
            rename(draft, draft.place(at), name, library)
        case _:
            assert_never(edit)


def _slot(parent: Place | None, name: str) -> Slot:
    slots = (STATEMENTS,) if parent is None else parent.slots
    for slot in slots:
        if slot.name == name:
            return slot
    raise Refused("no_slot", f"There is no slot `{name}`; there is {', '.join(slot.name for slot in slots) or 'none'}.")


def _insert(draft: Draft, parent: Place | None, name: str, text: str, index: int) -> None:
    slot = _slot(parent, name)
    if not (slot.grows or (slot.optional and not slot.many)):
        raise Refused("no_slot", f"Nothing can be put into `{name}`.")
    new = read_fragment(slot.form, text)
    if slot.form in LINES:
        insert_lines(draft, parent, slot, index, new)
        return
    assert parent is not None  # only statements stand in the file itself
    if slot.many:
        insert_item(draft, parent, slot, index, new)
    else:
        insert_optional(draft, parent, slot, new)


def _delete(draft: Draft, place: Place) -> None:
    if place.slot.form in LINES or isinstance(place.node, Opaque):
        delete_lines(draft, place)
    elif place.slot.grows:
        delete_item(draft, place)
    elif place.slot.optional:
        delete_optional(draft, place)
    else:
        raise Refused("needed", "It can't be missing; replace it.")


def _move(draft: Draft, place: Place, target: Place | None, name: str, index: int) -> None:
    slot = _slot(target, name)
    if target is not None and (target.id == place.id or target.id.startswith(f"{place.id}/")):
        raise Refused("into_itself", "A block can't be moved into a part of itself.")
    if not place.slot.grows:
        raise Refused("fixed", "This block stands in no list from which it could be moved.")
    if not slot.grows or slot.form != place.slot.form or (slot.wanted == "condition") != (place.slot.wanted == "condition"):
        raise Refused("does_not_fit", f"What stands in `{place.slot.name}` can't stand in `{name}`.")
    if slot.form in LINES:
        move_lines(draft, place, target, slot, index)
        return
    parent = draft.page.parent(place)
    assert parent is not None
    assert target is not None
    if parent.id == target.id:
        reorder(draft, parent, slot, place.index, index)
        return
    text = draft.page.source.text
    moved = Fragment(place.node, text[place.span.start : place.span.end])
    node = get(draft.tree, place.path)
    # The item leaves a mark, so that both paths are those of the tree before.
    tree = draft.tree
    delete_item(draft, place)
    marked = draft.tree
    draft.tree = tree
    insert_item(draft, target, slot, index, moved)
    path = target.path
    if slot.name == "clauses":
        draft.tree = insert_clause(marked, path, len(draft.page.items(target, slot.name)), index, node)
    else:
        draft.tree = insert(marked, (*path, slot.name), index, node)

"""Edits of whole lines: statements, actions, attached lines, settings and lines of tests, each with its comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from compiler import syntax as s
from compiler.blocks.draft import Draft
from compiler.blocks.fragments import Fragment
from compiler.blocks.meaning import ANYTHING, GONE, change, get, insert, put, ungrouped
from compiler.blocks.places import Page, Place
from compiler.blocks.refusals import Refused
from compiler.blocks.shape import Opaque, Slot
from compiler.blocks.splice import comments_in, indent_at, line_end_of, line_start
from compiler.diagnostics import Edit
from compiler.source import Span
from compiler.text.slices import Piece

_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)")
_ALONE = (s.When, s.Every, s.Settings, s.Define, s.Test)  # statements that stand apart


@dataclass(frozen=True, slots=True)
class Unit:
    """The lines of a block. `start` is where its own comments begin: those directly above it, and its documentation; `first` its first line's
    beginning, `end` the end of its last line."""

    start: int
    first: int
    end: int


def unit_of(page: Page, place: Place) -> Unit:
    first = page.pieces.get(place.span.start)
    if first is None:
        raise Refused("has_mistake", "This line can't be read as it stands; put it right as text first.")
    last = first
    for piece in page.pieces_in(place.span):
        last = piece
    begins = line_start(page.source.text, first.start)
    return Unit(own_start(page.source.text, first), begins, last.end)


def own_start(text: str, piece: Piece) -> int:
    """Where the comments begin that stand above a line without a blank line between, and its documentation in any case."""
    at = line_start(text, piece.start)
    while at > piece.trivia:
        end = at - (2 if text[at - 2 : at] == "\r\n" else 1)
        above = line_start(text, end)
        if not text[above:end].lstrip(" \t").startswith("#") or above < piece.trivia:
            break
        at = above
    for line in _LINE.finditer(text, piece.trivia, at):
        if line[0].lstrip(" \t").startswith("##"):
            return line.start()
    return at


# ---------------------------------------------------------------- replace


def replace_lines(draft: Draft, place: Place, new: Fragment) -> None:
    """Puts other lines where those of a block stand. The comments above it, and behind its last line, stay."""
    if isinstance(place.node, s.Edition) and not isinstance(new.node, s.Edition):
        raise Refused("needed", "Every program begins with its edition.")
    text = draft.page.source.text
    lines = _relined(text, new.text, indent_at(text, place.span.start))
    draft.splice.changes.append(Edit(place.span, lines.lstrip(" \t")))
    node = ungrouped(new.node)
    old = getattr(place.node, "doc", "")
    if new.text.lstrip(" \t").startswith("#"):
        raise Refused("unreadable", "Comments above a block are not a part of it; give the block alone.")
    draft.put(place, replace(node, doc=old))


def _relined(text: str, given: str, indent: str) -> str:
    """Lines as they stand in a program: its line ends, the first one at an indentation and the others relative to it."""
    lines = _LINE_END.split(given)
    base = re.match(r"[ \t]*", lines[0])
    assert base is not None
    stripped = [line.removeprefix(base[0]) if line.startswith(base[0]) else line.lstrip(" \t") for line in lines]
    return line_end_of(text).join(indent + line if line.strip() else "" for line in stripped)


# ---------------------------------------------------------------- insert


def insert_lines(draft: Draft, parent: Place | None, slot: Slot, index: int, new: Fragment) -> None:
    """Puts a block of lines into a list of them; `parent` is None for the file."""
    if isinstance(new.node, s.HoldTop) and parent is not None and isinstance(parent.node, s.When):
        raise Refused("does_not_fit", "`hold top` stands under a scheduled rule `every …`.")
    text = draft.page.source.text
    items = draft.page.items(parent, slot.name)
    indent = indent_at(text, items[0].span.start) if items else _indent(draft.page, parent, slot)
    _put_lines(draft, parent, slot, index, _relined(text, new.text, indent), new.node)
    _grow(draft, parent, slot, index, ungrouped(new.node))


def _indent(page: Page, parent: Place | None, slot: Slot) -> str:
    if parent is None:
        return ""
    above = indent_at(page.source.text, parent.span.start)
    others = page.items(parent, "actions") if slot.name == "otherwise" else []
    return indent_at(page.source.text, others[0].span.start) if others else above + "  "


def _grow(draft: Draft, parent: Place | None, slot: Slot, index: int, node: object) -> None:
    if parent is None:
        draft.tree = (*draft.tree[:index], node, *draft.tree[index:])
        return
    draft.tree = insert(draft.tree, (*parent.path, slot.name), index, node)
    if slot.name == "otherwise":
        draft.tree = change(draft.tree, parent.path, lambda rule: replace(rule, has_otherwise=True))


def _put_lines(draft: Draft, parent: Place | None, slot: Slot, index: int, lines: str, node: object, skip: int = -1) -> None:
    """Writes lines at a position of a list; `skip` is the position in it of what is moved, which does not count."""
    page, text = draft.page, draft.page.source.text
    items = [item for item in page.items(parent, slot.name) if item.index != skip]
    if not 0 <= index <= len(items):
        raise Refused("no_slot", f"The list has {len(items)} items; there is no position {index}.")
    if parent is None and index == 0 and items and isinstance(items[0].node, s.Edition):
        raise Refused("fixed", "`apx` stands on the first line.")
    end = line_end_of(text)
    if parent is not None and isinstance(parent.node, s.Define) and not items and not _is_block(page, parent):
        raise Refused("does_not_fit", "A `define` with `=` has no lines under it.")
    if index < len(items):
        at = unit_of(page, items[index]).start
    elif items:
        at = unit_of(page, items[-1]).end
    else:
        at, before = _empty(page, parent, slot)
        lines = before + lines
    before_text = after_text = ""
    if parent is None:
        if index > 0 and _apart(node, items[index - 1].node) and not _blank_before(text, at):
            before_text = end
        if index < len(items) and _apart(node, items[index].node) and not _blank_after(text, at):
            after_text = end
    if at > 0 and text[at - 1] not in "\r\n":
        draft.splice.insert(at, end + before_text + lines)
    else:
        draft.splice.insert(at, before_text + lines + end + after_text)


def _empty(page: Page, parent: Place | None, slot: Slot) -> tuple[int, str]:
    """Where the first line of an empty list goes, and what is written before it."""
    if parent is None:
        return len(page.source.text), ""
    text = page.source.text
    if slot.name == "otherwise":
        actions = page.items(parent, "actions")
        at = unit_of(page, actions[-1]).end if actions else unit_of(page, parent).end
        return at, indent_at(text, parent.span.start) + "otherwise" + line_end_of(text)
    head = page.pieces.get(parent.span.start)
    if head is None:
        raise Refused("has_mistake", "This line can't be read as it stands; put it right as text first.")
    return head.end, ""


def _is_block(page: Page, parent: Place) -> bool:
    return any(piece.word == "give" for piece in page.pieces_in(parent.span))


def _apart(one: object, other: object) -> bool:
    """Whether a blank line stands between two statements."""
    return type(one) is not type(other) or isinstance(one, _ALONE)


def _blank_before(text: str, at: int) -> bool:
    """Whether nothing stands on the line above one that begins here; so it is at the top of a file."""
    end = at - (2 if text[at - 2 : at] == "\r\n" else 1)
    return at == 0 or not text[line_start(text, end) : end].strip()


def _blank_after(text: str, at: int) -> bool:
    end = _LINE_END.search(text, at)
    return not text[at : end.start() if end else len(text)].strip()


# ---------------------------------------------------------------- delete


def delete_lines(draft: Draft, place: Place) -> None:
    """Takes a block's lines out, with their own comments and those directly above."""
    page = draft.page
    parent = page.parent(place)
    if isinstance(place.node, s.Edition):
        raise Refused("needed", "Every program begins with its edition.")
    if place.slot.name == "unread":
        draft.splice.delete(place.span)
        draft.tree = put(draft.tree, place.path[:1], ANYTHING)
        return
    if parent is not None and len(page.items(parent, place.slot.name)) <= place.slot.least:
        raise Refused("needed", "A rule has at least one action.")
    unit = unit_of(page, place)
    start = unit.start if not isinstance(place.node, Opaque) else unit.first
    draft.splice.drop(Span(_tidy(page.source.text, start, unit.end) if parent is None else start, unit.end))
    draft.put(place, GONE)
    _leave_otherwise(draft, place)


def _tidy(text: str, start: int, end: int) -> int:
    """Where to cut so that of two blank lines, one above and one below, one stays."""
    if start > 0 and _blank_before(text, start) and _blank_after(text, end):
        return line_start(text, start - (2 if text[start - 2 : start] == "\r\n" else 1))
    return start


def _leave_otherwise(draft: Draft, place: Place) -> None:
    """Without its last action an `otherwise` goes too; its comments stay."""
    parent = draft.page.parent(place)
    if parent is None or place.slot.name != "otherwise" or len(draft.page.items(parent, "otherwise")) > 1:
        return
    text = draft.page.source.text
    for piece in draft.page.pieces_in(parent.span):
        if piece.word == "otherwise":
            word = Span(piece.start, piece.start + len("otherwise"))
            bare = not comments_in(text, Span(word.end, piece.end))
            draft.splice.drop(Span(line_start(text, piece.start), piece.end) if bare else word)
    draft.tree = change(draft.tree, parent.path, lambda rule: replace(rule, has_otherwise=False))


# ---------------------------------------------------------------- move


def move_lines(draft: Draft, place: Place, target: Place | None, slot: Slot, index: int) -> None:
    """Carries a block's lines, as they are written and with their comments, to another position."""
    page, text = draft.page, draft.page.source.text
    if isinstance(place.node, s.Edition):
        raise Refused("fixed", "`apx` stands on the first line.")
    if isinstance(place.node, s.HoldTop) and target is not None and isinstance(target.node, s.When):
        raise Refused("does_not_fit", "`hold top` stands under a scheduled rule `every …`.")
    parent = page.parent(place)
    stays = (parent.id if parent else "") == (target.id if target else "") and place.slot.name == slot.name
    if stays and index == place.index:
        return
    if not stays and len(page.items(parent, place.slot.name)) <= place.slot.least:
        raise Refused("needed", "A rule has at least one action.")
    unit = unit_of(page, place)
    lines = text[unit.start : unit.end]
    ending = re.search(r"(?:\r\n|\r|\n)\Z", lines)
    lines = lines[: ending.start()] if ending else lines
    node = get(draft.tree, place.path)
    draft.put(place, GONE)
    _put_lines(draft, target, slot, index, lines, place.node, place.index if stays else -1)
    draft.splice.drop(Span(_tidy(text, unit.start, unit.end) if parent is None else unit.start, unit.end))
    if not stays:
        _leave_otherwise(draft, place)
    _grow(draft, target, slot, index + (1 if stays and index >= place.index else 0), node)

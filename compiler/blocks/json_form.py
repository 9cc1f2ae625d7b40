"""The JSON of block trees and of made edits: one canonical form, keys in a fixed order, offsets in UTF-16 units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from compiler.blocks.make import Edited
from compiler.blocks.refusals import Refusal
from compiler.blocks.tree import BlockTree, Comment, TreeBlock, TreeSlot
from compiler.diagnostics import Diagnostic, Edit
from compiler.source import Span

VERSION = 1
"""Of the JSON form. It goes up when a key changes its meaning or goes away."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Offsets:
    """Character offsets of a text as UTF-16 offsets; None where both are the same."""

    table: tuple[int, ...] | None

    @staticmethod
    def of(text: str) -> Offsets:
        if text.isascii() or all(ch <= "\uffff" for ch in text):
            return Offsets(None)
        return Offsets(tuple(accumulate((2 if ch > "\uffff" else 1 for ch in text), initial=0)))

    def span(self, span: Span) -> Json:
        if self.table is None:
            return {"start": span.start, "end": span.end}
        return {"start": self.table[span.start], "end": self.table[span.end]}


def tree_json(tree: BlockTree) -> Json:
    offsets = Offsets.of(tree.text)
    return {
        "version": VERSION,
        "offsets": "utf-16",
        "source": tree.text,
        "slots": [_slot(tree.slot, offsets)],
        "comments": [_comment(c, offsets) for c in tree.comments],
        "diagnostics": [_diagnostic(d, offsets) for d in tree.diagnostics],
    }


def _slot(slot: TreeSlot, offsets: Offsets) -> Json:
    accepts = slot.accepts
    return {
        "name": slot.name,
        "accepts": {"form": accepts.form, "kind": accepts.kind, "unit": accepts.unit, "constant": accepts.constant},
        "level": slot.level,
        "many": slot.many,
        "optional": slot.optional,
        "inserts": slot.inserts,
        "blocks": [_block(block, offsets) for block in slot.blocks],
    }


def _block(block: TreeBlock, offsets: Offsets) -> Json:
    return {
        "id": block.id,
        "kind": block.kind,
        "span": offsets.span(block.span),
        "outer": offsets.span(block.outer),
        "name": block.name,
        "value": block.value,
        "op": block.op,
        "operators": list(block.operators),
        "type": block.type,
        "unit": block.unit,
        "level": block.level,
        "doc": block.doc,
        "comments": [_comment(c, offsets) for c in block.comments],
        "sentence": block.sentence,
        "slots": [_slot(slot, offsets) for slot in block.slots],
        "diagnostics": [_diagnostic(d, offsets) for d in block.diagnostics],
    }


def _comment(comment: Comment, offsets: Offsets) -> Json:
    return {"text": comment.text, "span": offsets.span(comment.span), "own_line": comment.own_line}


def _diagnostic(diagnostic: Diagnostic, offsets: Offsets) -> Json:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "span": offsets.span(diagnostic.span),
        "labels": [{"span": offsets.span(label.span), "text": label.text} for label in diagnostic.labels],
        "fixes": [{"title": f.title, "safe": f.safe, "edits": _edits(f.edits, offsets)} for f in diagnostic.fixes],
    }


def _edits(edits: Iterable[Edit], offsets: Offsets) -> list[Json]:
    return [{"span": offsets.span(edit.span), "text": edit.text} for edit in edits]


def outcome_json(text: str, outcome: Edited | Refusal) -> Json:
    """What became of an edit of `text`: its text edits and those that undo it, or the reason why not."""
    if isinstance(outcome, Refusal):
        return {"version": VERSION, "refused": {"reason": outcome.reason, "message": outcome.message}}
    return {
        "version": VERSION,
        "offsets": "utf-16",
        "edits": _edits(outcome.edits, Offsets.of(text)),
        "undo": _edits(outcome.undo, Offsets.of(outcome.text)),
    }

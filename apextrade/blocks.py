"""The visual builder's view of a program for Python: its block tree, and block edits as text edits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compiler.blocks.edits import BlockEdit, edit_from_json
from compiler.blocks.json_form import outcome_json, tree_json
from compiler.blocks.make import Edited, make
from compiler.blocks.refusals import Refusal, Refused
from compiler.blocks.tree import block_tree as tree_of
from compiler.pipeline import check
from stdlib.library import load


def block_tree(text: str) -> dict[str, Any]:
    """The blocks of a program as JSON data (docs/language/blocks.md). Any text has a tree; what can't be read is opaque in it."""
    library = load()
    return tree_json(tree_of(check(text, library), library))


def block_edit(text: str, edit: Mapping[str, Any]) -> dict[str, Any]:
    """The minimal text edits of a block edit such as `{"edit": "toggleNot", "at": "when:1/condition"}`, as JSON data; or why it is
    refused, under `refused`."""
    return outcome_json(text, made(text, edit))


def made(text: str, edit: Mapping[str, Any]) -> Edited | Refusal:
    """The same as values: offsets in characters, and the new text."""
    try:
        wanted: BlockEdit = edit_from_json(edit)
    except Refused as refused:
        return refused.refusal
    return make(text, wanted, load())

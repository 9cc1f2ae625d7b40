"""A block tree that comes back from a builder: whether it is still the tree of its text, and where not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

READ_BACK: tuple[str, ...] = ("id", "kind", "span", "outer", "name", "value", "op", "doc", "comments")
"""What a block says of its text. What checking found of it (type, unit, diagnostics …) and what follows from those is not read back."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """at: where in the JSON, as a pointer. block: the innermost block there, '' for the file."""

    at: str
    block: str
    message: str


def disagreement(given: Json, own: Json) -> Disagreement | None:
    """The first place in which a tree is not the one of its text; None if it is.

    given: as it came, in the shape of `tree_json`; what a block or slot leaves out is not compared, except its blocks. own: the tree of
    `given["source"]`.
    """
    todo: list[tuple[str, str, Json, Json]] = [("", "", given, own)]
    while todo:
        at, block, one, other = todo.pop()
        for key in READ_BACK if block else ("comments",):
            if key in one and one[key] != other[key]:
                said, found = _short(one[key]), _short(other[key])
                return Disagreement(f"{at}/{key}", block, f"{_named(block)} has {key} {said}; by the text it is {found}.")
        slots = {slot["name"]: (i, slot) for i, slot in enumerate(one.get("slots", ()))}
        known = {slot["name"]: slot for slot in other["slots"]}
        for name, (i, _) in slots.items():
            if name not in known:
                listed = ", ".join(known) or "none"
                return Disagreement(
                    f"{at}/slots/{i}", block, f"{_named(block)} has a slot {name}; by the text its slots are {listed}."
                )
        inner: list[tuple[str, str, Json, Json]] = []
        for name, slot in known.items():
            i, said_slot = slots.get(name, (0, {"blocks": []}))
            blocks, wanted = said_slot["blocks"], slot["blocks"]
            if len(blocks) != len(wanted):
                where = f"{at}/slots/{i}" if name in slots else f"{at}/slots"
                said = f"{_named(block)} has {_counted(len(blocks))} in {name}; by the text there {'is' if len(wanted) == 1 else 'are'} {len(wanted)}."
                return Disagreement(where, block, said)
            pairs = enumerate(zip(blocks, wanted, strict=True))
            inner += [(f"{at}/slots/{i}/blocks/{k}", str(b["id"]), a, b) for k, (a, b) in pairs]
        todo += reversed(inner)
    return None


def _named(block: str) -> str:
    return f"The block {block}" if block else "The tree"


def _counted(blocks: int) -> str:
    return "one block" if blocks == 1 else f"{blocks} blocks"


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"

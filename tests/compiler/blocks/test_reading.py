"""A tree is the tree of its text, or the first place where it is not is named."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apextrade.blocks import block_tree
from compiler.blocks.reading import READ_BACK, disagreement

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.apx"))
FORMS = (Path(__file__).parent / "every_form.apx").read_text(encoding="utf-8")
TREE = block_tree(FORMS)


@pytest.mark.parametrize("path", EXAMPLES[::6], ids=lambda path: str(path.stem))
def test_a_tree_agrees_with_itself_also_after_a_journey_as_text(path: Path) -> None:
    tree = block_tree(path.read_text(encoding="utf-8"))
    assert disagreement(json.loads(json.dumps(tree)), tree) is None


def every_block(tree: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Each block with its pointer."""
    found: list[tuple[str, dict[str, Any]]] = []
    todo = [("", tree)]
    while todo:
        at, one = todo.pop()
        for i, slot in enumerate(one["slots"]):
            for k, block in enumerate(slot["blocks"]):
                found.append((f"{at}/slots/{i}/blocks/{k}", block))
                todo.append(found[-1])
    return found


COUNT = len(every_block(TREE))


@settings(max_examples=60, deadline=None)
@given(index=st.integers(0, COUNT - 1), key=st.sampled_from(READ_BACK))
def test_any_change_that_is_read_back_is_found_at_its_place(index: int, key: str) -> None:
    tree = copy.deepcopy(TREE)
    at, block = every_block(tree)[index]
    name = block["id"]
    block[key] = (
        {"start": -1, "end": -1} if key in ("span", "outer") else [{"text": "# x"}] if key == "comments" else "something else"
    )
    found = disagreement(tree, TREE)
    assert found is not None
    assert (found.at, found.block) == (f"{at}/{key}", name)
    assert found.message.startswith(f"The block {name} has {key} ")


@settings(max_examples=60, deadline=None)
@given(index=st.integers(0, COUNT - 1), key=st.sampled_from(("type", "unit", "sentence", "level", "operators", "diagnostics")))
def test_what_checking_found_is_not_read_back(index: int, key: str) -> None:
    tree = copy.deepcopy(TREE)
    every_block(tree)[index][1][key] = "something else"
    assert disagreement(tree, TREE) is None


@settings(max_examples=60, deadline=None)
@given(index=st.integers(0, COUNT - 1))
def test_a_block_that_is_gone_is_missed(index: int) -> None:
    tree = copy.deepcopy(TREE)
    at, block = every_block(tree)[index]
    parent = next((b for place, b in [("", tree), *every_block(tree)] if at.rpartition("/slots/")[0] == place), tree)
    next(slot for slot in parent["slots"] if block in slot["blocks"])["blocks"].remove(block)
    found = disagreement(tree, TREE)
    assert found is not None
    assert "by the text" in found.message

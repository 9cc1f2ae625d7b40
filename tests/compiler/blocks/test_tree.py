"""The block tree: ids, slots, types, comments, diagnostics, and a JSON for any text at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apextrade.blocks import block_tree, made
from compiler import syntax as s
from compiler.aggregates import AGGREGATES, Aggregate
from compiler.blocks.json_form import Offsets, tree_json
from compiler.blocks.make import Edited
from compiler.blocks.places import read_page
from compiler.blocks.tree import KINDS
from compiler.blocks.tree import block_tree as tree_of
from compiler.pipeline import check
from compiler.source import Span
from compiler.text.tokens import END, tokens_of
from stdlib.library import load
from tests.generators.loose import programs

ROOT = Path(__file__).parents[3]
EXAMPLES = int(os.environ.get("LAW_PROGRAMS", "60"))
PAGES = [Path(__file__).with_name("every_form.apx"), *sorted((ROOT / "examples").glob("*.apx"))]


def blocks(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for slot in node["slots"]:
        for block in slot["blocks"]:
            yield block
            yield from blocks(block)


def by_id(text: str) -> dict[str, dict[str, Any]]:
    return {block["id"]: block for block in blocks(block_tree(text))}


TEXT = """apx 1
strategy "T"
trade "AAPL" every 1d
settings
  commission 0.1%
let quick = sma(close, 50)
## Buys.
# why
when quick crosses above sma(close, 200) and (volume > 3 or close > open)   # here
  # the order
  buy 10% of equity
    stop loss at 2%
"""


def test_chains_are_groups_of_clauses_and_parentheses_are_no_blocks() -> None:
    found = by_id(TEXT)
    condition = found["when:1/condition"]
    assert condition["kind"] == "all"
    assert [(slot["name"], len(slot["blocks"])) for slot in condition["slots"]] == [("clauses", 2)]
    inner = found["when:1/condition/clauses.1"]
    assert (inner["kind"], inner["operators"]) == ("any", ["and", "or"])
    assert TEXT[inner["span"]["start"] : inner["span"]["end"]] == "volume > 3 or close > open"
    assert TEXT[inner["outer"]["start"] : inner["outer"]["end"]] == "(volume > 3 or close > open)"
    assert found["when:1/condition/clauses.1/clauses.0"]["op"] == ">"


def test_expressions_have_their_type_and_unit_and_slots_what_they_take() -> None:
    found = by_id(TEXT)
    assert (found["let:quick/value"]["type"], found["let:quick/value"]["unit"]) == ("number", "price")
    assert found["when:1/condition"]["type"] == "condition"
    length = next(slot for slot in found["let:quick/value/arguments.1"]["slots"] if slot["name"] == "value")
    assert length["accepts"] == {"form": "expression", "kind": "number", "unit": "bars", "constant": True}
    crosses = found["when:1/condition/clauses.0"]
    assert [slot["accepts"]["unit"] for slot in crosses["slots"]] == ["price", "price"]
    order = found["when:1/actions.0"]
    assert {slot["name"]: slot["inserts"] for slot in order["slots"]} == {
        "size": False,
        "entry": True,
        "tag": True,
        "attached": True,
    }


@pytest.mark.parametrize(
    ("call", "kind"), [("sum_inside(volume on 1m)", "number"), ("count_inside(close > open on 1m)", "condition")]
)
def test_a_function_of_finer_bars_takes_what_it_says(call: str, kind: str) -> None:
    found = by_id(f'apx 1\nstrategy "s"\ntrade "A" every 1h\nlet inside = {call}\n')
    (value,) = found["let:inside/value/arguments.0"]["slots"]
    assert value["accepts"]["kind"] == kind


def test_comments_and_documentation_belong_to_their_line() -> None:
    found = by_id(TEXT)
    rule = found["when:1"]
    assert rule["doc"] == "Buys."
    assert [(c["text"], c["own_line"]) for c in rule["comments"]] == [("## Buys.", True), ("# why", True), ("# here", False)]
    assert [c["text"] for c in found["when:1/actions.0"]["comments"]] == ["# the order"]
    assert found["when:1/actions.0/attached.stop"]["comments"] == []


def test_a_diagnostic_stands_on_the_innermost_block() -> None:
    text = TEXT.replace("volume > 3", "close > volume")
    holders = [b["id"] for b in blocks(block_tree(text)) if any(d["severity"] == "error" for d in b["diagnostics"])]
    assert holders == ["when:1/condition/clauses.1/clauses.0/right"]


def test_of_a_broken_condition_only_the_broken_clause_is_opaque() -> None:
    text = TEXT.replace("(volume > 3 or close > open)", "foo bar and volume > 3")
    found = by_id(text)
    opaque = [b for b in found.values() if b["kind"] == "opaque"]
    assert [(b["id"], b["value"]) for b in opaque] == [("when:1/condition/clauses.1", "foo bar")]
    assert [d["code"] for d in opaque[0]["diagnostics"]] != []
    assert found["when:1/condition/clauses.2"]["op"] == ">"


@pytest.mark.parametrize(
    ("line", "at", "opaque"),
    [
        ("when a\n  buy of", "when:1/actions.0/size/amount", "of"),
        ("when a\n  buy 1 share\n    stop loss at )", "when:1/actions.0/attached.stop/value", ")"),
        ("when a\n  buy 1 share\n    trail by or", "when:1/actions.0/attached.trail/value", "or"),
        ("input n = of", "input:n/default", "of"),
        ("remember y = a + + of initially 3", "remember:y/next", "a + + of"),
        ("let x = a > b or of", "let:x/value/clauses.1", "of"),
    ],
)
def test_of_a_broken_line_what_can_be_read_is_read(line: str, at: str, opaque: str) -> None:
    found = by_id(f"apx 1\n{line}\n")
    assert {b["id"]: b["value"] for b in found.values() if b["kind"] == "opaque"} == {at: opaque}


def test_lines_that_say_nothing_are_opaque_where_they_stand() -> None:
    found = by_id(TEXT + "  cancel 5 of\nzork\n")
    opaque = {b["id"]: b["value"] for b in found.values() if b["kind"] == "opaque"}
    assert opaque == {"when:1/unread.0": "cancel 5 of\nzork"}


def test_ids_stay_when_other_statements_change() -> None:
    before = by_id(TEXT)
    after = by_id(TEXT.replace("let quick", "# moved\n\nlet extra = open\nlet quick").replace("commission 0.1%", "commission 2%"))
    assert set(before) < set(after)
    assert all(before[i]["sentence"] == after[i]["sentence"] for i in before if not i.startswith("settings"))


def test_offsets_of_the_json_are_utf16() -> None:
    text = 'apx 1\n# 😀\nlet x = "😀é" # 𝕏\nplot x\n'
    units = text.encode("utf-16-le")
    for block in blocks(block_tree(text)):
        start, end = block["span"]["start"], block["span"]["end"]
        if block["kind"] == "text":
            assert units[start * 2 : end * 2].decode("utf-16-le") == '"😀é"'
    assert Offsets.of(text).span(Span(0, len(text))) == {"start": 0, "end": len(units) // 2}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_has_a_sentence_and_its_own_id(page: Path) -> None:
    found = list(blocks(block_tree(page.read_text(encoding="utf-8"))))
    assert len({b["id"] for b in found}) == len(found)
    assert all(b["sentence"] for b in found)
    assert not [b["id"] for b in found if b["kind"] == "opaque"]


def test_every_syntax_node_has_a_kind() -> None:
    nodes = {v for v in vars(s).values() if isinstance(v, type) and hasattr(v, "__dataclass_fields__")}
    others = {s.Ident, s.Card, s.File, s.Unary, s.Binary, s.Span, s.Scheduled}  # the last is made after parsing, never in a file
    assert nodes - others <= set(KINDS)


@pytest.mark.parametrize(
    "expression",
    ["not " * 190 + "(a > b)", "+".join(["close"] * 195), "(" * 95 + "close" + " + 1)" * 95, "abs(" * 90 + "close" + ")" * 90,
     " and ".join(["(a > b)"] * 180), "if a then 1 else " * 95 + "2" + " end" * 95, "close" + "[1]" * 190],
    ids=["not", "sum", "parentheses", "calls", "and", "if", "index"],
)  # fmt: skip
def test_the_deepest_expressions_have_a_tree_and_can_be_edited(expression: str) -> None:
    text = f"apx 1\nlet x = {expression}\n"
    check_total(text)
    outcome = made(text, {"edit": "wrap", "at": "let:x/value", "text": "abs(?)"})
    assert isinstance(outcome, Edited)
    assert outcome.text in (f"apx 1\nlet x = abs({inner})\n" for inner in (expression, expression[1:-1]))


def check_total(text: str) -> None:
    library = load()
    tree = tree_json(tree_of(check(text, library), library))
    assert tree == json.loads(json.dumps(tree))
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    found = list(blocks(tree))
    assert len({b["id"] for b in found}) == len(found)
    for block in found:
        assert 0 <= block["outer"]["start"] <= block["span"]["start"] <= block["span"]["end"] <= block["outer"]["end"] <= units
        assert block["sentence"]
    # Nothing is lost: each word of the text is in a block, each comment in a card.
    page = read_page(text)
    spans = [page.places[i].span for i in page.top]
    spans += [p.span for p in page.places.values() if p.slot.name == "unread"]
    for token in tokens_of(text, 0, len(text), False, []):
        assert token.kind == END or any(x.start <= token.start and token.end <= x.end for x in spans), (token, text)


@given(programs())
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_program_has_a_tree(text: str) -> None:
    check_total(text)


@given(st.data(), programs())
@settings(max_examples=EXAMPLES, deadline=None)
def test_every_mutated_program_has_a_tree(data: st.DataObject, text: str) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        end = min(len(text), at + data.draw(st.integers(0, 6)))
        text = (
            text[:at]
            + data.draw(st.sampled_from(["", " ", "\n", "(", ")", "when ", "buy ", '"', "#", "and", "😀", "\r", "=", "1.", "A"]))
            + text[end:]
        )
    check_total(text)


alphabet = st.sampled_from(
    [
        *"()[],.=<>+-*/%!&|:#\"' \t\n\r_aA1R$",
        "when ",
        "buy ",
        "let ",
        "x = ",
        "if ",
        "and ",
        "end ",
        "😀",
        "at ",
        "settings\n",
        "test ",
    ]
)


@given(st.lists(alphabet, max_size=50).map("".join))
@settings(max_examples=EXAMPLES * 2, deadline=None)
def test_any_text_has_a_tree(text: str) -> None:
    check_total(text)


@pytest.mark.parametrize("function", AGGREGATES, ids=lambda one: str(one.name))
def test_the_argument_of_an_aggregate_says_what_it_takes(function: Aggregate) -> None:
    found = by_id(f'apx 1\nstrategy "T"\ntrade "AAPL" every 1d\nlet x = {function.example}\n')
    (argument,) = (block for block in found.values() if block["kind"] == "argument")
    assert argument["slots"][0]["accepts"]["kind"] == ("condition" if function.takes == "truth" else "number")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.stem))
def test_every_example_has_a_tree_with_types(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    tree = block_tree(text)
    assert tree["source"] == text
    assert any(block["type"] for block in blocks(tree)) or "\nuse " in text

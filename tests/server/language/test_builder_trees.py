"""A builder's tree for a program: the text in it is what counts, and a tree that is another text's is refused."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import apextrade
from server.language.answers import EditProblem, TreeProblem
from server.language.work import source_hash
from tests.server.language.programs import BROKEN, GOOD

Json = dict[str, Any]
TREE = apextrade.block_tree(GOOD)


def block(tree: Json, *names: str) -> Json:
    """A block by the last parts of the ids on the way to it."""
    slots = tree["slots"]
    found: Json = {}
    for name in names:
        found = next(b for slot in slots for b in slot["blocks"] if b["id"].endswith(name))
        slots = found["slots"]
    return found


def compiled(client: httpx.Client, status: int = 200, **asked: Any) -> Json:
    answer = client.post("/api/compile", json=asked)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


@pytest.mark.parametrize("text", [GOOD, GOOD.replace("\n", "\r\n"), "\t" + GOOD + "\n\n# the end \u2028 \U0001f40e", BROKEN, ""])
def test_the_text_of_a_tree_is_read_back_to_the_character(text: str, client: httpx.Client) -> None:
    tree = client.post("/api/validate", json={"source": text, "blocks": True}).json()["blocks"]
    again = client.post("/api/validate", json={"tree": tree, "blocks": True})
    assert again.status_code == 200, again.text
    assert again.json()["blocks"] == tree
    assert again.json()["blocks"]["source"] == text


def test_a_tree_compiles_as_its_text_does(client: httpx.Client) -> None:
    assert compiled(client, tree=TREE) == compiled(client, source=GOOD)


@pytest.mark.parametrize(
    "line", ["plot " + "sma(" * 98 + "close" + ", 2)" * 98, "plot " + "close - -" * 190 + "close"], ids=["calls", "signs"]
)
def test_the_deepest_lines_of_the_language_come_back(line: str, client: httpx.Client) -> None:
    text = f"apx 1\n{line}\n"
    tree = client.post("/api/validate", json={"source": text, "blocks": True}).json()["blocks"]
    assert compiled(client, tree=tree)["source_hash"] == source_hash(text)
    deeper = client.post(
        "/api/validate", json={"source": text.replace("sma(close", "sma(sma(close, 2)").replace("- -close", "- -" * 10 + "close")}
    )
    assert {d["code"] for d in deeper.json()["diagnostics"]} >= {"E0601"}


def test_a_tree_of_only_ids_and_slots_is_enough(client: httpx.Client) -> None:
    def bare(one: Json) -> Json:
        slots = [{"name": s["name"], "blocks": [bare(b) for b in s["blocks"]]} for s in one["slots"] if s["blocks"]]
        return {"id": one["id"], "slots": slots}

    tree = {"version": 1, "offsets": "utf-16", "source": GOOD, "slots": bare({"id": "", "slots": TREE["slots"]})["slots"]}
    assert compiled(client, tree=tree)["hash"] == compiled(client, source=GOOD)["hash"]


def edited_value(tree: Json) -> None:
    block(tree, "input:fast", "default")["value"] = "30"


def edited_text(tree: Json) -> None:
    tree["source"] = tree["source"].replace("20 bars", "25 bars")


def shifted_text(tree: Json) -> None:
    tree["source"] = "\n" + tree["source"]


def missing_rule(tree: Json) -> None:
    tree["slots"][0]["blocks"] = [b for b in tree["slots"][0]["blocks"] if b["id"] != "when:2"]


def rule_more(tree: Json) -> None:
    blocks = tree["slots"][0]["blocks"]
    blocks.append({**copy.deepcopy(block(tree, "when:2")), "id": "when:3"})


def swapped_rules(tree: Json) -> None:
    blocks = tree["slots"][0]["blocks"]
    i, j = (next(k for k, b in enumerate(blocks) if b["id"] == name) for name in ("when:1", "when:2"))
    blocks[i], blocks[j] = blocks[j], blocks[i]


def comment_changed(tree: Json) -> None:
    block(tree, "when:1")["comments"][0]["text"] = "# Never."


def slot_unknown(tree: Json) -> None:
    block(tree, "when:1")["slots"][0]["name"] = "wish"


def slot_left_out(tree: Json) -> None:
    del block(tree, "when:1")["slots"][0]


@pytest.mark.parametrize(
    ("change", "at", "inside", "said"),
    [
        (
            edited_value,
            "/value",
            "input:fast/default",
            'The block input:fast/default has value "30"; by the text it is "20 bars".',
        ),
        (edited_text, "/value", "input:fast/default", "by the text"),
        (
            shifted_text,
            "/span",
            "apx",
            'The block apx has span {"start": 0, "end": 5}; by the text it is {"start": 1, "end": 6}.',
        ),
        (missing_rule, "/slots/0", "", "The tree has 14 blocks in statements; by the text there are 15."),
        (rule_more, "/slots/0", "", "The tree has 16 blocks in statements; by the text there are 15."),
        (swapped_rules, "/id", "when:1", 'has id "when:2"; by the text it is "when:1".'),
        (comment_changed, "/comments", "when:1", "The block when:1 has comments"),
        (slot_unknown, "/slots/0", "when:1", "The block when:1 has a slot wish; by the text its slots are condition, actions"),
        (slot_left_out, "/slots", "when:1", "The block when:1 has 0 blocks in condition; by the text there is 1."),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_a_tree_that_does_not_hold_together_is_refused_with_the_place(
    change: Callable[[Json], None], at: str, inside: str, said: str, client: httpx.Client
) -> None:
    tree = copy.deepcopy(TREE)
    change(tree)
    for route in ("compile", "validate"):
        answer = client.post(f"/api/{route}", json={"tree": tree})
        assert answer.status_code == 422, answer.text
        found = answer.json()
        TreeProblem.model_validate(found)
        assert found["code"] == "tree_disagrees"
        assert (found["block"], found["at"].endswith(at)) == (inside, True), found
        assert said in found["detail"]


def test_what_checking_found_is_not_read_back(client: httpx.Client) -> None:
    tree = copy.deepcopy(TREE)
    one = block(tree, "let:quick", "value")
    one.update(type="text", unit="money", sentence="Nonsense.", diagnostics=[{"code": "E0000"}], operators=["?"], level=99)
    assert compiled(client, tree=tree)["hash"] == compiled(client, source=GOOD)["hash"]


@pytest.mark.parametrize(
    ("change", "at"),
    [
        (lambda tree: tree.pop("source"), "/tree/source"),
        (lambda tree: tree.update(version=2), "/tree/version"),
        (lambda tree: tree.update(offsets="utf-8"), "/tree/offsets"),
        (lambda tree: tree.update(text="…"), "/tree/text"),
        (lambda tree: tree["slots"][0]["blocks"][0].pop("id"), "/tree/slots/0/blocks/0/id"),
        (lambda tree: tree["slots"][0]["blocks"][0].update(txt=""), "/tree/slots/0/blocks/0/txt"),
        (lambda tree: tree["slots"][0]["blocks"][0]["span"].update(start=-1), "/tree/slots/0/blocks/0/span/start"),
        (lambda tree: tree.update(slots="all"), "/tree/slots"),
    ],
)
def test_a_tree_of_another_form_is_an_invalid_request(change: Callable[[Json], None], at: str, client: httpx.Client) -> None:
    tree = copy.deepcopy(TREE)
    change(tree)
    found = compiled(client, 422, tree=tree)
    assert found["code"] == "invalid_request"
    assert at in [one["at"] for one in found["errors"]]


def test_a_program_is_given_once(client: httpx.Client) -> None:
    assert compiled(client, 422)["code"] == "invalid_request"
    assert compiled(client, 422, source=GOOD, tree=TREE)["errors"] == [
        {"at": "", "message": "a program is given as `source` or as `tree`, one of them"}
    ]


def test_edits_that_come_with_a_program_are_made_first(client: httpx.Client) -> None:
    edits = [
        {"edit": "setLiteral", "at": "input:fast/default", "value": 30},
        {"edit": "rename", "at": "let:quick", "name": "swift"},
        {"edit": "deleteClause", "at": "when:2"},
    ]
    text, steps = GOOD, []
    for edit in edits:
        one = apextrade.block_edit(text, edit)
        steps.append({"edits": one["edits"], "undo": one["undo"]})
        text = spliced(text, one["edits"])
    for given in ({"source": GOOD}, {"tree": TREE}):
        found = compiled(client, edits=edits, **given)
        assert found["edited"] == {"source": text, "steps": steps}
        assert found["hash"] == compiled(client, source=text)["hash"]
    assert compiled(client, source=GOOD)["edited"] is None


def test_the_edit_that_is_refused_is_named(client: httpx.Client) -> None:
    edits = [{"edit": "setLiteral", "at": "input:fast/default", "value": 30}, {"edit": "toggleNot", "at": "when:9/condition"}]
    found = compiled(client, 422, tree=TREE, edits=edits)
    EditProblem.model_validate(found)
    assert (found["code"], found["reason"], found["index"]) == ("edit_refused", "no_block", 1)


def spliced(text: str, edits: list[Json]) -> str:
    units, out, at = text.encode("utf-16-le"), b"", 0
    for edit in edits:
        out += units[at * 2 : edit["span"]["start"] * 2] + edit["text"].encode("utf-16-le")
        at = edit["span"]["end"]
    return (out + units[at * 2 :]).decode("utf-16-le")

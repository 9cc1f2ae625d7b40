"""Laws of block edits, over generated programs with comments, odd spacing and every line end."""

from __future__ import annotations

import copy
import os
import re
from collections import Counter
from random import Random
from typing import Any
from zlib import crc32

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler import syntax as s
from compiler.blocks.edits import EDITS, edit_from_json
from compiler.blocks.make import Edited, make
from compiler.blocks.operators import family_of
from compiler.blocks.places import Page, Place, read_page
from compiler.blocks.refusals import REASONS, Refusal
from compiler.blocks.shape import level
from stdlib.library import load
from tests.compiler.blocks import substitution as sub
from tests.generators.loose import actions, attached, expressions, loose, programs

EXAMPLES = int(os.environ.get("LAW_PROGRAMS", "300"))
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much, HealthCheck.large_base_example)
AT_ONCE = 8  # edits tried on one program
law = settings(max_examples=max(1, EXAMPLES // AT_ONCE), deadline=None, suppress_health_check=QUIET)

TEMPLATES = (
    "not ?", "? and ready", "ready or ?", "? or a and b", "f(?, 3)", "f(n = ?)", "-?", "? + 1", "1 - ?", "2 * ?", "?[1]", "? or_else 0",
    "? > 3", "a crosses above ?", "? within last 3", "? has held for n", "bars since ?", "? on 4h", "if ? then 1 else 2 end",
    "if ready then ? else 2 end", "if ready then 1 else ? end", "(?) * 3", "? between 1 and 2", "1 between ? and 3",
)  # fmt: skip
LITERAL = {s.Number: ("30", "2.5", "1", "7%", "-4"), s.DurationLiteral: ("4h", "1d"), s.TruthLiteral: ("true", "false")}
SETTINGS = ("capital 5_000 USD", "slippage 1 tick", "limit drawdown 9%", "flat 10m before close")
TEST_LINES = ("expect no order", "expect position 3 at bar 2", "given high = [1, 2]")
STATEMENTS = (
    "let fresh = close",
    "require a < b",
    "when a > b\n  buy 1 share\n    stop loss at 2%",
    "plot a",
    'alert when a > b "t"',
)
BODY = ("let fresh = a", "remember fresh = a initially 0")


def comments(text: str) -> list[str]:
    return [m[0].rstrip() for m in re.finditer(r'"[^"\r\n]*"?|#[^\r\n]*', text) if m[0].startswith("#")]


def joined(found: list[str]) -> str:
    """Comments as one run of characters: two that come to stand on one line are one comment, with the same words."""
    return "".join("".join(found).split())


@st.composite
def edits(draw: st.DrawFn, page: Page) -> dict[str, Any]:
    """An edit that names a block that there is and asks for what makes sense there."""
    # Even over kinds and places, where Hypothesis prefers the first ones.
    dice = Random(draw(st.integers(0, 2**32)) ^ crc32(page.source.text.encode("utf-8", "surrogatepass")))
    everything = list(page.places.values())
    kinds = [kind for kind in EDITS if any(_can(kind, p, page) for p in everything)]
    kind = dice.choice(kinds or ["replaceSlot"])
    place = dice.choice([p for p in everything if _can(kind, p, page)] or everything)
    edit: dict[str, Any] = {"edit": kind, "at": place.id}
    match kind:
        case "setLiteral":
            values = LITERAL.get(type(place.node), ("a text",))
            edit["value"] = dice.choice(values)
        case "replaceSlot":
            edit["text"] = draw(loose) if place.slot.form == "expression" else draw(fragment(place.slot.form))
        case "wrap":
            edit["text"] = dice.choice(TEMPLATES)
        case "unwrap":
            inner = [p for p in page.inside(place) if p is not place and p.slot.form == "expression" and level(p.node)]
            edit["keep"] = dice.choice(inner).id
        case "insertClause":
            slots = [slot for slot in place.slots if slot.grows or (slot.optional and not page.items(place, slot.name))]
            slot = dice.choice(slots)
            count = len(page.items(place, slot.name))
            index = dice.randint(0, count) if slot.many else 0
            edit |= {"slot": slot.name, "index": index, "text": draw(fragment(slot.form))}
            if dice.randint(0, 6) == 0:
                edit |= {
                    "at": "",
                    "slot": "statements",
                    "index": dice.randint(1, len(page.top)),
                    "text": draw(fragment("statement")),
                }
        case "move":
            homes: list[tuple[str, str, int]] = []
            for other in everything:
                for slot in other.slots:
                    if slot.grows and slot.form == place.slot.form and not f"{other.id}/".startswith(f"{place.id}/"):
                        homes.append((other.id, slot.name, len(page.items(other, slot.name))))
            if place.parent == "":
                homes = [("", "statements", len(page.top))]
            to, name, count = dice.choice(homes)
            here = to == place.parent and name == place.slot.name
            edit |= {"to": to, "slot": name, "index": dice.randint(0, count - 1 if here else count)}
        case "setOp":
            edit["op"] = dice.choice(family_of(place))
        case "rename":
            edit["name"] = dice.choice(("other", "fresh", "b", "close", "when"))
    return edit


def _can(kind: str, place: Place, page: Page) -> bool:
    expression = place.slot.form == "expression" and not isinstance(place.node, s.ErrorExpr)
    match kind:
        case "setLiteral":
            return isinstance(place.node, s.Number | s.DurationLiteral | s.TruthLiteral | s.TextLiteral)
        case "replaceSlot":
            return not isinstance(place.node, s.Edition) and (
                expression or place.slot.form in ("size", "entry", "action", "attached", "setting", "statement", "text")
            )
        case "wrap" | "toggleNot":
            return expression
        case "unwrap":
            return expression and any(p is not place and p.slot.form == "expression" for p in page.inside(place))
        case "insertClause":
            return any(slot.grows or (slot.optional and not page.items(place, slot.name)) for slot in place.slots)
        case "deleteClause":
            return place.slot.grows or place.slot.optional
        case "move":
            return place.slot.grows
        case "setOp":
            return bool(family_of(place))
        case _:
            return isinstance(place.node, s.Let | s.Input | s.Remember | s.Define | s.Param)


def fragment(form: str) -> st.SearchStrategy[str]:
    known: dict[str, st.SearchStrategy[str]] = {
        "expression": loose, "argument": st.one_of(loose, expressions.map(lambda e: f"n = {e}")), "size": st.sampled_from(("5 shares", "1% of equity")),
        "entry": st.one_of(st.just("at this close"), expressions.map(lambda e: f"at limit {e}")), "text": st.just('"other"'),
        "action": actions, "attached": attached, "setting": st.sampled_from(SETTINGS), "test line": st.sampled_from(TEST_LINES),
        "statement": st.sampled_from(STATEMENTS), "body line": st.sampled_from(BODY), "bar": st.just("7"), "constant": st.just("3"),
        "plot item": loose.map(lambda e: f'{e} "P"' if not e.endswith('"') else e), "output": expressions, "parameter": st.just("fresh = 3"),
        "assignment": st.just("fresh = 2"), "list": st.just("[1, 2]"), "callee": st.just("other"), "duration": st.just("4h"),
    }  # fmt: skip
    return known[form]


HOSTS = {
    "size": ("when a\nbuy {}\n", lambda t: t[0]["actions"][0]["size"]), "entry": ("when a\nexit position {}\n", lambda t: t[0]["actions"][0]["entry"]),
    "action": ("when a\n{}\n", lambda t: t[0]["actions"][0]), "attached": ("when a\nbuy 1 share\n{}\n", lambda t: t[0]["actions"][0]["attached"][0]),
    "setting": ("settings\n{}\n", lambda t: t[0]["lines"][0]), "test line": ('test "t"\n{}\n', lambda t: t[0]["lines"][0]),
    "statement": ("{}\n", lambda t: t[0]), "body line": ("define f()\n{}\ngive 1\n", lambda t: t[0]["body"][0]),
    "argument": ("let x = f({})\n", lambda t: t[0]["value"]["arguments"][0]), "plot item": ("plot {}\n", lambda t: t[0]["items"][0]),
    "output": ("define f()\ngive {}\n", lambda t: t[0]["outputs"][0]), "parameter": ("define f({}) = 1\n", lambda t: t[0]["params"][0]),
    "assignment": ('test "t"\nwith {}\n', lambda t: t[0]["lines"][0]["values"][0]), "bar": ('test "t"\nexpect no order at bar {}\n', lambda t: t[0]["lines"][0]["bar"]),
    "list": ("input x = 1 in {}\n", lambda t: t[0]["choices"]),
}  # fmt: skip


def parsed(form: str, text: str) -> Any:
    if form in HOSTS:
        host, find = HOSTS[form]
        return find(sub.program(host.format(text)))
    return sub.expression(text)


def expected(page: Page, text: str, edit: dict[str, Any]) -> Any:
    """The tree that the edit must give, by substitution in the tree that was."""
    tree = sub.program(text)
    at = edit["at"]
    place = page.places.get(at)
    match edit["edit"]:
        case "setLiteral":
            assert place is not None
            old = sub.find(tree, at).inside().get()
            if old["is"] == "TextLiteral":
                old["value"] = edit["value"]
            else:
                new = sub.expression(edit["value"])
                number = new["operand"] if new["is"] == "Unary" else new
                if number["is"] == "Number" and old["is"] == "Number":
                    number["unit"] = number["unit"] or old["unit"]
                sub.replaced(tree, at, new)
        case "replaceSlot":
            assert place is not None
            new = parsed(place.slot.form, edit["text"])
            if isinstance(new, dict) and "doc" in new:
                new["doc"] = sub.find(tree, at).get()["doc"]
            sub.replaced(tree, at, new)
        case "wrap":
            sub.wrapped(tree, at, edit["text"])
        case "unwrap":
            node = sub.find(tree, edit["keep"]).get()
            sub.find(tree, at).put(node)
        case "insertClause":
            slot = edit["slot"]
            known = () if place is None else place.slots
            form = next((x.form for x in known if x.name == slot), "statement")
            many = next((x.many for x in known if x.name == slot), True)
            node = parsed(form, edit["text"])
            if many:
                sub.put_in(tree, at, slot, edit["index"], node)
            else:
                sub.holder(tree, at).get()[slot] = node
        case "deleteClause":
            sub.taken_out(tree, at)
        case "move":
            assert place is not None
            if (edit["to"], edit["slot"]) == (place.parent, place.slot.name):
                node = sub.taken_out(tree, at)
                _back(tree, edit, node, place, page)
            else:
                # Put in first, so that the paths hold; what is moved is found again as the object it is.
                node = sub.find(tree, at).get()
                sub.find(tree, at).put(MARK)
                sub.put_in(tree, edit["to"], edit["slot"], edit["index"], node)
                tree = without_mark(tree)
        case "toggleNot":
            ref = sub.find(tree, at).inside()
            node = ref.get()
            ref.put(
                node["operand"]
                if node["is"] == "Unary" and node["op"] == "not"
                else {"is": "Unary", "op": "not", "operand": node}
            )
        case "setOp":
            sub.with_op(tree, at, edit["op"])
        case "rename":
            assert place is not None
            owner = page.places.get(place.parent)
            name = place.node.name.name  # type: ignore[union-attr]
            if owner is not None:
                return None  # a local name: see test_renaming.py
            tree = sub.renamed(tree, name, edit["name"])
    return sub.stripped(tree)


MARK: dict[str, Any] = {"is": "Mark"}


def without_mark(tree: Any) -> Any:
    if isinstance(tree, list):
        return [without_mark(part) for part in tree if part is not MARK]
    if not isinstance(tree, dict):
        return tree
    if tree["is"] == "Binary" and (tree["left"] is MARK or tree["right"] is MARK):
        return without_mark(tree["right"] if tree["left"] is MARK else tree["left"])
    result = {key: without_mark(value) for key, value in tree.items()}
    if tree["is"] == "When" and tree["otherwise"] and not result["otherwise"]:
        result["has_otherwise"] = False
    return result


def _back(tree: list[Any], edit: dict[str, Any], node: Any, place: Place, page: Page) -> None:
    """Into the list from which it was taken; a chain of two has no list left and is made anew."""
    siblings = page.items(page.places.get(place.parent), place.slot.name)
    if place.slot.name == "clauses" and len(siblings) == 2:
        owner = page.places[place.parent]
        other = sub.find(tree, owner.id).get()
        pair = [other, node] if edit["index"] else [node, other]
        assert isinstance(owner.node, s.Binary)
        sub.find(tree, owner.id).put(sub.chain_of(pair, owner.node.op))
    elif place.slot.name == "otherwise" and len(siblings) == 1:
        sub.put_in(tree, edit["to"], "otherwise", 0, node)
    else:
        sub.put_in(tree, edit["to"], edit["slot"], edit["index"], node)


SEEN: Counter[str] = Counter()
CLEAR = {"needed", "fixed", "does_not_fit", "name_taken", "not_a_name", "unreadable", "not_a_literal", "into_itself"}


def check_edit(text: str, edit: dict[str, Any]) -> None:
    page = read_page(text)
    outcome = make(text, edit_from_json(edit), load())
    if isinstance(outcome, Refusal):
        assert outcome.reason in REASONS
        assert outcome.reason in CLEAR or (edit["edit"], outcome.reason) == ("rename", "has_mistake"), (outcome, edit, text)
        SEEN[f"{edit['edit']} refused: {outcome.reason}"] += 1
        return
    assert isinstance(outcome, Edited)
    SEEN[edit["edit"]] += 1
    check_spans(text, outcome)
    wanted = expected(page, text, copy.deepcopy(edit))
    if wanted is not None:
        assert sub.stripped(sub.program(outcome.text)) == wanted, (edit, text, outcome.text)
    check_comments(page, text, outcome.text, edit)


def check_spans(text: str, outcome: Edited) -> None:
    # The spans are in order and apart; what lies outside them is as it was.
    at, out = 0, ""
    for change in outcome.edits:
        assert change.span.start >= at
        out += text[at : change.span.start] + change.text
        at = change.span.end
        old = text[change.span.start : change.span.end]
        assert old != change.text
        assert "\r\n" in (old, change.text) or not (old and change.text) or old[0] != change.text[0] or old[0] == "\r", (
            old,
            change.text,
        )
    assert out + text[at:] == outcome.text
    back, at = "", 0
    for change in outcome.undo:
        back += outcome.text[at : change.span.start] + change.text
        at = change.span.end
    assert (back + outcome.text[at:]).encode() == text.encode()


def check_comments(page: Page, text: str, result: str, edit: dict[str, Any]) -> None:
    before, after = comments(text), comments(result)
    place = page.places.get(edit["at"])
    whole = place is not None and place.slot.form in ("statement", "action", "attached", "setting", "test line", "body line")
    match edit["edit"]:
        case "deleteClause" | "replaceSlot" if whole:
            left = iter(before)
            assert all(any(comment == kept for kept in left) for comment in after), (edit, text, result)
        case "move":
            assert Counter(joined(before)) == Counter(joined(after)), (edit, text, result)
        case _:
            assert joined(before) == joined(after), (edit, text, result)


@given(st.data(), programs(least=2))
@law
def test_an_edit_says_what_was_meant_and_touches_nothing_else(data: st.DataObject, text: str) -> None:
    page = read_page(text)
    for _ in range(AT_ONCE):
        check_edit(text, data.draw(edits(page)))


SPOILED = ("", "(", ")", "and ", "of ", '"', "=", "\n", "\nwhen ", "\nzork ", "#", "1.", "😀")


@given(st.data(), programs(least=2))
@law
def test_an_edit_of_a_broken_program_is_made_whole_or_refused(data: st.DataObject, text: str) -> None:
    for _ in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(SPOILED)) + text[min(len(text), at + data.draw(st.integers(0, 4))) :]
    page = read_page(text)
    if not page.places:
        return
    for _ in range(AT_ONCE):
        edit = data.draw(edits(page))
        outcome = make(text, edit_from_json(edit), load())
        if isinstance(outcome, Refusal):
            SPOILED_SEEN[f"refused: {outcome.reason}"] += 1
            continue
        SPOILED_SEEN["made"] += 1
        check_spans(text, outcome)
        errors = [sum(d.severity == "error" for d in read_page(one).problems) for one in (text, outcome.text)]
        assert errors[1] <= errors[0], (edit, text, outcome.text)


SPOILED_SEEN: Counter[str] = Counter()


def test_enough_edits_were_made_and_few_refused() -> None:
    made = sum(count for name, count in SEEN.items() if "refused" not in name)
    total = sum(SEEN.values())
    if total >= EXAMPLES:  # with the law before it in the same process
        assert made > total * 0.7, SEEN
    print(dict(sorted(SEEN.items())), dict(sorted(SPOILED_SEEN.items())))

"""Block edits by example: parentheses on both sides, comments, line ends, whole lines, and each reason to refuse."""

from __future__ import annotations

from typing import Any

import pytest

from apextrade.blocks import made
from compiler.blocks.make import Edited
from compiler.blocks.refusals import REASONS, Refusal

HEAD = 'apx 1\nstrategy "T"\ntrade "A" every 1d\n'


def edited(program: str, /, **edit: Any) -> str:
    outcome = made(program, edit)
    assert isinstance(outcome, Edited), outcome
    return outcome.text


def value(expression: str, /, **edit: Any) -> str:
    """What becomes of the expression of a `let`; ids are those below it."""
    edit["at"] = f"let:x/value{edit.get('at', '')}"
    for key in ("keep", "to"):
        if key in edit:
            edit[key] = f"let:x/value{edit[key]}"
    result = edited(f"let x = {expression}\n", **edit)
    assert result.startswith("let x = ")
    assert result.endswith("\n")
    return result.removeprefix("let x = ").removesuffix("\n")


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        # what is put in binds less tightly than its place
        ("a * b", {"edit": "replaceSlot", "at": "/left", "text": "c + d"}, "(c + d) * b"),
        ("a - b", {"edit": "replaceSlot", "at": "/right", "text": "c - d"}, "a - (c - d)"),
        ("a - b", {"edit": "replaceSlot", "at": "/left", "text": "c - d"}, "c - d - b"),
        ("a and b", {"edit": "replaceSlot", "at": "/clauses.1", "text": "c or d"}, "a and (c or d)"),
        ("a > b", {"edit": "replaceSlot", "at": "/left", "text": "c > d"}, "(c > d) > b"),
        ("a on 4h", {"edit": "replaceSlot", "at": "/operand", "text": "a - b"}, "(a - b) on 4h"),
        ("a[1]", {"edit": "replaceSlot", "at": "/base", "text": "-b"}, "(-b)[1]"),
        ("m.line", {"edit": "replaceSlot", "at": "/base", "text": "3"}, "(3).line"),  # `3.` is no number
        ("f(a)", {"edit": "replaceSlot", "at": "/arguments.0/value", "text": "b or c"}, "f(b or c)"),
        # what was put in needs none where parentheses stood
        ("(a + b) * c", {"edit": "replaceSlot", "at": "/left", "text": "d"}, "d * c"),
        ("not(a)", {"edit": "replaceSlot", "at": "/operand", "text": "b"}, "not b"),
        ("if a then b else c end", {"edit": "replaceSlot", "at": "/otherwise", "text": "if d then 1 else 2 end"}, "if a then b else (if d then 1 else 2 end) end"),
        # wrapped: inside and outside
        ("a + b", {"edit": "wrap", "text": "? * 2"}, "(a + b) * 2"),
        ("c * a", {"edit": "wrap", "at": "/right", "text": "? + 1"}, "c * (a + 1)"),
        ("a or b", {"edit": "wrap", "text": "not ?"}, "not (a or b)"),
        ("a and b", {"edit": "wrap", "text": "? and c"}, "a and b and c"),
        ("(a + b) * 2", {"edit": "wrap", "at": "/left", "text": "abs(?)"}, "abs(a + b) * 2"),
        ("a", {"edit": "wrap", "text": "sma(?, 20)"}, "sma(a, 20)"),
        # unwrapped
        ("f(a + b) * c", {"edit": "unwrap", "at": "/left", "keep": "/left/arguments.0/value"}, "(a + b) * c"),
        ("not (a or b)", {"edit": "toggleNot"}, "a or b"),
        ("not (a or b) and c", {"edit": "toggleNot", "at": "/clauses.0"}, "(a or b) and c"),
        ("a crosses b", {"edit": "toggleNot"}, "not a crosses b"),
        # clauses
        ("a and b and c", {"edit": "deleteClause", "at": "/clauses.1"}, "a and c"),
        ("(a or b) and c", {"edit": "deleteClause", "at": "/clauses.0/clauses.0"}, "b and c"),
        ("a and (b or c)", {"edit": "deleteClause", "at": "/clauses.0"}, "b or c"),
        ("x > 1 and (a and b)", {"edit": "insertClause", "slot": "clauses", "index": 1, "text": "c"}, "x > 1 and c and (a and b)"),
        ("a and b and c", {"edit": "move", "at": "/clauses.2", "to": "", "slot": "clauses", "index": 0}, "c and a and b"),
        ("a and (b or c)", {"edit": "move", "at": "/clauses.1/clauses.0", "to": "", "slot": "clauses", "index": 0}, "b and a and c"),
        ("a and (b or c)", {"edit": "move", "at": "/clauses.0", "to": "/clauses.1", "slot": "clauses", "index": 2}, "b or c or a"),
        # operators
        ("a * b * c", {"edit": "setOp", "op": "+"}, "a * b + c"),
        ("a - b * c", {"edit": "setOp", "at": "/right", "op": "+"}, "a - (b + c)"),
        ("a + b - c", {"edit": "setOp", "op": "/"}, "(a + b) / c"),
        ("(a and b) and c", {"edit": "setOp", "op": "or"}, "(a and b) or c"),
        ("x or a and b", {"edit": "setOp", "op": "and"}, "x and (a and b)"),
        ("a crosses above b", {"edit": "setOp", "op": "<="}, "a <= b"),
        ("a is rising for 3 bars", {"edit": "setOp", "op": "falling"}, "a is falling for 3 bars"),
        ("a > 1 within last 3", {"edit": "setOp", "op": "has held for"}, "a > 1 has held for 3"),
        # literals
        ("a[1]", {"edit": "setLiteral", "at": "/ago", "value": "3"}, "a[3]"),
        ("20 bars", {"edit": "setLiteral", "value": "1"}, "1 bar"),
        ("1 tick", {"edit": "setLiteral", "value": "2.5"}, "2.5 ticks"),
        ("100_000 USD", {"edit": "setLiteral", "value": "5_000"}, "5_000 USD"),
        ("3", {"edit": "setLiteral", "value": 4.0}, "4"),
        ("3", {"edit": "setLiteral", "value": 0.25}, "0.25"),
        ("2%", {"edit": "setLiteral", "value": "50 bps"}, "50 bps"),
        ("3 * 4", {"edit": "setLiteral", "at": "/right", "value": "-4"}, "3 * -4"),
        # arguments
        ("f(a, b)", {"edit": "deleteClause", "at": "/arguments.0"}, "f(b)"),
        ("f(a)", {"edit": "deleteClause", "at": "/arguments.0"}, "f()"),
        ("f()", {"edit": "insertClause", "slot": "arguments", "index": 0, "text": "n = 3"}, "f(n = 3)"),
        ("f(a, b)", {"edit": "move", "at": "/arguments.1", "to": "", "slot": "arguments", "index": 0}, "f(b, a)"),
    ],
)  # fmt: skip
def test_an_expression_is_edited(before: str, edit: dict[str, Any], after: str) -> None:
    assert value(before, **edit) == after


def test_comments_in_what_is_taken_out_stay() -> None:
    text = "let x = a # first\n  and # second\n b # third\n"
    assert edited(text, edit="deleteClause", at="let:x/value/clauses.1") == "let x = a  # first  # second # third\n"
    assert edited(text, edit="deleteClause", at="let:x/value/clauses.0") == "let x = # first\n    # second\n    b # third\n"
    text = "let x = f(a, # why\n  b) + c\n"
    assert edited(text, edit="replaceSlot", at="let:x/value/left", text="d") == "let x = # why\n    d + c\n"


def test_line_ends_of_the_program_are_used() -> None:
    text = "apx 1\r\nwhen a\r\n  buy 1 share\r\n"
    result = edited(text, edit="insertClause", at="when:1", slot="actions", index=1, text="sell")
    assert result == text + "  sell\r\n"
    assert edited(text.rstrip(), edit="insertClause", at="when:1", slot="actions", index=1, text="sell") == text + "  sell"


RULE = """apx 1

# section

## Doc.
# why
when a  # head
  # the order
  buy 1 share  # one
    stop loss at 2%
  notify "x"
# before otherwise
otherwise
  sell

let b = 1
"""


@pytest.mark.parametrize(
    ("edit", "gone", "come"),
    [
        ({"edit": "deleteClause", "at": "when:1/actions.0"}, "  # the order\n  buy 1 share  # one\n    stop loss at 2%\n", ""),
        ({"edit": "deleteClause", "at": "when:1/otherwise.0"}, "otherwise\n  sell\n", ""),
        ({"edit": "deleteClause", "at": "when:1"}, RULE[RULE.index("\n## Doc.") : RULE.index("\nlet b")], ""),
        ({"edit": "setOp", "at": "when:1/actions.0", "op": "short"}, "buy", "short"),
        ({"edit": "replaceSlot", "at": "when:1/actions.0/size", "text": "2% of equity"}, "1 share", "2% of equity"),
        ({"edit": "replaceSlot", "at": "when:1/actions.0/attached.stop/value", "text": "close - 1"}, "2%", "close - 1"),
        ({"edit": "replaceSlot", "at": "when:1/actions.1", "text": "cancel"}, 'notify "x"', "cancel"),
    ],
)
def test_lines_are_edited(edit: dict[str, Any], gone: str, come: str) -> None:
    assert RULE.count(gone) >= 1
    assert edited(RULE, **edit) == RULE.replace(gone, come, 1)


def test_what_was_left_out_is_written_in_its_place() -> None:
    text = edited(RULE, edit="insertClause", at="when:1/actions.0", slot="tag", text='"t"')
    text = edited(text, edit="insertClause", at="when:1/actions.0", slot="entry", text="at limit close")
    assert '  buy 1 share at limit close named "t"  # one\n' in text
    assert '  buy 1 share named "t"  # one\n' in edited(text, edit="deleteClause", at="when:1/actions.0/entry")
    text = edited(text, edit="insertClause", at="when:1/otherwise.0", slot="size", text="5 shares")
    assert "  sell 5 shares\n" in text
    assert "  sell\n" in edited(text, edit="deleteClause", at="when:1/otherwise.0/size")


def test_an_otherwise_comes_with_its_first_action_and_goes_with_its_last() -> None:
    text = "apx 1\nwhen a\n  buy 1 share\n"
    more = edited(text, edit="insertClause", at="when:1", slot="otherwise", index=0, text="sell")
    assert more == text + "otherwise\n  sell\n"
    assert edited(more, edit="move", at="when:1/otherwise.0", to="when:1", slot="actions", index=1) == text + "  sell\n"


def test_a_moved_line_takes_its_comments_along() -> None:
    moved = edited(RULE, edit="move", at="when:1/actions.0", to="when:1", slot="otherwise", index=1)
    order = "  # the order\n  buy 1 share  # one\n    stop loss at 2%\n"
    assert moved == RULE.replace(order, "").replace("  sell\n", "  sell\n" + order)


def test_a_stop_at_a_share_becomes_one_at_a_price() -> None:
    text = "when a\n  buy 1 share\n    stop loss at 2%\n"
    assert edited(text, edit="replaceSlot", at="when:1/actions.0/attached.stop/value", text="low") == text.replace("2%", "low")


def test_opaque_text_is_put_right_moved_and_deleted() -> None:
    text = "apx 1\nlet a = 1\nwhen foo bar and b\n  buy 1 share\nzork\n"
    fixed = edited(text, edit="replaceSlot", at="when:1/condition/clauses.0", text="a > b or c")
    assert "when (a > b or c) and b\n" in fixed
    assert "zork" not in edited(text, edit="deleteClause", at="when:1/unread.0")
    broken = "apx 1\nlet a = 1\nlet b == == 2\n"
    assert edited(broken, edit="replaceSlot", at="let:b", text="let b = 2") == broken.replace("== == ", "= ")


@pytest.mark.parametrize(
    ("reason", "text", "edit"),
    [
        ("no_block", "let x = a", {"edit": "toggleNot", "at": "let:y/value"}),
        ("no_slot", "let x = f(a)", {"edit": "insertClause", "at": "let:x/value", "slot": "arguments", "index": 2, "text": "b"}),
        ("no_slot", "let x = a", {"edit": "insertClause", "at": "let:x", "slot": "value", "text": "b"}),
        ("not_an_edit", "let x = a", {"edit": "paint", "at": "let:x"}),
        ("unreadable", "let x = a", {"edit": "replaceSlot", "at": "let:x/value", "text": "b +"}),
        ("unreadable", "let x = a", {"edit": "replaceSlot", "at": "let:x/value", "text": "b\nbuy 1 share"}),
        ("unreadable", "let x = a", {"edit": "replaceSlot", "at": "let:x/value", "text": "b # c"}),
        ("unreadable", "let x = f(a)", {"edit": "insertClause", "at": "let:x/value", "slot": "arguments", "index": 0, "text": "b) + (c"}),
        ("unreadable", 'strategy "T"', {"edit": "setLiteral", "at": "strategy/title", "value": 'a" b'}),
        ("does_not_fit", "when a and b\n  sell", {"edit": "move", "at": "when:1/actions.0", "to": "when:1/condition", "slot": "clauses", "index": 0}),
        ("does_not_fit", 'apx 1\nstrategy "A"', {"edit": "insertClause", "at": "", "slot": "statements", "index": 2, "text": 'strategy "B"'}),
        ("not_a_literal", "let x = a", {"edit": "setLiteral", "at": "let:x/value", "value": "3"}),
        ("needed", "when a\n  sell", {"edit": "deleteClause", "at": "when:1/actions.0"}),
        ("needed", "apx 1\nlet x = a", {"edit": "deleteClause", "at": "apx"}),
        ("needed", "let x = a", {"edit": "deleteClause", "at": "let:x/value"}),
        ("fixed", "let x = a\nplot x", {"edit": "move", "at": "let:x/value", "to": "plot:1", "slot": "items", "index": 0}),
        ("into_itself", "let x = a and (b or c)", {"edit": "move", "at": "let:x/value/clauses.1", "to": "let:x/value/clauses.1", "slot": "clauses", "index": 0}),
        ("no_such_operator", "let x = a + b", {"edit": "setOp", "at": "let:x/value", "op": "and"}),
        ("not_a_name", "let x = a", {"edit": "rename", "at": "let:x", "name": "when"}),
        ("name_taken", "let x = 1\nlet y = 2", {"edit": "rename", "at": "let:x", "name": "y"}),
        ("has_mistake", "let x = 1\nlet x = 2", {"edit": "rename", "at": "let:x", "name": "z"}),
    ],
)  # fmt: skip
def test_an_edit_is_refused_with_its_reason(reason: str, text: str, edit: dict[str, Any]) -> None:
    outcome = made(text + "\n", edit)
    assert isinstance(outcome, Refusal), outcome
    assert outcome.reason == reason, outcome
    assert reason in REASONS
    assert outcome.message

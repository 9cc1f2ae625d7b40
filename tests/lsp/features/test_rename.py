"""A rename keeps what a program means, edits exactly the references, and is refused with a sentence where it can't."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from apextrade.libraries import Beside
from compiler.diagnostics import Edit
from compiler.libraries.port import LibraryText, Shelf
from compiler.pipeline import check
from compiler.source import Span
from lsp.features.rename import prepare_rename, rename
from lsp.mentions import LANGUAGE, STANDARD
from lsp.occurrences import occurrences, scopes_of
from lsp.refusal import Refusal
from lsp.renaming import applied
from lsp.settings import Client
from lsp.view import View
from stdlib.library import load
from tests.lsp.seeing import EXAMPLES, FOLDER, WHOLE, anywhere, params, position, said, seen, span

BANDS = """apx 1
library "Bands" version 1
let reach = 2
define _middle(x, n) = sma(x, n)
define band(x = close, n = 20 bars, wide = reach)
  let middle = _middle(x, n)
  give top = middle + wide * stdev(x, n), base = middle
"""
USER = """apx 1
strategy "User"
use "Bands" version 1 as b
trade "SPY" every 1d
let m = b.band(n = 10 bars, wide = b.reach)
when close > m.top
  buy 10% of equity
  notify "above {m.top}, {b.reach} wide"
"""
PLAIN = USER.replace(" as b", "").replace("b.", "")
SHELF = Shelf((LibraryText(BANDS, str(FOLDER / "bands.apx")),))


def after(views: list[View], edit: types.WorkspaceEdit) -> dict[str, str]:
    """The texts of all documents after an edit, by the ends of their uris."""
    changes = {}
    for one in edit.document_changes or ():
        assert isinstance(one, types.TextDocumentEdit)
        changes[one.text_document.uri] = one.edits
    changes.update(edit.changes or {})
    assert set(changes) <= {view.document.uri for view in views}
    return {view.document.uri.rpartition("/")[2]: edited(view, changes.get(view.document.uri, ())) for view in views}


def edited(view: View, edits: object) -> str:
    assert isinstance(edits, list | tuple)
    return applied(view.text, [Edit(Span(*span(view, one.range)), one.new_text) for one in edits])


def renamed(view: View, marked: str, new: str, others: tuple[View, ...] = ()) -> dict[str, str]:
    return after([view, *others], rename(view, others, types.RenameParams(params(view), position(view, marked), new)))


def refused(view: View, marked: str, new: str, others: tuple[View, ...] = ()) -> str:
    with pytest.raises(Refusal) as caught:
        renamed(view, marked, new, others)
    return caught.value.message


# ---------------------------------------------------------------- within a file


@pytest.mark.parametrize(
    ("marked", "new", "lines"),
    [
        ("input |n =", "length", [
            'input length = 20 bars in 2 .. 100 "Length"', "require length > 1 bars", "let m = both(close, k = length)",
            "when close crosses above half(m.upper) and is_uptrend(length)", "  with length = 3 bars, share = 5%",
        ]),
        ("|k = 14", "window", ["define both(x, window = 14 bars)", "  let middle = sma(x, window)", "let m = both(close, window = n)"]),
        ("give |upper", "top", [
            "  give top = middle + best, lower = middle", "let odd = if close > m.top then m.top else m.lower end",
            "when close crosses above half(m.top) and is_uptrend(n)", '  notify "in at {close}, {m.top} of {symbol} and { odd }"',
            'plot m.top "Upper", odd, tally on 1w',
        ]),
        ("let |odd", "even", [
            "let even = if close > m.upper then m.upper else m.lower end", '  notify "in at {close}, {m.upper} of {symbol} and { even }"',
            'plot m.upper "Upper", even, tally on 1w', 'alert when even > 0 "odd {even}"', "  expect even at bar 2 is 3",
        ]),
        ("named \"|runner", "the rest", ['  buy share of equity named "the rest"', '  exit "the rest"']),
        ("remember |best", "highest_yet", [
            "  remember highest_yet = max(highest_yet or_else middle, middle) initially unknown",
            "  give upper = middle + highest_yet, lower = middle",
        ]),
        ("define |half", "halved", ["define halved(x) = x / 2", "when close crosses above halved(m.upper) and is_uptrend(n)"]),
    ],
)  # fmt: skip
def test_a_name_changes_wherever_it_is_written(marked: str, new: str, lines: list[str]) -> None:
    view = seen(WHOLE)
    text = renamed(view, marked, new)["seen.apx"]
    before, now = WHOLE.split("\n"), text.split("\n")
    assert [b for a, b in zip(before, now, strict=True) if a != b] == lines


def test_what_would_be_renamed_is_shown_first() -> None:
    view = seen(WHOLE)
    found = prepare_rename(view, types.PrepareRenameParams(params(view), position(view, 'm.up|per "')))
    assert found is not None
    assert (said(view, found.range), found.placeholder) == ("upper", "upper")
    assert prepare_rename(view, types.PrepareRenameParams(params(view), position(view, "20 b|ars"))) is None


@pytest.mark.parametrize(
    ("marked", "new", "sentence"),
    [
        ("input |n =", "share", "`share` already has a meaning in this program."),
        ("input |n =", "close", "`close` is a name of the language."),
        ("input |n =", "max", "`max` is a name of the language."),
        ("input |n =", "when", "`when` is a word of the language."),
        ("input |n =", "rsi", "`rsi` is a function of the library."),
        ("input |n =", "Fast", "`Fast` is no name: small letters, digits and _, a letter first."),
        ("input |n =", "is_uptrend", "`is_uptrend` already has a meaning in this program."),
        ("|k = 14", "best", "`best` already has a meaning in `both`."),
        ("give |upper", "lower", "`lower` already has a meaning in `both`."),
        ("clo|se crosses", "c", "`close` is a name of the language; it can't be renamed."),
        ("|atr(14)", "range", "`atr` belongs to the standard library; it can't be renamed."),
        ("Trend fil|ters", "x", "A library's title is in its file's name and in locks too; it is changed by hand."),
        ("|is_uptrend(n)", "up", "`is_uptrend` belongs to the library \"Trend filters\" version 1, whose file is not in this workspace."),
        ("named \"|runner", 'a"b', "An order's name is a text on one line, without quotation marks."),
        ("20 b|ars", "x", "No name stands here."),
    ],
)  # fmt: skip
def test_a_rename_that_would_change_the_program_is_refused(marked: str, new: str, sentence: str) -> None:
    assert refused(seen(WHOLE), marked, new) == sentence


def test_a_name_that_is_read_without_being_given_may_not_begin_to_mean_this() -> None:
    view = seen('apx 1\nstrategy "S"\nlet a = close\nlet b = later + a\n')
    assert "later" in refused(view, "let |a", "later")


def test_a_function_may_not_get_the_name_of_a_local_one_where_it_is_called() -> None:
    view = seen('apx 1\nstrategy "S"\ndefine f(x) = x\ndefine g(y) = f(y)\nlet z = g(close)\n')
    assert refused(view, "define |f", "y") == "`y` has a meaning in `g`, which uses `f`."


def test_a_line_that_cant_be_read_may_use_the_name() -> None:
    view = seen('apx 1\nstrategy "S"\nlet a = close\nlet b = ) + a a\n')
    assert refused(view, "let |a", "c") == "Line 4 of seen.apx can't be read and may use `a`; put it right first."


def test_two_orders_may_not_get_one_name() -> None:
    text = 'apx 1\nstrategy "S"\ntrade "SPY" every 1d\nwhen close > open\n  buy 1 share named "a"\n  buy 1 share named "b"\n'
    assert refused(seen(text), 'named "|a', "b") == 'Another order is named "b" already.'


# ---------------------------------------------------------------- across files


def three() -> tuple[View, View, View]:
    library = seen(BANDS, "bands.apx")
    return library, seen(USER, "user.apx", resolver=SHELF), seen(PLAIN, "plain.apx", resolver=SHELF)


@pytest.mark.parametrize(
    ("marked", "new", "what"),
    [
        ("define |band(", "channel", {"bands.apx": 1, "user.apx": 1, "plain.apx": 1}),
        ("|wide = reach", "far", {"bands.apx": 2, "user.apx": 1, "plain.apx": 1}),
        ("let |reach", "far", {"bands.apx": 2, "user.apx": 2, "plain.apx": 2}),
        ("give |top", "high_band", {"bands.apx": 1, "user.apx": 2, "plain.apx": 2}),
        ("define |_middle", "_mean", {"bands.apx": 2, "user.apx": 0, "plain.apx": 0}),
    ],
)  # fmt: skip
def test_a_librarys_name_changes_in_every_file(marked: str, new: str, what: dict[str, int]) -> None:
    library, *others = three()
    texts = renamed(library, marked, new, tuple(others))
    found = {name: len(re.findall(rf"(?<!\w){new}(?!\w)", text)) for name, text in texts.items()}
    assert found == what
    old = marked.replace("|", "").split()[-1].rstrip("(")
    shelf = Shelf((LibraryText(texts["bands.apx"], "bands.apx"),))
    for name in ("user.apx", "plain.apx"):
        program = check(texts[name], load(), resolver=shelf).program
        before = check(USER if name == "user.apx" else PLAIN, load(), resolver=SHELF).program
        assert program is not None, old
        assert before is not None
        assert program.plan().steps == before.plan().steps


def test_it_can_be_asked_from_a_file_that_uses_the_library() -> None:
    library, user, plain = three()
    texts = renamed(user, "m = b.|band", "channel", (library, plain))
    assert "define channel(" in texts["bands.apx"]
    assert "b.channel(" in texts["user.apx"]
    assert "= channel(" in texts["plain.apx"]


def test_what_a_library_calls_is_the_users_own_matter() -> None:
    _, user, _ = three()
    assert "as bb" in renamed(user, "as |b", "bb")["user.apx"]
    assert "{bb.reach} wide" in renamed(user, "as |b", "bb")["user.apx"]


def test_a_collision_in_another_file_is_said_with_its_name() -> None:
    library, user, plain = three()
    assert refused(library, "define |band(", "m", (user, plain)) == "`m` already has a meaning in `plain.apx`."


def test_a_name_that_others_use_can_not_become_private() -> None:
    library, user, plain = three()
    assert "for the library alone" in refused(library, "define |band(", "_band", (user, plain))


def test_a_client_without_versions_gets_plain_changes() -> None:
    view = seen(WHOLE, client=Client(versioned_edits=False))
    edit = rename(view, (), types.RenameParams(params(view), position(view, "let |odd"), "even"))
    assert edit.document_changes is None
    assert list(edit.changes or {}) == [view.document.uri]


# ---------------------------------------------------------------- laws


def dumped(text: str) -> str:
    """What a program does, its own texts included."""
    checked = check(text, load(), resolver=Beside(FOLDER / "seen.apx", locked=False))
    assert checked.program is not None, checked.diagnostics
    program = checked.program
    return repr((program.plan().to_json(), [(one.name, one.default) for one in program.inputs]))


NEW = "zzq_renamed"


@pytest.mark.parametrize("name", [*EXAMPLES, "WHOLE"])
def test_a_renamed_program_has_the_same_plan(name: str) -> None:
    """Every name of every example, one after the other."""
    text = EXAMPLES.get(name, WHOLE)
    view = seen(text)
    scopes = scopes_of(view)
    if scopes.home:
        pytest.skip("a library has no plan of its own")
    symbols = dict.fromkeys(m.symbol for st in view.analysis.statements for m in scopes.mentions(st))
    own = [x for x in symbols if x.home not in (LANGUAGE, STANDARD) and x.home == scopes.home and x.space != "library"]
    before = dumped(text)
    for symbol in own[:: 1 + len(own) // 6]:
        first = occurrences(view, symbol, scopes)[-1]
        at = view.range(first.span).start
        new = fresh(text, len(symbol.name))  # as long as the old one, so that places in the plan stay
        edit = rename(view, (), types.RenameParams(params(view), at, new))
        now = after([view], edit)["seen.apx"]
        assert now != text
        assert unordered(re.sub(rf"\b{new}\b", symbol.name, dumped(now))) == unordered(before), symbol


def fresh(text: str, length: int) -> str:
    return next(letter * length for letter in "qzjvwy" if not re.search(rf"\b{letter * length}\b", text))


def unordered(dump: str) -> list[str]:
    """The words of a dump; what is sorted by name may stand elsewhere under another name."""
    return sorted(re.findall(r"[A-Za-z0-9_.]+", dump))


@given(anywhere(), st.sampled_from((NEW, "n", "m", "close", "x", "_x", "fast", "é", "")))
@settings(max_examples=120, deadline=None)
def test_the_references_of_a_name_are_what_a_rename_edits(place: tuple[View, types.Position], new: str) -> None:
    view, at = place
    scopes = scopes_of(view)
    try:
        prepared = prepare_rename(view, types.PrepareRenameParams(params(view), at))
        edit = rename(view, (), types.RenameParams(params(view), at, new))
    except Refusal:
        return
    assert prepared is not None
    texts = after([view], edit)
    mention = next(m for s in view.analysis.statements for m in scopes.mentions(s) if view.range(m.span) == prepared.range)
    changed = [e.range for one in edit.document_changes or () if isinstance(one, types.TextDocumentEdit) for e in one.edits]
    expected = [view.range(m.span) for m in occurrences(view, mention.symbol, scopes)]
    assert changed == ([] if new == mention.symbol.name else expected)
    now = seen(texts[view.document.uri.rpartition("/")[2]])
    errors = [d.code for d in view.analysis.diagnostics if d.severity == "error"]
    assert sorted(d.code for d in now.analysis.diagnostics if d.severity == "error") == sorted(errors)

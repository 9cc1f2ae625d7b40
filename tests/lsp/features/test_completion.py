"""Completion offers what may stand at the cursor, best first; what is taken is no new mistake."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from compiler.lines import filled
from lsp.document import Encoding
from lsp.features.completion import matches, resolve
from lsp.functions import prepare
from lsp.settings import Client
from stdlib.library import load
from tests.lsp.features.views import ENCODINGS, EXAMPLES, HEAD, POOR, RICH, at, completed, inside, marked, prefixes, seen

GIVEN = """\
use "Bands" version 1 as b
input n = 20 bars in 5 .. 50
let mean = sma(close, n)
let busy = sma(volume, n)
"""
Kind = types.CompletionItemKind


def asked(program: str, client: Client = RICH, trigger: str = "", encoding: Encoding = "utf-16") -> list[types.CompletionItem]:
    """What is offered at the `|` of a program, in the order in which a client shows it."""
    text, offset = marked(program)
    view = seen(text, client, encoding)
    kind = types.CompletionTriggerKind.TriggerCharacter if trigger else types.CompletionTriggerKind.Invoked
    context = types.CompletionContext(kind, trigger or None)
    found = completed(view, types.CompletionParams(context=context, **at(view, offset)), lambda: [("Bands", 1), ("More", 2)])  # type: ignore[arg-type]
    if found is None:
        return []
    assert not found.is_incomplete
    return sorted(found.items, key=lambda item: item.sort_text or item.label)


def labels(program: str, client: Client = RICH, trigger: str = "") -> list[str]:
    return [item.label for item in asked(HEAD + GIVEN + program, client, trigger)]


def put(item: types.CompletionItem) -> str:
    assert isinstance(item.text_edit, types.TextEdit)
    return item.text_edit.new_text


# ------------------------------------------------------------ lines


def test_a_file_begins_with_its_edition() -> None:
    assert next(item.label for item in asked("|")) == "apx 1"
    assert "apx 1" not in labels("|")


def test_statements_stand_where_a_line_begins_and_heads_only_once() -> None:
    found = labels("|")
    assert {"let", "input with a range", "when", "settings", "test"} <= set(found)
    assert not {"strategy", "library", "trade"} & set(found)
    assert "sma" not in found


def test_a_word_that_is_typed_already_does_not_count_as_there() -> None:
    assert "settings" in labels("settings|")


def test_a_library_may_hold_only_functions() -> None:
    found = {item.label for item in asked('apx 1\nlibrary "Mine" version 1\n|')}
    assert {"define", "let", "test"} <= found
    assert not {"when", "plot", "settings"} & found


def test_under_a_rule_come_actions_and_under_an_order_what_belongs_to_it() -> None:
    assert labels("when mean > 1\n  |")[0] == "buy a share of equity"
    assert "stop loss at a price" not in labels('when mean > 1\n  exit position\n  notify "x"\n|')[:3]
    assert labels("when mean > 1\n  buy 10% of equity\n    |")[0] == "stop loss at a price"
    assert "otherwise" in labels("when mean > 1\n  exit position\n|")
    assert "otherwise" not in labels("when mean > 1\n  exit position\notherwise\n  |")


def test_settings_are_offered_until_they_are_set() -> None:
    found = labels("settings\n  capital 10_000 USD\n  limit drawdown 20%\n  |")
    assert found[0] == "commission as a share"
    assert "capital" not in found
    assert "limit drawdown" not in found
    assert "limit exposure" in found


def test_in_a_define_of_several_lines_come_its_lines() -> None:
    assert labels("define f(x)\n  |")[:3] == ["let", "remember", "give"]


def test_names_of_new_lines_are_new() -> None:
    text = next(put(item) for item in asked(HEAD + "let average = 1\n|") if item.label == "let")
    assert text.startswith("let ${1:average_2} = ")


# ------------------------------------------------------------ values


def test_what_fits_the_unit_comes_first() -> None:
    prices, amounts = labels("let x = close > |"), labels("let x = volume > |")
    assert prices[:2] == ["mean", "close"]
    assert amounts[:2] == ["busy", "volume"]
    assert prices.index("atr") < prices.index("rsi")


def test_a_window_is_asked_for_a_fixed_number_of_bars() -> None:
    assert labels("let x = sma(close, |")[0] == "n"


def test_arguments_can_be_given_by_name() -> None:
    found = labels("let x = bollinger(close, |")
    assert {"n =", "factor ="} <= set(found)
    assert "x =" not in found
    assert "n =" not in labels("let x = bollinger(n = 3 bars, |")


def test_a_prefix_leaves_what_has_its_letters_in_order() -> None:
    found = labels("let x = sm|")
    assert "sma" in found
    assert "close" not in found


def test_after_a_dot_come_members_of_facts_of_records_and_of_libraries() -> None:
    assert "entry_price" in labels("when position.|")
    assert labels("let x = macd().|") == ["histogram", "line", "signal"]
    assert labels("let x = bollinger(close, 20).up|") == ["upper"]
    assert labels("let x = b.|") == ["mid", "wide"]


def test_a_value_is_not_made_of_itself() -> None:
    assert "mine" not in labels("let mine = |")


def test_inside_a_define_there_are_its_own_names_only() -> None:
    found = labels("define f(x, m = 3 bars)\n  let inner = x\n  let other = |\n  give x\n")
    assert {"x", "m", "inner", "close"} <= set(found)
    assert not {"mean", "other", "position"} & set(found)


def test_entry_is_offered_where_it_has_a_meaning() -> None:
    assert "entry" in labels("when mean > 1\n  buy 10% of equity\n    stop loss at |")
    assert "entry" not in labels("let x = |")


# ------------------------------------------------------------ words


def test_units_follow_numbers() -> None:
    assert labels("let x = 20 |")[:1] == ["bars"]
    assert labels("let x = 1 |")[:1] == ["bar"]
    assert labels("let x = 20b|")[:1] == ["bars"]
    assert "bars" not in labels("let x = close |")


def test_lengths_of_time_follow_on() -> None:
    assert "4h" in labels("plot close on |")
    assert labels("plot close on 4|")[:2] == ["4d", "4h"]


def test_phrases_are_offered_whole() -> None:
    assert {"crosses above", "is rising for", "within last", "and"} <= set(labels("when mean > 1 and mean |"))
    assert {"rising for", "new"} <= set(labels("when mean is |"))


def test_values_of_settings() -> None:
    assert "ohlc_path" in labels("settings\n  fills |")
    assert labels("settings\n  commission |")[0] == "0.1%"
    assert "drawdown" in labels("settings\n  limit |")


def test_lines_of_tests() -> None:
    assert labels('test "a"\n  |')[:2] == ["with", "given"]
    assert labels('test "a"\n  with |') == ["n"]
    assert {"close", "volume"} <= set(labels('test "a"\n  given |'))


def test_titles_of_libraries() -> None:
    assert labels("use |")[0] == '"Bands" version 1'
    assert labels('use "|') == ["Bands", "More"]


def test_instruments_that_the_program_knows() -> None:
    assert labels('let x = close from "|') == ["SPY"]


@pytest.mark.parametrize("program", ["# a |", "let x = close # |", 'notify "a|', 'let x = "|', 'strategy "|'])
def test_in_comments_and_texts_nothing_is_offered(program: str) -> None:
    assert labels(program) == []


def test_a_space_is_no_question_where_anything_may_stand() -> None:
    assert labels("let x = close > |", trigger=" ") == []
    assert labels("plot close on |", trigger=" ") != []


# ------------------------------------------------------------ what is put in


def test_only_clients_that_fill_in_parts_get_any() -> None:
    for client in (RICH, POOR):
        texts = [put(item) for item in asked(HEAD + "|", client) + asked(HEAD + "let x = |", client)]
        assert any("${" in text for text in texts) == (client is RICH)


def test_a_call_is_filled_with_what_must_be_given() -> None:
    found = {item.label: put(item) for item in asked(HEAD + "let x = high|")}
    assert found["highest"] == "highest(${1:close}, ${2:14 bars})$0"


def test_parentheses_that_are_there_stay_the_only_ones() -> None:
    found = {item.label: put(item) for item in asked(HEAD + "let x = sm|(close, 3)")}
    assert found["sma"] == "sma"


def test_a_client_that_takes_one_range_for_all_is_told_once() -> None:
    text, offset = marked(HEAD + "let x = sm|")
    view = seen(text, Client(one_edit_range=True))
    found = completed(view, types.CompletionParams(**at(view, offset)))  # type: ignore[arg-type]
    assert found is not None
    assert found.item_defaults is not None
    place = found.item_defaults.edit_range
    assert isinstance(place, types.Range)
    assert text[view.offset(place.start) : view.offset(place.end)] == "sm"
    assert all(item.text_edit is None for item in found.items)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_word_is_replaced_in_every_encoding(encoding: Encoding) -> None:
    program = HEAD + 'alert when close > 1 "😀é" plot clo|se'
    text, offset = marked(program)
    view = seen(text, encoding=encoding)
    found = completed(view, types.CompletionParams(**at(view, offset)))  # type: ignore[arg-type]
    assert found is not None
    for item in found.items:
        assert isinstance(item.text_edit, types.TextEdit)
        assert text[view.offset(item.text_edit.range.start) : view.offset(item.text_edit.range.end)] == "close"


# ------------------------------------------------------------ documentation


def test_documentation_comes_when_it_is_looked_at() -> None:
    items = {item.label: item for item in asked(HEAD + GIVEN + "let x = |")}
    assert all(item.documentation is None for item in items.values())
    view = seen(HEAD + GIVEN)
    for label, said in (("sma", "define sma"), ("close", "last price"), ("mean", "let mean"), ("position", "entry_price")):
        documentation = resolve(view, items[label]).documentation
        assert isinstance(documentation, types.MarkupContent)
        assert said in documentation.value


def test_every_item_can_be_looked_at() -> None:
    for program in ("let x = |", "|", "settings\n  |", "let x = mean |", "let x = 20 |", "let x = sma(|"):
        for item in asked(HEAD + GIVEN + program)[:60]:
            resolve(seen(HEAD + GIVEN), item)


# ------------------------------------------------------------ laws


def taken(view_text: str, item: types.CompletionItem, start: int, end: int) -> tuple[str, int]:
    """The text once an item is taken as it stands, and where what was put in ends."""
    text = re.sub(r"\$\d", "", filled(put(item)))
    return view_text[:start] + text + view_text[end:], start + len(text)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 10_000), st.integers(0, 10_000))
def test_what_is_offered_first_is_no_new_mistake(name: str, place: int, choice: int) -> None:
    """A program typed up to some word; an item that fits is taken."""
    text = EXAMPLES[name]
    starts = [m.start() for m in re.finditer(r"(?m)(?<![\w.\"#])[a-z_]\w*", text)]
    offset = starts[place % len(starts)]
    before = seen(text[:offset])
    found = completed(before, types.CompletionParams(**at(before, offset)))  # type: ignore[arg-type]
    skipped = (Kind.Struct, Kind.Module, Kind.Keyword, Kind.Property, Kind.Unit)
    known = [item for item in (found.items if found is not None else []) if not item.label.startswith("use")]
    fitting = [item for item in known if item.kind not in skipped and (item.sort_text or "9") < "4"]
    if not fitting:
        return
    item = fitting[choice % len(fitting)]
    after, end = taken(text[:offset], item, offset, offset)
    old = {(d.code, d.message) for d in before.analysis.diagnostics}
    new = [d for d in seen(after).analysis.diagnostics if d.severity == "error" and offset <= d.span.start < end]
    unfinished = ("E0111", "E0302", "E0308")  # the line ends too early, is no condition yet, says no output yet
    assert [d for d in new if (d.code, d.message) not in old and d.code not in unfinished] == [], after[-200:]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 10_000), st.sampled_from(ENCODINGS))
def test_every_edit_is_of_one_line_and_has_the_cursor_in_it(name: str, place: int, encoding: Encoding) -> None:
    text = EXAMPLES[name]
    view = seen(text, encoding=encoding)
    offset = place % (len(text) + 1)
    found = completed(view, types.CompletionParams(**at(view, offset)))  # type: ignore[arg-type]
    for item in (found.items if found is not None else [])[:40]:
        assert isinstance(item.text_edit, types.TextEdit)
        range_ = item.text_edit.range
        assert inside(view, range_)
        assert range_.start.line == range_.end.line
        assert view.offset(range_.start) <= offset <= view.offset(range_.end)


def test_completion_works_while_a_program_is_typed() -> None:
    for name in ("golden_cross", "rotation", "session_breakout"):
        for text in prefixes(EXAMPLES[name], 11):
            view = seen(text)
            completed(view, types.CompletionParams(**at(view, len(text))))  # type: ignore[arg-type]


def test_letters_in_order_match() -> None:
    assert matches("sma", "sma")
    assert matches("cra", "crosses above")
    assert matches("ca", "crosses above")
    assert not matches("mas", "sma")
    assert not matches("ma", "sma")


def test_a_server_can_prepare() -> None:
    while not prepare(load(), 50):
        pass
    assert labels("let x = close > |")[0] == "mean"

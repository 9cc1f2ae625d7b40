"""What is asked of several documents at once: references, symbols of a workspace, who reads whom, names typed over."""

from __future__ import annotations

from hypothesis import given, settings
from lsprotocol import types

from compiler.libraries.port import LibraryText, Shelf
from lsp.features.calls import incoming_calls, outgoing_calls, prepare_calls
from lsp.features.linked_editing import linked_editing
from lsp.features.references import references
from lsp.features.workspace_symbols import match, workspace_symbols
from lsp.mentions import STANDARD, is_shared
from lsp.occurrences import mention_at, occurrences
from lsp.view import View
from tests.lsp.seeing import EXAMPLES, FOLDER, WHOLE, anywhere, params, position, said, seen, span

BANDS = """apx 1
library "Bands" version 1
let reach = 2
define band(x = close, n = 20 bars)
  give top = sma(x, n) + reach, base = sma(x, n)
"""
USER = 'apx 1\nstrategy "User"\nuse "Bands" version 1 as b\nlet m = b.band(n = 10 bars)\nplot m.top, b.reach\n'
PLAIN = USER.replace(" as b", "").replace("b.", "").replace("User", "Plain")
SHELF = Shelf((LibraryText(BANDS, str(FOLDER / "bands.apx")),))
LIBRARY, FIRST, SECOND = (
    seen(BANDS, "bands.apx"),
    seen(USER, "user.apx", resolver=SHELF),
    seen(PLAIN, "plain.apx", resolver=SHELF),
)


def found(view: View, others: list[View], marked: str, declaration: bool = True) -> list[tuple[str, str]]:
    asked = types.ReferenceParams(types.ReferenceContext(declaration), params(view), position(view, marked))
    views = {one.document.uri: one for one in (view, *others)}
    got = references(view, iter(others), asked) or []
    return [(one.uri.rpartition("/")[2], said(views[one.uri], one.range) if one.uri in views else "") for one in got]


def test_references_reach_every_file_that_uses_the_library() -> None:
    assert found(LIBRARY, [FIRST, SECOND], "define |band") == [("bands.apx", "band"), ("user.apx", "band"), ("plain.apx", "band")]
    assert found(FIRST, [LIBRARY, SECOND], "m.|top") == [("user.apx", "top"), ("bands.apx", "top"), ("plain.apx", "top")]
    assert found(FIRST, [LIBRARY, SECOND], "b.|reach", declaration=False) == [
        ("user.apx", "reach"), ("bands.apx", "reach"), ("plain.apx", "reach"),
    ]  # fmt: skip


def test_the_declaration_in_a_file_that_is_not_open_is_found_too() -> None:
    assert found(FIRST, [], "b.|band") == [("user.apx", "band"), ("bands.apx", "")]
    assert found(FIRST, [], "b.|band", declaration=False) == [("user.apx", "band")]


def test_names_of_one_program_stay_its_own() -> None:
    assert found(FIRST, [SECOND], "let |m") == [("user.apx", "m"), ("user.apx", "m")]


@given(anywhere())
@settings(max_examples=80, deadline=None)
def test_references_are_the_mentions_and_the_place_is_among_them(place: tuple[View, types.Position]) -> None:
    view, at = place
    got = references(view, (), types.ReferenceParams(types.ReferenceContext(True), params(view), at))
    mention = mention_at(view, view.offset(at))
    assert (got is None) == (mention is None)
    if got is not None and mention is not None:
        own = [one.range for one in got if one.uri == view.document.uri]
        assert own == [view.range(m.span) for m in occurrences(view, mention.symbol)]
        assert view.range(mention.span) in own


# ---------------------------------------------------------------- symbols of a workspace


def named(query: str) -> list[tuple[str, str | None]]:
    symbols = workspace_symbols([LIBRARY, FIRST, SECOND], types.WorkspaceSymbolParams(query))
    return [(one.name, one.container_name) for one in symbols]


def test_symbols_are_found_by_some_of_their_letters() -> None:
    assert named("band")[0] == ("band", '"Bands" version 1')
    assert ("Bands", '"Bands" version 1') in named("bnd")
    assert named("m") == [("m", "plain.apx"), ("m", "user.apx")] or {c for _, c in named("m")} == {"plain.apx", "user.apx"}
    assert named("zzz") == []
    assert len(named("")) == 7


def test_the_better_match_comes_first() -> None:
    ranks = [match("fast", name) for name in ("fast", "fast_line", "my_fast", "breakfast", "f_a_s_t", "slow")]
    assert ranks == [0, 1, 2, 3, 4, None]


# ---------------------------------------------------------------- who reads whom


def item(view: View, marked: str) -> types.CallHierarchyItem:
    (one,) = prepare_calls(view, types.CallHierarchyPrepareParams(params(view), position(view, marked))) or [None]
    assert one is not None
    return one


def test_what_a_value_reads_and_who_reads_it() -> None:
    view = seen(WHOLE)
    odd = item(view, "let |odd")
    into = incoming_calls([view], types.CallHierarchyIncomingCallsParams(odd)) or []
    assert [(call.from_.name, [said(view, r) for r in call.from_ranges]) for call in into] == [
        ("when close crosses above half(m.upper) and is_uptrend(n)", ["odd"]),
        ('plot m.upper "Upper", odd, tally on 1w', ["odd"]),
        ("alert when odd > 0", ["odd", "odd"]),
        ('test "nothing"', ["odd"]),
    ]
    out = outgoing_calls([view], types.CallHierarchyOutgoingCallsParams(odd)) or []
    assert [(call.to.name, len(call.from_ranges)) for call in out] == [("m", 3)]


def test_a_rule_reads_functions_of_every_home() -> None:
    view = seen(WHOLE)
    rule = item(view, "|when close crosses")
    out = outgoing_calls([view], types.CallHierarchyOutgoingCallsParams(rule)) or []
    assert [(call.to.name, call.to.uri.rpartition("/")[2]) for call in out] == [
        ("half", "seen.apx"), ("m", "seen.apx"), ("is_uptrend", "trend_filters.apx"), ("n", "seen.apx"), ("share", "seen.apx"),
        ("atr", "volatility.apx"), ("odd", "seen.apx"),
    ]  # fmt: skip
    assert incoming_calls([view], types.CallHierarchyIncomingCallsParams(rule)) == []


def test_a_function_of_a_library_is_called_from_every_file() -> None:
    band = item(LIBRARY, "define |band")
    into = incoming_calls([LIBRARY, FIRST, SECOND], types.CallHierarchyIncomingCallsParams(band)) or []
    assert [(call.from_.name, call.from_.uri.rpartition("/")[2]) for call in into] == [("m", "user.apx"), ("m", "plain.apx")]


def test_a_state_reads_itself() -> None:
    view = seen(WHOLE)
    out = outgoing_calls([view], types.CallHierarchyOutgoingCallsParams(item(view, "remember |tally"))) or []
    assert [call.to.name for call in out] == ["tally"]


@given(anywhere())
@settings(max_examples=80, deadline=None)
def test_incoming_and_outgoing_are_two_sides_of_one_thing(place: tuple[View, types.Position]) -> None:
    view, at = place
    for one in prepare_calls(view, types.CallHierarchyPrepareParams(params(view), at)) or []:
        if one.uri != view.document.uri:
            continue
        whole, name = span(view, one.range), span(view, one.selection_range)
        assert whole[0] <= name[0] <= name[1] <= whole[1]
        for call in outgoing_calls([view], types.CallHierarchyOutgoingCallsParams(one)) or []:
            back = incoming_calls([view], types.CallHierarchyIncomingCallsParams(call.to)) or []
            if call.to.uri == view.document.uri or call.to.detail == "standard library":
                assert any(b.from_ranges and b.from_.range == one.range for b in back), (one.name, call.to.name)
        for call in incoming_calls([view], types.CallHierarchyIncomingCallsParams(one)) or []:
            for where in call.from_ranges:
                span(view, where)


# ---------------------------------------------------------------- names typed over


def test_a_name_is_typed_over_at_its_declaration_alone() -> None:
    view = seen(WHOLE)
    got = linked_editing(view, types.LinkedEditingRangeParams(params(view), position(view, "let |m =")))
    assert got is not None
    assert {said(view, one) for one in got.ranges} == {"m"}
    assert len(got.ranges) == len(occurrences(view, mention_at(view, view.text.index("let m =") + 4).symbol))  # type: ignore[union-attr]
    assert linked_editing(view, types.LinkedEditingRangeParams(params(view), position(view, "plot |m.upper"))) is None
    assert linked_editing(LIBRARY, types.LinkedEditingRangeParams(params(LIBRARY), position(LIBRARY, "define |band"))) is None


@given(anywhere())
@settings(max_examples=80, deadline=None)
def test_ranges_that_are_typed_over_hold_one_name(place: tuple[View, types.Position]) -> None:
    view, at = place
    got = linked_editing(view, types.LinkedEditingRangeParams(params(view), at))
    if got is not None:
        assert len({said(view, one) for one in got.ranges}) == 1


def test_every_shared_name_of_the_examples_is_at_home_in_a_library() -> None:
    view = seen(EXAMPLES["trend_filters.apx"], "trend_filters.apx")
    mention = mention_at(view, view.text.index("is_uptrend("))
    assert mention is not None
    assert is_shared(mention.symbol)
    assert mention.symbol.home not in ("", STANDARD)

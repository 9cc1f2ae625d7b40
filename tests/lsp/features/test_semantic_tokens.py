"""Semantic tokens: every word by what it means, in order, in any encoding, and as what changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from compiler.editing import Editing
from lsp.document import Encoding
from lsp.features.semantic_tokens import MODIFIERS, TYPES, changes, delta, encoded, full, in_range, places
from lsp.view import View
from stdlib.library import load
from tests.lsp.features.views import ENCODINGS, EXAMPLES, HEAD, at, prefixes, seen


def words(view: View) -> list[tuple[str, str, set[str]]]:
    """Tokens as text, type and modifiers."""
    return [
        (view.text[span.start : span.end], TYPES[kind].value, {m.value for i, m in enumerate(MODIFIERS) if modifiers >> i & 1})
        for span, (kind, modifiers) in places(view, encoded(view))
    ]


def kinds(program: str) -> dict[str, str]:
    return {word: " ".join([kind, *sorted(modifiers)]) for word, kind, modifiers in words(seen(HEAD + program))}


def test_words_are_told_by_what_they_mean() -> None:
    found = kinds(
        "input n = 20 bars in 5 .. 50\n"
        "let mean = sma(close, n)  # the mean\n"
        "## A gap.\n"
        "define gap(x, m = 3 bars) = x - position.size\n"
        "let far = gap(mean, m = n) on 4h\n"
        "when mean > 2% and not (far is new)\n"
        "  buy 10% of equity\n"
    )
    assert found["input"] == found["when"] == found["buy"] == found["of"] == found["equity"] == "keyword"
    assert found["n"] == "variable readonly"
    assert found["mean"] == "variable"
    assert found["sma"] == "function defaultLibrary"
    assert found["close"] == "variable defaultLibrary readonly"
    assert found["# the mean"] == "comment"
    assert found["## A gap."] == "comment documentation"
    assert found["gap"] == "function"
    assert found["x"] == "parameter"
    assert found["m"] == "parameter"
    assert found["size"] == "property defaultLibrary readonly"
    assert found["4h"] == found["20"] == "number"
    assert found["bars"] == found["%"] == "type"
    assert found["and"] == found["not"] == found[">"] == found["="] == "operator"
    assert found['"SPY"'] == "string"


def test_where_a_name_is_given_it_is_a_declaration() -> None:
    assert ("n", "variable", {"readonly", "declaration"}) in words(seen(HEAD + "input n = 20 bars\n"))
    assert ("f", "function", {"declaration"}) in words(seen(HEAD + "define f(x) = x\n"))


def test_what_a_name_means_changes_with_another_line() -> None:
    editing = Editing(load())
    before = words(seen(HEAD + "let a = b\nlet b = 1\n", editing=editing))
    after = words(seen(HEAD + "let a = b\ninput b = 1\n", editing=editing))
    assert ("b", "variable", set()) in before
    assert ("b", "variable", {"readonly"}) in after


def covered(text: str, encoding: Encoding = "utf-16") -> None:
    """Tokens are in order, do not overlap, lie on one line each, and leave out blanks, brackets and what means nothing alone."""
    view = seen(text, encoding=encoding)
    end = 0
    for span, _ in places(view, encoded(view)):
        assert end <= span.start < span.end <= len(text)
        assert "\n" not in text[span.start : span.end]
        assert not text[span.start : span.end].isspace()
        end = span.end


@pytest.mark.parametrize("name", EXAMPLES)
def test_tokens_of_an_example_cover_it_in_order_and_leave_out_only_signs(name: str) -> None:
    text = EXAMPLES[name]
    covered(text)
    view = seen(text)
    left = list(text)
    for span, _ in places(view, encoded(view)):
        left[span.start : span.end] = " " * (span.end - span.start)
    assert set("".join(left)) <= set(" \n()[],.")


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_places_are_right_in_every_encoding_and_with_every_line_end(encoding: Encoding, ends: str) -> None:
    text = (HEAD + 'plot close "😀é", high "𝄞" # 😀 end\n# 𝄞\nlet x = 1\n# last 😀').replace("\n", ends)
    view = seen(text, encoding=encoding)
    shown = [word for word, _, _ in words(view)]
    assert shown[-9:] == ['"𝄞"', "# 😀 end", "# 𝄞", "let", "x", "=", "1", "# last 😀"][-9:] or shown[-8:] == [
        '"𝄞"', "# 😀 end", "# 𝄞", "let", "x", "=", "1", "# last 😀",
    ]  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(EXAMPLES)),
    st.integers(0, 10_000),
    st.text(alphabet=st.sampled_from('ab1 "#%(=\n\r😀\u2028é;<'), max_size=12),
)
def test_tokens_of_a_broken_program_are_in_order(name: str, place: int, typed: str) -> None:
    text = EXAMPLES[name]
    at_ = place % (len(text) + 1)
    covered(text[:at_] + typed + text[at_:])


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(EXAMPLES)),
    st.integers(0, 10_000),
    st.integers(0, 60),
    st.sampled_from(["", "let z = 1\n", "x", '"', "#", "\n"]),
)
def test_a_delta_makes_the_new_tokens_of_the_old_ones(name: str, place: int, taken: int, typed: str) -> None:
    editing = Editing(load())
    text = EXAMPLES[name]
    start = place % (len(text) + 1)
    old = seen(text, editing=editing)
    first = full(old, types.SemanticTokensParams(types.TextDocumentIdentifier(old.document.uri)))
    new = seen(text[:start] + typed + text[start + taken :], editing=editing)
    assert first is not None
    assert first.result_id is not None
    found = delta(new, types.SemanticTokensDeltaParams(types.TextDocumentIdentifier(new.document.uri), first.result_id))
    assert isinstance(found, types.SemanticTokensDelta)
    data = list(first.data)
    for edit in reversed(found.edits):
        data[edit.start : edit.start + edit.delete_count] = edit.data or []
    assert data == encoded(new)


def test_an_answer_that_is_not_known_any_more_is_answered_in_full() -> None:
    view = seen(HEAD)
    found = delta(view, types.SemanticTokensDeltaParams(types.TextDocumentIdentifier(view.document.uri), "other"))
    assert isinstance(found, types.SemanticTokens)
    assert list(found.data) == encoded(view)


def test_nothing_changed_is_no_edit() -> None:
    assert changes([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]) == []


def test_a_range_has_the_tokens_that_reach_into_it() -> None:
    view = seen(HEAD + "let a = 1\nlet b = 2\nlet c = 3\n")
    whole = [span for span, _ in places(view, encoded(view))]
    start, end = view.text.index("b ="), view.text.index("c =")
    asked = types.Range(view.position(start), view.position(end))
    found = in_range(view, types.SemanticTokensRangeParams(types.TextDocumentIdentifier(view.document.uri), asked))
    assert found is not None
    assert [span for span, _ in places(view, found.data)] == [s for s in whole if s.end > start and s.start < end]


def test_tokens_work_while_a_program_is_typed() -> None:
    for text in prefixes(EXAMPLES["golden_cross"], 17):
        covered(text)


def test_every_request_names_one_place() -> None:
    assert at(seen(HEAD), 0)["position"] == types.Position(0, 0)

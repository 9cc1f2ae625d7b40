"""From a name to its declaration, and to every place that means the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from lsprotocol import types

from lsp.document import Document
from lsp.features.definition import definition, type_definition
from lsp.features.references import highlights
from lsp.library_texts import text_of
from lsp.mentions import LANGUAGE
from lsp.occurrences import mention_at, occurrences, scopes_of
from lsp.settings import Client
from lsp.targets import targets
from lsp.view import View
from stdlib.library import load
from tests.lsp.seeing import EXAMPLES, FOLDER, WHOLE, anywhere, params, position, said, seen, span

VIEW = seen(WHOLE)
VIRTUAL = Client(virtual_documents=True)


def defined(marked: str, view: View = VIEW) -> list[types.Location]:
    return definition(view, types.DefinitionParams(params(view), position(view, marked))) or []


def line_at(location: types.Location, view: View = VIEW) -> str:
    """The line that a location points at, in whichever text it is."""
    if location.uri == view.document.uri:
        text = view.text
    elif location.uri.startswith("file:"):
        text = Path(location.uri.removeprefix("file://")).read_text()
    else:
        text = text_of(location.uri, load()) or ""
    return Document(location.uri, text).line(location.range.start.line).strip()


@pytest.mark.parametrize(
    ("use", "line"),
    [
        ("k = |n)", "input n = 20 bars in 2 .. 100 \"Length\""),
        ("sma(|x, k)", "define both(x, k = 14 bars)"),
        ("sma(x, |k)", "define both(x, k = 14 bars)"),
        ("both(close, |k = n)", "define both(x, k = 14 bars)"),
        ("max(|best", "remember best = max(best or_else middle, middle) initially unknown"),
        ("give upper = |middle", "let middle = sma(x, k)"),
        ("let m = |both", "define both(x, k = 14 bars)"),
        ("close > m.|upper", "give upper = middle + best, lower = middle"),
        ("half(|m.upper)", "let m = both(close, k = n)"),
        ("half(m.up|per)", "give upper = middle + best, lower = middle"),
        ("{m.up|per}", "give upper = middle + best, lower = middle"),
        ("{ od|d }", "let odd = if close > m.upper then m.upper else m.lower end"),
        ("exit \"run|ner\"", "buy share of equity named \"runner\""),
        ("with n| = 3", "input n = 20 bars in 2 .. 100 \"Length\""),
        ("expect od|d", "let odd = if close > m.upper then m.upper else m.lower end"),
        ("|is_uptrend(n)", "define is_uptrend(x = close, n = 100 bars, steady = 5 bars)"),
        ("use \"Trend fil|ters\"", 'library "Trend filters" version 1'),
        ("|atr(14)", "define atr(n = 14 bars) = wilder(true_range(), n)"),
    ],
)  # fmt: skip
def test_a_name_leads_to_its_declaration(use: str, line: str) -> None:
    assert [line_at(found) for found in defined(use)] == [line]


def test_a_library_of_the_program_is_found_in_its_file() -> None:
    (found,) = defined("|is_uptrend(n)")
    assert found.uri == (FOLDER / "trend_filters.apx").as_uri()


def test_the_standard_library_is_a_file_or_a_virtual_document_as_the_client_can() -> None:
    (file,) = defined("|atr(14)")
    assert Path(file.uri.removeprefix("file://")).name == "volatility.apx"
    view = seen(WHOLE, client=VIRTUAL)
    (virtual,) = defined("|atr(14)", view)
    assert virtual.uri == "apx-library:/volatility.apx"
    assert virtual.range == file.range
    assert text_of(virtual.uri, load()) == Path(file.uri.removeprefix("file://")).read_text()


def test_a_function_with_a_kernel_leads_to_its_page() -> None:
    public = next(name for name, one in load().primitives.items() if not one.hidden)
    view = seen(f'apx 1\nstrategy "S"\nlet a = {public}(close)\n', client=VIRTUAL)
    (page,) = defined(f"= |{public}", view)
    assert page.uri == "apx-library:/built_in.apx"
    assert line_at(page, view).startswith(f"# {public}(")
    file = seen(f'apx 1\nstrategy "S"\nlet a = {public}(close)\n')
    (row,) = defined(f"= |{public}", file)
    assert Path(row.uri.removeprefix("file://")).name == "primitives.py"
    assert line_at(row, file).startswith(f'"{public}(')


def test_the_type_of_a_record_is_the_function_that_gives_it() -> None:
    found = type_definition(VIEW, types.TypeDefinitionParams(params(VIEW), position(VIEW, "let m| = both")))
    assert found is not None
    assert [line_at(one) for one in found] == ["define both(x, k = 14 bars)"]
    assert type_definition(VIEW, types.TypeDefinitionParams(params(VIEW), position(VIEW, "let od|d ="))) is None


def test_a_name_of_the_language_is_declared_nowhere() -> None:
    assert defined("both(clo|se") == []
    assert defined("position.si|ze") == []


def test_what_has_no_name_leads_nowhere() -> None:
    assert defined("14 b|ars)") == []


def test_a_local_name_hides_the_programs() -> None:
    view = seen('apx 1\nstrategy "S"\nlet x = close\ndefine f(x) = x + 1\nlet y = f(x)\n')
    (inside,) = defined("= |x + 1", view)
    (outside,) = defined("f(|x)\n", view)
    assert (inside.range.start.line, outside.range.start.line) == (3, 2)


def test_a_parameter_that_holds_a_record_knows_its_outputs() -> None:
    view = seen(
        'apx 1\nstrategy "S"\ndefine two(x)\n  give a = x, b = -x\ndefine diff(r) = r.a - r.b\nlet d = diff(two(close))\n'
    )
    (found,) = defined("r.|b\n", view)
    assert line_at(found, view) == "give a = x, b = -x"


def test_highlights_tell_writing_from_reading() -> None:
    view = VIEW
    found = highlights(view, types.DocumentHighlightParams(params(view), position(view, "input |n")))
    assert found is not None
    kinds = [(said(view, one.range), one.kind) for one in found]
    assert [kind for _, kind in kinds] == [
        types.DocumentHighlightKind.Write, types.DocumentHighlightKind.Read, types.DocumentHighlightKind.Read,
        types.DocumentHighlightKind.Read, types.DocumentHighlightKind.Write,
    ]  # fmt: skip
    assert {text for text, _ in kinds} == {"n"}


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_name_of_an_example_leads_somewhere_and_is_among_its_own_mentions(name: str) -> None:
    view = seen(EXAMPLES[name], name)
    scopes = scopes_of(view)
    for statement in view.analysis.statements:
        for mention in scopes.mentions(statement):
            assert view.analysis.said(mention.span) == mention.symbol.name
            assert mention.span in {one.span for one in occurrences(view, mention.symbol, scopes)}
            if mention.symbol.home != LANGUAGE:
                assert targets(view, mention.symbol, scopes), mention


@given(anywhere())
@settings(max_examples=120, deadline=None)
def test_no_place_of_any_text_breaks_it(place: tuple[View, types.Position]) -> None:
    view, at = place
    where = params(view)
    mention = mention_at(view, view.offset(at))
    found = highlights(view, types.DocumentHighlightParams(where, at)) or []
    assert (mention is not None) == bool(found)
    offset = view.offset(at)
    if mention is not None:
        assert any(start <= offset <= end for start, end in (span(view, one.range) for one in found))
    for location in definition(view, types.DefinitionParams(where, at)) or []:
        if location.uri == view.document.uri:
            span(view, location.range)
    type_definition(view, types.TypeDefinitionParams(where, at))

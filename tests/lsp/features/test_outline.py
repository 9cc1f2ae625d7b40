"""Outline, folds, selections and links: shapes of a document that hold each other and stand inside it."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from lsprotocol import types

from lsp.features.document_symbols import document_symbols
from lsp.features.folding import folding
from lsp.features.links import links
from lsp.features.selection import selection
from lsp.settings import Client
from lsp.view import View
from tests.lsp.seeing import FOLDER, WHOLE, anywhere, params, position, said, seen, span

VIEW = seen(WHOLE)


def trees(view: View) -> list[types.DocumentSymbol]:
    found = document_symbols(view, types.DocumentSymbolParams(params(view)))
    assert found is not None
    assert all(isinstance(one, types.DocumentSymbol) for one in found)
    return [one for one in found if isinstance(one, types.DocumentSymbol)]


def drawn(symbols: list[types.DocumentSymbol] | tuple[types.DocumentSymbol, ...], depth: int = 0) -> list[str]:
    return [line for one in symbols for line in ("  " * depth + one.name, *drawn(list(one.children or ()), depth + 1))]


def test_the_outline_of_a_strategy() -> None:
    assert drawn(trees(VIEW)) == [
        "Every form",
        "  Trend filters",
        '  trade "SPY" every 1d',
        "  n",
        "  share",
        "  require n > 1 bars",
        "  settings",
        "    capital 10_000 USD",
        "    limit direction long",
        "  both",
        "    middle",
        "    best",
        "    upper",
        "    lower",
        "  half",
        "  m",
        "  odd",
        "  tally",
        "  when close crosses above half(m.upper) and is_uptrend(n)",
        '    buy share of equity named "runner"',
        "      stop loss at entry - 2 * atr(14)",
        "      take profit at 3 R",
        '    notify "in at {close}, {m.upper} of {symbol} and { odd }"',
        '    exit "runner"',
        "  every month end where position.size > 0",
        "    exit position",
        '  plot m.upper "Upper", odd, tally on 1w',
        "  alert",
        "  nothing",
        "    expect odd at bar 2 is 3",
        "    expect no order",
    ]


def test_a_client_without_trees_gets_the_same_names_in_a_list() -> None:
    flat = document_symbols(seen(WHOLE, client=Client(symbol_trees=False)), types.DocumentSymbolParams(params(VIEW)))
    assert flat is not None
    assert [one.name for one in flat] == [line.strip() for line in drawn(trees(VIEW))]
    assert [one.container_name for one in flat if isinstance(one, types.SymbolInformation) and one.name == "middle"] == ["both"]


def test_folds_hide_what_stands_under_a_line() -> None:
    found = folding(VIEW, types.FoldingRangeParams(params(VIEW)))
    lines = VIEW.text.split("\n")
    assert [(lines[f.start_line].strip(), lines[f.end_line].strip()) for f in found] == [
        ("settings", "limit direction long"),
        ("define both(x, k = 14 bars)", "give upper = middle + best, lower = middle"),
        ("when close crosses above half(m.upper) and is_uptrend(n)", 'exit "runner"'),
        ('buy share of equity named "runner"', "take profit at 3 R"),
        ("otherwise", 'exit "runner"'),
        ("every month end where position.size > 0", "exit position"),
        ('test "nothing"', "expect no order"),
    ]


def test_comments_and_uses_fold() -> None:
    view = seen('apx 1\n# one\n# two\nuse "A" version 1\nuse "B" version 2\n')
    found = folding(view, types.FoldingRangeParams(params(view)))
    assert [(f.start_line, f.end_line, f.kind) for f in found] == [
        (1, 2, types.FoldingRangeKind.Comment), (3, 4, types.FoldingRangeKind.Imports),
    ]  # fmt: skip


def chain(view: View, at: types.Position) -> list[tuple[int, int]]:
    (top,) = selection(view, types.SelectionRangeParams(params(view), [at]))
    found = []
    here: types.SelectionRange | None = top
    while here is not None:
        found.append(span(view, here.range))
        here = here.parent
    return found


def test_a_selection_grows_from_the_word_to_the_file() -> None:
    texts = [VIEW.text[start:end] for start, end in chain(VIEW, position(VIEW, "sma(x, |k)"))]
    assert texts[:5] == ["k", "x, k", "sma(x, k)", "let middle = sma(x, k)", "  let middle = sma(x, k)"] or texts[:3] == [
        "k", "sma(x, k)", "let middle = sma(x, k)",
    ]  # fmt: skip
    assert texts[-1] == VIEW.text
    assert any(text.startswith("define both") for text in texts)


def test_use_lines_lead_to_the_librarys_file() -> None:
    (found,) = links(VIEW, types.DocumentLinkParams(params(VIEW)))
    assert said(VIEW, found.range) == '"Trend filters"'
    assert found.target == (FOLDER / "trend_filters.apx").as_uri()


def test_codes_in_comments_lead_to_their_pages_where_the_client_reads_them() -> None:
    text = 'apx 1\nstrategy "E0301"\n# silences W0502 here, E9999 is none\n'
    assert links(seen(text), types.DocumentLinkParams(params(VIEW))) == []
    view = seen(text, client=Client(virtual_documents=True))
    (found,) = links(view, types.DocumentLinkParams(params(view)))
    assert (said(view, found.range), found.target) == ("W0502", "apx-library:/codes/W0502.md")


def check_tree(view: View, one: types.DocumentSymbol, around: tuple[int, int]) -> None:
    own, name = span(view, one.range), span(view, one.selection_range)
    assert around[0] <= own[0]
    assert own[1] <= around[1]
    assert own[0] <= name[0]
    assert name[1] <= own[1]
    assert one.name.strip()
    for child in one.children or ():
        check_tree(view, child, own)


@given(anywhere())
@settings(max_examples=120, deadline=None)
def test_shapes_of_any_text_hold_each_other(place: tuple[View, types.Position]) -> None:
    view, at = place
    for one in trees(view):
        check_tree(view, one, (0, len(view.text)))
    found = chain(view, at)
    offset = view.offset(at)
    assert found[-1] == (0, len(view.text))
    for inner, outer in itertools.pairwise(found):
        assert outer[0] <= inner[0]
        assert inner[1] <= outer[1]
        assert inner != outer
    assert all(start <= offset <= end for start, end in found)
    folds = folding(view, types.FoldingRangeParams(params(view)))
    assert all(0 <= f.start_line < f.end_line < len(view.document.starts) for f in folds)
    assert len({f.start_line for f in folds}) == len(folds)
    stack: list[int] = []
    for fold in folds:
        while stack and stack[-1] < fold.start_line:
            stack.pop()
        assert not stack or fold.end_line <= stack[-1], "folds that cross"
        stack.append(fold.end_line)
    for link in links(view, types.DocumentLinkParams(params(view))):
        span(view, link.range)

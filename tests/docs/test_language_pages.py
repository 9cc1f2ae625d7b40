"""Every program shown in docs/language compiles without a word, runs, and stands in its canonical layout."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from compiler.libraries.head import library_head
from compiler.libraries.port import LibraryText, Shelf
from compiler.pipeline import check, compile_text
from compiler.text.format import format_source
from runtime.backtest import backtest
from runtime.data.resolve import open_data
from runtime.filetests import run_tests
from runtime.portfolio.run import Seat, portfolio_backtest
from stdlib.library import load

PAGES = sorted((Path(__file__).parents[2] / "docs" / "language").glob("*.md"))
PROGRAMS = [(page.name, text) for page in PAGES for text in re.findall(r"```apx\n(.*?)```", page.read_text(), re.DOTALL)]


def test_there_are_programs_to_try() -> None:
    assert PROGRAMS


@pytest.mark.parametrize(("page", "text"), PROGRAMS)
def test_a_program_of_the_pages_runs(page: str, text: str, tmp_path: Path) -> None:
    beside = Shelf(tuple(LibraryText(other, page) for of, other in PROGRAMS if of == page and library_head(other) is not None))
    checked = check(text, load(), page, beside)
    assert [d.message for d in checked.diagnostics] == []
    assert format_source(text) == text
    assert checked.program is not None
    if library_head(text) is not None:
        return  # it computes nothing by itself
    plan = checked.program.plan(want="backtest")
    if len(checked.program.symbols) > 1:
        seats = [Seat(open_data(symbol, store=tmp_path), plan) for symbol in checked.program.symbols]
        found = portfolio_backtest(seats)
        assert all(leg.stats["trades"] > 0 for leg in found.legs)
        return
    result = backtest(plan, open_data("AAPL", store=tmp_path))
    assert result.stats["trades"] > 0


@pytest.mark.parametrize(("page", "text"), [pair for pair in PROGRAMS if "\ntest " in pair[1]])
def test_the_tests_of_the_pages_pass(page: str, text: str) -> None:
    results = run_tests(compile_text(text, load(), page))
    assert results
    assert [failure.happened for result in results for failure in result.failures] == []

"""What blocks say, as golden text: every example, and a page with every form of the language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from compiler import syntax as s
from compiler.blocks.places import read_page
from compiler.blocks.sentences import sentence_of
from compiler.source import Span
from stdlib.library import load

ROOT = Path(__file__).parents[3]
EVERY_FORM = Path(__file__).with_name("every_form.apx")
PAGES = [EVERY_FORM, *sorted((ROOT / "examples").glob("*.apx"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_says_what_it_is(page: Path, golden: Callable[[str, str], None]) -> None:
    text = page.read_text(encoding="utf-8")
    library = load()
    places = read_page(text).places
    lines = [f"{place.id}: {sentence_of(place.node, library)}" for place in places.values() if "/" not in place.id]
    if page == EVERY_FORM:
        lines += ["", *(f"{place.id}: {sentence_of(place.node, library)}" for place in places.values() if "/" in place.id)]
    golden(f"sentences/{page.stem}.txt", "\n".join(lines) + "\n")


def nodes(node: Any) -> set[type]:
    if isinstance(node, tuple):
        return {kind for part in node for kind in nodes(part)}
    if not hasattr(node, "__dataclass_fields__") or isinstance(node, Span):
        return set()
    return {type(node)} | {kind for f in fields(node) for kind in nodes(getattr(node, f.name))}


def test_the_page_of_every_form_has_every_form() -> None:
    page = read_page(EVERY_FORM.read_text(encoding="utf-8"))
    assert page.problems == ()
    forms = {
        *get_args(s.Expr),
        *get_args(s.Size),
        *get_args(s.Action),
        *get_args(s.Statement),
        *get_args(s.TestLine),
        s.Entry,
        s.Attached,
    }
    assert forms - nodes(page.file.statements) == {
        s.ErrorExpr,
        s.Library,
        s.Scheduled,
    }  # the last is made of `every` after parsing


def test_a_rule_is_said_in_one_sentence() -> None:
    text = (
        "apx 1\nwhen sma(close, 50) crosses above sma(close, 200) and (volume > 1 or close > 2)\n"
        "  buy risking 1% of equity\n    stop loss at entry - 2 * atr(14)\n"
    )
    assert sentence_of(read_page(text).places["when:1"].node, load()) == (
        "When the 50-bar average of close crosses above the 200-bar average of close and (either volume is above 1 or close is above 2), "
        "buy with 1% of equity at risk, with a stop loss at the entry price minus 2 times the 14-bar average true range."
    )


@pytest.mark.parametrize(("written", "said"), [("1_000_000_000_000_000", "1e+15"), ("123_456", "123,456")])
def test_numbers_of_any_size_are_said(written: str, said: str) -> None:
    places = read_page(f"apx 1\nlet a = close * {written}\n").places
    assert sentence_of(places["let:a"].node, load()) == f"Let a be close times {said}."

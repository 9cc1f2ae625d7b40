"""Laws of the text, over generated programs: sliced parse = whole parse, and what `apx fmt` must keep.

LAW_PROGRAMS in the environment says how many programs each law is tried on.
"""

from __future__ import annotations

import os
import re
from dataclasses import fields
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.source import Source, Span
from compiler.text.format import format_source
from compiler.text.parse import parse, parse_whole
from tests.generators.loose import programs


def law(usual: int) -> settings:
    """As many programs as LAW_PROGRAMS says, or as many as take a second or two."""
    quiet = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
    return settings(max_examples=int(os.environ.get("LAW_PROGRAMS", usual)), deadline=None, suppress_health_check=quiet)


def bare(node: Any) -> Any:
    """A tree without its places."""
    if isinstance(node, tuple):
        return tuple(bare(part) for part in node)
    if hasattr(node, "__dataclass_fields__") and not isinstance(node, Span):
        kept = [f.name for f in fields(node) if not f.name.endswith("span")]
        return (type(node).__name__, *(bare(getattr(node, name)) for name in kept))
    return node


def read(text: str) -> s.File:
    diagnostics = Diagnostics()
    file = parse(Source(text), diagnostics)
    problems = [d for d in diagnostics if d.code not in ("E0104",)]
    assert problems == [], (problems, text)
    return file


@given(programs())
@law(300)
def test_sliced_parse_is_whole_parse(text: str) -> None:
    assert parse_whole(Source(text)) == read(text)


@given(programs())
@law(200)
def test_cards_joined_are_the_text(text: str) -> None:
    assert "".join(text[card.span.start : card.span.end] for card in read(text).cards) == text


@given(programs())
@law(300)
def test_formatting_keeps_the_tree_and_is_done_in_one_go(text: str) -> None:
    formatted = format_source(text)
    assert bare(read(formatted).statements) == bare(read(text).statements)
    assert format_source(formatted) == formatted


@given(programs())
@law(200)
def test_formatting_keeps_every_comment_in_order(text: str) -> None:
    def comments(program: str) -> list[str]:
        return [m[0].rstrip() for m in re.finditer(r'"[^"\n]*"|#[^\r\n]*', program) if m[0].startswith("#")]

    assert comments(format_source(text)) == comments(text)


alphabet = st.sampled_from(
    [
        *"()[],.=<>+-*/%!&|:#\"' \t\n\r_aA1R$",
        "when ",
        "buy ",
        "let ",
        "x = ",
        "if ",
        "else ",
        "end ",
        "\u2028",
        "😀",
        "bars ",
        "at ",
    ]
)


@given(st.lists(alphabet, max_size=60).map("".join))
@law(500)
def test_any_text_at_all_is_read_without_an_exception(text: str) -> None:
    diagnostics = Diagnostics()
    file = parse(Source(text), diagnostics)
    assert "".join(text[card.span.start : card.span.end] for card in file.cards) == text
    for diagnostic in diagnostics:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
        for fix in diagnostic.fixes:
            assert all(0 <= edit.span.start <= edit.span.end <= len(text) for edit in fix.edits)
    assert (parse_whole(Source(text)) is None) or not diagnostics.found or all(d.code < "E0107" for d in diagnostics)
    formatted = format_source(text)
    assert format_source(formatted) == formatted

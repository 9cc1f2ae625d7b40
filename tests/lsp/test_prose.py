"""Markdown of pages shows the very words that were said, and is plain enough for clients that show it as it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from lsp.prose import Rows, Words, as_markdown

READER = MarkdownIt("commonmark").enable(["strikethrough", "table"])
SIGNS = st.text(alphabet="ab1 \\*_~<>[]()|#&;!-=+.,:'\"", max_size=30)


def read(markdown: str) -> tuple[str, set[str]]:
    """The text that a reader of Markdown shows, and the kinds of marks that it found."""
    text, kinds = "", set[str]()

    def each(tokens: list[Token]) -> None:
        nonlocal text
        for token in tokens:
            kinds.add(token.type)
            if token.children is not None:
                each(token.children)
            elif token.type in ("softbreak", "hardbreak"):
                text += "\n"
            else:
                text += token.content

    each(READER.parse(markdown))
    return text, kinds


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("candle_patterns.apx", "candle_patterns.apx"),
        ("y + alpha * (x - y)", "y + alpha * (x - y)"),
        ("1 2 3 -> _ _ 4", "1 2 3 -> _ _ 4"),
        ("a < b, 2 > 1, #1", "a < b, 2 > 1, #1"),
        ("Of `a_*b*` and more.", "Of `a_*b*` and more."),
        ("A *very* good one, (_so_).", "A `*very*` good one, (`_so_`)."),
        ("series<u> and x[1].", "`series<u>` and `x[1]`."),
        ("see [here](there)", "see `[here](there`)"),
        ("a\\*b &lt; c", "`a\\*b` `&lt;` c"),
        ("one\ntwo", "one  \ntwo"),
        ("# not a title", "\\# not a title"),
        ("|x|.", "|x|."),
        ("a|b\n-|-", "a|b  \n\\-|-"),
        ("`a`*b*", "`a`\\*b\\*"),
        ("a ` b", "a \\` b"),
    ],
)
def test_only_what_would_be_read_as_marks_is_written_otherwise(said: str, written: str) -> None:
    assert as_markdown([Words(said)]) == written
    assert as_markdown([Rows((("", said),))]) == f"- {written}"


@given(SIGNS)
def test_a_reader_of_markdown_sees_the_words_and_no_marks_but_code(said: str) -> None:
    text, kinds = read(as_markdown([Rows((("fact", f"it is {said}"),))]))
    assert text.split() == f"fact: it is {said}".split()
    assert kinds <= {
        "bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close", "paragraph_open", "paragraph_close",
        "inline", "text", "text_special", "code_inline", "softbreak", "hardbreak",
    }  # fmt: skip

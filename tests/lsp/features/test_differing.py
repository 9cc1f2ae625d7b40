"""The edits that make one text of another: they do, they touch what differs, and long texts of like lines take no square of their length."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lsp.document import Document
from lsp.features.formatting import differing

LINES = st.lists(st.sampled_from(["", "  buy", "let a = 1", "let b = 2", "# x"]), max_size=12)


def applied(text: str, new: str) -> str:
    edits = differing(Document("file:///a.apx", text), new)
    assert all(before[0].end <= after[0].start for before, after in pairwise(edits))
    for span, put in reversed(edits):
        assert text[span.start : span.end] != put
        text = text[: span.start] + put + text[span.end :]
    return text


@given(LINES, LINES, st.sampled_from(["\n", "\r\n", "\r"]))
def test_edits_make_the_new_text_with_the_line_ends_of_the_old(old: list[str], new: list[str], ends: str) -> None:
    text = ends.join(old)
    assert applied(text, "\n".join(new)) == (ends if ends in text else "\n").join(new)


def test_a_long_text_of_like_lines_is_compared_once() -> None:
    middle = ["# the same"] * 100_000  # compared each with each, this would take hours
    assert applied("\n".join(["a", *middle, "b"]), "\n".join(["c", *middle, "d"])) == "\n".join(["c", *middle, "d"])
    edits = differing(Document("file:///a.apx", "\n".join(["a", *middle, "b"])), "\n".join(["c", *middle, "d"]))
    assert [put for _, put in edits] == ["c", "d"]

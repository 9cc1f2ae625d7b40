"""Where a text is cut, before anything is parsed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from compiler.text.slices import doc_of, pieces_of, slices_of


def words(text: str) -> list[list[str]]:
    return [[piece.word for piece in cut.pieces] for cut in slices_of(text)]


def test_a_leading_word_first_on_its_line_always_leads() -> None:
    assert words('trade "A"\nevery 1d') == [["trade"], ["every"]]
    assert words("when a\n\t buy 1 unit\r\nexit position\rlet x = 1") == [["when", "buy", "exit"], ["let"]]


def test_inside_a_line_nothing_leads() -> None:
    assert words('alert when a > b "buy"\n  and let') == [["alert"]]
    assert words("let x = 3 # when\n# when\n## let") == [["let"]]


def test_settings_words_lead_only_under_settings() -> None:
    assert words("settings\nlimit daily_loss 3%\nmargin 5%\nlet a = 1\nlimit b") == [["settings", "limit", "margin"], ["let"]]


def test_longer_words_do_not_lead() -> None:
    assert words("let a = 1\nwhenever\nlet_ = 2\nLet b = 3") == [["let"]]


def test_lets_inside_a_block_belong_to_it() -> None:
    text = "define f(a, b = (1))\nlet x = a\nremember y = x initially 0\ngive y\nlet z = 1"
    assert words(text) == [["define", "let", "remember", "give"], ["let"]]
    assert words("define f(a) = a == 1\nlet x = a") == [["define"], ["let"]]


def test_comments_and_blank_lines_belong_to_what_is_below() -> None:
    text = "let a = 1 # mine\n\n# note\n## Doc one.\n##   Doc two.\nlet b = 2\n\n# rest\n"
    first, second = slices_of(text)
    assert text[first.start : first.end] == "let a = 1 # mine\n"
    assert doc_of(text, second.pieces[0]) == "Doc one.\nDoc two."
    assert text[second.end :] == "\n# rest\n"


@given(st.text(alphabet='when buylt=#"\n\r \t(5', max_size=80))
def test_pieces_never_overlap_and_leave_out_only_trivia(text: str) -> None:
    at = 0
    for piece in pieces_of(text):
        assert at == piece.trivia <= piece.start < piece.end
        assert all(
            not line.strip(" \t") or line.lstrip(" \t").startswith("#")
            for line in text[at : piece.start].replace("\r", "\n").split("\n")
        )
        at = piece.end

"""A leading word that is misspelt at the very end of a text: its mistake lies within the text, however long the word is that was meant."""

from __future__ import annotations

import pytest

from compiler.editing import Editing
from compiler.words import LEADING, SETTINGS_WORDS
from stdlib.library import load

HEAD = 'apx 1\nstrategy "A"\ntrade "SPY" every 1d\n'


@pytest.mark.parametrize("word", sorted(LEADING | SETTINGS_WORDS))
@pytest.mark.parametrize("above", ["", "settings\n  ", "when close > 1\n  ", 'test "a"\n  '])
def test_a_misspelt_word_is_a_mistake_within_the_text(word: str, above: str) -> None:
    for written in (word[:-1], word[1:], word[:-1].capitalize()):
        text = HEAD + above + written
        for diagnostic in Editing(load()).analyse(text).diagnostics:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)

"""A program's text with line numbers, its words, strings and comments told apart."""

from __future__ import annotations

import re

from apextrade.report.markup import Markup, esc, join, tag, visible
from compiler.words import LEADING, SETTINGS_WORDS

_STRING_OR_COMMENT = re.compile(r'#.*|"[^"]*"?')
_LEADING = LEADING | SETTINGS_WORDS


def program_listing(text: str) -> Markup:
    """The text, escaped, one numbered line each; nothing of it is lost or added."""
    lines = visible(text).rstrip("\n").split("\n")
    numbered = [join((tag("span", _coloured(line), class_="l"), "\n")) for line in lines]
    return tag("pre", tag("code", *numbered), class_="listing", tabindex="0")


def _coloured(line: str) -> Markup:
    """One line: its leading word, its strings, its comment."""
    lead = re.match(r"[ \t]*([a-z]+)\b", line)
    pieces, at = [], 0
    if lead and lead.group(1) in _LEADING:
        pieces, at = [esc(line[: lead.start(1)]), tag("b", lead.group(1))], lead.end(1)
    for found in _STRING_OR_COMMENT.finditer(line, at):
        pieces += [esc(line[at : found.start()]), tag("i" if found[0][0] == "#" else "em", found[0])]
        at = found.end()
    return join((*pieces, esc(line[at:])))

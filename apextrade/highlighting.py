"""Writes what editors colour programs with, the TextMate grammar and its rules for CodeMirror: `python -m apextrade.highlighting`, or `make docs`.

The files are kept with the sources: editors and code hosts read them without running anything, and tests say when they are out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from apextrade.functions import names
from compiler.builtins import MARKET, MARKS, MEMBERS, TEXTS
from compiler.lines import LINES
from compiler.words import DURATION_UNITS, INNER, LEADING, LINE_WORDS, SETTINGS_WORDS, STATEMENT_WORDS, UNITS
from grammar.tables import GRAMMAR, load
from grammar.textmate import Json, Lists, textmate
from stdlib.library import load as load_library

TARGET = Path(GRAMMAR).with_name("apx.tmLanguage.json")
BROWSER_TARGET = Path(GRAMMAR).parents[1] / "frontend" / "packages" / "editor" / "src" / "language" / "grammar.json"


def grammar() -> dict[str, Json]:
    """The TextMate grammar of the language with its library."""
    lists = Lists(
        leading=LEADING,
        settings=SETTINGS_WORDS,
        inner=INNER,
        units=frozenset(UNITS),
        durations=DURATION_UNITS,
        functions=frozenset((*names(load_library()), *MARKS)),
        fields=frozenset((*MARKET, *TEXTS, "entry")),
        members={base: tuple(parts) for base, parts in MEMBERS.items()},
    )
    return textmate(load(), lists)


def rendered() -> str:
    """The text of the TextMate grammar."""
    return json.dumps(grammar(), indent=2, ensure_ascii=False) + "\n"


def rendered_for_the_browser() -> str:
    """The rules of the TextMate grammar, each with the scopes of its groups, and the words that begin lines: the browser's editor colours and indents by them."""
    words: dict[str, Json] = {
        "statements": [*sorted(STATEMENT_WORDS)],
        "lines": [*sorted(LINE_WORDS)],
        "settings": [*sorted(SETTINGS_WORDS)],
        "attached": [*sorted({line.word for line in LINES if line.where == "attached"})],
    }
    patterns = grammar()["patterns"]
    assert isinstance(patterns, list)
    return json.dumps({"rules": [_rule(pattern) for pattern in patterns], "words": words}, indent=1, ensure_ascii=False) + "\n"


def _rule(pattern: Json) -> Json:
    """A rule as its expression and a scope, or the scopes of its groups in their order."""
    assert isinstance(pattern, dict)
    captures = pattern.get("captures")
    if not isinstance(captures, dict):
        return {"match": pattern["match"], "scope": pattern["name"]}
    scopes: list[Json] = []
    for number, capture in enumerate(captures.values(), 1):
        assert isinstance(capture, dict)
        assert str(number) in captures
        scopes.append(capture["name"])
    return {"match": pattern["match"], "groups": scopes}


def main() -> int:
    for target, text in ((TARGET, rendered()), (BROWSER_TARGET, rendered_for_the_browser())):
        target.write_text(text, encoding="utf-8")
        print(f"Wrote {target}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

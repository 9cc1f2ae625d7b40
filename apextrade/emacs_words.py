"""Writes lsp/emacs/apx-words.el, the words that Emacs colours: `python -m apextrade.emacs_words`, or `make docs`."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from apextrade.functions import names
from apextrade.highlighting import rendered as textmate_grammar
from compiler.builtins import MARKET, MARKS, MEMBERS, TEXTS
from compiler.words import INNER, LEADING, SETTINGS_WORDS, UNITS
from grammar.tables import GRAMMAR
from stdlib.library import load

TARGET = Path(GRAMMAR).parents[1] / "lsp" / "emacs" / "apx-words.el"
CONSTANTS = frozenset(("true", "false", "unknown"))
WIDTH = 100


def chains() -> list[str]:
    """`at next open`: words that are keywords together, the longest first, as the TextMate grammar has them."""
    for rule in json.loads(textmate_grammar())["patterns"]:
        match = str(rule["match"])
        if r"\s+" in match and rule.get("name") == "keyword.control.apx" and match.startswith(r"(?:^\s*)?\b(?:"):
            found = re.sub(r"\)\\b$", "", match.removeprefix(r"(?:^\s*)?\b(?:"))
            return [words.replace(r"\s+", " ") for words in found.split("|")]
    raise LookupError("the TextMate grammar has no chains of words")


def rendered() -> str:
    """The file's text."""
    lists: dict[str, Iterable[str]] = {
        "leading": sorted(LEADING),
        "settings": sorted(SETTINGS_WORDS),
        "inner": sorted(INNER - CONSTANTS),
        "constants": sorted(CONSTANTS),
        "chains": chains(),
        "functions": sorted({*names(load()), *MARKS}),
        "fields": sorted({*MARKET, *TEXTS, "entry"}),
        "members": sorted(f"{base}.{part}" for base, parts in MEMBERS.items() for part in parts),
        "units": sorted(unit for unit in UNITS if unit.isalnum()),
    }
    out = [
        ";;; apx-words.el --- The words of ApexTrade's language  -*- lexical-binding: t; -*-",
        "",
        ";;; Commentary:",
        ";; Made by `python -m apextrade.emacs_words`; changes belong in the declarations of the language.",
        "",
        ";;; Code:",
        "",
    ]
    for name, words in lists.items():
        out.append(f"(defconst apx-words-{name}\n{wrapped(words)})\n")
    return "\n".join([*out, "(provide 'apx-words)", ";;; apx-words.el ends here"]) + "\n"


def wrapped(words: Iterable[str]) -> str:
    """A quoted list, some words a line."""
    lines, line = [], "  '("
    for word in words:
        if len(line) + len(word) + 3 > WIDTH:
            lines.append(line.rstrip())
            line = "    "
        line += f'"{word}" '
    return "\n".join([*lines, line.rstrip() + ")"])


def main() -> int:
    TARGET.write_text(rendered(), encoding="utf-8")
    print(f"Wrote {TARGET}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

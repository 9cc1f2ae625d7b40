"""Writes grammar/apx.tmLanguage.json, which editors colour programs with: `python -m apextrade.highlighting`, or `make docs`.

The file is kept with the sources: editors and code hosts read it without running anything, and a test says when it is out of date.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from apextrade.functions import names
from compiler.builtins import MARKET, MARKS, MEMBERS, TEXTS
from compiler.words import DURATION_UNITS, INNER, LEADING, SETTINGS_WORDS, UNITS
from grammar.tables import GRAMMAR, load
from grammar.textmate import Lists, textmate
from stdlib.library import load as load_library

TARGET = Path(GRAMMAR).with_name("apx.tmLanguage.json")


def rendered() -> str:
    """The file's text."""
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
    return json.dumps(textmate(load(), lists), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    TARGET.write_text(rendered(), encoding="utf-8")
    print(f"Wrote {TARGET}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes lsp/vscode/snippets/apx.json, the snippets of editors: `python -m apextrade.snippets`, or `make docs`.

Every line of the language, and every phrase that is longer to type than its snippet, from their declarations; a test says when the file is out of date.
"""

from __future__ import annotations

import json
import re
import sys
from itertools import count
from pathlib import Path

from compiler.forms import FORMS, Form, Takes
from compiler.lines import LINES, LineForm
from grammar.tables import GRAMMAR

TARGET = Path(GRAMMAR).parents[1] / "lsp" / "vscode" / "snippets" / "apx.json"

# What stands in a phrase until the user types; each is understood where any of its kind is.
STARTS: dict[Takes, str] = {
    "number": "close", "same": "close", "anything": "close", "truth": "close > open", "bars": "3 bars", "duration": "1w", "text": '"SPY"',
}  # fmt: skip
STEP = 2
SHORT = 4
COMPARISONS = next(form.binds for form in FORMS if form.name == "less")
IF = next(form.binds for form in FORMS if form.name == "if")


def rendered() -> str:
    """The file's text."""
    found: dict[str, dict[str, str | list[str]]] = {}
    for line in LINES:
        found[line.label] = {"prefix": prefixes(line), "body": body(line).split("\n"), "description": line.doc}
    for form in (form for form in FORMS if is_phrase(form)):
        found[form.name] = {"prefix": prefix(form), "body": [phrase(form)], "description": form.doc}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def prefixes(line: LineForm) -> list[str]:
    """What is typed for a line: its leading word, or its label where several begin with the word."""
    return [line.word] if line.label == line.word else [line.word, line.label]


def body(line: LineForm) -> str:
    """The snippet of a line; what comes below is indented from the line itself, which the editor has put where it belongs."""
    first, *rest = line.snippet.split("\n")
    under_a_rule = line.where == "action" and any(text.startswith(" " * (2 * STEP)) for text in rest)
    return "\n".join([first, *(text[STEP:] if under_a_rule else text for text in rest)])


def is_phrase(form: Form) -> bool:
    """Whether a form is worth a snippet: `a crosses above b`, not `a + b`, and not `a or b`."""
    words = re.findall(r"[a-z_]{2,}", prefix(form))
    return len(words) > 1 or (len(words) == 1 and len(words[0]) > SHORT)


def prefix(form: Form) -> str:
    """What is typed for a phrase: its words without what stands between them."""
    return " ".join(re.sub(r"\{[a-z]+\}", " ", form.written).split())


def phrase(form: Form) -> str:
    """A phrase with each operand as a place to fill in, in parentheses where the phrase binds it tighter than what it begins as."""
    number = count(1)
    starts = iter(form.takes)

    def place(_: re.Match[str]) -> str:
        takes = next(starts)
        filled = f"${{{next(number)}:{STARTS[takes]}}}"
        return f"({filled})" if takes == "truth" and COMPARISONS < form.binds < IF else filled

    return re.sub(r"\{[a-z]+\}", place, form.written)


def main() -> int:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(rendered(), encoding="utf-8")
    print(f"Wrote {TARGET}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

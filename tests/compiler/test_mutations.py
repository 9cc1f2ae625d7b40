"""One slip of the finger in a good program: the mistake is said on its line, once, and never by a traceback.

What counts. A mutation changes one token, one character or one line of an example, outside comments; those that leave a good program
count for nothing. A slip is on the right line if the *first* error begins on the changed line; of a line written twice, on either of the
two. A deleted line is no longer there to be marked: it is told right if an error stands on a line beside the gap, or names what the line
declared. A misspelt declaration (`let aclm = …` used as `calm`) counts as wrong: the use is reported, not the declaration.
200 mutations, or as many as MUTATIONS says.
"""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from compiler.diagnostics import Diagnostic
from compiler.pipeline import check
from compiler.source import Source
from stdlib.library import load
from tests.examples.programs import SHELF

ROOT = Path(__file__).parents[2]
FILES = (*sorted((ROOT / "examples").glob("*.apx")), *sorted((Path(__file__).parent / "programs").glob("*.apx")))
TOKEN = re.compile(r'"[^"\n]*"|#[^\n]*|[A-Za-z_][A-Za-z0-9_]*|[0-9][0-9_.]*|\.\.|[<>=!]=|\S')
WORDS = (
    "close",
    "sma",
    "buy",
    "when",
    "and",
    "of",
    "20",
    "(",
    ")",
    ",",
    "=",
    ">",
    "position",
    "%",
    "at",
    "crosses",
    "let",
    "[",
    "]",
)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A changed program: what was done, on which line (0-based, in the new text)."""

    text: str
    line: int
    what: str
    gone: frozenset[str] = (
        frozenset()
    )  # names that a deleted line gave (a use of one is the place to report), or its word where a test lacks it


def mutate(text: str, draw: random.Random) -> Mutation:
    """One change of a token, a character or a line, outside comments."""
    source = Source(text)
    tokens = [m for m in TOKEN.finditer(text) if not m[0].startswith("#")]
    at = draw.randrange(1, len(tokens) - 1)
    token, after = tokens[at], tokens[at + 1]
    start, end = token.span()
    kind = draw.choice(
        (
            "delete token",
            "double token",
            "swap tokens",
            "replace token",
            "delete character",
            "double character",
            "replace character",
            "swap characters",
            "delete line",
            "double line",
        )
    )
    line = source.position(start).line
    starts = [*source.line_starts(), len(text)]
    gone: frozenset[str] = frozenset()
    match kind:
        case "delete token":
            new = text[:start] + text[end:]
        case "double token":
            new = f"{text[:end]} {token[0]}{text[end:]}"
        case "swap tokens":
            new = text[:start] + after[0] + text[end : after.start()] + token[0] + text[after.end() :]
        case "replace token":
            new = text[:start] + draw.choice(WORDS) + text[end:]
        case "delete character":
            new = text[:start] + text[start + 1 :]
        case "double character":
            new = text[:start] + text[start] + text[start:]
        case "replace character":
            new = text[:start] + draw.choice('abxz190.,_+-*/()<>%"é') + text[start + 1 :]
        case "swap characters":
            new = text[:start] + text[start : start + 2][::-1] + text[start + 2 :]
        case "delete line":
            new = text[: starts[line]] + text[starts[line + 1] :]
            deleted = text[starts[line] : starts[line + 1]]
            gone = frozenset(
                re.findall(r"\b(?:let|input|remember|define|given|as) (\w+)", deleted) + re.findall(r"^ +(expect) ", deleted)
            )
        case _:
            new = text[: starts[line + 1]] + text[starts[line] : starts[line + 1]] + text[starts[line + 1] :]
            line += 1
    return Mutation(new, line, f"{kind} at line {line + 1}: {token[0]!r}", gone)


def mutations(count: int, seed: int) -> list[Mutation]:
    draw = random.Random(seed)
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    found: list[Mutation] = []
    while len(found) < count:
        text = texts[len(found) % len(texts)]
        mutation = mutate(text, draw)
        if mutation.text != text:
            found.append(mutation)
    return found


def mistakes(text: str) -> list[Diagnostic]:
    return [d for d in check(text, load(), resolver=SHELF).diagnostics if d.severity == "error"]


def on_the_line(mutation: Mutation, found: list[Diagnostic]) -> bool:
    """Whether the first error begins on the changed line; a doubled line is told by the one before it as well."""
    near = {mutation.line - 1, mutation.line} if mutation.what.startswith("double line") else {mutation.line}
    return Source(mutation.text).position(min(d.span.start for d in found)).line in near


def tells_what_is_gone(mutation: Mutation, found: list[Diagnostic]) -> bool:
    """Whether an error stands beside a deleted line, or names what the line declared: the line itself is no longer there to be marked."""
    source = Source(mutation.text)
    beside = any(source.position(d.span.start).line in (mutation.line - 1, mutation.line) for d in found)
    return beside or any(f"`{word}`" in d.message for d in found for word in mutation.gone)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_programs_themselves_have_no_mistake(path: Path) -> None:
    assert [d.message for d in mistakes(path.read_text(encoding="utf-8"))] == []


def test_a_slip_is_reported_where_it_is_and_only_once() -> None:
    count = int(os.environ.get("MUTATIONS", "200"))
    broken = [(m, errors) for m, errors in ((m, mistakes(m.text)) for m in mutations(count, seed=20_240_601)) if errors]
    slips = [(m, errors) for m, errors in broken if not m.what.startswith("delete line")]
    deleted = [(m, errors) for m, errors in broken if m.what.startswith("delete line")]
    right = sum(on_the_line(m, errors) for m, errors in slips)
    told = sum(tells_what_is_gone(m, errors) for m, errors in deleted)
    counts = [len(errors) for _, errors in broken]
    elsewhere = sum(Source(m.text).position(d.span.start).line != m.line for m, errors in slips for d in errors)
    share = (right + told) / len(broken)
    print(
        f"\n{count} mutations, {len(broken)} with errors: {right} of {len(slips)} slips first told on their line, {told} of {len(deleted)} "
        f"deleted lines told ({share:.1%} in all); {sum(counts) / len(counts):.3f} errors each, most {max(counts)}; "
        f"{elsewhere / sum(counts):.1%} of the errors on other lines"
    )
    wrong = [f"{m.what}: {[d.message for d in errors]}" for m, errors in slips if not on_the_line(m, errors)]
    print("\n".join(wrong))
    assert len(broken) >= 0.8 * count
    assert share >= 0.96
    assert sum(counts) / len(counts) <= 1.1
    assert max(counts) <= 3
    assert elsewhere / sum(counts) <= (0.05 if count >= 1000 else 0.08)  # of a small sample a little more


@pytest.mark.parametrize("seed", range(10))
def test_no_slip_ends_in_a_traceback(seed: int) -> None:
    for mutation in mutations(60, seed):
        mistakes(mutation.text)

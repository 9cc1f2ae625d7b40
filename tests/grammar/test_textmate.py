"""The TextMate grammar colours every token as the compiler's own lexer and parser read it."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from apextrade.highlighting import TARGET, rendered
from compiler.text.automaton import classify
from compiler.text.slices import pieces_of
from compiler.text.tokens import LEAD, WORD, Token, chain_ifs, tokens_of
from compiler.words import UNITS

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("examples", "stdlib", "tests/oracle/programs", "tests/laws/frozen", "tests/compiler/programs")
    for path in (ROOT / folder).glob("*.apx")
)
EVERY_WORD = """apx 1
strategy "Every word"
trade "SPY", "QQQ" every 1h on session "09:30-16:00" in "America/New_York"
input n = 14 bars in 2 .. 50 step 2 "Length"
input f = 2 in [1, 2, 3]
require n > 3
settings
  capital 100_000 USD
  commission 1 USD per order
  slippage 2 ticks
  fills detail 1m
  pyramiding 3
  margin 50%
  flat 5m before close
  limit daily_loss 3%
  limit position 30%
define f(x = close, n = 14 bars)
  let y = x[1]
  give line = y, signal = sma(y, n)
remember peak = max(peak, close) initially unknown
let a = (close crosses above f(close).line) or not (close is rising for 3 bars)
let b = volume * 2 >= 1e-9 and close between low and high and close is new
let c = if true then 10 bps else if false then 2% else 0.5 end on 4h
let d = bars since (close > open) > 3 and a within last 5 bars and b has held for n
let e = close from "SPY" or_else hl2
when a and time.hour > 9 and position.size == 0
  buy risking 1% of equity at stop high + 1 tick limit high * 1.01 named "core"
    stop loss at entry - 2 * atr(14)
    take profit at 3 R
    trail by 2% after 1.5
    hold at most 20 bars
    expire after 5 bars
  notify "up at {close} on {symbol}"
otherwise
  sell 50% of position
  exit "core" at next open
  cancel "core"
every month end where d
  hold top 10 of members by a where b weighted equally
every day at "15:45"
  short 5_000 USD at this close
  cover at limit close
  exit position
  protect 50% of position named "core"
    stop loss at 2%
plot a "Up", b
alert when a "text"   # a comment at the end
## documentation
test "t"
  with n = 3 bars
  given close = [1, -2, unknown]
  expect buy at bar 2
  expect no order
  expect a at bar 1 is 10.5 within 1e-9
  expect position 0 at bar 2
"""
GRAMMAR = json.loads(TARGET.read_text(encoding="utf-8"))
PATTERNS = [(re.compile(p["match"]), p) for p in GRAMMAR["patterns"]]


def scopes(line: str) -> list[str]:
    """The scope of every character of a line: the earliest match wins, of several the first in the list."""
    found, at = [""] * len(line), 0
    while at < len(line):
        best: tuple[re.Match[str], Any] | None = None
        for pattern, rule in PATTERNS:
            match = pattern.search(line, at)
            if match and match.end() > match.start() and (best is None or match.start() < best[0].start()):
                best = (match, rule)
        if best is None:
            break
        match, rule = best
        for i in range(*match.span()):
            found[i] = rule.get("name", "")
        for group, capture in rule.get("captures", {}).items():
            for i in range(*match.span(int(group))):
                found[i] = capture["name"]
        at = match.end()
    return found


def category(scope: str) -> str:
    for start, kind in (
        ("comment", "comment"), ("string", "string"), ("constant.numeric", "number"), ("keyword.other.unit", "unit"), ("keyword.control", "keyword"),
        ("keyword.operator.word", "keyword"), ("constant.language", "keyword"), ("support.function", "name"), ("entity.name", "name"), ("variable", "name"),
        ("keyword.operator", "sign"), ("punctuation", "sign"),
    ):  # fmt: skip
        if scope.startswith(start):
            return kind
    return "nothing"


def read_as(text: str) -> list[tuple[Token, tuple[str, ...]]]:
    """Every token of a program with the categories that the parser's reading allows it."""
    found: list[tuple[Token, tuple[str, ...]]] = []
    for piece in pieces_of(text):
        tokens = tokens_of(text, piece.start, piece.end, bool(piece.word), [])
        if piece.in_settings:
            tokens = [t._replace(kind="NAME") if t.text in ("limit", "short") and t.kind != LEAD else t for t in tokens]
        joined = chain_ifs(tokens)
        terminals = classify(joined)
        assert terminals is not None, text[piece.start : piece.end]
        for before, (token, terminal) in zip([None, *joined], zip(joined, terminals, strict=False), strict=False):
            if terminal == "NAME":
                kinds: tuple[str, ...] = ("name",)
            elif terminal == "POSITION":
                kinds = ("name", "keyword")
            elif terminal in ("NUMBER", "DURATION"):
                kinds = ("number",)
            elif terminal == "STRING":
                kinds = ("string",)
            elif terminal == "CURRENCY" or (token.text in UNITS and before is not None and before.kind == "NUMBER"):
                kinds = ("unit",)
            elif token.kind in (WORD, LEAD, "ELSE_IF"):
                kinds = ("keyword",)
            else:
                kinds = ("sign",)
            found.append((token, kinds))
    return found


def disagreements(text: str, scoped: list[list[str]]) -> list[str]:
    starts = [0, *itertools.accumulate(len(line) for line in text.splitlines(keepends=True))]
    wrong = []
    for token, kinds in read_as(text):
        line = next(i for i in range(len(starts) - 1) if starts[i] <= token.start < starts[i + 1])
        there = {
            category(scoped[line][i])
            for i in range(token.start - starts[line], min(token.end, starts[line + 1]) - starts[line])
            if not text[starts[line] + i].isspace()
        }
        if len(there) != 1 or not there <= set(kinds):
            wrong.append(f"line {line + 1}: {token.text!r} is {kinds}, coloured {there}")
    for i, line_text in enumerate(text.splitlines()):
        at = re.sub(r'"[^"]*"', lambda m: "_" * len(m[0]), line_text).find("#")
        if at >= 0 and {category(scope) for scope in scoped[i][at : len(line_text)]} != {"comment"}:
            wrong.append(f"line {i + 1}: the comment is coloured {scoped[i][at:]}")
    return wrong


def test_it_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == rendered(), "run `make docs` (python -m apextrade.highlighting)"


def test_every_pattern_is_a_regular_expression_of_both_engines() -> None:
    """Python reads them all; what Oniguruma would read otherwise is not used."""
    for _, rule in PATTERNS:
        assert "(?P<" not in rule["match"]
        assert not re.search(r"\(\?<[=!][^)]*[*+]", rule["match"]), "a look behind of any length"


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_tokens_of_a_program_have_the_colour_of_their_kind(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert disagreements(text, [scopes(line) for line in text.splitlines()]) == [], "\n".join(
        disagreements(text, [scopes(line) for line in text.splitlines()])
    )


def test_every_word_of_the_grammar_has_the_colour_of_its_place() -> None:
    assert disagreements(EVERY_WORD, [scopes(line) for line in EVERY_WORD.splitlines()]) == []


@pytest.mark.parametrize(
    "line",
    [
        "let step = 3",
        "plot last, top, named, per",
        "let x = loss + profit - most",
        "let version = order(next, open)",
        "let day = month / week",
    ],
)
def test_words_that_are_not_reserved_are_names_where_names_stand(line: str) -> None:
    assert disagreements(line, [scopes(line)]) == []


def modules() -> Path | None:
    """Where vscode-textmate and vscode-oniguruma are installed: TEXTMATE_MODULES, or node_modules beside this file or in frontend."""
    here = str(Path(__file__).with_name("node_modules"))
    for place in (os.environ.get("TEXTMATE_MODULES", ""), here, str(ROOT / "frontend" / "node_modules")):
        if place and (Path(place) / "vscode-textmate").is_dir() and (Path(place) / "vscode-oniguruma").is_dir():
            return Path(place)
    return None


def test_the_engine_of_editors_colours_as_the_one_above() -> None:
    node, place = shutil.which("node"), modules()
    if node is None or place is None:
        lacks = [
            name
            for name, missing in (
                ("node", node is None),
                ("npm packages vscode-textmate and vscode-oniguruma (`npm install` in tests/grammar)", place is None),
            )
            if missing
        ]
        pytest.skip(f"not here: {', '.join(lacks)}")
    texts = [EVERY_WORD, *(path.read_text(encoding="utf-8") for path in FILES)]
    done = subprocess.run(
        [node, str(Path(__file__).with_name("textmate_tokens.mjs")), str(place), str(TARGET)],
        input=json.dumps(texts), capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    for text, lines in zip(texts, json.loads(done.stdout), strict=True):
        assert disagreements(text, [[scope.removeprefix("source.apx") for scope in line] for line in lines]) == []

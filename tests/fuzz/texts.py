"""Programs to try the compiler on, each made from its number alone: generated, mutated, spliced, or no program at all."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from compiler.words import DURATION_UNITS, RESERVED, SETTINGS_WORDS, UNITS
from tests.generators.programs import Writer, written

ROOT = Path(__file__).parents[2]
FOLDERS = ("examples", "tests/compiler/broken", "tests/compiler/programs", "tests/oracle/programs", "tests/laws/frozen", "stdlib")
TOKEN = re.compile(r'"[^"\n]*"|#[^\n]*|[A-Za-z_]\w*|[0-9][0-9_.]*|\.\.|[<>=!]=|\s+|\S')
# What is put where it does not belong: every word of the language, signs, units, and characters that trip readers of text.
PIECES = (
    *sorted(RESERVED | SETTINGS_WORDS), *sorted(set(UNITS)), *(f"3{unit}" for unit in DURATION_UNITS),
    *"()[],.=<>+-*/%!&|:#\"'", "==", "!=", "<=", ">=", "..", "&&", ":=", "=>", "//", "0", "1", "-1", "1e308", "1e-308", "1e999", "0.1", "9999999999999999999",
    "1_000", "1__0", "1.", ".5", "100%", "20 bars", "1 USD", "2 R", "close", "position", "position.size", "account.equity", "entry",
    "sma(", "rsi(14)", "x", "f(", "apx 1", "\n", "\r", "\r\n", "\t", " ", "\u2028", "\x0c", "\x00", "\ufeff", "é", "😀", "\u200b", "\u201c", "\u0661", "\ud800",
)  # fmt: skip


@dataclass(slots=True)
class Seeded(Writer):
    """A writer of programs whose choices come from a seed: a hundred times as fast as a search."""

    choose: random.Random | None = None

    def pick(self, options: Any) -> str:
        assert self.choose is not None
        return str(self.choose.choice(options))

    def number(self, low: int, high: int) -> int:
        assert self.choose is not None
        return self.choose.randint(low, high)


def never(*_: object) -> Any:
    raise AssertionError("a seeded writer draws from its seed")


@cache
def corpus() -> tuple[str, ...]:
    """Every program in the repository, in the order of their names."""
    found = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.apx"))
    return tuple(path.read_text(encoding="utf-8") for path in found)


def text_of(number: int) -> tuple[str, str]:
    """The program of a number, and how it was made."""
    draw = random.Random(number)
    kind = draw.choices(("generated", "mutated generated", "mutated", "spliced", "bytes", "soup"), (25, 20, 30, 10, 10, 5))[0]
    if kind == "generated":
        return generated(draw), kind
    if kind == "mutated generated":
        return mutated(generated(draw), draw), kind
    base = draw.choice(corpus())
    if kind == "mutated":
        return mutated(base, draw), kind
    if kind == "spliced":
        return spliced(base, draw.choice(corpus()), draw), kind
    if kind == "bytes":
        return scrambled(base, draw), kind
    return "".join(draw.choice(PIECES) + draw.choice((" ", "", " ", "\n")) for _ in range(draw.randint(1, 80))), kind


def generated(draw: random.Random) -> str:
    """A program that should compile."""
    orders = draw.random() < 0.5
    literals, finite = draw.random() < 0.8, draw.random() < 0.2
    return written(Seeded(never, literals=literals, finite=finite, choose=draw), orders, draw.randint(1, 3))


def mutated(text: str, draw: random.Random) -> str:
    """One to six changes of whole tokens."""
    tokens = TOKEN.findall(text)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 6))):
        if not tokens:
            break
        at = draw.randrange(len(tokens))
        match draw.randrange(8):
            case 0:
                del tokens[at]
            case 1:
                tokens.insert(at, tokens[at])
            case 2:
                tokens.insert(at, draw.choice(PIECES))
            case 3:
                tokens[at] = draw.choice(PIECES)
            case 4:
                other = draw.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case 5:
                tokens[at] = draw.choice(tokens)
            case 6:
                end = min(len(tokens), at + draw.randint(1, 30))
                del tokens[at:end]
            case _:
                end = min(len(tokens), at + draw.randint(1, 30))
                where = draw.randrange(len(tokens) + 1)
                tokens[where:where] = tokens[at:end]
    return "".join(tokens)


def spliced(text: str, other: str, draw: random.Random) -> str:
    """Lines of two programs mixed."""
    lines, more = text.splitlines(keepends=True), other.splitlines(keepends=True)
    for _ in range(draw.randint(1, 12)):
        at = draw.randrange(len(lines) + 1)
        take = draw.randrange(len(more))
        lines[at : at + draw.randint(0, 3)] = more[take : take + draw.randint(1, 5)]
    return "".join(lines)


def scrambled(text: str, draw: random.Random) -> str:
    """Bytes changed, and read again as text the way a careless editor would."""
    data = bytearray(text.encode())
    for _ in range(draw.randint(1, 20)):
        at = draw.randrange(len(data))
        match draw.randrange(4):
            case 0:
                data[at] = draw.randrange(256)
            case 1:
                data[at] ^= 1 << draw.randrange(8)
            case 2:
                del data[at]
            case _:
                data.insert(at, draw.randrange(256))
        if not data:
            break
    return data.decode("utf-8", errors=draw.choice(("replace", "ignore", "surrogateescape")))

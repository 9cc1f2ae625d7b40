"""Loads the library: primitives, and the definitions of the .apx files, cut into cards and parsed only when used."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from compiler.library import Definition, FunctionLibrary
from stdlib.kernels.scalar import SCALARS
from stdlib.primitives import PRIMITIVES

FILES: tuple[str, ...] = (
    "arithmetic.apx",
    "averages.apx",
    "oscillators.apx",
    "volatility.apx",
    "trend.apx",
    "volume.apx",
    "statistics.apx",
    "events.apx",
    "cycles.apx",
    "levels.apx",
    "candles.apx",
    "candle_patterns.apx",
)


@cache
def load() -> FunctionLibrary:
    """The library that comes with the language; the same object on every call."""
    digest = hashlib.sha256()
    definitions: dict[str, Definition] = {}
    for file in FILES:
        text = (Path(__file__).parent / file).read_text(encoding="utf-8")
        digest.update(text.encode())
        for definition in cut(text, file):
            if definition.name in definitions:
                raise ValueError(f"{file}: `{definition.name}` is defined twice, first in {definitions[definition.name].file}")
            definitions[definition.name] = definition
    primitives = {p.name: p for p in PRIMITIVES}
    for p in PRIMITIVES:
        digest.update(f"{p.name} {p.parameters} {p.results} {p.version}\n".encode())
    return FunctionLibrary(primitives, definitions, SCALARS, digest.hexdigest())


def cut(text: str, file: str) -> list[Definition]:
    """The definitions of a library file, each with the documentation lines above it, in the order of the file.

    A card starts at the first `##` line of a block of them, or at a line that starts with `define`, and ends before the next.
    """
    cards: list[Definition] = []
    lines = text.splitlines(keepends=True)
    starts = [i for i, line in enumerate(lines) if line.startswith("define ")]
    heads = []
    for i in starts:
        head = i
        while head and lines[head - 1].startswith("##"):
            head -= 1
        heads.append(head)
    for i, head, end in zip(starts, heads, [*heads[1:], len(lines)], strict=True):
        name = lines[i][len("define ") :].split("(", 1)[0].strip()
        cards.append(Definition(name, "".join(lines[head:end]).rstrip() + "\n", file))
    return cards

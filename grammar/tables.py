"""LALR(1) tables of grammar/apx.lark, as plain data that loads in a few milliseconds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GRAMMAR = Path(__file__).with_name("apx.lark")
GENERATED = Path(__file__).with_name("tables.json")


@dataclass(frozen=True, slots=True)
class Rule:
    """One alternative. `name` is its alias, else its origin; `keep` says which of its symbols have a value worth keeping."""

    origin: str
    name: str
    keep: tuple[bool, ...]
    passes: bool  # a single kept child stands for the whole
    splices: bool  # a helper of `*`, `+`, `?`: its children become its parent's


@dataclass(frozen=True, slots=True)
class Tables:
    """`actions[state][terminal]` is a state to go to (>= 0) or `~rule` to reduce by; `gotos[state][origin]` a state.

    starts, ends: the first state and the accepting state of each start symbol. The end of input is the terminal `$END`.
    patterns: terminals with a regular expression or punctuation, in the order in which they are tried.
    words: for each word in the grammar, its terminals.
    """

    actions: tuple[Mapping[str, int], ...]
    gotos: tuple[Mapping[str, int], ...]
    rules: tuple[Rule, ...]
    starts: Mapping[str, int]
    ends: Mapping[str, int]
    patterns: tuple[tuple[str, str], ...]
    words: Mapping[str, tuple[str, ...]]


@cache
def load() -> Tables:
    """The tables: the generated ones if they were made from this very grammar, else built now (which needs Lark and 0.4 s)."""
    text = GRAMMAR.read_text(encoding="utf-8")
    try:
        tables = read(GENERATED.read_text(encoding="utf-8"), text)
    except FileNotFoundError:
        tables = None
    if tables is None:
        from grammar.build import build

        tables = build(text)
    return tables


def read(content: str, grammar: str) -> Tables | None:
    """Tables from their JSON; None if they were made from another grammar."""
    data = json.loads(content)
    if data["grammar"] != grammar:
        return None
    rows = [dict(zip(data["shapes"][shape], values, strict=True)) for shape, values in data["rows"]]
    return Tables(
        actions=tuple(rows[i] for i in data["actions"]),
        gotos=tuple(rows[i] for i in data["gotos"]),
        rules=tuple(Rule(origin, name, tuple(keep), passes, splices) for origin, name, keep, passes, splices in data["rules"]),
        starts=data["starts"],
        ends=data["ends"],
        patterns=tuple((name, pattern) for name, pattern in data["patterns"]),
        words={word: tuple(names) for word, names in data["words"].items()},
    )

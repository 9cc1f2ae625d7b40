"""A TextMate grammar made from the parse tables: what editors without a language server colour a program with.

Words that are reserved are known anywhere. The others are keywords only in their places (`loss` after `stop`, `named` before a text): these
places are read off the automaton. The lists that the grammar does not hold (units, names of the library) are handed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from grammar.tables import Tables

LONGEST_CHAIN = 4

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Lists:
    """What the grammar itself does not say. `members`: the parts of names such as `position`."""

    leading: frozenset[str]
    settings: frozenset[str]
    inner: frozenset[str]
    units: frozenset[str]
    durations: tuple[str, ...]
    functions: frozenset[str]
    fields: frozenset[str]
    members: Mapping[str, tuple[str, ...]]


def textmate(tables: Tables, lists: Lists) -> dict[str, Json]:
    """The grammar, ready to be written as JSON."""
    reserved = lists.leading | lists.inner
    constants = lists.inner & {"true", "false", "unknown"}
    before = sorted(_told_by_what_follows(tables, reserved | lists.units))
    firsts = reserved | lists.settings | set(before)
    chains = sorted(_chains(tables, reserved, firsts), key=lambda words: (-len(words), words))
    operand = rf"(?=\s+(?:\"|[0-9]|(?!(?:{_any(reserved)})\b)[a-z_]))"
    word_units = [unit for unit in lists.units if unit.isalnum()]
    name = "[a-z_][a-z0-9_]*"
    patterns: list[Json] = [
        _rule(r"##.*$", "comment.line.documentation.apx"),
        _rule(r"#.*$", "comment.line.number-sign.apx"),
        {"match": r"\"[^\"]*\"?", "name": "string.quoted.double.apx"},
        _rule(rf"\b[0-9]+(?:{_any(lists.durations)})\b", "constant.numeric.duration.apx"),
        {
            "match": rf"([0-9]+(?:_[0-9]+)*(?:\.[0-9]+(?:_[0-9]+)*)?(?:[eE][+-]?[0-9]+)?)(?:(%)|\s*\b({_any(word_units)}|[A-Z]{{3,5}})\b(?!\s+since\b))?",
            "captures": _captures("constant.numeric.apx", "keyword.other.unit.apx", "keyword.other.unit.apx"),
        },
        _rule(rf"(?:^\s*)?\b(?:{'|'.join(_spaced(words) for words in chains)})\b", "keyword.control.apx"),
        _rule(rf"^\s*(?:{_any(lists.leading | lists.settings)})\b", "keyword.control.apx"),
        _rule(rf"\b(?:{_any(before)})\b{operand}", "keyword.control.apx"),
        _rule(rf"(?<!\.)\b(?:{_any(constants)})\b", "constant.language.apx"),
        _rule(rf"(?<!\.)\b(?:{_any(reserved - constants)})\b", "keyword.operator.word.apx"),
        _rule(rf"(?<!\.)\b(?:{_any(lists.functions)})(?=\s*\()", "support.function.apx"),
        _rule(rf"(?<!\.)\b{name}(?=\s*\()", "entity.name.function.apx"),
        *(_field(base, parts) for base, parts in sorted(lists.members.items())),
        _rule(rf"(?<!\.)\b(?:{_any(lists.fields)})\b", "variable.language.apx"),
        _rule(rf"\b{name}\b", "variable.other.apx"),
        _rule(r"<=|>=|==|!=|<|>", "keyword.operator.comparison.apx"),
        _rule(r"=", "keyword.operator.assignment.apx"),
        _rule(r"\.\.", "keyword.operator.range.apx"),
        _rule(r"[-+*/]", "keyword.operator.arithmetic.apx"),
        _rule(r"[()\[\],.]", "punctuation.apx"),
    ]
    return {
        "name": "ApexTrade",
        "scopeName": "source.apx",
        "fileTypes": ["apx"],
        "patterns": patterns,
    }


def _rule(match: str, name: str) -> dict[str, Json]:
    return {"match": match, "name": name}


def _field(base: str, parts: tuple[str, ...]) -> dict[str, Json]:
    """`position.size`: a name of the language with its part."""
    scopes = _captures("variable.language.apx", "punctuation.accessor.apx", "variable.language.apx")
    return {"match": rf"(?<!\.)\b({base})(?:(\.)({_any(parts)}))?\b", "captures": scopes}


def _captures(*names: str) -> dict[str, Json]:
    return {str(i): {"name": name} for i, name in enumerate(names, 1)}


def _any(words: Iterable[str]) -> str:
    """One of some words, the longest first, so that none hides another."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _spaced(words: tuple[str, ...]) -> str:
    return r"\s+".join(words)


def _words(tables: Tables) -> dict[str, str]:
    """Terminals that are words, with the word."""
    return {terminal: word for word, terminals in tables.words.items() for terminal in terminals}


def _reached_by(tables: Tables) -> dict[int, str]:
    """The symbol that leads to each state: in an LALR automaton there is one."""
    found: dict[int, str] = {}
    for row in (*tables.actions, *tables.gotos):
        found.update({target: symbol for symbol, target in row.items() if target >= 0})
    return found


def _chains(tables: Tables, known: frozenset[str], firsts: frozenset[str]) -> set[tuple[str, ...]]:
    """`at next open`: words that follow each other directly, the first one of `firsts`, the last a keyword only here."""
    words = _words(tables)
    found: set[tuple[str, ...]] = set()

    def follow(state: int, so_far: tuple[str, ...], sure: bool = True) -> None:
        if len(so_far) > 1 and so_far[-1] not in known and sure:
            found.add(so_far)
        if len(so_far) == LONGEST_CHAIN:
            return
        row = tables.actions[state]
        for terminal, target in row.items():
            word = words.get(terminal)
            if target < 0 or word is None:
                continue
            # Where a name may stand, only a word that settles it makes this a keyword: the `order` of `expect no order`.
            sure = word in known or "NAME" not in row
            if sure or tables.actions[target].keys() <= words.keys():
                follow(target, (*so_far, word), sure)

    for state, symbol in _reached_by(tables).items():
        if words.get(symbol) in firsts:
            follow(state, (words[symbol],))
    return found


def _told_by_what_follows(tables: Tables, known: frozenset[str]) -> Iterator[str]:
    """`named "tag"`: words that stand after an operand and before another, where no name ever is."""
    words = _words(tables)
    reached = _reached_by(tables)
    met: set[str] = set()
    for state, row in enumerate(tables.actions):
        if reached.get(state) in words:
            continue  # told by the word before
        for terminal, target in row.items():
            word = words.get(terminal)
            if word is None or word in known or word in met or target < 0 or "NAME" in row:
                continue
            met.add(word)
            yield word

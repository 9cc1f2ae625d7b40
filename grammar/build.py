"""Makes the parse tables from grammar/apx.lark. `python -m grammar.build` writes them beside it; setup does the same."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lark import Lark
from lark.grammar import Rule as LarkRule
from lark.lexer import PatternStr

from grammar.tables import GENERATED, GRAMMAR, Rule, Tables

STARTS = ("file", "line")


def build(text: str) -> Tables:
    """Tables of a grammar. Raises Lark's GrammarError where it is not LALR(1)."""
    lark = Lark(text, parser="lalr", lexer="contextual", start=list(STARTS), maybe_placeholders=False)
    table = lark.parser.parser._parse_table
    states = _in_order(table)
    number = {state: i for i, state in enumerate(states)}
    rules: list[LarkRule] = list(lark.rules)
    rule_number = {rule: i for i, rule in enumerate(rules)}
    actions: list[dict[str, int]] = []
    gotos: list[dict[str, int]] = []
    nonterminals = {rule.origin.name for rule in rules}
    for state in states:
        row: dict[str, int] = {}
        goto: dict[str, int] = {}
        for symbol, (action, argument) in sorted(table.states[state].items(), key=lambda item: item[0]):
            if symbol in nonterminals:
                goto[symbol] = number[argument]
            elif action.name == "Shift":
                row[symbol] = number[argument]
            else:
                row[symbol] = ~rule_number[argument]
        actions.append(row)
        gotos.append(goto)
    words: dict[str, list[str]] = {}
    patterns: list[tuple[int, int, str, str]] = []
    for terminal in lark.terminals:
        value = terminal.pattern.value
        if isinstance(terminal.pattern, PatternStr) and re.fullmatch(r"[A-Za-z_]+", value):
            words.setdefault(value, []).append(terminal.name)
        else:
            pattern = re.escape(value) if isinstance(terminal.pattern, PatternStr) else value
            patterns.append((-terminal.priority, -len(value), terminal.name, pattern))
    return Tables(
        actions=tuple(actions),
        gotos=tuple(gotos),
        rules=tuple(_rule(rule) for rule in rules),
        starts={start: number[table.start_states[start]] for start in STARTS},
        ends={start: number[table.end_states[start]] for start in STARTS},
        patterns=tuple((name, pattern) for _, _, name, pattern in sorted(patterns)),
        words={word: tuple(sorted(names)) for word, names in sorted(words.items())},
    )


def _in_order(table: Any) -> list[int]:
    """The states as they are met from the starts on: Lark's own numbers differ from run to run."""
    order = [table.start_states[start] for start in STARTS]
    met = set(order)
    for state in order:  # grows while it is read
        for _, (_, argument) in sorted(table.states[state].items(), key=lambda item: item[0]):
            if not isinstance(argument, LarkRule) and argument not in met:
                met.add(argument)
                order.append(argument)
    return order


def _rule(rule: LarkRule) -> Rule:
    everything = bool(rule.options.keep_all_tokens)
    keep = tuple(everything or not getattr(symbol, "filter_out", False) for symbol in rule.expansion)
    origin = str(rule.origin.name)
    return Rule(origin, str(rule.alias or origin), keep, bool(rule.options.expand1 and not rule.alias), origin.startswith("_"))


def render(text: str, tables: Tables) -> str:
    """The tables as JSON. Rows that are equal are written once, and so are their terminals."""
    shapes: dict[tuple[str, ...], int] = {}
    rows: dict[tuple[int, tuple[int, ...]], int] = {}

    def number_of(row: Mapping[str, int]) -> int:
        shape = shapes.setdefault(tuple(row), len(shapes))
        return rows.setdefault((shape, tuple(row.values())), len(rows))

    data = {
        "grammar": text,
        "actions": [number_of(row) for row in tables.actions],
        "gotos": [number_of(row) for row in tables.gotos],
        "rules": [[r.origin, r.name, r.keep, r.passes, r.splices] for r in tables.rules],
        "starts": dict(tables.starts),
        "ends": dict(tables.ends),
        "patterns": tables.patterns,
        "words": dict(tables.words),
        "shapes": list(shapes),
        "rows": list(rows),
    }
    return json.dumps(data, separators=(",", ":"))


def write(path: Path = GENERATED) -> bool:
    """Write the tables unless those on disk were made from this very grammar. Says whether it wrote."""
    text = GRAMMAR.read_text(encoding="utf-8")
    content = render(text, build(text))
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return False
    # Another process may be reading: it sees the old tables or the new, never half of them.
    partial = path.with_name(f"{path.name}.{os.getpid()}")
    partial.write_text(content, encoding="utf-8")
    partial.replace(path)
    return True


if __name__ == "__main__":
    print(f"{GENERATED.name}: {'written' if write() else 'up to date'}")

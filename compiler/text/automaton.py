"""The LALR(1) automaton: tokens in, a syntax node out, or the place where no rule of the grammar goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from compiler.source import Span
from compiler.text.reductions import EXPRESSIONS, ORDERS, STATEMENTS, Reduction, Values
from compiler.text.tokens import LEAD, WORD, Token
from compiler.words import LEADING, RESERVED, SETTINGS_WORDS
from grammar.tables import load


def _flat(span: Span, values: Values) -> list[object]:
    """A statement with lines under it, as its lines in order."""
    lines: list[object] = []
    for value in values:
        if isinstance(value, list):
            lines.extend(value)
        else:
            lines.append(value)
    return lines


_WHOLE: dict[str, Reduction] = dict.fromkeys(("file", "define_block", "when", "every", "settings", "test"), _flat)

_PASS, _SPLICE, _BUILD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class _Step:
    """What a reduction does."""

    size: int
    origin: str
    kind: int
    kept: tuple[int, ...] | None  # None: all
    build: Callable[[Span, Values], object]


@dataclass(frozen=True, slots=True)
class _Machine:
    """The tables of one grammar."""

    actions: Sequence[Mapping[str, int]]
    gotos: Sequence[Mapping[str, int]]
    steps: tuple[_Step, ...]
    starts: Mapping[str, int]
    ends: Mapping[str, int]
    leads: Mapping[str, str]
    inline: Mapping[str, tuple[str, ...]]


@cache
def _machine() -> _Machine:
    tables = load()
    reductions = {**EXPRESSIONS, **ORDERS, **STATEMENTS, **_WHOLE}
    steps = []
    for rule in tables.rules:
        kept = tuple(i for i, keep in enumerate(rule.keep) if keep)
        kind = _SPLICE if rule.splices else _PASS if rule.passes and len(kept) == 1 else _BUILD
        build = reductions.get(rule.name, _flat) if kind != _BUILD else reductions[rule.name]
        steps.append(_Step(len(rule.keep), rule.origin, kind, None if len(kept) == len(rule.keep) else kept, build))
    leads, inline = {}, {}
    for word, terminals in tables.words.items():
        inside = tuple(name for name in terminals if name.endswith("_INLINE"))
        outside = tuple(name for name in terminals if name not in inside)
        if word in LEADING:
            (leads[word],) = outside
        elif word in SETTINGS_WORDS:
            (leads[word],) = outside
            inside = outside if word == "limit" else ()  # `at stop P limit Q`
        else:
            inside = outside
        inline[word] = inside if word in RESERVED else (*inside, "NAME")
    for word in LEADING | SETTINGS_WORDS:
        if word not in leads:
            raise ValueError(f"the grammar has no line that begins with {word}")
    return _Machine(tables.actions, tables.gotos, tuple(steps), tables.starts, tables.ends, leads, inline)


_NAME_ONLY = ("NAME",)


def terminal_of(token: Token, row: Mapping[str, int]) -> str:
    """The terminal a token is where the parser can take those of `row`; one that is not in it if none fits."""
    if token.kind == WORD:
        candidates = _machine().inline.get(token.text, _NAME_ONLY)
        for candidate in candidates:
            if candidate in row:
                return candidate
        return candidates[-1] if candidates else f"{token.text.upper()}_MISPLACED"
    if token.kind == LEAD:
        return _machine().leads.get(token.text, "NAME")
    return token.kind


@dataclass(frozen=True, slots=True)
class Failure:
    """Parsing stopped before tokens[index]. `stack` holds the states that led there."""

    index: int
    stack: tuple[int, ...]

    def row(self) -> Mapping[str, int]:
        return _machine().actions[self.stack[-1]]

    def takes(self, terminals: Iterable[str]) -> bool:
        """Whether the parser could go on with these terminals in turn."""
        stack = list(self.stack)
        return all(_advance(stack, terminal) for terminal in terminals)

    def expected(self) -> frozenset[str]:
        """The terminals that could stand here."""
        return frozenset(
            terminal for terminal in self.row() if self.takes((terminal,)) or (terminal == "$END" and self.can_end())
        )

    def can_end(self) -> bool:
        """Whether the line could end here."""
        machine = _machine()
        stack = list(self.stack)
        while stack[-1] not in machine.ends.values():
            action = machine.actions[stack[-1]].get("$END")
            if action is None or action >= 0:
                return action is not None
            step = machine.steps[~action]
            if step.size:
                del stack[-step.size :]
            stack.append(machine.gotos[stack[-1]][step.origin])
        return True


def run(tokens: Sequence[Token], start: str) -> Any:
    """What tokens, of which the last is END, say from the start symbol `line` or `file`; a Failure if they cannot be read."""
    machine = _machine()
    actions, gotos, steps, inline, leads = machine.actions, machine.gotos, machine.steps, machine.inline, machine.leads
    end_state = machine.ends[start]
    state = machine.starts[start]
    states = [state]
    values: Values = [None]
    begins = [0]
    stops = [0]
    for index, token in enumerate(tokens):
        kind = token.kind
        row = actions[state]
        if kind == "WORD":
            for candidate in inline.get(token.text, _NAME_ONLY):
                if candidate in row:
                    kind = candidate
                    break
        elif kind == "LEAD":
            kind = leads.get(token.text, "NAME")
        elif kind == "$END" and state == end_state:
            return values[-1]
        while True:
            action = row.get(kind)
            if action is None:
                return Failure(index, tuple(states))
            if action >= 0:
                state = action
                states.append(state)
                values.append(token)
                begins.append(token.start)
                stops.append(token.end)
                break
            step = steps[~action]
            size = step.size
            if size == 1 and step.kind == _PASS:  # most reductions: a single value climbs a level of the grammar
                state = states[-1] = gotos[states[-2]][step.origin]
            else:
                if size:
                    begin, stop = begins[-size], stops[-1]
                    taken = values[-size:]
                    del values[-size:], states[-size:], begins[-size:], stops[-size:]
                    if step.kept is not None:
                        taken = [taken[i] for i in step.kept]
                    if step.kind == _PASS:
                        value = taken[0]
                    elif (
                        step.kind == _SPLICE and taken and type(taken[0]) is _Several
                    ):  # a list that grows: nothing else holds it
                        value = taken[0]
                        for part in taken[1:]:
                            value.extend(part if type(part) is _Several else (part,))
                    else:
                        for value in taken:
                            if type(value) is _Several:
                                taken = [part for value in taken for part in (value if type(value) is _Several else (value,))]
                                break
                        value = _Several(taken) if step.kind == _SPLICE else step.build(Span(begin, stop), taken)
                else:
                    begin = stop = token.start
                    value = step.build(Span(begin, begin), [])
                state = gotos[states[-1]][step.origin]
                states.append(state)
                values.append(value)
                begins.append(begin)
                stops.append(stop)
            if kind == "$END" and state == end_state:
                return values[-1]
            row = actions[state]
    return Failure(len(tokens) - 1, tuple(states))


def classify(tokens: Sequence[Token], start: str = "line") -> list[str] | None:
    """The terminal that each token turned out to be; None if the tokens cannot be read."""
    machine = _machine()
    stack = [machine.starts[start]]
    found: list[str] = []
    for token in tokens[:-1]:
        terminal = terminal_of(token, machine.actions[stack[-1]])
        if not _advance(stack, terminal):
            return None
        found.append(terminal)
    return found


def _advance(stack: list[int], terminal: str) -> bool:
    """Take a terminal; False where none of the grammar's rules goes on with it."""
    machine = _machine()
    while True:
        action = machine.actions[stack[-1]].get(terminal)
        if action is None:
            return False
        if action >= 0:
            stack.append(action)
            return True
        step = machine.steps[~action]
        if step.size:
            del stack[-step.size :]
        stack.append(machine.gotos[stack[-1]][step.origin])


class _Several(list[object]):
    """What `*` or `+` gathered: becomes part of the values around it."""

"""Bounds: how large a program becomes when its definitions are inlined, counted before inlining anything."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from itertools import islice

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.functions import Defined
from compiler.resolve import Names
from compiler.source import Source, Span
from compiler.text.nesting import shortened
from compiler.walk import action_expressions, children
from compiler.words import STATEMENT_WORDS

MOST_NODES = 20_000
"""A program may grow to this many expressions when its definitions are inlined."""

MOST_CHARACTERS = 1_000_000
MOST_LINES = 10_000
MOST_WORDS = 50_000
"""A text beyond these is not read at all. Words are names, numbers and signs; those of comments and texts count too, blank lines don't."""

_WORD = re.compile(r"\w+|[^\w\s]")

ORDINARY_DEPTH = 60
"""Levels that fit into Python's usual limit of calls."""

DEEPEST = 2_500
"""Levels of expressions inside expressions, definitions written out."""


def check_length(source: Source, diagnostics: Diagnostics) -> bool:
    """Whether a text is short enough to be read; if not, its longest statement is named."""
    text = source.text
    measures: tuple[tuple[int, str, Callable[[], int]], ...] = (
        (MOST_CHARACTERS, "characters", lambda: len(text)),
        (MOST_LINES, "lines", lambda: sum(1 for line in text.splitlines() if line and not line.isspace())),
        (MOST_WORDS, "words and signs", lambda: sum(1 for _ in islice(_WORD.finditer(text), MOST_WORDS + 1))),
    )
    for most, what, count in measures:  # the next is counted only if the one before is in bounds
        if len(text) <= most:  # each line, word and sign has a character
            continue
        found = count()
        if found > most:
            said = (
                f"more than {most:,} {what}; that is the most a program has"
                if count is measures[2][2]
                else f"{found:,} {what}; a program has at most {most:,}"
            )
            span = _longest_statement(text)
            where = " of its first part" if len(text) > _LOOKED_THROUGH else ""
            longest = f" The longest statement{where} is `{shortened(text[span.start : span.end])}`." if span.end else ""
            diagnostics.error("E0613", span, f"The text has {said}.{longest}", "Cut it into several programs.")
            return False
    return True


def lines_and_words(text: str) -> tuple[int, int]:
    """How many lines of a text hold something, and how many words and signs they hold: what `check_length` counts."""
    return sum(1 for line in text.splitlines() if line and not line.isspace()), len(_WORD.findall(text))


_STATEMENT = re.compile(r"(?:\A|(?<=[\r\n]))[ \t]*(" + "|".join(sorted(STATEMENT_WORDS)) + r")(?![A-Za-z0-9_])")
_LOOKED_THROUGH = 200_000
"""Characters of a text that is too long, of which the longest statement is named."""


def _longest_statement(text: str) -> Span:
    """The statement with the most characters in the first part of a text, blank lines and comments at its end included."""
    end = min(len(text), _LOOKED_THROUGH)
    starts = [match.start(1) for match in _STATEMENT.finditer(text, 0, end)]
    spans = (Span(start, stop) for start, stop in zip(starts, [*starts, end][1:], strict=True))
    return max(spans, key=lambda span: span.end - span.start, default=Span(0, 0))


def check_size(names: Names, diagnostics: Diagnostics) -> bool:
    """Whether the program stays within bounds; if not, the dearest expression is named."""
    counter = _Counter(names)
    found = [(*counter.extent(expr, False), expr.span) for statement in names.file.statements for expr in _expressions(statement)]
    total = sum(size for size, _, _ in found)
    # A define is checked on its own too, called or not.
    defined = [(*counter.definition(name, False), define.define.name.span) for name, define in names.defines.items()]
    if total > MOST_NODES or any(size > MOST_NODES for size, _, _ in defined):
        size, _, span = max(found if total > MOST_NODES else defined, key=lambda item: item[0])
        grown = total if total > MOST_NODES else size
        more = "more than " if grown > 5 * MOST_NODES else ""
        what = "The program" if total > MOST_NODES else f"`{_shown(names, span)}`"
        dearest = f" The dearest is `{_shown(names, span)}`." if total > MOST_NODES else ""
        diagnostics.error(
            "E0602", span, f"{what} grows to {more}{min(grown, 5 * MOST_NODES):,} expressions when its definitions are written out; "
            f"{MOST_NODES:,} are allowed.{dearest}", "Give a part that is used often a name with `let`.",
        )  # fmt: skip
        return False
    deepest = max((*found, *defined), key=lambda item: item[1], default=None)
    if deepest is not None and deepest[1] > DEEPEST:
        diagnostics.error(
            "E0605", deepest[2], f"`{_shown(names, deepest[2])}` is {deepest[1]:,} levels deep when its definitions are written out; {DEEPEST:,} are allowed.",
            "Join some of the definitions.",
        )  # fmt: skip
        return False
    ring = _deepest_ring(names, counter, diagnostics)
    if ring > DEEPEST:
        return False
    _make_room(ring + (deepest[1] if deepest else 0))
    return True


def _make_room(levels: int) -> None:
    """Let Python call as deep as this program nests. The limit is raised for deep programs only, and stays: other threads may need it."""
    needed = 8 * levels + 600
    if levels > ORDINARY_DEPTH and needed > sys.getrecursionlimit():
        sys.setrecursionlimit(needed)


def _deepest_ring(names: Names, counter: _Counter, diagnostics: Diagnostics) -> int:
    """How deep names that need each other, through the past of a state, are when worked out together; too deep is reported."""
    deepest = 0
    for group in names.groups:
        if len(group) == 1:
            continue
        depth, first = 0, group[0]
        for name in group:
            if name in names.states:
                state = names.states[name]
                depth += counter.extent(state.next, False)[1] + counter.extent(state.first, False)[1]
            elif name in names.lets:
                depth += counter.extent(names.lets[name].value, False)[1]
        if depth > DEEPEST:
            at = (names.states.get(first) or names.lets.get(first) or names.inputs[first]).name.span
            diagnostics.error(
                "E0605", at, f"`{first}` and {len(group) - 1:,} other names need each other, {depth:,} levels deep; {DEEPEST:,} are allowed.",
                "Join some of them.",
            )  # fmt: skip
            return depth
        deepest = max(deepest, depth)
    return deepest


def _shown(names: Names, span: Span) -> str:
    return shortened(names.source.text[span.start : span.end])


class _Counter:
    """Sizes and depths of definitions, each worked out once."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.known: dict[tuple[str, bool], tuple[int, int]] = {}

    def extent(self, expr: s.Expr, library: bool) -> tuple[int, int]:
        """How many expressions it becomes, and how many levels deep."""
        size = depth = 0
        stack = [(expr, 1)]
        while stack:
            top, level = stack.pop()
            size, depth = size + 1, max(depth, level)
            if isinstance(top, s.Call) and isinstance(top.function, s.Name):
                inner_size, inner_depth = self.definition(top.function.name, library)
                size, depth = size + inner_size, max(depth, level + inner_depth)
            if size > 10 * MOST_NODES:
                break
            stack.extend((child, level + 1) for child in children(top))
        return size, depth

    def definition(self, name: str, library: bool) -> tuple[int, int]:
        """The same of a define's body. Calls nest at most as deep as definitions may call each other."""
        function = self.names.library_function(name) if library else self.names.function(name)
        library = library or (isinstance(function, Defined) and function.of_library)
        key = (name, library)
        if key not in self.known:
            self.known[key] = (0, 0)  # a define that calls itself is reported elsewhere
            if isinstance(function, Defined):
                define = function.define
                parts = [
                    e for line in define.body for e in ((line.value,) if isinstance(line, s.Let) else (line.next, line.first))
                ]
                parts += [o.value for o in define.outputs] + [p.default for p in define.params if p.default is not None]
                found = [self.extent(part, function.of_library) for part in parts]
                self.known[key] = (min(sum(n for n, _ in found), 100 * MOST_NODES), sum(d for _, d in found))
        return self.known[key]


def _expressions(statement: s.Statement) -> list[s.Expr]:
    match statement:
        case s.Let(value=value) | s.Require(condition=value) | s.Alert(condition=value):
            return [value]
        case s.Remember(next=next_, first=first):
            return [next_, first]
        case s.Plot(items=items):
            return [item.value for item in items]
        case s.When(condition=condition, actions=actions, otherwise=otherwise):
            return [condition, *(e for action in (*actions, *otherwise) for e in action_expressions(action))]
        case s.Every(where=where, actions=actions):
            return [*([where] if where is not None else []), *(e for action in actions for e in action_expressions(action))]
        case s.Test(lines=lines):  # lists of bars are data
            return [line.what for line in lines if isinstance(line, s.TestExpect) and line.what is not None]
        case _:
            return []

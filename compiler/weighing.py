"""Weighing: what a long text would become, told from its words before it is read, so that what is far too much is refused at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.bounds import MOST_NODES
from compiler.cycles import MOST_CALLS_DEEP, too_many_levels
from compiler.diagnostics import Diagnostics
from compiler.library import FunctionLibrary
from compiler.resolve import parsed_definition
from compiler.source import Source, Span
from compiler.text.nesting import shortened, too_deep
from compiler.text.slices import Slice, slices_of
from compiler.walk import descend

READ_ANYWAY = 5_000
"""Characters of a text that is read in no time: every mistake in it is told, not only what is too much."""

_PARTS = re.compile(
    r'#[^\r\n]*|"[^"\r\n]*"?|(?<![\w.])[0-9]+(?:\.[0-9]+)?[eE][+-]?[0-9]+|(?<![\w.])([a-z_]\w*)[ \t]*\(|([*/+]|[<>=!]=|[<>]|\b(?:and|or)\b)'
)
"""Calls and signs that join two values; comments and texts hold none."""

_NAME = re.compile(r"define[ \t]+([a-z_][a-z0-9_]*)")
_COUNTED = frozenset(("let", "require", "alert", "remember", "plot", "when", "every"))
_LONG = 5_000  # characters of a statement
_MOST = 100 * MOST_NODES  # counting further tells nothing more


@dataclass(frozen=True, slots=True)
class _Part:
    """A statement or definition: the functions that it calls, each as often as it does, and how many expressions it has at least."""

    calls: tuple[str, ...]
    size: int


@dataclass(slots=True)
class _Scale:
    """Definitions by name, and what is known of them: expressions at least, and levels of calls."""

    text: str
    defines: Mapping[str, Slice]
    library: FunctionLibrary | None
    parts: dict[str, _Part] = field(default_factory=dict)
    known: dict[str, tuple[int, int]] = field(default_factory=dict)
    ring: bool = False  # whether one was met that calls itself

    def weight(self, part: _Part) -> tuple[int, int]:
        """Expressions at least, and levels of definitions, with everything written out that it calls."""
        size, deepest = part.size, 0
        for name in part.calls:
            known = self.known.get(name) or self.of(name)
            size += known[0]
            deepest = max(deepest, known[1])
        return min(size, _MOST), deepest

    def of(self, name: str) -> tuple[int, int]:
        """The same of a definition. Those that it calls are worked out first, without recursion; what calls itself counts nothing there."""
        todo, begun = [name], set[str]()
        while todo:
            top = todo[-1]
            part = self.part(top)
            if part is None:
                self.known[top] = (0, 0)
            elif top not in begun:
                begun.add(top)
                self.ring = self.ring or any(called in begun and called not in self.known for called in part.calls)
                todo.extend({called for called in part.calls if called not in self.known and called not in begun})
                continue
            elif top not in self.known:
                inner = [self.known.get(called, (0, 0)) for called in part.calls]
                levels = 1 + max((deep for _, deep in inner), default=0) if top in self.defines else 0
                self.known[top] = (min(part.size + sum(size for size, _ in inner), _MOST), levels)
            todo.pop()
        return self.known[name]

    def part(self, name: str) -> _Part | None:
        own = self.parts.get(name)
        if own is None and name in self.defines:
            own = self.parts[name] = _part(self.text, self.defines[name])
        if own is not None or self.library is None:
            return own
        definition = self.library.definitions.get(name)
        return None if definition is None else _library_part(name, definition.text, definition.file)


_LIBRARY: dict[tuple[str, str], _Part] = {}


def _library_part(name: str, text: str, file: str) -> _Part:
    """Of a definition of the standard library; kept for the process. Its levels of calls are none of the program's."""
    key = (name, text)
    if key not in _LIBRARY:
        define = parsed_definition(name, text, file).define
        parts = [e for line in define.body for e in ((line.value,) if isinstance(line, s.Let) else (line.next, line.first))]
        parts += [o.value for o in define.outputs] + [p.default for p in define.params if p.default is not None]
        inside = [part for top in parts for part in descend(top)]
        calls = tuple(part.function.name for part in inside if isinstance(part, s.Call) and isinstance(part.function, s.Name))
        _LIBRARY[key] = _Part(calls, len(inside))
    return _LIBRARY[key]


def weigh(source: Source, library: FunctionLibrary, diagnostics: Diagnostics) -> bool:
    """Whether a text is worth reading: not if its definitions call each other too deep, or if it has too many expressions for certain."""
    text = source.text
    if len(text) <= READ_ANYWAY:
        return True
    cards = slices_of(text)
    defines = dict[str, Slice]()
    for card in cards:
        name = _NAME.match(text, card.pieces[0].start)
        if name is not None:
            defines.setdefault(name[1], card)
    uses = any(card.pieces[0].word == "use" for card in cards)  # what its libraries' names mean is not known here
    scale = _Scale(text, defines, None if uses else library)
    for named in defines:
        if scale.of(named)[1] > MOST_CALLS_DEEP and not scale.ring:
            at = defines[named].pieces[0]
            diagnostics.error("E0605", Span(at.start, at.end), too_many_levels(named), "Join some of them.")
            return False
    if scale.ring:  # a mistake of its own, told where it is read
        return True
    found = [(_part(text, card), card) for card in cards if card.pieces[0].word in _COUNTED]
    weights = [scale.weight(part)[0] for part, _ in found]
    total = sum(weights)
    largest = max(defines, key=lambda name: scale.of(name)[0], default=None)
    if total > MOST_NODES:
        card = found[max(range(len(found)), key=weights.__getitem__)][1]
        what, size = "The program", total
    elif largest is not None and scale.of(largest)[0] > MOST_NODES:
        card = defines[largest]
        what, size = f"`{largest}`", scale.of(largest)[0]
    else:
        return True
    span = Span(card.pieces[0].start, card.pieces[-1].end)
    more = "more than " if size > 5 * MOST_NODES else "at least "
    diagnostics.error(
        "E0602", span, f"{what} grows to {more}{min(size, 5 * MOST_NODES):,} expressions when its definitions are written out; "
        f"{MOST_NODES:,} are allowed. The dearest is `{shortened(text[span.start : span.end])}`.",
        "Give a part that is used often a name with `let`.",
    )  # fmt: skip
    return False


def _part(text: str, card: Slice) -> _Part:
    if card.end - card.start > _LONG and any(too_deep(text, piece.start, piece.end) is not None for piece in card.pieces):
        return _Part((), 0)  # that is said of it when the others are read
    calls: list[str] = []
    signs = 0
    head = _NAME.match(text, card.pieces[0].start)  # its own name is no call
    for call, sign in _PARTS.findall(text, head.end() if head is not None else card.pieces[0].start, card.end):
        if call:
            calls.append(call)
        elif sign:
            signs += 1
    return _Part(tuple(calls), 2 * signs + 1)  # each sign that joins two values is one expression and stands before another

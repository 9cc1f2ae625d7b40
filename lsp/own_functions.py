"""What is made of functions that a program or its libraries define, kept as long as everything that they are made of is the same.

How such a function is called and what it gives is found by typing calls of it. That depends on its definition, on what this calls, and so on down. A text under
edit keeps the trees of what is not edited, so "the same" is identity here, and an edit costs what it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from compiler import syntax as s
from compiler.functions import Defined
from compiler.resolve import Names
from compiler.walk import descend

T = TypeVar("T")
_MOST: Final = 1024


@dataclass(slots=True)
class Kept(Generic[T]):
    """Something of each function. make: finds it, from the name as the program writes it, the function, and the program's names."""

    make: Callable[[str, Defined, Names], T]
    _found: dict[tuple[object, ...], tuple[T, tuple[object, ...]]] = field(default_factory=dict)

    def of(self, name: str, function: Defined, names: Names) -> T:
        parts = _parts(function, names)
        if parts is None:
            return self.make(name, function, names)
        key = (names.library.hash, name, names.linked.constants, *map(id, parts))
        kept = self._found.get(key)
        if kept is None:
            if len(self._found) >= _MOST:
                del self._found[next(iter(self._found))]
            # The parts are kept with what was made of them: no other object gets the identity of one that is still there.
            kept = self._found[key] = (self.make(name, function, names), parts)
        return kept[0]


def _parts(function: Defined, names: Names) -> tuple[object, ...] | None:
    """What a function is made of: its definition, what it calls by any way, and the line that gives the program its clock. None if that is not plain to see."""
    met: dict[str, object] = {}
    found: list[object] = [names.trade, function.define, function.source]
    left = [function]
    while left:
        called = _called(left.pop())
        if called is None:
            return None
        for name in called:
            if name not in met:
                other = met[name] = names.function(name)
                if isinstance(other, Defined) and not other.of_library:
                    left.append(other)
                    found.append(other.define)
                else:  # the library's own are known by its hash
                    found.append(None)
    return tuple(found)


_CALLED: dict[int, tuple[s.Define, tuple[str, ...] | None]] = {}


def _called(function: Defined) -> tuple[str, ...] | None:
    """The names of the functions that a definition calls, in their order; None if one is called by another thing than a name."""
    kept = _CALLED.get(id(function.define))
    if kept is None:
        if len(_CALLED) >= _MOST:
            del _CALLED[next(iter(_CALLED))]
        calls = tuple(_calls(function.define))
        plain = tuple(dict.fromkeys(c.function.name for c in calls if isinstance(c.function, s.Name)))
        kept = _CALLED[id(function.define)] = (
            function.define,
            plain if all(isinstance(c.function, s.Name) for c in calls) else None,
        )
    return kept[1]


def _calls(define: s.Define) -> Iterator[s.Call]:
    exprs = [p.default for p in define.params if p.default is not None] + [o.value for o in define.outputs]
    for line in define.body:
        exprs += [line.value] if isinstance(line, s.Let) else [line.next, line.first]
    return (part for expr in exprs for part in descend(expr) if isinstance(part, s.Call))

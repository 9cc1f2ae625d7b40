"""A library that has been read: its functions and constants under names that no program can write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler import syntax as s
from compiler.functions import Defined
from compiler.source import Source


@dataclass(frozen=True, slots=True)
class Module:
    """A library as others use it.

    own: everything it gives a name, by that name; constants are functions without parameters. constants: which of them these are.
    uses: the libraries it uses itself. sound: without mistakes; of one with mistakes the names are known and the values are not.
    """

    title: str
    version: int
    source: Source
    hash: str
    own: Mapping[str, Defined]
    constants: frozenset[str]
    uses: tuple[Module, ...]
    sound: bool

    def public(self) -> list[str]:
        """The names that others may use: those that do not begin with `_`."""
        return [name for name in self.own if is_public(name)]

    def shown(self) -> str:
        return titled(self.title, self.version)


def titled(title: str, version: int) -> str:
    """A library as messages name it."""
    return f'"{title}" version {version}'


def is_public(name: str) -> bool:
    return not name.startswith("_")


def origin(title: str, version: int) -> str:
    """What stands before a library's own names once it is read, so that no program can write them and no two libraries share them."""
    return f"{title} {version}: "


def constant(let: s.Let, source: Source, origin: str = "") -> Defined:
    """A constant of a library as the function without parameters that it is from there on."""
    output = s.Output(let.value.span, None, let.value)
    return Defined(s.Define(let.span, let.name, (), (), (output,), let.doc), source, False, origin)


def all_modules(modules: tuple[Module, ...]) -> Iterator[Module]:
    """These libraries and all that they use, each once, users after what they use."""
    met: set[tuple[str, int]] = set()
    stack = [(module, False) for module in reversed(modules)]
    while stack:
        module, ready = stack.pop()
        if ready:
            yield module
        elif (module.title, module.version) not in met:
            met.add((module.title, module.version))
            stack.append((module, True))
            stack.extend((used, False) for used in reversed(module.uses))

"""What a file gives names: inputs, values, states, functions, titles. The process that reads files knows it too, so nothing of the protocol is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from compiler import syntax as s
from compiler.source import Span

Sort = Literal["Class", "Module", "Method", "Property", "Constant", "Variable", "Field", "Function"]
"""As the protocol's kinds of symbols are called."""


@dataclass(frozen=True, slots=True)
class Given:
    """A name and where it is given. span: a place in the trees."""

    name: str
    sort: Sort
    span: Span


def given(statements: Iterable[s.Statement], library: bool) -> Iterator[Given]:
    """What statements give names, in their order. library: whether they are of a library."""
    for statement in statements:
        match statement:
            case s.Strategy(title=title):
                yield Given(title.value, "Class", title.span)
            case s.Library(title=title):
                yield Given(title.value, "Module", title.span)
            case s.Test(title=title):
                yield Given(title.value, "Method", title.span)
            case s.Input(name=name):
                yield Given(name.name, "Property", name.span)
            case s.Let(name=name):
                yield Given(name.name, "Constant" if library else "Variable", name.span)
            case s.Remember(name=name):
                yield Given(name.name, "Field", name.span)
            case s.Define(name=name):
                yield Given(name.name, "Function", name.span)

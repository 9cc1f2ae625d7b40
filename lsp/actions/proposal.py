"""A change that could be offered, before it is compiled."""

from __future__ import annotations

from dataclasses import dataclass

from lsprotocol import types

from compiler.diagnostics import Edit


@dataclass(frozen=True, slots=True)
class Proposal:
    """name: what tells it from others at the same place. edits: of the text. keeps: whether the program has to mean what it meant before."""

    name: str
    title: str
    kind: types.CodeActionKind
    edits: tuple[Edit, ...]
    keeps: bool = True

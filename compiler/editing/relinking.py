"""Libraries of a version: their texts are read again only where they changed, and statements linked again only where they did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from compiler import syntax as s
from compiler.diagnostics import Diagnostic, Diagnostics
from compiler.editing.cells import Cell, Layout
from compiler.editing.entries import Entry
from compiler.libraries.checking import read_module
from compiler.libraries.head import LibraryHead
from compiler.libraries.linking import Linked, Linker, lost_use
from compiler.libraries.loading import Libraries
from compiler.libraries.module import Module
from compiler.library import FunctionLibrary
from compiler.schedules import as_rule
from compiler.source import Source

Read = tuple[Module, tuple[Diagnostic, ...]]


@dataclass(slots=True)
class Modules:
    """Libraries that were read and use no others, by their heads and texts. Such a one says the same whoever uses it."""

    library: FunctionLibrary
    kept: dict[tuple[LibraryHead, str, str], Read] = field(default_factory=dict)

    def read(self, source: Source, head: LibraryHead, libraries: Libraries) -> Read:
        key = (head, source.name, source.text)
        if key not in self.kept:
            read = read_module(source, head, self.library, libraries)
            if read[0].uses or "use" in source.text:
                return read
            self.kept[key] = read
        return self.kept[key]


@dataclass(slots=True)
class Relinking:
    """The statements of one version with their libraries' names put in, and what the next version takes over.

    signature: what the names of libraries stand for. anew: whether that is not what it was, so that nothing may be taken over.
    """

    linked: Linked
    entries: dict[Cell, tuple[Entry, ...]]
    signature: tuple[object, ...]
    anew: bool = False


def link_again(
    source: Source,
    layout: Layout,
    uses: Sequence[Cell],
    library: FunctionLibrary,
    libraries: Libraries,
    found: Diagnostics,
    last: Relinking | None,
) -> Relinking:
    """The statements of a strategy as later stages read them. uses: the cells with its `use` statements."""
    incomplete = lost_use(source, found)
    if not uses:
        anew = last is None or last.signature != ()
        kept = last.entries if last is not None and not anew else {}
        entries = {cell: kept[cell] if cell in kept else _entries(cell.rules, source) for cell in layout.cells}
        file = s.File(tuple(card for cell in layout.cells for card in cell.rules))
        return Relinking(Linked(file, incomplete=incomplete), entries, (), anew)
    file = s.File(tuple(card for cell in layout.cells for card in cell.cards))
    linker = Linker(source, file, found, incomplete=incomplete)
    statements = [x for cell in uses for x in cell.statements if isinstance(x, s.Use)]
    modules = linker.bring_in_all(None, statements, library, libraries)
    signature = (
        tuple((name, id(defined)) for name, defined in linker.visible.items()),
        frozenset(linker.constants),
        tuple((name, id(module)) for name, module in linker.aliases.items()),
        tuple(modules),
    )
    anew = last is None or last.signature != signature
    kept = last.entries if last is not None and not anew else {}
    entries = {}
    cards: list[s.Card] = []
    for cell in layout.cells:
        own = kept.get(cell)
        if own is None or not all(entry.linked for entry in own):
            new = []
            for card in cell.cards:
                if card.statement is None:
                    continue
                told = len(found.found)
                statement = linker.linked(card.statement, frozenset())
                if isinstance(statement, s.Every):
                    statement = as_rule(statement)
                new.append(
                    (card if statement is card.statement else replace(card, statement=statement), told == len(found.found))
                )
            own = tuple(Entry(card, source, linked=sound) for card, sound in new)
        entries[cell] = own
        cards.extend(entry.card for entry in own)
    return Relinking(linker.result(s.File(tuple(cards)), modules, statements), entries, signature, anew)


def _entries(cards: Sequence[s.Card], source: Source) -> tuple[Entry, ...]:
    return tuple(Entry(card, source) for card in cards if card.statement is not None)

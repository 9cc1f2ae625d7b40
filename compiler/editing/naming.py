"""Names of a version: what `compiler.resolve` finds, looking again only at statements that changed or mention a name whose meaning did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.builtins import builtin_names
from compiler.cycles import check_cycles, check_recursion
from compiler.diagnostics import Diagnostics
from compiler.editing.entries import VALUES, Entry
from compiler.functions import Function
from compiler.libraries.linking import Linked
from compiler.library import FunctionLibrary
from compiler.resolve import Checker, Names, declare, enter, lost_names
from compiler.sequence import components
from compiler.source import Source
from compiler.words import RESERVED


@dataclass(slots=True)
class Naming:
    """The names of one version, and what the next one takes over.

    calm: no name needs itself, so that what is in `names` is what stands in the text. changed: names that mean something else than in the
    version before, functions also where they call one that does.
    """

    names: Names
    entries: tuple[Entry, ...]
    given: dict[str, Entry]
    needs: dict[str, list[str]]
    order: list[str]
    calm: bool
    changed: frozenset[str] = frozenset()
    functions: dict[str, Function | None] = field(default_factory=dict)
    free: set[str] = field(default_factory=set)  # names that mean nothing but what the program says
    steady: bool = False  # the same values need each other in the same order as in the version before, so they are worked out in the same order


def resolve_again(
    source: Source,
    linked: Linked,
    entries: tuple[Entry, ...],
    library: FunctionLibrary,
    found: Diagnostics,
    last: Naming | None,
) -> Naming:
    """The names of a version of a strategy. `found` holds the mistakes so far and gets those of names.

    last: the version before, if it had the same libraries.
    """
    names = Names(source, linked.file, library, linked=linked)
    if last is not None:
        names._library = last.functions
    free = last.free if last is not None else set()
    given = _collect(names, entries, found, free)
    values = {name: entry for name, entry in given.items() if entry.kind in VALUES}
    same_values = last is not None and values.keys() == {n for n, e in last.given.items() if e.kind in VALUES}
    for entry in values.values():
        if not (same_values and entry.needs_known):
            entry.needs, entry.needs_known = [name for name in entry.reads if name in values], True
    for entry in entries:
        if entry.ident is not None and given.get(entry.ident.name) is not entry:  # its name has another meaning
            entry.needs_known, entry.typing = False, None
    needs = {name: entry.needs for name, entry in values.items()}
    as_before = last is not None and last.calm and needs == last.needs and list(needs) == list(last.needs)
    if as_before and last is not None:
        names.groups, order = last.names.groups, last.order
    else:
        names.groups = components(needs)
        order = names.in_order()
    steady = last is not None and as_before
    constants_before = dict(last.names._constant) if last is not None else {}
    _find_constants(names, values, order, last, steady)
    changed = _changed(entries, given, names, last, constants_before)
    lost = lost_names(names, found)
    checker = Checker(names, found, lost)
    for entry in entries:
        if entry.clean and (not changed or entry.mentioned.isdisjoint(changed)):
            if entry.kind != "define":
                names.used.update(name for name in entry.named if name in values)
            continue
        told, unknown, bad = len(found.found), len(checker.unknown), len(names.bad_calls)
        places = sum(map(len, checker.unknown.values()))
        checker.statement(entry.statement)
        entry.clean = (
            (told, unknown, bad) == (len(found.found), len(checker.unknown), len(names.bad_calls))
            and places == sum(map(len, checker.unknown.values()))
            and entry.mentioned.isdisjoint(lost)
            and entry.mentioned.isdisjoint(checker.unheard)
            and not linked.incomplete
        )
    checker.tell_unknown()
    at = len(found.found)
    if not as_before:
        check_cycles(names, needs, found)
    if last is None or not last.calm or _defines_changed(entries, last):
        check_recursion(names, found)
    calm = len(found.found) == at
    return Naming(names, entries, given, needs, order, calm, changed, names._library, free, steady)


def _collect(names: Names, entries: Iterable[Entry], found: Diagnostics, free: set[str]) -> dict[str, Entry]:
    """What each name stands for: as `compiler.resolve` does it, but a name that nothing speaks against is not asked about twice."""
    given: dict[str, Entry] = {}
    for entry in entries:
        ident = entry.ident
        if ident is not None:
            name = ident.name
            if name in given or (name not in free and _has_meaning(names, name)):
                if not declare(names, ident, found):
                    continue
            else:
                free.add(name)
            given[name] = entry
        enter(names, entry.statement, entry.defined)
    return given


def _has_meaning(names: Names, name: str) -> bool:
    """Whether a name means something in every program, so that none can give it."""
    return name in RESERVED or name in builtin_names() or names.standard_function(name) is not None


def _find_constants(names: Names, values: dict[str, Entry], order: Sequence[str], last: Naming | None, steady: bool) -> None:
    """Which names have one value for the whole run. last: the version before. steady: if in it the same names need each other in the same order."""
    before = last.names._constant if last is not None else {}
    if last is not None and steady:
        fresh = [name for name, entry in values.items() if last.given.get(name) is not entry]
        names._constant = dict(before)
        if all(_constant_of(names, name, values[name]) == before.get(name) for name in fresh):
            return
    names._constant = {name: entry.kind == "input" for name, entry in values.items()}
    kept: dict[str, Entry] = {}
    if last is not None and last.calm and all(len(group) == 1 for group in names.groups):
        kept = last.given
    moved = {name for name in before.keys() | values.keys() if before.get(name) is not names._constant.get(name)}
    moved.difference_update(name for name, entry in values.items() if entry.kind == "let" and kept.get(name) is entry)
    for name in order:
        entry = values[name]
        if entry.kind != "let":
            continue
        if kept.get(name) is entry and name in before and moved.isdisjoint(entry.reads):
            names._constant[name] = before[name]
            continue
        names._constant[name] = _constant_of(names, name, entry)
        if names._constant[name] is not before.get(name):
            moved.add(name)


def _constant_of(names: Names, name: str, entry: Entry) -> bool:
    match entry.statement:
        case s.Input():
            return True
        case s.Let(value=value):
            kept, names._constant[name] = names._constant.get(name, False), False  # what needs itself is no constant
            found = names.is_constant(value)
            names._constant[name] = kept
            return found
        case _:
            return False


def _changed(
    entries: tuple[Entry, ...], given: dict[str, Entry], names: Names, last: Naming | None, constants: dict[str, bool]
) -> frozenset[str]:
    """The names that mean something else than before, and the functions that call such a function."""
    if last is None:
        return frozenset()  # nothing is kept that could be out of date
    found: set[str] = set()
    functions: set[str] = set()
    for name in given.keys() ^ last.given.keys():
        found.add(name)
        functions.add(name)
    for name, entry in given.items():
        before = last.given.get(name)
        if before is None or before is entry:
            continue
        if entry.kind != before.kind:
            found.add(name)
        if "define" in (entry.kind, before.kind):
            functions.add(name)
    now = names._constant
    if now != constants:
        found.update(name for name in now.keys() | constants.keys() if now.get(name) != constants.get(name))
    if functions:
        defines = [(name, entry.calls) for name, entry in given.items() if entry.kind == "define"]
        while True:
            more = {name for name, calls in defines if name not in functions and not calls.isdisjoint(functions)}
            if not more:
                break
            functions |= more
    return frozenset(found | functions)


def _defines_changed(entries: tuple[Entry, ...], last: Naming) -> bool:
    now = [entry for entry in entries if entry.kind == "define"]
    before = [entry for entry in last.entries if entry.kind == "define"]
    return now != before

"""Types of a version: what `compiler.inference` finds, typing again only statements that changed or meet other types than before.

A statement is typed in the order of the compiler, and each that was typed before without a mistake is held against what it would meet
now: the same types of names, and of each unit that is still to be found whether it is found by now. Then it would do what it did: its
type is the one it had, and the units that it found are found again. So the result is the compiler's, whatever was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.editing.entries import Entry, Read, Typing, VarState
from compiler.editing.naming import Naming
from compiler.inference.calls import Called
from compiler.inference.typed import Typed
from compiler.inference.work import Inference
from compiler.multiples import in_risk
from compiler.types import Type, UnitVar


class TypesByPart(dict[int, Type]):
    """The types of expressions, put together from those of statements when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[dict[int, Type]] = []
        self.turn = 0  # the number of the version

    def together(self) -> TypesByPart:
        if self.parts:
            parts, self.parts = self.parts, []
            own = dict(self)
            for part in parts:
                self.update(part)
            self.update(own)
        return self

    def get(self, key: int, default: Type | None = None) -> Type | None:  # type: ignore[override]
        return dict.get(self.together(), key, default)

    def __getitem__(self, key: int) -> Type:
        return dict.__getitem__(self.together(), key)

    def __contains__(self, key: object) -> bool:
        return dict.__contains__(self.together(), key)


@dataclass(slots=True)
class Retyping:
    """The memory of inference: entries by their statements, and what their names were typed as in the version before."""

    naming: Naming
    before: dict[str, Type]  # names of the version before
    entries: dict[int, Entry]
    turn: int
    moved: set[str] = field(default_factory=set)  # names that have another type than in the version before
    parts: list[dict[int, Type]] = field(default_factory=list)
    nested: bool = False  # whether another statement was typed since the one that is being typed began

    def typed(self, statement: s.Statement, inference: Inference, run: Callable[[], Type]) -> Type:
        entry = self.entries.get(id(statement))
        if entry is None or not entry.clean:
            self.nested = True
            if entry is None:
                return run()
            entry.typing = None
            return self.noted(entry, run())
        typed, kept = inference.typed, entry.typing
        if kept is not None and self.same(entry, kept, typed):
            for state in kept.own:
                state.restore()
            for state in kept.effects:
                state.restore()
            self.parts.append(kept.types)
            seen_last, self.nested, entry.turn = entry.turn == self.turn - 1, True, self.turn
            return kept.result if seen_last else self.noted(entry, kept.result)
        return self.noted(entry, self.anew(entry, inference, run))

    def noted(self, entry: Entry, result: Type) -> Type:
        """The type of a statement, and whether its name had another before."""
        if entry.ident is not None and self.before.get(entry.ident.name) is not result:
            self.moved.add(entry.ident.name)
        return result

    def same(self, entry: Entry, kept: Typing, typed: Typed) -> bool:
        """Whether a statement would meet now what it met when it was typed."""
        changed, moved = self.naming.changed, self.moved
        if changed and not entry.mentioned.isdisjoint(changed):
            return False
        if not self.naming.steady or entry.turn != self.turn - 1 or (moved and not entry.mentioned.isdisjoint(moved)):
            inputs, lets, states = typed.inputs, typed.lets, typed.states
            for read in kept.reads:
                name = read.name
                if (lets.get(name) or inputs.get(name) or states.get(name)) is not read.type:
                    return False
        # else it was right in the version before, and since then no name that it reads has got another type
        for read in kept.open:
            unit, root = read.type.unit if read.type is not None else None, read.root
            if not isinstance(unit, UnitVar) or unit.root() is not root or root.solved != read.solved:
                return False
        if entry.scheduled and kept.trade is not typed.names.trade:
            return False
        return not kept.multiples or all(in_risk(expr, typed.names) == held for expr, held in kept.multiples)

    def anew(self, entry: Entry, inference: Inference, run: Callable[[], Type]) -> Type:
        typed = inference.typed
        values = [name for name in entry.named if name in self.naming.needs]
        reads = tuple(_read(name, typed) for name in values)
        around = {id(x.root): VarState.of(x.root) for x in reads if x.root is not None}
        outer, typed.types = typed.types, {}
        found, self.nested = len(inference.diagnostics.found), False
        result = run()
        own_types, typed.types = typed.types, outer
        self.parts.append(own_types)
        alone, self.nested = not self.nested, True
        entry.typing = None
        if len(inference.diagnostics.found) != found or not alone or any(_open_record(x.type) for x in reads):
            return result
        result = self.as_before(entry, result)
        effects = tuple(VarState.of(x.var) for x in around.values() if x != VarState.of(x.var))
        own = tuple(VarState.of(var) for var in _vars(result) if id(var) not in around)
        multiples = tuple((expr, in_risk(expr, typed.names)) for expr in entry.targets)
        open_ = tuple(x for x in reads if x.root is not None)
        entry.typing, entry.turn = Typing(reads, result, own, effects, own_types, multiples, typed.names.trade, open_), self.turn
        return result

    def as_before(self, entry: Entry, result: Type) -> Type:
        """The type that the name had before, if it is the same: what reads the name then need not be typed again."""
        before = self.before.get(entry.ident.name) if entry.ident is not None else None
        if before is None or before is result:
            return result
        if not any(True for _ in _vars(result)) and not any(True for _ in _vars(before)):
            return before if before == result else result
        if result.kind != "number" or before.kind != "number" or result.literal or before.literal or entry.ident is None:
            return result
        new, old = result.unit, before.unit
        if not isinstance(new, UnitVar) or not isinstance(old, UnitVar):
            return result
        name, root = entry.ident.name, new.root()
        # Of a bare number: its unit is its own, and no other name's.
        if root.name != name or old.name != name or old is root or (old.link is not None and old.link.name != ""):
            return result
        old.name, old.place, old.solved, old.cause, old.link = root.name, root.place, root.solved, root.cause, None
        root.link = old
        return before


def _read(name: str, typed: Typed) -> Read:
    now = typed.lets.get(name) or typed.inputs.get(name) or typed.states.get(name)
    root = now.unit.root() if now is not None and now.kind == "number" and isinstance(now.unit, UnitVar) else None
    return Read(name, now, root, root.solved if root is not None else None)


def _open_record(type_: Type | None) -> bool:
    """Whether a type is of several values, a unit of which is still to be found."""
    return type_ is not None and type_.kind == "record" and any(True for _ in _vars(type_))


def _vars(type_: Type) -> Iterator[UnitVar]:
    """The units still to be found in a type, and those that they are linked with."""
    for part in (type_, *(t for _, t in type_.fields)):
        var = part.unit if part.kind == "number" and isinstance(part.unit, UnitVar) else None
        while var is not None:
            yield var
            var = var.link


def infer_again(naming: Naming, found: Diagnostics, last: Typed | None, called: dict[tuple[object, ...], Called]) -> Typed:
    """Types of a version. last: those of the version before. called: results of calls of library functions, kept and added to."""
    typed = Typed(naming.names, TypesByPart())
    if not naming.calm:
        for entry in naming.entries:
            entry.typing = None
        inference = Inference(typed, found)
        inference.names.program()
        return typed
    before = {**last.states, **last.inputs, **last.lets} if last is not None else {}
    assert isinstance(typed.types, TypesByPart)
    if last is not None and isinstance(last.types, TypesByPart):
        typed.types.turn = last.types.turn + 1
    memory = Retyping(naming, before, {id(entry.statement): entry for entry in naming.entries}, typed.types.turn)
    inference = Inference(typed, found, memory=memory)
    inference.calls.called.update(called)
    inference.names.program()
    called.update((key, type_) for key, type_ in inference.calls.called.items() if key[1])
    assert isinstance(typed.types, TypesByPart)
    typed.types.parts.extend(memory.parts)
    return typed

"""Compiling a text that does not exist yet: whether a change takes a mistake away, brings none, and means the same."""

from __future__ import annotations

import itertools
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields

from compiler.built import Built
from compiler.diagnostics import Diagnostic, Edit
from compiler.libraries.port import Absent, Ambiguous, LibraryText, Lock, Resolver, Shelf
from compiler.nodes import Node
from compiler.pipeline import Checked, check_for_errors
from compiler.source import Span
from compiler.text.parse import Memo
from lsp.renaming import applied, shelf_of
from lsp.view import View

BUDGET_S = 0.4
"""An editor waits so long for what may be offered; what has not been compiled by then is not."""

_KEPT = 16
_checked: OrderedDict[tuple[str, str, Shelf, int], tuple[Checked, Resolver | None]] = OrderedDict()
_MEMOS = 4
_memos: OrderedDict[str, Memo] = OrderedDict()
"""How the statements of the last texts of the last documents were read."""


@dataclass(frozen=True, slots=True)
class AlsoBeside:
    """The libraries that a text uses, and where others are found: a correction may name one that is not used yet."""

    used: Shelf
    beside: Resolver | None

    @property
    def lock(self) -> Lock | None:
        return self.used.lock

    def find(self, title: str, version: int) -> LibraryText | Absent | Ambiguous:
        found = self.used.find(title, version)
        return found if isinstance(found, LibraryText) or self.beside is None else self.beside.find(title, version)


def checked(text: str, view: View, shelf: Shelf) -> Checked:
    """What the whole compiler says of a text with the libraries of a view; `diagnostics` has it look for warnings too.

    The last few answers are kept: an editor asks at every step of the cursor.
    """
    key = (view.library.hash, text, shelf, id(view.resolver))
    kept = _checked.pop(key, None)
    if kept is not None:
        found = kept[0]
    else:
        resolver, memo = AlsoBeside(shelf, view.resolver), _memo(view.document.uri)
        found = check_for_errors(text, view.library, view.analysis.source.name, resolver, memo)
    _checked[key] = found, view.resolver  # kept with the answer, so that no other has its id
    while len(_checked) > _KEPT:
        _checked.popitem(last=False)
    return found


def _memo(uri: str) -> Memo:
    memo = _memos.pop(uri, None) or Memo()
    _memos[uri] = memo
    while len(_memos) > _MEMOS:
        _memos.popitem(last=False)
    return memo


def diagnostics(checked: Checked) -> tuple[Diagnostic, ...]:
    """All that the compiler says; of a program without errors, its warnings."""
    return checked.diagnostics if checked.program is None else checked.program.diagnostics


@dataclass(slots=True)
class Trial:
    """Compares texts with a view's own. clock: seconds, for the budget."""

    view: View
    clock: Callable[[], float] = time.monotonic
    budget_s: float = BUDGET_S
    shelf: Shelf = field(init=False)
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = shelf_of(self.view, {})
        self._end = self.clock() + self.budget_s

    @property
    def is_over(self) -> bool:
        """Whether the budget is spent."""
        return self.clock() > self._end

    @property
    def before(self) -> Checked:
        """What the compiler says of the view's own text."""
        return self.text(self.view.text)

    @property
    def told(self) -> tuple[Diagnostic, ...]:
        """All that the compiler says of the view's own text, which is often known already."""
        return diagnostics(self.before) if self.view.told is None else self.view.told

    @property
    def errors_before(self) -> Counter[str]:
        """How many errors of each code there are in the view's own text."""
        return errors(self.before) if self.view.told is None else Counter(d.code for d in self.view.told if d.severity == "error")

    def text(self, text: str) -> Checked:
        """What the compiler says of a text in place of the view's."""
        return checked(text, self.view, self.shelf)

    def after(self, edits: Sequence[Edit]) -> Checked:
        return self.text(applied(self.view.text, edits))

    def mends(self, diagnostic: Diagnostic, edits: Sequence[Edit]) -> bool:
        """Whether edits take a diagnostic away and bring no error."""
        if overlap(edits):
            return False
        after = self.after(edits)
        if errors(after) - self.errors_before:
            return False
        if diagnostic.severity == "error":
            return errors(after)[diagnostic.code] < self.errors_before[diagnostic.code]
        left = Counter(d.code for d in diagnostics(after))
        return left[diagnostic.code] < Counter(d.code for d in self.told)[diagnostic.code]

    def adds_no_error(self, edits: Sequence[Edit]) -> bool:
        return not overlap(edits) and not errors(self.after(edits)) - self.errors_before

    def keeps_meaning(self, edits: Sequence[Edit]) -> bool:
        """Whether the program after edits makes the same orders, and gives the same values where both give one of a name.

        Of a program with mistakes that can't be told, so only new ones count against it.
        """
        if overlap(edits):
            return False
        before, after = self.before, self.after(edits)
        if errors(after) - errors(before):
            return False
        if before.program is None or after.program is None or before.program.checked is None or after.program.checked is None:
            return before.program is None
        return same(before.program.checked, after.program.checked)


def errors(checked: Checked) -> Counter[str]:
    """How many errors of each code."""
    return Counter(d.code for d in checked.diagnostics if d.severity == "error")


def overlap(edits: Sequence[Edit]) -> bool:
    spans = sorted(edit.span for edit in edits)
    return any(a.end > b.start or a == b for a, b in itertools.pairwise(spans))


# ---------------------------------------------------------------- meaning


def same(one: Built, other: Built) -> bool:
    """Whether two programs make the same orders, and the same values under the names that both have."""
    keys: dict[tuple[object, ...], int] = {}
    first, second = _numbers(one, keys), _numbers(other, keys)
    if len(one.orders) != len(other.orders) or one.account != other.account:
        return False
    orders = zip(one.orders, other.orders, strict=True)
    if any(_shape(a, first) != _shape(b, second) for a, b in orders):
        return False
    if _states(one, first) != _states(other, second):
        return False
    named = {output.name: first[output.node.id] for output in one.outputs}
    return all(named.get(output.name, second[output.node.id]) == second[output.node.id] for output in other.outputs)


def _numbers(built: Built, keys: dict[tuple[object, ...], int]) -> dict[int, int]:
    """A number for each node: equal computations of both programs have equal ones. States are told apart by name and place among their like."""
    seen: Counter[str] = Counter()
    states: list[tuple[str, int]] = []
    for state in built.graph.states:
        states.append((state.name, seen[state.name]))
        seen[state.name] += 1
    found: dict[int, int] = {}
    for node in built.graph.nodes:
        params = (states[int(node.params[0])],) if node.op in ("prev", "past", "remember") else node.params
        key = (node.op, node.kind, repr(params), tuple(found[arg.id] for arg in node.args))
        found[node.id] = keys.setdefault(key, len(keys))
    return found


def _states(built: Built, numbers: dict[int, int]) -> dict[tuple[str, int], tuple[int, ...]]:
    """How each state goes on and begins, by its name and place among its like."""
    seen: Counter[str] = Counter()
    found = {}
    for state in built.graph.states:
        found[state.name, seen[state.name]] = tuple(numbers[n.id] if n is not None else -1 for n in (state.next, state.first))
        seen[state.name] += 1
    return found


def _shape(order: object, numbers: dict[int, int]) -> tuple[object, ...]:
    """An order without the places and numbers of its lines."""

    def part(value: object) -> object:
        if isinstance(value, Node):
            return ("node", numbers[value.id])
        return tuple(map(part, value)) if isinstance(value, tuple) else value

    return tuple(
        part(getattr(order, f.name))
        for f in fields(order)  # type: ignore[arg-type]
        if f.name not in ("span", "rule", "tag") and not isinstance(getattr(order, f.name), Span)
    )

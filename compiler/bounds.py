"""Bounds: how large a program becomes when its definitions are inlined, counted before inlining anything."""

from __future__ import annotations

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.functions import Defined
from compiler.resolve import Names
from compiler.source import Span
from compiler.walk import action_expressions, children

MOST_NODES = 20_000
"""A program may grow to this many expressions when its definitions are inlined."""


def check_size(names: Names, diagnostics: Diagnostics) -> bool:
    """Whether the program stays within bounds; if not, the dearest expression is named."""
    sizes: dict[str, int] = {}

    def size(expr: s.Expr, library: bool) -> int:
        total, stack = 0, [expr]
        while stack:
            top = stack.pop()
            total += 1
            if isinstance(top, s.Call) and isinstance(top.function, s.Name):
                total += of(top.function.name, library)
            if total > 10 * MOST_NODES:
                return total
            stack.extend(children(top))
        return total

    def of(name: str, library: bool) -> int:
        key = f"library {name}" if library or name not in names.defines else name
        if key in sizes:
            return sizes[key]
        sizes[key] = 0  # a define that calls itself is reported elsewhere
        function = names.library_function(name) if key.startswith("library ") else names.defines[name]
        if not isinstance(function, Defined):
            return 0
        total = 0
        for line in function.define.body:
            total += size(line.value, function.of_library) if isinstance(line, s.Let) else size(line.next, function.of_library) + size(line.first, function.of_library)
        total += sum(size(o.value, function.of_library) for o in function.define.outputs)
        sizes[key] = min(total, 100 * MOST_NODES)
        return sizes[key]

    found: list[tuple[int, Span]] = []
    for statement in names.file.statements:
        for expr in _expressions(statement):
            found.append((size(expr, False), expr.span))
    total = sum(count for count, _ in found)
    if total <= MOST_NODES:
        return True
    count, span = max(found, key=lambda item: item[0])
    text = " ".join(names.source.text[span.start : span.end].split())
    text = text if len(text) <= 40 else text[:37] + "…"
    diagnostics.error(
        "E0602", span, f"The program grows to {'more than ' if total > 5 * MOST_NODES else ''}{min(total, 5 * MOST_NODES):,} expressions when its definitions "
        f"are written out; {MOST_NODES:,} are allowed. The dearest is `{text}`.", "Give a part that is used often a name with `let`.",
    )  # fmt: skip
    return False


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
        case _:
            return []

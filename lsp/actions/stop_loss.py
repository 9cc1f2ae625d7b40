"""An entry without a stop gets one."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.diagnostics import Edit
from compiler.source import Span
from lsp.actions.fresh import indent, line_end
from lsp.actions.proposal import Proposal
from lsp.occurrences import cell_at
from lsp.view import View


def stop_loss(view: View, selected: Span) -> Iterator[Proposal]:
    """At a `buy` or `short` that has no line `stop loss` and no `trail`."""
    found = cell_at(view, selected.start)
    if found is None:
        return
    for statement in found[0].statements:
        if not isinstance(statement, s.When | s.Every):
            continue
        for action in (*statement.actions, *(statement.otherwise if isinstance(statement, s.When) else ())):
            if not isinstance(action, s.OrderAction) or action.verb not in ("buy", "short"):
                continue
            span = view.analysis.outer(action.span)
            if not span.start <= selected.start <= span.end or any(x.kind in _STOPS for x in action.attached):
                continue
            side = "-" if action.verb == "buy" else "+"
            line = f"stop loss at entry {side} 2 * atr(14)"
            number = view.document.place(view.analysis.outer(_head(action)).end).line
            at = view.document.starts[number] + len(view.document.line(number))
            edit = Edit(Span(at, at), f"{line_end(view)}{indent(view, span.start)}  {line}")
            yield Proposal("stop", f"Protect this entry: `{line}`", types.CodeActionKind.Refactor, (edit,), keeps=False)
            return


_STOPS = ("stop_at", "stop_share", "trail")


def _head(action: s.OrderAction) -> Span:
    """The order without what is attached to it."""
    size = action.size.span if action.size is not None else action.verb_span
    parts = [size, *(part.span for part in (action.entry, action.tag) if part is not None)]
    return Span(action.span.start, max(span.end for span in parts))

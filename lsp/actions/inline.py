"""A `let` goes: its expression stands wherever its name stood."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.diagnostics import Edit
from compiler.source import Span
from lsp.actions.fresh import one_line
from lsp.actions.proposal import Proposal
from lsp.occurrences import mention_at, occurrences, scopes_of
from lsp.view import View

_WHOLE = (s.Name, s.Number, s.Call, s.Member, s.Index, s.Grouped, s.TruthLiteral, s.UnknownLiteral, s.DurationLiteral, s.If)


def inline(view: View, selected: Span) -> Iterator[Proposal]:
    """At the name of a `let` of the program, where it is given or read. Not one with documentation, and not one that a text or a test names."""
    scopes = scopes_of(view)
    mention = mention_at(view, selected.start, scopes)
    if mention is None or mention.symbol.space != "name" or scopes.home or mention.symbol.home:
        return
    name = mention.symbol.name
    found = (x for x in view.analysis.statements if isinstance(x, s.Let) and x.name.name == name)
    statement = next(found, None)
    said = one_line(view, view.analysis.outer(statement.value.span)) if statement is not None else None
    if statement is None or said is None or statement.doc or _has_comment(view, statement):
        return
    mentions = occurrences(view, mention.symbol, scopes)
    reads = [m for m in mentions if m.role != "declares"]
    if len(mentions) - len(reads) != 1 or not reads or any(_in_text_or_test(view, m.span) for m in reads):
        return
    written = said if isinstance(statement.value, _WHOLE) else f"({said})"
    edits = [Edit(view.analysis.outer(m.span), written) for m in reads]
    title = f"Write `{name}` out where it is read, without the `let`"
    yield Proposal("inline", title, types.CodeActionKind.RefactorInline, (Edit(_line(view, statement), ""), *edits))


def _line(view: View, statement: s.Statement) -> Span:
    """The lines of a statement with their end."""
    span = view.analysis.outer(statement.span)
    first, last = view.document.place(span.start).line, view.document.place(span.end).line
    starts = view.document.starts
    return Span(starts[first], starts[last + 1] if last + 1 < len(starts) else len(view.text))


def _has_comment(view: View, statement: s.Statement) -> bool:
    """Whether a comment stands beside it, which would go with it."""
    line = _line(view, statement)
    return view.text[line.start : line.end].strip() != view.analysis.said(statement.span).strip()


def _in_text_or_test(view: View, span: Span) -> bool:
    number = view.analysis.layout.cell_of(span.start)
    if number < 0:
        return True
    for statement in view.analysis.cells[number].statements:
        if (
            isinstance(statement, s.Test | s.Define | s.Input | s.Settings)
            and statement.span.start <= span.start < statement.span.end
        ):
            return True
        texts: list[s.TextLiteral] = []
        if isinstance(statement, s.Alert):
            texts.append(statement.text)
        if isinstance(statement, s.When | s.Every):
            actions = (*statement.actions, *(statement.otherwise if isinstance(statement, s.When) else ()))
            texts += [action.text for action in actions if isinstance(action, s.NotifyAction)]
        if any(text.span.start <= span.start < text.span.end for text in texts):
            return True
    return False

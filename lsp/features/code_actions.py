"""`textDocument/codeAction` and its resolve: corrections of diagnostics, all safe ones at once, and changes that keep the meaning.

Every edit has been compiled before a client gets it. A client that can ask for edits later gets the changes that keep the meaning without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from lsprotocol import types

from compiler.diagnostics import Diagnostic
from compiler.source import Span
from lsp.actions.extract import extract
from lsp.actions.fixes import all_safe, fixes
from lsp.actions.inline import inline
from lsp.actions.number_to_input import number_to_input
from lsp.actions.proposal import Proposal
from lsp.actions.stop_loss import stop_loss
from lsp.actions.trial import Trial
from lsp.changes import workspace_edit
from lsp.document import Place
from lsp.refusal import Refusal
from lsp.view import View

Kind = types.CodeActionKind
FIX_ALL = "source.fixAll.apx"

PROPOSALS: tuple[Callable[[View, Span], Iterator[Proposal]], ...] = (extract, inline, number_to_input, stop_loss)

KINDS = (Kind.QuickFix, Kind.RefactorExtract, Kind.RefactorInline, Kind.Refactor, FIX_ALL)


def code_actions(view: View, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done at a place of the kinds that are asked for, corrections first."""
    only, context = params.context.only, params.context
    selected = view.document.span(*(Place(p.line, p.character) for p in (params.range.start, params.range.end)))
    trial, found = Trial(view), list[types.CodeAction]()
    if _wanted(only, Kind.QuickFix) and (context.diagnostics or _touched(view, selected)):
        found += _corrections(view, trial, selected, context.diagnostics)
    if only is not None and _wanted(only, FIX_ALL):
        found += _all_at_once(view, trial)
    found += _changes(view, trial, selected, params)
    return found


def resolve(view: View, action: types.CodeAction) -> types.CodeAction:
    """The edit of a change that was offered without. Raises Refusal if it can't be made any more, or would change what the program means."""
    data = action.data if isinstance(action.data, dict) else {}
    if action.edit is not None or "name" not in data:
        return action
    if data.get("version") != view.document.version:
        raise Refusal("The text has changed since this was offered; ask again.")
    selected, trial = Span(int(data["start"]), int(data["end"])), Trial(view)
    proposed = (p for make in PROPOSALS for p in make(view, selected) if p.name == data["name"] and p.title == action.title)
    proposal = next(proposed, None)
    if proposal is None or not _stands(trial, proposal):
        raise Refusal("This would change what the program means, so it is not done.")
    action.edit = workspace_edit(view, [(view, proposal.edits)])
    return action


def _wanted(only: Sequence[str] | None, kind: str) -> bool:
    """Whether a kind is one of those asked for, or under one: `refactor` asks for `refactor.extract` too."""
    return only is None or any(not str(x) or kind == _text(x) or str(kind).startswith(f"{_text(x)}.") for x in only)


def _text(kind: str) -> str:
    return kind.value if isinstance(kind, Kind) else str(kind)


def _touched(view: View, selected: Span) -> bool:
    return any(d.span.start <= selected.end and selected.start <= d.span.end for d in view.analysis.diagnostics)


def _corrections(view: View, trial: Trial, selected: Span, shown: Sequence[types.Diagnostic]) -> Iterator[types.CodeAction]:
    first: set[Diagnostic] = set()
    for diagnostic, fix in fixes(trial, selected):
        where = view.outer_range(diagnostic.span)
        theirs = [d for d in shown if str(d.code) == diagnostic.code and d.range == where]
        title = fix.title[:1].upper() + fix.title[1:]
        yield types.CodeAction(
            title, Kind.QuickFix, diagnostics=theirs or None, is_preferred=(fix.safe and diagnostic not in first) or None,
            edit=workspace_edit(view, [(view, fix.edits)]),
        )  # fmt: skip
        first.add(diagnostic)


def _all_at_once(view: View, trial: Trial) -> Iterator[types.CodeAction]:
    edits = all_safe(trial)
    if edits:
        yield types.CodeAction("Make every safe correction", FIX_ALL, edit=workspace_edit(view, [(view, edits)]))


def _changes(view: View, trial: Trial, selected: Span, params: types.CodeActionParams) -> Iterator[types.CodeAction]:
    """Changes that keep the meaning. A lamp that lights by itself at every step of the cursor gets them only where they can wait for their edit."""
    lazy = view.settings.client.lazy_edits
    if not lazy and params.context.trigger_kind == types.CodeActionTriggerKind.Automatic:
        return
    for make in PROPOSALS:
        for proposal in make(view, selected):
            if not _wanted(params.context.only, proposal.kind.value):
                continue
            action = types.CodeAction(proposal.title, proposal.kind)
            if lazy:
                at = {"start": selected.start, "end": selected.end, "version": view.document.version}
                action.data = {"uri": view.document.uri, "name": proposal.name, **at}
            elif trial.is_over or not _stands(trial, proposal):
                continue
            else:
                action.edit = workspace_edit(view, [(view, proposal.edits)])
            yield action


def _stands(trial: Trial, proposal: Proposal) -> bool:
    return trial.keeps_meaning(proposal.edits) if proposal.keeps else trial.adds_no_error(proposal.edits)

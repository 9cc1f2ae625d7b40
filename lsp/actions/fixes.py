"""Corrections of diagnostics, each compiled before it is offered; and all that are safe at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from compiler.diagnostics import Diagnostic, Edit, Fix
from compiler.pipeline import Checked
from compiler.source import Span
from lsp.actions.trial import Trial, diagnostics, errors, overlap
from lsp.renaming import applied

_MOST_ROUNDS = 12
"""A correction may bring a mistake to light that has one of its own; so often it is tried again."""


def fixes(trial: Trial, selected: Span) -> Iterator[tuple[Diagnostic, Fix]]:
    """The corrections of the diagnostics that touch a place, until the budget is spent; safe ones first."""
    found = (d for d in _own(trial, trial.told) if d.span.start <= selected.end and selected.start <= d.span.end)
    pairs = [(d, fix) for d in found for fix in d.fixes]
    for diagnostic, fix in sorted(pairs, key=lambda pair: (not pair[1].safe, pair[0].severity != "error", pair[0].span)):
        if trial.is_over:
            return
        if trial.mends(diagnostic, fix.edits):
            yield diagnostic, fix


def all_safe(trial: Trial) -> tuple[Edit, ...]:
    """One edit that makes every safe correction, of mistakes that these bring to light too; none if nothing is left better than it was."""
    text = trial.view.text
    for _ in range(_MOST_ROUNDS):
        better = _round(trial, text)
        if better is None:
            break
        text = better
    return between(trial.view.text, text)


def _round(trial: Trial, text: str) -> str | None:
    """The text after its safe corrections, all at once if that goes, else the first that does; None if there are none."""
    before = trial.text(text)
    chosen: list[Edit] = []
    each: list[Sequence[Edit]] = []
    for diagnostic in _own(trial, diagnostics(before)):
        for fix in diagnostic.fixes:
            if fix.safe:
                each.append(fix.edits)
                if not overlap([*chosen, *fix.edits]):
                    chosen += fix.edits
                break
    for edits in [chosen, *each] if each else []:
        changed = applied(text, edits)
        after = trial.text(changed)
        if changed != text and _left(after) < _left(before) and not errors(after) - errors(before):
            return changed
    return None


def _left(checked: Checked) -> tuple[int, int]:
    """What there is to do, errors first: a program that can be read again may show warnings that were not looked for before."""
    return errors(checked).total(), len(diagnostics(checked))


def _own(trial: Trial, told: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    """What is said of the program itself, without what its author has switched off."""
    return (d for d in told if d.source is None and trial.view.settings.level(d) != "off")


def between(before: str, after: str) -> tuple[Edit, ...]:
    """The one edit that makes a text of another, without what both share at their ends."""
    if before == after:
        return ()
    shortest, head = min(len(before), len(after)), 0
    while head < shortest and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shortest - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    if head and before[head - 1] == "\r":  # an edit does not begin inside a line's end
        head -= 1
    if tail and before[len(before) - tail] == "\n":
        tail -= 1
    return (Edit(Span(head, len(before) - tail), after[head : len(after) - tail]),)

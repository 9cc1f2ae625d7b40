"""Scheduled rules as rules: `every month end where c` is a rule whose condition is the schedule, and c where there is one."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, cast

from compiler import syntax as s


def with_schedules_as_rules(file: s.File) -> s.File:
    """The file with each `every` as the `when` that it stands for; everything else as it was."""
    if not any(isinstance(card.statement, s.Every) for card in file.cards):
        return file
    return replace(
        file,
        cards=tuple(
            replace(card, statement=as_rule(card.statement)) if isinstance(card.statement, s.Every) else card
            for card in file.cards
        ),
    )


def as_rule(every: s.Every) -> s.When:
    """The rule of a schedule. The schedule stands where it is written, so that messages point at it."""
    last = every.at.span.end if every.at is not None else every.words[-1].span.end
    first = every.words[0].span.start
    words = [word.name for word in every.words]
    period = cast(Literal["month", "week", "day"], words[0])
    edge = cast(Literal["start", "end", ""], words[1] if len(words) > 1 and words[1] in ("start", "end") else "")
    span = replace(every.words[0].span, start=first, end=last)
    # A rotation compares who is there at one instant; one that came late would be alone, and get all that is held.
    late = not any(isinstance(action, s.HoldTop) for action in every.actions)
    condition: s.Expr = s.Scheduled(span, period, edge, every.at, late)
    if every.where is not None:
        both = replace(span, end=every.where.span.end)
        condition = s.Binary(both, "and", condition, every.where, replace(span, start=last, end=every.where.span.start))
    return s.When(every.span, condition, every.actions, doc=every.doc)

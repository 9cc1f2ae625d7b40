"""The text of a note: what stands in braces is filled in with the values of its bar."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan

from compiler.plan import ActionCode

TRUTHS = ("false", "unknown", "true")


def note_text(action: ActionCode, values: Iterable[float], symbol: str) -> str:
    """values: those of the slots of the action's text, in their order. A truth reads as a word, what is not known as 'unknown'."""
    filled = zip(values, (*action.truths, *(False for _ in action.text)), strict=False)
    parts = [part if isinstance(part, str) else _written(*next(filled)) for part in action.text]
    return "".join(parts).replace("{symbol}", symbol)


def _written(value: float, truth: bool) -> str:
    if isnan(value):
        return "unknown"
    return TRUTHS[int(value)] if truth else f"{value:.10g}"

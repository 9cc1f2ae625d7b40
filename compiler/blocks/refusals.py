"""Why a block edit is refused: a closed set of reasons, each with a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reason = Literal[
    "no_block", "no_slot", "not_an_edit", "unreadable", "does_not_fit", "not_a_literal", "needed", "fixed", "into_itself",
    "no_such_operator", "not_a_name", "name_taken", "has_mistake", "would_change_meaning",
]  # fmt: skip

REASONS: dict[Reason, str] = {
    "no_block": "No block has the id that the edit names.",
    "no_slot": "The block has no such slot, or the slot has no such position.",
    "not_an_edit": "The JSON is no edit: an unknown name, or a part that is missing or of the wrong kind.",
    "unreadable": "The text given can't be read as what stands in this place.",
    "does_not_fit": "What is moved or put in can't stand in this slot.",
    "not_a_literal": "A literal is set where another kind of block stands.",
    "needed": "What would be taken out can't be missing.",
    "fixed": "The block can't be moved, wrapped or taken out by itself.",
    "into_itself": "A block can't be moved into a part of itself.",
    "no_such_operator": "The block can't have this operator.",
    "not_a_name": "The new name is no name of the language.",
    "name_taken": "The new name already has a meaning.",
    "has_mistake": "The line can't be read as it stands; it has to be put right as text first.",
    "would_change_meaning": "The text after the edit would not say what was meant.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """The edit is not made, the text stays as it is."""

    reason: Reason
    message: str


class Refused(Exception):
    """Ends the making of an edit."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.refusal = Refusal(reason, message)

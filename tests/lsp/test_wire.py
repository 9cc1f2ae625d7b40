"""Requests to a client: each answer finds its own, a refusal is told, and a client that answers none fills no memory."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from lsp.wire import MOST_ASKED, Refused, Wire

pytestmark = pytest.mark.asyncio


@dataclass
class Sent:
    """What went out."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def write(self, body: bytes) -> None:
        self.messages.append(json.loads(body))

    def close(self) -> None: ...


async def test_answers_come_in_any_order_and_find_their_questions() -> None:
    sent = Sent()
    wire = Wire(sent)
    first, second = wire.ask("one"), wire.ask("two")
    one, two = (message["id"] for message in sent.messages)
    assert wire.answered({"id": two, "result": 2})
    assert wire.answered({"id": one, "error": {"code": -1, "message": "not now"}})
    assert await second == 2
    with pytest.raises(Refused, match="not now"):
        await first
    assert not wire.answered({"id": one, "result": None}), "answered before"
    assert not wire.answered({"id": 5, "result": None}), "never asked"


async def test_what_a_silent_client_was_asked_is_given_up_oldest_first() -> None:
    sent = Sent()
    wire = Wire(sent)
    asked = [wire.ask("refresh") for _ in range(MOST_ASKED + 3)]
    assert [question.cancelled() for question in asked] == [True] * 3 + [False] * MOST_ASKED
    assert wire.answered({"id": sent.messages[-1]["id"], "result": None})
    assert await asked[-1] is None
    wire.close()
    assert all(question.cancelled() for question in asked[:-1])

"""Garbage is looked for while clients rest: what is thrown away in a cycle is gone a little after the last message, and nothing is lost."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from lsp import collecting
from lsp.collecting import Collecting


class Knot:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.asyncio
async def test_a_cycle_is_freed_when_messages_have_stopped_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "REST_S", 0.2)
    found = Collecting()
    knot = Knot()
    gone = weakref.ref(knot)
    del knot
    for _ in range(4):
        found.touched()
        await asyncio.sleep(0.1)
        assert gone() is not None, "looked for while messages came"
    for _ in range(100):
        await asyncio.sleep(0.05)
        if gone() is None:
            break
    assert gone() is None


@pytest.mark.asyncio
async def test_a_cycle_that_was_alive_at_a_rest_is_freed_at_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "REST_S", 0.01)
    monkeypatch.setattr(collecting, "ALL_EACH", 3)
    found = Collecting()
    knot = Knot()
    gone = weakref.ref(knot)
    for rest in range(7):
        if rest == 1:
            del knot
        found.touched()
        await asyncio.sleep(0.1)
    assert gone() is None

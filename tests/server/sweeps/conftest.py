"""A Redis server for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from server.sweeps.store import Store
from tests.faults.rig import RedisServer


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    found = RedisServer()
    yield found
    found.close()


@pytest.fixture
def store(server: RedisServer) -> Store:
    server.client.flushall()
    return Store(server.client)

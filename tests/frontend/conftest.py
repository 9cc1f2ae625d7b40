"""One browser and one language server for all tests of a process; each test has pages of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.frontend.browser import Browser, Server
from tests.frontend.here import need


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    need(browser=True)
    running = Browser(tmp_path_factory.mktemp("page"))
    yield running
    running.end()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("home"))
    yield running
    running.end()

"""One server and one editor for all tests of features: each opens documents of its own. Tests of the shell start theirs with `start`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.lsp.editor import FULL, Editor, start, stop


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def editor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Editor]:
    """A client that can all that VS Code can. Use it with `pytestmark = pytest.mark.asyncio(loop_scope="session")`."""
    running = await start(tmp_path_factory.mktemp("lsp"), FULL)
    yield running
    assert await stop(running) == 0

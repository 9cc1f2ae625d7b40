"""When diagnostics go out: an edit's at once, a burst's seldom, and what is found later without making a burst of single edits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from compiler.diagnostics import Diagnostic
from compiler.source import Span
from lsp.host import libraries_named
from lsp.publishing import Publisher
from lsp.pulling import Pulling
from lsp.session import Session
from stdlib.library import load

pytestmark = pytest.mark.asyncio(loop_scope="session")
URI = "file:///a.apx"


def publisher() -> tuple[Publisher, list[dict[str, Any]]]:
    session, sent = Session(load, libraries_named("")), list[dict[str, Any]]()
    session.opened(URI, "let a = b\n", 1)

    def failed(error: BaseException, what: str, params: object, uri: str = "") -> str:
        raise error

    return Publisher(session, sent.append, failed, lambda: False, Pulling(session, failed), lambda: None), sent


async def test_what_is_found_later_goes_out_at_once_and_is_no_edit() -> None:
    told, sent = publisher()
    told.changed(URI)
    while not sent:
        await asyncio.sleep(0)
    before = (told._published, told._edited, told._gap)
    told.session.documents[URI].told.found((Diagnostic("W0201", Span(4, 5), "a", "warning"),))
    told.more(URI)
    assert [message["version"] for message in sent] == [1, 1]
    assert (told._published, told._edited, told._gap) == before


async def test_what_the_client_has_is_not_sent_again() -> None:
    told, sent = publisher()
    told.changed(URI)
    while not sent:
        await asyncio.sleep(0)
    told.more(URI)
    assert len(sent) == 1
    told.closed(URI)
    told.session.opened(URI, "let a = b\n", 1)
    told.more(URI)
    assert [len(message["diagnostics"]) > 0 for message in sent] == [True, False, True]


async def test_what_is_found_while_edits_wait_goes_out_with_them() -> None:
    told, sent = publisher()
    told.changed(URI)
    told.more(URI)
    assert sent == []
    while not sent:
        await asyncio.sleep(0)
    await asyncio.sleep(0.1)
    assert len(sent) == 1


async def test_after_the_end_nothing_goes_out() -> None:
    told, sent = publisher()
    told.close()
    told.more(URI)
    told.changed(URI)
    await asyncio.sleep(0.05)
    assert sent == []

"""Messages about documents are read from their JSON; parameters that are none of their method are refused whole."""

from __future__ import annotations

from typing import Any

import pytest

from lsp import incoming
from lsp.client import Client, encoding_of, said
from lsp.document import Change, Place


def test_an_edit_is_read_with_its_places() -> None:
    range_ = {"start": {"line": 1, "character": 2}, "end": {"line": 3, "character": 4}}
    changes = [{"range": range_, "rangeLength": 9, "text": "a"}, {"text": "whole"}]
    params = {"textDocument": {"uri": "file:///a.apx", "version": 7}, "contentChanges": changes}
    assert incoming.changed(params) == ("file:///a.apx", 7, (Change("a", Place(1, 2), Place(3, 4)), Change("whole")))


@pytest.mark.parametrize(
    "params",
    [
        None,
        [],
        {},
        {"textDocument": {"uri": "a", "version": 1}},
        {"textDocument": {"uri": "a", "version": 1}, "contentChanges": {}},
        {"textDocument": {"uri": "a", "version": True}, "contentChanges": []},
        {"textDocument": {"uri": 5, "version": 1}, "contentChanges": []},
        {"textDocument": {"uri": "a", "version": 1}, "contentChanges": [{}]},
        {"textDocument": {"uri": "a", "version": 1}, "contentChanges": [{"text": "b"}, {"text": 5}]},
        {"textDocument": {"uri": "a", "version": 1}, "contentChanges": [{"text": "b", "range": 5}]},
        {"textDocument": {"uri": "a", "version": 1}, "contentChanges": [{"text": "b", "range": {"start": {"line": 1}}}]},
    ],
)
def test_an_edit_that_is_none_is_refused_whole(params: Any) -> None:
    with pytest.raises(incoming.Malformed):
        incoming.changed(params)


@pytest.mark.parametrize(
    "capabilities", [None, 5, [], {"general": []}, {"textDocument": {"hover": {"contentFormat": "markdown"}}}]
)
def test_no_client_can_say_of_itself_what_makes_the_server_fail(capabilities: Any) -> None:
    assert encoding_of(capabilities) == "utf-16"
    assert Client.of(capabilities) == Client.of({})
    assert said(capabilities, "textDocument", "rename", "prepareSupport") is None

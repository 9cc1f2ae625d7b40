"""`GET /api/catalog`: the catalogue of the command, named by its hash, sent once."""

from __future__ import annotations

import json

import httpx
import pytest

import apextrade
from compiler.catalogue import canonical
from server.language.answers import CatalogueAnswer
from server.language.catalogue import matches


def test_the_catalogue_is_that_of_the_command(client: httpx.Client) -> None:
    answer = client.get("/api/catalog")
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(apextrade.catalogue()))
    CatalogueAnswer.model_validate(answer.json())
    assert answer.headers["ETag"] == f'"{answer.json()["hash"]}"'
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert canonical(answer.json()) == canonical(apextrade.catalogue())


def test_who_has_it_gets_nothing(client: httpx.Client) -> None:
    tag = client.get("/api/catalog").headers["ETag"]
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = client.get("/api/catalog", headers={"If-None-Match": sent})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert client.get("/api/catalog", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("sent", "same"), [('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ('"b"', False), ("", False), ("a", False)]
)
def test_tags_are_compared_whole(sent: str, same: bool) -> None:
    assert matches(sent, '"a"') is same

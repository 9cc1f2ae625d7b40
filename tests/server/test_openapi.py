"""The OpenAPI document names every route, every status and every problem, and its examples work."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from server.problems import CODES, MEDIA_TYPE

METHODS = {
    "/api/compile": "post", "/api/validate": "post", "/api/format": "post", "/api/edit": "post", "/api/catalog": "get", "/healthz": "get", "/readyz": "get",
}  # fmt: skip


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/api/openapi.json").json()
    return found


def test_every_route_is_there(document: dict[str, Any]) -> None:
    assert {path: list(methods) for path, methods in document["paths"].items()} == {
        path: [method] for path, method in METHODS.items()
    }


def test_answers_are_typed_and_problems_have_their_media_type(document: dict[str, Any]) -> None:
    for path, method in METHODS.items():
        operation = document["paths"][path][method]
        for status, said in operation["responses"].items():
            if status == "304":
                continue
            kind = "application/json" if status == "200" else MEDIA_TYPE
            assert list(said["content"]) == [kind], (path, status)
            schema = said["content"][kind]["schema"]
            assert "$ref" in schema or "anyOf" in schema, (path, status)
        if method == "post":
            assert {"200", "400", "408", "413", "415", "422", "429", "500", "503"} <= set(operation["responses"]), path


def test_nothing_of_the_framework_is_left(document: dict[str, Any]) -> None:
    assert not {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"])


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(document["components"]["schemas"])
    assert {"Block", "Slot", "DiagnosticOf", "InputOf", "PlanOf", "Problem", "SetLiteral"} <= names


def test_every_problem_is_described(document: dict[str, Any]) -> None:
    for one in CODES:
        assert f"- `{one.code}` ({one.status}): " in document["info"]["description"]


@pytest.mark.parametrize("path", [path for path, method in METHODS.items() if method == "post"])
def test_the_examples_of_a_route_are_answered(path: str, document: dict[str, Any], client: httpx.Client) -> None:
    ref = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    examples = document["components"]["schemas"][ref.rpartition("/")[2]]["examples"]
    assert examples
    for example in examples:
        answer = client.post(path, json=example)
        assert answer.status_code == 200, answer.text[:500]

"""The OpenAPI document: problems under their media type, nothing that FastAPI would add of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from server.problems import CODES, MEDIA_TYPE

ABOUT = """The language of ApexTrade over HTTP: check, compile, format and edit programs.

There are no accounts yet: whoever reaches the server may use these routes. Offsets and columns count UTF-16 units.
Every problem is `application/problem+json` (RFC 9457) with a `code`:

"""


FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""What FastAPI says of requests that are not of their form, where a route says nothing; here that is a problem."""


def document(app: FastAPI, bodies: Sequence[type[BaseModel]], reference: str) -> dict[str, Any]:
    """bodies: the models of what routes take, which refer to them by `reference`."""
    listed = "\n".join(f"- `{one.code}` ({one.status}): {one.title}. {one.meaning}" for one in CODES)
    made = get_openapi(title=app.title, version=app.version, description=ABOUT + listed, routes=app.routes)
    for methods in made["paths"].values():
        for operation in methods.values():
            for status, said in list(operation["responses"].items()):
                content = said.get("content", {})
                if FRAMEWORK[0] in str(content):
                    del operation["responses"][status]
                if int(status) >= 400 and "application/json" in content:
                    content[MEDIA_TYPE] = content.pop("application/json")
    for name in FRAMEWORK:
        made["components"]["schemas"].pop(name, None)
    _, of_bodies = models_json_schema([(body, "validation") for body in bodies], ref_template=reference)
    made["components"]["schemas"] |= of_bodies["$defs"]
    return made

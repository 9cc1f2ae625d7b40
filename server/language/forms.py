"""A body as what its route takes, or why it is none of that. Bodies are read in workers: one may take seconds to be found wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from server.workers.jobs import Refused

Form = TypeVar("Form", bound=BaseModel)

MOST_ERRORS = 20

_HALF = re.compile("[\ud800-\udfff]")


def read_json(body: bytes) -> object:
    """The value that a body is. Raises Refused."""
    try:
        given: object = json.loads(body.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        said = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise Refused("not_json", f"The body is no JSON: {said}, at character {error.pos}.") from None
    except (ValueError, RecursionError):  # no UTF-8; a whole number of thousands of digits
        raise Refused("not_json", "The body can't be read as JSON in UTF-8.") from None
    at = half_a_character(given)
    if at is not None:
        said = "a text has half a surrogate pair in it, which is no character"
        raise Refused("invalid_request", f"{at or 'The body'}: {said}.", {"errors": [{"at": at, "message": said}]})
    return given


def read_form(form: type[Form], given: object) -> Form:
    """Raises Refused, which names the places that are not of the form."""
    try:
        return form.model_validate(given)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        count = error.error_count()
    errors = [{"at": place(one["loc"], one["type"], given), "message": sentence(one)} for one in found[:MOST_ERRORS]]
    more = f", and {count - 1} more" if count > 1 else ""
    detail = f"{errors[0]['at'] or 'The body'}: {errors[0]['message']}{more}."
    raise Refused("invalid_request", detail, {"errors": errors})


def place(parts: Sequence[int | str], kind: str, given: object) -> str:
    """Where in a body something is wrong, as a JSON pointer. The names of alternatives, which stand between, are no part of the body."""
    found = ""
    for index, part in enumerate(parts):
        match given:
            case dict() if part in given:
                given = given[part]
            case list() if isinstance(part, int) and part < len(given):
                given = given[part]
            case _ if kind != "missing" or index < len(parts) - 1:
                continue
        found += "/" + str(part).replace("~", "~0").replace("/", "~1")[:100]
    return found


def sentence(error: Mapping[str, Any]) -> str:
    """What is wrong, without what was sent: that may be anything."""
    said = str(error["msg"]).removeprefix("Value error, ")[:300]
    return said[:1].lower() + said[1:]


def half_a_character(given: object) -> str | None:
    """Where the first text is that is none in UTF-8, as a JSON pointer: JSON can write half of a character's two UTF-16 units."""
    todo: list[tuple[str, object]] = [("", given)]
    while todo:
        at, part = todo.pop()
        match part:
            case str():
                if not part.isascii() and _HALF.search(part):
                    return at
            case dict():
                for key, value in part.items():
                    if _HALF.search(key):
                        return at
                    todo.append((f"{at}/{key}", value))
            case list():
                todo += ((f"{at}/{i}", value) for i, value in enumerate(part))
    return None

"""Problems: what the server says where it can't do what is asked, by RFC 9457, each with a code that stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """retry: after so many seconds the same request may do."""

    code: str
    status: int
    title: str
    meaning: str
    retry: int | None = None


CODES: tuple[ProblemCode, ...] = (
    ProblemCode("not_json", 400, "The body is no JSON", "The body can't be read as JSON in UTF-8."),
    ProblemCode("not_found", 404, "There is nothing here", "No route has this path."),
    ProblemCode("method_not_allowed", 405, "This route has no such method", "`Allow` lists those that it has."),
    ProblemCode("body_too_slow", 408, "The body takes too long", "The body did not come in within the time for it."),
    ProblemCode("stale_source", 409, "The text has changed", "`source_hash` is not the hash of the text: the edit was made for another one."),
    ProblemCode("body_too_large", 413, "The body is too large", "`limit` says how many bytes it may have."),
    ProblemCode("unsupported_media_type", 415, "The body is of another kind", "Bodies are `application/json`."),
    ProblemCode("body_too_deep", 422, "The body is nested too deeply", "`limit` says how many brackets may stand inside each other."),
    ProblemCode("invalid_request", 422, "The request is not of its form", "`errors` names each place with what is wrong there."),
    ProblemCode("program_has_errors", 422, "The program has errors", "`diagnostics` lists them, and warnings."),
    ProblemCode("tree_disagrees", 422, "The tree is not that of its text", "`at` points to the first place where they differ. Blocks are changed by `edits`."),
    ProblemCode("edit_refused", 422, "The edit can't be made", "`reason` is one of the reasons of the blocks' page; `index` says which of several edits."),
    ProblemCode("time_limit", 422, "The program takes too long", "Work on it was ended after the time that a request may take."),
    ProblemCode("memory_limit", 422, "The program takes too much memory", "Work on it was ended at the memory that a request may take."),
    ProblemCode("answer_too_large", 422, "The answer would be too large", "Ask without the tree, or cut the program into several."),
    ProblemCode("too_many_requests", 429, "Too many requests at once", "This client has enough requests here already.", 1),
    ProblemCode("internal_error", 500, "A defect of ApexTrade", "It is ours, not yours; the log has it under the request's id."),
    ProblemCode("busy", 503, "The server is busy", "Enough requests wait already.", 2),
    ProblemCode("worker_lost", 503, "The work was lost", "The process that did it ended. The same request may do.", 1),
    ProblemCode("not_ready", 503, "The server is not ready", "It is starting, or its workers do not start.", 2),
)  # fmt: skip
"""Every problem, by status."""

BY_CODE: dict[str, ProblemCode] = {one.code: one for one in CODES}


@dataclass(slots=True)
class ProblemError(Exception):
    """Ends a request with a problem. `more`: further members, as JSON."""

    code: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code}: {self.detail}"


class FieldError(BaseModel):
    """One place of a request that is not of its form."""

    at: str = Field(description="JSON pointer into the body, or the name of a parameter")
    message: str


class Problem(BaseModel):
    """What stands in the way of a request. Members beside these depend on `code`."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="`urn:apextrade:problem:` and the code", examples=["urn:apextrade:problem:stale_source"])
    title: str
    status: int
    detail: str = Field(description="what happened, in a sentence")
    instance: str = Field(description="`urn:apextrade:request:` and the request's id, which is in the log")
    code: str = Field(description="stable: programs go by it", examples=[one.code for one in CODES])
    errors: list[FieldError] | None = Field(default=None, description="of `invalid_request`")


def problem(code: str, detail: str, request_id: str, more: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON of a problem."""
    known = BY_CODE[code]
    return {
        "type": f"urn:apextrade:problem:{code}",
        "title": known.title,
        "status": known.status,
        "detail": detail,
        "instance": f"urn:apextrade:request:{request_id}",
        "code": code,
        **(more or {}),
    }

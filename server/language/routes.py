"""The routes of the language."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from server.answering import Workers, answered, turned_away
from server.language.answers import (
    CatalogueAnswer,
    CompileAnswer,
    EditAnswer,
    EditProblem,
    FormatAnswer,
    ProgramProblem,
    StaleProblem,
    TreeProblem,
    ValidateAnswer,
)
from server.language.asked import CompileAsked, EditAsked, FormatAsked, ValidateAsked
from server.language.catalogue import Catalogue, matches
from server.problems import CODES, Problem
from server.workers.pool import Busy, TooMany
from server.workers.worker import Lost, OutOfTime

BODIES: tuple[type[BaseModel], ...] = (CompileAsked, ValidateAsked, FormatAsked, EditAsked)
"""What the routes take."""

REFERENCE = "#/components/schemas/{model}"

ROUTES = APIRouter(prefix="/api", tags=["language"])

ANYWHERE = (408, 413, 415, 429, 500, 503)
"""Problems that every request with a body may meet."""


def problems(*of_this_route: int, models: dict[int, Any] | None = None) -> dict[int | str, dict[str, Any]]:
    """What a route may answer beside its answer, for its documentation."""
    found: dict[int | str, dict[str, Any]] = {}
    for status in sorted({*of_this_route}):
        codes = [one.code for one in CODES if one.status == status]
        model = (models or {}).get(status, Problem)
        found[status] = {"model": model, "description": f"Problem: {', '.join(f'`{code}`' for code in codes)}"}
    return found


def takes(form: type[BaseModel]) -> dict[str, Any]:
    """What the body of a request has to be, for the documentation. A worker reads it (forms.py), never the process that serves all."""
    return {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": REFERENCE.format(model=form.__name__)}}},
        }
    }


@ROUTES.post(
    "/compile",
    response_model=CompileAnswer,
    summary="Compile a program",
    responses=problems(400, 422, *ANYWHERE, models={422: ProgramProblem | TreeProblem | EditProblem | Problem}),
    openapi_extra=takes(CompileAsked),
)
async def compile_program(request: Request, workers: Workers) -> Response:
    """A program without errors: what is known of it, and its plan. One with errors is the problem `program_has_errors` with its diagnostics.

    It comes as text, or as a builder's tree; block edits that come with it are made first. Libraries that it uses come with the
    request. No file is read.
    """
    return await answered(request, workers, "compile")


@ROUTES.post(
    "/validate",
    response_model=ValidateAnswer,
    summary="Check a program and run its tests",
    responses=problems(400, 422, *ANYWHERE, models={422: TreeProblem | EditProblem | Problem}),
    openapi_extra=takes(ValidateAsked),
)
async def validate_program(request: Request, workers: Workers) -> Response:
    """What is known of a program, with mistakes or without: an answer with diagnostics either way. Runs its `test` blocks; with `blocks` gives its tree."""
    return await answered(request, workers, "validate")


@ROUTES.post(
    "/format",
    response_model=FormatAnswer,
    summary="The one canonical layout",
    responses=problems(400, 422, *ANYWHERE),
    openapi_extra=takes(FormatAsked),
)
async def format_program(request: Request, workers: Workers) -> Response:
    """The text as `apx fmt` writes it: comments and meaning stay."""
    return await answered(request, workers, "format")


@ROUTES.post(
    "/edit",
    response_model=EditAnswer,
    summary="A block edit as minimal edits of the text",
    responses=problems(400, 409, 422, *ANYWHERE, models={409: StaleProblem, 422: EditProblem | Problem}),
    openapi_extra=takes(EditAsked),
)
async def edit_program(request: Request, workers: Workers) -> Response:
    """The smallest edits of the text that do what a block edit says, and those that undo it to the byte."""
    return await answered(request, workers, "edit")


@ROUTES.get(
    "/catalog",
    response_model=CatalogueAnswer,
    summary="Everything that can be written",
    responses={304: {"description": "The caller has this version"}, **problems(500, 503)},
)
async def get_catalogue(
    request: Request,
    workers: Workers,
    if_none_match: Annotated[str | None, Header(description="ETags that the caller has")] = None,
) -> Response:
    """Functions, operators, phrases, fields, units, settings, lines, templates and diagnostics. `ETag` is its hash."""
    catalogue = request.app.state.catalogue
    assert isinstance(catalogue, Catalogue)
    try:
        document = await catalogue.get()
    except (Busy, TooMany, OutOfTime, Lost) as error:
        turned_away(error, workers)
    headers = {"ETag": document.etag, "Cache-Control": "public, no-cache"}
    if if_none_match is not None and matches(if_none_match, document.etag):
        return Response(status_code=304, headers=headers)
    return Response(document.body, media_type="application/json", headers=headers)

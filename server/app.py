"""The application: its routes, its workers, and one form for everything that goes wrong."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import uuid4

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from server import health
from server.frontier import ALWAYS, Frontier, answer_of
from server.language import routes as language
from server.language.catalogue import Catalogue
from server.openapi import document
from server.problems import ProblemError
from server.settings import DEFAULTS, Settings
from server.workers.pool import Pool

LOG = logging.getLogger(__name__)


def new_id() -> str:
    return uuid4().hex


def create_app(
    version: str, examples: Mapping[str, str], settings: Settings = DEFAULTS, new_id: Callable[[], str] = new_id
) -> FastAPI:
    """The server. examples: whole programs by name, for the catalogue. new_id: of a request that brings none."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        pool = Pool(settings)
        app.state.pool = pool
        app.state.catalogue = catalogue = Catalogue(pool, examples, settings.catalogue_seconds)
        pool.open()
        if settings.catalogue_at_start:
            catalogue.begin()
        try:
            yield
        finally:
            catalogue.end()
            await pool.close()

    app = FastAPI(
        title="ApexTrade", version=version, lifespan=life, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None,
        redirect_slashes=False,
    )  # fmt: skip
    app.include_router(language.ROUTES)
    app.include_router(health.ROUTES)
    app.add_middleware(Frontier, settings=settings, new_id=new_id)
    app.add_exception_handler(ProblemError, _of_ours)
    app.add_exception_handler(HTTPException, _of_the_router)
    app.add_exception_handler(Exception, _defect)
    made = document(app, language.BODIES, language.REFERENCE)
    app.openapi = lambda: made  # type: ignore[method-assign]
    return app


def response(error: ProblemError, request: Request, headers: Mapping[str, str] | None = None) -> Response:
    status, own, body = answer_of(error, request.state.request_id)
    return Response(body, status, {**own, **(headers or {})})


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return response(error, request)


async def _of_the_router(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    match error.status_code:
        case 404:
            return response(ProblemError("not_found", f"There is nothing at {path}."), request)
        case 405:
            said = f"{path} has no method {request.method}."
            return response(ProblemError("method_not_allowed", said), request, error.headers)
        case _:
            LOG.error("request %s: an unforeseen status %d: %s", request.state.request_id, error.status_code, error.detail)
            return response(ProblemError("internal_error", "The server ran into a defect of its own."), request)


async def _defect(request: Request, error: Exception) -> Response:
    # Starlette raises the error again after this answer, so that it is in the log.
    LOG.error("request %s: a defect: %s", request.state.request_id, type(error).__name__)
    said = ProblemError("internal_error", "The server ran into a defect of its own; nothing is wrong with the request.")
    always = {name.decode(): value.decode() for name, value in ALWAYS} | {"X-Request-ID": request.state.request_id}
    return response(said, request, always)

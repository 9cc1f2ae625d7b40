"""From a request to a worker and back: every reply of a worker as the answer or the problem that it is."""

from __future__ import annotations

import json
import logging
from typing import Annotated, NoReturn, assert_never

from fastapi import Depends, Request, Response

from server.problems import ProblemError
from server.settings import Settings
from server.workers.pool import Busy, Pool, TooMany
from server.workers.replies import Reply
from server.workers.worker import Lost, OutOfTime

LOG = logging.getLogger(__name__)


def pool_of(request: Request) -> Pool:
    pool = request.app.state.pool
    assert isinstance(pool, Pool)
    return pool


Workers = Annotated[Pool, Depends(pool_of)]


async def answered(request: Request, pool: Pool, work: str) -> Response:
    """The answer to a request whose body has been found to be of its form. Raises ProblemError."""
    client = request.client.host if request.client is not None else ""
    try:
        reply = await pool.run(work, await request.body(), client)
    except (Busy, TooMany, OutOfTime, Lost) as error:
        turned_away(error, pool)
    return Response(body_of(reply, request, pool.settings), media_type="application/json", headers={"Cache-Control": "no-store"})


def turned_away(error: Busy | TooMany | OutOfTime | Lost, pool: Pool) -> NoReturn:
    settings = pool.settings
    match error:
        case Busy() if not pool.ready:
            raise ProblemError("not_ready", "No worker is warm yet; try again in a moment.") from None
        case Busy():
            raise ProblemError("busy", "All workers have work and enough requests wait; try again in a moment.") from None
        case TooMany():
            raise ProblemError(
                "too_many_requests", f"{settings.of_one_client} requests of this client are here already."
            ) from None
        case OutOfTime():
            raise ProblemError("time_limit", f"Work on this program was ended after {settings.work_seconds:g} seconds.") from None
        case Lost():
            raise ProblemError("worker_lost", "The process that worked on this request ended before it was done.") from None
        case _:
            assert_never(error)


def body_of(reply: Reply, request: Request, settings: Settings) -> bytes:
    match reply.kind:
        case "done":
            return reply.body
        case "refused":
            said = json.loads(reply.body)
            more = {key: value for key, value in said.items() if key not in ("code", "detail")}
            raise ProblemError(said["code"], said["detail"], more)
        case "memory":
            megabytes = settings.work_megabytes
            raise ProblemError("memory_limit", f"Work on this program was ended at {megabytes} MB of memory.")
        case "large":
            raise ProblemError("answer_too_large", f"The answer would have more than {settings.answer_bytes:,} bytes.")
        case "defect" | "ready":
            LOG.error("request %s: a worker ran into a defect\n%s", request.state.request_id, reply.body.decode(errors="replace"))
            raise ProblemError("internal_error", "The server ran into a defect of its own; nothing is wrong with the request.")
        case _:
            assert_never(reply.kind)

"""Whether the server lives, and whether it can work."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from server.answering import Workers
from server.problems import Problem, ProblemError

ROUTES = APIRouter(tags=["health"])


class Alive(BaseModel):
    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """workers: how many are warm."""

    status: Literal["ready"] = "ready"
    workers: int


@ROUTES.get("/healthz", summary="Whether the process answers")
async def healthz() -> Alive:
    return Alive()


@ROUTES.get("/readyz", summary="Whether it can work", responses={503: {"model": Problem, "description": "Problem: `not_ready`"}})
async def readyz(workers: Workers) -> Ready:
    if not workers.ready:
        raise ProblemError("not_ready", "No worker is warm yet.")
    return Ready(workers=len(workers.workers))

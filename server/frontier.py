"""What surrounds every request: its id, the bounds of its body, headers of every answer, and problems in one form."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import BY_CODE, MEDIA_TYPE, ProblemError, problem
from server.settings import Settings

ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""Of a request, as a proxy before us may have given it."""

ALWAYS: tuple[tuple[bytes, bytes], ...] = ((b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"))
"""Headers of every answer."""

WITH_BODY = ("POST", "PUT", "PATCH")

_BRACKETS = bytes(sorted(set(range(256)) - set(b"[]{}")))
_STEPS = np.zeros(256, dtype=np.int32)
_STEPS[[ord("["), ord("{")]] = 1
_STEPS[[ord("]"), ord("}")]] = -1


def depth(body: bytes) -> int:
    """How many brackets stand inside each other in a text of JSON; those in strings do not count. Takes milliseconds for a megabyte."""
    outside = body.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')[::2]
    signs = b"".join(outside).translate(None, _BRACKETS)
    return int(np.cumsum(_STEPS[np.frombuffer(signs, dtype=np.uint8)]).max(initial=0))


@dataclass(slots=True)
class Frontier:
    """The outermost part of the application: what comes in is bounded here, whatever goes out is finished here."""

    app: ASGIApp
    settings: Settings
    new_id: Callable[[], str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers: dict[bytes, bytes] = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if ID.fullmatch(given) else self.new_id()
        scope.setdefault("state", {})["request_id"] = request_id

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *ALWAYS, (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            if scope["method"] in WITH_BODY:
                require_json(headers)
                receive = replayed(await self.body(headers, receive), receive)
        except ProblemError as error:
            await say(error, request_id, finish)
            return
        await self.app(scope, receive, finish)

    async def body(self, headers: Mapping[bytes, bytes], receive: Receive) -> bytes:
        """The whole body. Raises ProblemError as soon as it is beyond its bounds."""
        most = self.settings.body_bytes
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared[:19]) > most:
            raise too_large(most)
        parts, size = [], 0
        try:
            async with asyncio.timeout(self.settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ProblemError("body_too_slow", "The connection was closed before the body had come in.")
                    part = message.get("body", b"")
                    size += len(part)
                    if size > most:
                        raise too_large(most)
                    parts.append(part)
                    if not message.get("more_body", False):
                        break
        except TimeoutError:
            seconds = self.settings.body_seconds
            raise ProblemError("body_too_slow", f"The body did not come in within {seconds:g} seconds.") from None
        body = b"".join(parts)
        deepest = self.settings.body_depth
        if depth(body) > deepest:
            raise ProblemError("body_too_deep", f"Brackets stand more than {deepest} deep in the body.", {"limit": deepest})
        return body


def too_large(most: int) -> ProblemError:
    return ProblemError("body_too_large", f"The body has more than {most:,} bytes.", {"limit": most})


def require_json(headers: Mapping[bytes, bytes]) -> None:
    """Raises ProblemError if the body is not said to be JSON in UTF-8."""
    said = headers.get(b"content-type", b"").decode("latin-1")
    kind, _, rest = said.partition(";")
    charset = rest.partition("charset=")[2].strip().strip('"').lower()
    if kind.strip().lower() != "application/json" or charset not in ("", "utf-8", "utf8"):
        raise ProblemError(
            "unsupported_media_type", f"The body is said to be {said[:100] or 'nothing'}; application/json is needed."
        )


def replayed(body: bytes, receive: Receive) -> Receive:
    """The body once more for the application, then what comes after it."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def say(error: ProblemError, request_id: str, send: Send) -> None:
    status, headers, body = answer_of(error, request_id)
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    raw.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def answer_of(error: ProblemError, request_id: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer that a problem is."""
    known = BY_CODE[error.code]
    headers = {"Content-Type": MEDIA_TYPE, "Cache-Control": "no-store"}
    if known.retry is not None:
        headers["Retry-After"] = str(known.retry)
    content: dict[str, Any] = problem(error.code, error.detail, request_id, error.more)
    return known.status, headers, json.dumps(content, ensure_ascii=False, allow_nan=False).encode(errors="replace")

"""Serves the language over HTTP: compile, validate, format, edit, catalogue. Docs/api.md says what comes and goes."""

from __future__ import annotations

import argparse
import ipaddress
import sys
from typing import TYPE_CHECKING

from apextrade import __version__
from apextrade.failures import UsageError

if TYPE_CHECKING:
    import socket

MISSING = 'The server needs packages that are not installed: pip install "apextrade[server]".'
BACKLOG = 1024


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to serve on (127.0.0.1: this machine only)")
    parser.add_argument("--port", type=port, default=8000, help="the port (8000); 0 takes a free one")
    parser.add_argument("--workers", type=workers, default=2, metavar="N", help="processes that work on programs (2)")
    parser.add_argument("--profile", choices=("embedded", "production"), default="embedded", help="embedded needs nothing else")


def port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535; this is {text}")
    return int(text)


def workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"a number from 1 to 64 is needed; this is {text}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    if args.profile == "production":
        raise UsageError(
            "The production profile needs parts that are not there yet: accounts, the database, the queue. The embedded profile has the language's routes."
        )
    try:
        import uvicorn

        from server.app import create_app
        from server.settings import Settings
    except ImportError as error:
        if (error.name or "").partition(".")[0] in ("fastapi", "pydantic", "pydantic_core", "starlette", "uvicorn"):
            raise UsageError(MISSING) from None
        raise
    from apextrade.catalogue_document import examples

    listening = bound(args.host, args.port)
    app = create_app(__version__, examples(), Settings(workers=args.workers))
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, proxy_headers=False, timeout_graceful_shutdown=15
    )  # an address that a caller claims to come from is not believed
    host, number = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    print(f"ApexTrade serves http://{shown}:{number}; its routes are in /api/openapi.json. Ctrl+C ends it.", flush=True)
    if not only_here(host):
        print(
            f"warning: {host} can be reached from other machines, and there are no accounts yet: whoever reaches it may use it.",
            file=sys.stderr, flush=True,
        )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listening])
    return 0


def bound(host: str, number: int) -> socket.socket:
    """A socket that listens. Raises UsageError."""
    import socket

    try:
        family, *_, address = socket.getaddrinfo(host, number, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError as error:
        raise UsageError(f"Nothing can be served on {host} port {number}: {error.strerror or error}.") from None
    listening.set_inheritable(False)
    return listening


def only_here(host: str) -> bool:
    """Whether an address is of this machine alone."""
    return ipaddress.ip_address(host.partition("%")[0]).is_loopback

"""The language server, for editors: over the standard input and output, or on a WebSocket for pages in a browser."""

from __future__ import annotations

import argparse
import os
import sys
from importlib.util import find_spec

from apextrade import __version__
from apextrade.cli import home
from apextrade.commands.serve import port
from apextrade.failures import UsageError

NEEDED = ("pygls", "lsprotocol", "websockets", "cattrs", "attrs")
"""Looked for, not loaded: most of them are needed only when the first diagnostics are on their way."""
MISSING = 'The language server needs packages that are not installed: pip install "apextrade[lsp]".'

ANSWER = (sys.executable, "-P", "-m", "apextrade", "answer")
"""What runs programs for the server. -P: a folder of the user's own is no place to import from."""


def surroundings() -> dict[str, str]:
    """The environment of that process: it finds what this one was loaded from."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry), "PYTHONSAFEPATH": "1"}


def arguments(parser: argparse.ArgumentParser) -> None:
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--stdio", action="store_true", help="over the standard input and output (also without any argument)")
    way.add_argument(
        "--ws", type=port, metavar="PORT", help="on a WebSocket at this port of this machine alone; 0 takes a free one"
    )


def run(args: argparse.Namespace) -> int:
    if any(find_spec(package) is None for package in NEEDED):
        raise UsageError(MISSING)
    from lsp.host import Host
    from lsp.warm import Command

    host = Host(__version__, home(), "apextrade.libraries:beside_open_texts", Command(ANSWER, surroundings()))
    if args.ws is None:
        from lsp.stdio import serve

        return serve(host)
    from lsp.websocket import serve_many

    return serve_many(host, args.ws)

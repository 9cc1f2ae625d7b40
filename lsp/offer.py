"""The answer to `initialize`: what the server offers, read from `offer.json`, which is made of the table of features.

`python -m lsp.offering` writes that file anew after the table has changed. It stands in a file because the table takes longer to load
than a client should wait for the answer.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from lsp.client import encoding_of, pulls, said

FILE: Final = files("lsp") / "offer.json"
OF_RESULTS: Final = ("codeLensProvider", "inlineValueProvider")
"""Offered only where something may be run."""


def initialized(capabilities: object, version: str, runs: bool) -> dict[str, Any]:
    """The result of `initialize` for a client of these capabilities. runs: whether programs may be run for it."""
    return {"capabilities": offered(capabilities, runs), "serverInfo": {"name": "apx", "version": version}}


def offered(capabilities: object, runs: bool) -> dict[str, Any]:
    """The server's capabilities for a client."""
    offer: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    offer["positionEncoding"] = encoding_of(capabilities)
    if not said(capabilities, "textDocument", "rename", "prepareSupport"):
        offer["renameProvider"] = True
    if pulls(capabilities):
        offer["diagnosticProvider"] = {"identifier": "apx", "interFileDependencies": True, "workspaceDiagnostics": True}
    if not runs:
        for name in OF_RESULTS:
            del offer[name]
        offer["executeCommandProvider"] = {"commands": []}
    return offer

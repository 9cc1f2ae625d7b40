"""Writes `offer.json` anew: `python -m lsp.offering`, after the table of features has changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lsp.answering import Answering
from lsp.host import libraries_named
from lsp.offer import FILE
from lsp.results import Results
from lsp.session import Session
from lsp.warm import Command, Warm
from lsp.wire import Wire
from lsp.workspace.watching import Watching
from stdlib.library import load


class Nowhere:
    """A client that is sent nothing."""

    def write(self, body: bytes) -> None: ...

    def close(self) -> None: ...


def built(capabilities: dict[str, Any], runs: bool) -> dict[str, Any]:
    """What pygls makes of the table of features for a client. runs: whether programs may be run for it."""
    session = Session(load, libraries_named(""), capabilities)
    if runs:
        session.results = Results(Warm(Command(()), print), session, lambda: None)
    began = {"processId": None, "rootUri": None, "capabilities": capabilities}
    wire = Wire(Nowhere())
    return Answering(
        "", session, Watching(session, None, wire, lambda uris: None), wire, lambda error, what, params, uri="": "", began
    ).offer


def written() -> str:
    """What `offer.json` has to hold."""
    whole = built({"textDocument": {"rename": {"prepareSupport": True}}}, runs=True)
    return json.dumps(whole, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    Path(str(FILE)).write_text(written(), "utf-8")

"""`python -m tests.lsp.faulty`: the real `apx lsp` with faults put in, so that what is done about a defect can be seen from outside.

A text with FAULT in it fails in hover, in formatting and where its diagnostics are told. APX_PAUSE: seconds before the deep tier is asked.
APX_REST: seconds after which typing has stopped.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import Any

from lsp import features, resting
from lsp.session import Session

FAULT = "a fault of ours"
FAILING = ("textDocument/hover", "textDocument/formatting")
_diagnostics = Session.diagnostics


def failing(feature: features.Feature) -> features.Feature:
    def fails(view: Any, params: Any) -> Any:
        if FAULT in view.text:
            raise RuntimeError("put in by a test")
        return feature.function(view, params)

    return replace(feature, function=fails)


def diagnostics(session: Session, uri: str) -> Any:
    if uri in session.documents and f"{FAULT} in what is told" in session.documents[uri].document.text:
        raise RuntimeError("put in by a test")
    return _diagnostics(session, uri)


if __name__ == "__main__":
    from apextrade.cli import main

    features.FEATURES = tuple(failing(one) if one.method in FAILING else one for one in features.FEATURES)
    Session.diagnostics = diagnostics  # type: ignore[method-assign]
    resting.PAUSE_S = float(os.environ.get("APX_PAUSE", resting.PAUSE_S))
    resting.REST_S = float(os.environ.get("APX_REST", resting.REST_S))
    sys.exit(main(["lsp"]))

"""The shell of a page that stands alone: its policy, its styles, and its script, if it has one."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from apextrade.report.markup import Markup, tag


@cache
def resource(name: str) -> str:
    """A file of this folder as text."""
    return files("apextrade.report").joinpath(name).read_text("utf-8")


def styles() -> Markup:
    """The styles of every page and figure."""
    return tag("style", Markup(resource("report.css")))


def whole_page(title: str, *body: object, script: str = "") -> str:
    """An HTML file that loads nothing: no address outside itself, and no script but the one given, if any."""
    run = "script-src 'none'"
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        run = f"script-src 'sha256-{digest}'"
    policy = f"default-src 'none'; style-src 'unsafe-inline'; {run}; base-uri 'none'; form-action 'none'"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=Markup(policy)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        styles(),
    )
    return (
        f'<!doctype html>\n<html lang="en">{head}{tag("body", *body, tag("script", Markup(script)) if script else "")}</html>\n'
    )

"""The catalogue of the language and the library that come with this version."""

from __future__ import annotations

from functools import cache

from apextrade.commands.examples import folder
from compiler import catalogue as made
from compiler.catalogue.document import Json
from stdlib.library import load


@cache
def catalogue() -> dict[str, Json]:
    """Functions, operators, phrases, fields, units, settings, lines, templates and diagnostics; made once, in a few seconds."""
    return made.catalogue(load(), examples())


def examples() -> dict[str, str]:
    """The example programs by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder().glob("*.apx"))}

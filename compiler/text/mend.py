"""A line that could not be read, mended: what is said of it, and how to read on."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.diagnostics import Diagnostic
from compiler.source import Span
from compiler.text.tokens import Token


@dataclass(frozen=True, slots=True)
class Mend:
    """A diagnostic, with either the tokens to read instead, or where the line is to be cut and the word that leads the rest.

    `lead` is '' where the rest cannot be read. Neither: the line is lost. silent: another diagnostic has said it.
    """

    problem: Diagnostic
    tokens: list[Token] | None = None
    cut: int | None = None
    lead: str = ""
    silent: bool = False


def span_of(token: Token) -> Span:
    return Span(token.start, token.end)

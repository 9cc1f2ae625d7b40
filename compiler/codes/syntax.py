"""E01: syntax."""

from __future__ import annotations

from compiler.codes.code import Code

SYNTAX: tuple[Code, ...] = ()

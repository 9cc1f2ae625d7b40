"""E06: limits."""

from __future__ import annotations

from compiler.codes.code import Code

LIMITS: tuple[Code, ...] = ()

"""E03: types and units."""

from __future__ import annotations

from compiler.codes.code import Code

TYPES: tuple[Code, ...] = ()

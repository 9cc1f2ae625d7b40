"""E02: names."""

from __future__ import annotations

from compiler.codes.code import Code

NAMES: tuple[Code, ...] = ()

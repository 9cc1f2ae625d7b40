"""E04: time and clocks."""

from __future__ import annotations

from compiler.codes.code import Code

TIME: tuple[Code, ...] = ()

"""W: lints."""

from __future__ import annotations

from compiler.codes.code import Code

LINTS: tuple[Code, ...] = ()

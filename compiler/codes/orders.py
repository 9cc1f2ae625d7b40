"""E05: orders and risk."""

from __future__ import annotations

from compiler.codes.code import Code

ORDERS: tuple[Code, ...] = ()

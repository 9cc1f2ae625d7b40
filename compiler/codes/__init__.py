"""Every diagnostic code, in one tuple. Each family has a file of its own."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.decided import DECIDED
from compiler.codes.editions import EDITIONS
from compiler.codes.libraries import LIBRARIES
from compiler.codes.limits import LIMITS
from compiler.codes.lints import LINTS
from compiler.codes.names import NAMES
from compiler.codes.orders import ORDERS
from compiler.codes.portfolio import PORTFOLIO
from compiler.codes.syntax import SYNTAX
from compiler.codes.terms import TERMS
from compiler.codes.tests import TESTS
from compiler.codes.time import TIME
from compiler.codes.types import TYPES

CODES: tuple[Code, ...] = (
    *SYNTAX,
    *NAMES,
    *LIBRARIES,
    *EDITIONS,
    *TYPES,
    *TERMS,
    *TIME,
    *ORDERS,
    *PORTFOLIO,
    *LIMITS,
    *TESTS,
    *LINTS,
    *DECIDED,
)

_BY_CODE = {entry.code: entry for entry in CODES}


def find(code: str) -> Code | None:
    """The page of a code such as `E0301`, whatever its case; None if there is none."""
    return _BY_CODE.get(code.strip().upper())


__all__ = ["CODES", "Code", "find"]

"""Library functions as a reader meets them, of the library that comes with the language."""

from __future__ import annotations

from functools import cache

from compiler.catalogue import functions
from compiler.catalogue.functions import KERNELS, OPERATORS, Argument, Described, Kind, call, names
from compiler.program import Program
from stdlib.library import load

__all__ = ["KERNELS", "OPERATORS", "Argument", "Described", "Kind", "call", "describe", "names", "program_of"]


@cache
def describe(name: str) -> Described:
    """The description of a function. Raises KeyError if there is none of that name."""
    return functions.describe(name, load())


def program_of(expression: str) -> Program:
    """The smallest program that computes an expression, as the let `it`. Raises CompileError."""
    return functions.program_of(expression, load())

"""`test` blocks of libraries read their functions and constants."""

from __future__ import annotations

from compiler.pipeline import check
from compiler.program import Program
from runtime.filetests import run_tests
from stdlib.library import load

LIBRARY = """apx 1
library "L" version 1
let k = 2
define twice(x = close) = k * x
define pair(x = close, n = 2 bars)
  remember seen = seen + 1 initially 0
  give middle = sma(x, n), seen = seen
define needs(x) = x
"""


def library(lines: str) -> Program:
    result = check(LIBRARY + 'test "t"\n  given close = [1, 2, 4]\n' + lines, load())
    assert [d.message for d in result.diagnostics] == []
    assert result.program is not None
    return result.program


def test_a_test_reads_functions_outputs_and_constants() -> None:
    lines = "  expect twice() at bar 2 is 8\n  expect pair(n = 2).middle at bar 2 is 3\n  expect pair(n = 2).middle at bar 0 is unknown\n  expect pair(n = 2).seen at bar 2 is 3\n  expect k at bar 0 is 2\n"
    (result,) = run_tests(library(lines))
    assert result.passed, [o.happened for o in result.failures]


def test_a_failing_test_says_what_the_function_was() -> None:
    (result,) = run_tests(library("  expect twice() at bar 2 is 9\n"))
    (failure,) = result.failures
    assert failure.happened == "`twice()` was 8, not 9. They differ by 1."


def test_a_function_that_needs_an_argument_can_not_be_read_alone() -> None:
    found = check(LIBRARY + 'test "t"\n  given close = [1, 2, 4]\n  expect needs() at bar 2 is 8\n', load()).diagnostics
    assert [d.code for d in found] == ["E0216"]

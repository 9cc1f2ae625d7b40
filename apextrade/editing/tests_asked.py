"""The `test` blocks of a text under edit, run: what failed, with its own sentence and its place."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

from apextrade.editing.questions import Question
from apextrade.failures import UsageError
from apextrade.filetests import tested
from apextrade.run_arguments import venue_of
from compiler.program import Program
from runtime.filetests import Outcome, TestResult


def tests_of(question: Question, program: Program, args: argparse.Namespace) -> Mapping[str, Any]:
    """All tests, or the one at a place of the text."""
    cases = program.tests
    if question.at is not None:
        cases = tuple(case for case in cases if case.span.start <= question.at < case.span.end)
        if not cases:
            raise UsageError("There is no test at this place.")
    results = tested(program, cases, venue_of(args))
    return {"passed": all(result.passed for result in results), "tests": [test_json(result) for result in results]}


def test_json(result: TestResult) -> dict[str, Any]:
    """A test: `place` is where it stands, in characters of the text."""
    return {
        "title": result.title,
        "place": [result.case.span.start, result.case.span.end],
        "passed": result.passed,
        "error": result.error,
        "expectations": len(result.outcomes),
        "failures": [failure_json(outcome) for outcome in result.failures],
    }


def failure_json(outcome: Outcome) -> dict[str, Any]:
    span = outcome.expectation.span
    return {
        "text": outcome.expectation.text,
        "place": [span.start, span.end],
        "happened": outcome.happened,
        "rules": [f"rule {rule.number} was {rule.word}: {rule.text}" for rule in outcome.rules],
    }

"""Rewrites: one row a rule, with the law it rests on. Every row holds bit for bit on unknown, -0 and infinities, and is tested on them.

Values are normalised (no infinity, no -0) wherever a rule speaks of them: `x` stands for any node's value.
Patterns: `(op a b)` matches a node, `?x` anything, `?c` a constant, a bare number that number, `true`, `false`, `unknown` a constant truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rewrite:
    """`pattern` becomes `replacement` where `when` (over the constants bound) holds. `law` says why no bit changes."""

    name: str
    pattern: str
    replacement: str
    law: str
    when: Callable[[float], bool] | None = None


def _exact_reciprocal(c: float) -> bool:
    mantissa, exponent = math.frexp(c)
    return abs(mantissa) == 0.5 and -1000 < exponent < 1000


REWRITES: tuple[Rewrite, ...] = (
    Rewrite("double-not", "(not (not ?x))", "?x", "2 - (2 - x) = x on 0, 1, 2"),
    Rewrite("and-same", "(and ?x ?x)", "?x", "min(x, x) = x"),
    Rewrite("or-same", "(or ?x ?x)", "?x", "max(x, x) = x"),
    Rewrite("and-true", "(and ?x true)", "?x", "min(x, 2) = x"),
    Rewrite("true-and", "(and true ?x)", "?x", "min(2, x) = x"),
    Rewrite("and-false", "(and ?x false)", "false", "min(x, 0) = 0, unknown too"),
    Rewrite("false-and", "(and false ?x)", "false", "min(0, x) = 0, unknown too"),
    Rewrite("or-false", "(or ?x false)", "?x", "max(x, 0) = x"),
    Rewrite("false-or", "(or false ?x)", "?x", "max(0, x) = x"),
    Rewrite("or-true", "(or ?x true)", "true", "max(x, 2) = 2, unknown too"),
    Rewrite("true-or", "(or true ?x)", "true", "max(2, x) = 2, unknown too"),
    Rewrite(
        "not-less", "(not (lt ?a ?b))", "(le ?b ?a)", "among known numbers < and >= exclude each other; unknown stays 2 - 1 = 1"
    ),
    Rewrite("not-less-equal", "(not (le ?a ?b))", "(lt ?b ?a)", "as not-less"),
    Rewrite("not-equal", "(not (eq ?a ?b))", "(ne ?a ?b)", "as not-less"),
    Rewrite("not-unequal", "(not (ne ?a ?b))", "(eq ?a ?b)", "as not-less"),
    Rewrite("greater", "(gt ?a ?b)", "(lt ?b ?a)", "a > b is b < a; one spelling makes more nodes equal"),
    Rewrite("greater-equal", "(ge ?a ?b)", "(le ?b ?a)", "a >= b is b <= a"),
    Rewrite("double-neg", "(neg (neg ?x))", "?x", "-(-x) = x; x is never -0"),
    Rewrite("times-one", "(mul ?x 1)", "?x", "x * 1 = x exactly"),
    Rewrite("one-times", "(mul 1 ?x)", "?x", "1 * x = x exactly"),
    Rewrite("over-one", "(div ?x 1)", "?x", "x / 1 = x exactly"),
    Rewrite(
        "over-power-of-two", "(div ?x ?c)", "(mul ?x 1/c)", "1/c is exact, so both round the same real number", _exact_reciprocal
    ),
    Rewrite("min-same", "(min ?x ?x)", "?x", "min(x, x) = x"),
    Rewrite("max-same", "(max ?x ?x)", "?x", "max(x, x) = x"),
    Rewrite("abs-abs", "(abs (abs ?x))", "(abs ?x)", "|x| >= 0"),
    Rewrite("choose-true", "(select true ?a ?b)", "?a", "a known true condition takes the first"),
    Rewrite("choose-false", "(select false ?a ?b)", "?b", "a known false condition takes the second"),
    Rewrite("choose-true-truth", "(select_truth true ?a ?b)", "?a", "as choose-true"),
    Rewrite("choose-false-truth", "(select_truth false ?a ?b)", "?b", "as choose-false"),
    Rewrite("else-same", "(or_else ?x ?x)", "?x", "either way x"),
    Rewrite("else-same-truth", "(or_else_truth ?x ?x)", "?x", "either way x"),
    Rewrite("else-unknown-truth", "(or_else_truth ?x unknown)", "?x", "unknown for unknown"),
)

COMMUTATIVE = frozenset(("add", "mul", "and", "or", "eq", "ne", "same", "min", "max"))
"""a op b and b op a give the same bits (values are normalised, so min and max of equals are the same number): arguments are put in node order."""

# Not laws of floats, so not here: x - x = 0, 0 * x = 0, x / x = 1, x == x is true (unknown), x + 0 (of an unnormalised -0), regrouping of
# sums and products, (select c x x) = x (an unknown condition).

"""How deep a line nests is told from its words before it is read: never deeper than its tree, and as deep wherever it is only long."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler import syntax as s
from compiler.diagnostics import Diagnostics
from compiler.source import Source
from compiler.text import nesting
from compiler.text.parse import parse
from compiler.walk import children

ATOMS = ("close", "2", "2%", "20 bars", "high[1]", "sma(close, 3)", "m.x", '"a # (b"', "true")
TWO = ("+", "-", "*", "/", "<", "==", "and", "or", "or_else", "crosses above")
FORMS = (
    "({a})", "-{a}", "not {a}", "f({a})", "max({a}, {b})", "{a}[2]", "({a})[n]", "{a} within last 3 bars", "{a} has held for n", "{a} is rising for 3",
    "{a} between {b} and {c}", "if {a} then {b} else {c} end", "if {a} then {b} else if {c} then {a} else {b} end",
    "if {a} then {b} else if {c} then {a} else {b} end end", "bars since ({a})", "({a}) on 4h", 'f(x = {a}, y = {b})', "{a} is new", "({a}).part", "{a}\n  # not (this\n  + {b}",
)  # fmt: skip


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.builds(lambda parts, sign: f" {sign} ".join(parts), st.lists(inner, min_size=2, max_size=6), st.sampled_from(TWO))
    formed = st.builds(lambda form, a, b, c: form.format(a=a, b=b, c=c), st.sampled_from(FORMS), inner, inner, inner)
    return joined | formed


EXPRESSIONS = st.recursive(st.sampled_from(ATOMS), grown, max_leaves=40)


def depth_of(expr: s.Expr) -> int:
    inner = max((depth_of(child) for child in children(expr)), default=0)
    return inner + (len(expr.branches) if isinstance(expr, s.If) else 1)


def tree_of(text: str) -> s.Expr | None:
    found = Diagnostics()
    statements = list(parse(Source(f"plot {text}"), found, fragment=True).statements)
    if found.has_errors or not isinstance(statements[0], s.Plot):
        return None
    return statements[0].items[0].value


def said_deeper_than(most: int, text: str) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nesting, "MAX_DEPTH", most)
        written = f"plot {text}"
        return nesting.too_deep(written, 0, len(written)) is not None


@given(EXPRESSIONS)
@settings(max_examples=400, deadline=None)
def test_no_line_is_said_to_nest_deeper_than_its_tree(text: str) -> None:
    tree = tree_of(text)
    if tree is not None:
        assert not said_deeper_than(depth_of(tree), text)


@pytest.mark.parametrize("form", [
    "{open}close{close}", "{minus}close", "{plus}", "{ands}", "{ors}", "close{index}", "m{member}", "{nots}a", "{calls}", "{ifs}", "{chain}", "a or ({plus})", "{mixed}",
])  # fmt: skip
@pytest.mark.parametrize("n", [10, 60])
def test_a_line_that_is_only_long_is_told_to_its_last_level(form: str, n: int) -> None:
    text = form.format(
        open="(" * n, close=")" * n, minus="-" * n, plus=" + ".join(["close"] * n), ands=" and ".join(["a"] * n), ors=" or ".join(["a"] * n),
        index="[1]" * n, member=".x" * n, nots="not " * n, calls="abs(" * n + "close" + ")" * n, ifs="if " * n + "a" + " then b else c end" * n,
        chain="".join(f"if a > {i} then {i} else " for i in range(n)) + "0 end", mixed=" or ".join(["(a > 1 and b between 1 and 2)"] * n),
    )  # fmt: skip
    tree = tree_of(text)
    assert tree is not None
    depth = depth_of(tree)
    assert said_deeper_than(depth - 1, text)
    assert not said_deeper_than(depth, text)


def test_the_expression_that_is_too_deep_is_the_one_named() -> None:
    text = "plot close, -open, max(high, " + " + ".join(["low"] * 300) + "), volume"
    found = nesting.too_deep(text, 0, len(text))
    assert found is not None
    assert text[found.start :].startswith("low + low")
    assert nesting.too_deep("plot " + "+ " * 10, 0, 25) is None

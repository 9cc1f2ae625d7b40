"""A long text that would become far too much is refused before it is read, and never one that reading would not refuse."""

from __future__ import annotations

import random

import pytest

from compiler import weighing
from compiler.diagnostics import Diagnostic
from compiler.pipeline import Checked, check
from stdlib.library import load
from tests.compiler.test_bounds import HEAD, REFUSED, chain, counted, errors, reversed_lines

AT_ONCE = 200_000
"""Calls: some twenty milliseconds of one core. Reading a text of the largest size takes two millions or more."""

TOO_MUCH = {
    "a straight tower of 3,000 levels": (REFUSED["a straight tower of 3,000 levels"][0], "E0605", "`f60`"),
    "the same from the top down": (REFUSED["the same from the top down"][0], "E0605", "`f2999`"),
    "a doubling tower of 60 levels": (REFUSED["a doubling tower of defines"][0], "E0602", "`f59(close)`"),
    "a tower of 60 levels, ten calls a level": (
        "define f0(x) = x + 1\n" + "".join(f"define f{i}(x) = " + " + ".join([f"f{i - 1}(x)"] * 10) + "\n" for i in range(1, 60)) + "plot f59(close)", "E0602", "`plot f59(close)`",
    ),
    "3,000 uses of a library function": ("\n".join(["plot close"] + [f"plot supertrend(3, {i + 2} bars).line" for i in range(3000)]), "E0602", "supertrend"),
    "a rule of 2,000 actions, and others": (
        "when close > open\n" + "\n".join(f'  buy 1 share named "t{i}"\n    stop loss at entry - 2 * atr({i + 2})' for i in range(2000)) + "\nplot close * 2", "E0602", "`when close > open buy",
    ),
    "8,000 sums of three": ("\n".join(f"plot close + open + {i}" for i in range(8000)), "E0602", "`plot close + open + 0`"),
    "parentheses 3,000 deep": (REFUSED["parentheses in parentheses"][0], "E0601", "`((((("),
    "a sum of 10,000 terms": (REFUSED["a sum of 10,000 terms"][0], "E0601", "`close + close"),
    "a rule of 5,000 alternatives": (REFUSED["a rule of 5,000 alternatives"][0], "E0601", "`close > open or close > open"),
    "a choice of 1,000 branches": (REFUSED["a choice of 1,000 branches"][0], "E0601", "`if close > 0 then 0"),
    "150 large windows": ("plot " + ", ".join(f"highest(high, {100_000 - i})" for i in range(150)), "E0610", "`highest(high, 100000)`"),
    "a window of a billion bars": ("plot sma(close, 1_000_000_000)", "E0604", "1,000,000,000"),
    "a text of a hundred thousand lines": ("\n".join(f"plot close + {i}" for i in range(100_000)), "E0613", "`trade \"SPY\" every 1d`"),
}  # fmt: skip


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_is_far_too_much_is_refused_at_once_and_the_dearest_part_named(what: str) -> None:
    body, code, named = TOO_MUCH[what]
    result, calls = counted(body)
    (error,) = errors(result)
    assert error.code == code
    assert named in error.message
    assert error.span.end > error.span.start
    assert calls < AT_ONCE


def read_whole(body: str) -> Checked:
    """What is said of a text that is read whatever it weighs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "READ_ANYWAY", 10_000_000)
        return check(HEAD + body + "\n", load())


def weighed(body: str) -> list[Diagnostic]:
    """The same of one that is weighed however short it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weighing, "READ_ANYWAY", 0)
        result = check(HEAD + body + "\n", load())
        return errors(result) if not result.read else []


def generated(draw: random.Random) -> str:
    """Defines, states and rules around the bounds, some beyond."""
    lines = [
        "define f0(x) = x + 1 # not f9(x) + 1",
        "define g(x)\n  let a = sma(x, 3) * 2\n  remember s = s + a initially 0\n  give u = a, v = s",
    ]
    top = draw.randrange(1, 66)
    wide = draw.choice((1, 1, 2, 3))
    for i in range(1, top + 1):
        calls = [f"f{draw.randrange(max(0, i - 2), i)}(x + {k}e+1)" for k in range(draw.randrange(1, wide + 1))]
        lines.append(f"define f{i}(x = g(close).u) = " + " + ".join([*calls, draw.choice(("rsi(x)", "1", "-x", "x[1]"))]))
    for i in range(draw.choice((1, 40, 900))):
        form = draw.choice(
            (
                "let a{i} = f{t}(number(close))",
                'plot g(close).v "a * b(c)"',
                'when close > {i}\n  buy 1 share # and buy\n  notify "x > 1"',
                'every day at "12:00"\n  exit position',
                "plot bollinger().upper",
                "remember r{i} = close between 1 and {i} initially false",
            )
        )
        lines.append(form.format(i=i, t=draw.randrange(top + 1)))
    return "\n".join(lines)  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_what_is_refused_by_its_weight_is_refused_when_it_is_read(seed: int) -> None:
    body = generated(random.Random(seed))
    for error in weighed(body):
        assert error.code in {e.code for e in errors(read_whole(body))}


def test_some_of_them_are_refused_and_some_are_read() -> None:
    refused = [bool(weighed(generated(random.Random(seed)))) for seed in range(40)]
    assert 5 <= sum(refused) <= 35


def test_a_text_that_is_not_read_has_no_statements() -> None:
    result = check(HEAD + chain("define f{i}(x) = f{before}(x)", 600, "define f0(x) = x + 1") + "\n", load())
    assert not result.read
    assert list(result.file.statements) == []
    short = check(HEAD + chain("define f{i}(x) = f{before}(x)", 80, "define f0(x) = x + 1") + "\nplot nobody\n", load())
    assert short.read
    assert {e.code for e in errors(short)} == {"E0605", "E0201"}


def test_definitions_that_call_themselves_are_no_towers() -> None:
    ring = "\n".join(f"define f{i}(x) = f{(i + 1) % 300}(x)" for i in range(300))
    assert {e.code for e in errors(check(HEAD + ring + "\nplot f0(close)\n", load()))} == {"E0217"}
    tower = reversed_lines(chain("define f{i}(x) = f{before}(x)", 300, "define f0(x) = x + 1"))
    assert [e.code for e in errors(check(HEAD + tower + "\nplot f0(close)\n", load()))] == ["E0605"]


def test_the_actions_of_a_schedule_are_counted_too() -> None:
    tower = "define f0(x) = x + 1\n" + "".join(f"define f{i}(x) = f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, 30))
    result = check(HEAD + tower + "every month end where f29(number(close)) > 1\n  buy 1 share\n", load())
    assert [e.code for e in errors(result)] == ["E0602"]

"""Whatever is written, the compiler answers soon: refused with the dearest part named, or compiled; never a traceback."""

from __future__ import annotations

import cProfile
import random
from collections.abc import Callable
from typing import TypeVar

import pytest

from compiler.bounds import MOST_NODES
from compiler.cycles import MOST_CALLS_DEEP
from compiler.diagnostics import Diagnostic
from compiler.pipeline import Checked, check
from compiler.sequence import components
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Bounds"\ntrade "SPY" every 1d\n'
Result = TypeVar("Result")
QUICK = 1_500_000  # calls of functions: the same on every machine, however busy


def checked(body: str) -> Checked:
    return check(HEAD + body + "\n", load())


def errors(result: Checked) -> list[Diagnostic]:
    return [d for d in result.diagnostics if d.severity == "error"]


def calls_of(work: Callable[[], Result]) -> tuple[Result, int]:
    """What a piece of work gives, and how many calls it made."""
    load()
    profile = cProfile.Profile()
    result = profile.runcall(work)
    return result, sum(entry.callcount for entry in profile.getstats())


def counted(body: str) -> tuple[Checked, int]:
    return calls_of(lambda: checked(body))


def chain(form: str, count: int, first: str) -> str:
    """Lines `form` filled with a name and the one before it."""
    return first + "\n" + "\n".join(form.format(i=i, before=i - 1) for i in range(1, count))


def reversed_lines(text: str) -> str:
    return "\n".join(reversed(text.split("\n")))


DOUBLING = "define f0(x) = x + 1\n" + "".join(f"define f{i}(x) = f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, 60))
NESTING = "define f0(x) = x + 1\n" + "".join(f"define f{i}(x) = f{i - 1}(f{i - 1}(x))\n" for i in range(1, 60))

REFUSED = {
    "a doubling tower of defines": (DOUBLING + "plot f59(close)", "E0602", "f59(close)"),
    "a doubling tower nobody calls": (DOUBLING, "E0602", "f59"),
    "a tower of defines that call themselves on their result": (NESTING + "plot f59(close)", "E0602", "f59(close)"),
    "such a tower nobody calls": (NESTING, "E0602", "f59"),
    "a doubling tower of 100 levels": ("define f0(x) = x + 1\n" + "".join(f"define f{i}(x) = f{i - 1}(x) + f{i - 1}(x)\n" for i in range(1, 100)), "E0605", "60"),
    "a straight tower of 3,000 levels": (chain("define f{i}(x) = f{before}(x)", 3000, "define f0(x) = x + 1") + "\nplot f2999(close)", "E0605", "60"),
    "the same from the top down": (reversed_lines(chain("define f{i}(x) = f{before}(x)", 3000, "define f0(x) = x + 1")) + "\nplot f2999(close)", "E0605", "60"),
    "a tower through defaults": ("define f0(x = close) = x + x\n" + "".join(f"define f{i}(x = f{i - 1}() + f{i - 1}()) = x + x\n" for i in range(1, 59)) + "plot f58()", "E0602", "f58()"),
    "a ring of 60 defines": ("\n".join(f"define f{i}(x) = f{(i + 1) % 60}(x)" for i in range(60)) + "\nplot f0(close)", "E0217", "f0"),
    "a wide define, called often": ("define g(x) = " + " + ".join(["sma(x, 10)"] * 90) + "\nplot " + " + ".join(["g(close)"] * 90), "E0602", "g(close)"),
    "a define with 3,000 lines that need each other": ("define g(x)\n  let b0 = x\n" + "".join(f"  let b{i} = b{i - 1} + 1\n" for i in range(1, 3000)) + "  give b2999\nplot g(close)", "E0605", "g(close)"),
    "a giant window": ("plot sma(close, 100_000_000)", "E0604", "100,000,000"),
    "a window beyond any number": ("plot sma(close, 1e308)", "E0604", "1e+308"),
    "a history beyond every number": ("plot close[1e308 * 10]", "E0603", "unknown"),
    "a window beyond every number": ("plot sma(close, 1e308 * 10)", "E0603", "unknown"),
    "a history that no double is near": ("plot close[1e999]", "E0151", "1e999"),
    "a window that no double is near": ("plot sma(close, 1e999)", "E0151", "1e999"),
    "a giant history": ("plot close[1_000_000]", "E0603", "100,000"),
    "many large windows": ("plot " + ", ".join(f"highest(high, {100_000 - i})" for i in range(150)), "E0610", "highest(high"),
    "many long histories": ("plot " + ", ".join(f"close[{100_000 - i}]" for i in range(150)), "E0610", "close["),
    "many slow windows": ("plot " + ", ".join(f"mean_deviation(close, {100_000 - 100 * i})" for i in range(10)), "E0610", "mean_deviation(close, 100000)"),
    "large windows inside a library function": ("plot " + ", ".join(f"cci(hlc3, {100_000 - i})" for i in range(10)), "E0610", "cci("),
    "parentheses in parentheses": ("plot " + "(" * 3000 + "close" + ")" * 3000, "E0601", "200"),
    "minus of minus": ("plot " + "-" * 3000 + "close", "E0601", "200"),
    "not of not": ("plot " + "not " * 3000 + "(close > open)", "E0601", "200"),
    "history of history": ("plot close" + "[1]" * 3000, "E0601", "200"),
    "parts of parts": ("plot close" + ".x" * 3000, "E0601", "200"),
    "a choice of 1,000 branches": ("plot " + "".join(f"if close > {i} then {i} else " for i in range(1000)) + "0 end", "E0601", "200"),
    "choices in conditions": ("plot " + "if " * 300 + "close > open" + " then close > 1 else close > 2 end" * 300, "E0601", "200"),
    "calls in calls": ("plot " + "sma(" * 250 + "close" + ", 2)" * 250, "E0601", "200"),
    "a sum of 10,000 terms": ("plot " + " + ".join(["close"] * 10_000), "E0601", "200"),
    "a sum of 9,000 terms on as many lines": ("plot " + "\n  + ".join(["close"] * 9_000), "E0601", "200"),
    "a rule of 5,000 alternatives": ("when " + " or ".join(["close > open"] * 5_000) + "\n  exit position", "E0601", "200"),
    "brackets never closed": ("plot " + "(" * 3000, "E01", ""),
    "brackets never opened": ("plot close" + ")" * 3000, "E01", ""),
    "5,000 arguments": ("plot max(" + ", ".join(["close"] * 5_000) + ")", "E0207", "8"),
    "a ring of 3,000 lets": (chain("let a{i} = a{before} + 1", 3000, "let a0 = a2999 + 1") + "\nplot a0", "E0205", "a0"),
    "a state behind 3,000 lets that need its present": ("remember s = a2999 initially 0\n" + chain("let a{i} = a{before} + 1", 3000, "let a0 = s + 1") + "\nplot s", "E0605", "s"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_too_much_is_refused_soon_and_the_dearest_part_named(what: str) -> None:
    body, code, named = REFUSED[what]
    result, calls = counted(body)
    found = errors(result)
    assert found[0].code.startswith(code), [d.message for d in found[:3]]
    assert named in found[0].message + found[0].hint
    assert len(found) <= 10
    assert calls < QUICK


COMPILED = {
    "150 parentheses": "plot " + "(" * 150 + "close" + ")" * 150,
    "150 minus signs": "plot " + "-" * 150 + "close",
    "150 times not": "plot " + "not " * 150 + "(close > open)",
    "90 averages of averages": "plot " + "sma(" * 90 + "close" + ", 2)" * 90,
    "90 filters of filters": "plot " + "ema(" * 90 + "close" + ", 2)" * 90,
    "a choice of 190 branches": "plot " + "".join(f"if close > {i} then {i} else " for i in range(190)) + "0 end",
    "a sum of 190 terms": "plot " + " + ".join(["close"] * 190),
    "3,000 lets, each of the one before": chain("let a{i} = a{before} + 1", 3000, "let a0 = close") + "\nplot a2999",
    "3,000 lets, each of the one after": reversed_lines(chain("let a{i} = a{before} + 1", 3000, "let a0 = close")) + "\nplot a2999",
    "3,000 fixed lets": chain("let a{i} = a{before} + 1", 3000, "let a0 = 1") + "\nplot close[a2999]",
    "3,000 fixed lets, each of the one after": reversed_lines(chain("let a{i} = a{before} + 1", 3000, "let a0 = 1")) + "\nplot close[a2999]",
    "1,000 filters in a chain of lets": chain("let a{i} = ema(a{before}, 2)", 1000, "let a0 = close") + "\nplot a999",
    "3,000 windows in a chain of lets": chain("let a{i} = highest(a{before}, 2)", 3000, "let a0 = close") + "\nplot a2999",
    "60 doubling lets": chain("let a{i} = a{before} + a{before}", 60, "let a0 = close") + "\nplot a59[1]",
    "60 doubling fixed lets": chain("let a{i} = a{before} * a{before}", 60, "let a0 = 1") + "\nplot close[a59]",
    "60 doubling truths": chain("let a{i} = a{before} and a{before}[1]", 60, "let a0 = close > open") + "\nplot a59 has held for 2",
    "60 doubling lets in a define": "define g(x)\n  let b0 = x\n" + "".join(f"  let b{i} = b{i - 1} + b{i - 1}[1]\n" for i in range(1, 60)) + "  give b59\nplot g(close)",
    "1,500 states, each of the one before": chain("remember s{i} = s{before} + 1 initially 0", 1500, "remember s0 = close initially 0") + "\nplot s1499",
    "1,500 states, each of the one after": reversed_lines(chain("remember s{i} = s{before} + 1 initially 0", 1500, "remember s0 = close initially 0")) + "\nplot s1499",
    "a ring of 200 states": chain("remember s{i} = s{before} + 1 initially 0", 200, "remember s0 = s199[1] + 1 initially 0") + "\nplot s199",
    "5,000 lets": "\n".join(f"let a{i} = close + {i}" for i in range(5000)),
    "2,500 rules": "\n".join(f"when close > {i}\n  buy 1 share" for i in range(2500)),
    "5,000 inputs": "\n".join(f"input a{i} = {i}" for i in range(5000)),
    "3,000 inputs, each of the one after": reversed_lines(chain("input a{i} = a{before}", 3000, "input a0 = 3")),
    "5,000 plots": "\n".join(f"plot close + {i}" for i in range(5000)),
    "5,000 defines": "\n".join(f"define f{i}(x) = x + {i}" for i in range(5000)),
    "60 levels of defines": chain("define f{i}(x) = f{before}(x)", MOST_CALLS_DEEP, "define f0(x) = x + 1") + f"\nplot f{MOST_CALLS_DEEP - 1}(close)",
    "a note of 5,000 values": 'when close > open\n  notify "' + "{close}" * 5000 + '"',
    "the largest window": "plot highest(high, 100_000), close[100_000]",
}  # fmt: skip


@pytest.mark.parametrize("what", COMPILED)
def test_what_is_long_and_not_too_much_compiles(what: str) -> None:
    result, calls = counted(COMPILED[what])
    assert errors(result) == []
    assert result.program is not None
    assert calls < 4 * QUICK
    program = result.program
    _, calls = calls_of(lambda: (program.plan(), program.plan(want="backtest")))
    assert calls < 8 * QUICK


def test_many_mistakes_are_all_reported_in_little_time() -> None:
    result, calls = counted("\n".join(f"plot unheard_of_{i}" for i in range(3000)))
    assert len(errors(result)) == 3000
    assert calls < 8 * QUICK


@pytest.mark.parametrize("seed", range(25))
def test_a_generated_tower_of_defines_is_refused_or_compiled_in_no_time(seed: int) -> None:
    draw = random.Random(seed)
    lines = ["define f0(x) = x + 1"]
    for i in range(1, draw.randrange(5, 61)):
        calls = [f"f{draw.randrange(max(0, i - 3), i)}" for _ in range(draw.randrange(1, 4))]
        form = draw.choice(("sum", "nest", "branch", "state", "window"))
        if form == "nest":
            body = "x"
            for call in calls:
                body = f"{call}({body})"
        elif form == "branch":
            body = f"if x > 1 then {calls[0]}(x) else {calls[-1]}(x + 1) end"
        elif form == "state":
            lines.append(f"define f{i}(x)\n  remember y = y + {calls[0]}(x) initially 0\n  give y + {calls[-1]}(x)")
            continue
        elif form == "window":
            body = f"highest({calls[0]}(x), {draw.randrange(1, 50)})"
        else:
            body = " + ".join(f"{call}(x)" for call in calls)
        lines.append(f"define f{i}(x) = {body}")
    result, calls = counted("\n".join([*lines, f"plot f{len(lines) - 1}(number(close))"]))
    found = errors(result)
    assert calls < 6 * QUICK
    assert {d.code for d in found} <= {"E0602", "E0605", "E0610"}
    if found:
        assert result.program is None
        assert "allowed" in found[0].message or "levels" in found[0].message
    else:
        assert result.program is not None
        result.program.plan()


def test_the_bounds_hold_at_their_edges() -> None:
    terms = 99  # a sum of n calls of a define of m terms: 2n - 1 + n (2m - 1 + 1)
    define = "define g(x) = " + " + ".join(["x"] * 100) + "\n"
    fits = define + "plot " + " + ".join(["g(close)"] * terms)
    assert errors(checked(fits)) == []
    assert [d.code for d in errors(checked(fits + "\nplot g(close) + g(open)"))] == ["E0602"]
    assert MOST_NODES == 20_000


def test_groups_of_names_come_after_what_they_need() -> None:
    assert components({"a": ["b"], "b": ["c"], "c": []}) == [("c",), ("b",), ("a",)]
    assert components({"a": ["b"], "b": ["a"], "c": ["a"]}) == [("a", "b"), ("c",)]
    assert components({"a": ["a", "z"]}) == [("a",)]
    found = components({f"n{i}": [f"n{i + 1}"] for i in range(50_000)})
    assert [g[0] for g in found[:2]] == ["n49999", "n49998"]

"""Inputs that change nothing: the short ways to find them say what building the whole program again for each input says."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.built import build_program
from compiler.inputs import DEFAULT_TICK
from compiler.lints.inputs import _Parts, _without_effect
from compiler.lints.knowing import Knowing
from compiler.pipeline import compile_text
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Inputs"\ntrade "TEST" every 1d\ninput n = 5 bars in 2 .. 90\ninput x = 2 in 0 .. 9\ninput live = true\n'
SHOWN = [
    "let a = sma(close, n)\nlet b = x * 2\nplot a, b, if live then 1 else 0 end",
    "let a = ema(close, n)\nplot a",
    "let a = highest(close, n)\nlet b = a * 0\nplot a or_else b, x",
    "plot sma(close, n) * x * 0",
    "let a = if live then sma(close, n) else ema(close, n) end\nplot a",
    "let a = if false then sma(close, n) else close end\nplot a",
    "let a = close * (0 * n / 1 bars + x)\nplot a",
    "remember s = max(s, sma(close, n)) initially close * x\nplot s",
    "let m = macd(close, n, 26 bars, 9 bars)\nplot m.line - m.line, x",
    "when sma(close, n) > close * x\n  buy 1 units\nwhen live\n  exit position",
    "when close > sma(close, n) and false\n  buy 1 units\nplot x",
    "when close > open\n  buy 1 units\n    stop loss at entry - x * atr(n)",
    "let a = n + n - n\nlet b = sma(close, a)\nplot b",
    "let a = sma(close, min(n, 2 bars))\nplot a",
]
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.apx"))


def knowing_of(text: str) -> Knowing:
    program = compile_text(text, load())
    given = {i.name: i.default for i in program.inputs}
    return Knowing(program.typed, build_program(program.typed, given, DEFAULT_TICK), program.inputs)


def texts() -> list[str]:
    return [HEAD + body + "\n" for body in SHOWN] + [
        text for path in EXAMPLES if "\nuse " not in (text := path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize("text", texts())
def test_a_part_that_moves_moves_the_program(text: str) -> None:
    knowing = knowing_of(text)
    parts = _Parts(knowing)
    for info in knowing.inputs:
        if parts.move(info):
            assert not _without_effect(knowing, info, parts.whole, parts.alive), info.name


@pytest.mark.parametrize("text", texts())
def test_the_inputs_left_open_are_those_that_can_each_be(text: str) -> None:
    knowing = knowing_of(text)
    given = {i.name: i.default for i in knowing.inputs}

    def fits(name: str) -> bool:
        built = build_program(knowing.typed, given, DEFAULT_TICK, left_open=frozenset((name,)))
        return not any(d.severity == "error" for d in built.diagnostics)

    assert knowing.open_build[1] == {i.name for i in knowing.inputs if i.kind != "text" and fits(i.name)}


def test_the_programs_hold_inputs_of_both_kinds() -> None:
    """Otherwise the two laws above would say nothing."""
    known = [knowing_of(text) for text in texts()]
    moved = [_Parts(k).move(i) for k in known for i in k.inputs]
    opened = [i.name in k.open_build[1] for k in known for i in k.inputs]
    assert moved.count(True) > 30
    assert moved.count(False) > 10
    assert opened.count(True) > 10
    assert opened.count(False) > 30

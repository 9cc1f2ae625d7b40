"""Long programs as people write them, and Python of as many lines: declarations, functions, conditions and remarks, no two blocks the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

SERIES = ("close", "open", "high", "low", "hlc3", "ohlc4", "hl2")
AVERAGES = ("sma", "ema", "wma", "wilder", "median")
WORDS = (
    "quick", "slow", "trend", "band", "upper", "lower", "swing", "range", "pace", "drift", "base", "signal", "breadth", "push", "pull", "edge",
    "floor", "roof", "spread", "mood",
)  # fmt: skip
REMARKS = (
    "The last days count more than those before.",
    "Only where there is enough of a move to pay for the costs.",
    "Nothing is bought in the first hour.",
    "Taken from the notes of the spring; see the test at the end.",
    "A quiet market comes before a loud one.",
)


def long_strategy(lines: int, seed: int = 7) -> str:
    """A program without errors, of so many lines."""
    blocks = _apx_blocks(random.Random(seed))
    head = [
        "apx 1",
        "",
        "## Several ideas about one instrument, tried together.",
        'strategy "Notebook"',
        'trade "AAPL" every 1d',
        "",
    ]
    head += ["settings", "  capital 100_000 USD", "  commission 0.1%", "  slippage 1 tick", "  pyramiding 5", ""]
    return _filled(head, blocks, lines, lambda number: [f"# {REMARKS[number % len(REMARKS)]}"])


def long_module(lines: int, seed: int = 7) -> str:
    """Python without mistakes, of so many lines, with as many declarations and functions."""
    blocks = _python_blocks(random.Random(seed))
    head = ['"""Several ideas about one instrument, tried together."""', "", "from __future__ import annotations", ""]
    head += ["import math", "from dataclasses import dataclass", ""]
    return _filled(head, blocks, lines, lambda number: [f"# {REMARKS[number % len(REMARKS)]}"])


def _filled(head: list[str], blocks: Iterator[list[str]], lines: int, remark: Callable[[int], list[str]]) -> str:
    found = list(head)
    for block in blocks:
        if len(found) + len(block) > lines:
            break
        found += block
    number = 0
    while len(found) < lines:
        found += remark(number)
        number += 1
    return "\n".join(found[:lines]) + "\n"


def _apx_blocks(chance: random.Random) -> Iterator[list[str]]:
    number, names = 0, ["close"]
    while True:
        number += 1
        word, series = chance.choice(WORDS), chance.choice(SERIES)
        length, size = f"length_{number}", chance.randrange(3, 60)
        yield [f"# {chance.choice(REMARKS)}"] if chance.random() < 0.4 else []
        yield [f'input {length} = {size} bars in 2 .. {size * 3} "Bars of {word} {number}"']
        line, past = f"{word}_{number}", chance.choice(names[-12:])
        yield [f"let {line} = {chance.choice(AVERAGES)}({series}, {length})"]
        names.append(line)
        match chance.randrange(6):
            case 0:
                own = f"near_{word}_{number}"
                yield [f"define {own}(x, n = {size} bars) = (x - lowest(x, n)) / (highest(x, n) - lowest(x, n))"]
                yield [f"let place_{number} = {own}({past}, {length})"]
                condition = f"place_{number} > {chance.randrange(50, 95) / 100}"
            case 1:
                own = f"pace_{word}_{number}"
                yield [
                    f"## How far {word} has come, as a share.",
                    f"define {own}(x = close, n = {size} bars)",
                    "  let before = x[n]",
                    "  let step = (x - before) / before",
                    "  give ema(step, n)",
                ]
                condition = f"{own}({past}, {length}) > {chance.randrange(1, 9)}%"
            case 2:
                yield [f"remember top_{number} = max(top_{number}[1] or_else high, high) initially high"]
                condition = f"close > top_{number}[1] * {chance.randrange(90, 99) / 100}"
            case 3:
                condition = f"rsi(close, {length}) < {chance.randrange(15, 45)} and close > {past}"
            case 4:
                yield [f"let width_{number} = {chance.randrange(1, 4)} * atr({length})"]
                condition = f"{past} + width_{number} < close and volume > sma(volume, {size})"
            case _:
                condition = f"({past} is rising for {chance.randrange(2, 6)} bars) and not (close < {line})"
        rule = f"when {line} crosses {chance.choice(('above', 'below'))} {past} and {condition}"
        order = f'  buy {chance.randrange(1, 9)}% of equity named "{word} {number}"'
        yield ["", rule, order, f"    stop loss at entry - {chance.randrange(2, 5)} * atr({size})", ""]
        if chance.random() < 0.3:
            yield [f"when close crosses below {line}", f'  exit "{word} {number}"', ""]
        if chance.random() < 0.2:
            yield [f'plot {line} "{word} {number}"', ""]


def _python_blocks(chance: random.Random) -> Iterator[list[str]]:
    number, names = 0, ["math.pi"]
    while True:
        number += 1
        word = chance.choice(WORDS)
        length, size = f"length_{number}", chance.randrange(3, 60)
        yield [f"# {chance.choice(REMARKS)}"] if chance.random() < 0.4 else []
        yield [f"{length} = {size}  # bars of {word} {number}"]
        line, past = f"{word}_{number}", chance.choice(names[-12:])
        yield [f"{line} = max({length} * {chance.randrange(2, 9)}.5, {past})"]
        names.append(line)
        match chance.randrange(4):
            case 0:
                head = f"def near_{word}_{number}(x: list[float], n: int = {size}) -> float:"
                yield [
                    "",
                    "",
                    head,
                    "    low, high = min(x[-n:]), max(x[-n:])",
                    "    return (x[-1] - low) / (high - low)",
                    "",
                    "",
                ]
            case 1:
                yield [
                    "",
                    "",
                    "@dataclass",
                    f"class Pace{number}:",
                    f'    """How far {word} has come, as a share."""',
                    "",
                    "    before: float",
                    "",
                    "    def step(self, now: float) -> float:",
                    "        return (now - self.before) / self.before",
                    "",
                    "",
                ]
            case 2:
                yield [f"if {line} > {past} and math.sqrt({length}) < {size}:", f"    {line} = {past} + {length}", ""]
            case _:
                yield [f"width_{number} = [round({past} * k, 2) for k in range({length})]"]
        if chance.random() < 0.3:
            yield [f"print({line}, {past})"]

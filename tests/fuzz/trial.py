"""One program put through everything: read in two ways, checked, written out, and run in two ways if it compiles."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

import numpy as np

from compiler.clocks import Length
from compiler.diagnostics import CompileError, Diagnostics
from compiler.library import FunctionLibrary
from compiler.pipeline import check
from compiler.program import Program
from compiler.source import Source
from compiler.text.parse import Memo, parse, parse_whole
from runtime.candles import Candles
from runtime.clocks.reading import reads_clocks
from tests.generators.markets import KINDS, market
from tests.laws.clocks import history, interpreted
from tests.laws.running import assert_same_bits, interpreter_columns, kernel_columns
from tests.laws.test_orders import assert_same_records
from tests.laws.trading import CENTS, run_compiled, run_interpreted

ROWS = 40
OF_THE_WHOLE_FILE = frozenset(
    ("E0101", "E0102", "E0103", "E0104", "E0106")
)  # which statements there are: no matter of the grammar


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a program without a failure."""

    errors: int
    compiled: bool
    read_whole: bool  # without mistakes of its lines: read sliced and in one go, and the trees compared
    compared: bool  # run by kernels and by the interpreter, and the results compared


def attempt(text: str, number: int, library: FunctionLibrary) -> Outcome:
    """Everything that must hold of a text. AssertionError, or whatever escaped, where it does not."""
    read_whole = check_reading(text)
    result = check(text, library, "fuzz.apx")
    found = [d for d in result.diagnostics if d.severity == "error"]
    for d in result.diagnostics:
        assert 0 <= d.span.start <= d.span.end <= len(text), f"{d.code} lies outside the text"
        assert d.message.strip(), d.code
    assert (result.program is None) == bool(found), "a program without errors, or errors without one"
    compared = result.program is not None and check_running(result.program, number, text)
    return Outcome(len(found), result.program is not None, read_whole, compared)


def check_reading(text: str) -> bool:
    """Sliced parse = whole parse = parse after an edit. Says whether the text has no mistake that a line can be blamed for."""
    found, again = Diagnostics(), Diagnostics()
    sliced, whole = parse(Source(text), found), parse_whole(Source(text))
    codes = {d.code for d in found} - OF_THE_WHOLE_FILE
    clean = not codes
    assert not clean or whole == sliced, "the file read in one go gives another tree, or a mistake"
    assert whole is None or codes <= {"E0601"}, (
        "the file read in one go has no mistake"
    )  # E0601: too deep, which the grammar allows
    assert "".join(text[card.span.start : card.span.end] for card in sliced.cards) == text, "text got lost between cards"
    memo = Memo()
    parse(Source(f"let before = 1\n{text}"), Diagnostics(), memo)
    assert parse(Source(text), again, memo) == sliced, "read after an edit it gives another tree"
    assert list(again) == list(found), "read after an edit other mistakes are found"
    return clean


def check_running(program: Program, number: int, text: str) -> bool:
    """Interpreter = kernels, for columns and for trades, on a short random market. False where the run itself is refused."""
    draw = random.Random(number)
    candles = beside_itself(program, market(draw.randrange(2**32), draw.choice(KINDS), ROWS))
    try:
        built = program.build()
    except CompileError:
        return False
    if any(order.verb == "hold top" for order in built.orders):
        return False  # chooses among several instruments; this market has one
    if built.orders:
        assert_same_records(run_compiled(program, candles, CENTS), run_interpreted(program, candles, CENTS), text)
    elif reads_clocks(program.plan()):
        assert_same_bits(history(program, candles), interpreted(program, candles), text)
    else:
        assert_same_bits(kernel_columns(program, candles), interpreter_columns(program, candles), text)
    return True


def beside_itself(program: Program, candles: Candles) -> Candles:
    """The bars at the program's own step where it is a step of minutes, as every other instrument that the program reads, too."""
    length = Length.parse(program.every) if program.every else None
    if length is not None and length.unit == "m":
        time = candles.time[0] + np.arange(len(candles)) * (length.count * 60_000_000)
        candles = replace(candles, time=time, timeframe=length.count * 60)
    return candles.with_others(dict.fromkeys(program.beside, candles))

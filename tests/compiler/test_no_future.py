"""No program can read a value that was not known at the close of the bar it is evaluated on: every way to try is refused, with its code."""

from __future__ import annotations

import pytest

from compiler.diagnostics import CompileError
from compiler.inputs import InputError
from compiler.nodes import reachable
from compiler.pipeline import check
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Ahead"\ntrade "SPY" every 1d\n'

ATTEMPTS = (
    ("a negative index", "plot close[-1]", "E0401"),
    ("a negative index in a rule", "when close[-1] > close\n  exit position", "E0401"),
    ("a negative index, in parentheses", "plot close[(-1)]", "E0401"),
    ("a negative index by arithmetic", "plot close[1 - 2]", "E0401"),
    ("a negative index by a let", "let ahead = 0 - 3\nplot close[ahead]", "E0401"),
    ("a negative index by lets of lets", "let one = 1\nlet two = one + one\nplot close[one - two]", "E0401"),
    ("a negative index by an input's default", "input n = -2\nplot close[n]", "E0401"),
    ("a negative index by a minus of an input", "input n = 2 bars\nplot close[-n]", "E0401"),
    ("a negative index by a function", "plot close[min(1, -1)]", "E0401"),
    ("a negative index by a choice", "plot close[if 1 > 2 then 3 else -3 end]", "E0401"),
    ("a negative index on a call", "plot sma(close, 3)[-1]", "E0401"),
    ("a negative index on an output", "plot macd(close, 12, 26, 9).line[-1]", "E0401"),
    ("a negative index on a truth", "when (close > open)[-1]\n  exit position", "E0401"),
    ("a negative index in a stop", "when close > open\n  buy 10 shares\n    stop loss at low[-1]", "E0401"),
    ("a negative index in a limit price", "when close > open\n  buy 10 shares at limit low[-1]", "E0401"),
    ("a negative index in a size", "when close > open\n  buy 10 shares * (close[-1] / close)", "E0401"),
    ("a negative index inside a define", "define next(x) = x[-1]\nplot next(close)", "E0401"),
    ("a negative index through a define's argument", "define ago(x, k) = x[k]\nplot ago(close, -1)", "E0401"),
    ("a negative index through a named argument", "define ago(x, k) = x[k]\nplot ago(x = close, k = -1)", "E0401"),
    ("a negative index through a define's default", "define ago(x, k = -1) = x[k]\nplot ago(close)", "E0401"),
    ("a negative index in a state", "remember y = close[-1] initially 0\nplot y", "E0401"),
    ("a negative index in a first value", "remember y = y + 1 initially close[-1]\nplot y", "E0401"),
    ("a negative index of a state", "remember y = close initially 0\nplot y[-1]", "E0401"),
    ("a negative index of a state inside itself", "remember y = y[-1] initially 0\nplot y", "E0401"),
    ("a negative index of another state", "remember a = b[-1] initially 0\nremember b = a + 1 initially 0\nplot a, b", "E0401"),
    ("a negative index of volume", "plot volume[-1]", "E0401"),
    ("a negative index of time", "plot time.day[-1]", "E0401"),
    ("a history index that changes", "plot close[bars since (close > open)]", "E0402"),
    ("a history index that is a price", "plot close[close]", "E0310"),
    ("a history index that is the position's age", "plot close[position.bars_held]", "E0402"),
    ("half a bar", "plot close[0.5]", "E0603"),
    ("a window of no bars", "plot sma(close, 0)", "E0603"),
    ("a negative window", "plot highest(high, -5)", "E0603"),
    ("a negative window by an input", "input n = -5\nplot highest(high, n)", "E0603"),
    ("a negative window of a library function", "plot ema(close, -5)", "E0603"),
    ("a negative window by name", "plot sma(x = close, n = -3)", "E0603"),
    ("a window that changes", "plot highest(high, bars since (close > open))", "E0403"),
    ("rising for a negative time", "when close is rising for -2\n  exit position", "E0603"),
    ("held for a negative time", "when close > open has held for -2\n  exit position", "E0603"),
    ("within the last minus two", "when close > open within last -2\n  exit position", "E0603"),
    ("a negative occurrence", "plot value_when(close > open, close, -1)", "E0603"),
    ("a pivot without waiting for its right side", "plot pivot_high(high, 2, -2)", "E0603"),
    ("a pivot with no bar to its right", "plot pivot_high(high, 2, 0)", "E0603"),
    ("a pivot's past in the other direction", "plot pivot_high(high, 2, 2)[-2]", "E0401"),
    ("the fill price in a rule", "when close > entry\n  exit position", "E0214"),
    ("the fill price in a let", "let e = entry\nplot e", "E0214"),
    ("the fill price in an order's own limit", "when close > open\n  buy 10 shares at limit entry", "E0214"),
    ("the fill price in an order's own size", "when close > open\n  buy entry * 10 shares", "E0214"),
    ("the fill price in a define", "define f(x) = x + entry\nplot f(close)", "E0214"),
    (
        "two states that need each other on one bar",
        "remember a = b + 1 initially 0\nremember b = a + 1 initially 0\nplot a, b",
        "E0405",
    ),
    ("a let that needs itself", "let a = a[1] + 1\nplot a", "E0205"),
    ("two lets that need each other", "let a = b + 1\nlet b = a + 1\nplot a", "E0205"),
    ("a let and a state that need each other", "let a = b + 1\nremember b = a + 1 initially 0\nplot a", "E0405"),
    ("the fill price in a trail", "when close > open\n  buy 10 shares\n    trail by entry * 2%", "E0214"),
    ("the fill price in a time exit", "when close > open\n  buy 10 shares\n    hold at most entry", "E0214"),
    ("a window over a state being computed", "remember y = sma(y, 3) + 1 initially 0\nplot y", "E0407"),
    ("a window over the position", "when sma(position.size, 3) > 0\n  exit position", "E0406"),
    ("a default that changes from bar to bar", "input n = close\nplot n", "E0404"),
    ("a requirement on a bar", "input n = 3\nrequire close > n\nplot close", "E0609"),
)


@pytest.mark.parametrize(("what", "body", "code"), ATTEMPTS, ids=[a[0] for a in ATTEMPTS])
def test_looking_ahead_is_refused(what: str, body: str, code: str) -> None:
    result = check(f"{HEAD}{body}\n", load())
    codes = [d.code for d in result.diagnostics if d.severity == "error"]
    assert codes == [code], [d.message for d in result.diagnostics]
    assert result.program is None


def test_a_value_for_an_input_that_would_look_ahead_is_refused_when_it_is_given() -> None:
    program = check(f"{HEAD}input n = 2\nplot close[n]\n", load()).program
    assert program is not None
    with pytest.raises(CompileError) as caught:
        program.plan({"n": -2})
    assert [d.code for d in caught.value.diagnostics if d.severity == "error"] == ["E0401"]
    with pytest.raises(InputError, match="whole number of bars"):
        program.plan({"n": 1.5})


def test_a_range_keeps_an_input_from_looking_ahead() -> None:
    program = check(f"{HEAD}input n = 2 in 0 .. 5\nplot close[n]\n", load()).program
    assert program is not None
    with pytest.raises(InputError, match="outside that range"):
        program.plan({"n": -2})


@pytest.mark.parametrize("name", sorted(load().definitions))
def test_no_library_function_lags_by_less_than_a_bar_or_looks_over_no_bars(name: str) -> None:
    definition = load().definitions[name].text
    call = f"{name}(close > open)" if name in ("anchored_vwap",) else f"{name}()"
    result = check(f"{HEAD}let x = {call}\n", load())
    if result.program is None:  # parameters without a default: their calls are in the library's own tests
        assert "E0216" in {d.code for d in result.diagnostics}, definition
        return
    built = result.program.build()
    for node in reachable(built.roots, built.graph):
        windows = [p for p in node.params if isinstance(p, int)] if node.op in load().primitives else []
        assert all(p >= 0 for p in windows), node
        assert node.op != "lag" or int(node.params[0]) >= 1

"""Every phrase and form of expression as operators and primitives: its exact definition, as a golden text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compiler.built import Built
from compiler.nodes import Graph, Node, reachable
from compiler.pipeline import check, compile_text
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Build"\ntrade "SPY" every 1d\n'


def built(body: str) -> Built:
    result = check(HEAD + body + "\n", load())
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return result.program.build()


def spelt(node: Node, graph: Graph, depth: int = 0) -> str:
    """A node written out: operators with their arguments, constants as they are, states by name."""
    match node.op:
        case "const":
            value = float(node.params[0])
            return (
                {0.0: "false", 1.0: "unknown", 2.0: "true"}[value]
                if node.kind == "truth"
                else "unknown"
                if value != value
                else f"{value:g}"
            )
        case "feed" | "fact":
            return str(node.params[0])
        case "prev" | "past" | "remember":
            return f"{node.op}({graph.states[int(node.params[0])].name})"
    inside = [spelt(a, graph, depth + 1) for a in node.args]
    inside += [
        "unknown" if isinstance(p, float) and p != p else f"{p:g}" if isinstance(p, float) else str(p) for p in node.params
    ]
    return f"{node.op}({', '.join(inside)})"


def value(expression: str, before: str = "") -> str:
    result = built(f"{before}\nlet wanted = {expression}")
    node = next(o.node for o in result.outputs if o.name == "wanted")
    lines = [spelt(node, result.graph)]
    for index in sorted({int(n.params[0]) for n in reachable([node], result.graph) if n.op == "remember"}):
        state = result.graph.states[index]
        assert state.first is not None
        assert state.next is not None
        lines.append(f"  {state.name}: first {spelt(state.first, result.graph)}, next {spelt(state.next, result.graph)}")
    return "\n".join(lines)


EXPRESSIONS = (
    # market data and literals
    "close", "hl2", "hlc3", "ohlc4", "3", "2%", "10 bps", "3 ticks", "true", "1_000 USD", "time.hour", "position.size", "account.equity",
    # arithmetic
    "close + open - high * 2 / 3", "-close", "-(-close)", "(close + open) * 2",
    # comparison and logic
    "close < open", "close <= open", "close > open", "close >= open", "close == open", "close != open", "(close > open) == (high > low)",
    "(close > open) != (high > low)", "close > open and high > low or not (low > 3)", '"a" == "a"', '"a" != "a"',
    # phrases
    "close between low and high", "close crosses above open", "close crosses below open", "close crosses open", "close crosses above 100",
    "close is rising for 3", "close is falling for 3 bars", "close is new", "(close > open) is new", "close is available", "(close > open) is available",
    "unknown is available", "unknown is new", "close > open has held for 5", "close > open within last 5", "bars since (close > open)",
    "close or_else open", "(close > open) or_else true", "close[1] or_else close", "unknown or_else close",
    # history
    "close[0]", "close[1]", "close[3][4]", "(close > open)[2]", "hl2[1]", "sma(close, 3)[1]", "3[1]", "(1 + 2)[5]", "(close - open)[1]", "true[1]",
    # choices
    "if close > open then 1 else 2 end", "if close > open then high else if close < open then low else close end end", "if close > open then true else high > low end",
    "if close > open then unknown else close end", "if close > open then high > low else unknown end",
    # calls
    "min(close, open)", "max(close, open, high)", "abs(close - open)", "sqrt(close * open)", "round(close)", "number(close)", "oscillator(3)",
    "highest(high, 20)", "count(close > open, 10)", "value_when(close > open, high, 0)", "pivot_high(high, 2, 1)", "variance(close, 2 + 3)",
    "sma(close, 3)", "ema(close, 3)", "wma(close, 3)", "rsi(close, 3)", "atr(3)", "macd(close, 2, 3, 4).histogram", "bollinger(close, 3, 2).upper",
    "stdev(close, 3)", "true_range()", "linreg_slope(close, 3)", "crossings(close)" if "crossings" in load().definitions else "obv()",
)  # fmt: skip

STATES = (
    ("a running maximum", "remember peak = max(peak, high) initially high", "peak"),
    ("a counter", "remember n = n + 1 initially 0", "n"),
    ("a truth", "remember up = if close > open then true else if close < open then false else up end end initially false", "up"),
    ("a first unknown", "remember y = y + close initially unknown", "y"),
    ("its past inside itself", "remember y = y + y[1] + y[2] initially 1", "y"),
    ("its past elsewhere", "remember y = y + 1 initially 0\nlet before = y[1]", "before + y[3]"),
    ("states that read each other's past", "remember a = b[1] + 1 initially 0\nremember b = a + 1 initially 0", "a + b"),
    ("a state over the position", "remember peak = max(peak, position.size) initially 0 shares", "peak"),
    ("one state per call", "define total(x)\n  remember y = y + x initially 0\n  give y", "total(close) - total(open)"),
    ("a first from another value", "remember y = max(y, close) initially sma(close, 3)", "y"),
    ("several outputs", "define two(x)\n  let m = x + 1\n  give up = m, down = -m", "two(close).up - two(close).down"),
    ("a define with defaults", "define f(x = open, n = 3 bars) = x[n]", "f() + f(close) + f(2)"),
)


def test_every_expression_is_spelt_out_in_operators(golden: Callable[[str, str], None]) -> None:
    golden("build/expressions.txt", "".join(f"{e}\n    {value(e)}\n" for e in EXPRESSIONS))


def test_every_kind_of_state_is_spelt_out(golden: Callable[[str, str], None]) -> None:
    text = ""
    for title, before, expression in STATES:
        text += f"# {title}\n{before}\nlet wanted = {expression}\n" + "".join(
            f"    {line}\n" for line in value(expression, before).split("\n")
        )
    golden("build/states.txt", text)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("close + open", "close + open"), ("highest(close, 5)", "highest(close, 2 + 3)"), ("sma(close, 5)", "sma(x = close, n = 5 bars)"),
        ("rsi(14)", "rsi(close, 14)"), ("close[1][2]", "close[3]"), ("(close)", "close"), ("close crosses above open", "close > open and close[1] <= open[1]"),
        ("close crosses below open", "close < open and close[1] >= open[1]"), ("close between low and high", "close >= low and close <= high"),
        ("close crosses open", "close crosses above open or close crosses below open"), ("close is rising for 4", "close > close[1] has held for 4"),
        ("close is falling for 4", "close < close[1] has held for 4"), ("hl2", "(high + low) / 2"), ("hlc3", "(high + low + close) / 3"),
        ("ohlc4", "(open + high + low + close) / 4"), ("if close > 1 then 1 else if close > 2 then 2 else 3 end end", "if close > 1 then 1 else if close > 2 then 2 else 3 end"),
        ("close is new", "close is available and (close != close[1]) or_else true"), ("2%", "0.02 + 0%"), ("max(close, open, low)", "max(max(close, open), low)"),
        ("number(close)", "close"), ("(close > open) != (high > low)", "not ((close > open) == (high > low))"),
    ],
)  # fmt: skip
def test_two_spellings_of_one_meaning_are_the_same_nodes(left: str, right: str) -> None:
    result = built(f"let a = {left}\nlet b = {right}")
    a, b = (next(o.node for o in result.outputs if o.name == name) for name in "ab")
    if left == "2%":  # folded by optimise, not by build
        assert spelt(b, result.graph) == "add(0.02, 0)"
    else:
        assert a is b


@pytest.mark.parametrize("tick", [0.01, 0.25, 1.0])
def test_ticks_are_the_instruments_price_steps(tick: float) -> None:
    result = check(f"{HEAD}let x = 3 ticks\nlet y = close + 2 * 1 tick\n", load())
    assert result.program is not None
    graph = result.program.build(tick=tick)
    assert spelt(next(o.node for o in graph.outputs if o.name == "x"), graph.graph) == f"{3 * tick:g}"


def test_outputs_are_named_after_lets_rules_alerts_and_plots() -> None:
    body = 'let a = close\nlet m = macd(close, 2, 3, 4)\nremember s = a initially 0\nwhen a > s\n  exit position\nalert when a < s "low"\nplot a, m, a - s "gap"'
    assert [(o.name, o.role, o.unit, o.label) for o in built(body).outputs] == [
        ("a", "let", "price", ""), ("m.line", "let", "price", ""), ("m.signal", "let", "price", ""), ("m.histogram", "let", "price", ""),
        ("s", "let", "price", ""), ("rule_1", "rule", "condition", "a > s"), ("alert_1", "alert", "condition", "low"), ("plot_1", "plot", "price", "a"),
        ("plot_2", "plot", "price", "m.line"), ("plot_3", "plot", "price", "m.signal"), ("plot_4", "plot", "price", "m.histogram"), ("plot_5", "plot", "price", "gap"),
    ]  # fmt: skip


def test_round_takes_a_number_of_decimals() -> None:
    head = 'apx 1\nstrategy "R"\ntrade "AAPL" every 1d\nplot '
    program = compile_text(head + "round(close, 2)\n", load())
    assert [step.op for step in program.plan().steps] == ["mul", "round", "div"]
    assert program.plan().columns[0].unit == "price"
    for wrong in ("round(close, 2.5)", "round(close, -1)", "round(close, number(bars since (close > open)))"):
        assert "E0403" in [d.code for d in check(head + wrong + "\n", load()).diagnostics], wrong

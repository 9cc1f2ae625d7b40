"""Which constants are scaled, by whose factor: read off the graph of small programs."""

from __future__ import annotations

import pytest

from compiler.built import Built
from compiler.nodes import Node
from tests.laws.running import compiled

HEAD = 'apx 1\nstrategy "S"\ntrade "A" every 1d\n'


def built(text: str) -> Built:
    return compiled(HEAD + text).build({}, 0.01, True)


def written(node: Node, built_: Built) -> str:
    """A node as a formula; `f` is the own factor, `f"SPY"` another instrument's."""
    match node.op:
        case "const":
            return f"{node.params[0]:g}"
        case "feed":
            name = "f" if node.params[0] == "factor" else str(node.params[0])
            return (
                name if len(node.params) == 1 else f'{name}"{node.params[1]}"' + (f"@{node.params[2]}" if node.params[2] else "")
            )
        case "latest":
            return written(node.args[0], built_)
        case "fact" | "entry" | "prev" | "remember":
            return str(node.params[0]) if node.params else node.op
        case _:
            params = ", ".join(f"{p:g}" for p in node.params if not isinstance(p, str) and p == p)
            return f"{node.op}({', '.join(written(a, built_) for a in node.args)}{f'; {params}' if params else ''})"


def rule(condition: str, before: str = "") -> str:
    """The condition of a rule, adjusted."""
    found = built(f"{before}when {condition}\n  exit position\n")
    return written(next(o.node for o in found.outputs if o.role == "rule"), found)


@pytest.mark.parametrize(
    ("condition", "adjusted"),
    [
        ("close > 100", "gt(close, mul(100, f))"),
        ("close > 100 + 5", "gt(close, mul(105, f))"),
        ("volume > 1000", "gt(volume, div(1000, f))"),
        ("close - open > 2 * 1.5", "gt(sub(close, open), mul(3, f))"),
        ("close * volume > 5000", "gt(mul(close, volume), 5000)"),
        ("close > 2 * open", "gt(close, mul(2, open))"),
        ("close / open > 1.5", "gt(div(close, open), 1.5)"),
        ("close * close > 9", "gt(mul(close, close), mul(9, mul(f, f)))"),
        ("sqrt(close) > 3", "gt(sqrt(close), mul(3, sqrt(f)))"),
        ("volume / close > 3", "gt(div(volume, close), div(3, mul(f, f)))"),
        ("close > 0", "gt(close, 0)"),
        ("hl2 > 50", "gt(div(add(high, low), 2), mul(50, f))"),
        ("rsi(14) is available and close > 3 ticks", None),
        ("position.entry_price > 100", "gt(position.entry_price, mul(100, f))"),
        ("position.size > 5 and account.equity > 5000 USD", "and(gt(position.size, div(5, f)), gt(account.equity, 5000))"),
        ("position.bars_held > 5", "gt(position.bars_held, 5)"),
        ("close[1] > 100", "gt(lag(close; 1), mul(100, f))"),
        ("100 - 1 < min(close, 200)", "lt(mul(99, f), min(close, mul(200, f)))"),
        ("close between 10 and 20", "and(ge(close, mul(10, f)), le(close, mul(20, f)))"),
        ("number(close) > 100", "gt(close, mul(100, f))"),
        ("log(number(close)) > 4", "gt(log(div(close, f)), 4)"),
        ("(if close > open then 5 else 6 end) < close", "lt(select(gt(close, open), mul(5, f), mul(6, f)), close)"),
        ("close or_else 7 > 5", "gt(or_else(close, mul(7, f)), mul(5, f))"),
        ("value_when(close > open, 100, 0) > close", "gt(value_when(gt(close, open), mul(100, f); 0), close)"),
        ("100 > 50", "2"),
    ],
)  # fmt: skip
def test_a_constant_is_scaled_by_the_power_of_what_it_meets(condition: str, adjusted: str | None) -> None:
    found = rule(condition)
    if adjusted is None:
        assert "mul(0.03, f)" in found
    else:
        assert found == adjusted


@pytest.mark.parametrize(
    ("condition", "adjusted"),
    [
        ('close from "SPY" > 400', 'gt(close"SPY", mul(400, f"SPY"))'),
        ('(close > 400) from "SPY"', 'gt(close"SPY", mul(400, f"SPY"))'),
        ('close / (close from "SPY") > 0.5', 'gt(div(close, close"SPY"), mul(0.5, div(f, f"SPY")))'),
        ('close > close from "SPY"', 'gt(close, mul(close"SPY", div(f, f"SPY")))'),
        ('(close from "SPY") - close > 3', 'gt(sub(close"SPY", mul(close, div(f"SPY", f))), mul(3, f"SPY"))'),
        ("close > 100 on 1w", "gt(close, mul(100, f))"),
        ("(close > 100) on 1w", 'gt(close""@1w, mul(100, f""@1w))'),
        ("close on 1w > 100", 'gt(close""@1w, mul(100, f))'),
    ],
)
def test_another_instruments_price_is_met_by_that_instruments_factor(condition: str, adjusted: str) -> None:
    assert rule(condition) == adjusted


@pytest.mark.parametrize(
    ("before", "condition", "adjusted"),
    [
        ("input level = 100\n", "close > level", "gt(close, mul(100, f))"),
        ("input level = 100\n", "close > level + 2", "gt(close, mul(102, f))"),
        ("input gap = 5 ticks\n", "high - low > gap * 2", "gt(sub(high, low), mul(0.1, f))"),
        ("input many = 10 shares\n", "volume * 2 > many", "gt(mul(volume, 2), div(10, f))"),
        ("let level = 100\n", "close > level and close * level > 5", None),
        ("let k = 2\n", "close * k > open", "gt(mul(close, 2), open)"),
        ("define tops(x, y = 5) = x > y\n", "tops(close) and tops(volume)", "and(gt(close, mul(5, f)), gt(volume, div(5, f)))"),
        ("define far(x) = abs(x - 1)\n", "far(close) > far(rsi(14))", None),
        ("define level() = 100\n", "close > level()", "gt(close, mul(100, f))"),
    ],
)
def test_names_and_definitions_are_seen_through(before: str, condition: str, adjusted: str | None) -> None:
    if "far(" in condition:
        condition = "far(close) > 3 and far(volume) > 4"
        adjusted = "and(gt(abs(sub(close, mul(1, f))), mul(3, f)), gt(abs(sub(volume, div(1, f))), div(4, f)))"
    if "level > 5" in condition:
        adjusted = "and(gt(close, mul(100, f)), gt(mul(close, mul(100, f)), mul(5, mul(f, f))))"
    assert rule(condition, before) == adjusted


def test_a_fixed_value_in_the_past_is_of_the_factor_of_its_bar() -> None:
    before = "or_else(lag(f; 1), f)"
    assert rule("close crosses above 100") == f"and(gt(close, mul(100, f)), le(lag(close; 1), mul(100, {before})))"
    assert rule("close > level[2]", "let level = 50 * 2\n") == "gt(close, mul(100, or_else(lag(f; 2), f)))"
    assert "f)" not in rule("rsi(14)[1] > 50 and 3 crosses above 2 * bars since (close > open)")


def test_a_state_carries_what_it_is_made_of() -> None:
    found = built("remember top = max(top, high) initially 100\nremember n = n + 1 initially 0\nplot top, n\n")
    first = {state.name: written(state.first, found) for state in found.graph.states if state.first is not None}
    following = {state.name: written(state.next, found) for state in found.graph.states if state.next is not None}
    assert first == {"top": "mul(100, f)", "n": "0"}
    assert following["n"] == "add(1, 1)"


def test_the_parts_of_an_order_are_scaled_as_the_machine_takes_them() -> None:
    found = built(
        "when close > open\n"
        "  buy 50 shares at limit 100\n    stop loss at 95\n    take profit at 3 R\n    trail by 2 after 1.5\n    hold at most 5 bars\n"
        "  buy 500 USD\n    stop loss at 2%\n    trail by 3%\n"
        "  buy 10% of equity\n    stop loss at entry - 2\n"
        '  notify "{close} {volume} {time.hour}"\n'
    )
    one, two, three, note = found.orders
    assert [written(n, found) for n in (one.size, one.price, one.stop, one.trail, one.trail_after, one.hold) if n is not None] == [
        "div(50, f)", "mul(100, f)", "mul(95, f)", "mul(2, f)", "mul(1.5, f)", "5",
    ]  # fmt: skip
    assert [written(n, found) for n in (two.size, two.trail) if n is not None] == ["500", "0.03"]
    assert three.stop is not None
    assert written(three.stop, found) == "sub(entry, mul(2, f))"
    assert [written(part, found) for part in note.text if isinstance(part, Node)] == [
        "div(close, f)",
        "mul(volume, f)",
        "time.hour",
    ]


def test_what_is_not_made_for_factors_has_none() -> None:
    program = compiled(HEAD + "when close > 100\n  buy 5 shares at limit 99\nplot close\n")
    plain, adjusted = (program.plan({}, 0.01, "signals", of) for of in (False, True))
    assert "factor" not in plain.feeds
    assert "factor" in adjusted.feeds
    assert plain.hash != adjusted.hash
    assert program.plan({}, 0.01).hash == plain.hash


def test_a_program_without_constants_of_price_or_quantity_reads_no_factor() -> None:
    program = compiled(
        HEAD + "when close crosses above sma(close, 20) and rsi(14) < 70\n  buy 10% of equity\n    stop loss at 2%\n"
    )
    assert "factor" not in program.plan({}, 0.01, "backtest", True).feeds

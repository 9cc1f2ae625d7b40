"""Clocks in the compiler: what `on` and `from` reach, what is shared, what is refused, and what is known before a run."""

from __future__ import annotations

import numpy as np
import pytest

from compiler.clocks import Length, bars_in, why_not
from compiler.nodes import reachable
from compiler.pipeline import check, compile_text
from compiler.plan import OWN
from compiler.program import Program
from compiler.segments import ClockOf
from runtime.backtest import signals
from stdlib.library import load
from tests.generators.sessions import intraday

HEAD = 'apx 1\nstrategy "Clocks"\ntrade "TEST" every 15m\n'


def program(body: str, head: str = HEAD) -> Program:
    return compile_text(head + body + "\n", load(), "clocks")


def codes(body: str, head: str = HEAD) -> list[str]:
    return [d.code for d in check(head + body + "\n", load()).diagnostics if d.severity == "error"]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("let a = sma(close, 3)\nplot a on 4h", "let a = sma(close, 3)\nplot sma(close, 3) on 4h"),
        ("define f(x) = sma(x, 3) on 4h\nlet a = close\nplot f(close - open)", "let a = close\nplot sma(close - open, 3) on 4h"),
        ("define f(x, n = 3) = sma(x, n) on 4h\nlet a = high\nplot f(a)", "let a = high\nplot sma(high, 3) on 4h"),
        ("let a = close\nplot close on 240m", "let a = close\nplot close on 4h"),
        ("let a = close\nplot close on 15m", "let a = close\nplot close"),
        ("let a = close\nplot (close on 4h) on 4h", "let a = close\nplot close on 4h"),
        ("let a = close\nplot rsi(14) on 1d", "let a = close\nplot rsi(close, 14) on 1d"),
        ("let a = close\nplot macd(close, 3, 7, 4).line on 1d", "let a = close\nlet m = macd(close, 3, 7, 4) on 1d\nplot m.line"),
        ("let a = close\nplot 3 on 4h", "let a = close\nplot 3"),
    ],
)
def test_all_of_an_expression_runs_on_its_clock(short: str, long: str) -> None:
    assert shape(short) == shape(long)


def shape(body: str) -> list[tuple[str, tuple[object, ...]]]:
    """The operations of the first plot with what they are given, arguments first."""
    built = program(body).build()
    root = next(o.node for o in built.outputs if o.name == "plot_1")
    return [(n.op, tuple(str(p) for p in n.params)) for n in reachable([root], built.graph)]


def test_a_state_has_one_memory_for_each_clock() -> None:
    built = program("remember top = max(top, high) initially high\nplot top, top on 4h, top on 1d").build()
    assert [(s.name, str(s.clock)) for s in built.graph.states] == [("top", ""), ("top", "on 4h"), ("top", "on 1d")]


def test_what_runs_on_one_clock_is_computed_once() -> None:
    plan = program("let a = sma(close, 20) on 4h\nlet b = sma(close, 20) on 4h\nlet c = sma(close, 20)\nplot a - b + c").plan()
    assert [(source.symbol, source.every, len(source.plan.columns)) for source in plan.sources] == [("", "4h", 1)]
    assert sum(step.op == "window_sum" for step in (*plan.steps, *plan.sources[0].plan.steps)) == 2


def test_sources_within_sources_say_whose_bars_they_read() -> None:
    plan = program('plot (close from "SPY") on 4h, close on 1d from "SPY", ((close from "SPY") - close) on 1d').plan()
    found = [(s.symbol, s.every, [(i.symbol, i.every) for i in s.plan.sources]) for s in plan.sources]
    assert found == [("", "4h", [("SPY", "4h")]), ("SPY", "", [("", "1d")]), ("", "1d", [("SPY", "1d")])]
    own = program('plot (close + (close from "TEST2")) from "SPY"').plan()
    assert [(s.symbol, [i.symbol for i in s.plan.sources]) for s in own.sources] == [("SPY", ["TEST2"])]
    assert OWN not in {s.symbol for s in own.sources}


def test_every_node_has_one_clock() -> None:
    built = program('plot close crosses above (sma(close, 5) on 1h), (high from "SPY") on 1d').build()
    clock_of = ClockOf(built.graph)
    assert {str(clock_of(n)) for n in reachable(built.roots, built.graph) if clock_of(n) is not None} == {
        "",
        "on 1h",
        "on 1d",
        'on 1d from "SPY"',
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("plot close on 5m", "E0409"), ("plot close on 20m", "E0409"), ("plot close on 2d", "E0409"), ("plot close on 24h", "E0409"), ("plot close on 3w", "E0409"),
        ("when (position.size > 0) on 1h\n  exit position", "E0410"), ('when (account.equity from "SPY") > 0\n  exit position', "E0410"),
        ("remember r = (r on 4h) + (r on 1h) initially close\nplot r", "E0405"), ('remember r = (r from "A") + (r from "B") initially close\nplot r', "E0405"),
        ('plot time.hour in "New York"', "E0411"), ('plot time.hour in "NYSE"', "E0411"), ('plot time is within "25:00-26:00"', "E0411"),
        ('plot close is within "09:30-16:00"', "E0411"), ('plot close in "UTC"', "E0411"), ('every day at "9:30pm"\n  exit position', "E0411"),
        ('every day at "15:50"\n  exit position', "E0412"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(body: str, code: str) -> None:
    assert codes(body) == [code]


def test_a_wrong_zone_is_corrected() -> None:
    text = HEAD + 'plot time.hour in "New_York"\n'
    (mistake,) = (d for d in check(text, load()).diagnostics if d.severity == "error")
    assert "America/New_York" in mistake.hint


@pytest.mark.parametrize(
    ("slower", "base", "fine"),
    [
        ("4h", "15m", True), ("1d", "15m", True), ("1w", "1d", True), ("1mo", "1w", True), ("3mo", "1d", True), ("90m", "30m", True), ("15m", "15m", True),
        ("1h", "4h", False), ("50m", "20m", False), ("1d", "1w", False), ("2mo", "3mo", False), ("5mo", "2mo", False), ("48h", "1h", False),
    ],
)  # fmt: skip
def test_which_bars_can_be_built_from_which(slower: str, base: str, fine: bool) -> None:
    assert (why_not(Length.parse(slower), Length.parse(base)) is None) == fine


def test_at_most_so_many_bars_are_in_one() -> None:
    assert [bars_in(Length.parse(a), Length.parse("1h")) for a in ("1h", "4h", "1d", "1w", "1mo")] == [1, 4, 24, 168, 744]


@pytest.mark.parametrize(
    "expression",
    ["sma(close, 3) on 4h", "rsi(5) on 1h", "close[2] on 1d", "(sma(close, 2) on 4h) on 1d", "highest(high, 4) on 4h"],
)
def test_a_value_of_longer_bars_is_known_by_its_warm_up_at_the_latest(expression: str) -> None:
    compiled = program(f"plot {expression}")
    for follows in ("24/7", "FX", "XNYS"):
        candles = intraday(1, follows, "2024-03-04", 15, 40, 0.0, 0.0, "TEST")
        (values,) = signals(compiled.plan(), candles).values()
        assert np.flatnonzero(~np.isnan(values))[0] <= compiled.warmup


def test_flat_closes_and_opens_nothing_more() -> None:
    text = "settings\n  commission 0.1%\n  flat 30m before close\nwhen close > open\n  buy 10% of equity\n"
    orders = program(text).build().orders
    assert [(o.verb, o.rule) for o in orders] == [("buy", 0), ("cancel", 1), ("exit", 1)]
    assert orders[1].fires is orders[2].fires
    assert orders[0].fires.op == "and"


@pytest.mark.parametrize(
    ("line", "code"), [("flat 5m before close", "E0412"), ("flat 1d before close", "E0510"), ("flat 15m before close", "")]
)
def test_flat_leaves_time_for_the_last_order_to_fill(line: str, code: str) -> None:
    body = f"settings\n  commission 0.1%\n  {line}\nwhen close > open\n  buy 10% of equity"
    assert codes(body) == ([code] if code else [])

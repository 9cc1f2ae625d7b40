"""Facts: warm-up, settling, doubt and state of expressions, against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from compiler.facts import Extent, extents
from compiler.library import UNBOUNDED
from compiler.pipeline import check
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Facts"\ntrade "SPY" every 1d\n'


def extent(expression: str, before: str = "") -> Extent:
    result = check(f"{HEAD}{before}\nlet wanted = {expression}\n", load())
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    built = result.program.build()
    node = next(o.node for o in built.outputs if o.name == "wanted")
    return extents(built.graph, [node], load())[node.id]


def filtered(n: int, alpha: float) -> int:
    """Bars until an exponential average has forgotten all but a millionth of its start."""
    return n - 1 + math.ceil(math.log(1e-6) / math.log(1 - alpha))


@pytest.mark.parametrize(
    ("expression", "warmup", "settle", "maybe"),
    [
        ("close", 0, 0, False), ("3", 0, 0, False), ("close + open", 0, 0, False), ("hl2", 0, 0, True), ("close / open", 0, 0, True),
        ("close[1]", 1, 1, False), ("close[3][4]", 7, 7, False), ("close[1] + close[5]", 5, 5, False), ("max(close, close[2])", 2, 2, False),
        ("window_sum(close, 20)" if False else "highest(high, 20)", 19, 19, False), ("highest(high, 1)", 0, 0, False),
        ("highest(high[5], 20)", 24, 24, False), ("highest(highest(high, 10), 20)", 28, 28, False), ("highest(high, 20)[3]", 22, 22, False),
        ("lowest(low, 5) + highest(high, 9)", 8, 8, False), ("variance(close, 10)", 9, 9, False), ("median(close, 7)", 6, 6, False),
        ("percentile_rank(close, 10)", 10, 10, False), ("pivot_high(high, 3, 2)", 5, 5, True), ("count(close > open, 4)", 3, 3, False),
        ("value_when(close > open, close, 0)", 0, UNBOUNDED, True), ("value_when(close > open, close, 2)", 2, UNBOUNDED, True),
        ("bars since (close > open)", 0, UNBOUNDED, True), ("cumulate(volume)", 0, UNBOUNDED, False), ("cumulate(volume[2])", 2, UNBOUNDED, False),
        ("ema(close, 9)", 8, filtered(9, 0.2), False), ("wilder(close, 5)", 4, filtered(5, 0.2), False), ("ema(close[2], 9)", 10, 2 + filtered(9, 0.2), False),
        ("ema(ema(close, 9), 9)", 16, 2 * filtered(9, 0.2), False), ("ema(close, 1)", 0, 0, False),
        ("close > open", 0, 0, False), ("close > close[2]", 2, 2, False), ("not (close > close[2])", 2, 2, False), ("close crosses above open", 1, 1, True),
        ("close > open has held for 5", 4, 4, True), ("close > open within last 5", 4, 4, True), ("close is rising for 3", 3, 3, True),
        ("close > open and close > close[2]", 2, 2, True), ("close is available", 0, 0, False), ("close[5] is available", 0, 5, False),
        ("close[5] or_else close", 0, 5, False), ("close[5] or_else close[2]", 2, 5, False), ("close[2] or_else close[5]", 2, 5, False),
        ("if close > open then high else low end", 0, 0, False), ("if close > open then high[3] else low end", 3, 3, True),
        ("if close > close[3] then high else low end", 3, 3, False),
        ("if close[2] is available then close[2] else close end", 0, 2, False), ("if close[2] is available then close[5] else close[1] end", 1, 5, True),
        ("if close[2] is available then close[2] else close[4] end", 2, 4, False), ("true_range()", 0, 1, False), ("sqrt(close)", 0, 0, True), ("abs(close[1])", 1, 1, False),
        ("position.size", 0, UNBOUNDED, True), ("close[1] is new", 0, 2, True), ("unknown or_else close", 0, 0, False),
    ],
)  # fmt: skip
def test_warmup_settle_and_doubt_are_those_worked_out_by_hand(expression: str, warmup: int, settle: int, maybe: bool) -> None:
    found = extent(expression)
    assert (found.warmup, found.settle) == (warmup, settle)
    assert found.maybe is maybe


@pytest.mark.parametrize(
    ("name", "warmup"),
    [
        ("sma(close, 20)", 19), ("wma(close, 20)", 19), ("rsi(close, 14)", 14), ("atr(14)", 13), ("macd(close, 12, 26, 9).line", 25),
        ("macd(close, 12, 26, 9).signal", 33), ("bollinger(close, 20, 2).upper", 19), ("stdev(close, 20)", 19), ("donchian(20).upper", 19),
        ("linreg_slope(close, 14)", 13), ("dmi(14, 14).plus", 14), ("adx(14, 14)", 27), ("aroon(14).up", 14), ("mfi(hlc3, 14)", 14),
        ("hma(close, 9)", 10), ("tema(close, 5)", 12), ("obv()", 1), ("zscore(close, 20)", 19),
    ],
)  # fmt: skip
def test_library_functions_warm_up_as_their_documentation_says(name: str, warmup: int) -> None:
    assert extent(name).warmup == warmup


def test_a_state_settles_never_and_starts_with_its_first_value() -> None:
    found = extent("y", "remember y = max(y, close) initially sma(close, 3)")
    assert (found.warmup, found.settle, found.maybe) == (2, UNBOUNDED, True)


def test_a_program_is_warm_when_its_last_output_is() -> None:
    result = check(
        HEAD
        + "let slow = sma(close, 50)\nlet fast = ema(close, 9)\nwhen fast crosses above slow\n  buy 10 shares\nplot close[3]\n",
        load(),
    )
    assert result.program is not None
    assert result.program.warmup == 50
    assert result.program.settle == max(50, 1 + filtered(9, 0.2))


def test_the_cost_and_state_of_a_plan_grow_with_its_windows() -> None:
    def of(n: int) -> tuple[float, int]:
        program = check(f"{HEAD}plot highest(high, {n}), mean_deviation(close, {n})\n", load()).program
        assert program is not None
        return program.cost, program.state

    costs = [of(n) for n in (2, 20, 200, 2000)]
    assert costs == sorted(costs)
    assert all(cost > 0 for cost, _ in costs)
    assert all(state > 0 for _, state in costs)

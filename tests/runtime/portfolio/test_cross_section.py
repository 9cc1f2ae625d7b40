"""Instruments compared at an instant: by columns as by the definition, and by kernels as by the interpreter."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import apextrade as apx
from compiler.pipeline import check, compile_text
from runtime.candles import Candles
from runtime.feeds import FeedError
from runtime.portfolio.cross_section import compared, compared_at
from stdlib.library import load
from tests.laws.running import one_nan

HEAD = 'apx 1\nstrategy "Compared"\ntrade "A", "B", "C" every 1d\nsettings\n  commission 0.1%\n'
NUMBERS = st.one_of(
    st.sampled_from([math.nan, math.inf, 0.0, -0.0, 1.0, 1.0, 2.0, 1e308, -1e308, 5e-324]), st.floats(-1e6, 1e6, allow_nan=False)
)


@given(data=st.data(), instants=st.integers(1, 6), count=st.integers(1, 5), universe=st.booleans())
@pytest.mark.parametrize("function", ["members_rank", "members_zscore"])
def test_columns_are_compared_as_the_definition_says(
    function: str, data: st.DataObject, instants: int, count: int, universe: bool
) -> None:
    values = np.array(
        data.draw(st.lists(st.lists(NUMBERS, min_size=count, max_size=count), min_size=instants, max_size=instants))
    )
    truths = st.lists(st.lists(st.integers(0, 1), min_size=count, max_size=count), min_size=instants, max_size=instants)
    members = np.array(data.draw(truths), dtype=np.uint8) if universe else None
    found = compared(function, values, members)
    rows = [compared_at(function, row.tolist(), None if members is None else members[t].tolist()) for t, row in enumerate(values)]
    assert one_nan(found).tobytes() == one_nan(np.array(rows)).tobytes()


def test_rank_is_one_for_the_highest_and_equal_values_share_the_better_place() -> None:
    assert compared_at("members_rank", [5.0, 9.0, 5.0, 1.0], None) == [2.0, 1.0, 2.0, 4.0]
    assert one_nan(np.array(compared_at("members_rank", [5.0, math.nan, 7.0, 6.0], [1, 1, 1, 0]))).tolist()[0::2] == [2.0, 1.0]


def test_zscore_is_in_standard_deviations_of_the_population() -> None:
    values = [1.0, 4.0, 2.0, 9.0]
    mean, deviation = statistics.fmean(values), statistics.pstdev(values)
    assert compared_at("members_zscore", values, None) == pytest.approx([(x - mean) / deviation for x in values], rel=1e-14)
    for unknown in ([3.0, 3.0, 3.0], [3.0, math.nan], [1e308, -1e308]):
        assert all(math.isnan(x) for x in compared_at("members_zscore", unknown, None))


def candles(seed: int, symbol: str) -> Candles:
    chance = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(chance.normal(0, 0.02, 90)))
    kept = np.sort(chance.permutation(90)[:75])
    opened = close * np.exp(chance.normal(0, 0.005, 90))
    high, low = np.maximum(opened, close) * 1.005, np.minimum(opened, close) * 0.995
    columns = {"open": opened, "high": high, "low": low, "close": close, "volume": np.full(90, 1e5)}
    time = np.arange(90) * 86_400 + 1_000_000_000
    return Candles.from_arrays(time=time[kept], symbol=symbol, **{name: column[kept] for name, column in columns.items()})


PROGRAMS = (
    "plot members_rank(roc(close, 5 bars))\nplot members_zscore(close)\n",
    "let place = members_rank(roc(close, 5 bars))\nplot members_zscore(place + members_zscore(close))\nplot sma(place, 3 bars)\n",
    "remember best = if members_rank(close) < 2 then best + 1 else best end initially 0\nplot members_rank(best - best[3])\n",
    "define strong(n) = members_rank(roc(close, n)) <= 1\nwhen strong(5 bars) and position.size == 0\n  buy 40% of equity\n"
    "when not strong(5 bars)\n  exit position\nplot number(account.equity) + members_rank(close)\n",
)


@pytest.mark.parametrize("text", PROGRAMS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_kernels_compare_as_the_interpreter(text: str, seed: int) -> None:
    program = apx.compile(HEAD + text)
    bars = {symbol: candles(seed + 10 * k, symbol) for k, symbol in enumerate("ABC")}
    kernel, plain = program.run(bars), apx.interpret(program, bars)
    known = 0
    for symbol in bars:
        for name in kernel[symbol]:
            assert one_nan(kernel[symbol][name]).tobytes() == one_nan(plain[symbol][name]).tobytes(), (symbol, name)
            known += int(np.isfinite(kernel[symbol][name]).sum())
    assert known > 100


def test_a_comparison_is_that_of_the_bars_of_its_instant() -> None:
    bars = {symbol: candles(k, symbol) for k, symbol in enumerate("ABC")}
    found = apx.compile(HEAD + "plot members_rank(close)\n").run(bars)
    closes: dict[int, dict[str, float]] = {}
    for symbol, own in bars.items():
        for time, close in zip(own.time.tolist(), own.close.tolist(), strict=True):
            closes.setdefault(time, {})[symbol] = close
    for symbol, own in bars.items():
        for time, rank in zip(own.time.tolist(), found[symbol]["plot_1"].tolist(), strict=True):
            assert rank == 1 + sum(other > closes[time][symbol] for other in closes[time].values())


def test_one_instrument_alone_is_refused_in_words() -> None:
    program = apx.compile(HEAD + "plot members_rank(close)\n")
    with pytest.raises(FeedError, match="bars of each by symbol"):
        program.run(candles(1, "A"))
    assert program.run({"A": candles(1, "A")})["A"]["plot_1"].tolist() == [1.0] * 75


def test_position_values_are_not_compared() -> None:
    found = check(HEAD + "plot members_rank(position.profit)\n", load())
    assert [d.code for d in found.diagnostics if d.severity == "error"] == ["E0406"]


def test_warm_up_is_that_of_what_is_compared() -> None:
    assert compile_text(HEAD + "plot members_rank(sma(close, 20 bars))\n", load()).warmup == 19


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("plot members_rank(close) on 1w\n", "E0410"),
        ("plot members\n", "E0532"),
        ("every month end\n  hold top 2 of stocks by close weighted equally\n", "E0532"),
        ("every month end\n  hold top volume of members by close weighted equally\n", "E0309"),
        ("every month end\n  hold top 1.5 of members by close weighted equally\n", "E0531"),
        ("every month end\n  hold top number(volume) of members by close weighted equally\n", "E0531"),
        ("every month end\n  hold top 2 of members by close > 3 weighted equally\n", "E0306"),
    ],
)
def test_mistakes_of_rotations_and_comparisons_have_codes(text: str, code: str) -> None:
    found = [d.code for d in check(HEAD + text, load()).diagnostics if d.severity == "error"]
    assert found == [code]

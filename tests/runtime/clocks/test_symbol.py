"""`symbol` compared with a text: what the instrument is called, in every engine, and on every clock."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import apextrade as apx
from compiler.pipeline import check
from runtime.candles import Candles
from runtime.clocks.live import LiveMarket
from runtime.feeds import Candle
from runtime.filetests import run_tests
from runtime.portfolio.result import PortfolioResult
from stdlib.library import load
from tests.laws.running import compiled, one_nan

HOUR = 3_600_000_000
HEAD = 'apx 1\nstrategy "x"\ntrade "SPY", "QQQ" every 1h\nsettings\n  capital 10_000 USD\n  commission 0.1%\n'
RULES = (
    'input wanted = "QQQ" in ["SPY", "QQQ"]\nlet name = symbol\n'
    'let spy = symbol == "SPY"\nlet other = "SPY" != symbol\nlet chosen = name == wanted\n'
    "let slow = (spy and close > open) on 4h\nlet seen = count(other, 3)\n"
    'let there = (symbol == "QQQ") from "QQQ"\nlet here = (spy and close > open from "QQQ")\n'
    "when spy and close > open\n  buy 10 units\n"
    "when chosen and close < open\n  short 5 units\n"
)


def bars(symbol: str, seed: int, n: int = 48) -> Candles:
    random = np.random.default_rng(seed)
    close = 100.0 + np.cumsum(random.integers(-8, 9, n)) / 4.0
    opened = close + random.integers(-4, 5, n) / 4.0
    high, low = np.maximum(opened, close) + 0.5, np.minimum(opened, close) - 0.5
    time = 1_704_067_200_000_000 + HOUR * np.arange(n, dtype=np.int64)
    return replace(
        Candles.from_arrays(time=time, open=opened, high=high, low=low, close=close, volume=np.ones(n), symbol=symbol),
        calendar="24/7",
    )


def both() -> dict[str, Candles]:
    return {"SPY": bars("SPY", 1), "QQQ": bars("QQQ", 2)}


def test_the_rules_of_several_instruments_know_which_one_is_meant() -> None:
    result = apx.backtest(apx.compile(HEAD + RULES), both())
    assert isinstance(result.run, PortfolioResult)
    assert set(result.orders.query("symbol == 'SPY'")["side"]) == {"buy"}
    assert set(result.orders.query("symbol == 'QQQ'")["side"]) == {"sell"}


def test_each_instrument_has_its_own_truth_in_every_column() -> None:
    found = apx.compile(HEAD + RULES).run(both())
    assert (found["SPY"]["spy"] == 1.0).all()
    assert (found["QQQ"]["spy"] == 0.0).all()
    assert (found["SPY"]["other"] == 0.0).all()
    assert (found["QQQ"]["seen"][3:] == 3.0).all()
    assert (found["SPY"]["chosen"] == 0.0).all()
    assert np.nanmax(found["SPY"]["slow"]) == 1.0
    assert np.nanmax(found["QQQ"]["slow"]) == 0.0
    assert (found["SPY"]["there"] == 1.0).all()


def test_the_reference_interpreter_says_the_same() -> None:
    program = apx.compile(HEAD + RULES)
    kernel, defined = program.run(both(), wanted="SPY"), apx.interpret(program, both(), wanted="SPY")
    for symbol in ("SPY", "QQQ"):
        assert set(kernel[symbol]) == set(defined[symbol])
        for name in kernel[symbol]:
            assert one_nan(kernel[symbol]._raw[name]).tobytes() == one_nan(defined[symbol]._raw[name]).tobytes(), name


@pytest.mark.parametrize("symbol", ["SPY", "QQQ", "GLD"])
def test_one_instrument_is_called_what_its_bars_are_called_in_history_interpreter_and_stream(symbol: str) -> None:
    text = (HEAD + RULES).replace('"SPY", "QQQ" every', '"SPY" every').replace(' from "QQQ"', "")
    program = apx.compile(text)
    candles = bars(symbol, 3)
    kernel, defined = program.run(candles), apx.interpret(program, candles)
    for name in kernel:
        assert one_nan(kernel._raw[name]).tobytes() == one_nan(defined._raw[name]).tobytes(), name
    assert (kernel["spy"] == float(symbol == "SPY")).all()


def test_a_stream_is_of_the_first_instrument_of_the_program() -> None:
    program = apx.compile((HEAD + RULES).replace('"SPY", "QQQ" every', '"SPY" every').replace(' from "QQQ"', ""))
    candles, stream = bars("SPY", 3), program.stream(0.25, "24/7")
    batch = program.run(candles)
    for i in range(len(candles)):
        step = stream.push(
            {name: getattr(candles, name)[i].item() for name in ("time", "open", "high", "low", "close", "volume")}
        )
        assert {name: one_nan(np.array(step[name])).tobytes() for name in batch} == {
            name: one_nan(batch[name][i]).tobytes() for name in batch
        }


def test_bars_without_a_name_leave_it_unknown() -> None:
    program = apx.compile('apx 1\nstrategy "x"\nlet spy = symbol == "SPY"\nplot if spy then 1 else 2 end')
    signals = program.run(replace(bars("", 4), symbol=""))
    assert np.isnan(signals["spy"]).all()
    first = Candle(0, 1.0, 1.0, 1.0, 1.0, 1.0)
    assert LiveMarket(program.plan(), "", "", {}).feeds(first, {}) == [1.0]
    assert LiveMarket(program.plan(), "SPY", "", {}).feeds(first, {}) == [2.0]
    assert LiveMarket(program.plan(), "GLD", "", {}).feeds(first, {}) == [0.0]


def test_a_test_of_the_file_is_read_for_the_first_instrument() -> None:
    text = (
        HEAD
        + 'let spy = symbol == "SPY"\nwhen spy and close > 1\n  buy 1 unit\ntest "it is SPY"\n  given close = [0.5, 2]\n  expect spy at bar 0 is true\n  expect buy at bar 1\n'
    )
    assert [found.passed for found in run_tests(compiled(text))] == [True]


def test_a_name_that_is_not_traded_is_said_with_the_nearest_one() -> None:
    found = check(HEAD + 'when symbol == "QQQQ" and close > open\n  buy 1 unit\n', load()).diagnostics
    assert [(d.code, d.hint) for d in found] == [("W0203", 'Did you mean "QQQ"?')]
    assert [d.code for d in check(HEAD + 'when symbol != "GLD" and close > open\n  buy 1 unit\n', load()).diagnostics] == [
        "W0203"
    ]
    universe = HEAD.replace('"SPY", "QQQ"', "universe sp") + 'when symbol == "GLD" and close > open\n  buy 1 unit\n'
    assert check(universe, load()).diagnostics == ()

"""Every example compiles without a word and trades on its own bars as the expected table says, to the last digit.

Daily ones trade on the samples, the others on bars that are made. `--update-goldens` writes the tables anew; read them against the
example's rules before committing them. Trades of some are worked out again below, and in test_intraday.py, from the prices.
"""

from __future__ import annotations

import csv
import io
import math
import re
from functools import cache
from pathlib import Path

import pytest

from apextrade import backtest
from apextrade import compile as compile_program
from apextrade.backtesting import Result
from apextrade.commands.examples import summary
from apextrade.portfolio import PortfolioRun
from runtime.candles import Candles
from runtime.result import TRADE_FIELDS
from tests.examples.feeds import bars_of, lot_of, own_bars, tick_of
from tests.examples.programs import FILES, FOLDER, STRATEGIES
from tests.oracle import naive_indicators as ta

EXAMPLES = STRATEGIES
EXPECTED = Path(__file__).parent / "expected"


@cache
def traded(path: Path) -> Result | PortfolioRun:
    """An example's backtest on its own bars."""
    program = compile_program(path)
    facts = {"tick": tick_of(program.compiled), "lot": lot_of(program.compiled)}
    if len(program.symbols) > 1:
        return backtest(program, {symbol: bars_of(symbol) for symbol in program.symbols}, **facts)
    return backtest(program, own_bars(program.compiled), **facts)


def trades_text(result: Result | PortfolioRun) -> str:
    """The trades as CSV: numbers as the shortest text that reads back as the same double."""
    out = io.StringIO()
    writer = csv.DictWriter(out, TRADE_FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in result.run.trade_rows():
        writer.writerow(
            {name: "" if value is None else repr(value) if isinstance(value, float) else value for name, value in row.items()}
        )
    return out.getvalue()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_compiles_without_warnings(path: Path) -> None:
    assert compile_program(path).diagnostics == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_makes_its_expected_trades(path: Path, request: pytest.FixtureRequest) -> None:
    text = trades_text(traded(path))
    expected = EXPECTED / f"{path.stem}.csv"
    if request.config.getoption("--update-goldens"):
        expected.write_text(text, encoding="utf-8")
    assert expected.exists(), "no expected trades; run with --update-goldens and read them"
    assert text == expected.read_text(encoding="utf-8")


def test_each_expected_table_has_its_example() -> None:
    assert {path.stem for path in EXPECTED.glob("*.csv")} == {path.stem for path in EXAMPLES}


def example(name: str) -> tuple[list[dict[str, object]], Candles, list[str]]:
    """The trades of an example, its bars, and their days."""
    path = EXAMPLES[0].parent / f"{name}.apx"
    candles = own_bars(compile_program(path).compiled)
    return list(traded(path).run.trade_rows()), candles, [f"{t}Z" for t in candles.time.astype("M8[us]").astype("M8[s]")]


def test_the_first_golden_cross_is_the_one_that_its_prices_give() -> None:
    """Risks 2% of 100,000 over 4 ranges below the close of the cross, in at the next open, out at the stop, a cent worse each."""
    trades, candles, days = example("golden_cross")
    opens, highs, lows, closes = (getattr(candles, n).tolist() for n in ("open", "high", "low", "close"))
    quick, trend, reach = ta.sma(closes, 50), ta.sma(closes, 200), ta.atr(highs, lows, closes, 20)
    cross = next(i for i in range(len(closes)) if ta.crosses_above(quick, trend, i))
    span = reach[cross]
    assert span is not None
    distance = closes[cross] - int((closes[cross] - 4 * span) * 100) / 100
    first = trades[0]
    assert first["entry_time"] == days[cross + 1]
    assert first["entry_price"] == opens[cross + 1] + 0.01
    assert first["quantity"] == int(2_000 / distance)
    stop = int((opens[cross + 1] + 0.01 - 4 * span) * 100) / 100
    hit = next(i for i in range(cross + 1, len(closes)) if lows[i] <= stop)
    assert first["exit_time"] == days[hit]
    assert first["exit_price"] == pytest.approx(min(stop, opens[hit]) - 0.01, abs=1e-12)
    paid = 0.001 * 773 * (11.925 + 9.33)
    assert first["commission"] == pytest.approx(paid)
    assert first["profit"] == pytest.approx(773 * (9.33 - 11.925) - paid)


def test_every_band_reversal_enters_at_its_limit_or_better_and_leaves_by_its_own_lines() -> None:
    """The band of the last three closes is the limit; 6% below the entry is the stop; the middle of that close is the target."""
    trades, candles, days = example("bollinger_reversal")
    at = {day: i for i, day in enumerate(days)}
    closes, opens, lows, highs = (getattr(candles, n).tolist() for n in ("close", "open", "low", "high"))
    middle, reach = ta.sma(closes, 20), ta.stdev(closes, 20)
    bands = [(m - 2 * r, m) if m is not None and r is not None else None for m, r in zip(middle, reach, strict=True)]
    ends = {"stop loss": 0, "take profit": 0, "hold": 0}
    for trade in trades:
        i, entry = at[str(trade["entry_time"])], float(str(trade["entry_price"]))
        made = [
            band
            for band in bands[i - 3 : i]
            if band is not None and entry in (cents_below(band[0]), opens[i]) and lows[i] < cents_below(band[0])
        ]
        assert made, trade
        if trade["exit_time"] is None:
            continue
        j, price = at[str(trade["exit_time"])], float(str(trade["exit_price"]))
        stop = cents_below(entry * 0.94)
        match trade["exit_reason"]:
            case "stop loss":
                assert lows[j] <= stop
                assert price == pytest.approx(min(stop, opens[j]) if j > i else stop, abs=1e-9)
            case "take profit":
                assert any(price == pytest.approx(max(cents_above(m), opens[j] if j > i else 0.0), abs=1e-9) for _, m in made)
                assert highs[j] >= price
            case "hold":
                assert (j - i, price) == (26, opens[j])
        ends[str(trade["exit_reason"])] += 1
    assert all(ends.values())


def cents_below(price: float) -> float:
    return math.floor(price * 100 + 1e-9) / 100


def cents_above(price: float) -> float:
    return math.ceil(price * 100 - 1e-6) / 100


def test_a_turtle_holds_up_to_four_units_and_no_more() -> None:
    trades, _, days = example("turtle_pyramid")
    counts = [sum(str(t["entry_time"]) <= day < (str(t["exit_time"]) if t["exit_time"] else "9") for t in trades) for day in days]
    assert set(counts) == {0, 1, 2, 3, 4}


def test_the_turn_of_the_month_is_bought_late_in_it_and_left_early_in_the_next() -> None:
    trades, _, _ = example("turn_of_month")
    for trade in trades:
        assert 26 <= int(str(trade["entry_time"])[8:10]) <= 31
        if trade["exit_reason"] == "exit":
            assert 4 <= int(str(trade["exit_time"])[8:10]) <= 11


def test_the_page_of_the_examples_lists_each_with_its_own_words() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \[(\w+)\]\(\1\.apx\) \| .* \| (.*) \|$", page, re.MULTILINE))
    assert rows == {path.stem: summary(path.read_text(encoding="utf-8")) for path in FILES}

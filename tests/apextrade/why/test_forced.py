"""`why` names a position that was closed by force: on its bar, and where a rule finds nothing open because of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import apextrade as apx
from apextrade.cli import main

TEXT = """apx 1
strategy "Forced"
trade "TEST" every 1d
settings
  capital 10_000 USD
  commission 0%
  margin 50%
  maintenance 25%
when close > open and open < 95
  short 150% of equity
when close < open
  cover 1 unit
"""
ROWS = (
    ("2024-01-01", 90, 101, 90, 100),
    ("2024-01-02", 100, 100, 100, 100),
    ("2024-01-03", 100, 140, 100, 110),
    ("2024-01-04", 110, 110, 100, 101),
)


def candles() -> apx.Candles:
    columns = list(zip(*ROWS, strict=True))
    return apx.Candles.from_arrays(
        time=list(columns[0]), open=columns[1], high=columns[2], low=columns[3], close=columns[4], symbol="TEST"
    )


def test_the_bar_says_at_what_price_and_what_was_left() -> None:
    program = apx.compile(TEXT)
    result = apx.backtest(program, candles())
    trade = next(row for row in result.run.trade_rows() if row["exit_reason"] == "liquidation")
    forced = program.why(candles(), "2024-01-03").forced
    assert len(forced) == 1
    assert (forced[0].side, forced[0].quantity, forced[0].price) == ("buy", trade["quantity"], trade["exit_price"])
    # 150 % short at 100: equity 25,000 - 150 p is a quarter of 150 p at p = 133.33.
    assert forced[0].price == pytest.approx(25_000 / 187.5)
    assert forced[0].left == result.run.equity_values[2] == pytest.approx(5_000)
    assert "equity had fallen to 25% of the value held (`maintenance`); 5,000.00 of equity was left" in forced[0].said
    assert not program.why(candles(), "2024-01-02").forced


def test_a_rule_that_finds_nothing_open_says_that_it_was_closed_by_force() -> None:
    rules = apx.compile(TEXT).why(candles(), "2024-01-04").rules
    said = rules[1].actions[0].said
    assert (
        said
        == "nothing to close: no position was open, since the last one was closed by force 1 bar before at 133.333 (`maintenance`)"
    )


def test_the_command_says_it_in_text_and_json(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.apx").write_text(TEXT)
    lines = [",".join(map(str, (*row, 1))) for row in ROWS]
    Path("bars.csv").write_text("time,open,high,low,close,volume\n" + "\n".join(lines) + "\n")
    command = ["why", "p.apx", "--data", "bars.csv", "--at", "2024-01-03"]
    assert main(command) == 0
    assert "closed by force inside the bar at 133.33" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["forced"][0]["equity_left"] == pytest.approx(5_000)
    both = ["why", "p.apx", "--data", "TEST=bars.csv", "--data", "ELSE=bars.csv", "--at", "2024-01-03", "--json"]
    assert main(both) == 0
    of_both = json.loads(capsys.readouterr().out)
    assert {one["symbol"] for one in of_both["instruments"] if one["forced"]} != set()
    assert all(forced["equity_left"] is None for one in of_both["instruments"] for forced in one["forced"])

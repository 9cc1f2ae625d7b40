"""`--every` and `compile(…, every=…)`: a run on another base clock than the program's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade.cli import main
from apextrade.tables import TableColumn, write_table
from runtime.candles import Candles
from tests.generators.sessions import intraday

TEXT = """apx 1
strategy "Clocks"
trade "AAPL" every 1h
settings
  capital 10_000 USD
  commission 0.1%
let slow = sma(close, 2) on 1d
when close > open and close > slow
  buy 10 shares
when close < open
  exit position
"""


def given() -> Candles:
    return intraday(5, "XNYS", "2024-03-05", 6, 12, 0.0, 0.0, "AAPL")


def files(folder: Path) -> list[str]:
    (folder / "clocks.apx").write_text(TEXT)
    (folder / "half.apx").write_text(TEXT.replace("every 1h", "every 30m"))
    bars = given()
    prices = [TableColumn(name, "number", getattr(bars, name)) for name in ("open", "high", "low", "close", "volume")]
    write_table(folder / "bars.csv", [TableColumn("time", "time", bars.time), *prices])
    return ["--data", str(folder / "bars.csv"), "--calendar", "XNYS"]


def test_a_run_is_that_of_the_program_written_so() -> None:
    asked, written = apx.compile(TEXT, every="30m"), apx.compile(TEXT.replace("every 1h", "every 30m"))
    assert asked.hash not in (written.hash, apx.compile(TEXT).hash)
    one, other = asked.run(given()), written.run(given())
    assert len(one.time) > len(apx.compile(TEXT).run(given()).time)
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], name)
    first, second = apx.backtest(asked, given()), apx.backtest(written, given())
    assert list(first.run.trade_rows()) == list(second.run.trade_rows())
    assert len(list(first.run.trade_rows())) > 2
    assert "The program says bars of 1h; this run takes bars of 30m." in first.run.warnings
    same = apx.interpret(asked, given())
    for name in one:
        np.testing.assert_array_equal(one[name], same[name], name)


def test_several_instruments_take_it_too() -> None:
    text = TEXT.replace('"AAPL"', '"AAPL", "MSFT"')
    bars = {"AAPL": given(), "MSFT": intraday(6, "XNYS", "2024-03-05", 6, 12, 0.0, 0.0, "MSFT")}
    asked = apx.backtest(apx.compile(text, every="30m"), bars)
    written = apx.backtest(apx.compile(text.replace("every 1h", "every 30m")), bars)
    assert list(asked.run.trade_rows()) == list(written.run.trade_rows())
    assert "The program says bars of 1h; this run takes bars of 30m." in asked.run.warnings


def test_the_commands_take_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = files(tmp_path)
    path, half = str(tmp_path / "clocks.apx"), str(tmp_path / "half.apx")

    def said(*arguments: str) -> str:
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    assert said("run", path, *data, "--every", "30m", "--out", "-") == said("run", half, *data, "--out", "-")
    asked = json.loads(said("backtest", path, *data, "--every", "30m", "--json"))
    written = json.loads(said("backtest", half, *data, "--json"))
    assert asked["trades"] == written["trades"]
    assert asked["trades"]
    assert asked["hash"] != written["hash"]
    at = ("--at", "2024-03-07T15:30")
    assert said("why", path, *data, *at, "--every", "30m") == said("why", half, *data, *at)
    assert said("check", path, "--every", "30m").endswith("nothing wrong\n")


def test_clocks_are_checked_against_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "four.apx"
    path.write_text(TEXT.replace("on 1d", "on 4h"))
    for command in ("check", "run", "backtest"):
        assert main([command, str(path), "--every", "1d"]) == 1
        shown = capsys.readouterr()
        assert "E0409" in shown.out + shown.err
        assert "the run asks for bars of 1d" in shown.out + shown.err


TESTED = """apx 1
strategy "Tested"
trade "BTC/USDT" every 1h
settings
  commission 0.1%
let slow = close on 4h
when close > open
  buy 1 units
test "the last of four hours"
  given close = [10, 11, 12, 13, 14, 15, 16, 17]
  expect slow at bar 3 is 13
"""


def test_the_tests_of_a_file_and_its_stages_take_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, other = tmp_path / "tested.apx", tmp_path / "other.apx"
    path.write_text(TESTED)
    assert main(["test", str(path)]) == 0
    assert "note" not in capsys.readouterr().err
    assert main(["test", "--every", "2h", str(path)]) == 0  # bars 2 and 3 make the second four hours
    shown = capsys.readouterr()
    assert "The program says bars of 1h; this run takes bars of 2h." in shown.err
    path.write_text(TESTED.replace("at bar 3 is 13", "at bar 1 is 11"))
    assert main(["test", str(path)]) == 1  # unknown until four hours have passed
    assert main(["test", "--every", "2h", str(path)]) == 0
    capsys.readouterr()
    for stage in ("typed", "ir", "plan"):
        assert main(["ir", str(path), "--stage", stage, "--every", "2h"]) == 0
        asked = capsys.readouterr().out
        other.write_text(path.read_text().replace("every 1h", "every 2h"))
        assert main(["ir", str(other), "--stage", stage]) == 0
        if stage == "typed":
            asked = asked.replace("every 1h", "every 2h")
        assert asked == capsys.readouterr().out
    assert main(["ir", str(path), "--every", "1d"]) == 1
    assert "the run asks for bars of 1d" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "run", "backtest", "why", "test", "ir"])
@pytest.mark.parametrize("wrong", ["7x", "0h", "2d", ""])
def test_what_is_no_length_is_wrong_usage(command: str, wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "clocks.apx").write_text(TEXT)
    at = ["--at", "2024-03-07"] if command == "why" else []
    assert main([command, str(tmp_path / "clocks.apx"), *at, "--every", wrong]) == 2
    assert capsys.readouterr().err.startswith("error: --every: ")


def test_python_says_what_is_no_length() -> None:
    with pytest.raises(ValueError, match="this is '7x'"):
        apx.compile(TEXT, every="7x")

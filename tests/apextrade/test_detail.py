"""`fills detail` from the command and from Python: finer bars come as a file or as candles."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import apextrade as apx
from apextrade.cli import main
from tests.oracle.test_against_naive_minutes import minutes_and_bars

TEXT = """apx 1
strategy "Both"
trade "X" every 15m
settings
  commission 0.1%
  fills detail 1m
when close > close[1] and position.size == 0
  buy 100 shares
    stop loss at 0.2%
    take profit at 0.2%
"""


def written(path: Path, candles: apx.Candles) -> Path:
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["time", "open", "high", "low", "close", "volume"])
        columns = (candles.time, candles.open, candles.high, candles.low, candles.close, candles.volume)
        out.writerows(zip(*(column.tolist() for column in columns), strict=True))
    return path


def test_the_command_and_python_look_into_bars_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fine, coarse = minutes_and_bars(5, 300)
    program = tmp_path / "both.apx"
    program.write_text(TEXT)
    data, detail = written(tmp_path / "bars.csv", coarse), written(tmp_path / "minutes.csv", fine)
    arguments = ["backtest", str(program), "--data", str(data), "--tick", "0.01", "--json"]
    assert main([*arguments, "--detail", str(detail)]) == 0
    looked = json.loads(capsys.readouterr().out)
    result = apx.backtest(TEXT, coarse, detail=fine, tick=0.01)
    assert looked["stats"]["final_equity"] == result.stats["final_equity"]
    assert main(arguments) == 0
    blind = json.loads(capsys.readouterr().out)
    assert blind["stats"]["ambiguous_bars"] > looked["stats"]["ambiguous_bars"]
    assert any("no finer bars" in warning for warning in blind["warnings"])


def test_finer_bars_of_another_length_are_refused() -> None:
    fine, coarse = minutes_and_bars(5, 20)
    with pytest.raises(apx.DataError, match="asks for `fills detail 5m`; the finer bars are of 1m"):
        apx.backtest(TEXT.replace("detail 1m", "detail 5m"), coarse, detail=fine)


def test_finer_bars_that_no_fill_model_reads_are_said() -> None:
    fine, coarse = minutes_and_bars(5, 20)
    result = apx.backtest(TEXT, coarse, detail=fine, fills="pessimistic")
    assert any("The finer bars are not used" in warning for warning in result.run.warnings)
    assert apx.backtest(TEXT, coarse, detail=fine, fills="detail 1m").stats == apx.backtest(TEXT, coarse, detail=fine).stats


TWO = TEXT.replace('trade "X"', 'trade "X", "Y"')


def test_finer_bars_of_several_instruments_come_by_symbol(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {symbol: minutes_and_bars(seed, 200) for symbol, seed in (("X", 5), ("Y", 6))}
    fine, coarse = ({symbol: bars[k] for symbol, bars in found.items()} for k in (0, 1))
    both = apx.backtest(TWO, coarse, detail=fine, tick=0.01, capital=1e6)
    assert both.stats["ambiguous_bars"] < apx.backtest(TWO, coarse, tick=0.01, capital=1e6).stats["ambiguous_bars"]
    program = tmp_path / "both.apx"
    program.write_text(TWO)
    arguments = ["backtest", str(program), "--tick", "0.01", "--capital", "1000000", "--json"]
    for symbol in ("X", "Y"):
        arguments += ["--data", f"{symbol}={written(tmp_path / f'{symbol}.csv', coarse[symbol])}"]
        arguments += ["--detail", f"{symbol}={written(tmp_path / f'{symbol}_1m.csv', fine[symbol])}"]
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out)["stats"]["final_equity"] == both.stats["final_equity"]
    assert main(arguments[:-2]) == 0
    assert any("no finer bars of Y" in warning for warning in json.loads(capsys.readouterr().out)["warnings"])


def test_one_instrument_on_an_account_of_several_looks_into_its_bars_as_alone() -> None:
    fine, coarse = minutes_and_bars(5, 300)
    alone = apx.backtest(TEXT, coarse, detail=fine, tick=0.01)
    seated = apx.backtest(TEXT, {"X": coarse}, detail={"X": fine}, tick=0.01)
    assert seated.run.equity_values.tobytes() == alone.run.equity_values.tobytes()
    assert [row["exit_price"] for row in seated.run.trade_rows()] == [row["exit_price"] for row in alone.run.trade_rows()]


def test_finer_bars_that_belong_to_no_instrument_are_refused() -> None:
    fine, coarse = minutes_and_bars(5, 20)
    with pytest.raises(apx.InputError, match="Finer bars of Z"):
        apx.backtest(TWO, {"X": coarse, "Y": coarse}, detail={"Z": fine})
    with pytest.raises(apx.InputError, match="by symbol"):
        apx.backtest(TWO, {"X": coarse, "Y": coarse}, detail=fine)
    assert main(["backtest", "-", "--detail", "Z=nowhere.csv", "--data", "X=a.csv", "--data", "Y=b.csv"]) == 2


def test_why_tells_of_the_run_that_looked_into_its_bars() -> None:
    fine, coarse = minutes_and_bars(5, 300)
    alone = apx.backtest(TEXT, coarse, detail=fine)
    blind = apx.backtest(TEXT, coarse).equity["equity"].tolist()
    looked = alone.equity["equity"].tolist()
    bar = next(i for i, pair in enumerate(zip(looked, blind, strict=True)) if pair[0] != pair[1])
    program, when = apx.compile(TEXT), coarse.time.view("M8[us]")[bar]
    assert program.why(coarse, when, detail=fine).facts["account.equity"] == looked[bar]
    assert program.why(coarse, when).facts["account.equity"] == blind[bar]
    found = {symbol: minutes_and_bars(seed, 200) for symbol, seed in (("X", 5), ("Y", 6))}
    inside, bars = ({symbol: of[k] for symbol, of in found.items()} for k in (0, 1))
    two = apx.compile(TWO)
    equity = apx.backtest(two, bars, detail=inside).equity["equity"].tolist()
    blind = apx.backtest(two, bars).equity["equity"].tolist()
    at = next(i for i, pair in enumerate(zip(equity, blind, strict=True)) if pair[0] != pair[1])
    assert two.why(bars, bars["X"].time.view("M8[us]")[at], detail=inside).equity == equity[at]


COLUMNS = TEXT + "let held = position.size\nlet worth = account.equity\n"


def test_columns_of_the_position_are_those_of_the_backtest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fine, coarse = minutes_and_bars(5, 300)
    program = apx.compile(COLUMNS)
    equity = apx.backtest(program, coarse, detail=fine).run.equity_values
    found = program.run(coarse, detail=fine)
    assert found["worth"].tobytes() == equity.tobytes()
    assert apx.interpret(program, coarse, detail=fine)["worth"].tobytes() == equity.tobytes()
    assert (
        program.run(fine)["worth"].tobytes() == apx.backtest(program, fine).run.equity_values.tobytes()
    )  # put together from minutes
    assert program.run(coarse)["worth"].tobytes() == apx.backtest(program, coarse).run.equity_values.tobytes() != equity.tobytes()
    path = tmp_path / "columns.apx"
    path.write_text(COLUMNS)
    data, detail = written(tmp_path / "bars.csv", coarse), written(tmp_path / "minutes.csv", fine)
    shown = {}
    for engine in ("kernel", "interpreter"):
        out = tmp_path / f"{engine}.csv"
        assert main(["run", str(path), "--data", str(data), "--detail", str(detail), "--engine", engine, "--out", str(out)]) == 0
        with out.open() as file:
            shown[engine] = [float(row["worth"]) for row in csv.DictReader(file)]
    assert shown["kernel"] == shown["interpreter"] == equity.tolist()
    capsys.readouterr()
    assert main(["run", str(path), "--data", str(data)]) == 0
    assert "`fills detail` was given no finer bars" in capsys.readouterr().err
    path.write_text(TEXT.replace(" and position.size == 0", ""))
    assert main(["run", str(path), "--data", str(data)]) == 0
    assert "finer" not in capsys.readouterr().err  # nothing shown depends on them


def test_columns_of_several_instruments_too() -> None:
    found = {symbol: minutes_and_bars(seed, 150) for symbol, seed in (("X", 5), ("Y", 6))}
    fine, coarse = ({symbol: bars[k] for symbol, bars in found.items()} for k in (0, 1))
    program = apx.compile(TWO + "let worth = account.equity\n")
    both = apx.backtest(program, coarse, detail=fine)
    for run in (program.run(coarse, detail=fine), apx.interpret(program, coarse, detail=fine)):
        for symbol, leg in zip(("X", "Y"), both.run.legs, strict=True):
            assert run[symbol]["worth"].tobytes() == both.run.equity_values[: len(leg.time)].tobytes()
    assert both.run.equity_values.tobytes() != apx.backtest(program, coarse).run.equity_values.tobytes()

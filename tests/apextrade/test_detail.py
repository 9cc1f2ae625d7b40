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

"""`apx backtest` and `apextrade.backtest`."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import apextrade as apx
from apextrade.cli import main
from runtime.data.samples import read_sample
from tests.examples.feeds import MADE, made_file
from tests.examples.programs import STRATEGIES

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.stem for path in STRATEGIES)
EXAMPLE = str(ROOT / "examples" / "macd_cross.apx")
# One share bought on the bar after a close above 10, sold on the bar after a close below it: worked out by hand below.
BY_HAND = """apx 1
strategy "By hand"
trade "HAND" every 1d
input size = 10 in 1 .. 100
settings
  capital 1_000 USD
  commission 1%
when close > 10
  buy size * 1 share named "first"
when close < 10
  exit position
"""
BARS = """time,open,high,low,close,volume
2020-01-01,9,9.5,8.5,9,100
2020-01-02,9,11.5,9,11,100
2020-01-03,12,13,11,12,100
2020-01-04,12,12.5,8,9,100
2020-01-05,8,9,7,8.5,100
2020-01-06,9,12,9,11,100
2020-01-07,11,12,10.5,12,100
"""
STATS = [
    "total_return", "annual_return", "sharpe", "sortino", "calmar", "max_drawdown", "max_drawdown_bars", "exposure",
    "turnover", "trades", "win_rate", "profit_factor", "expectancy", "buy_and_hold", "final_equity", "commission",
    "ambiguous_bars",
]  # fmt: skip
TRADES = [
    "id", "symbol", "side", "quantity", "entry_time", "entry_price", "exit_time", "exit_price", "profit", "profit_percent",
    "commission", "bars", "tag", "exit_reason", "mae", "mfe",
]  # fmt: skip


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hand.apx").write_text(BY_HAND)
    (tmp_path / "hand.csv").write_text(BARS)


@pytest.fixture(scope="module")
def candles() -> apx.Candles:
    return apx.Candles.from_raw(read_sample("AAPL"))


def result_of(capsys: pytest.CaptureFixture[str], *argv: str) -> dict:
    assert main(["backtest", *argv, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_run_worked_out_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    found = result_of(capsys, "hand.apx", "--data", "hand.csv")
    closed, still_open = found["trades"]
    # In at the open of the 3rd, 12, after the close of 11; out at the open of the 5th, 8, after the close of 9.
    assert (closed["entry_time"], closed["entry_price"], closed["quantity"]) == ("2020-01-03T00:00:00Z", 12.0, 10.0)
    assert (closed["exit_time"], closed["exit_price"], closed["bars"]) == ("2020-01-05T00:00:00Z", 8.0, 2)
    assert closed["commission"] == pytest.approx(0.01 * 120 + 0.01 * 80)
    assert closed["profit"] == pytest.approx(-40 - 2)
    assert closed["profit_percent"] == pytest.approx(100 * -42 / 120)
    assert (closed["symbol"], closed["side"], closed["tag"], closed["exit_reason"]) == ("HAND", "long", "first", "exit")
    # In again at the open of the 7th, 11; open at the last close, 12.
    assert (still_open["entry_price"], still_open["exit_time"], still_open["exit_price"]) == (11.0, None, None)
    stats = found["stats"]
    assert stats["final_equity"] == pytest.approx(1000 - 42 - 1.1 + 10)
    assert stats["total_return"] == pytest.approx(stats["final_equity"] / 1000 - 1)
    assert stats["commission"] == pytest.approx(2 + 1.1)
    assert (stats["trades"], stats["win_rate"], stats["exposure"]) == (1, 0.0, pytest.approx(3 / 7))
    assert stats["buy_and_hold"] == pytest.approx(12 / 9 - 1)


def test_json_has_its_keys_and_no_nan(capsys: pytest.CaptureFixture[str]) -> None:
    found = result_of(capsys, EXAMPLE, "--data", "AAPL", "--to", "2000-03-10")
    assert {"program", "hash", "data", "settings", "stats", "trades", "notes", "warnings"} == set(found)
    assert set(STATS) <= set(found["stats"])
    assert found["stats"]["win_rate"] is None
    assert found["data"]["bars"] == 8
    assert (found["data"]["first"], found["data"]["last"]) == ("2000-03-01T00:00:00Z", "2000-03-10T00:00:00Z")


def test_equal_runs_print_equal_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    for argv in (["--json"], []):
        outs = []
        for _ in range(2):
            assert main(["backtest", EXAMPLE, "--data", "AAPL", *argv]) == 0
            outs.append(capsys.readouterr().out)
        assert outs[0] == outs[1]


def test_trades_equity_and_report_are_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["backtest", EXAMPLE, "--data", "AAPL", "--trades", "t.csv", "--equity", "e.csv", "--report", "r.html"]
    assert main(argv) == 0
    assert "Report: r.html" in capsys.readouterr().out
    found = result_of(capsys, EXAMPLE, "--data", "AAPL")
    trades = list(csv.DictReader((tmp_path / "t.csv").open()))
    assert list(trades[0]) == TRADES
    assert len(trades) == len(found["trades"]) > 10
    for row, trade in zip(trades, found["trades"], strict=True):
        assert row["entry_time"] == trade["entry_time"]
        assert row["exit_time"] == (trade["exit_time"] or "")
        assert float(row["profit"]) == trade["profit"]
    equity = list(csv.DictReader((tmp_path / "e.csv").open()))
    assert list(equity[0]) == ["time", "equity", "cash", "position"]
    assert len(equity) == found["data"]["bars"]
    assert float(equity[-1]["equity"]) == found["stats"]["final_equity"]
    page = (tmp_path / "r.html").read_text()
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert "MACD cross" in page


def test_tables_can_be_parquet(tmp_path: Path) -> None:
    assert main(["backtest", EXAMPLE, "--data", "AAPL", "--trades", "t.parquet", "--equity", "e.parquet"]) == 0
    trades = pq.read_table(tmp_path / "t.parquet")
    assert trades.column_names == TRADES
    assert str(trades.schema.field("exit_time").type) == "timestamp[us, tz=UTC]"
    assert pq.read_table(tmp_path / "e.parquet").num_rows == 3270


def test_a_run_without_trades_still_writes_its_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["backtest", EXAMPLE, "--data", "AAPL", "--to", "2000-03-10", "--trades", "t.csv", "--report", "r.html"]
    assert main(argv) == 0
    assert "It never traded" in capsys.readouterr().out
    assert (tmp_path / "t.csv").read_text() == ",".join(TRADES) + "\n"


def test_the_summary_fits_its_width_and_has_no_colour_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", EXAMPLE, "--data", "AAPL"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) <= 120
    assert "Total return" in out


def test_settings_of_the_command_take_the_place_of_the_programs(capsys: pytest.CaptureFixture[str]) -> None:
    hand = ["hand.apx", "--data", "hand.csv"]
    found = result_of(
        capsys, *hand, "--capital", "5_000 EUR", "--commission", "1 EUR per order", "--slippage", "2 ticks", "--tick", "0.5"
    )
    assert (found["settings"]["capital"], found["settings"]["currency"]) == (5000.0, "EUR")
    assert (found["settings"]["commission_share"], found["settings"]["commission_per_order"]) == (0.0, 1.0)
    assert found["trades"][0]["entry_price"] == 13.0
    assert found["trades"][0]["exit_price"] == 7.0
    assert found["stats"]["commission"] == 3.0


def test_inputs_lots_and_multipliers_change_quantities(capsys: pytest.CaptureFixture[str]) -> None:
    hand = ["hand.apx", "--data", "hand.csv"]
    assert result_of(capsys, *hand, "--set", "size=3")["trades"][0]["quantity"] == 3.0
    assert result_of(capsys, *hand, "--set", "size=7", "--lot", "5")["trades"][0]["quantity"] == 5.0
    lot = result_of(capsys, *hand, "--multiplier", "2", "--commission", "0%")["trades"][0]
    assert lot["profit"] == pytest.approx(-80)


def test_from_and_to_cut_the_data_first(capsys: pytest.CaptureFixture[str]) -> None:
    found = result_of(capsys, "hand.apx", "--data", "hand.csv", "--from", "2020-01-03", "--to", "2020-01-06")
    assert found["data"]["bars"] == 4
    assert found["trades"][0]["entry_time"] == "2020-01-04T00:00:00Z"


@pytest.mark.parametrize(
    ("argv", "code", "said"),
    [
        (["--capital", "0"], 2, "above zero"),
        (["--capital", "lots"], 2, "capital"),
        (["--commission", "0.001"], 2, "0.1%"),
        (["--slippage", "-1 tick"], 2, "slippage"),
        (["--fills", "hopeful"], 2, "pessimistic"),
        (["--tick", "0"], 2, "above zero"),
        (["--lot", "nan"], 2, "above zero"),
        (["--multiplier", "x"], 2, "above zero"),
        (["--set", "size=500"], 2, "1 .. 100"),
        (["--report", "r.pdf"], 2, ".html"),
        (["--report", "absent/r.html"], 2, "absent"),
        (["--trades", "t.xls"], 2, ".csv, .parquet or .json"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_setting_is_a_sentence(argv: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "hand.apx", "--data", "hand.csv", *argv]) == code
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err
    assert "defect" not in err


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_backtests_on_its_own_symbol(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(ROOT / "examples" / f"{name}.apx")
    symbol = apx.compile(path).symbols[0]
    found = result_of(capsys, path, *(("--data", made_file(symbol)) if symbol in MADE else ()))
    data = found["data"] if isinstance(found["data"], list) else [found["data"]]
    assert all(part["bars"] > 2000 for part in data)
    assert found["stats"]["trades"] + found["stats"]["open_trades"] > 0
    assert math.isfinite(found["stats"]["final_equity"])


def test_python_gives_what_the_command_gives(candles: apx.Candles, capsys: pytest.CaptureFixture[str]) -> None:
    result = apx.backtest(apx.compile(EXAMPLE), candles, capital=50_000, commission=0.002, slippage=0, fast=10)
    found = result_of(
        capsys, EXAMPLE, "--data", "AAPL", "--capital", "50_000", "--commission", "0.2%", "--slippage", "0%", "--set", "fast=10"
    )
    assert {k: v for k, v in result.stats.items() if v == v} == {k: v for k, v in found["stats"].items() if v is not None}
    assert list(result.trades["profit"]) == [t["profit"] for t in found["trades"]]


def test_results_are_tables_figures_and_a_page(candles: apx.Candles, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = apx.backtest(EXAMPLE, candles)
    assert list(result.trades.columns) == TRADES
    assert isinstance(result.trades["entry_time"].dtype, pd.DatetimeTZDtype)
    assert list(result.equity.columns) == ["equity", "cash", "position"]
    assert len(result.equity) == len(candles)
    assert len(result.orders) >= len(result.trades)
    assert result.report(tmp_path / "r.html").read_text().startswith("<!doctype html>")
    result.show()
    assert "Total return" in capsys.readouterr().out
    assert "Total return" in result.summary()
    assert "MACD cross" in repr(result)


def test_texts_as_the_language_writes_them_are_settings(candles: apx.Candles) -> None:
    one = apx.backtest(EXAMPLE, candles, commission="0.2%", capital="50_000 USD", slippage="0%")
    two = apx.backtest(EXAMPLE, candles, commission=0.002, capital=50_000, slippage=0)
    assert one.equity.equals(two.equity)


@pytest.mark.parametrize(
    "wrong",
    [
        {"capital": -1},
        {"commission": "free"},
        {"fills": "hopeful"},
        {"tick": -1},
        {"fast": 5000},
        {"nothing": 1},
        {"slippage": math.nan},
    ],
)
def test_wrong_values_are_input_errors(wrong: dict[str, object], candles: apx.Candles) -> None:
    with pytest.raises(apx.InputError):
        apx.backtest(EXAMPLE, candles, **wrong)

"""Several instruments through the front door: by Python and by the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade.cli import main
from runtime.data.samples import read_sample

PROGRAM = """apx 1
strategy "Two lines on four stocks"
trade "AAPL", "MSFT", "IBM", "GOOG" every 1d
settings
  capital 100_000 USD
  commission 0.1%
  limit positions 3
when sma(close, 10) crosses above sma(close, 30)
  buy 40% of equity
    stop loss at 8%
  notify "{symbol} at {close}"
when sma(close, 10) crosses below sma(close, 30)
  exit position
plot account.equity "equity"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "four.apx"
    path.write_text(PROGRAM)
    return path


def candles(*symbols: str) -> dict[str, apx.Candles]:
    return {symbol: apx.Candles.from_raw(read_sample(symbol)).between("2004-01-01", "2008-12-31") for symbol in symbols}


def test_a_mapping_of_candles_is_one_account() -> None:
    result = apx.backtest(apx.compile(PROGRAM), candles("GOOG", "AAPL", "MSFT", "IBM"), lot=1)
    assert list(result.candles) == ["AAPL", "MSFT", "IBM", "GOOG"]  # the order of the trade line
    assert set(result.trades["symbol"]) == {"AAPL", "MSFT", "IBM", "GOOG"}
    assert result.trades["id"].tolist() == list(range(1, len(result.trades) + 1))
    assert result.trades["entry_time"].is_monotonic_increasing
    held = result.equity[["AAPL", "MSFT", "IBM", "GOOG"]]
    assert (held > 0).sum(axis=1).max() == 3
    parts = sum(stats["total_return"] for stats in result.instruments.values())
    assert parts == pytest.approx(result.stats["total_return"], abs=1e-12)
    assert result.equity["equity"].iloc[-1] == result.stats["final_equity"]
    result.run.ledger.check()


def test_what_a_program_computes_of_several_is_the_same_by_the_interpreter() -> None:
    program = apx.compile(PROGRAM)
    bars = {symbol: own.between("2006-01-01", "2006-09-30") for symbol, own in candles("AAPL", "MSFT").items()}
    kernel, plain = program.run(bars), apx.interpret(program, bars)
    assert list(kernel) == list(plain) == ["AAPL", "MSFT"]
    for symbol in kernel:
        for name in kernel[symbol]:
            assert np.array_equal(kernel[symbol][name], plain[symbol][name], equal_nan=True), (symbol, name)
    assert np.array_equal(kernel["AAPL"]["plot_1"], kernel["MSFT"]["plot_1"])  # one account


def test_the_command_line_takes_the_symbols_of_the_trade_line(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trades, equity, page = tmp_path / "t.csv", tmp_path / "e.csv", tmp_path / "r.html"
    assert main(["backtest", str(file), "--json", "--trades", str(trades), "--equity", str(equity), "--report", str(page)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["instruments"]) == ["AAPL", "MSFT", "IBM", "GOOG"]
    assert [data["symbol"] for data in found["data"]] == ["AAPL", "MSFT", "IBM", "GOOG"]
    rows = list(csv.DictReader(trades.open()))
    assert len(rows) == len(found["trades"])
    assert {row["symbol"] for row in rows} == {"AAPL", "MSFT", "IBM", "GOOG"}
    head = equity.read_text().splitlines()[0]
    assert head == "time,equity,cash,AAPL,MSFT,IBM,GOOG"
    assert "<h2>Instruments</h2>" in page.read_text()


def test_data_is_given_once_for_each_instrument(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bars = tmp_path / "bars.csv"
    candles("MSFT")["MSFT"].to_pandas().to_csv(bars)
    arguments = ["backtest", str(file), "--json", "--data", "AAPL", "--data", f"MSFT={bars}", "--lot", "1", "--lot", "MSFT=100"]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["instruments"]) == ["AAPL", "MSFT"]
    assert all(trade["quantity"] % 100 == 0 for trade in found["trades"] if trade["symbol"] == "MSFT")
    assert any("IBM, GOOG" in warning for warning in found["warnings"])


def test_a_single_data_is_a_single_instrument(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", str(file), "--json", "--data", "AAPL"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["symbol"] == "AAPL"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "AAPL", "--data", "AAPL"], "bars of AAPL already"),
        (["--data", "AAPL", "--data", "MSFT", "--tick", "IBM=0.01"], "there are AAPL, MSFT"),
    ],
)
def test_mistakes_are_said_in_a_sentence(file: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", str(file), *arguments]) in (1, 2)
    assert said in capsys.readouterr().err


def test_run_writes_a_row_for_each_time_and_symbol(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run", str(file), "--from", "2004-08-18", "--to", "2004-08-20", "--out", "-"]
    assert main(arguments) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [row["symbol"] for row in rows[:7]] == ["AAPL", "MSFT", "IBM", "AAPL", "MSFT", "IBM", "GOOG"]
    main([*arguments, "--engine", "interpreter"])
    assert list(csv.DictReader(capsys.readouterr().out.splitlines())) == rows


def test_a_stream_of_several_instruments_takes_a_symbol_with_each_candle() -> None:
    stream = apx.compile(PROGRAM).stream()
    assert list(stream.symbols) == ["AAPL", "MSFT", "IBM", "GOOG"]
    with pytest.raises(apx.InputError, match="each once"):
        apx.compile(PROGRAM).stream(0.01, "", None, ("AAPL", "AAPL"))


UNIVERSE = PROGRAM.replace('trade "AAPL", "MSFT", "IBM", "GOOG"', "trade universe four")
MEMBERS = "symbol,from,to\nAAPL,2004-01-01,\nMSFT,2004-01-01,2005-06-30\nGOOG,2004-09-01,\nIBM,1990-01-01,2003-12-31\n"


@pytest.fixture
def universe(tmp_path: Path) -> tuple[Path, Path]:
    program, members = tmp_path / "u.apx", tmp_path / "members.csv"
    program.write_text(UNIVERSE)
    members.write_text(MEMBERS)
    return program, members


def test_a_universe_trades_its_members_of_the_time(universe: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    program, members = universe
    assert main(["backtest", str(program), "--json", "--universe", f"four={members}", "--from", "2004-01-01"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found["instruments"]) == ["AAPL", "GOOG", "MSFT"]  # IBM left before
    entries = {symbol: [t["entry_time"] for t in found["trades"] if t["symbol"] == symbol] for symbol in found["instruments"]}
    # Fills are one bar after the close that made the order.
    assert max(entries["MSFT"]) <= "2005-07-01T00:00:00Z"
    assert min(entries["GOOG"]) > "2004-09-01T00:00:00Z"
    bars = {symbol: apx.Candles.from_raw(read_sample(symbol)).between("2004-01-01") for symbol in ("AAPL", "GOOG", "MSFT")}
    again = apx.backtest(str(program), bars, universe=members)
    assert again.stats["final_equity"] == found["stats"]["final_equity"]


def test_a_universe_needs_its_history_and_the_bars_of_everyone(
    universe: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    program, members = universe
    assert main(["backtest", str(program)]) == 2
    assert "--universe four=FILE.csv" in capsys.readouterr().err
    with pytest.raises(apx.InputError, match="the history of who belonged"):
        apx.backtest(str(program), candles("AAPL"))
    with pytest.raises(apx.InputError, match="no bars of GOOG, MSFT, which belonged"):
        apx.backtest(str(program), candles("AAPL"), universe=members)
    with pytest.raises(apx.InputError, match="candles of each by symbol"):
        apx.backtest(str(program), candles("AAPL")["AAPL"])
    members.write_text("symbol\nAAPL\n")
    assert main(["backtest", str(program), "--universe", f"four={members}"]) == 1
    assert "needs its history" in capsys.readouterr().err


LATE = """apx 1
strategy "Late"
trade "AAA", "BBB", "CCC" every 1h
settings
  capital 10_000 USD
  commission 0.1%
every day at "16:00"
  hold top 2 of members by close where close > 100 weighted equally
"""


def test_an_instrument_whose_bar_is_missing_at_the_clock_time_of_a_rotation_does_not_rotate_alone_on_its_next() -> None:
    hours = np.datetime64("2024-03-01") + np.arange(48) * np.timedelta64(1, "h")

    def flat(price: float) -> apx.Candles:
        column = np.full(48, price)
        return apx.Candles.from_arrays(time=hours, open=column, high=column, low=column, close=column, volume=column).following(
            "24/7"
        )

    late = flat(120.0).rows(np.delete(np.arange(48), 15))  # without the bar that closes at 16:00 of the first day
    result = apx.backtest(LATE, {"AAA": flat(90.0), "BBB": late, "CCC": flat(110.0)}, tick=0.01)
    rows = [
        (str(time)[:16], symbol, share) for time, symbol, share in result.rotations[["time", "symbol", "share"]].values.tolist()
    ]
    assert rows == [
        ("2024-03-01 15:00", "AAA", 0.0), ("2024-03-01 15:00", "CCC", 1.0),
        ("2024-03-02 15:00", "AAA", 0.0), ("2024-03-02 15:00", "BBB", 0.5), ("2024-03-02 15:00", "CCC", 0.5),
    ]  # fmt: skip

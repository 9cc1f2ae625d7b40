"""Bars with factors from the outside: the command line, Python, streams, explanations, reports."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade import cli
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch
from runtime.portfolio.stream import PortfolioStream
from runtime.stream import Stream
from tests.generators.factors import in_another_frame

ROWS = 8
TEXT = """apx 1

strategy "Dollars"
trade "ACME" every 1d

input level = 103
input size = 10 shares

settings
  capital 10_000 USD
  commission 0.5 USD per unit

when close crosses above level
  buy size at limit close - 1
    stop loss at entry - 8
  notify "{symbol} {close} {volume} over {level}"
when close crosses below 53
  exit position
plot level, close / 2
"""
RAW = [100.0, 102.0, 104.0, 103.5, 54.0, 55.0, 52.0, 51.5]
VOLUME = [900.0, 900, 900, 900, 1800, 1800, 1800, 1800]


def days() -> np.ndarray:  # type: ignore[type-arg]
    return np.datetime64("2024-03-01", "us") + np.arange(ROWS) * np.timedelta64(1, "D")


def raw(symbol: str = "ACME") -> apx.Candles:
    close = np.array(RAW)
    return apx.Candles.from_arrays(
        time=days(), open=close, high=close + 1, low=close - 1, close=close, volume=np.array(VOLUME), symbol=symbol
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    lines = ["time,open,high,low,close,volume"]
    lines += [f"{str(day)[:10]},{p},{p + 1},{p - 1},{p},{v}" for day, p, v in zip(days(), RAW, VOLUME, strict=True)]
    (tmp_path / "bars.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "splits.csv").write_text("date,ratio\n2024-03-05,2\n")
    (tmp_path / "p.apx").write_text(TEXT)
    return tmp_path


def test_a_list_of_splits_on_the_command_line_tells_traded_prices(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    args = ["backtest", "p.apx", "--data", "bars.csv", "--splits", "splits.csv", "--tick", "0.01", "--lot", "1"]
    assert cli.main([*args, "--json", "--trades", "t.csv", "--equity", "e.csv", "--report", "r.html"]) == 0
    found = json.loads(capsys.readouterr().out)
    (trade,) = found["trades"]
    assert (trade["quantity"], trade["entry_price"], trade["exit_price"]) == (10.0, 103.0, 51.5)
    assert trade["commission"] == 10 * 0.5 + 20 * 0.5
    assert trade["profit"] == 20 * 51.5 - 10 * 103.0 - 15.0
    with (folder / "t.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["quantity"], row["entry_price"], row["exit_price"]) == ("10.0", "103.0", "51.5")
    with (folder / "e.csv").open() as file:
        held = [row["position"] for row in csv.DictReader(file)]
    assert held == ["0.0", "0.0", "0.0", "10.0", "20.0", "20.0", "20.0", "0.0"]
    page = (folder / "r.html").read_text()
    assert "long 10 at 103" in page
    assert "exit at 51.5" in page


def test_without_the_list_the_fall_is_taken_as_one(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["backtest", "p.apx", "--data", "bars.csv", "--tick", "0.01", "--json"]) == 0
    (trade,) = json.loads(capsys.readouterr().out)["trades"]
    assert (trade["exit_price"], trade["exit_reason"]) == (54.0, "stop loss")


@pytest.mark.parametrize("command", ["run", "why"])
def test_the_other_commands_that_read_bars_take_it_too(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--at", "2024-03-05"] if command == "why" else ["--engine", "interpreter"]
    assert cli.main([command, "p.apx", "--data", "bars.csv", "--splits", "splits.csv", *more]) == 0
    shown = capsys.readouterr().out
    if command == "why":
        assert "54 < 103, before 103.5 > 103" in shown
        assert "position long 20 from 51.5" in shown
    else:  # columns stay in the data's prices
        assert "206" in shown


def test_a_list_that_is_none_is_one_sentence(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "splits.csv").write_text("date,ratio\n2024-03-05,x\n")
    assert cli.main(["backtest", "p.apx", "--data", "bars.csv", "--splits", "splits.csv"]) == 1
    assert "Line 2 of splits.csv: the ratio is 'x'" in capsys.readouterr().err
    assert cli.main(["backtest", "p.apx", "--data", "bars.csv", "--splits", "nowhere.csv"]) == 1


def test_a_sample_is_adjusted_already(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["backtest", "p.apx", "--data", "AAPL", "--splits", "splits.csv"]) == 1
    assert "adjusted already" in capsys.readouterr().err


def stream(adjusted: bool = True) -> Stream:
    made = apx.compile(TEXT).stream(0.01, "", None, (), None, 1.0, adjusted=adjusted)
    assert isinstance(made, Stream)
    return made


def candles_of(bars: apx.Candles) -> list[dict[str, float]]:
    names = ("time", "open", "high", "low", "close", "volume")
    rows = zip(*(getattr(bars, name).tolist() for name in names), bars.factors().tolist(), strict=True)
    return [dict(zip((*names, "factor"), row, strict=True)) for row in rows]


def test_a_stream_tells_orders_and_fills_as_traded_and_goes_on_where_it_was_saved() -> None:
    candles = candles_of(raw().adjusted({"2024-03-05": 2.0}))
    one, steps = stream(), []
    for at, candle in enumerate(candles):
        if at == 5:
            saved = one.save()
            one = stream()
            one.restore(saved)
        steps.append(one.push(candle))
    orders = [(s.row, o.side, o.quantity, o.price) for s in steps for o in s.orders]
    fills = [(s.row, f.side, f.quantity, f.price) for s in steps for f in s.fills]
    assert orders[0] == (2, "buy", 10.0, 103.0)
    assert fills == [(3, "buy", 10.0, 103.0), (7, "sell", 20.0, 51.5)]
    assert orders[1][2] == 20.0
    result = apx.backtest(TEXT, raw().adjusted({"2024-03-05": 2.0}), tick=0.01, lot=1.0)
    assert [s.equity for s in steps] == result.run.equity_values.tolist()


def test_a_stream_that_was_not_made_for_factors_refuses_them() -> None:
    plain = stream(adjusted=False)
    first, *rest = candles_of(raw().adjusted({"2024-03-05": 2.0}))
    plain.push(first)
    for candle in rest[:3]:
        plain.push(candle)
    with pytest.raises(FeedError, match=r"has the factor 2\.0, and this stream was made for prices as traded"):
        plain.push(rest[3])
    several = apx.compile(TEXT.replace('"ACME"', '"ACME", "OTHER"')).stream(0.01)
    assert isinstance(several, PortfolioStream)
    with pytest.raises(FeedError, match="adjusted=True"):
        several.push(Candle(0, 1, 1, 1, 1, 1, 0.5), "ACME")


@pytest.mark.parametrize("names", ['"ACME"', '"ACME", "OTHER"'])
def test_a_saved_stream_goes_on_only_in_the_prices_that_it_was_saved_in(names: str) -> None:
    """A program without a number in dollars is the same plan for both, but what it holds is not the same money."""
    program = apx.compile(f'apx 1\nstrategy "s"\ntrade {names} every 1d\nwhen close > close[1]\n  buy 10% of equity\n')
    plain, with_factors = program.stream(0.01), program.stream(0.01, adjusted=True)
    with pytest.raises(StateMismatch, match="takes candles with factors; this one, as traded"):
        plain.restore(with_factors.save())
    with pytest.raises(StateMismatch, match="takes candles as traded; this one, with factors"):
        with_factors.restore(plain.save())


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_a_factor_is_above_zero(factor: float) -> None:
    with pytest.raises(FeedError, match="A candle's factor is a number above zero"):
        Candle.of({"time": 0, "open": 1, "high": 1, "low": 1, "close": 1, "factor": factor})


def test_notes_say_what_was_traded() -> None:
    result = apx.backtest(TEXT, raw().adjusted({"2024-03-05": 2.0}, to="last"), tick=0.01)
    assert [text for _, text in result.notes] == ["ACME 104 900 over 103"]


def test_an_input_is_in_dollars_of_the_day_whatever_the_data_are_adjusted_to() -> None:
    for to in ("first", "last"):
        candles = raw().adjusted({"2024-03-05": 2.0}, to=to)  # type: ignore[arg-type]
        assert [t["entry_price"] for t in apx.backtest(TEXT, candles, tick=0.01, level=102.5).run.trade_rows()] == [103.0]


def test_a_sweep_over_factors_gives_each_row_its_own_run() -> None:
    candles = raw().adjusted({"2024-03-05": 2.0})
    program = apx.compile(TEXT.replace("input level = 103", "input level = 103 in 90 .. 110"))
    table = apx.sweep(program, candles, tick=0.01, lot=1.0, level=[99, 101, 103, 103.75])
    assert len(table) == 4
    for row in range(4):
        alone = apx.backtest(program, candles, tick=0.01, lot=1.0, **table.inputs(row))
        assert table.stats(row)["final_equity"] == alone.stats["final_equity"]


INSIDE = """apx 1

strategy "Inside the day"
trade "BTCUSDT" every 1d

settings
  capital 100_000 USDT
  commission 0%
  fills detail 1h

when count_inside((close > 52) on 1h) > 4 and last_inside(close on 1h) > 40
  buy 10 units
    stop loss at entry - 3
    take profit at entry + 3
when highest_inside(high on 1h) > 108
  exit position
"""


def test_finer_bars_fill_and_are_counted_in_the_prices_of_their_day() -> None:
    rng = np.random.default_rng(3)
    hours = 24 * 40
    walk = 100.0 + np.cumsum(rng.normal(0.0, 0.8, hours))
    close = np.round(np.where(np.arange(hours) < 24 * 15, walk, walk / 2), 2)
    opened = np.round(close + rng.normal(0.0, 0.2, hours), 2)
    time = np.datetime64("2024-03-01", "us") + np.arange(hours) * np.timedelta64(1, "h")
    raw_hours = apx.Candles.from_arrays(
        time=time, open=opened, high=np.maximum(opened, close) + 0.3, low=np.minimum(opened, close) - 0.3, close=close,
        volume=np.ones(hours), symbol="BTCUSDT",
    )  # fmt: skip
    candles = raw_hours.adjusted({"2024-03-16": 2.0})
    one, other = (apx.backtest(INSIDE, c, tick=0.01) for c in (candles, in_another_frame(candles, 6)))
    fills = list(one.run.fill_records())
    assert fills == list(other.run.fill_records())
    assert {fill["reason"] for fill in fills} >= {"", "stop loss", "take profit"}
    doubled = [(fill["time"][:10], fill["reason"]) for fill in fills if fill["quantity"] == 20.0]
    assert doubled[0] == ("2024-03-16", "")  # ordered before the split, filled at the open after it
    assert {fill["quantity"] for fill in fills} == {10.0, 20.0}
    assert {fill["time"] < "2024-03-16" for fill in fills} == {True, False}


def test_two_instruments_of_one_account_have_each_their_own_splits() -> None:
    program = TEXT.replace('"ACME"', '"ACME", "OTHER"')
    given = {"ACME": raw().adjusted({"2024-03-05": 2.0}), "OTHER": raw("OTHER")}
    result = apx.backtest(program, given, tick=0.01, lot=1.0)
    rows = {row["symbol"]: row for row in result.run.trade_rows()}
    assert (rows["ACME"]["exit_price"], rows["ACME"]["exit_reason"]) == (51.5, "exit")
    assert (rows["OTHER"]["exit_price"], rows["OTHER"]["exit_reason"]) == (54.0, "stop loss")
    held = result.equity
    assert held["ACME"].tolist() == [0, 0, 0, 10, 20, 20, 20, 0]


BESIDE = TEXT.replace("when ", 'let market = close from "SPY"\nplot market\nwhen ', 1)


def of_spy(folder: Path, *splits: str) -> list[float]:
    """What a program reads of SPY, whose bars never jump, with a list of splits."""
    (folder / "splits.csv").write_text("\n".join(splits) + "\n")
    (folder / "p.apx").write_text(BESIDE)
    lines = ["time,open,high,low,close,volume", *(f"{str(day)[:10]},400,401,399,400,1000" for day in days())]
    (folder / "spy.csv").write_text("\n".join(lines) + "\n")
    args = ["run", "p.apx", "--data", "bars.csv", "--beside", "SPY=spy.csv", "--splits", "splits.csv", "--out", "out.csv"]
    assert cli.main(args) == 0
    rows = [line.split(",") for line in (folder / "out.csv").read_text().splitlines()]
    return [float(row[rows[0].index("market")]) for row in rows[1:]]


def test_splits_that_name_no_instrument_are_of_the_one_that_is_traded(folder: Path) -> None:
    """Of no other: neither of what the program reads beside, nor of a pair that converts money."""
    assert of_spy(folder, "date,ratio", "2024-03-05,2") == [400.0] * ROWS
    assert of_spy(folder, "symbol,date,ratio", "ACME,2024-03-05,2") == [400.0] * ROWS


def test_a_list_without_symbols_is_refused_where_several_instruments_are_traded(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    args = ["backtest", "p.apx", "--data", "ACME=bars.csv", "--data", "OTHER=bars.csv", "--splits", "splits.csv"]
    assert cli.main(args) == 1
    assert "splits.csv does not say whose splits they are" in capsys.readouterr().err


def test_a_list_of_other_splits_leaves_adjusted_bars_beside_as_they_are(folder: Path) -> None:
    (folder / "p.apx").write_text(BESIDE.replace("SPY", "AAPL"))
    (folder / "splits.csv").write_text("symbol,date,ratio\nACME,2024-03-05,2\n")
    assert cli.main(["run", "p.apx", "--data", "bars.csv", "--splits", "splits.csv", "--out", "out.csv"]) == 0


@pytest.mark.parametrize("command", [["run"], ["backtest", "--json"], ["sweep", "--grid", "level=100:104:2"]])
def test_every_command_says_which_splits_prices_are_adjusted_to(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([command[0], "p.apx", "--data", "bars.csv", "--splits", "splits.csv", *command[1:]]) == 0
    assert "data: Prices of ACME are adjusted to 1 split: 2024-03-05 (2 for 1)." in capsys.readouterr().err


def test_a_list_of_splits_for_bars_that_are_adjusted_already_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = ["time,open,high,low,close,volume", *(f"{str(day)[:10]},100,101,99,100,1000" for day in days())]
    (folder / "bars.csv").write_text("\n".join(lines) + "\n")
    assert cli.main(["backtest", "p.apx", "--data", "bars.csv", "--splits", "splits.csv"]) == 1
    assert "show no split of 2 for 1 at 2024-03-05: they go from 100 to 100" in capsys.readouterr().err

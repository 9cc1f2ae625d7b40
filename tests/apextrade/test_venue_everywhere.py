"""A venue means the same in every command and call that trades: what `apx backtest --venue` makes of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade.cli import main
from apextrade.sweeping.grid import space_of
from apextrade.sweeping.request import Request
from apextrade.sweeping.shipped import opened, shipped
from apextrade.venue import open_venue
from runtime.sweep.space import Axis
from server.sweeps.asked import Job
from tests.generators.markets import market

TEXT = """apx 1
strategy "Both ways"
trade "TEST" every 1d
input fast = 4 bars in 2 .. 9 step 1 bar
let worth = account.equity
let held = position.size
when close crosses above sma(close, fast)
  buy 300% of equity
when close crosses below sma(close, fast)
  short 300% of equity
"""
TESTED = """
test "buys a quarter of a share"
  with fast = 2 bars
  given close = [10, 9, 8, 9.5, 12, 14, 15]
  expect buy at bar 3
  expect position 3157.75 at bar 5
"""
OWN = """title = "Mine"
as_of = "2026-01-15"
shorts = true
[settings]
commission = "0.15%"
slippage = "1 tick"
margin = "30%"
maintenance = "28%"
borrow = "9% per year"
interest = "7% per year"
[sources]
[facts]
tick = 0.05
lot = 0.25
min_notional = 30
"""
BARS = market(11, "wild", 300)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text(OWN)
    Path("p.apx").write_text(TEXT)
    table = BARS_FRAME
    table.to_csv("bars.csv", index=False)
    table.to_parquet("bars.parquet", index=False)


def frame() -> object:
    import pandas as pd

    columns = {name: getattr(BARS, name) for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame({"time": pd.to_datetime(BARS.time, unit="us", utc=True), **columns})


BARS_FRAME = frame()


def said(capsys: pytest.CaptureFixture[str], *command: str) -> object:
    assert main([*command, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def of_backtest(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    found = said(capsys, "backtest", "p.apx", "--data", "bars.csv", "--venue", "mine.toml", *more)
    assert found["stats"]["borrow"] > 0  # type: ignore[index]
    assert found["stats"]["liquidations"] > 0  # type: ignore[index]
    assert found["settings"]["lot"] == 0.25  # type: ignore[index]
    return found  # type: ignore[return-value]


def test_a_sweep_and_its_walk_forward_are_charged_by_the_venue(capsys: pytest.CaptureFixture[str]) -> None:
    swept = said(
        capsys, "sweep", "p.apx", "--data", "bars.csv", "--venue", "mine.toml", "--grid", "fast=3:5:1", "--walk-forward", "2"
    )
    for row in swept["rows"]:  # type: ignore[index]
        alone = of_backtest(capsys, "--set", f"fast={row['inputs']['fast']:.0f}")
        assert row["stats"] == alone["stats"]
    assert any("Venue Mine" in note for note in swept["notes"])  # type: ignore[index]
    window = swept["walk_forward"]["windows"][0]  # type: ignore[index]
    with_none = said(capsys, "sweep", "p.apx", "--data", "bars.csv", "--grid", "fast=3:5:1", "--walk-forward", "2")
    assert window != with_none["walk_forward"]["windows"][0]  # type: ignore[index]
    table = apx.sweep("p.apx", apx.Candles.from_csv("bars.csv"), fast=[3, 4, 5], venue="mine.toml")
    assert table.stats(1)["liquidations"] == swept["rows"][1]["stats"]["liquidations"]  # type: ignore[index]


def test_workers_are_sent_the_file_of_ones_own() -> None:
    program, candles = apx.compile(TEXT).compiled, apx.Candles.from_csv("bars.csv")
    space = space_of(program, [Axis("fast", (4.0,))], {})
    request = Request(program, space, {}, {}, venue=open_venue("mine.toml"))
    job, bars = shipped(request, space.all(10), candles)
    Path("mine.toml").unlink()
    import threading

    rows = opened(Job.model_validate_json(job.model_dump_json()), lambda name: bars[name])(space.all(10), threading.Event())
    Path("mine.toml").write_text(OWN)
    alone = apx.backtest(TEXT, candles, venue="mine.toml", fast=4)
    assert np.array_equal(rows.values[0][: len(alone.stats) - 3], list(alone.stats.values())[:-3], equal_nan=True)
    assert rows.values[0][-1] == alone.stats["liquidations"]


def test_an_examination_is_of_the_run_at_the_venue(capsys: pytest.CaptureFixture[str]) -> None:
    few = ("--windows", "2", "--folds", "1", "--paths", "20", "--grid", "fast=3,4")
    found = said(capsys, "examine", "p.apx", "--data", "bars.csv", "--venue", "mine.toml", *few)
    alone = of_backtest(capsys, "--set", f"fast={found['inputs']['fast']:.0f}")  # type: ignore[index]
    assert found["stats"] == alone["stats"]  # type: ignore[index]
    assert any("Venue Mine" in text for text in found["notes"])  # type: ignore[index]


def test_a_stream_of_a_file_is_charged_as_its_bars_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    alone = of_backtest(capsys)
    found = said(capsys, "backtest", "p.apx", "--data", "bars.parquet", "--stream", "--venue", "mine.toml")
    assert found["stats"] == alone["stats"]  # type: ignore[index]
    assert any("Venue Mine" in text for text in found["warnings"])  # type: ignore[index]
    of_call = apx.backtest("p.apx", apx.History("bars.parquet"), venue="mine.toml")
    assert of_call.stats["final_equity"] == alone["stats"]["final_equity"]  # type: ignore[index]


@pytest.mark.parametrize("engine", ["kernel", "interpreter"])
def test_account_and_position_of_apx_run_are_those_of_the_backtest(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "p.apx", "--data", "bars.csv", "--venue", "mine.toml", "--engine", engine, "--out", "r.parquet"]) == 0
    import pandas as pd

    found = pd.read_parquet("r.parquet")
    result = apx.backtest("p.apx", apx.Candles.from_csv("bars.csv"), venue="mine.toml")
    assert found["worth"].to_numpy().tobytes() == result.run.equity_values.tobytes()
    assert found["held"].to_numpy().tobytes() == result.run.position_values.tobytes()
    run = apx.interpret if engine == "interpreter" else apx.Program.run
    of_call = run(apx.compile(TEXT), apx.Candles.from_csv("bars.csv"), venue="mine.toml")
    assert of_call["worth"].tobytes() == result.run.equity_values.tobytes()


def test_several_instruments_run_as_they_trade() -> None:
    text = TEXT.replace('"TEST"', '"TEST", "ELSE"')
    candles = {"TEST": BARS, "ELSE": market(12, "wild", 300)}
    result = apx.backtest(text, candles, venue="mine.toml")
    assert result.stats["liquidations"] > 0
    program = apx.compile(text)
    for found in (program.run(candles, venue="mine.toml"), apx.interpret(program, candles, venue="mine.toml")):
        for symbol in candles:
            assert found[symbol]["worth"].tobytes() == result.run.equity_values.tobytes()


def test_a_stream_of_candles_and_a_pool_end_where_the_backtest_does() -> None:
    program, alone = apx.compile(TEXT), apx.backtest(TEXT, BARS, venue="mine.toml")
    stream, pool = program.stream(venue="mine.toml"), apx.Pool()
    pool.add("one", program, venue="mine.toml")
    for k in range(len(BARS)):
        bar = {name: float(getattr(BARS, name)[k]) for name in ("open", "high", "low", "close", "volume")}
        bar["time"] = np.datetime64(int(BARS.time[k]), "us")
        step = stream.push(bar)
        pool.push({"TEST": bar})
    assert step["worth"] == alone.run.equity_values[-1]
    assert pool["one"]["worth"] == step["worth"]  # type: ignore[union-attr]


def test_why_speaks_of_the_run_at_the_venue(capsys: pytest.CaptureFixture[str]) -> None:
    result = apx.backtest("p.apx", apx.Candles.from_csv("bars.csv"), venue="mine.toml")
    order = next(order for order in result.run.order_records() if order["verb"] == "short" and order["status"] == "filled")
    found = said(capsys, "why", "p.apx", "--data", "bars.csv", "--venue", "mine.toml", "--at", order["made"])
    assert f"{order['quantity']:g}" in json.dumps(found).replace(",", "")
    of_call = apx.compile(TEXT).why(apx.Candles.from_csv("bars.csv"), order["made"].removesuffix("Z"), venue="mine.toml")
    assert any(str(order["quantity"]).rstrip("0").rstrip(".") in action.said for rule in of_call.rules for action in rule.actions)


def test_tests_of_a_file_round_to_the_lot_of_the_venue_and_pay_its_costs(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.apx").write_text(TEXT + TESTED)
    at_venue = said(capsys, "test", "p.apx", "--venue", "mine.toml")
    assert [test["passed"] for test in at_venue[0]["tests"]] == [True]  # type: ignore[index]
    assert main(["test", "p.apx", "--json"]) == 1
    assert not apx.compile(TEXT + TESTED).test()[0].passed
    assert apx.run_tests(TEXT + TESTED, venue="mine.toml")[0].passed


@pytest.mark.parametrize("command", ["run", "why", "sweep", "examine", "test", "backtest", "compare"])
def test_an_unknown_venue_is_refused_everywhere(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = [] if command == "test" else ["--data", "bars.csv"]
    at = ["--at", "2020-03-01"] if command == "why" else []
    files = ["p.apx", "p.apx"] if command == "compare" else ["p.apx"]
    assert main([command, *files, *data, *at, "--venue", "nowhere"]) == 2
    assert "There is no venue nowhere" in capsys.readouterr().err

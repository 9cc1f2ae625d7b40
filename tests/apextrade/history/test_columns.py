"""`apx run --stream` writes what the command writes with all bars in memory, whatever the size of a block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade import cli
from apextrade.history.bars import History
from apextrade.history.columns import write_columns
from apextrade.venue import open_venue
from tests.generators.files import written

TEXT = """apx 1
strategy "Columns"
trade "BTCUSD" every 1m
input fast = 5 bars in 2 .. 50
settings
  capital 100_000 USD
let quick = ema(close, fast)
let slow = sma(close, 20)
let hour = sma(close, 3) on 1h
let up = quick > slow
{}
when quick crosses above slow
  buy 50% of equity
    stop loss at 2%
when quick crosses below slow
  exit position
plot quick, slow
"""
HELD = "let worth = account.equity\nlet size = position.size\nlet best = position.highest"


@pytest.fixture(autouse=True)
def bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng, rows = np.random.default_rng(5), 9_000
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 1e-3, rows))), 2)
    opened = np.append(close[:1], close[:-1])
    values = {
        "open": opened,
        "high": np.maximum(opened, close) + 0.05,
        "low": np.minimum(opened, close) - 0.05,
        "close": close,
        "volume": np.floor(rng.random(rows) * 1000),
    }
    written(Path("bars.parquet"), 1_600_000_020_000_000 + 60_000_000 * np.arange(rows), values, group=2_000)


def program(facts: bool) -> apx.Program:
    Path("p.apx").write_text(TEXT.format(HELD if facts else ""))
    return apx.compile(Path("p.apx"))


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
@pytest.mark.parametrize("facts", [False, True])
def test_the_file_is_that_of_all_bars_at_once(suffix: str, facts: bool, capsys: pytest.CaptureFixture[str]) -> None:
    program(facts)
    window = ["--from", "2020-09-14", "--to", "2020-09-17T06:00", "--venue", "kraken", "--set", "fast=7"]
    command = ["run", "p.apx", "--data", "bars.parquet", *window]
    assert cli.main([*command, "--out", f"whole.{suffix}"]) == 0
    whole = capsys.readouterr()
    assert cli.main([*command, "--stream", "--out", f"parts.{suffix}"]) == 0
    parts = capsys.readouterr()
    assert parts.out == whole.out.replace("whole", "parts")
    if suffix == "parquet":
        import pandas as pd

        one, other = pd.read_parquet("whole.parquet"), pd.read_parquet("parts.parquet")
        pd.testing.assert_frame_equal(one, other, check_exact=True)
    else:
        assert Path(f"parts.{suffix}").read_bytes() == Path(f"whole.{suffix}").read_bytes()


@pytest.mark.parametrize("block", [1, 7, 1_000])
def test_any_size_of_a_block_gives_the_same_bytes(block: int) -> None:
    of, venue = program(True).compiled, open_venue("kraken")
    history = History("bars.parquet", end="2020-09-14T06:00")
    rows, columns, _ = write_columns(of, history, {}, Path("one.csv"), venue=venue)
    assert write_columns(of, history, {}, Path("small.csv"), venue=venue, block=block)[:2] == (rows, columns)
    assert rows > 500
    assert Path("one.csv").read_bytes() == Path("small.csv").read_bytes()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([], "--stream writes a file"),
        (["--out", "-"], "--stream writes a file"),
        (["--out", "r.csv", "--engine", "interpreter"], "leave --engine and --chunk out"),
        (["--out", "r.csv", "--data", "bars.parquet"], "more than one --data"),
    ],
)
def test_what_does_not_go_with_it_is_said(more: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    program(False)
    assert cli.main(["run", "p.apx", "--data", "bars.parquet", "--stream", *more]) == 2
    assert said in capsys.readouterr().err


def test_a_file_that_cannot_be_read_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.apx").write_text(TEXT.format('let other = close from "ETHUSD"'))
    assert cli.main(["run", "p.apx", "--data", "bars.parquet", "--stream", "--out", "r.csv"]) != 0
    assert "not read a part at a time" in capsys.readouterr().err
    assert not list(Path().glob("*r.csv*"))


def test_a_streamed_backtest_is_cut_to_its_window(capsys: pytest.CaptureFixture[str]) -> None:
    program(False)
    command = [
        "backtest",
        "p.apx",
        "--data",
        "bars.parquet",
        "--from",
        "2020-09-15",
        "--to",
        "2020-09-16",
        "--commission",
        "0.1%",
        "--json",
    ]
    assert cli.main(command) == 0
    whole = capsys.readouterr().out
    assert cli.main([*command, "--stream"]) == 0
    import json

    parts = json.loads(capsys.readouterr().out)
    assert parts["stats"] == json.loads(whole)["stats"]
    assert parts["trades"]

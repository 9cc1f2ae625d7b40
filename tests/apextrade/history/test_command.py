"""`apx backtest --stream` prints and writes what the command does with all bars in memory; killed anywhere, it goes on to the same files."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade import cli
from apextrade.history import command
from apextrade.report.months import monthly_returns
from tests.generators.files import written

PROGRAM = """apx 1
strategy "Crossing"
trade "BTCUSD" every 1m
input fast = 5 bars in 2 .. 50
settings
  capital 100_000 USD
  commission 0.05%
let quick = ema(close, fast)
let slow = sma(close, 20)
when quick crosses above slow and close > ema(close, 3) on 15m
  buy 50% of equity
    stop loss at entry - atr(14)
    take profit at 1 R
  notify "in at {close}"
when quick crosses below slow
  exit position
when time.hour == 3 and close < lowest(low, 50)[1]
  short 10% of equity named "night"
    hold at most 30 bars
"""
KILLS = int(os.environ.get("HISTORY_KILLS", "2"))


def bars(path: Path, rows: int, seed: int = 1) -> Path:
    rng = np.random.default_rng(seed)
    close = np.round(100 * np.exp(np.cumsum(rng.normal(0, 3e-4, rows))), 2)
    opened = np.append(close[:1], close[:-1])
    high = np.maximum(opened, close) + np.round(rng.random(rows) * 0.1, 2)
    low = np.minimum(opened, close) - np.round(rng.random(rows) * 0.1, 2)
    stamps = 1_600_000_020_000_000 + 60_000_000 * np.arange(rows)
    values = {"open": opened, "high": high, "low": low, "close": close, "volume": np.floor(rng.random(rows) * 1000)}
    return written(path, stamps, values, group=10_000)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.apx").write_text(PROGRAM)
    bars(tmp_path / "bars.parquet", 60_000)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert cli.main(["backtest", "p.apx", "--data", "bars.parquet", *words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_files_and_figures_are_those_of_all_bars_in_memory(folder: Path, capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    whole = json.loads(printed(capsys, "--json", "--trades", f"a.{suffix}", "--equity", f"ae.{suffix}"))
    parts = json.loads(printed(capsys, "--json", "--stream", "--trades", f"b.{suffix}", "--equity", f"be.{suffix}"))
    for key in ("program", "hash", "settings", "stats", "warnings"):
        assert parts[key] == whole[key], key
    assert parts["trades"] == whole["trades"][-1000:]
    assert parts["trades_before"] == max(0, len(whole["trades"]) - 1000) > 0
    assert [*parts["notes"]] == [*whole["notes"][:200], *whole["notes"][-200:]]
    assert whole["data"] | {"fingerprint": None} == parts["data"]
    for a, b in (("a", "b"), ("ae", "be")):
        one, other = Path(f"{a}.{suffix}"), Path(f"{b}.{suffix}")
        if suffix != "parquet":
            assert one.read_bytes() == other.read_bytes()
        else:
            import pyarrow.parquet as pq

            assert pq.read_table(one).combine_chunks().equals(pq.read_table(other).combine_chunks())
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_orders_and_fills_are_those_of_all_bars_in_memory(folder: Path, capsys: pytest.CaptureFixture[str], suffix: str) -> None:
    printed(capsys, "--orders", f"o.{suffix}", "--executions", f"f.{suffix}")
    printed(capsys, "--stream", "--orders", f"po.{suffix}", "--executions", f"pf.{suffix}")
    assert Path(f"o.{suffix}").read_bytes() == Path(f"po.{suffix}").read_bytes()
    assert Path(f"f.{suffix}").read_bytes() == Path(f"pf.{suffix}").read_bytes()


def test_a_short_history_has_the_page_of_a_run_in_memory_but_for_plots_and_fingerprint(folder: Path) -> None:
    bars(folder / "bars.parquet", 3_000, seed=2)
    whole = apx.backtest("p.apx", apx.Candles.from_parquet("bars.parquet", symbol="BTCUSD"))
    parts = apx.backtest("p.apx", apx.History("bars.parquet"))
    one, other = whole.shown(plots=False), parts.shown()
    for name in ("time", "open", "high", "low", "close", "equity", "benchmark", "position"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
    plain = [replace(trade, entry_height=None, exit_height=None) for trade in one.trades]
    assert repr(plain) == repr([*other.trades])
    assert (one.warnings, one.refusals, one.notes, one.settings) == (other.warnings, other.refusals, other.notes, other.settings)
    assert whole.summary() == parts.summary()
    parts.report("page.html")
    assert (folder / "page.html").stat().st_size > 10_000


def test_a_long_history_keeps_the_lows_the_highs_and_the_months(folder: Path) -> None:
    bars(folder / "bars.parquet", 120_000, seed=3)
    whole = apx.backtest("p.apx", apx.Candles.from_parquet("bars.parquet", symbol="BTCUSD"))
    pictures = set()
    for size in (1_000, 7_777, 200_000):
        data = apx.backtest_history("p.apx", "bars.parquet", block=size).shown()
        assert len(data.time) < 7_000
        assert data.bar_count == 120_000
        assert (data.equity.min(), data.equity.max()) == (whole.run.equity_values.min(), whole.run.equity_values.max())
        assert monthly_returns(data.time, data.equity, data.capital) == monthly_returns(
            whole.candles.time, whole.run.equity_values, data.capital
        )
        kept = (data.time.tobytes(), data.high.tobytes(), data.low.tobytes(), data.position.tobytes())
        pictures.add(kept)
    assert len(pictures) == 1


def test_long_files_are_read_in_parts_unasked(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "STREAM_FROM", 59_999)
    assert '"trades_before"' in printed(capsys, "--json")
    monkeypatch.setattr(command, "STREAM_FROM", 60_000)
    assert '"trades_before"' not in printed(capsys, "--json")


def test_what_needs_all_bars_is_refused_where_parts_were_asked_for_and_else_read_whole(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "p.apx").write_text(PROGRAM.replace("every 1m", "every 5m"))
    assert cli.main(["backtest", "p.apx", "--data", "bars.parquet", "--stream"]) == 1
    assert "are built from these, of 1m, only where all are at hand" in capsys.readouterr().err
    monkeypatch.setattr(command, "STREAM_FROM", 10)
    assert cli.main(["backtest", "p.apx", "--data", "bars.parquet", "--json"]) == 0
    assert "note: the file is long and is read whole." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--stream", "--detail", "x.csv"), "not with --detail"),
        (("--checkpoint-every", "10"), "goes with --checkpoint"),
        (("--stream", "--out", "r.json"), "not with --out"),
        (("--checkpoint", "no/such/folder"), "There is no folder"),
        (("--stream", "--checkpoint-every", "0"), "1 or more"),
        (("--stream", "--tick", "ETH=0.1"), "names an instrument that is not there"),
        (("--stream", "--trades", "t.txt"), "ends in .csv, .parquet or .json"),
    ],
)
def test_what_does_not_go_with_parts_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert cli.main(["backtest", "p.apx", "--data", "bars.parquet", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_checkpoint_of_other_inputs_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        sys.executable,
        "-m",
        "apextrade",
        "backtest",
        "p.apx",
        "--data",
        "bars.parquet",
        "--checkpoint",
        "ck",
        "--checkpoint-every",
        "1000",
    ]
    run = subprocess.Popen(words, stdout=subprocess.PIPE)
    while not (folder / "ck").exists():
        assert run.poll() is None
        time.sleep(0.002)
    run.kill()
    run.communicate()
    assert cli.main(["backtest", "p.apx", "--data", "bars.parquet", "--checkpoint", "ck", "--set", "fast=6"]) == 2
    assert "The checkpoint ck was written with other values of its inputs" in capsys.readouterr().err


def test_ctrl_c_leaves_a_checkpoint_from_which_the_same_command_goes_on(folder: Path) -> None:
    bars(folder / "bars.parquet", 200_000, seed=4)
    words = [sys.executable, "-m", "apextrade", "backtest", "p.apx", "--data", "bars.parquet", "--json", "--trades", "t.csv"]
    whole = subprocess.run(words, capture_output=True, check=True)
    expected = Path("t.csv").read_bytes()
    words += ["--checkpoint", "ck", "--checkpoint-every", "1000"]
    run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (folder / "ck").exists():
        assert run.poll() is None
        time.sleep(0.002)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate()
    assert run.returncode == 130
    assert b"The same command goes on from ck" in said
    again = subprocess.run(words, capture_output=True, check=True)
    assert b"Went on after" in again.stderr
    assert json.loads(again.stdout)["stats"] == json.loads(whole.stdout)["stats"]
    assert Path("t.csv").read_bytes() == expected
    assert sorted(path.name for path in folder.iterdir()) == ["bars.parquet", "p.apx", "t.csv"]


def test_killed_at_any_moment_the_same_command_ends_with_the_same_files(folder: Path) -> None:
    bars(folder / "bars.parquet", 200_000, seed=5)
    words = [sys.executable, "-m", "apextrade", "backtest", "p.apx", "--data", "bars.parquet", "--json"]
    words += ["--checkpoint", "ck", "--checkpoint-every", "2000"]
    words += ["--trades", "t.csv", "--equity", "e.parquet", "--orders", "o.csv", "--executions", "f.csv"]
    begun = time.monotonic()
    whole = subprocess.run(words, capture_output=True, check=True)
    took = time.monotonic() - begun
    names = ("t.csv", "e.parquet", "o.csv", "f.csv")
    expected = [Path(name).read_bytes() for name in names]
    rng = random.Random(KILLS)
    killed = 0
    while True:
        for name in names:
            Path(name).unlink(missing_ok=True)
        run = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if killed == KILLS:
            out, _ = run.communicate()
            assert run.returncode == 0
            break
        try:
            run.communicate(timeout=rng.uniform(0.3, 0.9) * took)
        except subprocess.TimeoutExpired:
            run.kill()
            run.communicate()
            killed += 1
            continue
        assert run.returncode == 0  # it went on from far enough to end before it was killed: from the start again
        assert [Path(name).read_bytes() for name in names] == expected
    assert json.loads(out) == json.loads(whole.stdout)
    assert [Path(name).read_bytes() for name in names] == expected

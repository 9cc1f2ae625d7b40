"""`apx.sweep` and `apx sweep`: what can be varied, what is refused, and what the table says."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade import cli
from apextrade.sweeping.call import rows
from apextrade.sweeping.grid import asked, declared, space_of
from apextrade.sweeping.request import Request
from apextrade.sweeping.table import NAMES
from compiler.inputs import InputError
from runtime.sweep.space import Axis, Space
from tests.generators.markets import market

TEXT = """apx 1
strategy "Averages"
trade "TEST" every 1d

input fast = 3 bars in 2 .. 20
input slow = 8 bars in 3 .. 40 step 5 bars
input share = 10% in 5% .. 20% step 5%
input kind = "sma" in ["sma", "ema", "=1+1"]
input both = false
input reach = 2 in [1, 2, 4]
require fast < slow

settings
  capital 10_000 USD
  commission 0.1%

let quick = sma(close, fast)
let trend = sma(close, slow)
let calm = both or close > close[1]

when quick crosses above trend and calm and kind != "ema"
  buy share of equity
    stop loss at entry - reach * atr(5)

when quick crosses below trend
  exit position
"""
CANDLES = market(7, "calm", 400)
OTHER = market(8, "calm", 400)


@pytest.fixture(scope="module")
def program() -> apx.Program:
    return apx.compile(TEXT)


def test_a_row_is_the_backtest_with_its_inputs(program: apx.Program) -> None:
    table = apx.sweep(
        program, CANDLES, fast=range(2, 6), slow=[4, 10, 20], share=["5%", 0.1], kind="sma", both=[True, False], workers=2
    )
    assert (len(table), table.rows.not_allowed) == (40, 8)  # fast 4 and 5 are not below a slow of 4
    for row in range(0, len(table), 7):
        result = apx.backtest(program, CANDLES, kind="sma", **table.inputs(row))
        assert np.array_equal(list(table.stats(row).values()), list(result.stats.values()), equal_nan=True)


def test_settings_and_facts_are_those_of_a_backtest(program: apx.Program) -> None:
    given = {
        "capital": 5_000,
        "commission": "1 USD per order",
        "slippage": "2 ticks",
        "fills": "ohlc_path",
        "lot": 0.5,
        "tick": 0.05,
        "multiplier": 2.0,
    }
    table = apx.sweep(program, CANDLES, fast=[2, 3], slow=[10, 11], **given)
    for row in range(len(table)):
        result = apx.backtest(program, CANDLES, **table.inputs(row), **given)
        assert np.array_equal(list(table.stats(row).values()), list(result.stats.values()), equal_nan=True)


def test_without_values_all_that_is_declared_with_steps_or_choices_varies(program: apx.Program) -> None:
    assert [axis.name for axis in declared(program.compiled)] == ["slow", "share", "kind", "reach"]
    space = space_of(program.compiled, [], {"kind": "sma"})
    assert {axis.name: axis.values for axis in space.axes} == {
        "slow": tuple(map(float, range(3, 40, 5))), "share": (0.05, 0.1, 0.15, 0.2), "reach": (1.0, 2.0, 4.0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("fast=5:20:5", (5.0, 10.0, 15.0, 20.0)),
        ("fast=5:9:3", (5.0, 8.0)),
        ("fast=2:5", (2.0, 3.0, 4.0, 5.0)),
        ("slow=3:20", (3.0, 8.0, 13.0, 18.0)),
        ("share=5%:20%:2.5%", (0.05, 0.075, 0.1, 0.125, 0.15, 0.175, 0.2)),
        ("share", (0.05, 0.1, 0.15, 0.2)),
        ("fast=2, 4 bars, 2", (2.0, 4.0)),
        ("kind=ema,sma", ("ema", "sma")),
        ("both=true,false", (True, False)),
        ("reach", (1.0, 2.0, 4.0)),
    ],
)
def test_a_grid_is_read_as_the_language_reads_it(program: apx.Program, text: str, values: tuple[object, ...]) -> None:
    assert asked(program.compiled, text).values == values


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("fsat=1:5:1", "Did you mean `fast`?"),
        ("fast=5:30:5", r"`fast` can be 2 \.\. 20; 30 is outside that range"),
        ("fast=1,5", r"`fast` can be 2 \.\. 20; 1 is outside that range"),
        ("fast=2.5,3", "whole number of bars"),
        ("fast=9:5:1", "go up"),
        ("fast=5:9:0", "above zero"),
        ("fast=5:9:1:1", "is no range"),
        ("fast", "declares no step"),
        ("fast=", "names no values"),
        ("reach=1:4:1", r"can be one of 1, 2, 4; 3 is not among them"),
        ("kind=wma", "can be one of"),
        ("both=1:2:1", "is no range"),
        ("share=5%:20% of it:1%", "takes a number"),
    ],
)
def test_what_is_no_grid_is_said_with_what_would_be(program: apx.Program, text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        asked(program.compiled, text)


def test_too_many_combinations_are_refused_with_their_number(program: apx.Program) -> None:
    wide = range(2, 21)
    with pytest.raises(InputError, match=r"There are 1,368 combinations, more than 1,000\."):
        apx.sweep(program, CANDLES, fast=wide, slow=range(5, 41), reach=[1, 2], most=1_000)
    drawn = apx.sweep(program, CANDLES, fast=wide, slow=range(5, 41), reach=[1, 2], most=1_000, draw=20, seed=5)
    again = apx.sweep(program, CANDLES, fast=wide, slow=range(5, 41), reach=[1, 2], draw=20, seed=5, workers=1)
    assert drawn.rows.tried == 20
    assert np.array_equal(drawn.rows.numbers, again.rows.numbers)
    assert np.array_equal(drawn.rows.values, again.rows.values, equal_nan=True)


def test_the_best_is_first_and_what_has_no_metric_last(program: apx.Program) -> None:
    table = apx.sweep(program, CANDLES, fast=range(2, 10), slow=[4, 12, 40], kind=["sma", "ema"], metric="total_return")
    values = table.statistic("total_return")[table.order]
    assert (np.diff(values[~np.isnan(values)]) <= 0).all()
    assert table.best == table.inputs(int(np.nanargmax(table.statistic("total_return"))))
    frame = table.frame
    assert list(frame.columns) == [*(axis.name for axis in table.space.axes), *NAMES]
    assert frame["total_return"].iloc[0] == values[0]
    assert frame.iloc[0][["fast", "slow", "kind"]].to_dict() == table.best
    shallow = apx.sweep(program, CANDLES, fast=range(2, 10), slow=[4, 12, 40], metric="max_drawdown")
    assert shallow.stats(shallow.best_row or 0)["max_drawdown"] == np.min(shallow.statistic("max_drawdown"))
    with pytest.raises(InputError, match="Did you mean `sharpe`"):
        apx.sweep(program, CANDLES, fast=[2], metric="shape")


def test_neighbours_are_one_step_away_in_one_input(program: apx.Program) -> None:
    table = apx.sweep(program, CANDLES, fast=range(2, 7), slow=range(10, 14))
    row = next(r for r in range(len(table)) if table.inputs(r) == {"fast": 4.0, "slow": 12.0})
    near = [tuple(table.inputs(at).values()) for at in table.neighbours(row)]
    assert sorted(near) == [(3.0, 12.0), (4.0, 11.0), (4.0, 13.0), (5.0, 12.0)]


def test_several_instruments_are_swept_combination_by_combination(program: apx.Program) -> None:
    candles = {"TEST": CANDLES, "ELSE": OTHER}
    table = apx.sweep(program, candles, fast=[2, 3], slow=[3, 12], tick=0.01)
    assert (len(table), table.rows.not_allowed) == (3, 1)
    for row in range(3):
        result = apx.backtest(program, candles, tick=0.01, **table.inputs(row))
        assert np.array_equal(list(table.stats(row).values()), list(result.stats.values()), equal_nan=True)


def test_a_combination_that_cannot_be_built_is_counted_with_its_reason() -> None:
    program = apx.compile(TEXT.replace("in 2 .. 20", "in 0 .. 20"))
    table = apx.sweep(program, CANDLES, fast=[0, 2], slow=[10, 20])
    assert len(table) == 2
    assert [table.space.values(table.space.places(np.array([n]))[0])["fast"] for n, _ in table.rows.refused] == [0.0, 0.0]
    assert "window of at least 1 bar" in table.rows.refused[0][1]


def test_ranges_of_combinations_put_together_are_the_whole_sweep(program: apx.Program) -> None:
    space = Space((Axis("fast", (2.0, 3.0, 5.0)), Axis("slow", (4.0, 9.0, 20.0)), Axis("both", (False, True))))
    request = Request(program.compiled, space, {"share": 0.2}, {"commission": "0.2%"})
    whole = rows(request, CANDLES, 0, space.size)
    parts = [rows(request, CANDLES, at, at + 5) for at in range(0, space.size, 5)]
    assert np.array_equal(np.concatenate([part.numbers for part in parts]), whole.numbers)
    assert np.array_equal(np.concatenate([part.values for part in parts]), whole.values, equal_nan=True)
    assert sum(part.tried for part in parts) == whole.tried == 18


def test_ctrl_c_keeps_what_is_done(program: apx.Program, monkeypatch: pytest.MonkeyPatch) -> None:
    done = 0

    def interrupted(rows_done: int) -> None:
        nonlocal done
        done += rows_done
        if done > 60:
            raise KeyboardInterrupt

    monkeypatch.setattr("runtime.sweep.worker.BATCH_BARS", 10 * len(CANDLES))
    request = Request(
        program.compiled,
        Space((Axis("fast", tuple(map(float, range(2, 20)))), Axis("slow", tuple(map(float, range(20, 40)))))),
        {},
    )
    from runtime.sweep.run import run

    task, _ = request.task(CANDLES)
    whole = run(task, task.space.all(1_000))
    part = run(task, task.space.all(1_000), progress=interrupted)
    assert 60 < len(part.numbers) < 360
    assert np.array_equal(part.values, whole.values[np.isin(whole.numbers, part.numbers)], equal_nan=True)


def test_the_command_says_the_best_its_neighbours_and_how_many_were_tried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "averages.apx").write_text(TEXT.replace('"TEST"', '"AAPL"'))
    out = tmp_path / "table.csv"
    command = [
        "sweep",
        str(tmp_path / "averages.apx"),
        "--grid",
        "fast=2:6:1",
        "--grid",
        "slow=5:20:5",
        "--grid",
        'kind="sma",=1+1',
    ]
    assert cli.main([*command, "--set", "share=20%", "--out", str(out), "--workers", "2"]) == 0
    said = capsys.readouterr().out
    assert "36 combinations of fast, slow, kind on 3,270 bars; 4 left out by `require fast < slow`." in said
    assert "The best by sharpe:" in said
    assert "One step from the best:" in said
    assert "looks better than it is" in said
    with out.open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 36
    assert {line["kind"] for line in lines} == {"sma", "'=1+1"}  # no formula for a spreadsheet
    assert list(lines[0]) == ["fast", "slow", "kind", *NAMES]


def test_the_command_prints_json_and_writes_parquet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow.parquet as pq

    (tmp_path / "averages.apx").write_text(TEXT.replace('"TEST"', '"AAPL"'))
    out = tmp_path / "table.parquet"
    assert (
        cli.main(
            [
                "sweep",
                str(tmp_path / "averages.apx"),
                "--set",
                "kind=sma",
                "--out",
                str(out),
                "--json",
                "--random",
                "20",
                "--seed",
                "3",
            ]
        )
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["tried"] == 20
    assert found["inputs"].keys() == {"slow", "share", "reach"}
    assert found["best"] in found["rows"]
    assert found["best"]["stats"]["sharpe"] == max(row["stats"]["sharpe"] for row in found["rows"])
    assert pq.read_table(out).num_rows == len(found["rows"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--grid", "fast=1:5:1"], "`fast` can be 2 .. 20; 1 is outside that range"),
        (["--grid", "fast=2:5:1", "--set", "fast=3"], "`fast` is both varied and set to one value"),
        (["--grid", "fast=2:5:1", "--grid", "fast=2:9:1"], "`fast` is varied twice"),
        (["--grid", "fast=2:9:1", "--most", "3"], "There are 8 combinations, more than 3."),
        (["--metric", "sharp"], "Did you mean `sharpe`?"),
        (["--out", "table.txt"], "name a file that ends in .csv, .parquet or .json"),
        (["--grid", "fast=2:9:1", "--commission", "x"], "--commission takes"),
    ],
)
def test_the_command_refuses_what_can_not_be_meant(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "averages.apx").write_text(TEXT.replace('"TEST"', '"AAPL"'))
    assert cli.main(["sweep", str(tmp_path / "averages.apx"), *arguments]) == 2
    assert message in capsys.readouterr().err


CHARGED = """apx 1
strategy "Charged"
trade "TEST" every 1d
input fast = 3 bars in 2 .. 20
settings
  capital 10_000 USD
  commission 0.1%
  margin 20%
  maintenance 18%
  borrow 4% per year
  interest 6% per year
  funding 0.01% per 8h
when close crosses above sma(close, fast)
  buy 400% of equity
when close crosses below sma(close, fast)
  short 200% of equity
"""


def test_a_row_has_what_holding_cost_where_the_run_has_it() -> None:
    wild = market(3, "wild", 400)
    for candles in (wild, {"TEST": wild, "ELSE": OTHER}):
        given = {} if candles is wild else {"tick": 0.01}
        table = apx.sweep(CHARGED, candles, fast=range(2, 8), **given)
        assert table.charged == ("borrow", "funding", "interest", "liquidations")
        assert list(table.frame.columns) == ["fast", *table.statistics]
        for row in range(len(table)):
            result = apx.backtest(CHARGED, candles, **table.inputs(row), **given)
            assert dict(table.stats(row)).keys() == dict(result.stats).keys()
            assert np.array_equal(list(table.stats(row).values()), list(result.stats.values()), equal_nan=True)
        for name in table.charged:
            assert (table.statistic(name) > 0).any(), name


def test_the_least_charged_is_the_best_by_a_charge_and_none_is_without_any() -> None:
    table = apx.sweep(CHARGED, market(3, "wild", 400), fast=range(2, 8), metric="liquidations")
    assert table.statistic("liquidations")[table.best_row] == table.statistic("liquidations").min()
    without = apx.sweep(TEXT, CANDLES, fast=[2, 3], slow=[10], metric="borrow")
    assert without.best_row is None
    assert without.charged == ()

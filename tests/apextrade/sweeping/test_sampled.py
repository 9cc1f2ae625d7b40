"""Samplers over large spaces: the same seed gives the same table, rows are single runs, what is forbidden is left out."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade import cli
from apextrade.sweeping.sampled import SAMPLERS, _Search
from compiler.inputs import InputError
from runtime.statistics import COLUMNS
from runtime.sweep.space import Axis, Space
from runtime.sweep.task import Rows
from tests.generators.markets import market

TEXT = """apx 1
strategy "Averages"
trade "TEST" every 1d

input fast = 3 bars in 2 .. 200
input slow = 8 bars in 3 .. 400
input share = 10% in 1% .. 100%
input kind = "sma" in ["sma", "ema"]
input both = false
require fast < slow

settings
  capital 10_000 USD

let quick = sma(close, fast)
let trend = sma(close, slow)

when quick crosses above trend and (both or kind == "sma" or close > ema(close, fast))
  buy share of equity

when quick crosses below trend
  exit position
"""
CANDLES = market(7, "calm", 500)
LARGE = {
    "fast": range(2, 61),
    "slow": range(3, 121),
    "share": np.arange(1, 101) / 100,
    "kind": ["sma", "ema"],
    "both": [False, True],
}


def sampled(sampler: str, trials: int = 40, seed: int = 5, **changes: object) -> apx.SweepTable:
    return apx.sweep(TEXT, CANDLES, sampler=sampler, trials=trials, seed=seed, **{**LARGE, **changes})


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_seed_gives_one_table_whose_rows_are_single_runs(sampler: str) -> None:
    table = sampled(sampler)
    again = sampled(sampler, workers=1)
    assert table.rows.numbers.tolist() == again.rows.numbers.tolist()
    assert table.rows.values.tobytes() == again.rows.values.tobytes()
    assert sampled(sampler, seed=6).rows.numbers.tolist() != table.rows.numbers.tolist()
    assert table.rows.tried == 40
    assert len(table) + table.rows.not_allowed == 40, "different combinations, each once"
    assert len(np.unique(table.rows.numbers)) == len(table)
    for row in range(0, len(table), 5):
        inputs = table.inputs(row)
        assert inputs["fast"] < inputs["slow"]
        stats = apx.backtest(TEXT, CANDLES, **inputs).stats
        assert {name: value for name, value in table.stats(row).items() if value == value} == {
            name: stats[name] for name, value in table.stats(row).items() if value == value
        }


@pytest.mark.parametrize("sampler", ["tpe", "cmaes", "nsga2"])
def test_samplers_that_learn_find_more_than_chance(sampler: str) -> None:
    """Less turnover is better, and comes of small shares and long windows."""
    better = 0
    for seed in range(3):
        learnt = sampled(sampler, 80, seed, metric="turnover", kind="sma", both=False)
        chance = sampled("random", 80, seed, metric="turnover", kind="sma", both=False)
        better += float(np.nanmean(learnt.statistic("turnover"))) < float(np.nanmean(chance.statistic("turnover")))
    assert better >= 2


def test_a_small_space_is_run_to_its_end_and_no_combination_twice() -> None:
    table = sampled("tpe", 500, fast=[2, 3, 4], slow=[3, 9], share=[0.1], kind="sma", both=False)
    assert table.rows.tried == 6
    assert table.rows.not_allowed == 2
    assert len(table) == 4


def test_what_a_sampler_names_again_is_not_run_again() -> None:
    table = sampled("random", 500, fast=[2, 3, 4, 5, 6], slow=[7, 8, 9], share=[0.1], kind="sma", both=False)
    assert (table.rows.tried, len(table)) == (15, 15)
    assert table.rows.numbers.tolist() == list(range(15))


@pytest.mark.parametrize(("metric", "worst"), [("turnover", max), ("sharpe", min)])
@pytest.mark.parametrize("sampler", ["cmaes", "nsga2"])
def test_a_combination_without_the_metric_is_told_as_worse_than_all_others(
    metric: str, worst: Callable[[list[float]], float], sampler: str
) -> None:
    search = _Search(
        Space((Axis("a", tuple(map(float, range(50)))), Axis("b", tuple(map(float, range(50)))))), metric, sampler, 1
    )
    batch = search.ask(16)
    new = np.array(sorted({number for _, number in batch}))
    figures = np.full((len(new) - 1, len(COLUMNS)), np.nan)
    figures[:, COLUMNS.index(metric)] = np.arange(len(new) - 1) - 3.0
    search.tell(batch, new, Rows(new[1:], figures, len(new), 1, ()))
    told = {number: search.study.trials[trial.number].value for trial, number in batch}
    assert told[int(new[0])] == worst(list(told.values()))
    assert list(told.values()).count(told[int(new[0])]) == 1


def test_the_summary_says_that_these_are_samples_and_how_many_trials_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.apx").write_text(TEXT)
    CANDLES.to_pandas().to_csv(tmp_path / "bars.csv")
    argv = ["sweep", str(tmp_path / "a.apx"), "--data", str(tmp_path / "bars.csv"), "--grid", "fast=2:60", "--grid", "slow=3:120"]
    assert cli.main([*argv, "--sampler", "tpe", "--trials", "30", "--seed", "1", "--out", str(tmp_path / "t.csv")]) == 0
    said = capsys.readouterr().out
    rows = list(csv.DictReader((tmp_path / "t.csv").open()))
    assert "30 of 6,962 combinations, chosen one after the other by the sampler tpe, seed 1: samples, not all." in said
    assert f"For `apx examine` they count as --trials {len(rows)}." in said
    assert "drawn from 6,962" in said
    assert cli.main([*argv, "--sampler", "qmc", "--trials", "16", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["tried"] == 16


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--sampler", "tpe", "--random", "5"], "--sampler and --random"),
        (["--trials", "5"], "--trials is for --sampler"),
        (["--sampler", "tpe", "--celery"], "on Celery"),
        (["--sampler", "tpe", "--walk-forward", "3"], "--walk-forward"),
        (["--sampler", "annealing"], "invalid choice"),
        (["--sampler", "tpe", "--seed", "-1"], "a seed from 0 to 4,294,967,295; this is -1"),
        (["--sampler", "qmc", "--seed", "4294967296"], "a seed from 0"),
        (["--celery", "redis://127.0.0.1:1", "--workers", "3"], "apx worker --concurrency"),
        (["--top", "\u00b2"], "a whole number above zero is needed"),
        (["--report", "nowhere/sweep.html"], "There is no folder nowhere."),
    ],
)
def test_options_that_do_not_go_together_are_refused(more: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    program = str(Path(__file__).parents[3] / "examples" / "golden_cross.apx")
    assert cli.main(["sweep", program, "--data", "AAPL", "--grid", "fast=10:20:10", *more]) == 2
    assert said in capsys.readouterr().err


def test_python_refuses_a_sampler_that_is_none_and_a_draw_beside_it() -> None:
    with pytest.raises(InputError, match=r"no sampler `tpee`. Did you mean `tpe`"):
        sampled("tpee")
    with pytest.raises(InputError, match="draw"):
        sampled("tpe", draw=5)
    with pytest.raises(InputError, match="At least 1"):
        sampled("tpe", 0)

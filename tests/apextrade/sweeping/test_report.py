"""The page of a sweep: what its maps hold, that it stands alone, and that equal sweeps give equal pages. Walking forward from the command."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade import cli
from apextrade.sweeping.maps import MOST_CELLS, cell_of, mapped, maps
from apextrade.sweeping.table import SweepTable
from compiler.inputs import InputError
from tests.generators.markets import market

TEXT = """apx 1
strategy "Averages <b>"
trade "TEST" every 1d

input fast = 3 bars in 2 .. 100
input slow = 8 bars in 3 .. 100
input share = 10% in 5% .. 20% step 5%
require fast < slow

settings
  capital 10_000 USD

when sma(close, fast) crosses above sma(close, slow)
  buy share of equity

when sma(close, fast) crosses below sma(close, slow)
  exit position
"""


@pytest.fixture(scope="module")
def table() -> SweepTable:
    return apx.sweep(TEXT, market(7, "calm", 400), fast=range(2, 12), slow=range(5, 26, 5), share=["5%", "10%"], metric="sharpe")


@pytest.mark.parametrize("metric", ["sharpe", "max_drawdown"])
def test_a_cell_holds_the_best_and_the_median_of_its_combinations(metric: str) -> None:
    found = apx.sweep(TEXT, market(7, "calm", 400), fast=range(2, 12), slow=range(5, 26, 5), share=["5%", "10%"], metric=metric)
    one = mapped(found, 0, 1)
    assert (one.best.shape, one.several) == ((5, 10), True)
    values = found.statistic(metric)
    for y in range(5):
        for x in range(10):
            of = values[(found.places[:, 0] == x) & (found.places[:, 1] == y)]
            of = of[~np.isnan(of)]
            if not len(of):
                assert np.isnan(one.best[y, x])
                assert np.isnan(one.median[y, x])
            else:
                assert one.best[y, x] == (of.min() if metric == "max_drawdown" else of.max())
                assert one.median[y, x] == np.median(of)
    assert found.best_row is not None
    y, x = cell_of(one, found, found.best_row)
    assert one.best[y, x] == values[found.best_row]


def test_the_input_with_more_values_lies_across_and_many_values_share_cells() -> None:
    found = apx.sweep(TEXT, market(7, "calm", 200), fast=[2, 3], slow=range(4, 101))
    (one,) = maps(found)
    assert one.across.axis == 1
    assert (len(one.across), len(one.down), one.shares) == (MOST_CELLS, 2, True)
    assert one.across.firsts[0] == 0
    assert one.across.lasts[-1] == 96
    assert all(b == a + 1 for a, b in zip(one.across.lasts, one.across.firsts[1:], strict=False))


def test_a_page_stands_alone_and_is_the_same_for_the_same_sweep(table: SweepTable, tmp_path: Path) -> None:
    first, again = (table.report(tmp_path / name).read_bytes() for name in ("one.html", "two.html"))
    assert first == again
    text = first.decode()
    assert not re.search(r"(?:src|href)=|https?://|<script", text)
    assert "Averages &lt;b&gt;" in text
    assert text.count('class="heatmap"') == 6, "three pairs of inputs, each by the best and by the median"
    assert len(re.findall(r"<th scope=\"row\">\d+</th>", text)) >= 20
    plain = apx.sweep(TEXT, market(7, "calm", 400), fast=range(2, 6), slow=30)
    assert 'class="heatmap"' not in plain.report(tmp_path / "three.html").read_text(), "one input has no map"


def test_a_sweep_without_the_metric_has_no_report(tmp_path: Path) -> None:
    found = apx.sweep(TEXT, market(7, "calm", 3), fast=range(2, 6), slow=range(20, 30))
    with pytest.raises(InputError, match="nothing to draw"):
        found.report(tmp_path / "x.html")


def test_the_command_writes_the_page_and_walks_forward(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "averages.apx").write_text(TEXT)
    market(7, "calm", 900).to_pandas().to_csv(tmp_path / "bars.csv")
    grid = ["--grid", "fast=2:10:2", "--grid", "slow=12:40:4"]
    argv = ["sweep", str(tmp_path / "averages.apx"), "--data", str(tmp_path / "bars.csv"), *grid, "--walk-forward", "3"]
    assert cli.main([*argv, "--report", str(tmp_path / "s.html")]) == 0
    said = capsys.readouterr().out
    assert "Walking forward:" in said
    assert "Together, on bars that parameters were not chosen on" in said
    assert (tmp_path / "s.html").read_text().startswith("<!doctype html>")
    assert cli.main([*argv, "--json"]) == 0
    walk = json.loads(capsys.readouterr().out)["walk_forward"]
    examined = ["examine", *argv[1:-2], "--windows", "3", "--folds", "1", "--paths", "50", "--json"]
    assert cli.main(examined) == 0
    assert json.loads(capsys.readouterr().out)["walk_forward"] == walk, "the one that an examination makes"
    assert cli.main([*argv[:-1], "800"]) == 0
    assert "note: No walk forward: 900 bars are too few for 800 windows." in capsys.readouterr().out
    capsys.readouterr()
    assert cli.main([*argv, "--to", "2020-01-05", "--report", str(tmp_path / "none.html")]) == 0
    assert "No report was written: there is nothing to draw." in capsys.readouterr().out
    assert cli.main([*argv, "--report", "s.pdf"]) == 2

"""Several runs side by side: what is best, on common times, how correlated; from results and from saved files alike."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import apextrade as apx
from apextrade.cli import main
from apextrade.comparing import Comparison, Ran
from apextrade.comparing.page import write_html
from apextrade.comparing.shown import as_json, summary
from apextrade.failures import UsageError
from runtime.data.samples import read_sample
from runtime.statistics import STATISTICS

EXAMPLES = Path(__file__).parents[3] / "examples"
GOLDEN, RSI, HOLD = (str(EXAMPLES / f"{name}.apx") for name in ("golden_cross", "rsi_two", "buy_and_hold"))
DAY = 86_400_000_000
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>' \x1b[31m \u202egnp"


@pytest.fixture(scope="module")
def results() -> list[apx.backtesting.Result]:  # type: ignore[name-defined]
    candles = apx.Candles.from_raw(read_sample("AAPL"))
    return [apx.backtest(path, candles) for path in (GOLDEN, RSI, HOLD)]


def ran(name: str, equity: np.ndarray, start: int = 0, capital: float = 100.0, **stats: float) -> Ran:
    known = {s.name: float("nan") for s in STATISTICS} | stats
    return Ran(name, (start + np.arange(len(equity))) * DAY, equity, capital, "USD", ("AAPL",), known)


def test_the_best_is_marked_by_what_better_means() -> None:
    low = ran("low", np.full(30, 100.0), sharpe=0.5, max_drawdown=0.1, exposure=0.2, commission=3.0, volatility=0.2)
    high = ran("high", np.full(30, 100.0), sharpe=1.5, max_drawdown=0.3, exposure=0.9, commission=3.0, volatility=float("nan"))
    found = apx.compare([low, high])
    assert found.best("sharpe") == {1}
    assert found.best("max_drawdown") == {0}
    assert found.best("exposure") == set(), "neither more nor less is better"
    assert found.best("commission") == set(), "they do not differ"
    assert found.best("volatility") == set(), "there is nothing to hold it against"


def test_sums_of_money_of_unlike_accounts_are_not_held_against_each_other() -> None:
    one, other = (
        ran("a", np.ones(3), expectancy=5.0, sharpe=1.0),
        ran("b", np.ones(3), capital=1000.0, expectancy=50.0, sharpe=2.0),
    )
    found = apx.compare([one, other])
    assert found.best("expectancy") == set()
    assert found.best("sharpe") == {1}
    assert any("different sums" in warning for warning in found.warnings)


def test_growth_is_on_common_times_and_unknown_outside_of_a_run() -> None:
    found = apx.compare([ran("a", np.array([100.0, 110.0, 120.0])), ran("b", np.array([50.0, 60.0]), start=2, capital=50.0)])
    assert (found.time // DAY).tolist() == [0, 1, 2, 3]
    np.testing.assert_array_equal(found.growth[0], [1.0, 1.1, 1.2, np.nan])
    np.testing.assert_array_equal(found.growth[1], [np.nan, np.nan, 1.0, 1.2])
    assert any("not of the same period" in warning for warning in found.warnings)


def test_correlation_is_that_of_pandas_over_the_common_times() -> None:
    rng = np.random.default_rng(6)
    moves = rng.normal(0, 0.01, (2, 300))
    moves[1] += 0.5 * moves[0]
    one, other = ran("a", 100 * np.cumprod(1 + moves[0])), ran("b", 100 * np.cumprod(1 + moves[1])[40:], start=40)
    table = pd.DataFrame({run.name: pd.Series(run.equity, run.time) for run in (one, other)}).dropna().pct_change()
    found = apx.compare([one, other])
    assert found.correlation[0, 1] == pytest.approx(table.corr().iloc[0, 1], abs=1e-12)
    np.testing.assert_allclose(np.diag(found.correlation), 1.0, atol=1e-12)
    flat = apx.compare([one, ran("flat", np.full(300, 100.0))])
    assert np.isnan(flat.correlation[0, 1])
    few = apx.compare([one, ran("few", np.linspace(100, 120, 10))])
    assert np.isnan(few.correlation[0, 1])


def test_a_saved_result_compares_as_the_result_itself(results: list[apx.backtesting.Result], tmp_path: Path) -> None:  # type: ignore[name-defined]
    saved = [result.save(tmp_path / f"{i}.json") for i, result in enumerate(results)]
    live, read = apx.compare(results), apx.compare(saved)
    for one, other in zip(live.runs, read.runs, strict=True):
        np.testing.assert_array_equal(one.equity, other.equity)
        np.testing.assert_array_equal(one.time, other.time)
        assert one.symbols == other.symbols
        for key, value in one.stats.items():
            assert value == other.stats[key] or (value != value and other.stats[key] != other.stats[key]), key
    assert read.names == ("0", "1", "2")
    np.testing.assert_array_equal(live.correlation, read.correlation)
    renamed = apx.compare(dict(zip(("0", "1", "2"), results, strict=True)))
    assert write_html(renamed) == write_html(read)


def test_names_are_told_apart_and_can_be_given(results: list[apx.backtesting.Result]) -> None:  # type: ignore[name-defined]
    assert apx.compare([results[0], results[0]]).names == ("Golden cross", "Golden cross (2)")
    assert apx.compare(results[:2], names=["x", "y"]).names == ("x", "y")
    with pytest.raises(apx.InputError, match="3 names for 2 runs"):
        apx.compare(results[:2], names=["x", "y", "z"])
    with pytest.raises(apx.InputError, match="at least two"):
        apx.compare(results[:1])
    with pytest.raises(apx.InputError, match="this is int"):
        apx.compare([results[0], 3])  # type: ignore[list-item]


def test_tables_hold_the_same_numbers(results: list[apx.backtesting.Result]) -> None:  # type: ignore[name-defined]
    found = apx.compare(results)
    assert found.stats.loc["sharpe", "Golden cross"] == results[0].stats["sharpe"]
    assert found.correlations.shape == (3, 3)
    assert found.equity.iloc[-1]["Golden cross"] == pytest.approx(1 + results[0].stats["total_return"])


def test_the_page_is_whole_escapes_names_and_repeats(results: list[apx.backtesting.Result]) -> None:  # type: ignore[name-defined]
    found = apx.compare(results, names=[HOSTILE, "b" * 300, ""])
    text = write_html(found)
    assert text == write_html(apx.compare(results, names=[HOSTILE, "b" * 300, ""]))
    assert "<script>alert" not in text
    assert "<img" not in text
    assert not set("\x1b\u202e") & set(text)
    assert not re.search(r"https?://", text)
    points = json.loads(re.search(r'<script type="application/json" id="points">(.*?)</script>', text, re.S)[1])  # type: ignore[index]
    assert set(points["charts"]) == {"growth", "drawdown"}
    assert "\x1b" not in summary(found)


def test_the_table_of_the_page_says_what_the_statistics_say(results: list[apx.backtesting.Result]) -> None:  # type: ignore[name-defined]
    found = apx.compare(results)
    row = re.search(r'<th scope="row"[^>]*>Sharpe ratio</th>(.*?)</tr>', write_html(found))
    assert row is not None
    values = re.findall(r"<td[^>]*>([^<]*)</td>", row[1])
    sharpe = [result.stats["sharpe"] for result in results]
    assert [float(v.split()[0]) for v in values] == [round(s, 2) for s in sharpe]
    assert ["\N{BLACK STAR}" in v for v in values] == [s == max(sharpe) for s in sharpe]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_many_runs_are_put_under_each_other_where_they_do_not_fit(width: int) -> None:
    runs = [
        ran(f"a run with a long name {i}", np.linspace(100, 120 + i, 60), sharpe=float(i), total_return=0.1 * i) for i in range(9)
    ]
    found = apx.compare(runs)
    text = summary(found, width)
    heads = text.split("Correlation")[0]
    assert heads.count("Sharpe ratio") >= 2
    assert max(map(len, heads.splitlines())) <= max(width, 60)
    assert summary(found, width, unicode=False).isascii()


def test_a_ruined_and_an_unknown_account_are_compared(tmp_path: Path) -> None:
    runs = [ran("ruin", np.linspace(100, -20, 50)), ran("unknown", np.full(50, np.nan)), ran("fine", np.linspace(100, 150, 50))]
    found = apx.compare(runs)
    shown = re.sub(r"<(script|style).*?</\1>", "", write_html(found), flags=re.S)
    assert "nan" not in shown.lower().replace("finance", "")
    json.dumps(as_json(found), allow_nan=False)


def test_the_command_compares_programs_and_saved_results(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved, page = tmp_path / "quick.json", tmp_path / "c.html"
    assert main(["backtest", GOLDEN, "--data", "AAPL", "--set", "fast=20", "--out", str(saved)]) == 0
    assert f"Result: {saved}" in capsys.readouterr().out
    assert main(["compare", str(saved), GOLDEN, "--data", "AAPL", "--report", str(page)]) == 0
    out = capsys.readouterr().out
    assert "quick" in out
    assert "Golden cross" in out
    assert page.read_text().startswith("<!doctype html>")
    assert main(["compare", str(saved), GOLDEN, "--data", "AAPL", "--names", "one,two", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [run["name"] for run in found["runs"]] == ["one", "two"]
    assert found["correlation"][0][0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is not a result"),
        ("[]", "holds no statistics"),
        ('{"stats": {}}', "holds no equity curve"),
        ('{"stats": {}, "settings": {"capital": 1}, "equity": {"time": ["x"], "equity": [1]}}', "can't be read"),
        ('{"stats": {}, "settings": {"capital": 0}, "equity": {"time": ["2020-01-01"], "equity": [1]}}', "capital above zero"),
        ('{"stats": {}, "settings": {"capital": 1}, "equity": {"time": ["2020-01-02", "2020-01-01"], "equity": [1, 2]}}', "rising times"),
        ('{"stats": {"sharpe": []}, "settings": {"capital": 1}, "equity": {"time": ["2020-01-01"], "equity": [1]}}', "can't be read"),
        ("[" * 100_000, "is not a result"),
    ],
)  # fmt: skip
def test_a_file_that_holds_no_result_is_refused_in_a_sentence(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(UsageError, match=said):
        apx.compare([tmp_path / "x.json", tmp_path / "x.json"])


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([GOLDEN], "at least two"),
        ([GOLDEN, "nowhere.json"], "There is no file nowhere.json"),
        ([GOLDEN, HOLD, "--names", "a"], "1 names for 2 runs"),
        ([GOLDEN, HOLD, "--report", "c.pdf"], "ends in .html"),
        (["-", "-"], "one program only"),
    ],
)
def test_wrong_usage_is_said(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *argv, "--data", "AAPL"]) == 2
    assert said in capsys.readouterr().err


def test_a_comparison_says_what_it_is(results: list[apx.backtesting.Result]) -> None:  # type: ignore[name-defined]
    found = apx.compare(results)
    assert isinstance(found, Comparison)
    assert repr(found) == "<Comparison of Golden cross, RSI of two, Buy and hold>"

"""What an examination says, on bars whose truth is known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade.cli import main
from apextrade.examining.examination import Examination, examined
from apextrade.examining.market import Market, bar_returns
from apextrade.examining.shown import as_json
from apextrade.examining.stress import delayed, with_costs
from apextrade.examining.walk import walked
from apextrade.sweeping.grid import space_of
from apextrade.sweeping.request import Request
from compiler.pipeline import compile_text
from compiler.program import Program
from runtime.candles import Candles
from stdlib.library import load
from tests.generators.averages import TEXT, bars, walk_of, waves


def program() -> Program:
    return compile_text(TEXT, load())


def examine(candles: Candles, **changes: object) -> Examination:
    of = program()
    space = space_of(of, (), {})
    return examined(of, space, {}, space.all(1000), Market(candles, tick=0.01), paths=200, workers=1, **changes)  # type: ignore[arg-type]


def test_returns_compound_to_the_total_return() -> None:
    result = Market(waves(), tick=0.01).trade(program(), {})
    assert float(np.prod(1.0 + bar_returns(result))) - 1.0 == pytest.approx(result.stats["total_return"])


def test_each_window_is_judged_with_what_was_best_on_the_bars_before_it() -> None:
    of, candles = program(), walk_of(3)
    space = space_of(of, (), {})
    market = Market(candles, tick=0.01)
    request = Request(of, space, {}, {}, 0.01)
    walk = walked(request, space.all(1000), market, "total_return", 4, workers=1)
    assert len(walk.windows) == 4
    for window in walk.windows:
        ((low, high),) = window.split.learn
        results = {}
        for number in space.all(1000):
            inputs = space.values(space.places(np.array([number]))[0])
            if inputs["fast"] < inputs["slow"]:
                results[tuple(inputs.values())] = market.trade(of, inputs, (low, high)).stats["total_return"]
        assert window.inputs is not None
        assert window.learnt == max(results.values()) == results[tuple(window.inputs.values())]
    assert len(walk.returns) == sum(b - a for a, b in (w.split.judge for w in walk.windows))


def test_bars_after_a_window_change_nothing_of_it() -> None:
    of, candles = program(), walk_of(4)
    space = space_of(of, (), {})
    other = np.array(candles.close)
    other[1200:] = other[1199] * np.linspace(1.0, 3.0, 300)
    walks = [
        walked(Request(of, space, {}, {}, 0.01), space.all(1000), Market(c, tick=0.01), "sharpe", 4, workers=1)
        for c in (candles, bars(other))
    ]
    before = [w for w in walks[0].windows if w.split.judge[1] <= 1200]
    assert before
    for ours, theirs in zip(before, walks[1].windows, strict=False):
        assert (ours.inputs, ours.learnt, ours.judged) == (theirs.inputs, theirs.learnt, theirs.judged)


def test_a_delayed_program_fires_so_many_bars_later() -> None:
    usual, late = apx.compile(TEXT).run(walk_of(5)), apx.compile(delayed(program(), 2).source.text).run(walk_of(5))
    rules = [name for name in usual if usual.columns[name].role == "rule"]
    assert len(rules) == 2
    for name in rules:
        assert np.nansum(usual[name]) > 0
        assert np.array_equal(usual[name][:-2], late[name][2:], equal_nan=True)


def test_costs_are_those_of_the_run_at_once_and_nothing_at_their_end() -> None:
    of, market = program(), Market(waves(height=0.03), tick=0.01)
    found = with_costs(of, {}, market)
    usual = market.trade(of, {}).stats
    once = next(run for run in found.runs if run.by == 1.0)
    assert (once.total_return, once.trades) == (usual["total_return"], usual["trades"])
    returns = [run.total_return for run in found.runs]
    assert returns == sorted(returns, reverse=True)
    at_the_end = Market(market.candles, {"commission": 0.0005 * found.enough}, 0.01).trade(of, {}).stats["total_return"]
    assert at_the_end == pytest.approx(0.0, abs=1e-3)


DOLLARS = """apx 1
strategy "Dollars"
trade "TEST" every 1d
settings
  capital 10_000 USD
  commission 0.1%
when close crosses above sma(close, 10 bars) and close > 20
  buy 20 shares
    stop loss at entry - 4
when close crosses below sma(close, 10 bars)
  exit position
"""


@pytest.mark.parametrize("of", ["a split", "another currency", "finer bars"])
def test_once_the_costs_is_the_run_itself_over_splits_in_another_currency_and_inside_bars(of: str) -> None:
    held, text = waves(400), DOLLARS
    if of == "a split":
        half = np.where(np.arange(400) < 200, 1.0, 0.5)
        prices = {name: getattr(held, name) * half for name in ("open", "high", "low", "close")}
        held = replace(held, **prices, _calendar={}).adjusted({str(np.datetime64(int(held.time[200]), "us"))[:10]: 2.0})
    elif of == "another currency":
        rates = bars(1.1 + 0.2 * np.cos(np.arange(400) / 60.0))
        held = held.quoted_in("EUR").with_others({"EURUSD": replace(rates, symbol="EURUSD")})
    else:
        hours = np.repeat(held.time, 2) + np.tile(np.array([0, 43_200_000_000]), 400)
        up = np.repeat(held.close, 2)
        columns = {"open": up, "high": up * np.tile([1.05, 1.0], 400), "low": up * np.tile([1.0, 0.95], 400), "close": up}
        held = Candles.from_arrays(time=hours.astype("M8[us]"), symbol="TEST", **columns).following("24/7")
        text = DOLLARS.replace("commission 0.1%", "commission 0.1%\n  fills detail 12h").replace(
            "entry - 4", "entry - 4\n    take profit at entry + 4"
        )
    market = Market(held, tick=0.01)
    usual = market.trade(compile_text(text, load()), {})
    once = with_costs(compile_text(text, load()), {}, market).runs[1]
    assert usual.stats["trades"] > 2
    assert (once.total_return, once.sharpe, once.trades) == tuple(
        usual.stats[name] for name in ("total_return", "sharpe", "trades")
    )


def test_the_market_is_what_holding_is_worth_to_the_account() -> None:
    """All the time in the market in euros: nothing is left to be explained by the rate of the euro."""
    text = DOLLARS.replace("close crosses above sma(close, 10 bars) and close > 20", "position.size == 0")
    text = text.replace("buy 20 shares\n    stop loss at entry - 4", "buy 100% of equity").replace(
        "commission 0.1%", "commission 0%"
    )
    of = compile_text(text.split("when close crosses below")[0], load())
    rates = bars(1.1 + 0.2 * np.cos(np.arange(400) / 6.0))
    held = waves(400).quoted_in("EUR").with_others({"EURUSD": replace(rates, symbol="EURUSD")})
    found = examined(of, None, {}, None, Market(held, tick=0.01), paths=50)
    assert found.market.beta == pytest.approx(1.0, abs=0.02)


def test_the_best_of_many_on_a_random_walk_does_not_survive() -> None:
    found = [examine(walk_of(seed)) for seed in (11, 12, 13)]
    assert not any(of.verdict.survives for of in found)
    assert all(of.verdict.sentence.startswith("The result does not survive: ") for of in found)


def test_waves_that_the_rule_is_made_for_survive_luck_search_and_costs() -> None:
    found = examine(waves(4000))
    assert found.deflated.probability > 0.99
    assert found.walk is not None
    assert found.walk.total_return > 0.0
    assert found.overfit is not None
    assert found.verdict.survives, found.verdict.against


def test_more_trials_than_were_searched_make_luck_reach_higher() -> None:
    few, many = examine(walk_of(21, drift=0.0004)), examine(walk_of(21, drift=0.0004), trials=5000)
    assert many.deflated.by_luck > few.deflated.by_luck
    assert many.deflated.probability <= few.deflated.probability


def test_one_run_is_examined_where_nothing_varies() -> None:
    text = TEXT.replace(" step 3 bars", "").replace(" step 10 bars", "")
    found = examined(compile_text(text, load()), None, {}, None, Market(waves(), tick=0.01), paths=100, workers=1)
    assert (found.table, found.walk, found.overfit, found.trials) == (None, None, None, 1)
    assert found.deflated.by_luck == 0.0


def test_the_json_is_json_and_says_what_the_text_says() -> None:
    found = examine(waves())
    read = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert read["verdict"]["sentence"] == found.verdict.sentence
    assert read["trials"] == found.trials
    assert len(read["walk_forward"]["windows"]) == 5


def test_too_few_bars_are_said_and_the_rest_is_examined(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "averages.apx"
    path.write_text(TEXT)
    walk_of(8, 70).to_pandas().to_csv(tmp_path / "few.csv")
    assert (
        main(
            [
                "examine",
                str(path),
                "--data",
                str(tmp_path / "few.csv"),
                "--grid",
                "fast=2:5:3",
                "--set",
                "slow=10",
                "--windows",
                "40",
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert "note: No walk forward: 70 bars are too few for 40 windows." in out
    assert out.startswith("The result does not survive: ")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--grid", "fats=2:5:1"], "Did you mean `fast`?"),
        (["--metric", "sharp"], "There is no statistic `sharp`."),
        (["--windows", "0"], "a whole number above zero is needed"),
        (["--seed", "-1"], "A seed is 0 or more; this is -1."),
    ],
)
def test_what_cannot_be_examined_is_said(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "averages.apx"
    path.write_text(TEXT)
    assert main(["examine", str(path), "--data", "AAPL", *options]) == 2
    assert said in capsys.readouterr().err


def test_a_run_without_costs_does_not_survive_costs() -> None:
    of = program()
    free = examined(of, None, {"fast": 5.0}, None, Market(waves(), {"commission": "0%"}, tick=0.01), paths=50)
    assert free.costs.free
    assert np.isnan(free.costs.enough)
    assert any("neither commission nor slippage" in reason for reason in free.verdict.against)
    assert as_json(free)["costs"]["free"] is True
    assert not examine(waves()).costs.free


def test_growth_of_a_few_minutes_that_no_number_holds_for_a_year_is_examined() -> None:
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(1).normal(0.02, 0.02, 60)))
    days = bars(close)
    minutes = replace(days, time=days.time[0] + np.arange(60, dtype=np.int64) * 60_000_000)
    text = TEXT.replace("every 1d", "every 1m").replace("2 .. 20 step 3", "2 .. 5 step 1").replace("sma(close, slow)", "close[1]")
    found = apx.examine(apx.compile(text.replace("crosses above", ">").replace("crosses below", "<")), minutes, paths=50, slow=20)
    assert found.walk is not None
    assert any(np.isinf(window.judged_return) for window in found.walk.windows)
    assert np.isnan(found.walk.efficiency)
    json.dumps(as_json(found), allow_nan=False)


def test_a_tick_that_is_not_given_is_said_as_in_a_sweep() -> None:
    def notes(tick: float | None) -> tuple[str, ...]:
        return examined(program(), None, {"fast": 5.0}, None, Market(waves(300), tick=tick), paths=20).missing

    assert any(note.startswith("The tick size is not given") for note in notes(None))
    assert not any("tick" in note for note in notes(0.01))


def test_splits_and_neighbours_of_a_handful_of_combinations_do_not_count() -> None:
    of = program()
    space = space_of(of, (), {"slow": 60.0})
    assert space.size < 10
    found = examined(of, space, {"slow": 60.0}, space.all(1000), Market(walk_of(11), tick=0.01), paths=100, workers=1)
    assert found.overfit is not None
    assert not any("half of the years" in reason or "neighbours" in reason for reason in found.verdict.against)


def test_from_python_a_value_outside_its_range_is_refused_as_in_a_sweep() -> None:
    for call in (apx.sweep, apx.examine):
        with pytest.raises(apx.InputError, match=r"`slow` can be 10 \.\. 60; 999 is outside that range"):
            call(TEXT, walk_of(3), slow=999)

"""Folds held out: chosen on all other bars, judged once, with a gap around them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from apextrade.cli import main
from apextrade.examining.examination import examined
from apextrade.examining.folds import Folds, folded, holds, joined
from apextrade.examining.market import Market, bar_returns
from apextrade.examining.walk import Window
from apextrade.sweeping.call import run_request
from apextrade.sweeping.grid import space_of
from apextrade.sweeping.request import Request
from compiler.pipeline import compile_text
from compiler.program import Program
from runtime.candles import Candles
from stdlib.library import load
from tests.generators.averages import TEXT, bars, walk_of, waves


def program() -> Program:
    return compile_text(TEXT, load())


def folds_of(candles: Candles, metric: str = "total_return", count: int = 4, embargo: int | None = 10) -> tuple[Request, Folds]:
    of = program()
    request = Request(of, space_of(of, (), {}), {}, {}, 0.01)
    numbers = request.space.all(1000)
    return request, folded(request, numbers, Market(candles, tick=0.01), metric, count, embargo=embargo, workers=1)


def test_each_fold_is_judged_once_with_what_was_best_on_all_the_others() -> None:
    candles = walk_of(3)
    request, found = folds_of(candles)
    market = Market(candles, tick=0.01)
    assert [w.split.judge for w in found.judged.windows] == [(0, 375), (375, 750), (750, 1125), (1125, 1500)]
    assert (found.purge, found.embargo) == (60, 10), "the longest window of all combinations, not of the defaults"
    for window in found.judged.windows:
        low, high = window.split.judge
        gap = [part for part in ((0, low - 60), (high + 70, 1500)) if part[1] - part[0] >= 2]
        assert list(window.split.learn) == gap
        results = {}
        for number in request.space.all(1000):
            inputs = request.space.values(request.space.places(np.array([number]))[0])
            if inputs["fast"] < inputs["slow"]:
                grown = [1.0 + market.trade(request.program, inputs, part).stats["total_return"] for part in gap]
                results[tuple(inputs.values())] = float(np.prod(grown)) - 1.0
        assert window.inputs is not None
        assert window.learnt == max(results.values()) == results[tuple(window.inputs.values())]
    assert len(found.judged.returns) == 1500


def test_what_is_held_out_changes_nothing_of_what_is_chosen() -> None:
    candles = walk_of(4)
    other = np.array(candles.close)
    other[375:750] *= np.linspace(1.0, 5.0, 375)
    other[750:] *= other[749] / candles.close[749]
    windows = [folds_of(one, "sharpe")[1].judged.windows[1] for one in (candles, bars(other))]
    assert windows[0].inputs == windows[1].inputs
    assert windows[0].judged != windows[1].judged


def test_a_sharpe_ratio_over_two_stretches_is_that_of_all_their_returns() -> None:
    candles, of = walk_of(5), program()
    request, market = Request(of, space_of(of, (), {}), {}, {}, 0.01), Market(walk_of(5), tick=0.01)
    parts = [
        run_request(request, request.space.all(1000), candles.rows(slice(a, b)), "sharpe", 1) for a, b in ((0, 500), (700, 1500))
    ]
    numbers = parts[0].rows.numbers
    found = joined(parts, numbers, "sharpe")
    growth = joined(parts, numbers, "total_return")
    for at in range(0, len(numbers), 7):
        inputs = request.space.values(request.space.places(numbers[at : at + 1])[0])
        returns = np.concatenate([bar_returns(market.trade(of, inputs, part)) for part in ((0, 500), (700, 1500))])
        assert found[at] == pytest.approx(returns.mean() / returns.std(ddof=1) * np.sqrt(365.25), rel=0.01)
        assert growth[at] == pytest.approx(np.prod(1.0 + returns) - 1.0)
    yearly = joined(parts, numbers, "annual_return")
    first, last = (1.0 + part.statistic("annual_return") for part in parts)
    assert np.allclose(yearly, first ** (500 / 1300) * last ** (800 / 1300) - 1.0)
    worst = joined(parts, numbers, "max_drawdown")
    two = [part.statistic("max_drawdown") for part in parts]
    assert np.allclose(worst, (500 * two[0] + 800 * two[1]) / 1300)


def test_the_gap_is_as_long_as_the_longest_window_of_combinations_in_any_order() -> None:
    of = compile_text(
        TEXT.replace("require fast < slow", 'input kind = "plain" in ["plain", "slower", "other"]').replace(
            "when sma(close, fast) crosses above",
            'when (kind != "slower" or close > sma(close, 4 * slow)) and sma(close, fast) crosses above',
        ),
        load(),
    )
    request = Request(of, space_of(of, (), {}), {}, {}, 0.01)

    def purge(*places: tuple[int, int, int]) -> int:
        """Of some combinations by the places of fast, slow and kind."""
        numbers = np.array(sorted((fast * 6 + slow) * 3 + kind for fast, slow, kind in places), dtype=np.int64)
        return folded(request, numbers, Market(walk_of(3), tick=0.01), "total_return", 3, embargo=0, workers=1).purge

    assert purge((0, 1, 0), (2, 5, 0), (5, 0, 0)) == 60
    assert purge((0, 1, 0), (2, 3, 1), (2, 5, 2), (5, 0, 0)) == 159


def test_waves_hold_on_every_fold_and_noise_is_held_against_the_result() -> None:
    assert holds(folds_of(waves(4000))[1])
    half = folds_of(waves(4000))[1]
    ends = [replace(w, judged_return=gain) for w, gain in zip(half.judged.windows, (0.1, 0.1, -0.1, -0.1), strict=True)]
    assert holds(replace(half, judged=replace(half.judged, windows=tuple(ends))))
    assert not holds(replace(half, judged=replace(half.judged, windows=(*ends[1:], ends[3]))))
    assert not holds(replace(half, judged=replace(half.judged, windows=tuple(ends), total_return=0.0)))
    _, found = folds_of(walk_of(11), "sharpe", 5)
    won = sum(w.judged_return > 0.0 for w in found.judged.windows)
    assert holds(found) == (found.judged.total_return > 0.0 and won >= 2.5)
    of = program()
    space = space_of(of, (), {})
    for seed in range(30, 34):
        whole = examined(of, space, {}, space.all(1000), Market(walk_of(seed), tick=0.01), paths=50, workers=1)
        assert whole.folds is not None
        said = any("folds held out" in reason for reason in whole.verdict.against)
        made_nothing = whole.result.stats["total_return"] <= 0.0
        assert said == (not holds(whole.folds) and not made_nothing)


def test_folds_that_the_bars_are_too_few_for_are_a_note_and_one_fold_is_none(
    capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    of = program()
    space = space_of(of, (), {})
    few = examined(of, space, {}, space.all(1000), Market(walk_of(3, 150), tick=0.01), paths=50, workers=1)
    assert few.folds is None or all(isinstance(w, Window) for w in few.folds.judged.windows)
    none = examined(of, space, {}, space.all(1000), Market(walk_of(3), tick=0.01), folds=1, paths=50, workers=1)
    assert none.folds is None
    assert not any("folds" in note for note in none.missing)


def test_the_command_prints_folds_as_json(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    import pathlib

    folder = pathlib.Path(str(tmp_path))
    (folder / "averages.apx").write_text(TEXT)
    walk_of(3).to_pandas().to_csv(folder / "bars.csv")
    argv = [
        "examine",
        str(folder / "averages.apx"),
        "--data",
        str(folder / "bars.csv"),
        "--folds",
        "3",
        "--embargo",
        "0",
        "--paths",
        "50",
        "--json",
    ]
    assert main(argv) == 0
    said = json.loads(capsys.readouterr().out)["folds"]
    assert (said["embargo"], said["purge"], len(said["windows"])) == (0, 60, 3)
    assert main([*argv[:4], "--embargo", "-1"]) == 2

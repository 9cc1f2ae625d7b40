"""The Python interface of programs: compile, run, stream, interpret."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from runtime.data.samples import read_sample
from tests.examples.feeds import own_bars
from tests.examples.programs import STRATEGIES

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.stem for path in STRATEGIES)
TEXT = """apx 1
strategy "Interface"
trade "AAPL" every 1d
input fast = 10 bars in 2 .. 50 "Fast average"
input share = 50% in 10% .. 100%
input eager = true
settings
  commission 0.1%
let quick = ema(close, fast)
let strong = rsi(14) < 80
when quick crosses above sma(close, 30) and strong and eager
  buy share of equity
plot quick
"""


@pytest.fixture(scope="module")
def candles() -> apx.Candles:
    return apx.Candles.from_raw(read_sample("AAPL"))


def test_a_program_tells_what_it_takes_and_costs() -> None:
    program = apx.compile(TEXT)
    assert [i.name for i in program.inputs] == ["fast", "share", "eager"]
    assert (program.inputs[0].default, program.inputs[0].low, program.inputs[0].high) == (10.0, 2.0, 50.0)
    assert (program.inputs[1].default, program.inputs[1].unit) == (0.5, "ratio")
    assert program.warmup >= 30
    assert program.settle > program.warmup
    assert program.cost > 0
    assert len(program.hash) == 64
    assert program.diagnostics == ()
    assert program.symbols == ("AAPL",)


def test_the_hash_follows_the_text_alone(tmp_path: Path) -> None:
    path = tmp_path / "same.apx"
    path.write_text(TEXT)
    assert apx.compile(path).hash == apx.compile(str(path)).hash == apx.compile(TEXT).hash
    assert apx.compile(TEXT + "# more\n").hash != apx.compile(TEXT).hash


def test_mistakes_come_as_diagnostics_with_places() -> None:
    with pytest.raises(apx.CompileError) as caught:
        apx.compile("apx 1\nstrategy 'x")
    assert caught.value.diagnostics
    with pytest.raises(FileNotFoundError, match=r"absent\.apx"):
        apx.compile("absent.apx")


def test_signals_are_columns_of_floats_with_nan_for_unknown(candles: apx.Candles) -> None:
    signals = apx.compile(TEXT).run(candles, fast=5)
    assert list(signals) == ["quick", "strong", "rule_1", "plot_1"]
    quick = signals["quick"]
    assert quick.dtype == np.float64
    assert np.isnan(quick[:4]).all()
    assert quick[4] == pytest.approx(candles.close[:5].mean(), rel=1e-15)
    assert set(np.unique(signals["strong"][20:])) <= {0.0, 1.0}


def test_inputs_are_numbers_or_literals_of_the_language(candles: apx.Candles) -> None:
    program = apx.compile(TEXT)
    one = program.run(candles, fast=20)["quick"]
    for same in ("20", "20 bars", np.int64(20), 20.0):
        assert program.run(candles, fast=same)["quick"].tobytes() == one.tobytes()
    assert program.plan("signals", 0.01, share="25%").hash == program.plan("signals", 0.01, share=0.25).hash


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"fast": 500}, r"2 \.\. 50"),
        ({"fast": "2%"}, "bars"),
        ({"fast": "close"}, "a number, such as 10 bars"),
        ({"fast": None}, "None"),
        ({"fast": float("nan")}, r"2 \.\. 50"),
        ({"share": "20 bars"}, "ratio"),
        ({"eager": 1}, "true or false"),
        ({"eager": "maybe"}, "true or false"),
        ({"slow": 1}, "no input `slow`"),
        ({"fast": "20\ninput x = 1"}, "is not"),
    ],
)
def test_a_wrong_input_is_an_error_that_says_what_is_allowed(inputs: dict[str, object], said: str, candles: apx.Candles) -> None:
    with pytest.raises(apx.InputError, match=said):
        apx.compile(TEXT).run(candles, **inputs)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_interpreter_gives_the_kernels_bits_on_every_example(name: str) -> None:
    program = apx.compile(ROOT / "examples" / f"{name}.apx")
    cut = own_bars(program.compiled).rows(slice(0, 1300))
    by_kernel, by_definition = program.run(cut), apx.interpret(program, cut)
    assert list(by_kernel) == list(by_definition)
    for column in by_kernel:
        assert by_kernel[column].tobytes() == by_definition[column].tobytes(), column


def test_a_stream_says_what_a_run_says_and_goes_on_after_a_restore(candles: apx.Candles) -> None:
    program = apx.compile(TEXT)
    signals = program.run(candles, fast=5)
    bars = [
        dict(zip(("time", "open", "high", "low", "close", "volume"), row, strict=True))
        for row in zip(*(getattr(candles, n)[:60] for n in ("time", "open", "high", "low", "close", "volume")), strict=True)
    ]
    stream = program.stream(fast=5)
    steps = [stream.push(bar) for bar in bars[:30]]
    later = program.stream(fast=5)
    later.restore(stream.save())
    steps += [later.push(bar) for bar in bars[30:]]
    for name in signals:
        assert np.array([step[name] for step in steps]).tobytes() == signals[name][:60].tobytes()


def test_bars_that_are_no_candles_are_refused_with_the_way_to_make_them(candles: apx.Candles) -> None:
    program = apx.compile(TEXT)
    for call in (program.run, lambda bars: apx.interpret(program, bars), lambda bars: apx.backtest(program, bars)):
        with pytest.raises(TypeError, match=r"Candles\.from_pandas"):
            call(candles.to_pandas())


def test_names_that_are_not_there_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="nothing_like_it"):
        apx.nothing_like_it  # noqa: B018
    assert {"compile", "backtest", "interpret", "ta", "Candles", "CompileError"} <= set(dir(apx))

"""The definitions written in the language: each compiles, is documented, and gives the numbers that were published for it."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import pytest

from compiler.diagnostics import CompileError
from compiler.functions import builtin_function
from compiler.pipeline import compile_text
from compiler.resolve import parsed_definition
from runtime.kernel import bind
from stdlib.library import FILES, cut, load
from stdlib.primitives import PRIMITIVES, primitive

LIBRARY = load()

ARGUMENTS = {
    "x": "close",
    "y": "open",
    "c": "close > open",
    "market": "open",
    "least": "1",
    "most": "100",
    "step": "0.5",
    "reach": "high - low",
    "level": "high[1]",
    "start": "close > open",
    "other": "close < open",
    "pace": "1.5",
}
"""What stands for a parameter without a default."""
PLAIN = dict.fromkeys(("log10", "sinh", "cosh", "tanh"), "number(close) / 100") | dict.fromkeys(
    ("asin", "acos"), "1 - number(low / high)"
)


def call_of(name: str) -> tuple[str, list[str]]:
    """A call of a definition with its defaults, and its outputs."""
    definition = LIBRARY.definitions[name]
    define = parsed_definition(name, definition.text, definition.file).define
    arguments = [f"{p.name.name} = {PLAIN.get(name, ARGUMENTS[p.name.name])}" for p in define.params if p.default is None]
    return f"{name}({', '.join(arguments)})", [o.name.name for o in define.outputs if o.name is not None]


def evaluate(calls: Mapping[str, str], bars: Mapping[str, list[float]], rows: int) -> dict[str, list[float]]:
    lets = "\n".join(f"let {name} = {call}" for name, call in calls.items())
    program = compile_text(f'apx 1\nstrategy "t"\ntrade "X" every 1d\n{lets}\nplot {", ".join(calls)}\n', LIBRARY)
    plan = program.plan()
    feeds = {name: np.array(values, dtype=float) for name, values in bars.items()}
    found = bind(plan).run(feeds, rows, registers=[c.register for c in plan.columns])
    return {c.name: found[c.register].tolist() for c in plan.columns}


def bars(rows: int = 400) -> dict[str, list[float]]:
    rng = np.random.default_rng(5)
    close = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, rows)))
    opened = close * np.exp(rng.normal(0.0, 0.01, rows))
    day = [float(1 + i // 20) for i in range(rows)]
    return {
        "open": opened.tolist(),
        "high": (np.maximum(opened, close) * 1.01).tolist(),
        "low": (np.minimum(opened, close) * 0.99).tolist(),
        "close": close.tolist(),
        "volume": rng.integers(1, 9, rows).astype(float).tolist(),
        "hl2": [], "hlc3": [], "ohlc4": [],
        "time.day": day,
    }  # fmt: skip


@pytest.fixture(scope="module")
def market() -> dict[str, list[float]]:
    found = bars()
    o, h, low, c = (np.array(found[name]) for name in ("open", "high", "low", "close"))
    found["hl2"], found["hlc3"], found["ohlc4"] = (
        ((h + low) / 2).tolist(),
        ((h + low + c) / 3).tolist(),
        ((o + h + low + c) / 4).tolist(),
    )
    return found


@pytest.mark.parametrize("name", LIBRARY.definitions)
def test_a_definition_compiles_with_its_defaults_and_becomes_known(name: str, market: dict[str, list[float]]) -> None:
    call, outputs = call_of(name)
    calls = {"v": call} if not outputs else {f"v_{o}": f"{call}.{o}" for o in outputs}
    for column in evaluate(calls, market, 400).values():
        known = [v for v in column if v == v]
        assert known
        assert not any(math.isinf(v) for v in known)


@pytest.mark.parametrize("name", LIBRARY.definitions)
def test_a_definition_is_documented_in_a_sentence(name: str) -> None:
    first = LIBRARY.definitions[name].text.splitlines()[0]
    assert first.startswith("## ")
    assert first[3].isupper() or first[3:].startswith("x ")
    assert LIBRARY.definitions[name].text.split("define ")[0].rstrip().endswith((".", "_ 2 3", "2 -1", "2 0", "0 1"))


def test_there_are_more_than_two_hundred_public_functions_and_no_name_twice() -> None:
    public = [p.name for p in PRIMITIVES if not p.hidden]
    assert len(public) + len(LIBRARY.definitions) >= 200
    assert not set(LIBRARY.definitions) & set(LIBRARY.primitives)
    assert not [name for name in (*LIBRARY.definitions, *LIBRARY.primitives) if builtin_function(name) is not None]


def test_a_card_is_its_documentation_and_its_lines_and_nothing_of_the_next() -> None:
    cards = cut(
        "apx 1\n\n## One.\ndefine a(x) = x\n\n# aside\n\n## Two.\n## More.\ndefine b(x)\n  let y = x\n  give y\n", "f.apx"
    )
    assert [(c.name, c.text) for c in cards] == [
        ("a", "## One.\ndefine a(x) = x\n\n# aside\n"),
        ("b", "## Two.\n## More.\ndefine b(x)\n  let y = x\n  give y\n"),
    ]


def test_the_library_is_loaded_once_and_its_hash_is_that_of_its_text() -> None:
    assert load() is LIBRARY
    assert len(LIBRARY.hash) == 64
    assert {d.file for d in LIBRARY.definitions.values()} == set(FILES)


def test_loading_imports_no_numpy_and_parses_nothing() -> None:
    code = "import sys, stdlib.library as l; l.load(); print([m for m in ('numpy', 'compiler.text.parse') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "signature", ["ewm(x)", "ewm(x: series<u>)", "f(x: thing) -> truth", "f(x: series<u>, n: window > 2) -> truth"]
)
def test_a_declaration_that_is_no_signature_is_refused(signature: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        primitive(signature, "", source="", example="", warmup=lambda: 0, state=lambda: 0, cost=lambda: 0.0)


def test_a_window_over_a_unit_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(CompileError):
        compile_text('apx 1\nstrategy "t"\ntrade "X" every 1d\nlet v = covariance(close, volume, 5) + close\nplot v\n', LIBRARY)


# ---------------------------------------------------------------- published numbers

INTEL = [
    22.27, 22.19, 22.08, 22.17, 22.18, 22.13, 22.23, 22.43, 22.24, 22.29, 22.15, 22.39, 22.38, 22.61, 23.36, 24.05,
    23.75, 23.83, 23.95, 23.63, 23.82, 23.87, 23.65, 23.19, 23.10, 23.33, 22.68, 23.10, 22.40, 22.17,
]  # fmt: skip
"""The ten-day moving average example of StockCharts' ChartSchool."""
NASDAQ = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
    45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515,
    45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
]  # fmt: skip
"""The relative strength example of StockCharts' ChartSchool."""
PUBLISHED = {
    "sma(close, 10)": (INTEL, 9, [
        22.22, 22.21, 22.23, 22.26, 22.31, 22.42, 22.61, 22.77, 22.91, 23.08, 23.21, 23.38, 23.53, 23.65, 23.71,
        23.69, 23.61, 23.51, 23.43, 23.28, 23.13,
    ]),
    "ema(close, 10)": (INTEL, 9, [
        22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.80, 22.97, 23.13, 23.28, 23.34, 23.43, 23.51, 23.54, 23.47,
        23.40, 23.39, 23.26, 23.23, 23.08, 22.92,
    ]),
    "rsi(close, 14)": (NASDAQ, 14, [
        70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99, 41.46, 41.87,
        45.46, 37.30, 33.08, 37.77,
    ]),
}  # fmt: skip


@pytest.mark.parametrize("call", PUBLISHED)
def test_published_numbers_come_out(call: str) -> None:
    close, first, expected = PUBLISHED[call]
    found = evaluate({"v": call}, {"close": close}, len(close))["v"]
    assert all(v != v for v in found[:first])
    # The publisher rounds prices and results to two places.
    assert found[first:] == pytest.approx(expected, abs=0.0101)


# ---------------------------------------------------------------- what the documentation says


def series(call: str, close: list[float], **others: list[float]) -> list[float]:
    given = {"close": close, **others}
    return evaluate({"v": call}, given, len(close))["v"]


def alike(found: list[float], expected: list[float | None]) -> bool:
    return len(found) == len(expected) and all(
        f != f if e is None else f == pytest.approx(e, rel=1e-12, abs=1e-12) for f, e in zip(found, expected, strict=True)
    )


def test_examples_in_the_documentation_hold() -> None:
    assert alike(series("change(close)", [1, 3, 2]), [None, 2, -1])
    assert alike(series("gain(close)", [1, 3, 2]), [None, 2, 0])
    assert alike(series("loss(close)", [1, 3, 2]), [None, 0, 1])
    assert alike(series("sma(close, 3)", [1, 2, 3, 4]), [None, None, 2, 3])
    assert alike(series("ema(close, 3)", [1, 2, 3, 4]), [None, None, 2, 3])
    assert alike(series("wilder(close, 2)", [1, 3, 4]), [None, 2, 3])
    assert alike(series("remainder(close, 2)", [-1, 5, 4]), [1, 1, 0])


def test_rsi_is_100_without_losses_and_flat_prices_have_no_losses() -> None:
    assert alike(series("rsi(2)", [1, 2, 3, 4]), [None, None, 100, 100])
    assert alike(series("rsi(2)", [5, 5, 5, 5]), [None, None, 100, 100])


def test_an_atr_counts_the_range_of_the_first_bar() -> None:
    high, low, close = [3.0, 5.0, 6.0], [1.0, 4.0, 5.0], [2.0, 5.0, 5.0]
    assert alike(series("true_range()", close, high=high, low=low), [2, 3, 1])
    assert alike(series("atr(2)", close, high=high, low=low), [None, 2.5, 1.75])


def test_zero_reach_and_zero_volume_are_unknown_and_not_an_error() -> None:
    flat = [5.0] * 6
    for call in (
        "cci(close, 3)",
        "zscore(close, 3)",
        "stochastic(3).k",
        "williams_r(3)",
        "vwma(close, 3)",
        "correlation(close, open, 3)",
    ):
        found = series(call, flat, open=flat, high=flat, low=flat, volume=[0.0] * 6)
        assert all(v != v for v in found), call


def slow_supertrend(
    high: list[float], low: list[float], close: list[float], factor: float, length: int
) -> list[tuple[float, float]]:
    """Value and direction, bar by bar, from the description alone."""
    ranges = [
        h - lo if i == 0 else max(h, close[i - 1]) - min(lo, close[i - 1])
        for i, (h, lo) in enumerate(zip(high, low, strict=True))
    ]
    found: list[tuple[float, float]] = []
    reach = upper = lower = direction = math.nan
    for i in range(len(close)):
        if i < length - 1:
            found.append((math.nan, math.nan))
            continue
        reach = sum(ranges[:length]) / length if i == length - 1 else reach + (ranges[i] - reach) / length
        over, under = (high[i] + low[i]) / 2 + factor * reach, (high[i] + low[i]) / 2 - factor * reach
        if i == length - 1:
            upper, lower, direction = over, under, -1.0
        else:
            upper = over if over < upper or close[i - 1] > upper else upper
            lower = under if under > lower or close[i - 1] < lower else lower
            direction = (-1.0 if close[i] < lower else 1.0) if direction > 0 else (1.0 if close[i] > upper else -1.0)
        found.append((lower if direction > 0 else upper, direction))
    return found


def slow_sar(high: list[float], low: list[float], close: list[float], start: float, step: float, most: float) -> list[float]:
    """The stop line, bar by bar, from the description alone."""
    found = [math.nan]
    up = close[1] > close[0]
    far, line, pace = (high[1], low[0], start) if up else (low[1], high[0], start)
    for i in range(1, len(close)):
        line = line + pace * (far - line)
        if (line > low[i]) if up else (line < high[i]):
            line = max(high[i], far) if up else min(low[i], far)
            up, pace = not up, start
            far = high[i] if up else low[i]
        elif (high[i] > far) if up else (low[i] < far):
            far, pace = (high[i] if up else low[i]), min(pace + step, most)
        for j in range(max(i - 2, 0), i):
            line = min(line, low[j]) if up else max(line, high[j])
        found.append(line)
    return found


def test_supertrend_and_parabolic_sar_follow_their_description_bar_by_bar(market: dict[str, list[float]]) -> None:
    high, low, close = market["high"], market["low"], market["close"]
    calls = {
        "value": "supertrend(2, 7).value",
        "direction": "supertrend(2, 7).direction",
        "line": "parabolic_sar(0.02, 0.03, 0.2)",
    }
    found = evaluate(calls, market, len(close))
    expected = slow_supertrend(high, low, close, 2.0, 7)
    assert found["value"] == pytest.approx([v for v, _ in expected], rel=1e-12, nan_ok=True)
    assert found["direction"] == pytest.approx([d for _, d in expected], nan_ok=True)
    assert len({d for d in found["direction"] if d == d}) == 2
    assert found["line"] == pytest.approx(slow_sar(high, low, close, 0.02, 0.03, 0.2), rel=1e-12, nan_ok=True)


def test_vwap_starts_anew_with_the_day() -> None:
    price, volume, day = [10.0, 20.0, 30.0, 40.0], [1.0, 3.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]
    found = evaluate(
        {"line": "vwap(close, 2).line", "upper": "vwap(close, 2).upper"}, {"close": price, "volume": volume, "time.day": day}, 4
    )
    assert found["line"] == pytest.approx([10.0, 17.5, 30.0, 35.0])
    assert found["upper"] == pytest.approx([10.0, 17.5 + 2 * math.sqrt(18.75), 30.0, 45.0])


@pytest.mark.parametrize("half", [0, 1])
def test_half_of_all_functions_go_into_one_program(half: int) -> None:
    lets = []
    for i, name in enumerate(list(LIBRARY.definitions)[half::2]):
        call, outputs = call_of(name)
        lets.append(f"let v{i} = {call}{'.' + outputs[0] if outputs else ''}\n")
    program = compile_text(
        f'apx 1\nstrategy "all"\ntrade "X" every 1d\n{"".join(lets)}plot {", ".join(f"v{i}" for i in range(len(lets)))}\n',
        LIBRARY,
    )
    assert {c.name for c in program.plan().columns} >= {f"v{i}" for i in range(len(lets))}


STATEFUL = (
    "kama(close, 3)", "vidya(close, 3, 3)", "mcginley(close, 3)", "fisher(3).line", "streak(close)", "parabolic_sar()", "supertrend(2, 3).value",
    "supertrend(2, 3).direction", "highest_ever(high)", "lowest_ever(low)", "highest_since(close > open)", "lowest_since(close > open)",
    "count_ever(close > open)", "positive_volume_index()", "negative_volume_index()", "ema(close, 3)", "obv()", "rsi(close, 3)",
)  # fmt: skip


@pytest.mark.parametrize("call", STATEFUL)
def test_an_unknown_input_gives_unknown_on_that_bar_and_is_over_soon(call: str) -> None:
    whole = bars(60)
    hole = {
        name: [math.nan if i == 30 and values and name != "time.day" else v for i, v in enumerate(values)]
        for name, values in whole.items()
    }
    for each in (whole, hole):
        high, low, close, opened = (each[name] for name in ("high", "low", "close", "open"))
        each["hl2"] = [(h + lo) / 2 for h, lo in zip(high, low, strict=True)]
        each["hlc3"] = [(h + lo + c) / 3 for h, lo, c in zip(high, low, close, strict=True)]
        each["ohlc4"] = [(o + h + lo + c) / 4 for o, h, lo, c in zip(opened, high, low, close, strict=True)]
    before = evaluate({"found": call}, whole, 60)["found"]
    found = evaluate({"found": call}, hole, 60)["found"]
    assert found[:30] == pytest.approx(before[:30], nan_ok=True)
    assert math.isnan(found[30])
    assert not any(math.isnan(v) for v in found[40:])


@pytest.mark.parametrize("call", ["fisher(5).line", "positive_volume_index()", "negative_volume_index()", "streak(close)"])
def test_nothing_is_known_in_warm_up_that_no_bar_has_said(call: str) -> None:
    one = {name: [values[0]] for name, values in bars(2).items() if values} | {"hl2": [100.0], "hlc3": [100.0], "ohlc4": [100.0]}
    assert math.isnan(evaluate({"found": call}, one, 1)["found"][0])

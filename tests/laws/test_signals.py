"""The laws of signals, on generated programs and hostile markets."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compiler.facts import extents
from runtime.candles import Candles
from tests.generators.markets import KINDS, market, markets
from tests.generators.programs import programs
from tests.laws.running import assert_same_bits, compiled, interpreter_columns, kernel_columns, one_nan

SIGNALS = programs(orders=False)


@given(text=SIGNALS, candles=markets(60))
def test_interpreter_and_kernels_give_the_same_bits(text: str, candles: Candles) -> None:
    program = compiled(text)
    assert_same_bits(kernel_columns(program, candles), interpreter_columns(program, candles), text)


@given(text=SIGNALS, candles=markets(120), chunks=st.lists(st.integers(1, 40), min_size=1, max_size=5), save=st.booleans())
def test_any_chunking_with_any_save_and_restore_gives_the_same_bits(
    text: str, candles: Candles, chunks: list[int], save: bool
) -> None:
    program = compiled(text)
    assert_same_bits(kernel_columns(program, candles), kernel_columns(program, candles, tuple(chunks), save), text)


@given(text=SIGNALS, seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(KINDS), cut=st.integers(1, 99))
def test_changing_the_future_changes_nothing_before_it(text: str, seed: int, kind: str, cut: int) -> None:
    program = compiled(text)
    candles, other = market(seed, kind, 100), market(seed + 1, "wild", 100)
    columns = {
        n: np.concatenate([getattr(candles, n)[:cut], getattr(other, n)[cut:]])
        for n in ("open", "high", "low", "close", "volume")
    }
    changed = Candles.from_arrays(time=candles.time.astype("M8[us]"), **columns)
    before, after = kernel_columns(program, candles), kernel_columns(program, changed)
    assert_same_bits({n: c[:cut] for n, c in before.items()}, {n: c[:cut] for n, c in after.items()}, text)


@given(text=programs(orders=False, literals=False), seed=st.integers(0, 2**32 - 1), power=st.sampled_from([-20, -3, 1, 10]))
def test_scaling_all_prices_by_a_power_of_two_changes_no_condition(text: str, seed: int, power: int) -> None:
    text = text.replace("floor(", "abs(").replace("round(", "abs(").replace("obv", "abs")
    program = compiled(text)
    candles = market(seed, "wild", 80)
    scaled = {n: getattr(candles, n) * 2.0**power for n in ("open", "high", "low", "close")}
    other = Candles.from_arrays(time=candles.time.astype("M8[us]"), volume=candles.volume, **scaled)
    before, after = kernel_columns(program, candles), kernel_columns(program, other)
    truths = [c.name for c in program.plan().columns if c.kind == "truth" and c.register >= 0]
    assert_same_bits({n: before[n] for n in truths}, {n: after[n] for n in truths}, text)
    for column in program.plan().columns:
        if column.unit == "price" and column.register >= 0:
            assert one_nan(before[column.name] * 2.0**power).tobytes() == one_nan(after[column.name]).tobytes(), (
                column.name,
                text,
            )


@given(text=programs(orders=False, finite=True), seed=st.integers(0, 2**32 - 1))
def test_replacing_an_unknown_by_any_value_never_flips_what_was_known(text: str, seed: int) -> None:
    program = compiled(text)
    candles = market(seed, "holes", 70)  # the calm market of the same seed with values missing
    known = kernel_columns(program, market(seed, "calm", 70))
    before = kernel_columns(program, candles)
    kinds = {c.name: c.kind for c in program.plan().columns}
    for name, column in before.items():
        was_known = column != 1.0 if kinds[name] == "truth" else ~np.isnan(column)
        assert one_nan(column[was_known]).tobytes() == one_nan(known[name][was_known]).tobytes(), (name, text)


@given(text=SIGNALS, seed=st.integers(0, 2**32 - 1))
def test_warm_up_is_exact_where_it_does_not_depend_on_values(text: str, seed: int) -> None:
    program = compiled(text)
    candles = market(seed, "wild", 200)
    built, _ = program.optimised()
    found = extents(built.graph, built.roots, program.library)
    columns = kernel_columns(program, candles)
    kinds = {c.name: c.kind for c in program.plan().columns}
    for output in built.outputs:
        extent = found[output.node.id]
        if extent.maybe or output.name not in columns:
            continue
        column = columns[output.name]
        known = column != 1.0 if kinds[output.name] == "truth" else ~np.isnan(column)
        assert not known[: extent.warmup].any(), (output.name, extent, text)
        assert known[extent.warmup :].all(), (output.name, extent, text)


@given(text=programs(orders=False, finite=True), seed=st.integers(0, 2**32 - 1), bad=st.sampled_from([np.nan, 1e17]))
def test_one_bad_bar_is_forgotten_when_it_leaves_the_windows(text: str, seed: int, bad: float) -> None:
    program = compiled(text)
    candles = market(seed, "calm", 400)
    columns = {n: getattr(candles, n).copy() for n in ("open", "high", "low", "close", "volume")}
    columns["close"][20] = columns["high"][20] = bad
    hurt = kernel_columns(program, Candles.from_arrays(time=candles.time.astype("M8[us]"), **columns))
    clean = kernel_columns(program, candles)
    reach = 20 + program.plan().settle + 1
    assert reach < 400
    assert_same_bits({n: c[reach:] for n, c in clean.items()}, {n: c[reach:] for n, c in hurt.items()}, text)

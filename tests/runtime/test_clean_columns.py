"""Columns that are known to be clean are not looked through again, and what is not clean is cleaned all the same."""

from __future__ import annotations

import gc

import numpy as np
import pytest

import apextrade as apx
from runtime import clean_columns
from runtime.clean_columns import are_clean

NOT_CLEAN = (np.inf, -np.inf, np.nan, -0.0)


def frozen(*values: float) -> np.ndarray:  # type: ignore[type-arg]
    column = np.array(values)
    column.flags.writeable = False
    return column


def test_a_column_that_can_be_written_to_is_never_known_to_be_clean() -> None:
    assert not are_clean([np.ones(3)])
    assert are_clean([frozen(1.0, 2.0), frozen()])


@pytest.mark.parametrize("value", NOT_CLEAN)
def test_one_value_that_is_not_clean_is_found(value: float) -> None:
    assert not are_clean([frozen(1.0, 2.0), frozen(1.0, value, 2.0)])


def test_a_column_is_looked_through_once_and_forgotten_with_its_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    column = frozen(1.0, 2.0)
    key = id(column)
    assert are_clean([column])
    monkeypatch.setattr(clean_columns, "cleaned", lambda _: pytest.fail("it was looked through again"))
    assert are_clean([column])
    del column
    gc.collect()
    assert key not in clean_columns._seen


@pytest.mark.parametrize("value", NOT_CLEAN)
def test_a_run_over_such_bars_gives_what_the_interpreter_gives(value: float) -> None:
    program = apx.compile(
        'apx 1\nstrategy "C"\ntrade "X" every 1d\nlet a = volume + 1\nlet b = 1 / volume\nlet c = volume[1] > 2\n'
    )
    n = 600
    prices = 10.0 + np.arange(n) % 7
    volume = 1.0 + np.arange(n) % 5
    clean = apx.Candles.from_arrays(
        time=np.arange(n) * 86_400, open=prices, high=prices, low=prices, close=prices, volume=volume, symbol="X"
    )
    dirty = volume.copy()
    dirty[n // 2] = value
    dirty.flags.writeable = False
    for candles in (clean, clean.__class__(clean.time, clean.open, clean.high, clean.low, clean.close, dirty, symbol="X")):
        for _ in range(2):
            found, wanted = program.run(candles), apx.interpret(program, candles)
            assert all(found[name].tobytes() == wanted[name].tobytes() for name in ("a", "b", "c"))

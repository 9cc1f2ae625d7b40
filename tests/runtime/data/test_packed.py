"""Bars as bytes and back: every bit, every fact, and nothing else is taken for bars."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from runtime.candles import Candles
from runtime.data.packed import COLUMNS, pack, unpack
from runtime.data.problems import DataError
from tests.generators.markets import market


def same(one: Candles, other: Candles) -> None:
    for name in COLUMNS:
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name
        assert not getattr(other, name).flags.writeable
    assert (one.factor is None) == (other.factor is None)
    assert one.factor is None or one.factor.tobytes() == other.factor.tobytes()
    for name in {field.name for field in fields(Candles)} - {*COLUMNS, "factor", "beside", "finer", "_calendar"}:
        assert getattr(one, name) == getattr(other, name), name
    assert sorted(one.beside) == sorted(other.beside)
    for symbol, bars in one.beside.items():
        same(bars, other.beside[symbol])
    assert (one.finer is None) == (other.finer is None)
    if one.finer is not None and other.finer is not None:
        same(one.finer, other.finer)


def test_bars_come_back_with_all_that_they_carry() -> None:
    one = market(3, "hostile", 300)
    columns = {name: getattr(one, name)[::-1] for name in COLUMNS}  # that they were sorted is among the repairs
    bars = Candles.from_arrays(**columns, factor=np.repeat([1.0, 2.0], 150), symbol="A").following("XNYS").quoted_in("EUR")
    bars = bars.with_others({"B": market(4, "calm", 50), "A": market(5, "calm", 20)}).with_finer(market(6, "calm", 90))
    assert bars.factor is not None
    assert bars.repairs
    found = unpack(pack(bars))
    same(bars, found)
    assert pack(found) == pack(bars), "the same bars are the same bytes"


@pytest.mark.parametrize("cut", [0, 10, 30, 500, -8, -1])
def test_bytes_that_are_no_bars_are_refused(cut: int) -> None:
    packed = pack(market(3, "calm", 40))
    with pytest.raises(DataError, match="no packed bars"):
        unpack(packed[:cut])
    with pytest.raises(DataError, match="left over"):
        unpack(packed + b"\0")

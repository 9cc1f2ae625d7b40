"""Bars checked a part at a time are the bars checked at once, in the same words."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runtime.candles import Candles
from runtime.data.problems import DataError
from runtime.history.needs_whole import NeedsWhole
from runtime.history.stored import look_over
from tests.generators.files import written

NEVER = np.iinfo(np.int64).min
BAD = (float("nan"), float("inf"), -1.0, 0.0, -0.0, 1e200, 1e-9)
NAMES = ("open", "high", "low", "close", "volume")


def columns(seed: int, rows: int, holes: float) -> dict[str, np.ndarray]:
    """Prices of which some are what no price can be."""
    rng = np.random.default_rng(seed)
    values = {name: np.round(rng.uniform(90, 110, rows), 2) for name in NAMES}
    if holes:
        for column in values.values():
            at = rng.random(rows) < holes
            column[at] = rng.choice(BAD, int(at.sum()))
    else:
        values["high"], values["low"] = values["high"] + 30, values["low"] - 30
    return values


def parts_of(path: Path, size: int, **cut: int) -> tuple[list[np.ndarray], tuple[str, ...]]:
    file = look_over(path, symbol="X", **cut)
    found: list[list[np.ndarray]] = [[] for _ in range(6)]
    seen = None
    for block in file.blocks(size):
        seen = block.seen
        for into, name in zip(found, ("time", *NAMES), strict=True):
            into.append(getattr(block.candles, name))
    assert seen is not None
    sentences = tuple(p.sentence for p in (*file.problems, *seen.problems("row")))
    return [np.concatenate(column) for column in found], sentences


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 60),
    holes=st.sampled_from((0.0, 0.01, 0.2, 0.9)),
    repeats=st.booleans(),
    lost=st.booleans(),
    size=st.integers(1, 25),
)
def test_parts_of_any_size_give_the_bars_and_the_sentences_of_the_whole(
    seed: int, rows: int, holes: float, repeats: bool, lost: bool, size: int
) -> None:
    rng = np.random.default_rng(seed + 1)
    time = 1_600_000_000_000_000 + np.cumsum(rng.choice([60, 60, 60, 120], rows)) * 1_000_000
    values = columns(seed, rows, holes)
    if repeats:  # value for value
        again = np.sort(np.append(np.arange(rows), rng.integers(0, rows, max(1, rows // 5))))
        time, values = time[again], {name: column[again] for name, column in values.items()}
    if lost:
        time = time.copy()
        time[rng.integers(0, len(time))] = NEVER
    with TemporaryDirectory() as folder:
        path = written(Path(folder) / "bars.parquet", time, values, group=7)
        refused = ""
        try:
            whole = Candles.from_parquet(path, symbol="X")
        except DataError as error:
            refused = error.message
        if refused:
            with pytest.raises(DataError) as of_parts:
                parts_of(path, size)
            assert of_parts.value.message == refused
            return
        found, sentences = parts_of(path, size)
        file = look_over(path, symbol="X")
        assert sentences == tuple(p.sentence for p in whole.repairs)
        for column, name in zip(found, ("time", *NAMES), strict=True):
            assert column.tobytes() == getattr(whole, name).tobytes(), name
        assert (file.specimen.timeframe, file.specimen.price_step()) == (whole.timeframe, whole.price_step())


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_rows_of_one_time_that_differ_are_refused_wherever_a_part_ends(tmp_path: Path, size: int) -> None:
    time = np.array([0, 60, 120, 120, 180]) * 1_000_000 + 1_600_000_000_000_000
    path = written(tmp_path / "bars.parquet", time, columns(1, 5, 0.0))
    with pytest.raises(DataError) as whole:
        Candles.from_parquet(path)
    with pytest.raises(DataError) as parts:
        parts_of(path, size)
    assert parts.value.message == whole.value.message


def test_bars_out_of_order_are_refused_with_what_to_do(tmp_path: Path) -> None:
    time = np.array([0, 120, 60, 180]) * 1_000_000 + 1_600_000_000_000_000
    path = written(tmp_path / "bars.parquet", time, columns(1, 4, 0.0), group=2)
    with pytest.raises(NeedsWhole, match=r"1 bar is earlier than the one above \(first row 3\)\. Sort the file by time"):
        look_over(path)


def test_bars_outside_the_wanted_times_are_as_if_they_did_not_exist(tmp_path: Path) -> None:
    time = np.arange(50) * 60_000_000 + 1_600_000_000_000_000
    path = written(tmp_path / "bars.parquet", time, columns(3, 50, 0.0), group=9)
    low, high = int(time[11]), int(time[40])
    whole = Candles.from_parquet(path, symbol="X").between(np.datetime64(low, "us"), np.datetime64(high, "us"))
    for size in (1, 4, 100):
        found, _ = parts_of(path, size, low=low, high=high)
        for column, name in zip(found, ("time", *NAMES), strict=True):
            assert np.array_equal(column, getattr(whole, name)), name
    with pytest.raises(DataError, match="There are no bars"):
        look_over(path, low=int(time[-1]) + 1)


@pytest.mark.parametrize("symbol", ["AAA", "bbb"])
def test_a_symbol_is_picked_from_a_file_of_several(tmp_path: Path, symbol: str) -> None:
    time = np.repeat(np.arange(40) * 60_000_000 + 1_600_000_000_000_000, 2)
    values: dict[str, object] = dict(columns(4, 80, 0.0))
    values["symbol"] = ["AAA", "BBB"] * 40
    path = written(tmp_path / "bars.parquet", time, values, group=11)  # type: ignore[arg-type]
    whole = Candles.from_parquet(path, symbol=symbol)
    file = look_over(path, symbol=symbol)
    close = np.concatenate([block.candles.close for block in file.blocks(7)])
    assert np.array_equal(close, whole.close)
    assert file.specimen.timeframe == whole.timeframe == 60
    with pytest.raises(DataError, match="several symbols: AAA and BBB"):
        look_over(path)
    with pytest.raises(DataError, match="holds no bars of CCC"):
        look_over(path, symbol="CCC")


def test_what_only_all_bars_together_tell_is_refused_in_plain_words(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    values = columns(5, 10, 0.0)
    time = 1_600_000_000_000_000 + np.arange(10) * 60_000_000
    with pytest.raises(NeedsWhole, match="adjustment factors"):
        look_over(written(tmp_path / "a.parquet", time, {**values, "factor": np.ones(10)}))
    pq.write_table(pa.table({"time": ["2020-01-01"] * 10, **values}), tmp_path / "b.parquet")
    with pytest.raises(NeedsWhole, match="no timestamps"):
        look_over(tmp_path / "b.parquet")
    pq.write_table(pa.table({"time": np.arange(10), **values}), tmp_path / "c.parquet")
    with pytest.raises(NeedsWhole, match="small numbers"):
        look_over(tmp_path / "c.parquet")
    (tmp_path / "d.csv").write_text("time,open\n")
    with pytest.raises(NeedsWhole, match="not a Parquet file"):
        look_over(tmp_path / "d.csv")


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_times_that_are_numbers_count_in_any_unit(tmp_path: Path, unit: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    time = (1_600_000_000 + np.arange(30) * 60) * unit
    pq.write_table(pa.table({"time": time, **columns(6, 30, 0.0)}), tmp_path / "bars.parquet")
    whole = Candles.from_parquet(tmp_path / "bars.parquet")
    assert np.array_equal(np.concatenate([b.candles.time for b in look_over(tmp_path / "bars.parquet").blocks(4)]), whole.time)

"""Candles: made from any kind of columns, cut, dated, told apart."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.candles import Candles
from runtime.data.bar_calendar import CALENDAR
from runtime.data.problems import DataError

PRICES = {"open": [1.0, 2.0, 3.0], "high": [2.0, 3.0, 4.0], "low": [1.0, 2.0, 3.0], "close": [2.0, 3.0, 4.0], "volume": [5, 6, 7]}
EAST = timezone(timedelta(hours=-5))
INSTANTS = np.array(["2024-03-01T14:30", "2024-03-01T14:45", "2024-03-01T15:00"], "M8[us]")


@pytest.mark.parametrize(
    "time",
    [
        INSTANTS,
        INSTANTS.astype("M8[ns]"),
        INSTANTS.astype("M8[s]").astype(np.int64),
        INSTANTS.astype("M8[ms]").astype(np.int64).tolist(),
        INSTANTS.astype("M8[ns]").astype(np.int64),
        INSTANTS.astype("M8[s]").astype(np.float64),
        ["2024-03-01T14:30Z", "2024-03-01T14:45Z", "2024-03-01T15:00Z"],
        np.array(["2024-03-01 09:30-05:00", "2024-03-01 09:45-05:00", "2024-03-01 10:00-05:00"]),
        [
            datetime(2024, 3, 1, 9, 30, tzinfo=EAST),
            datetime(2024, 3, 1, 9, 45, tzinfo=EAST),
            datetime(2024, 3, 1, 10, tzinfo=EAST),
        ],
        [datetime(2024, 3, 1, 14, 30), datetime(2024, 3, 1, 14, 45), datetime(2024, 3, 1, 15)],
        pd.DatetimeIndex(INSTANTS),
        pd.DatetimeIndex(INSTANTS).tz_localize("UTC").tz_convert("America/New_York"),
        pd.Series(pd.DatetimeIndex(INSTANTS).tz_localize("UTC").tz_convert("Asia/Tokyo")),
        list(INSTANTS),
    ],
    ids=lambda t: type(t).__name__,
)
def test_arrays_take_times_of_every_kind(time: object) -> None:
    candles = Candles.from_arrays(time=time, **PRICES)
    assert candles.time.astype("M8[us]").tolist() == INSTANTS.tolist()
    assert candles.timeframe == 900
    assert candles.volume.tolist() == [5.0, 6.0, 7.0]


def test_dates_and_numbers_of_dates_are_days() -> None:
    for time in ([date(2024, 3, 1), date(2024, 3, 4), date(2024, 3, 5)], [20240301, 20240304, 20240305]):
        candles = Candles.from_arrays(time=time, **PRICES)
        assert candles.time.astype("M8[us]").astype("M8[D]").astype(str).tolist() == ["2024-03-01", "2024-03-04", "2024-03-05"]


def test_columns_are_copies_contiguous_and_read_only() -> None:
    close = np.array([2.0, 3.0, 4.0])
    candles = Candles.from_arrays(time=INSTANTS, **{**PRICES, "close": close})
    close[0] = 99.0
    assert candles.close.tolist() == [2.0, 3.0, 4.0]
    for column in (candles.time, candles.open, candles.high, candles.low, candles.close, candles.volume):
        assert column.flags.c_contiguous
        assert column.ndim == 1
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    assert close.flags.writeable
    assert candles.close.dtype == np.float64
    assert candles.time.dtype == np.int64


def test_unequal_lengths_and_what_is_no_number_are_refused() -> None:
    with pytest.raises(DataError, match="high has 2 values, but there are 3 times"):
        Candles.from_arrays(time=INSTANTS, **{**PRICES, "high": [1.0, 2.0]})
    with pytest.raises(DataError, match="close is no column of numbers"):
        Candles.from_arrays(time=INSTANTS, **{**PRICES, "close": ["a", "b", "c"]})
    with pytest.raises(DataError, match="2 dimensions"):
        Candles.from_arrays(time=INSTANTS, **{**PRICES, "close": np.ones((3, 1))})
    with pytest.raises(DataError, match="row 2"):
        Candles.from_arrays(time=["2024-01-01", "soon", "2024-01-03"], **PRICES)
    with pytest.raises(DataError, match="no bars"):
        Candles.from_arrays(time=[], open=[], high=[], low=[], close=[])


def test_one_nan_and_no_negative_zero_leave_the_reader() -> None:
    other_nan = np.array([0x7FF8000000000001], np.uint64).view(np.float64)[0]
    candles = Candles.from_arrays(time=INSTANTS, **{**PRICES, "close": [other_nan, 3.0, -np.nan], "volume": [-0.0, 1.0, 2.0]})
    assert set(candles.close.view(np.uint64)[[0, 2]].tolist()) == {0x7FF8000000000000}
    assert not np.signbit(candles.volume).any()


def test_tables_are_read_by_column_or_index_whatever_the_spelling() -> None:
    index = pd.DatetimeIndex(INSTANTS).tz_localize("UTC").tz_convert("Europe/Berlin")
    upper = {name.title(): values for name, values in PRICES.items()}
    reference = Candles.from_arrays(time=INSTANTS, **PRICES).fingerprint()
    by_index = pd.DataFrame(upper, index=index)
    by_column = pd.DataFrame({"Datetime": INSTANTS, **upper})
    by_text = pd.DataFrame({"Date": [f"{t}Z" for t in INSTANTS], **upper, "Adj Close": 1.0})
    two_levels = by_index.copy()
    two_levels.columns = pd.MultiIndex.from_product([[*upper], ["AAPL"]])
    with_own_na = by_index.astype("Float64")
    for frame in (by_index, by_column, by_text, two_levels, with_own_na):
        assert Candles.from_pandas(frame).fingerprint() == reference


def test_a_table_without_times_is_refused() -> None:
    with pytest.raises(DataError, match="no time"):
        Candles.from_pandas(pd.DataFrame(PRICES))


def test_a_missing_value_of_pandas_is_unknown() -> None:
    frame = pd.DataFrame(PRICES, index=pd.DatetimeIndex(INSTANTS)).astype("Float64")
    frame.iloc[1, 3] = pd.NA
    assert np.isnan(Candles.from_pandas(frame).close).tolist() == [False, True, False]


def test_a_table_made_of_candles_gives_the_same_candles() -> None:
    candles = Candles.from_arrays(time=INSTANTS, **PRICES)
    frame = candles.to_pandas()
    assert str(frame.index.tz) == "UTC"
    assert Candles.from_pandas(frame).fingerprint() == candles.fingerprint()
    frame.iloc[0, 0] = 50.0  # a copy: the candles stay
    assert candles.open[0] == 1.0


def daily(n: int) -> Candles:
    time = np.datetime64("2024-01-01") + np.arange(n)
    close = np.arange(1.0, n + 1)
    return Candles.from_arrays(time=time, open=close, high=close, low=close, close=close, symbol="X")


def test_bars_outside_are_not_there_and_both_ends_are_included() -> None:
    candles = daily(31)
    cut = candles.between("2024-01-10", "2024-01-12")
    assert cut.close.tolist() == [10.0, 11.0, 12.0]
    assert (cut.symbol, cut.timeframe) == ("X", 86_400)
    assert candles.between(None, date(2024, 1, 2)).close.tolist() == [1.0, 2.0]
    assert candles.between(np.datetime64("2024-01-30")).close.tolist() == [30.0, 31.0]
    assert candles.between(datetime(2024, 1, 30, 19, tzinfo=EAST)).close.tolist() == [31.0]
    assert candles.between("2024-01-30T00:00:01Z").close.tolist() == [31.0]
    assert len(candles.between()) == 31
    assert cut.calendar_columns()["time.day"].tolist() == [10.0, 11.0, 12.0]


def test_a_date_alone_as_the_end_is_the_whole_day() -> None:
    time = np.datetime64("2024-01-01T00:00") + 6 * np.arange(8) * np.timedelta64(1, "h")
    close = np.ones(8)
    candles = Candles.from_arrays(time=time, open=close, high=close, low=close, close=close)
    assert len(candles.between("2024-01-01", "2024-01-01")) == 4
    assert len(candles.between("2024-01-01", "2024-01-01T00:00")) == 1


def test_cuts_that_leave_nothing_or_make_no_sense_are_refused() -> None:
    candles = daily(31)
    for start, end, words in (
        ("2025-01-01", None, "no bars from 2025-01-01: the data run from 2024-01-01"),
        ("2024-01-05", "2024-01-04", "is after the end"),
        ("tomorrow", None, "'tomorrow' is not a date or time"),
    ):
        with pytest.raises(DataError, match=words):
            candles.between(start, end)


def test_calendar_columns_are_those_of_the_bars_opens() -> None:
    rng = np.random.default_rng(5)
    micros = np.unique(rng.integers(-2_000_000_000, 4_000_000_000, 500)) * 1_000_000
    close = np.ones(len(micros))
    candles = Candles.from_arrays(time=micros.astype("M8[us]"), open=close, high=close, low=close, close=close)
    columns = candles.calendar_columns()
    assert tuple(columns) == CALENDAR
    for i, t in enumerate(micros.tolist()):
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=t)
        expected = (t / 1e6, moment.hour, moment.minute, moment.isoweekday(), moment.day, moment.month, moment.year)
        assert tuple(column[i] for column in columns.values()) == expected
    assert all(c.dtype == np.float64 and not c.flags.writeable for c in columns.values())


@pytest.mark.parametrize(
    ("days", "step"),
    [
        ([0, 1, 2, 3, 4, 7, 8, 9], 86_400),
        ([0, 7, 14, 21], 604_800),
        ([0, 31, 60, 91, 121, 152], 2_592_000),
        ([0], 0),
    ],
)
def test_the_timeframe_is_the_most_common_step(days: list[int], step: int) -> None:
    close = np.ones(len(days))
    time = np.datetime64("2024-01-01") + np.array(days)
    assert Candles.from_arrays(time=time, open=close, high=close, low=close, close=close).timeframe == step


def test_fingerprints_are_of_the_bars_alone() -> None:
    one = Candles.from_arrays(time=INSTANTS, **PRICES, symbol="A")
    assert one.fingerprint() == Candles.from_arrays(time=INSTANTS.astype("M8[ns]"), **PRICES, symbol="B").fingerprint()
    for name in PRICES:
        changed = {**PRICES, name: [*PRICES[name][:2], 3.5]}
        assert Candles.from_arrays(time=INSTANTS, **changed).fingerprint() != one.fingerprint()
    assert one.between(None, "2024-03-01T14:45").fingerprint() != one.fingerprint()


def test_candles_travel_between_processes() -> None:
    candles = Candles.from_arrays(time=INSTANTS, **{**PRICES, "close": [0.0, 3.0, 4.0]}, symbol="A")
    again = pickle.loads(pickle.dumps(candles))
    assert again.fingerprint() == candles.fingerprint()
    assert again.repairs == candles.repairs
    error = pickle.loads(pickle.dumps(DataError("No.", candles.repairs)))
    assert (str(error), error.problems) == ("No.", candles.repairs)


price = st.floats(min_value=1e-8, max_value=1e15, allow_subnormal=False)
bar = st.tuples(st.integers(-(10**10), 7 * 10**9), price, price, price, price, st.floats(min_value=0, max_value=1e18))


@settings(max_examples=60, deadline=None)
@given(
    bars=st.lists(bar, min_size=1, max_size=30, unique_by=lambda b: b[0]), style=st.sampled_from(["iso", "zone", "us", "slash"])
)
def test_any_bars_written_to_csv_come_back_bit_for_bit(
    bars: list[tuple[float, ...]], style: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = 10**8 if style == "us" else -(5 * 10**9)  # microseconds before 1973 look like a smaller unit
    bars = sorted({max(t, first): (max(t, first), *rest) for t, *rest in bars}.values())
    path: Path = tmp_path_factory.mktemp("trip") / "bars.csv"
    lines = ["time,open,high,low,close,volume"]
    ordered = []
    for second, *prices, volume in bars:
        low, opened, close, high = sorted(prices)
        ordered.append((opened, high, low, close, volume + 0.0))
        moment = np.datetime64(int(second), "s")
        text = {
            "iso": str(moment),
            "zone": f"{moment + np.timedelta64(9, 'h')}+09:00",
            "us": str(np.datetime64(int(second), "s").astype("M8[us]").astype(np.int64)),
            "slash": f"{str(moment)[5:7]}/{str(moment)[8:10]}/{str(moment)[:4]} {str(moment)[11:]}",
        }[style]
        lines.append(",".join([text, *map(repr, ordered[-1])]))
    path.write_text("\n".join(lines))
    candles = Candles.from_csv(path)
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    assert list(zip(*(c.tolist() for c in columns), strict=True)) == ordered
    assert (candles.time // 1_000_000).tolist() == [b[0] for b in bars]

"""What a data spec names: files by their content, samples by their name; gaps and feeds out of step."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runtime.candles import Candles
from runtime.data.gaps import Gap, find_gaps
from runtime.data.out_of_step import out_of_step
from runtime.data.problems import DataError
from runtime.data.resolve import open_data
from runtime.data.samples import SAMPLES
from runtime.data.steps import step_seconds, step_text

CSV = "time,open,high,low,close,volume\n2017-01-03,1,2,1,2,1\n2017-01-04,2,3,2,3,2\n"


@pytest.mark.parametrize(
    "time",
    [
        pa.array(["2017-01-03", "2017-01-04"]),
        pa.array([date(2017, 1, 3), date(2017, 1, 4)]),
        pa.array(np.array(["2017-01-03", "2017-01-04"], "M8[ns]")),
        pa.array([1483401600, 1483488000]),
        pa.array([1483401600, 1483488000], pa.timestamp("s", "America/New_York")),
    ],
    ids=lambda t: str(t.type),
)
def test_parquet_files_give_the_bars_of_the_same_csv(tmp_path: Path, time: pa.Array) -> None:
    csv, parquet = tmp_path / "bars.csv", tmp_path / "bars.data"
    csv.write_text(CSV)
    columns = {
        "Date": time, "Open": pa.array([1, 2]), "High": pa.array([2.0, 3.0]), "Low": pa.array([1.0, 2.0], pa.float32()),
        "Close": pa.array([Decimal("2"), Decimal("3")]), "Volume": pa.array([1, 2]),
    }  # fmt: skip
    pq.write_table(pa.table(columns), parquet)
    assert open_data(str(parquet), store=tmp_path).fingerprint() == open_data(str(csv), store=tmp_path).fingerprint()


def test_nulls_of_parquet_are_unknown_and_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bars.parquet"
    columns = {"time": [1483401600, 1483488000], "open": [1.0, None], "high": [2.0, 3.0], "low": [1.0, 2.0], "close": [2.0, 3.0]}
    pq.write_table(pa.table(columns), path)
    candles = Candles.from_parquet(path)
    assert np.isnan(candles.open).tolist() == [False, True]
    assert [p.kind for p in candles.repairs] == ["no_volume", "unknown_price"]
    pq.write_table(pa.table({**columns, "close": ["2", "3"]}), path)
    with pytest.raises(DataError, match=r"close of bars\.parquet holds string, not numbers"):
        Candles.from_parquet(path)


@pytest.mark.parametrize(("name", "bars"), [("AAPL", 3270), ("msft", 3270), ("Ibm", 3270), ("goog", 2148)])
def test_samples_are_daily_bars_by_name_in_any_case(tmp_path: Path, name: str, bars: int) -> None:
    candles = open_data(name, store=tmp_path)
    assert (len(candles), candles.symbol, candles.timeframe) == (bars, name.upper(), 86_400)
    assert candles.source == f"sample {name.upper()}"
    assert np.isfinite(candles.close).all()
    assert str(candles.last_time)[:10] == "2013-03-01"


@pytest.mark.parametrize(
    ("name", "day", "as_traded"), [("AAPL", "2000-06-20", 101.25), ("AAPL", "2005-02-25", 88.99), ("MSFT", "2003-02-14", 48.3)]
)
def test_samples_are_adjusted_for_splits_and_say_so(tmp_path: Path, name: str, day: str, as_traded: float) -> None:
    candles = open_data(name, store=tmp_path)
    at = int(np.searchsorted(candles.time, np.datetime64(day, "us").astype(np.int64)))
    ratio = 4 if (name, day) == ("AAPL", "2000-06-20") else 2
    assert candles.close[at] == as_traded / ratio
    assert abs(candles.close[at + 1] / candles.close[at] - 1) < 0.12  # no false loss at the split
    assert "split_adjusted" in [p.kind for p in candles.repairs]


def test_an_unknown_name_is_answered_with_the_nearest_and_the_list(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="Did you mean AAPL") as caught:
        open_data("AAPLE", store=tmp_path)
    assert all(name in str(caught.value) for name in SAMPLES)
    with pytest.raises(DataError, match=r"no file .*absent\.csv"):
        open_data(str(tmp_path / "absent.csv"), store=tmp_path)
    with pytest.raises(DataError, match="is a folder"):
        open_data(str(tmp_path), store=tmp_path)
    with pytest.raises(DataError, match="No data were named"):
        open_data("  ", store=tmp_path)


def test_a_sample_or_a_csv_is_read_without_pandas_or_pyarrow(tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text(CSV)
    code = (
        "import sys; from pathlib import Path; from runtime.data.resolve import open_data;"
        f"open_data('AAPL', store=Path('.')); open_data({str(tmp_path / 'bars.csv')!r}, store=Path('.'));"
        "print([m for m in ('pandas', 'pyarrow', 'bokeh_sampledata') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert run.stdout.strip() == "[]"


def micros(*texts: str) -> np.ndarray:
    return np.array(texts, "M8[us]").astype(np.int64)


def test_weekends_are_no_gaps_of_daily_bars_but_missing_weekdays_are() -> None:
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-03-01"))
    open_days = days[np.is_busday(days)]
    assert find_gaps(open_days.astype("M8[us]").astype(np.int64), 86_400) == ()
    kept = open_days[(open_days != np.datetime64("2024-01-18")) & (open_days != np.datetime64("2024-01-19"))]
    after, before = micros("2024-01-17", "2024-01-22")
    assert find_gaps(kept.astype("M8[us]").astype(np.int64), 86_400) == (Gap(int(after), int(before), 2),)


def test_a_missing_saturday_is_a_gap_where_saturdays_trade() -> None:
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-03-01"))
    kept = days[days != np.datetime64("2024-02-10")]
    assert [g.missing for g in find_gaps(kept.astype("M8[us]").astype(np.int64), 86_400)] == [1]


def session_minutes() -> np.ndarray:
    days = np.arange(np.datetime64("2024-01-01"), np.datetime64("2024-02-01"))
    days = days[np.is_busday(days)]
    minutes = np.arange(390) * np.timedelta64(1, "m") + np.timedelta64(14 * 60 + 30, "m")
    return (days[:, None].astype("M8[m]") + minutes).ravel().astype("M8[us]").astype(np.int64)


def test_nights_and_weekends_of_a_session_are_no_gaps_but_missing_minutes_and_days_are() -> None:
    time = session_minutes()
    assert find_gaps(time, 60) == ()
    lost = micros("2024-01-17T15:00", "2024-01-17T15:01")
    gaps = find_gaps(time[~np.isin(time, lost)], 60)
    assert [(g.after, g.missing) for g in gaps] == [(int(micros("2024-01-17T14:59")[0]), 2)]
    day = (time >= micros("2024-01-17")[0]) & (time < micros("2024-01-18")[0])
    assert [g.missing for g in find_gaps(time[~day], 60)] == [390]


def test_every_missing_bar_is_a_gap_in_a_market_that_never_closes() -> None:
    time = micros("2024-01-01")[0] + 900_000_000 * np.arange(96 * 20)
    kept = np.delete(time, [5, 500, 501, 502])
    assert [g.missing for g in find_gaps(kept, 900)] == [1, 3]


def test_months_of_different_lengths_are_no_gaps() -> None:
    months = np.arange(np.datetime64("2020-01"), np.datetime64("2024-01")).astype("M8[us]").astype(np.int64)
    assert find_gaps(months, 2_592_000) == ()
    assert [g.missing for g in find_gaps(np.delete(months, 7), 2_592_000)] == [1]


def test_feeds_out_of_step_are_told_by_what_each_lacks() -> None:
    def made(days: list[str], symbol: str) -> Candles:
        close = np.ones(len(days))
        return Candles.from_arrays(time=days, open=close, high=close, low=close, close=close, symbol=symbol)

    base = made(["2024-01-01", "2024-01-02", "2024-01-03"], "A")
    assert out_of_step(base, made(["2024-01-01", "2024-01-02", "2024-01-03"], "B")) == ()
    found = out_of_step(base, made(["2024-01-02", "2024-01-03", "2024-01-04"], "B"))
    assert [(p.rows, p.first_rows) for p in found] == [(1, (1,)), (1, (3,))]
    assert "1 bar of A without a bar of B, the first at 2024-01-01" in found[0].sentence
    assert "share no time at all" in out_of_step(base, made(["2025-01-01", "2025-01-02"], "B"))[-1].sentence
    assert "every 1d" in out_of_step(base, made(["2024-01-01T00:00", "2024-01-01T01:00"], "B"))[0].sentence


@pytest.mark.parametrize("text", ["30s", "1m", "5m", "15m", "1h", "4h", "1d", "1w", "1mo"])
def test_bar_lengths_are_written_as_they_are_read(text: str) -> None:
    assert step_text(step_seconds(text)) == text

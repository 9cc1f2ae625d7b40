"""Files that are wrong: repaired aloud, or refused in words that name the file and the line."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.candles import Candles
from runtime.data.problems import DataError, Problem
from runtime.data.report import check

HEADER = "time,open,high,low,close,volume\n"


def read(folder: Path, text: str | bytes, **options: str) -> Candles:
    path = folder / "feed.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Candles.from_csv(path, **options)  # type: ignore[arg-type]


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(DataError) as caught:
        read(folder, text)
    assert caught.value.problems[-1].action == "refused"
    assert "feed.csv" in str(caught.value) or "times" in str(caught.value)
    return str(caught.value)


def only(candles: Candles, kind: str) -> Problem:
    found = [p for p in candles.repairs if p.kind == kind]
    assert len(found) == 1, [p.kind for p in candles.repairs]
    return found[0]


def test_missing_columns_are_named_together_with_those_that_are_there(tmp_path: Path) -> None:
    message = refusal(tmp_path, "date,open,price2,volume\n2017-01-03,1,2,3\n")
    assert "no high, low and close column" in message
    assert "'price2'" in message


def test_a_closing_time_is_no_time_of_a_bar(tmp_path: Path) -> None:
    assert "closing time" in refusal(tmp_path, "close_time,open,high,low,close,volume\n1483401600000,1,2,1,2,3\n")


def test_a_column_named_twice_is_refused(tmp_path: Path) -> None:
    assert "more than one column named 'close'" in refusal(tmp_path, "time,open,high,low,close,close\n2017-01-03,1,2,1,2,2\n")


def test_unsorted_bars_are_sorted_and_stated(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-05,3,4,3,4,3\n2017-01-03,1,2,1,2,1\n2017-01-04,2,3,2,3,2\n")
    assert candles.open.tolist() == [1.0, 2.0, 3.0]
    problem = only(candles, "unsorted")
    assert (problem.action, problem.first_rows) == ("sorted", (3,))


def test_newest_first_is_told_from_disorder(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-05,3,4,3,4,3\n2017-01-04,2,3,2,3,2\n2017-01-03,1,2,1,2,1\n")
    assert candles.open.tolist() == [1.0, 2.0, 3.0]
    assert "newest first" in only(candles, "unsorted").sentence


def test_identical_rows_are_one_bar_and_stated(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,1,2,1,2,\n2017-01-03,1,2,1,2,\n2017-01-04,2,3,2,3,2\n2017-01-03,1,2,1,2,\n")
    assert candles.open.tolist() == [1.0, 2.0]
    problem = only(candles, "duplicate")
    assert (problem.rows, problem.action, problem.first_rows) == (2, "left out", (3, 5))


DIFFERENT = HEADER + "2017-01-03,1,2,1,2,1\n2017-01-03,1,2,1,1.5,1\n2017-01-03,1,2,1,1.75,1\n2017-01-04,2,3,2,3,2\n"


def test_different_rows_of_one_time_are_refused_by_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, DIFFERENT)
    assert "two different bars for 2017-01-03 (lines 2 and 3)" in message


@pytest.mark.parametrize(("policy", "close"), [("first", 2.0), ("last", 1.75)])
def test_a_policy_keeps_the_first_or_last_of_different_rows(tmp_path: Path, policy: str, close: float) -> None:
    candles = read(tmp_path, DIFFERENT, duplicates=policy)
    assert candles.close.tolist() == [close, 3.0]
    problem = only(candles, "duplicate")
    assert (problem.rows, problem.action) == (2, "left out")


def test_empty_and_nan_cells_are_unknown_and_the_bar_stays(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,1,2,1,2,1\n2017-01-04,,,,,\n2017-01-05,NaN,2,null,2,\n")
    assert len(candles) == 3
    assert np.isnan(candles.open).tolist() == [False, True, True]
    assert np.isnan(candles.close).tolist() == [False, True, False]
    assert only(candles, "unknown_price").first_rows == (3, 4)


def test_prices_of_zero_or_less_become_unknown_and_are_stated(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,0,2,1,2,0\n2017-01-04,1,2,-1,2,-5\n")
    assert np.isnan(candles.open).tolist() == [True, False]
    assert np.isnan(candles.low).tolist() == [False, True]
    assert candles.volume[0] == 0.0
    assert np.isnan(candles.volume[1])
    assert only(candles, "not_positive").first_rows == (2, 3)
    assert only(candles, "negative_volume").action == "made unknown"


def test_a_feed_of_zeros_is_said_to_be_of_no_use(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,0,0,0,0,0\n2017-01-04,0,0,0,0,0\n")
    assert any("No bar has a usable close" in p.sentence for p in candles.repairs)


def test_infinite_values_become_unknown_and_are_stated(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,1,inf,1,2,1e999\n")
    assert np.isnan(candles.high[0])
    assert np.isnan(candles.volume[0])
    assert only(candles, "infinite").rows == 1


def test_values_beyond_any_market_become_unknown_as_infinite_ones(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2024-01-02,1,2,1,2,5\n2024-01-03,1,1e300,1,2,5\n")
    assert np.isnan(candles.high[1])
    assert only(candles, "infinite").first_rows == (3,)


def test_a_high_below_the_low_makes_both_unknown(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,1.5,1,2,1.5,1\n2017-01-04,1.5,2,1,1.5,1\n")
    assert np.isnan(candles.high).tolist() == np.isnan(candles.low).tolist() == [True, False]
    assert only(candles, "high_below_low").first_rows == (2,)


def test_a_close_outside_the_range_is_kept_and_stated_but_rounding_is_not(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,100,101,99,102,1\n2017-01-04,100,101,99,101.0000001,1\n")
    assert candles.close.tolist() == [102.0, 101.0000001]
    assert only(candles, "outside_range").first_rows == (2,)


def test_bars_without_a_time_are_left_out_and_stated(tmp_path: Path) -> None:
    candles = read(tmp_path, HEADER + "2017-01-03,1,2,1,2,1\n,2,3,2,3,2\n2017-01-05,3,4,3,4,3\n")
    assert candles.open.tolist() == [1.0, 3.0]
    assert only(candles, "no_time").first_rows == (3,)


def test_times_written_in_two_ways_name_the_first_row_that_differs(tmp_path: Path) -> None:
    message = refusal(tmp_path, HEADER + "2017-01-03,1,2,1,2,1\n01/04/2017,1,2,1,2,1\n")
    assert "line 3 of feed.csv" in message
    assert "'01/04/2017'" in message


def test_a_change_of_unit_among_epoch_times_is_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, HEADER + "1735603200000,1,2,1,2,1\n1735689600000000,1,2,1,2,1\n")
    assert "milliseconds to microseconds at line 3" in message


def test_dates_that_put_day_and_month_both_first_are_refused(tmp_path: Path) -> None:
    message = refusal(tmp_path, HEADER + "13/01/2017,1,2,1,2,1\n01/14/2017,1,2,1,2,1\n")
    assert "line 2" in message
    assert "line 3" in message


@pytest.mark.parametrize(
    "wrong", ["2017-02-30", "2017-13-01", "hello", "2017-01-03 25:00", "2017-01-03 09:30 EST", "42738", "99999999999999999999"]
)
def test_what_is_no_time_is_refused_with_its_text(tmp_path: Path, wrong: str) -> None:
    assert wrong in refusal(tmp_path, HEADER + f"{wrong},1,2,1,2,1\n")


def test_text_in_a_price_is_refused_by_line_and_column(tmp_path: Path) -> None:
    message = refusal(tmp_path, HEADER + "\n\n2017-01-03,1,2,1,2,1\n2017-01-04,1,2,1,n.v.t.,1\n")
    assert "Line 5 of feed.csv: close is 'n.v.t.'" in message


def test_a_row_with_only_one_word_of_the_header_is_no_header_again(tmp_path: Path) -> None:
    assert "no number" in refusal(tmp_path, HEADER + "2024-01-02,1,2,1,2,5\n2024-01-03,open,2,1,2,5\n")


def test_blank_lines_short_rows_trailing_commas_and_repeated_headers_are_survived(tmp_path: Path) -> None:
    text = HEADER + "\n" * 5000 + "2017-01-03,1,2,1,2,1,\n   \n" + HEADER + ",,,,,\n2017-01-04,1,2,1\n2017-01-05,3,4,3,4,3\n"
    candles = read(tmp_path, text)
    assert candles.open.tolist() == [1.0, 1.0, 3.0]
    assert only(candles, "repeated_header").first_rows == (5004,)
    assert only(candles, "blank_row").first_rows == (5005,)
    assert only(candles, "short_row").first_rows == (5006,)
    assert only(candles, "unknown_price").first_rows == (5006,)


def test_more_cells_than_columns_are_refused_by_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, HEADER + "2017-01-03,1,5,2,5,1,5,2,5,10\n")
    assert "Line 2 of feed.csv has 10 cells, but there are 6 columns" in message


def test_a_quotation_mark_that_is_not_closed_is_refused_by_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, HEADER + '2017-01-03,1,2,1,2,1\n"2017-01-04,1,2,1,2,1\n2017-01-05,1,2,1,2,1\n')
    assert "line 3" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n \n", "is empty"),
        (HEADER.encode(), "a header but no bars"),
        (b"\x00\x01\x02\x03" * 1000, "zero bytes"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b"<!doctype html><html></html>", "web page"),
        (HEADER.encode() + b"2017-01-03,1,2,1,2,1\n2017-01-04,1,2,1,2,1 \xe9\n", "Line 3 of feed.csv is not UTF-8"),
        (b"PAR1 no parquet at all", "no time, open, high, low and close column"),
        (b"\x1f\x8b\x08\x00broken", "damaged gzip"),
        (b"1,2\n3,4\n", "no time, open, high, low and close column"),
        (HEADER.encode() + b",,,,,\n", "all its rows are blank"),
    ],
)
def test_what_is_no_table_of_bars_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refusal(tmp_path, content)


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "feed.parquet"
    path.write_bytes(b"PAR1 no parquet at all")
    with pytest.raises(DataError, match=r"feed\.parquet is a damaged Parquet file"):
        Candles.from_parquet(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no file .*absent\.csv"):
        Candles.from_csv(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="is a folder"):
        Candles.from_csv(tmp_path)


@pytest.mark.parametrize("start", [b"", HEADER.encode(), HEADER.encode() + b"2017-01-03,1,2,1,2,1\n"])
def test_a_line_of_a_hundred_megabytes_is_refused_in_little_memory(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "feed.csv"
    with path.open("wb") as file:
        file.write(start)
        for _ in range(100):
            file.write(b"1" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(DataError, match="longer than 1,000,000 characters"):
        Candles.from_csv(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 20_000_000  # bytes


ODD = (
    '2017-01-03|01/04/2017|1.5|1,5|"|"1,234"|é|12:30|\r|\x0b|time|close|symbol|\ufeff|-|٣|1_0|$|0000-00-00|5k|inf|1e400|nan||0|-2'
)
TIMES = st.one_of(
    st.dates().map(str), st.integers(1, 28).map(lambda day: f"2017-01-{day:02d}"), st.sampled_from(["", "2017-01-03"])
)
CELLS = st.one_of(
    st.integers(1, 9).map(str), st.integers(1, 9).map(str), st.integers(1, 9).map(str), st.sampled_from(ODD.split("|"))
)
ROWS = st.one_of(
    st.tuples(TIMES, *[st.integers(-1, 5).map(str)] * 5), st.tuples(TIMES, *[CELLS] * 5), st.lists(CELLS, max_size=9).map(tuple)
)
TABLES = st.lists(ROWS.map(",".join), max_size=12).map("\n".join)


@settings(max_examples=400, deadline=None)
@given(body=TABLES, header=st.sampled_from([HEADER, "", "date;time;open;high;low;close\n", "symbol," + HEADER]))
def test_whatever_the_text_it_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, body: str, header: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "feed.csv"
    path.write_text(header + body, encoding="utf-8")
    try:
        candles = Candles.from_csv(path, duplicates="last")
    except DataError:
        return
    assert (np.diff(candles.time) > 0).all()
    prices = np.stack([candles.open, candles.high, candles.low, candles.close])
    assert not np.isinf(prices).any()
    assert not (prices <= 0).any()


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=300))
def test_whatever_the_bytes_they_are_read_or_refused_in_words(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "feed.csv"
    for start in (b"", HEADER.encode(), b"\x1f\x8b", b"PAR1", b"\xff\xfe"):
        path.write_bytes(start + content)
        report = check(path)
        assert bool(report.refused) == (report.bars == 0)


def test_a_check_reports_what_a_read_would_refuse_and_what_it_would_repair(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_text(DIFFERENT)
    refused = check(path)
    assert refused.bars == 0
    assert "two different bars" in refused.refused
    assert not refused.is_clean
    path.write_text(HEADER + "2017-01-04,2,3,2,3,2\n2017-01-03,1,2,1,2,1\n2017-01-10,2,3,2,3,2\n2017-01-11,2,3,2,3,2\n")
    report = check(path)
    assert (report.bars, report.timeframe, report.missing) == (4, 86_400, 3)
    assert [p.kind for p in report.problems] == ["unsorted"]
    assert any("2017-01-04 to 2017-01-10: 3 weekdays missing" in s for s in report.sentences())
    assert check(tmp_path / "absent.csv").refused.endswith("absent.csv.")

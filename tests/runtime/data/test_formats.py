"""Files that are laid out in the ways found in practice, each read as its author meant it."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from runtime.candles import Candles
from runtime.data.problems import DataError

ROWS = ((100.0, 102.0, 99.0, 101.0, 1000.0), (101.0, 103.5, 100.5, 103.0, 1500.0), (103.0, 103.25, 98.0, 98.5, 900.0))


def written(folder: Path, text: str | bytes, name: str = "bars.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def with_times(times: tuple[str, ...], header: str = "time,open,high,low,close,volume", separator: str = ",") -> str:
    lines = [header, *(separator.join([t, *map(str, row)]) for t, row in zip(times, ROWS, strict=True))]
    return "\n".join(lines) + "\n"


def kinds(candles: Candles) -> list[str]:
    return [p.kind for p in candles.repairs]


def values(candles: Candles) -> list[tuple[float, ...]]:
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    return list(zip(*(c.tolist() for c in columns), strict=True))


def hours(candles: Candles) -> list[str]:
    return [str(t.astype("M8[m]")) for t in candles.time.astype("M8[us]")]


DAYS = ["2017-01-03T00:00", "2017-01-13T00:00", "2017-02-01T00:00"]
MOMENTS = ["2017-01-03T09:30", "2017-01-13T21:05", "2017-02-01T00:00"]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (("2017-01-03", "2017-01-13", "2017-02-01"), DAYS),
        (("2017/1/3", "2017/1/13", "2017/2/1"), DAYS),
        (("2017.01.03", "2017.01.13", "2017.02.01"), DAYS),
        (("20170103", "20170113", "20170201"), DAYS),
        (("01/03/2017", "01/13/2017", "02/01/2017"), DAYS),
        (("1/3/2017", "1/13/2017", "2/1/2017"), DAYS),
        (("01/03/17", "01/13/17", "02/01/17"), DAYS),
        (("03/01/2017", "13/01/2017", "01/02/2017"), DAYS),
        (("03.01.2017", "13.01.2017", "01.02.2017"), DAYS),
        (("3.1.17", "13.1.17", "1.2.17"), DAYS),
        (("17-01-03", "17-01-13", "17-02-01"), DAYS),
        (("3-Jan-17", "13-Jan-17", "1-Feb-17"), DAYS),
        (("03 Jan 2017", "13 January 2017", "01 Feb 2017"), DAYS),
        (('"Jan 3, 2017"', '"Jan 13, 2017"', '"Feb 1, 2017"'), DAYS),
        (("1483401600", "1484265600", "1485907200"), DAYS),
        (("1483401600000", "1484265600000", "1485907200000"), DAYS),
        (("1483401600000000", "1484265600000000", "1485907200000000"), DAYS),
        (("1483401600000000000", "1484265600000000000", "1485907200000000000"), DAYS),
        (("1483401600.0", "1484265600.0", "1485907200.0"), DAYS),
        (("2017-01-03T09:30:00Z", "2017-01-13T21:05:00Z", "2017-02-01T00:00:00Z"), MOMENTS),
        (("2017-01-03 09:30", "2017-01-13 21:05", "2017-02-01 00:00"), MOMENTS),
        (("2017-01-03T04:30:00-05:00", "2017-01-13T16:05:00-05:00", "2017-02-01T05:30:00+0530"), MOMENTS),
        (("2017-01-03 09:30:00+00", "2017-01-13 21:05:00+00", "2017-02-01 00:00:00+00"), MOMENTS),
        (("2017-01-03 09:30:00.000", "2017-01-13 21:05:00.000", "2017-02-01 00:00:00.000000"), MOMENTS),
        (("1/3/2017 9:30", "1/13/2017 21:05", "2/1/2017 0:00"), MOMENTS),
        (("1/3/2017 9:30 AM", "1/13/2017 9:05 PM", "2/1/2017 12:00 AM"), MOMENTS),
        (("20170103 093000", "20170113 210500", "20170201 000000"), MOMENTS),
        (("201701030930", "201701132105", "201702010000"), MOMENTS),
        (("20170103093000", "20170113210500", "20170201000000"), MOMENTS),
        ((" 2017-01-03 09:30 ", "2017-01-13 21:05", "2017-02-01 00:00  "), MOMENTS),
        (('"Tue, 03 Jan 2017 09:30:00 GMT"', '"Fri, 13 Jan 2017 21:05:00 GMT"', '"Wed, 01 Feb 2017 00:00:00 GMT"'), MOMENTS),
    ],
)
def test_every_usual_way_to_write_time_is_read(tmp_path: Path, times: tuple[str, ...], expected: list[str]) -> None:
    candles = Candles.from_csv(written(tmp_path, with_times(times)))
    assert hours(candles) == expected
    assert values(candles) == list(ROWS)


@pytest.mark.parametrize(
    "header",
    [
        "time,open,high,low,close,volume",
        "timestamp,o,h,l,c,v",
        "Date,Open,High,Low,Close,Volume",
        "Open time,OPEN,HIGH,LOW,CLOSE,Vol.",
        "<DATE>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>",
        "unix,open,high,low,close,Volume USDT",
        ",Open,High,Low,Close,Volume",
        "timestamp,1. open,2. high,3. low,4. close,5. volume",
        "Date,Open,High,Low,Close/Last,Volume",
        "Date,Open,High,Low,Price,Vol.",
    ],
)
def test_every_usual_spelling_of_columns_is_read(tmp_path: Path, header: str) -> None:
    candles = Candles.from_csv(written(tmp_path, with_times(("2017-01-03", "2017-01-13", "2017-02-01"), header)))
    assert values(candles) == list(ROWS)
    assert hours(candles) == DAYS


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_do_not_matter(tmp_path: Path, separator: str, ending: str) -> None:
    text = with_times(("2017-01-03", "2017-01-13", "2017-02-01")).replace(",", separator).replace("\n", ending)
    assert values(Candles.from_csv(written(tmp_path, text))) == list(ROWS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_and_packing_do_not_matter(tmp_path: Path, encoding: str) -> None:
    content = with_times(("2017-01-03", "2017-01-13", "2017-02-01")).encode(encoding)
    plain = Candles.from_csv(written(tmp_path, content))
    packed = Candles.from_csv(written(tmp_path, gzip.compress(content), "bars.csv.gz"))
    assert values(plain) == values(packed) == list(ROWS)
    assert plain.fingerprint() == packed.fingerprint()


def test_columns_may_stand_in_any_order_among_others_that_are_named_in_a_note(tmp_path: Path) -> None:
    text = "close,Adj Close,volume,low,Trades,open,high,Date\n101,50,1000,99,7,100,102,2017-01-03\n"
    candles = Candles.from_csv(written(tmp_path, text))
    assert values(candles) == [ROWS[0]]
    assert kinds(candles) == ["ignored_column", "ignored_column"]
    assert "'Adj Close'" in candles.repairs[0].sentence
    assert "'Trades'" in candles.repairs[1].sentence


def test_a_file_without_a_header_is_read_in_the_usual_order_and_says_so(tmp_path: Path) -> None:
    lines = with_times(("1483401600000", "1484265600000", "1485907200000")).splitlines()[1:]
    candles = Candles.from_csv(written(tmp_path, "\n".join(line + ",1483401659999,7,8" for line in lines)))
    assert values(candles) == list(ROWS)
    assert hours(candles) == DAYS
    assert kinds(candles)[0] == "no_header"
    assert "time, open, high, low, close, volume" in candles.repairs[0].sentence


def test_a_date_and_a_time_of_day_in_two_columns_are_one_time(tmp_path: Path) -> None:
    expected = ["2022-01-03T17:00", "2022-01-03T17:01"]
    headed = "Date,Time,Open,High,Low,Close,Volume\n01/03/2022,17:00,1,2,1,2,5\n01/03/2022,17:01,2,3,2,3,6\n"
    bare = "2022.01.03,17:00,1,2,1,2,5\n2022.01.03,17:01,2,3,2,3,6\n"
    tabs = "<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<TICKVOL>\n" + bare.replace(":00,", ":00:00,").replace(":01,", ":01:00,")
    tabs = tabs.replace(",", "\t")
    for text in (headed, bare, tabs):
        candles = Candles.from_csv(written(tmp_path, text))
        assert hours(candles) == expected
        assert values(candles) == [(1, 2, 1, 2, 5), (2, 3, 2, 3, 6)]


def test_lines_before_the_header_are_passed_over_and_stated(tmp_path: Path) -> None:
    text = "https://www.example.org\n\n" + with_times(("2017-01-03", "2017-01-13", "2017-02-01"))
    candles = Candles.from_csv(written(tmp_path, text))
    assert values(candles) == list(ROWS)
    assert kinds(candles) == ["preamble"]


def test_a_header_in_three_lines_names_the_symbol_and_the_dates(tmp_path: Path) -> None:
    text = "Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n2017-01-03,101,102,99,100,1000\n"
    candles = Candles.from_csv(written(tmp_path, text))
    assert values(candles) == [ROWS[0]]
    assert candles.symbol == "AAPL"


def test_numbers_with_separators_currency_and_multiples_are_read(tmp_path: Path) -> None:
    text = (
        'Date,Open,High,Low,Close,Vol.\n2017-01-03,"$1,234.50","$1,300.00",$999.5,"$1,250",96.71M\n2017-01-04,1.5,2,1,1.25,12K\n'
    )
    candles = Candles.from_csv(written(tmp_path, text))
    assert values(candles) == [(1234.5, 1300.0, 999.5, 1250.0, 96_710_000.0), (1.5, 2.0, 1.0, 1.25, 12_000.0)]


def test_decimal_commas_are_read_where_commas_do_not_separate_and_that_is_stated(tmp_path: Path) -> None:
    text = "Datum;Open;High;Low;Close;Volume\n03.01.2017;1.234;1.300,75;999,5;1.250,25;1.000\n"
    candles = Candles.from_csv(written(tmp_path, text))
    assert values(candles) == [(1234.0, 1300.75, 999.5, 1250.25, 1000.0)]
    assert "number_style" in kinds(candles)


def test_thousands_commas_beside_decimal_points_stay_thousands_in_a_tab_separated_file(tmp_path: Path) -> None:
    text = "Date\tOpen\tHigh\tLow\tClose\tVolume\n2017-01-03\t99.5\t101.25\t99.0\t100.5\t1,234\n"
    assert values(Candles.from_csv(written(tmp_path, text))) == [(99.5, 101.25, 99.0, 100.5, 1234.0)]


def test_a_comma_that_first_appears_far_down_is_not_a_decimal_point_where_points_were(tmp_path: Path) -> None:
    lines = ["time;open;high;low;close;volume"] + [f"{1_600_000_000 + 60 * i};1.5;2.5;1.25;2.25;10" for i in range(20_000)]
    lines.append(f"{1_600_000_000 + 60 * 20_000};1.5;2.5;1.25;2.25;1,234")
    assert Candles.from_csv(written(tmp_path, "\n".join(lines))).volume[-1] == 1234.0


def test_without_a_volume_column_volume_is_unknown_and_that_is_stated(tmp_path: Path) -> None:
    candles = Candles.from_csv(written(tmp_path, "time,open,high,low,close\n2017-01-03,100,102,99,101\n"))
    assert np.isnan(candles.volume).all()
    assert kinds(candles) == ["no_volume"]


def test_one_symbol_of_several_can_be_picked_and_must_be(tmp_path: Path) -> None:
    text = "Ticker,Date,Open,High,Low,Close,Volume\nA,2017-01-03,100,102,99,101,1000\nB,2017-01-03,1,2,1,2,3\n"
    path = written(tmp_path, text)
    with pytest.raises(DataError, match="several symbols: A and B"):
        Candles.from_csv(path)
    candles = Candles.from_csv(path, symbol="A")
    assert values(candles) == [ROWS[0]]
    assert candles.symbol == "A"


def test_day_and_month_are_told_apart_by_the_whole_column(tmp_path: Path) -> None:
    rows = [f"{day:02d}/02/2017,1,2,1,2,3" for day in range(1, 14)]
    candles = Candles.from_csv(written(tmp_path, "time,open,high,low,close,volume\n" + "\n".join(rows)))
    assert hours(candles)[0] == "2017-02-01T00:00"
    assert candles.timeframe == 86_400
    assert "assumed_order" not in kinds(candles)


def test_dates_that_cannot_be_told_apart_are_month_first_and_that_is_stated(tmp_path: Path) -> None:
    rows = "time,open,high,low,close,volume\n01/02/2017,1,2,1,2,3\n02/03/2017,1,2,1,2,3\n"
    candles = Candles.from_csv(written(tmp_path, rows))
    assert hours(candles) == ["2017-01-02T00:00", "2017-02-03T00:00"]
    assert kinds(candles) == ["assumed_order"]
    assert "month is read first" in candles.repairs[0].sentence


def test_dots_that_cannot_be_told_apart_are_day_first(tmp_path: Path) -> None:
    candles = Candles.from_csv(written(tmp_path, "time,open,high,low,close,volume\n01.02.2017,1,2,1,2,3\n"))
    assert hours(candles) == ["2017-02-01T00:00"]
    assert "day is read first" in candles.repairs[0].sentence


def test_clock_times_without_a_zone_are_stated_to_be_utc(tmp_path: Path) -> None:
    candles = Candles.from_csv(written(tmp_path, "time,open,high,low,close,volume\n2017-01-03 09:30,1,2,1,2,3\n"))
    assert kinds(candles) == ["assumed_utc"]


def test_offsets_keep_instants_apart_when_summer_time_ends(tmp_path: Path) -> None:
    text = "time,open,high,low,close,volume\n2024-11-03T01:00:00-04:00,1,2,1,2,3\n2024-11-03T01:00:00-05:00,2,3,2,3,4\n"
    candles = Candles.from_csv(written(tmp_path, text))
    assert hours(candles) == ["2024-11-03T05:00", "2024-11-03T06:00"]


def test_closes_as_traded_that_jump_against_adjusted_ones_are_stated(tmp_path: Path) -> None:
    text = "Date,Open,High,Low,Close,Adj Close,Volume\n2017-01-03,100,100,100,100,50,1\n2017-01-04,50,50,50,50,50,1\n"
    candles = Candles.from_csv(written(tmp_path, text))
    assert kinds(candles) == ["ignored_column", "unadjusted"]
    assert "2017-01-04" in candles.repairs[1].sentence
    assert candles.close.tolist() == [100.0, 50.0]

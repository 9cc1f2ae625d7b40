"""Bars as traded and a list of splits: one series, each bar with its factor; and factors that a source gives itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from runtime.candles import Candles
from runtime.clocks.base_bars import on_base_clock
from runtime.data.problems import DataError
from runtime.data.splits import Split, of_symbol, read_ratio, read_splits, with_factors_of
from runtime.data.store import Store
from runtime.traded import traded_price, traded_prices, traded_quantities, traded_quantity

ROWS = 6


def bars(symbol: str = "", **more: object) -> Candles:
    close = np.array([100.0, 102.0, 51.5, 52.0, 17.5, 17.25])
    time = np.datetime64("2024-03-01", "us") + np.arange(ROWS) * np.timedelta64(1, "D")
    columns = {"open": close, "high": close + 1, "low": close - 1, "close": close, "volume": np.full(ROWS, 600.0)}
    return Candles.from_arrays(time=time, symbol=symbol, **{**columns, **more})  # type: ignore[arg-type]


SPLITS = {"2024-03-03": 2.0, "2024-03-05": 3.0}


def test_factors_go_forward_from_the_first_bar() -> None:
    found = bars().adjusted(SPLITS)
    assert found.factor is not None
    assert found.factor.tolist() == [1, 1, 2, 2, 6, 6]
    assert found.close.tolist() == [100, 102, 103, 104, 105, 103.5]
    assert found.volume.tolist() == [600, 600, 300, 300, 100, 100]
    assert found.has_factors
    assert "2 splits: 2024-03-03 (2 for 1) and 2024-03-05 (3 for 1)" in found.repairs[-1].sentence


def test_a_split_changes_nothing_before_it_and_nothing_that_lies_outside() -> None:
    whole = bars().adjusted(SPLITS)
    earlier = bars().adjusted({"2024-03-03": 2.0})
    assert whole.close[:4].tolist() == earlier.close[:4].tolist()
    same = bars().adjusted({"2024-03-01": 4.0, "2031-01-01": 2.0})
    assert same.close.tolist() == bars().close.tolist()
    assert same.repairs[-1].sentence == "None of the given splits lies within the bars; their prices stay as they are."


def test_factors_can_leave_the_last_bar_as_it_is() -> None:
    found = bars().adjusted([Split(day, ratio) for day, ratio in SPLITS.items()], to="last")
    assert found.factors()[-1] == 1.0
    assert found.factors()[0] == 1.0 / 6.0


def test_the_step_of_prices_is_that_of_traded_ones() -> None:
    assert replace(bars(), close=np.round(bars().close * 1.37, 2)).adjusted({"2024-03-03": 1.7}).price_step() == 0.01


def test_only_the_splits_of_the_instrument_count() -> None:
    splits = (Split("2024-03-03", 2.0, "ACME"), Split("2024-03-04", 5.0, "OTHER"), Split("2024-03-05", 3.0))
    assert [s.ratio for s in of_symbol(splits, "acme")] == [2.0, 3.0]
    assert bars("ACME").adjusted(splits).factors().tolist() == [1, 1, 2, 2, 6, 6]
    with pytest.raises(DataError, match="splits are of ACME and OTHER, and the bars do not say whose"):
        bars().adjusted(splits)


@pytest.mark.parametrize(("text", "ratio"), [("2", 2.0), ("0.1", 0.1), ("3:2", 1.5), ("3 for 2", 1.5), ("1/10", 0.1)])
def test_a_ratio_may_be_written_in_these_ways(text: str, ratio: float) -> None:
    assert read_ratio(text) == ratio


def test_a_list_of_splits_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text("Symbol,Ex Date,Ratio\nACME,2024-03-03,2:1\n\nOTHER,2024-03-04,0.5\n")
    assert read_splits(path) == (Split("2024-03-03", 2.0, "ACME"), Split("2024-03-04", 0.5, "OTHER"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("day,price\n2024-03-03,2\n", "needs the columns date and ratio"),
        ("date,ratio\n2024-03-03,two\n", "Line 2 of s.csv: the ratio is 'two'; write 2, 2:1 or 3 for 2."),
        ("date,ratio\n2024-03-03,2:0\n", "Line 2 of s.csv: the ratio is '2:0'"),
        ("date,ratio\n2024-03-03,0\n", "Line 2 of s.csv: A split gives a number above zero"),
        ("date,ratio\n2024-03-03,-2\n", "above zero"),
        ("date,ratio\nMarch,2\n", "'March' is not a date"),
        ("symbol,date,ratio\nACME,2024-03-03,2\n,2024-03-04,3\n", "Line 3 of s.csv names no symbol"),
        ("date,ratio\n2024-03-03,nan\n", "above zero"),
    ],
)
def test_what_is_no_list_of_splits_is_said_with_its_line(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=said.replace("(", r"\(")):
        read_splits(path)


def test_what_is_no_split_in_python_is_said() -> None:
    with pytest.raises(DataError, match=r"number above zero of new shares for an old one; this is '3:2'\."):
        bars().adjusted({"2024-03-03": "3:2"})  # type: ignore[dict-item]
    with pytest.raises(DataError, match=r"given as `Split\(date, ratio\)`"):
        bars().adjusted([("2024-03-03", 2)])  # type: ignore[list-item]
    with pytest.raises(DataError, match="to the first or the last bar; this is 'end'"):
        bars().adjusted(SPLITS, to="end")  # type: ignore[arg-type]
    assert bars().adjusted({"2024-03-03": np.int64(2)}).factors()[-1] == 2.0


def test_two_splits_of_one_day_are_refused() -> None:
    with pytest.raises(DataError, match="two splits of one day, 2024-03-03"):
        bars().adjusted([Split("2024-03-03", 2.0), Split("2024-03-03", 3.0)])


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        ({"2024-03-04": 2.0}, "show no split of 2 for 1 at 2024-03-04: they go from 51.5 to 52"),  # a day late
        ({"2024-03-03": 0.5}, "show no split of 0.5 for 1 at 2024-03-03: they go from 102 to 51.5"),  # old shares for a new one
        ({"2024-03-03": 2.0, "2024-03-06": 1.5}, "show no split of 1.5 for 1 at 2024-03-06"),
    ],
)
def test_a_split_that_the_prices_do_not_show_is_refused(splits: dict[str, float], said: str) -> None:
    with pytest.raises(DataError, match=said.replace("(", r"\(")):
        bars().adjusted(splits)


def test_a_split_is_looked_for_around_bars_without_prices_and_a_small_one_is_not() -> None:
    prices = {name: np.array([100.0, np.nan, 51.0, 51.0, 52.0, 52.0]) for name in ("open", "high", "low", "close")}
    assert bars(**prices).adjusted({"2024-03-03": 2.0}).factors()[-1] == 2.0
    with pytest.raises(DataError, match="they go from 100 to 51"):
        bars(**prices).adjusted({"2024-03-03": 0.5})
    assert bars().adjusted({"2024-03-02": 1.05}).factors()[-1] == 1.05


def test_traded_prices_beside_a_factor_are_refused() -> None:
    """Some sources give prices as traded and a factor to multiply them by: read as adjusted, every split would be a loss."""
    with pytest.raises(
        DataError, match=r"go from 102 to 51\.5 at 2024-03-03, where the factor goes from 1 to 2: these are prices as traded"
    ):
        bars(factor=[1, 1, 2, 2, 6, 6])
    with pytest.raises(DataError, match=r"go from 102 to 51\.5 at 2024-03-03, where the factor goes from 3 to 6"):
        bars(factor=[3, 3, 6, 6, 6, 6])
    adjusted = bars().adjusted(SPLITS)
    columns = {name: getattr(adjusted, name) for name in ("open", "high", "low", "close", "volume", "factor")}
    assert bars(**columns).factors().tolist() == adjusted.factors().tolist()


def test_a_column_that_changes_from_bar_to_bar_is_no_factor_of_splits() -> None:
    rows = 40
    time, flat = np.datetime64("2024-03-01", "us") + np.arange(rows) * np.timedelta64(1, "D"), np.full(rows, 10.0)
    noise = 0.25 * (1.0 + 1e-6 * np.random.default_rng(3).normal(size=rows))
    of = {"open": flat, "high": flat, "low": flat, "close": flat}
    with pytest.raises(DataError, match="changes on 39 of 40 bars; that of splits does on few"):
        Candles.from_arrays(time=time, factor=noise, **of)
    assert Candles.from_arrays(time=time, factor=np.round(noise, 4), **of).factors().tolist() == [0.25] * rows
    months = np.arange("2020-01", "2023-05", dtype="M8[M]").astype(
        "M8[us]"
    )  # what is paid out every month is in a factor of monthly bars
    assert len(Candles.from_arrays(time=months, factor=np.linspace(0.9, 1.0, rows), **of)) == rows


def test_bars_that_are_adjusted_are_not_adjusted_again() -> None:
    once = bars().adjusted(SPLITS)
    with pytest.raises(DataError, match="adjusted already"):
        once.adjusted(SPLITS)
    with pytest.raises(DataError, match="finer bars have factors already"):
        with_factors_of(once, once)


@pytest.mark.parametrize("spelling", ["factor", "Adj Factor", "adjustment_factor"])
def test_a_column_of_factors_is_read(spelling: str, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(f"time,open,high,low,close,volume,{spelling}\n2024-03-01,1,2,1,2,5,0.5\n2024-03-02,2,2,1,2,5,1\n")
    found = Candles.from_csv(path)
    assert found.factors().tolist() == [0.5, 1.0]
    assert any("times column" in p.sentence for p in found.repairs)
    table = Candles.from_pandas(found.to_pandas().rename(columns={"factor": spelling}))
    assert table.factors().tolist() == [0.5, 1.0]


@pytest.mark.parametrize("value", ["", "0", "-1", "inf"])
def test_a_bar_without_a_factor_above_zero_is_refused(value: str, tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text(f"time,open,high,low,close,volume,factor\n2024-03-01,1,2,1,2,5,1\n2024-03-02,1,2,1,2,5,{value}\n")
    with pytest.raises(DataError, match=r"1 bar without a factor above zero \(line 3\)"):
        Candles.from_csv(path)


def test_without_a_column_there_are_none() -> None:
    assert bars().factor is None
    assert not bars().has_factors
    assert bars().factors().tolist() == [1.0] * ROWS


def test_the_fingerprint_covers_factors_only_where_there_are_some() -> None:
    plain, ones = bars(), bars(factor=np.ones(ROWS))
    assert plain.fingerprint() == bars().fingerprint()
    assert plain.fingerprint() != ones.fingerprint()
    assert ones.fingerprint() != bars(factor=np.full(ROWS, 2.0)).fingerprint()


def test_rows_and_cuts_and_sorting_keep_each_bars_factor() -> None:
    found = bars(factor=np.arange(1.0, ROWS + 1))
    assert found.rows(slice(2, 4)).factors().tolist() == [3, 4]
    assert found.between("2024-03-05").factors().tolist() == [5, 6]
    backwards = {name: getattr(found, name)[::-1] for name in ("open", "high", "low", "close", "volume", "factor")}
    again = Candles.from_arrays(time=found.time[::-1].astype("M8[us]"), **backwards)
    assert again.factors().tolist() == found.factors().tolist()


def test_a_longer_bar_has_the_factor_of_its_last() -> None:
    hours = 48
    time = np.datetime64("2024-03-04T00:00", "us") + np.arange(hours) * np.timedelta64(1, "h")
    flat = np.full(hours, 10.0)
    found = Candles.from_arrays(
        time=time, open=flat, high=flat, low=flat, close=flat, volume=flat, factor=np.arange(hours) // 8 + 1.0, symbol="BTCUSDT"
    )
    days = on_base_clock(found.following("24/7"), "1d")
    assert days.factors().tolist() == [3.0, 6.0]
    assert days.finer is not None
    assert days.finer.factors().tolist() == found.factors().tolist()


def test_the_store_keeps_factors(tmp_path: Path) -> None:
    store = Store(tmp_path)
    kept = bars(factor=np.arange(1.0, ROWS + 1))
    store.write(kept, "ACME", "1d")
    assert store.read("ACME").factors().tolist() == kept.factors().tolist()
    store.write(bars(), "PLAIN", "1d")
    assert store.read("PLAIN").factor is None


def test_finer_bars_get_the_factors_of_the_bars_they_lie_in() -> None:
    hours = np.datetime64("2024-03-01", "us") + np.arange(12) * np.timedelta64(12, "h")
    price = np.array([100.0, 100, 102, 102, 51.5, 51.5, 52, 52, 17.5, 17.5, 17.25, 17.25])
    finer = Candles.from_arrays(time=hours, open=price, high=price, low=price, close=price)
    found = bars().with_finer(finer).adjusted(SPLITS)
    assert found.finer is not None
    assert found.finer.factors().tolist() == [1, 1, 1, 1, 2, 2, 2, 2, 6, 6, 6, 6]
    assert found.finer.close[::2].tolist() == found.close.tolist()


def test_a_traded_price_is_the_decimal_that_gives_the_very_price() -> None:
    rng = np.random.default_rng(5)
    raw = np.round(rng.uniform(0.5, 900.0, 3000), 2)
    factors = rng.choice([1.0, 2.0, 3.0, 1 / 3, 7 / 5, 0.1, 1 / 28], 3000)
    assert traded_prices(raw * factors, factors).tolist() == raw.tolist()
    whole = np.round(rng.uniform(1, 1e6, 3000))
    assert traded_quantities(whole / factors, factors).tolist() == whole.tolist()
    assert traded_price(1 / 3, 1.0) == 1 / 3
    assert np.isnan(traded_price(float("nan"), 2.0))
    assert traded_quantity(10.0, 3.0) == 30.0

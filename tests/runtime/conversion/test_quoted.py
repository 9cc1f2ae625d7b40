"""What instruments are quoted in: as their bars say, or as symbol and exchange tell; never guessed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from compiler.pairs import is_pair, may_be_pair, pair_of
from runtime.candles import Candles
from runtime.conversion.code import currency_code
from runtime.conversion.quoted import quote_currency
from runtime.data.problems import DataError
from runtime.data.resolve import open_data
from runtime.data.store import Store

ROWS = "2024-01-01,10,11,9,10,1,{0}\n2024-01-02,10,12,9,11,1,{1}\n"


def csv(tmp_path: Path, first: str, second: str) -> Path:
    path = tmp_path / "bars.csv"
    path.write_text("time,open,high,low,close,volume,currency\n" + ROWS.format(first, second))
    return path


def bars(symbol: str = "", calendar: str = "") -> Candles:
    one = np.ones(2)
    found = Candles.from_arrays(time=["2024-01-02", "2024-01-03"], open=one, high=one, low=one, close=one, symbol=symbol)
    return found.following(calendar) if calendar else found


@pytest.mark.parametrize(
    ("symbol", "pair"),
    [
        ("EURUSD", ("EUR", "USD")),
        ("EUR/USD", ("EUR", "USD")),
        ("FX:EURUSD", ("EUR", "USD")),
        ("EURUSD=X", ("EUR", "USD")),
        ("XAUUSD", ("XAU", "USD")),
        ("BTC-USDT", ("BTC", "USDT")),
        ("BTCUSDT", ("BTC", "USDT")),
        ("BTCUSDT.P", ("BTC", "USDT")),
        ("BTC-USD-PERP", ("BTC", "USD")),
        ("BTCUSD", ("BTC", "USD")),
        ("ETHBTC", ("ETH", "BTC")),
        ("PEPEUSDT", ("PEPE", "USDT")),
        ("USDTUSD", ("USDT", "USD")),
        ("USDUSDT", ("USD", "USDT")),
        ("AAPL", None),
        ("BRK-B", None),
        ("GOLD", None),
        ("ES1!", None),
        ("FOOUSD", None),
        ("USD", None),
        ("", None),
    ],
)
def test_a_pair_is_quoted_in_its_second_half(symbol: str, pair: tuple[str, str] | None) -> None:
    assert pair_of(symbol) == pair


@pytest.mark.parametrize(
    ("symbol", "calendar", "currency"),
    [
        ("SAP", "", ""),  # a share may be quoted in anything
        ("SAP", "XETR", ""),  # and so may one on an exchange that also lists in foreign currencies
        ("VOD", "XLON", ""),  # pence or pounds
        ("AAPL", "XNYS", "USD"),
        ("7203", "XTKS", "JPY"),
        ("NASDAQ:AAPL", "", "USD"),
        ("LSE:VOD", "", ""),
        ("EURJPY", "XNYS", "JPY"),
    ],
)
def test_an_exchange_tells_the_currency_only_where_it_has_one(symbol: str, calendar: str, currency: str) -> None:
    assert quote_currency(bars(symbol, calendar)) == currency


def test_what_is_said_of_bars_comes_before_what_their_symbol_tells() -> None:
    assert quote_currency(bars("EURUSD").quoted_in("gbp")) == "GBP"
    with pytest.raises(DataError, match="three to five capitals"):
        bars("SAP").quoted_in("euros!")


def test_pence_are_not_pounds() -> None:
    assert [currency_code(text) for text in ("GBP", "GBp", "GBX", "gbp", "usdt", "$", "US Dollar")] == [
        "GBP", "GBX", "GBX", "GBP", "USDT", "", "",
    ]  # fmt: skip


def test_a_file_may_say_what_its_prices_are_in(tmp_path: Path) -> None:
    assert Candles.from_csv(csv(tmp_path, "EUR", "EUR")).currency == "EUR"
    assert Candles.from_csv(csv(tmp_path, "", "EUR")).currency == "EUR"
    table = Candles.from_csv(csv(tmp_path, "EUR", "EUR")).to_pandas()
    table["currency"] = "CHF"
    table.reset_index().to_parquet(tmp_path / "bars.parquet")
    assert Candles.from_parquet(tmp_path / "bars.parquet").currency == "CHF"


def test_prices_in_two_currencies_are_no_series(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="EUR and USD: bars of one instrument are in one currency"):
        Candles.from_csv(csv(tmp_path, "EUR", "USD"))


def test_a_column_that_names_no_currency_is_said_to_be_unused(tmp_path: Path) -> None:
    found = Candles.from_csv(csv(tmp_path, "US Dollar", "US Dollar"))
    assert found.currency == ""
    assert any("'US Dollar' is no code" in problem.sentence for problem in found.repairs)


def test_samples_are_in_dollars(tmp_path: Path) -> None:
    assert open_data("AAPL", store=tmp_path).currency == "USD"


def test_the_store_keeps_the_currency(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(bars("SAP"), "SAP", "1d")
    assert store.read("SAP").currency == ""
    store.write(bars("SAP").quoted_in("EUR"), "SAP", "1d")  # the same bars, of which more is known
    assert store.read("SAP").currency == "EUR"
    store.write(bars("SAP"), "SAP", "1d")
    assert store.read("SAP").currency == "EUR"


def test_cut_and_longer_bars_keep_the_currency() -> None:
    assert bars("SAP").quoted_in("EUR").between("2024-01-03").currency == "EUR"


def test_a_symbol_may_be_a_pair_where_one_half_is_a_known_currency() -> None:
    assert all(map(may_be_pair, ("EURUSD", "TWDUSD", "USD/TWD", "FX:XYZEUR", "EUROUSD")))
    assert not any(map(may_be_pair, ("SPY", "AAPL", "USD", "BRK-B", "GOOGLE", "USDOLLARS1")))
    assert is_pair("USD/TWD", "USD", "TWD")
    assert not is_pair("TWDUSD", "USD", "TWD")

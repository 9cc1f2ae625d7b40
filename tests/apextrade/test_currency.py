"""The currency of a run: the account takes that of the prices where nobody says another, and money is never mixed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import apextrade as apx
from apextrade.cli import main
from compiler.inputs import InputError
from runtime.candles import Candles

SILENT = 'apx 1\nstrategy "s"\nwhen close > open\n  buy 10% of equity\nwhen close < open\n  exit position\n'
DOLLARS = SILENT.replace("when close > open", "settings\n  capital 10_000 USD\n  commission 0.1%\nwhen close > open", 1)
FACTS = DOLLARS + "let owned = account.equity\nlet held = position.size\n"
CLOSES = np.array([10.0, 10.5, 10.25, 11.0, 10.75, 11.5])


def bars(symbol: str = "", currency: str = "") -> Candles:
    opens = np.concatenate(([10.0], CLOSES[:-1]))
    high, low = np.maximum(opens, CLOSES) + 0.25, np.minimum(opens, CLOSES) - 0.25
    found = Candles.from_arrays(
        time=[f"2024-01-0{day}" for day in range(1, 7)], open=opens, high=high, low=low, close=CLOSES, symbol=symbol
    )
    return found.quoted_in(currency) if currency else found


def test_an_account_without_a_currency_takes_that_of_the_prices() -> None:
    for symbol, currency in (("EURJPY", "JPY"), ("BTCUSDT", "USDT"), ("SAP", "USD")):
        assert apx.backtest(SILENT, bars(symbol)).run.account.currency == currency
    assert apx.backtest(SILENT, bars("SAP"), currency="EUR").run.account.currency == "EUR"
    assert apx.backtest(SILENT, bars("SAP"), currency="EUR", capital=5_000).run.account.currency == "EUR"


def test_prices_in_another_currency_than_the_account_are_refused() -> None:
    with pytest.raises(InputError, match="SAP is quoted in EUR and the account is in USD"):
        apx.backtest(DOLLARS, bars("SAP", "EUR"))
    with pytest.raises(InputError, match="BTCUSDT is quoted in USDT and the account is in EUR"):
        apx.backtest(DOLLARS.replace("USD", "EUR"), bars("BTCUSDT"))
    with pytest.raises(InputError, match="EURJPY is quoted in JPY and the account is in USD"):
        apx.backtest(SILENT, bars("EURJPY"), capital="10_000 USD")
    with pytest.raises(InputError, match="quoted in EUR"):
        apx.backtest(DOLLARS, {"SAP": bars("SAP", "EUR"), "AAPL": bars("AAPL", "USD")})


def test_capital_in_the_currency_of_the_prices_is_what_the_refusal_says_to_write() -> None:
    found = apx.backtest(DOLLARS, bars("BTCUSDT"), capital="10_000 USDT")
    assert found.run.account.currency == "USDT"
    assert found.run.settings["quote_currency"] == "USDT"


def test_what_nobody_knows_is_taken_to_be_the_accounts_and_said() -> None:
    found = apx.backtest(DOLLARS, bars("SAP"))
    assert found.run.settings["quote_currency"] == ""
    assert any("currency of SAP is not known and taken to be USD" in text for text in found.warnings)
    assert not any("currency" in text for text in apx.backtest(DOLLARS, bars("SAP", "USD")).warnings)


def test_the_report_says_what_the_prices_are_in() -> None:
    known = dict(apx.backtest(DOLLARS, bars("SAP", "USD")).shown().settings)
    assert known["Prices"] == "USD"
    assert dict(apx.backtest(DOLLARS, bars("SAP")).shown().settings)["Prices"].startswith("taken to be in USD")


def test_columns_are_refused_only_where_they_read_money() -> None:
    assert len(apx.compile(DOLLARS).run(bars("SAP", "EUR")).time) == 6
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.compile(FACTS).run(bars("SAP"), currency="EUR")
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.interpret(apx.compile(FACTS), bars("SAP", "EUR"))
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.compile(FACTS).run({"SAP": bars("SAP", "EUR"), "AAPL": bars("AAPL")})
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.interpret(apx.compile(FACTS), {"SAP": bars("SAP", "EUR"), "AAPL": bars("AAPL")})


def test_streams_and_reasons_are_refused_as_backtests_are() -> None:
    program = apx.compile(DOLLARS.replace('strategy "s"\n', 'strategy "s"\ntrade "EURJPY" every 1d\n'))
    with pytest.raises(InputError, match="EURJPY is quoted in JPY"):
        program.stream()
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.compile(DOLLARS).stream(0.01, "", None, ("SAP",), None, 0.0, "", "EUR")
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.compile(DOLLARS).stream(0.01, "", None, ("SAP", "AAPL"), None, 0.0, "", {"SAP": "EUR"})
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.compile(DOLLARS).why(bars("SAP", "EUR"), "2024-01-03")
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        apx.compile(DOLLARS).why({"SAP": bars("SAP", "EUR"), "AAPL": bars("AAPL")}, "2024-01-03")


def test_a_stream_without_a_stated_currency_takes_that_of_its_prices() -> None:
    program = apx.compile(SILENT.replace('strategy "s"\n', 'strategy "s"\ntrade "EURJPY" every 1d\n'))
    assert program.stream().plan.account.currency == "JPY"  # type: ignore[union-attr]


def write(tmp_path: Path, text: str, symbol: str) -> list[str]:
    bars(symbol).to_pandas().reset_index().to_csv(tmp_path / "bars.csv", index=False)
    (tmp_path / "s.apx").write_text(text)
    return [str(tmp_path / "s.apx"), "--data", f"{symbol}={tmp_path / 'bars.csv'}"]


def test_the_command_takes_a_currency_for_all_or_for_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = write(tmp_path, SILENT, "SAP")
    for said in ("EUR", "SAP=EUR"):
        assert main(["backtest", *given, "--currency", said, "--json"]) == 0
        settings = json.loads(capsys.readouterr().out)["settings"]
        assert settings["currency"] == "EUR"
        assert settings["instruments"]["SAP"]["currency"] == "EUR"


def test_the_command_says_in_one_sentence_what_can_be_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = write(tmp_path, DOLLARS, "SAP")
    assert main(["backtest", *given, "--currency", "EUR"]) == 2
    said = capsys.readouterr().err
    assert "SAP is quoted in EUR and the account is in USD" in said
    assert '--capital "10_000 EUR"' in said
    assert main(["backtest", *given, "--currency", "EUR", "--capital", "10_000 EUR"]) == 0
    assert main(["why", *given, "--currency", "EUR", "--at", "2024-01-03"]) == 2
    assert main(["run", *given, "--currency", "EUR"]) == 0
    capsys.readouterr()
    assert main(["backtest", *given, "--currency", "DAX=EUR"]) == 2
    assert "names an instrument that is not there" in capsys.readouterr().err
    assert main(["backtest", *given, "--currency", "euros!"]) == 2
    assert "a currency such as EUR is needed" in capsys.readouterr().err

"""`apx why`: what each rule said on one bar, from the columns of the run itself."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import apextrade
from apextrade import cli
from runtime.candles import Candles
from runtime.data.samples import read_sample

ROOT = Path(__file__).parents[3]
GOLDEN_CROSS = str(ROOT / "examples" / "golden_cross.apx")
PAGE = (ROOT / "docs" / "language" / "tests.md").read_text(encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["why", *arguments]) == 0, capsys.readouterr().err
    return capsys.readouterr().out


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["why", *arguments]) == 1
    return capsys.readouterr().err


def test_the_bar_of_the_page_reads_as_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = next(text for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if text.startswith("Golden cross"))
    assert said(capsys, GOLDEN_CROSS, "--data", "AAPL", "--at", "2003-05-15") == shown


@pytest.mark.parametrize(
    "at", ["2003-05-15", "2003-05-15T15:30", "2003-05-15T15:30Z", "2003-05-15T23:59:59", "2003-05-16T01:00+02:00"]
)
def test_a_time_takes_the_bar_that_is_open_then(capsys: pytest.CaptureFixture[str], at: str) -> None:
    assert "bar of 2003-05-15 (805 of 3,270)" in said(capsys, GOLDEN_CROSS, "--at", at)


def test_a_time_outside_the_data_names_their_span(capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, GOLDEN_CROSS, "--at", "2020-01-02")
    assert message == "error: 2020-01-02 is outside the data, which run from 2000-03-01 to 2013-03-01.\n"
    assert "2000-03-01 to 2013-03-01" in refused(capsys, GOLDEN_CROSS, "--at", "1999-12-31T10:00Z")


def test_a_time_when_the_market_was_shut_names_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    message = refused(capsys, GOLDEN_CROSS, "--at", "2012-03-10")
    assert message == "error: There is no bar at 2012-03-10: the one before opens 2012-03-09, the next 2012-03-12.\n"


def test_what_is_no_time_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert "'yesterday' is not a date or time" in refused(capsys, GOLDEN_CROSS, "--at", "yesterday")


def test_json_has_the_values_of_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, GOLDEN_CROSS, "--at", "2003-05-15", "--json"))
    candles = Candles.from_raw(read_sample("AAPL"))
    signals = apextrade.compile(Path(GOLDEN_CROSS)).run(candles)
    bar = found["bar"]
    assert str(candles.time[bar].astype("M8[us]"))[:10] == "2003-05-15"
    quick, trend = found["rules"][0]["clause"]["values"]
    assert (quick["value"], trend["value"]) == (signals["quick"][bar], signals["trend"][bar])
    assert (quick["before"], trend["before"]) == (signals["quick"][bar - 1], signals["trend"][bar - 1])
    order = found["rules"][0]["actions"][0]["order"]
    result = apextrade.backtest(apextrade.compile(Path(GOLDEN_CROSS)), candles)
    (made,) = result.orders[result.orders["made"] == "2003-05-15"].to_dict("records")
    assert (order["quantity"], order["fill_price"], order["status"]) == (made["quantity"], made["fill_price"], "filled")
    assert found["facts"]["account.equity"] == result.equity["equity"].iloc[bar]


def test_inputs_and_settings_are_those_of_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, GOLDEN_CROSS, "--at", "2000-03-08", "--set", "fast=2", "--set", "slow=3", "--capital", "5_000")
    assert "equity 5,000.00" in text
    assert "sma(close, fast)" not in text


def test_a_value_outside_its_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["why", GOLDEN_CROSS, "--at", "2003-05-15", "--set", "fast=1"]) == 2
    assert "2 .. 100" in capsys.readouterr().err


def test_a_program_without_rules_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none.apx"
    path.write_text('apx 1\nstrategy "None"\ntrade "AAPL" every 1d\nplot close\n', encoding="utf-8")
    assert said(capsys, str(path), "--at", "2003-05-15").endswith("This program has no rules.\n")


def test_why_from_python_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    from apextrade.why.as_json import why_json

    candles = Candles.from_raw(read_sample("AAPL"))
    found = apextrade.compile(Path(GOLDEN_CROSS)).why(candles, "2003-05-15")
    command = json.loads(said(capsys, GOLDEN_CROSS, "--at", "2003-05-15", "--json"))
    assert json.loads(json.dumps(why_json(found))) == command


def test_the_slower_bar_of_the_page_reads_as_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = next(text for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if "week_up" in text)
    assert shown in said(capsys, str(ROOT / "examples" / "weekly_trend.apx"), "--at", "2004-08-31")


ROTATION = str(ROOT / "examples" / "rotation.apx")


def test_the_rotation_of_the_page_reads_as_the_page_shows(capsys: pytest.CaptureFixture[str]) -> None:
    shown = next(text for text in re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL) if text.startswith("Momentum rotation"))
    assert said(capsys, ROTATION, "--at", "2004-08-31").startswith(shown)


def test_the_rotation_of_json_is_that_of_the_backtest(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, ROTATION, "--at", "2004-08-31", "--json"))
    result = apextrade.backtest(apextrade.compile(ROTATION), samples("AAPL", "MSFT", "IBM", "GOOG"))
    rows = result.rotations
    rows = rows[rows["time"].astype(str).str.startswith("2004-08-31")].set_index("symbol")
    (rotation,) = found["rotations"]
    assert {row["symbol"]: row["target"] for row in rotation["instruments"]} == dict(rows["target"])
    assert {row["symbol"]: row["rank"] for row in rotation["instruments"]} == {"AAPL": 1, "MSFT": 2, "GOOG": None, "IBM": None}
    assert found["equity"] == result.equity["equity"].iloc[found["instant"]]
    assert [one["symbol"] for one in found["instruments"]] == ["AAPL", "MSFT", "IBM", "GOOG"]


def samples(*symbols: str) -> dict[str, Candles]:
    return {symbol: Candles.from_raw(read_sample(symbol), symbol=symbol) for symbol in symbols}


TWO = """apx 1
strategy "Two"
trade "AAPL", "MSFT" every 1d
settings
  capital 100_000 USD
  commission 0.1%
  limit positions 1
when close > sma(close, 20) and symbol != "MSFT" or members_rank(close) == 2
  buy 90% of equity named "one"
when position.size > 0
  protect position
    stop loss at close * 0.9
"""


def test_each_instrument_has_its_own_reasons(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "two.apx"
    file.write_text(TWO)
    text = said(capsys, str(file), "--at", "2004-08-31")
    apple, other = text.split("MSFT (1,131 of 3,270)")
    assert "✓ close > sma(close, 20)  17.245 > 15.89" in apple
    assert '✓ symbol != "MSFT"        true' in apple
    assert "→ protect position: live from the next bar: stop loss at 15.52" in apple
    assert '× symbol != "MSFT"        false' in other
    assert "→" not in other
    alone = said(capsys, str(file), "--at", "2004-08-31", "--symbol", "MSFT")
    assert "AAPL" not in alone
    assert alone.endswith("MSFT (1,131 of 3,270)" + other)
    assert "there are AAPL, MSFT" in usage(capsys, str(file), "--at", "2004-08-31", "--symbol", "IBM")
    assert "has no bar at this time" in usage(capsys, ROTATION, "--at", "2004-08-03", "--symbol", "GOOG")
    assert "no bar at this time: GOOG" in said(capsys, ROTATION, "--at", "2004-08-03")
    assert "a run of one" in usage(capsys, GOLDEN_CROSS, "--at", "2004-08-31", "--symbol", "AAPL")


def usage(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(["why", *arguments]) == 2
    return capsys.readouterr().err


def test_python_explains_several_instruments_with_the_facts_of_their_run() -> None:
    candles = samples("AAPL", "MSFT")
    program = apextrade.compile(TWO)
    found = program.why(candles, "2004-08-31")
    result = apextrade.backtest(program, candles)
    assert found.equity == result.equity["equity"].iloc[found.instant]
    held = {one.symbol: one.facts["position.size"] for one in found.instruments}
    assert held == {symbol: result.equity[symbol].iloc[found.instant] for symbol in held}
    plain = apextrade.compile(TWO.replace(" or members_rank(close) == 2", ""))
    assert plain.why(candles["AAPL"], "2004-08-31").symbol == "AAPL"
    with pytest.raises(apextrade.InputError, match="by symbol"):
        apextrade.compile(ROTATION).why(candles["AAPL"], "2004-08-31")

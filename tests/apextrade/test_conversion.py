"""Money of instruments in other currencies on one account: history, streams and the reference interpreter agree, and the result says how it was counted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import apextrade as apx
from apextrade.cli import main
from compiler.inputs import InputError
from runtime.candles import Candles
from runtime.feeds import Candle, FeedError
from runtime.kernel import StateMismatch
from runtime.portfolio.stream import PortfolioStream
from runtime.stream import Stream

DAY = 86_400_000_000
FIRST = 18_263 * DAY  # 2020-01-02
PRICES = ("time", "open", "high", "low", "close", "volume")
ONE = """apx 1
strategy "one"
trade "SAP" every 1d
settings
  capital 10_000 USD
  commission 0.1%
  limit exposure 150%
  margin 50%
let owned = account.equity
let made = position.profit
when close > close[1]
  buy 40% of equity
    stop loss at 4%
when close < close[1] and made > -200
  exit position
when close < close[2]
  buy 500 USD
plot owned
plot made
"""
SEVERAL = ONE.replace('trade "SAP" every 1d', 'trade "SAP", "AAPL", "EURUSD" every 1d').replace("40%", "25%")


def bars(symbol: str, seed: int, days: int = 40, start: float = 100.0, currency: str = "", holes: float = 0.0) -> Candles:
    chance = np.random.default_rng(seed)
    kept = chance.random(days) >= holes
    kept[0] = True
    close = np.round(start * np.exp(np.cumsum(chance.normal(0, 0.02, days))), 4)
    opened = np.round(close * np.exp(chance.normal(0, 0.005, days)), 4)
    high, low = np.maximum(opened, close) * 1.003, np.minimum(opened, close) * 0.997
    time = FIRST + np.arange(days) * DAY
    found = Candles.from_arrays(
        **{name: column[kept] for name, column in zip(PRICES, (time, opened, high, low, close, close), strict=True)},
        symbol=symbol,
    ).following("24/7")
    found = replace(found, timeframe=86_400)  # with many holes two days may be the most common step
    return found.quoted_in(currency) if currency else found


def rate_bars(seed: int, symbol: str = "EURUSD", holes: float = 0.0) -> Candles:
    return bars(symbol, seed, start=1.1 if symbol == "EURUSD" else 0.9, holes=holes)


def candles_of(given: Candles) -> list[Candle]:
    return [Candle(*row) for row in zip(*(getattr(given, name).tolist() for name in PRICES), strict=True)]


def columns(found: object) -> dict[str, bytes]:
    return {name: np.asarray(found[name]).tobytes() for name in found}  # type: ignore[index, attr-defined]


# ---------------------------------------------------------------- one meaning


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 2**32), pair=st.sampled_from(["EURUSD", "USDEUR"]), holes=st.sampled_from([0.0, 0.3]), data=st.data())
def test_one_instrument_history_stream_and_interpreter_agree_to_the_bit(
    seed: int, pair: str, holes: float, data: st.DataObject
) -> None:
    program = apx.compile(ONE)
    own, rates = bars("SAP", seed, currency="EUR"), rate_bars(seed + 1, pair, holes)
    late = data.draw(st.integers(0, 5))
    rates = rates.rows(slice(late, None))
    own = own.with_others({pair: rates})
    result = apx.backtest(program, own, tick=0.01)
    assert result.run.trade_rows_closed.size > 0
    result.run.ledger.check()
    signals, interpreted = program.run(own), apx.interpret(program, own)
    assert columns(signals) == columns(interpreted)

    def fresh() -> Stream:
        stream = program.stream(0.0001, "24/7", {pair: "24/7"}, (), None, 0.0, "", "EUR")
        assert isinstance(stream, Stream)
        return stream

    stream, left, steps = fresh(), candles_of(rates), []
    cut = data.draw(st.integers(0, len(own) - 1))
    for at, candle in enumerate(candles_of(own)):
        if at == cut:
            saved = stream.save()
            stream = fresh()
            stream.restore(saved)
        ready = [one for one in left if one.time <= candle.time]
        left = left[len(ready) :]
        steps.append(stream.push(candle, {pair: ready}))
    history = apx.backtest(program, own, tick=0.0001)
    assert np.array([step.equity for step in steps]).tobytes() == history.run.equity_values.tobytes()
    fills = [(step.row, f.side, f.quantity, f.price, f.commission) for step in steps for f in step.fills]
    rows = history.run.fill_rows.tolist()
    assert fills == [(int(r[1]), "buy" if r[3] > 0 else "sell", r[4], r[5], r[6]) for r in rows]


@settings(deadline=None, max_examples=12)
@given(seed=st.integers(0, 2**32), holes=st.sampled_from([0.0, 0.25]), traded=st.booleans(), data=st.data())
def test_several_instruments_history_stream_and_interpreter_agree_to_the_bit(
    seed: int, holes: float, traded: bool, data: st.DataObject
) -> None:
    """The pair is traded beside the others, or only converts."""
    text = SEVERAL if traded else SEVERAL.replace(', "EURUSD"', "")
    program, rates = apx.compile(text), rate_bars(seed + 2, holes=holes)
    own = {"SAP": bars("SAP", seed, currency="EUR", holes=holes), "AAPL": bars("AAPL", seed + 1, currency="USD", holes=holes)}
    markets = own | ({"EURUSD": rates} if traded else {})
    asked = markets if traded else {symbol: each.with_others({"EURUSD": rates}) for symbol, each in markets.items()}
    result = apx.backtest(program, asked, tick=0.0001)
    result.run.ledger.check()
    assert {leg.symbol for leg in result.run.legs if leg.converted is not None} == {"SAP"}
    signals, interpreted = program.run(asked), apx.interpret(program, asked)
    assert {symbol: columns(one) for symbol, one in signals.items()} == {s: columns(one) for s, one in interpreted.items()}

    def fresh() -> PortfolioStream:
        currencies = {"SAP": "EUR", "AAPL": "USD"}
        beside = {} if traded else {"EURUSD": "24/7"}
        stream = program.stream(0.0001, "24/7", beside, tuple(markets), None, 0.0, "", currencies)
        assert isinstance(stream, PortfolioStream)
        return stream

    stream, moments, pushed = fresh(), [], 0
    left = {symbol: candles_of(each)[::-1] for symbol, each in (markets | {"EURUSD": rates}).items()}
    cut = data.draw(st.integers(0, 60))
    while any(left.values()):
        having = [symbol for symbol, candles in left.items() if candles]
        symbol = having[data.draw(st.integers(0, 5)) % len(having)]
        if pushed == cut:
            saved = stream.save()
            stream = fresh()
            stream.restore(saved)
        moments += stream.push(left[symbol].pop(), symbol)
        if not left[symbol]:
            moments += stream.passed(symbol, 2**61)
        pushed += 1
    assert np.array([moment.equity for moment in moments]).tobytes() == result.run.equity_values.tobytes()
    assert np.array([moment.cash for moment in moments]).tobytes() == result.run.cash_values.tobytes()


# ---------------------------------------------------------------- what it says


def test_statistics_are_in_account_money() -> None:
    own = bars("SAP", 5, currency="EUR").with_others({"EURUSD": rate_bars(6)})
    result = apx.backtest(ONE, own, tick=0.0001)
    rates = rate_bars(6).close
    assert result.stats["buy_and_hold"] == pytest.approx(own.close[-1] * rates[-1] / (own.close[0] * rates[0]) - 1)
    for trade in result.run.trade_rows():
        entry, leave = int((np.datetime64(trade["entry_time"][:-1], "us").astype(np.int64) - FIRST) // DAY), trade["exit_time"]
        if leave is None or trade["exit_reason"] == "":
            continue
        out = int((np.datetime64(leave[:-1], "us").astype(np.int64) - FIRST) // DAY)
        paid = trade["quantity"] * trade["entry_price"] * rates[entry - 1]
        got = trade["quantity"] * trade["exit_price"] * rates[out - 1]
        assert trade["profit"] == pytest.approx(got - paid - trade["commission"])
        assert trade["profit_percent"] == pytest.approx(100 * trade["profit"] / paid)
    table = result.trades
    assert table["profit_percent"].tolist() == [trade["profit_percent"] for trade in result.run.trade_rows()]
    closed = [t["profit"] for t in result.run.trade_rows() if t["exit_time"]]
    still_open = [t["profit"] for t in result.run.trade_rows() if not t["exit_time"]]
    assert result.run.equity_values[-1] == pytest.approx(10_000 + sum(closed) + sum(still_open))


def test_legs_add_up_to_the_account() -> None:
    markets = {"SAP": bars("SAP", 1, currency="EUR"), "AAPL": bars("AAPL", 2, currency="USD"), "EURUSD": rate_bars(3)}
    result = apx.backtest(SEVERAL, markets, tick=0.0001)
    made = sum(leg.equity_values[-1] - 10_000 for leg in result.run.legs)
    assert made == pytest.approx(result.run.equity_values[-1] - 10_000)
    assert result.stats["final_equity"] == result.run.equity_values[-1]


def test_the_result_says_by_what_money_was_converted_and_where_that_ends() -> None:
    own = bars("SAP", 5, currency="EUR")
    result = apx.backtest(ONE, own.with_others({"EURUSD": rate_bars(6)}))
    assert any("EUR is converted into USD at the closes of EURUSD" in text for text in result.warnings)
    assert not any("its last rate is used" in text for text in result.warnings)
    assert result.run.settings["conversion"] == "EURUSD"
    short = apx.backtest(ONE, own.with_others({"EURUSD": rate_bars(6).rows(slice(0, 20))}))
    assert any("The bars of EURUSD end at 2020-01-21" in text and "its last rate is used" in text for text in short.warnings)
    shown = result.shown()
    assert (shown.currency, shown.quote) == ("USD", "EUR")


def test_the_result_says_where_the_bars_of_the_pair_have_holes() -> None:
    own, pair = bars("SAP", 5, currency="EUR"), rate_bars(6)
    holey = pair.rows(np.array([*range(10), *range(17, 20), *range(30, 40)]))
    result = apx.backtest(ONE, own.with_others({"EURUSD": holey}))
    said = "The bars of EURUSD have a hole of more than a week from 2020-01-21T00:00:00Z to 2020-02-01T00:00:00Z; the rate before is used in it."
    assert said in result.warnings
    later = pair.rows(np.array([*range(10), *range(19, 20), *range(30, 40)]))
    found = apx.backtest(ONE, own.with_others({"EURUSD": later})).warnings
    assert any("have 2 holes of more than a week, the longest from 2020-01-21" in text for text in found)


def test_the_calendar_that_tells_when_money_is_converted_is_named() -> None:
    own = bars("SAP", 5, currency="EUR")
    result = apx.backtest(ONE, replace(own, calendar="").with_others({"EURUSD": rate_bars(6)}))
    assert any("follow the calendar XNYS, usual for SAP" in text for text in result.warnings)
    assert any("13 of 40 bars are of days on which XNYS does not trade" in text for text in result.warnings)
    for said in (
        apx.backtest(ONE, own.with_others({"EURUSD": rate_bars(6)})),
        apx.backtest(ONE, replace(own, calendar="", currency="USD")),
    ):
        assert not any("calendar" in text or "does not trade" in text for text in said.warnings)


def test_any_two_currencies_can_be_a_pair() -> None:
    own = bars("2330", 5, currency="TWD")
    for symbol in ("TWDUSD", "TWD/USD", "FX:TWDUSD"):
        result = apx.backtest(ONE, own.with_others({symbol: rate_bars(6)}))
        assert result.run.settings["conversion"] == symbol


def test_pence_are_counted_as_hundredths_of_a_pound() -> None:
    said = r"GBX, hundredths of GBP, and the account is in USD\. Say --currency GBP --multiplier 0\.01, .* bars of GBPUSD beside"
    with pytest.raises(InputError, match=said):
        apx.backtest(ONE, bars("VOD", 5, currency="GBX"))
    with pytest.raises(InputError, match=r"which counts its prices as such\.$"):
        apx.backtest(ONE.replace("USD", "GBP"), bars("VOD", 5, currency="GBX"))


def test_orders_before_the_first_rate_are_refused_with_their_reason() -> None:
    own = bars("SAP", 5, currency="EUR").with_others({"EURUSD": rate_bars(6).rows(slice(20, None))})
    result = apx.backtest(ONE, own)
    assert result.run.fill_rows[0, 1] > 20
    assert any(row["cause"] == "no rate" for row in result.run.trace_records())
    assert np.all(result.run.equity_values[:20] == 10_000)


def test_why_says_that_no_rate_was_known() -> None:
    own = bars("SAP", 5, currency="EUR").with_others({"EURUSD": rate_bars(6).rows(slice(20, None))})
    program, rising = apx.compile(ONE), int(np.flatnonzero(np.diff(own.close) > 0)[0]) + 1
    when = str(np.datetime64(int(own.time[rising]), "us").astype("M8[D]"))
    said = json.dumps(repr(program.why(own, when)))
    assert "no rate from the currency of the prices" in said


def test_a_stop_or_target_distance_stays_a_price() -> None:
    own = bars("SAP", 5, currency="EUR")
    fixed = np.full(len(own), 2.0)
    pair = Candles.from_arrays(time=own.time, open=fixed, high=fixed, low=fixed, close=fixed, symbol="EURUSD").following("24/7")
    double = apx.backtest(ONE, own.with_others({"EURUSD": pair}), tick=0.0001, capital=20_000)
    single = apx.backtest(
        ONE.replace("500 USD", "250 USD").replace("> -200", "> -100"), bars("SAP", 5, currency="USD"), tick=0.0001
    )
    # From the second bar on, which is the first that knows the rate.
    assert double.run.fill_rows[:, [1, 3, 4, 5]].tolist() == single.run.fill_rows[:, [1, 3, 4, 5]].tolist()


def test_a_pair_that_converts_nothing_is_said_to_be_idle() -> None:
    rates = {"EURUSD": rate_bars(6)}
    unknown = apx.backtest(ONE, bars("SAP", 5).with_others(rates))
    assert any("No money is converted by EURUSD" in text for text in unknown.warnings)
    assert any("currency of SAP is not known" in text for text in unknown.warnings)
    silent = ONE.replace("capital 10_000 USD", "capital 10_000").replace("500 USD", "5 shares")
    taken = apx.backtest(silent, bars("SAP", 5, currency="EUR").with_others(rates))
    assert taken.run.account.currency == "EUR"
    assert any("No money is converted by EURUSD" in text for text in taken.warnings)
    assert not any(
        "No money is converted" in text for text in apx.backtest(ONE, bars("SAP", 5, currency="EUR").with_others(rates)).warnings
    )


def test_instruments_of_several_currencies_are_counted_in_dollars_where_nobody_says_another() -> None:
    silent = SEVERAL.replace("capital 10_000 USD", "capital 10_000").replace("500 USD", "5 shares").replace(', "EURUSD"', "")
    own = {"SAP": bars("SAP", 1, currency="EUR"), "AAPL": bars("AAPL", 2, currency="USD")}
    found = apx.backtest(silent, {symbol: each.with_others({"EURUSD": rate_bars(3)}) for symbol, each in own.items()})
    assert found.run.account.currency == "USD"
    with pytest.raises(InputError, match="SAP is quoted in EUR and the account is in USD"):
        apx.backtest(silent, own)


# ---------------------------------------------------------------- what is refused


def test_the_refusal_names_the_pair_that_is_missing() -> None:
    with pytest.raises(InputError, match=r"Give bars of EURUSD beside the others"):
        apx.backtest(ONE, bars("SAP", 5, currency="EUR"))
    own = bars("SAP", 5, currency="EUR").with_others({"EURGBP": bars("EURGBP", 6)})
    with pytest.raises(InputError, match="Give bars of EURUSD"):
        apx.backtest(ONE, own)


def test_a_coin_that_stands_for_the_dollar_is_counted_as_one_until_bars_say_what_it_is_worth() -> None:
    text, own = ONE.replace('"SAP"', '"BTCUSDT"'), bars("BTCUSDT", 5)
    par, dollars = apx.backtest(text, own), apx.backtest(text, own, currency="USD")
    assert par.run.equity_values.tobytes() == dollars.run.equity_values.tobytes()
    assert any("BTCUSDT: quoted in USDT, which is counted as USD one for one" in note for note in par.warnings)
    assert not any("one for one" in note for note in dollars.warnings)
    worth = apx.backtest(text, own.with_others({"USDTUSD": rate_bars(3)}))
    assert any("USDT is converted into USD at the closes of USDTUSD" in note for note in worth.warnings)
    assert not any("one for one" in note for note in worth.warnings)
    assert worth.run.equity_values.tobytes() != par.run.equity_values.tobytes()
    program = apx.compile(text)
    assert program.stream(0.01, "24/7", {}, (), None, 0.0, "", "USDT") is not None
    with pytest.raises(InputError, match="quoted in USDT and the account is in EUR"):
        apx.backtest(text.replace("USD", "EUR").replace("BTCEURT", "BTCUSDT"), own)


def test_a_stream_is_refused_without_its_pair_and_goes_on_only_with_the_same() -> None:
    program = apx.compile(ONE)
    with pytest.raises(InputError, match="SAP is quoted in EUR"):
        program.stream(0.01, "24/7", {}, (), None, 0.0, "", "EUR")
    first = program.stream(0.01, "24/7", {"EURUSD": "24/7"}, (), None, 0.0, "", "EUR")
    other = program.stream(0.01, "24/7", {"USDEUR": "24/7"}, (), None, 0.0, "", "EUR")
    plain = program.stream(0.01, "24/7", {}, (), None, 0.0, "", "USD")
    for stream in (other, plain):
        with pytest.raises(StateMismatch, match=r"convert|prices in the currency of EUR"):
            stream.restore(first.save())
    assert isinstance(first, Stream)
    candle = candles_of(rate_bars(1))[0]
    with pytest.raises(FeedError, match="come in order"):
        first.push(candles_of(bars("SAP", 1))[0], {"EURUSD": [candle, candle]})
    untimed = apx.compile(ONE.replace('trade "SAP" every 1d\n', ""))
    with pytest.raises(FeedError, match="no money can be converted"):
        untimed.stream(0.01, "24/7", {"EURUSD": "24/7"}, ("SAP",), None, 0.0, "", "EUR")


# ---------------------------------------------------------------- the command


def test_the_command_converts_by_beside_or_by_what_is_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APX_HOME", str(tmp_path / "home"))
    (tmp_path / "one.apx").write_text(ONE)
    for symbol, each in (("SAP", bars("SAP", 5)), ("EURUSD", rate_bars(6))):
        each.to_pandas().reset_index().to_csv(tmp_path / f"{symbol}.csv", index=False)
    run = ["backtest", str(tmp_path / "one.apx"), "--data", str(tmp_path / "SAP.csv"), "--currency", "EUR", "--json"]
    pair = str(tmp_path / "EURUSD.csv")
    assert main(run) == 2
    assert "--beside EURUSD=FILE" in capsys.readouterr().err
    assert main([*run, "--beside", f"EURUSD={pair}"]) == 0
    given = json.loads(capsys.readouterr().out)
    assert given["settings"]["conversion"] == "EURUSD"
    assert main(["data", "import", pair, "--symbol", "EURUSD"]) == 0
    capsys.readouterr()
    assert main(run) == 0
    stored = json.loads(capsys.readouterr().out)
    assert stored["stats"] == given["stats"]
    assert any("EURUSD@store:1d" in text for text in stored["warnings"])
    assert main(["run", *run[1:-1]]) == 0
    assert main(["why", *run[1:-1], "--at", "2020-01-20"]) == 0
    capsys.readouterr()
    assert main([*run, "--beside", f"DAX={pair}"]) == 2
    assert "reads no other instrument. Money is converted by pairs" in capsys.readouterr().err


def test_a_program_that_mixes_the_two_moneys_is_refused_with_its_line() -> None:
    own = bars("SAP", 5, currency="EUR").with_others({"EURUSD": rate_bars(6)})
    mixed = ONE.replace("made > -200", "close * position.size > 200 USD")
    with pytest.raises(InputError, match="line 14 of the program takes money of one for the other"):
        apx.backtest(mixed, own)
    assert len(apx.backtest(mixed, bars("SAP", 5, currency="USD")).run.time) == 40
    program = apx.compile(mixed)
    with pytest.raises(InputError, match="line 14"):
        program.stream(0.01, "24/7", {"EURUSD": "24/7"}, (), None, 0.0, "", "EUR")


def test_each_combination_of_a_sweep_is_converted_as_its_backtest_is() -> None:
    text = ONE.replace("settings\n", "input wait = 2 bars in 1 .. 8\ninput share = 40% in 10% .. 60%\nsettings\n", 1)
    text = text.replace("close > close[1]", "close > sma(close, wait)").replace("40% of equity", "share of equity")
    own = bars("SAP", 5, days=120, currency="EUR").with_others({"EURUSD": rate_bars(6).rows(slice(3, None))})
    table = apx.sweep(text, own, wait=[1, 2, 3, 5], share=["20%", "55%"], tick=0.0001, workers=2)
    for row in range(len(table)):
        alone = apx.backtest(text, own, tick=0.0001, **table.inputs(row))
        assert alone.stats["trades"] > 5
        assert np.array_equal(list(table.stats(row).values()), list(alone.stats.values()), equal_nan=True)
    with pytest.raises(InputError, match="Give bars of EURUSD"):
        apx.sweep(text, bars("SAP", 5, currency="EUR"), wait=[1, 2])

"""The unit of every form of expression, the errors that name both units, and the fixes that mend them."""

from __future__ import annotations

import pytest

from compiler.diagnostics import Diagnostic, Fix
from compiler.pipeline import Checked, check
from stdlib.library import load

HEAD = 'apx 1\nstrategy "Units"\ntrade "SPY" every 1d\n'


def checked(body: str) -> Checked:
    return check(HEAD + body, load())


def errors(body: str) -> list[Diagnostic]:
    return [d for d in checked(body).diagnostics if d.severity == "error"]


def unit_of(expression: str, before: str = "") -> str:
    result = checked(f"{before}\nlet x = {expression}\n")
    assert [d.message for d in result.diagnostics if d.severity == "error"] == []
    assert result.program is not None
    return str(result.program.typed.lets["x"])


@pytest.mark.parametrize(
    ("expression", "unit"),
    [
        # market data
        ("close", "price"), ("volume", "quantity"), ("hl2", "price"), ("hlc3", "price"), ("ohlc4", "price"),
        ("time.hour", "plain number"), ("position.size", "quantity"), ("position.bars_held", "bars"),
        ("position.profit", "money"), ("position.entry_price", "price"), ("account.equity", "money"), ("account.drawdown", "ratio"),
        # sums keep the unit
        ("close - open", "price"), ("close + open", "price"), ("volume - volume[1]", "quantity"), ("-close", "price"), ("(close)", "price"),
        ("account.equity - account.cash", "money"),
        # products and quotients
        ("close / open", "ratio"), ("volume / volume[1]", "ratio"), ("close * volume", "money"), ("close * volume / close", "quantity"),
        ("close * close", "price²"), ("close * close * close", "price³"), ("close / volume", "price/quantity"), ("1 / close", "1/price"),
        ("volume / (close * volume)", "1/price"), ("close * volume / volume", "price"), ("close * close / close", "price"),
        ("close * (open / close)", "price"), ("(open / close) * volume", "quantity"), ("close * rsi(14)", "price"),
        ("close / 2%", "price"), ("account.equity * 1%", "money"), ("account.equity / close", "quantity"),
        ("rsi(14) / rsi(7)", "ratio"), ("rsi(14) / 100", "oscillator"), ("2% * 3%", "ratio"), ("2% / 4%", "ratio"),
        # literals: plain across * and /, adopting across + - comparison, branches and arguments
        ("2 * atr(14)", "price"), ("close * 1.01", "price"), ("atr(14) / 2", "price"), ("close + 1", "price"), ("100 - rsi(14)", "oscillator"),
        ("1 + 2", "plain number"), ("2 * 3", "plain number"), ("2%", "ratio"), ("10 bps", "ratio"), ("20 bars", "bars"), ("3 ticks", "price"),
        ("50 shares", "quantity"), ("0.5 units", "quantity"), ("5_000 USD", "money"), ("max(close, 10)", "price"),
        ("if close > open then close else 0 end", "price"), ("if close > open then 1 else 2 end", "plain number"),
        ("if close > open then 0 else if close < open then volume else 1 end", "quantity"), ("close or_else 0", "price"),
        ("close or_else open or_else 0", "price"), ("1 + 2 * 3 + close", "price"), ("2% + 1", "ratio"),
        # windows, filters, library
        ("sma(close, 20)", "price"), ("sma(volume, 20)", "quantity"), ("ema(close / open, 5)", "ratio"), ("atr(14)", "price"), ("rsi(14)", "oscillator"),
        ("highest(high, 20)", "price"), ("median(volume, 3)", "quantity"), ("variance(close, 20)", "price²"), ("stdev(close, 20)", "price"),
        ("variance(volume, 20)", "quantity²"), ("covariance(close, volume, 20)", "money"), ("covariance(close, open, 20)", "price²"),
        ("linreg_slope(close, 14)", "price/bar"), ("linreg_slope(volume, 14)", "quantity/bar"), ("highest_bars_ago(high, 10)", "bars"),
        ("percentile_rank(close, 20)", "oscillator"), ("cumulate(volume)", "quantity"), ("count(close > open, 10)", "plain number"),
        ("bars since (close > open)", "bars"), ("value_when(close > open, volume, 0)", "quantity"), ("pivot_high(high, 2, 2)", "price"),
        ("zscore(close, 20)", "plain number"), ("macd(close, 12, 26, 9).line", "price"), ("bollinger(close, 20, 2).upper", "price"),
        ("close[3]", "price"), ("volume[3]", "quantity"), ("rsi(14)[1]", "oscillator"), ("donchian(20).middle", "price"),
        ("(high - low) / linreg_slope(close, 5)", "bars"), ("linreg_slope(close, 5) * 3 bars", "price"),
        # operators of one bar
        ("abs(close - open)", "price"), ("min(close, open)", "price"), ("max(volume, volume[1])", "quantity"), ("round(close)", "price"),
        ("floor(volume)", "quantity"), ("sign(close - open)", "plain number"), ("sqrt(close * close)", "price"), ("sqrt(close)", "price^1/2"),
        ("sqrt(close * volume)", "price^1/2·quantity^1/2"), ("pow(close, 2)", "price²"), ("pow(close, -1)", "1/price"), ("pow(close, 0.5)", "price^1/2"),
        ("log(close / open)", "plain number"), ("exp(close / open - 1)", "plain number"), ("sin(2)", "plain number"), ("pow(2, 3)", "plain number"),
        # marks
        ("number(close)", "plain number"), ("number(close) + 1", "plain number"), ("number(close) * number(volume)", "plain number"),
        ("oscillator(100 * close / highest(high, 5))", "oscillator"), ("number(5 bars)", "plain number"),
        # truths and several values
        ("close > open", "condition"), ("not (close > open)", "condition"), ("close crosses above open", "condition"), ("close is new", "condition"),
        ("close between low and high", "condition"), ("close > open within last 3", "condition"),
        ("macd(close, 12, 26, 9)", "(line: price, signal: price, histogram: price)"),
    ],
)  # fmt: skip
def test_an_expression_has_this_unit(expression: str, unit: str) -> None:
    assert unit_of(expression) == unit


@pytest.mark.parametrize(
    ("uses", "unit"),
    [
        ("when close > level\n  exit position", "price"),
        ("when level < volume\n  exit position", "quantity"),
        ("when rsi(14) > level\n  exit position", "oscillator"),
        ("when rsi(14) crosses above level\n  exit position", "oscillator"),
        ("when close between level and high\n  exit position", "price"),
        ("when (close - open) / open > level\n  exit position", "ratio"),
        ("plot sma(close, level)", "bars"),
        ("plot close[level]", "bars"),
        ("when close > open within last level\n  exit position", "bars"),
        ("when close > open has held for level\n  exit position", "bars"),
        ("when close is rising for level\n  exit position", "bars"),
        ("plot level * close", "plain number"),
        ("plot close / level", "plain number"),
        ("plot level", "plain number"),
        ("plot level + close", "price"),
        ("plot max(level, volume)", "quantity"),
        ("plot if close > open then level else close end", "price"),
        ("when close > open\n  buy level of equity", "ratio"),
        ("when close > open\n  buy 10 shares at limit level", "price"),
        ("when close > open\n  buy 10 shares\n    hold at most level", "bars"),
        ("when close > open\n  buy 10 shares\n    stop loss at level", "price"),
        ("when close > open\n  buy 10 shares\n    trail by level", "price"),
        ("let other = level\nwhen close > other\n  exit position", "price"),
        ("define f(x, n) = sma(x, n)\nplot f(close, level)", "bars"),
        ("define f(x) = close > x\nwhen f(level)\n  exit position", "price"),
        ("remember y = if close > level then 1 else 0 end initially 0\nplot y", "price"),
    ],
)
def test_an_input_or_let_of_a_bare_number_takes_the_unit_of_its_use(uses: str, unit: str) -> None:
    for declared in ("input level = 14", "let level = 14"):
        result = checked(f"{declared}\n{uses}\n")
        assert [d.message for d in result.diagnostics if d.severity == "error"] == []
        assert result.program is not None
        typed = result.program.typed
        assert str((typed.inputs | typed.lets)["level"]) == unit


def test_an_input_shows_its_unit_to_those_who_set_it() -> None:
    program = checked(
        "input n = 20 in 5 .. 50\ninput share = 1%\ninput top = 70\nwhen rsi(n) > top\n  buy share of equity\n"
    ).program
    assert program is not None
    assert [(i.name, i.unit, i.default) for i in program.inputs] == [
        ("n", "bars", 20.0),
        ("share", "ratio", 0.01),
        ("top", "oscillator", 70.0),
    ]


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("when rsi(14) > close\n  exit position", "E0301", ("oscillator", "price")),
        ("when close > volume\n  exit position", "E0301", ("price", "quantity")),
        ("when atr(14) > 2%\n  exit position", "E0301", ("price", "ratio")),
        ("plot close + volume", "E0301", ("price", "quantity")),
        ("plot close - 2%", "E0301", ("price", "ratio")),
        ("plot close + 5 bars", "E0301", ("price", "number of bars")),
        ("when position.profit > close\n  exit position", "E0301", ("money", "price")),
        ("when rsi(14) > 2%\n  exit position", "E0301", ("oscillator", "ratio")),
        ("when close crosses above volume\n  exit position", "E0301", ("price", "quantity")),
        ("when close between volume and high\n  exit position", "E0301", ("price", "quantity")),
        ("plot if close > open then close else volume end", "E0301", ("price", "quantity")),
        ("plot close or_else volume", "E0301", ("price", "quantity")),
        ("plot max(close, volume)", "E0301", ("price", "quantity")),
        ("when close * volume > close\n  exit position", "E0301", ("money", "price")),
        ("when variance(close, 20) > atr(14)\n  exit position", "E0301", ("price²", "price")),
        ("when linreg_slope(close, 5) > close\n  exit position", "E0301", ("price/bar", "price")),
        ("when close == volume\n  exit position", "E0301", ("price", "quantity")),
        ("plot 5 bars + 2%", "E0301", ("number of bars", "ratio")),
        ("when position.size > 1_000 USD\n  exit position", "E0301", ("quantity", "money")),
        ("remember y = volume initially close\nplot y", "E0301", ("quantity", "price")),
        ("input n = 10 bars in 1% .. 2%\nplot sma(close, n)", "E0301", ("ratio", "number of bars")),
        ("plot log(close)", "E0305", ("price",)),
        ("plot pow(close, open)", "E0305", ("price",)),
        ("plot alma(close, 9, close, 6)", "E0305", ("price",)),
        ("plot highest(high, 2%)", "E0310", ("number of bars", "ratio")),
        ("plot close[volume]", "E0310", ("number of bars", "quantity")),
        ("when close > open within last 1h\n  exit position", "E0313", ("`1 bar`", "length of time")),
        ("let x = 15m\nplot x", "E0313", ("`15 bars`", "length of time")),
        ("when close > open has held for close\n  exit position", "E0310", ("number of bars", "price")),
        ("when close > open\n  buy 10 shares\n    hold at most 2%", "E0310", ("number of bars", "ratio")),
        ("when close > open\n  buy close", "E0502", ("money", "quantity", "price")),
        ("when close > open\n  buy rsi(14) of equity", "E0503", ("ratio", "oscillator")),
        ("when close > open\n  buy 10 shares at limit rsi(14)", "E0309", ("price", "oscillator")),
        ("when close > open\n  buy 10 shares at stop volume", "E0309", ("price", "quantity")),
        ("when close > open\n  buy 10 shares\n    stop loss at volume", "E0309", ("price", "quantity")),
        ("when close > open\n  buy 10 shares\n    take profit at rsi(14)", "E0309", ("price", "oscillator")),
        ("when close > open\n  buy 10 shares\n    trail by 5 bars", "E0309", ("price", "number of bars")),
        ("define spread(a, b) = a - b\nplot spread(close, volume)", "E0304", ("price", "quantity")),
        ("input level = 50\nwhen close > level and rsi(14) > level\n  exit position", "E0312", ("oscillator", "price")),
        ("let level = 50\nwhen close > level and volume > level\n  exit position", "E0312", ("quantity", "price")),
        ("let level = 50\nplot sma(close, level) + level", "E0312", ("price", "number of bars")),
        ("plot (close > open) + 1", "E0306", ("number", "condition")),
        ("when close\n  exit position", "E0302", ("condition", "price")),
        ("when close and open\n  exit position", "E0302", ("condition", "price")),
        ("plot if close > open then 1 else close > open end", "E0303", ("plain number", "condition")),
        ("when macd(close, 12, 26, 9) > 0\n  exit position", "E0308", ("outputs",)),
    ],
)
def test_an_error_of_units_names_both(body: str, code: str, said: tuple[str, ...]) -> None:
    first, *_ = found = errors(body + "\n")
    assert code in [d.code for d in found]
    assert len({d.span for d in found}) == len(found)
    told = next(d for d in found if d.code == code) if first.code != code else first
    words = told.message + " " + told.hint + " " + " ".join(label.text for label in told.labels)
    for word in said:
        assert word in words, words


def test_two_uses_of_one_bare_number_cite_both_places() -> None:
    body = "input level = 50\nwhen close > level and rsi(14) > level\n  exit position\n"
    (mistake,) = errors(body)
    text = HEAD + body
    assert mistake.code == "E0312"
    assert mistake.span.start == text.rindex("level")
    (label,) = mistake.labels
    assert label.span.start == text.index("level and")
    assert "price" in label.text


def applied(text: str, fix: Fix) -> str:
    for edit in sorted(fix.edits, key=lambda e: -e.span.start):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


FIXABLE = (
    "when rsi(14) > close\n  exit position", "when close > volume\n  exit position", "when atr(14) > 2%\n  exit position", "plot close + 2%",
    "plot (close - 2%) * volume", "when 1% + 1% < atr(3)\n  exit position", "plot log(close)", "plot log(close + open)", "when close > open\n  buy 10",
    "when close > open\n  buy 10%", "when macd(close, 12, 26, 9) > 0\n  exit position", "plot cloze", "plot smaa(close, 20)",
    "plot close + volume * 2", "when close - open > volume - volume[1]\n  exit position", "when close == volume\n  exit position",
    "when close > entry\n  exit position", "plot bollinger(close, 20, facter = 3).upper", "plot position.sise", "plot macd(close, 12, 26, 9).sygnal", "let sma = 3\nplot close",
    "when close crosses above volume\n  exit position", "plot close > open within last 3h",
    "when bars since (close > open) > rsi(14)\n  exit position",
)  # fmt: skip


@pytest.mark.parametrize("body", FIXABLE)
def test_every_fix_offered_removes_its_mistake_and_makes_no_other(body: str) -> None:
    text = HEAD + body + "\n"
    found = errors(body + "\n")
    assert found
    assert any(d.fixes for d in found)
    for mistake in found:
        for fix in mistake.fixes:
            after = [d for d in check(applied(text, fix), load()).diagnostics if d.severity == "error"]
            assert mistake.code not in {d.code for d in after}, applied(text, fix)
            assert len(after) < len(found), (applied(text, fix), [d.message for d in after])

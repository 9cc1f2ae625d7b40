"""Sentences of the language's definition as small programs with values worked out by hand: run, interpreted and streamed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

import apextrade as ax
from apextrade.backtesting import Result
from apextrade.program import Program

NAN = math.nan
HEAD = 'apx 1\nstrategy "Sentences"\ntrade "T" every 1d\n'
COSTS = "settings\n  capital 10_000 USD\n  commission 0%\n  slippage 0%\n"
Row = tuple[float, float, float, float]
Values = Sequence[float | None]


def compiled(body: str) -> Program:
    return ax.compile(HEAD + body + "\n")


def closes(values: Values) -> ax.Candles:
    """Bars wide enough for any close; None is an unknown one."""
    close = [NAN if v is None else float(v) for v in values]
    n = len(close)
    time = np.datetime64("2024-01-01") + np.arange(n)
    return ax.Candles.from_arrays(
        time=time, open=[10.0] * n, high=[50.0] * n, low=[5.0] * n, close=close, volume=[100.0] * n, symbol="T"
    )


def bars(rows: Sequence[Row]) -> ax.Candles:
    opened, high, low, close = zip(*rows, strict=True)
    time = np.datetime64("2024-01-01") + np.arange(len(rows))
    return ax.Candles.from_arrays(time=time, open=opened, high=high, low=low, close=close, volume=[1e3] * len(rows), symbol="T")


def columns(body: str, candles: ax.Candles) -> dict[str, list[float | None]]:
    """Every column, found alike by the kernels, by the reference interpreter and bar by bar; None is unknown."""
    program = compiled(body)
    found, interpreted = program.run(candles), ax.interpret(program, candles)
    stream = program.stream(candles.price_step() or 0.01)
    steps = []
    for i in range(len(candles)):
        prices = {name: float(getattr(candles, name)[i]) for name in ("open", "high", "low", "close", "volume")}
        steps.append(stream.push({"time": int(candles.time[i]), **prices}))
    for name in found:
        pushed = np.array([step[name] for step in steps])
        assert np.array_equal(found[name], interpreted[name], equal_nan=True), name
        assert np.array_equal(found[name], pushed, equal_nan=True), name
    return {name: [None if v != v else float(v) for v in found[name]] for name in found}


def fills(body: str, rows: Sequence[Row]) -> list[tuple[int, float, float]]:
    """Bar, signed quantity and price of each fill."""
    result = ax.backtest(compiled(COSTS + body), bars(rows), tick=0.01)
    return [(int(row[1]), row[3] * row[4], row[5]) for row in result.run.fill_rows.tolist()]


# ---------------------------------------------------------------- values


@pytest.mark.parametrize(
    ("expression", "close", "expected"),
    [
        # of several branches the first true one is taken; an unknown condition gives unknown; only the chosen branch matters
        ("if close > 12 then 1 else if close > 10 then 2 else 3 end", [9, 11, 13, None], [3, 2, 1, None]),
        ("if close > 10 then close else unknown end", [9, 11, None], [None, 11, None]),
        ("if true then 1 else close end", [None, 9], [1, 1]),
        # named arguments go by name, in any order, beside those that go by place
        ("macd(close, signal = 1, slow = 2, fast = 1).line", [10, 12, 13], [None, 1, 2 / 3]),
        ("sma(n = 2, x = close)", [10, 12, 13], [None, 11, 12.5]),
        # precedence
        ("close > 10 within last 2 bars and close < 12", [11, 12, 9, 9], [1, 0, 1, 0]),
        ("not close > 10 within last 2 bars", [11, 9, 9, 9], [0, 0, 1, 1]),
        ("sma(close, 2) or_else close + 1", [10, 12], [11, 11]),
        ("-close[1] + 5", [10, 12], [None, -5]),
        # phrases
        ("close crosses above 11", [10, 12, 11, 12, None, 12], [0, 1, 0, 1, 0, None]),
        ("close is new", [10, 10, None, 10], [1, 0, 0, 1]),
        ("close is rising for 2 bars", [10, 11, 12, 12, 13], [None, None, 1, 0, 0]),
        ("close > 10 has held for 2 bars", [11, 11, None, 11, 9, 11], [None, 1, None, None, 0, 0]),
        ("close > 10 within last 2 bars", [9, 9, None, 11, None, None], [None, 0, None, 1, 1, None]),
        ("bars since (close > 10)", [9, 11, 9, 9, None, 9, 11], [None, 0, 1, 2, None, None, 0]),
        ("value_when(close > 10, close, 0)", [9, 11, 9, None, 9, 12], [None, 11, 11, None, None, 12]),
        ("count(close > 10, 2)", [11, 9, None, 11, 11], [None, 1, None, None, 2]),
        # units of numbers
        ("close * 2%", [50], [1]),
        ("close * 50 bps", [50], [0.25]),
        ("3 bars - 1", [50], [2]),
        # Kleene's truths
        ("close > 10 and false", [None, 11], [0, 0]),
        ("close > 10 or true", [None, 9], [1, 1]),
        ("close > 10 and true", [None, 11], [None, 1]),
        ("not (close > 10)", [None, 11], [None, 0]),
        # what is not finite is unknown
        ("close / (close - 10)", [10, 12], [None, 6]),
        ("log(number(close) - 10)", [9, 11], [None, 0]),
        # finite windows forget, recursive filters hold
        ("sma(close, 2)", [10, 12, None, 10, 12], [None, 11, None, None, 11]),
        ("ema(close, 3)", [10, 12, None, 14, 16], [None, None, None, 12, 14]),
        ("cumulate(close)", [10, 12, None, 1], [10, 22, None, 23]),
    ],
)  # fmt: skip
def test_an_expression_has_these_values(expression: str, close: Values, expected: Values) -> None:
    found = columns(f"let it = {expression}", closes(close))["it"]
    assert [v is None for v in found] == [v is None for v in expected]
    assert [v for v in found if v is not None] == pytest.approx([v for v in expected if v is not None], rel=1e-12)


def test_a_state_reads_its_previous_value_and_the_present_of_all_others() -> None:
    found = columns(
        """remember n = n + 1 initially 0
remember total = total + close initially 0
remember a = b[1] + 1 initially 0
remember b = a[1] * 2 initially 1
remember late = n[1] initially 7
remember back = back[1] + 1 initially 0
remember last = if close > 11 then close else last end initially unknown
let before = n[1]""",
        closes([10, 11, None, 12, 13]),
    )
    assert found["n"] == [1, 2, 3, 4, 5]
    assert found["total"] == [10, 21, 21, 33, 46]  # an unknown next keeps the previous value
    assert (found["a"], found["b"]) == ([0, 2, 1, 5, 3], [1, 0, 4, 2, 10])
    assert found["late"] == [7, 1, 2, 3, 4]
    assert found["back"] == [0, 1, 1, 2, 2]
    assert found["last"] == [None, None, None, 12, 13]
    assert found["before"] == [None, 1, 2, 3, 4]


def test_each_call_of_a_define_has_its_own_state_and_runs_on_every_bar_wherever_it_stands() -> None:
    found = columns(
        """define tally(c, step = 1)
  remember n = if c then n + step else n end initially 0
  give n
let rare = tally(close > 11)
let often = tally(true, step = 2)
let hidden = if close > 12 then tally(true) else 0 end""",
        closes([10, 12, 13, 9, 14]),
    )
    assert found["rare"] == [0, 1, 2, 2, 3]
    assert found["often"] == [2, 4, 6, 8, 10]
    assert found["hidden"] == [0, 0, 3, 0, 5]


def test_facts_of_a_flat_position_and_of_both_sides() -> None:
    rows = [
        (10, 10, 10, 10),
        (10, 10.5, 9.5, 10),
        (10, 12, 8, 11),
        (11, 13, 10, 12),
        (10, 10, 10, 10),
        (9, 9.5, 8.5, 9),
        (9, 9, 9, 9),
        (8, 8.5, 7, 7.5),
        (7, 7, 6, 6),
    ]
    found = columns(
        COSTS
        + """let size = position.size
let price = position.entry_price
let held = position.bars_held
let profit = position.profit
let most = position.highest
let least = position.lowest
let ago = position.last_exit_bars_ago
let largest = position.largest
remember peak = if position.size == 0 then 0 else max(peak, position.profit) end initially 0
let lately = position.size > 0 within last 3 bars
when time.day == 2
  buy 10 shares
when time.day == 5
  exit position
when time.day == 7
  short 15 shares""",
        bars(rows),
    )
    assert found["size"] == [0, 0, 10, 10, 10, 0, 0, -15, -15]
    assert found["price"] == [None, None, 10, 10, 10, None, None, 8, 8]
    assert found["held"] == [0, 0, 0, 1, 2, 0, 0, 0, 1]
    assert found["profit"] == [None, None, 10, 20, 0, None, None, 7.5, 30]
    assert found["most"] == [None, None, 12, 13, 13, None, None, 8.5, 8.5]
    assert found["least"] == [None, None, 8, 8, 8, None, None, 7, 6]
    assert found["ago"] == [0, 1, 2, 3, 4, 0, 1, 2, 3]
    assert found["largest"] == [0, 0, 10, 10, 10, 10, 10, 15, 15]
    assert found["peak"] == [0, 0, 10, 20, 20, 0, 0, 7.5, 30]
    assert found["lately"] == [None, None, 1, 1, 1, 1, 1, 0, 0]


# ---------------------------------------------------------------- rules and orders

FLAT = (10.0, 10.0, 10.0, 10.0)


def test_otherwise_runs_on_known_false_and_not_on_unknown() -> None:
    program = compiled(f'{COSTS}when sma(close, 2) > 10\n  notify "up"\notherwise\n  notify "not up"')
    notes = ax.backtest(program, closes([10, 10, 11, None, 11, 9, 10])).notes
    assert [(time[8:10], text) for time, text in notes] == [("02", "not up"), ("03", "up"), ("06", "not up"), ("07", "not up")]


def test_an_exit_and_an_opposite_entry_on_one_bar_both_happen() -> None:
    body = "when time.day == 1\n  exit position\n  buy 10 shares\nwhen time.day == 2\n  short 5 shares\n  exit position"
    assert fills(body, [FLAT] * 4) == [(1, 10, 10), (2, -10, 10), (2, -5, 10)]


def test_an_entry_reverses_what_is_open_when_it_fills_and_priced_entries_may_rest_on_both_sides() -> None:
    body = "when time.day == 1\n  buy 10 shares at stop 12\n  short 7 shares at stop 8"
    rows = [FLAT, (10, 11, 9, 10), (10, 12.5, 10, 12), (12, 12, 7, 7.5), (8, 8, 8, 8)]
    assert fills(body, rows) == [(2, 10, 12), (3, -10, 8), (3, -7, 8)]


def test_a_share_of_equity_is_of_the_equity_and_not_of_the_cash() -> None:
    body = "  pyramiding 2\nwhen time.day == 1\n  buy 500 shares\nwhen time.day == 2\n  buy 10% of equity"
    assert fills(body, [FLAT] * 4) == [(1, 500, 10), (2, 100, 10)]


def test_everything_but_entry_is_frozen_at_the_bar_that_made_the_order() -> None:
    body = "when time.day == 1\n  buy 10 shares\n    stop loss at entry - close / 10"
    rows = [FLAT, (11, 20, 10.5, 20), (20, 20, 18.5, 19), (30, 40, 9, 40)]
    assert fills(body, rows) == [(1, 10, 11), (3, -10, 10)]


def test_a_trails_distance_is_read_again_at_each_close_and_its_stop_never_moves_back() -> None:
    body = "when time.day == 1\n  buy 10 shares\n    trail by close / 10"
    rows = [FLAT, (10, 20, 10, 20), (20, 20, 18.5, 19), (30, 40, 29, 40), (40, 40, 35.9, 36)]
    assert fills(body, rows) == [(1, 10, 10), (4, -10, 36)]


@pytest.mark.parametrize(
    ("lines", "target"),
    [
        ("take profit at 3 R", "3 R"), ("let n = 3\n", "n * 1 R"), ("let goal = 3 R\n", "goal"), ("input goal = 3 R in 1 R .. 5 R\n", "goal"),
        ("input n = 1.5\n", "(2 * n) * 1 R"), ("", "(if close > 9 then 3 else 2 end) * 1 R"),
    ],
)  # fmt: skip
def test_a_target_in_r_may_be_computed_or_chosen(lines: str, target: str) -> None:
    body = f"{lines if '=' in lines else ''}when time.day == 1\n  buy 10 shares\n    stop loss at 9\n    take profit at {target}"
    assert fills(body, [FLAT, (11, 18, 10.5, 11), FLAT]) == [(1, 10, 11), (1, -10, 17)]  # R is 2 from the fill at 11


def test_a_number_without_r_is_a_price_and_r_needs_a_stop() -> None:
    body = "input goal = 12\nwhen time.day == 1\n  buy 10 shares\n    stop loss at 9\n    take profit at goal"
    assert fills(body, [FLAT, (11, 18, 10.5, 11), FLAT]) == [(1, 10, 11), (1, -10, 12)]
    with pytest.raises(ax.CompileError, match="E0505"):
        compiled("input goal = 3 R\nwhen close > open\n  buy 10 shares\n    take profit at goal")
    with pytest.raises(ax.CompileError, match="E0309"):
        compiled("when close > open\n  buy 10 shares\n    stop loss at 9\n    take profit at 1 R * 2 R")


def test_whatever_part_of_an_order_is_unknown_the_whole_order_is_refused() -> None:
    lines = (
        "buy 1 share at limit sma(close, 3)", "buy sma(volume, 3)", "buy 1 share\n    stop loss at sma(close, 3)",
        "buy 1 share\n    take profit at sma(close, 3)", "buy 1 share\n    trail by sma(close, 3)",
    )  # fmt: skip
    program = compiled(COSTS + "\n".join(f"when time.day == 1\n  {line}" for line in lines))
    result = ax.backtest(program, bars([FLAT] * 4))
    assert [(r["cause"], r["count"]) for r in result.run.trace_records()] == [("unknown", 1)] * len(lines)
    assert not len(result.run.fill_rows)


def test_a_trade_line_says_the_instruments_and_the_bars_of_a_run() -> None:
    program = ax.compile('apx 1\nstrategy "S"\ntrade "AAPL", "MSFT" every 4h\nplot close\n')
    assert (program.symbols, program.compiled.every) == (("AAPL", "MSFT"), "4h")
    one = ax.compile('apx 1\nstrategy "S"\ntrade "AAPL" every 1h\nlet four = close on 4h\n')
    time = np.datetime64("2024-07-02T13:30") + np.arange(7) * np.timedelta64(1, "h")
    price = np.arange(100.0, 107.0)
    candles = ax.Candles.from_arrays(time=time, open=price, high=price, low=price, close=price, volume=price, symbol="AAPL")
    # The usual calendar of its symbol: a session from 13:30 to 20:00 UTC is one bar of four hours and one of two and a half.
    assert [None if v != v else v for v in one.run(candles)["four"]] == [None, None, None, 103, 103, 103, 106]


# ---------------------------------------------------------------- sessions

SESSIONS = {"2024-07-01": 7, "2024-07-02": 7, "2024-07-03": 4, "2024-07-05": 7, "2024-07-08": 7}
"""Hours of New York's exchange from 13:30 UTC; 3 July is a half day."""


def hourly(symbol: str = "AAPL") -> ax.Candles:
    opens = [np.datetime64(f"{day}T13:30") + np.timedelta64(k, "h") for day, count in SESSIONS.items() for k in range(count)]
    price = np.arange(100.0, 100.0 + len(opens))
    return ax.Candles.from_arrays(time=opens, open=price, high=price, low=price, close=price, volume=price, symbol=symbol)


def warned(rule: str, candles: ax.Candles) -> list[str]:
    program = ax.compile(f'apx 1\nstrategy "S"\ntrade "AAPL" every 1h\n{COSTS}  pyramiding 9\n{rule}\n')
    return [text for text in ax.backtest(program, candles, tick=0.01).warnings if "last bar of a session" in text]


def test_a_rule_on_a_sessions_last_bar_fills_next_session_and_warns() -> None:
    late = ["4 orders were made on the last bar of a session and filled when the next one opened, first on 2024-07-01."]
    assert warned("when session.is_last_bar\n  buy 1 share", hourly()) == late
    assert warned("when session.is_last_bar and time.day == 5\n  buy 1 share", hourly()) == [
        "An order was made on the last bar of a session and filled when the next one opened, on 2024-07-05."
    ]
    # The scheduled close is the last bar on whole days; on the half day the rule fires on the bar before.
    assert warned('every day at "16:00"\n  buy 1 share', hourly()) == [late[0].replace("4 orders", "3 orders")]


def test_a_rule_that_fills_within_its_session_does_not_warn() -> None:
    assert warned('every day at "15:30"\n  buy 1 share', hourly()) == []
    assert warned("when session.is_first_bar\n  buy 1 share at limit 1", hourly()) == []
    assert warned("when session.is_last_bar\n  buy 1 share at limit 1", hourly()) == []  # a priced order rests
    assert warned("when session.is_last_bar\n  buy 1 share", hourly().following("24/7")) == []  # the next session opens at once


def test_names_in_braces_are_filled_in_truths_as_words() -> None:
    body = """let up = close > 10
let late = sma(close, 2) > 10
let third = close / 3
let held = position.size > 0
when time.day < 4
  notify "{symbol} at {close}: {up}, {late}, {third}, {position.size}, {held}, { up }"
when time.day == 1
  buy 2 shares"""
    program, candles = compiled(COSTS + body), closes([10, 12, None])
    notes = ax.backtest(program, candles).notes
    assert [text for _, text in notes] == [
        "T at 10: false, unknown, 3.333333333, 0, false, false",
        "T at 12: true, true, 4, 2, true, true",
        "T at unknown: unknown, unknown, unknown, 2, true, unknown",
    ]
    said = [
        action.said for rule in program.why(candles, "2024-01-02").rules for action in rule.actions if action.verb == "notify"
    ]
    assert said == [f'said "{notes[1][1]}"']


# ---------------------------------------------------------------- one currency


def money(given: dict[str, str], body: str = "input size = 500 USD\nwhen close > 5\n  buy size\n") -> Result:
    program = ax.compile(f'apx 1\nstrategy "S"\ntrade "T" every 1d\nsettings\n  capital 10_000 USD\n  commission 0.1%\n{body}')
    return ax.backtest(program, closes([10, 11, 12]), tick=0.01, **given)


@pytest.mark.parametrize(
    "given",
    [{"size": "300 EUR"}, {"capital": "9_000 EUR"}, {"commission": "1 EUR per order"}, {"commission": "0.1 EUR per unit"}],
)
def test_an_amount_in_another_currency_is_refused_as_a_runs_value_too(given: dict[str, str]) -> None:
    with pytest.raises(ax.InputError, match=r"EUR.* no rate between them is known"):
        money(given)


def test_amounts_in_the_accounts_currency_and_a_capital_of_its_own_are_taken() -> None:
    assert money({"size": "300 USD", "capital": "9_000 USD", "commission": "1 USD per order"}).run.account.capital == 9_000
    free = money({"capital": "9_000 EUR", "commission": "1 EUR per order"}, "when close > 5\n  buy 1 share\n")
    assert (free.run.account.currency, free.run.account.commission_per_order) == ("EUR", 1.0)

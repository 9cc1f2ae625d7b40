"""Names that every program knows without the library: market data, time, position and account facts, and two marks of units."""

from __future__ import annotations

from compiler.plan import FACTS
from compiler.types import BARS, MONEY, PLAIN, PRICE, QUANTITY, RATIO, TEXT, TRUTH, Type, number

MARKET: dict[str, Type] = {
    "open": number(PRICE), "high": number(PRICE), "low": number(PRICE), "close": number(PRICE), "volume": number(QUANTITY),
    "hl2": number(PRICE), "hlc3": number(PRICE), "ohlc4": number(PRICE),
}  # fmt: skip

# Names with members. The members' types:
MEMBERS: dict[str, dict[str, Type]] = {
    "time": {name: number(PLAIN) for name in ("hour", "minute", "weekday", "day", "month", "year")},
    "session": {
        "is_first_bar": TRUTH, "is_last_bar": TRUTH, "age": number(BARS), "open": number(PRICE), "high": number(PRICE), "low": number(PRICE),
    },
    "position": {
        "size": number(QUANTITY), "entry_price": number(PRICE), "bars_held": number(BARS), "profit": number(MONEY),
        "highest": number(PRICE), "lowest": number(PRICE), "last_exit_bars_ago": number(BARS), "largest": number(QUANTITY),
    },
    "account": {
        "equity": number(MONEY), "cash": number(MONEY), "trades_today": number(PLAIN), "closed_trades": number(PLAIN),
        "last_profit": number(MONEY), "drawdown": number(RATIO),
    },
}  # fmt: skip

TEXTS: dict[str, Type] = {"symbol": TEXT}

MARKS = ("number", "oscillator")
"""Functions of one argument that change a unit and no value: `number(x)` drops it, `oscillator(x)` says that x runs from 0 to 100."""

CHOSEN_FROM = "members"
"""What `hold top` chooses from: a name without a value."""


def builtin_names() -> frozenset[str]:
    """Every name that may not be redefined, functions of the library excluded."""
    return frozenset((*MARKET, *MEMBERS, *TEXTS, *MARKS, CHOSEN_FROM, "entry"))


assert set(FACTS) == {f"{base}.{name}" for base in ("position", "account") for name in MEMBERS[base]}

SCALAR_FUNCTIONS: dict[str, tuple[int, int, str]] = {
    "abs": (1, 1, "|x|"),
    "min": (2, 8, "the smallest of its arguments on this bar"),
    "max": (2, 8, "the largest of its arguments on this bar"),
    "floor": (1, 1, "the largest whole number not above x"),
    "ceil": (1, 1, "the smallest whole number not below x"),
    "round": (1, 2, "the nearest whole number, halves away from zero; `round(x, 2)` to as many decimals"),
    "sign": (1, 1, "-1, 0 or 1"),
    "sqrt": (1, 1, "the square root; unknown below zero"),
    "exp": (1, 1, "e to the power x"),
    "log": (1, 1, "the natural logarithm; unknown at zero and below"),
    "pow": (2, 2, "x to the power y"),
    "sin": (1, 1, "the sine of x in radians"),
    "cos": (1, 1, "the cosine of x in radians"),
    "tan": (1, 1, "the tangent of x in radians"),
    "atan": (1, 1, "the arc tangent of x, in radians"),
    "members_rank": (
        1,
        1,
        "the place of this instrument among all members by x: 1 for the highest, equal values share the better place",
    ),
    "members_zscore": (
        1,
        1,
        "how far x is from the mean over all members, in their standard deviations (of the population); unknown with fewer than two",
    ),
}
"""Functions that are operators of one bar: name -> (fewest arguments, most arguments, what it gives)."""

ACROSS = ("members_rank", "members_zscore")
"""Those of them that compare the instruments of a run at one instant. Only members count, and only those whose x is known."""

FIELDS: dict[str, str] = {
    "open": "the first price of the bar",
    "high": "the highest price of the bar",
    "low": "the lowest price of the bar",
    "close": "the last price of the bar",
    "volume": "how much was traded in the bar",
    "hl2": "(high + low) / 2",
    "hlc3": "(high + low + close) / 3",
    "ohlc4": "(open + high + low + close) / 4",
    "symbol": 'what the instrument is called, in texts and compared with one: `symbol == "SPY"`',
    "session.is_first_bar": "whether this is the first bar of its session; the first bar of the data is",
    "session.is_last_bar": "whether the session closes with this bar, by its calendar",
    "session.age": "bars since the session's first; 0 on it",
    "session.open": "the open of the session's first bar",
    "session.high": "the highest high of the session so far",
    "session.low": "the lowest low of the session so far",
    "time.hour": "the hour of the bar's open, 0 to 23",
    "time.minute": "the minute of the bar's open, 0 to 59",
    "time.weekday": "the day of the week of the bar's open, Monday 1 to Sunday 7",
    "time.day": "the day of the month of the bar's open",
    "time.month": "the month of the bar's open, 1 to 12",
    "time.year": "the year of the bar's open",
    "position.size": "how much is held: negative when short, 0 when flat",
    "position.entry_price": "the average price of what is held; unknown when flat",
    "position.bars_held": "bars since the first entry of what is held; 0 when flat",
    "position.profit": "what the position would earn at this close, before commission; unknown when flat",
    "position.highest": "the highest price since the entry; unknown when flat",
    "position.lowest": "the lowest price since the entry; unknown when flat",
    "position.last_exit_bars_ago": "bars since something was last closed; before the first, since the first bar",
    "position.largest": "the largest size held in the run so far, without a sign",
    "account.equity": "cash and what is held at this close",
    "account.cash": "cash",
    "account.trades_today": "entries filled today (UTC)",
    "account.closed_trades": "trades closed so far",
    "account.last_profit": "profit of the last closed trade; unknown before the first",
    "account.drawdown": "how far equity is below its highest close, as a share",
    "entry": "in the lines under an order: the order's own fill price",
}
"""What each built-in name is, for readers."""

"""Random programs that type-check, as text: every operator, phrase, state, order form and many library functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import strategies as st

PRICE_SERIES = ("open", "high", "low", "close", "hl2", "hlc3", "ohlc4")
LENGTHS = (1, 2, 3, 4, 5, 7, 9, 13)
FINITE = ("sma", "wma", "hma", "highest", "lowest", "median", "stdev", "linreg", "alma4", "vwma", "midpoint")
AVERAGES = (
    "sma",
    "ema",
    "wma",
    "wilder",
    "hma",
    "dema",
    "kama",
    "highest",
    "lowest",
    "median",
    "stdev",
    "linreg",
    "alma4",
    "vwma",
    "midpoint",
)
ONE_AT_A_TIME = ("pessimistic", "next_open_only")
"""Fill models of several instruments."""
FILLS = (*ONE_AT_A_TIME, "ohlc_path", "tradingview")
RESTRICTIONS = (
    "margin 50%",
    "margin 50%\n  maintenance 40%\n  borrow 20% per year\n  interest 9% per year",
    "maintenance 10%\n  funding 0.3% per 12h\n  maker -0.01%",
    "limit direction long",
    "limit daily_loss 2%",
    "limit drawdown 8%",
    "limit orders_per_day 1",
    "limit position 30%",
    "limit exposure 60%",
    "limit order_value 9_000 USD",
)


INSIDE = ("sum_inside", "mean_inside", "stdev_inside", "highest_inside", "lowest_inside", "first_inside", "last_inside")


@dataclass(slots=True)
class Writer:
    """Draws expressions of a wanted kind and unit, with the names declared so far."""

    draw: st.DrawFn
    prices: list[str] = field(default_factory=list)
    truths: list[str] = field(default_factory=list)
    lengths: list[str] = field(default_factory=list)
    literals: bool = True  # whether prices may be compared with bare numbers
    facts: bool = False  # whether position and account facts may be read
    windows: bool = True  # whether windows and filters may be written here
    fills: tuple[str, ...] = FILLS
    finite: bool = False  # only what forgets: no filters, states, events, `or_else`, `is available`, `is new`
    slower: tuple[str, ...] = ()  # bar lengths that may be built here, shortest first
    others: tuple[str, ...] = ()  # other instruments that may be read
    finer: tuple[str, ...] = ()  # bar lengths that may be aggregated here, shortest first

    def pick(self, options: tuple[str, ...] | list[str]) -> str:
        return self.draw(st.sampled_from(options))

    def number(self, low: int, high: int) -> int:
        return self.draw(st.integers(low, high))

    def length(self) -> str:
        if self.lengths and self.number(0, 3) == 0:
            return self.pick(self.lengths)
        return str(self.pick([str(n) for n in LENGTHS]))

    def elsewhere(self, write: Callable[[int], str], depth: int) -> str:
        """Something on longer bars, or on those of another instrument; inside it only longer ones still."""
        slower, others, facts, finer = self.slower, self.others, self.facts, self.finer
        prices, truths = self.prices, self.truths
        self.facts = False
        if others and (not slower or self.number(0, 2) == 0):
            self.others, self.finer = (), ()
            if finer:  # a name may aggregate finer bars, of which another instrument has none
                self.prices, self.truths = [], []
            text = f'(({write(depth - 1)}) from "{self.pick(others)}")'
        else:
            at = self.number(0, len(slower) - 1)
            self.slower = slower[at + 1 :]
            self.finer = (*finer, *slower[:at]) if finer else ()
            text = f"(({write(depth - 1)}) on {slower[at]})"
        self.slower, self.others, self.facts, self.finer = slower, others, facts, finer
        self.prices, self.truths = prices, truths
        return text

    def inside(self, depth: int, price: bool) -> str:
        """What finer bars come to inside each bar, as a price or a plain number."""
        slower, others, facts, finer = self.slower, self.others, self.facts, self.finer
        prices, truths = self.prices, self.truths  # a name may aggregate bars that are no finer than those here
        self.prices, self.truths = [], []
        at = self.number(0, len(finer) - 1)
        self.facts, self.slower, self.others, self.finer = False, (), (), finer[:at]
        if price:
            text = f"{self.pick(INSIDE)}(({self.price(depth - 1)}) on {finer[at]})"
        else:
            text = f"count_inside(({self.truth(depth - 1)}) on {finer[at]})"
        self.slower, self.others, self.facts, self.finer = slower, others, facts, finer
        self.prices, self.truths = prices, truths
        return text

    def price(self, depth: int) -> str:
        """An expression of unit price."""
        if self.finer and self.number(0, 3) == 0:
            return self.inside(depth, True)
        if (self.slower or self.others) and self.number(0, 3) == 0:
            return self.elsewhere(self.price, depth)
        if depth <= 0 or self.number(0, 5) == 0:
            return self.pick([*PRICE_SERIES, *self.prices])
        choice = self.number(0, 13 if self.windows else 8)
        if self.finite and choice in (4, 9, 11):
            choice = 12
        if choice == 0:
            return f"({self.price(depth - 1)} {self.pick(['+', '-'])} {self.price(depth - 1)})"
        if choice == 1:
            return f"{self.pick(['0.5', '2', '1.25', '3', '1e-3'])} * {self.price_atom(depth - 1)}"
        if choice == 2:
            return f"{self.price_atom(depth - 1)} / {self.pick(['2', '3', '0.25', '8'])}"
        if choice == 3:
            return f"if {self.truth(depth - 1)} then {self.price(depth - 1)} else {self.price(depth - 1)} end"
        if choice == 4:
            return f"({self.price(depth - 1)} or_else {self.price(depth - 1)})"
        if choice == 5:
            return f"{self.pick(['min', 'max'])}({self.price(depth - 1)}, {self.price(depth - 1)})"
        if choice == 6:
            return f"abs({self.price(depth - 1)} - {self.price(depth - 1)})"
        if choice == 7:
            return f"{self.price_atom(depth - 1)}[{self.number(0, 4)}]"
        if choice == 8:
            return self.pick(["-", "round", "floor"]) + f"({self.price(depth - 1)})"
        if choice == 9:
            return f"value_when({self.truth(depth - 1)}, {self.price(depth - 1)}, {self.number(0, 2)})"
        if choice == 10:
            return f"{self.pick(['pivot_high', 'pivot_low'])}({self.price(depth - 1)}, {self.number(1, 3)}, {self.number(1, 3)})"
        if choice == 11:
            return f"{self.pick(['macd(close, 3, 7, 4).line', 'bollinger(close, 5, 2).upper', 'supertrend(2, 4).value', 'parabolic_sar(0.02, 0.02, 0.2)', 'atr(5)', 'true_range()'])}"
        name = self.pick(FINITE if self.finite else AVERAGES)
        if name == "alma4":
            return f"alma({self.price(depth - 1)}, {self.pick(['3', '6'])}, 0.85, 6)"
        least = "4" if name in ("hma", "dema") else self.length()
        return f"{name}({self.price(depth - 1)}, {least})"

    def price_atom(self, depth: int) -> str:
        return f"({self.price(depth)})"

    def oscillator(self, depth: int) -> str:
        """An expression between 0 and 100, or a plain number."""
        if self.finer and self.number(0, 2) == 0:
            return self.inside(depth, False)
        if self.finite:
            return self.pick(
                [
                    f"zscore({self.price(depth - 1)}, 3)",
                    "cci(hlc3, 5)",
                    f"percentile_rank({self.price(depth - 1)}, 5)",
                    f"count({self.truth(depth - 1)}, {self.length()})",
                ]
            )
        return self.pick([
            f"rsi({self.price(depth - 1)}, {self.length()})", f"zscore({self.price(depth - 1)}, {self.pick(['3', '6'])})", "cci(hlc3, 5)", "mfi(hlc3, 4)",
            f"percentile_rank({self.price(depth - 1)}, 5)", f"count({self.truth(depth - 1)}, {self.length()})",
            f"number(bars since ({self.truth(depth - 1)}))", "stochastic(5).k", "adx(4)", "aroon(5).up",
        ])  # fmt: skip

    def fact(self) -> str:
        return self.pick([
            "position.size > 0", "position.size < 0", "position.size == 0", "position.bars_held > 2", "position.profit > 0", "close > position.entry_price",
            "close < position.highest", "account.closed_trades > 1", "account.equity > account.equity[1]", "position.last_exit_bars_ago > 2",
            "(position.size > 0) has held for 3", "(position.profit < 0) within last 2", "account.drawdown > 1%", "bars since (position.size == 0) > 2",
        ])  # fmt: skip

    def truth(self, depth: int) -> str:
        """A condition."""
        if (self.slower or self.others) and self.number(0, 4) == 0:
            return self.elsewhere(self.truth, depth)
        if self.truths and self.number(0, 5) == 0:
            return self.pick(self.truths)
        if self.facts and self.number(0, 2) == 0:
            return f"({self.fact()})"
        if depth <= 0:
            return self.pick(
                ["(close > open)", "(close >= close[1])", "(high == high[1])", "(low < low[2])", "true", "(volume > volume[1])"]
            )
        choice = self.number(0, 14 if self.windows else 12)
        if self.finite and choice in (7, 12):
            choice = 3
        if choice <= 2:
            op = self.pick(["<", "<=", ">", ">=", "==", "!="])
            right = self.pick(["100", "99.5", "-1"]) if self.literals and self.number(0, 4) == 0 else self.price(depth - 1)
            return f"({self.price(depth - 1)} {op} {right})"
        if choice == 3:
            return f"({self.truth(depth - 1)} {self.pick(['and', 'or'])} {self.truth(depth - 1)})"
        if choice == 4:
            return f"(not {self.truth(depth - 1)})"
        if choice == 5:
            return f"({self.price(depth - 1)} crosses{self.pick([' above', ' below', ''])} {self.price(depth - 1)})"
        if choice == 6:
            return f"({self.price_atom(depth - 1)} is {self.pick(['rising', 'falling'])} for {self.length()})"
        if choice == 7:
            return f"({self.price_atom(depth - 1)} is {self.pick(['new', 'available'])})"
        if choice == 8:
            return f"({self.truth(depth - 1)} has held for {self.length()})"
        if choice == 9:
            return f"({self.truth(depth - 1)} within last {self.length()})"
        if choice == 10:
            return f"({self.price_atom(depth - 1)} between {self.price_atom(depth - 1)} and {self.price_atom(depth - 1)})"
        if choice == 11:
            return f"(if {self.truth(depth - 1)} then {self.truth(depth - 1)} else {self.truth(depth - 1)} end)"
        if choice == 12:
            return f"({self.truth(depth - 1)} or_else {self.truth(depth - 1)})"
        return f"({self.oscillator(depth)} {self.pick(['>', '<'])} {self.pick(['20', '50', '70', '1', '0'])})"


@st.composite
def programs(
    draw: st.DrawFn,
    orders: bool = True,
    literals: bool = True,
    depth: int = 3,
    finite: bool = False,
    fills: tuple[str, ...] = FILLS,
    every: str = "1d",
    slower: tuple[str, ...] = (),
    others: tuple[str, ...] = (),
    finer: tuple[str, ...] = (),
) -> str:
    """A program. orders: with rules that trade. literals: prices may be compared with bare numbers (not scale-free).

    finite: only expressions that forget what left their windows. fills: the models to choose from. every: its bars. slower, others, finer:
    longer bars, other instruments and shorter bars that it may read.
    """
    writer = Writer(draw, literals=literals, finite=finite, fills=fills, slower=slower, others=others, finer=finer)
    return written(writer, orders, depth, every)


def written(w: Writer, orders: bool = True, depth: int = 3, every: str = "1d") -> str:
    """The program that a writer's choices make."""
    lines = ["apx 1", 'strategy "Generated"', f'trade "TEST" every {every}']
    for i in range(w.number(0, 2)):
        lines.append(f"input n{i} = {w.number(1, 9)} bars in 1 .. 20")
        w.lengths.append(f"n{i}")
    if orders:
        lines += [
            "settings",
            "  capital 100_000 USD",
            f"  commission {w.pick(['0%', '0.1%', '1 USD per order', '0.01 USD per unit'])}",
        ]
        lines += [f"  slippage {w.pick(['0 ticks', '1 tick', '0.05%'])}", f"  pyramiding {w.number(1, 3)}"]
        if w.number(0, 2) == 0:
            lines.append("  fills " + w.pick(w.fills))
        if w.number(0, 3) == 0:
            lines.append("  " + w.pick(RESTRICTIONS))
    for i in range(w.number(1, 4)):
        if w.number(0, 1):
            lines.append(f"let p{i} = {w.price(depth)}")
            w.prices.append(f"p{i}")
        else:
            lines.append(f"let cond{i} = {w.truth(depth)}")
            w.truths.append(f"cond{i}")
    states(w, lines, depth)
    if orders:
        facts = w.number(0, 1) == 1
        for i in range(w.number(1, 3)):
            w.facts, w.windows = facts, not facts
            condition = w.truth(depth - 1)
            w.facts, w.windows = False, True
            lines.append(f"when {condition}")
            lines += actions(w, i)
            if w.number(0, 4) == 0:
                lines += ["otherwise", *actions(w, i + 10)]
    lines.append(f"plot {w.price(depth)}, {w.truth(depth - 1)}")
    text = "\n".join(lines) + "\n"
    for tag in ('"a"', '"b"'):
        if not re.search(rf"(buy|short|sell|cover) .* named {tag}", text):  # only tags that an order has can be addressed
            text = text.replace(f"  exit {tag}", "  exit position").replace(f"  cancel {tag}", "  cancel")
    return text


def states(w: Writer, lines: list[str], depth: int) -> None:
    """Up to two remembered values: a price and a condition; the first may read the other's past."""
    count = 0 if w.finite else w.number(0, 2)
    if count == 0:
        return
    known = list(w.prices)
    slower, others, finer = w.slower, w.others, w.finer
    w.slower, w.others, w.finer = (), (), ()  # a state on another clock is another state, and can't be part of its own
    w.windows = False
    w.prices = [*known, "r0", *(["r1[1]"] if count == 2 else [])]
    following = w.price(depth - 1)
    lines.append(f"remember r0 = {following} initially {w.pick(['close', 'unknown', 'open'])}")
    if count == 2:
        w.prices = [*known, "r1", "r0"]
        lines.append(f"remember r1 = {w.price(depth - 1)} initially {w.pick(['close', 'unknown'])}")
    w.windows, w.slower, w.others, w.finer = True, slower, others, finer
    w.prices = [*known, "r0", *(["r1"] if count == 2 else [])]


def actions(w: Writer, index: int) -> list[str]:
    """One or two actions."""
    lines: list[str] = []
    for _ in range(w.number(1, 2)):
        kind = w.number(0, 9)
        tag = w.pick(["", "", ' named "a"', ' named "b"'])
        if kind <= 3:
            verb = w.pick(["buy", "short"])
            size = w.pick(["10% of equity", "50% of equity", "20% of cash", "25 shares", "5_000 USD", "risking 1% of equity"])
            sign = "-" if verb == "buy" else "+"
            entry = w.pick(
                [
                    "",
                    "",
                    "",
                    f" at limit close {sign} 0.5",
                    " at stop high + 0.25" if verb == "buy" else " at stop low - 0.25",
                    " at stop high limit high + 0.5" if verb == "buy" else " at stop low limit low - 0.5",
                    " at this close",
                    f" at limit {w.price(1)}",
                ]
            )
            lines.append(f"  {verb} {size}{entry}{tag}")
            if "risking" in size or w.number(0, 1):
                lines.append(f"    stop loss at {w.pick([f'entry {sign} 2 * atr(3)', '3%', f'entry {sign} 1.5'])}")
                if w.number(0, 1):
                    lines.append(f"    take profit {w.pick(['at 2 R', 'at 4%'])}")
            if w.number(0, 3) == 0:
                lines.append(f"    trail by {w.pick(['2 * atr(3)', '2%', '1.5'])}{w.pick(['', ' after 1'])}")
            if w.number(0, 3) == 0:
                lines.append(f"    hold at most {w.number(1, 6)} bars")
            if w.number(0, 3) == 0:
                lines.append(f"    expire after {w.number(1, 4)} bars")
        elif kind >= 8:
            lines += protect(w)
        elif kind == 4:
            lines.append("  exit position")
        elif kind == 5:
            lines.append(
                w.pick(
                    [
                        "  exit 50% of position",
                        '  exit "a"',
                        "  exit position at limit close * 1.01",
                        "  exit position at stop low - 0.25",
                        '  exit "a" at limit high + 0.5',
                        "  exit 50% of position at stop low limit low - 0.5",
                    ]
                )
            )
        elif kind == 6:
            lines.append(w.pick(["  sell 10 shares", "  cover 10 shares", "  sell 50% of position", '  cancel "a"', "  cancel"]))
        else:
            lines.append(f'  notify "rule {index} at {{close}}"')
    return lines


def protect(w: Writer) -> list[str]:
    """A bracket on the open position: under a name of its own, that of an order, or none."""
    tag = w.pick(["", ' named "p"', ' named "a"'])
    share = w.pick(["", "50% of "]) if tag != ' named "a"' else ""
    lines = [f"  protect {share}position{tag}"]
    if w.number(0, 2):
        lines.append(f"    stop loss at {w.pick(['2%', 'entry', 'low - 1.5', 'close - 2 * atr(3)'])}")
    if w.number(0, 1):
        lines.append(f"    take profit {w.pick(['at 2 R', 'at 3%']) if len(lines) > 1 else 'at 3%'}")
    if len(lines) == 1 or w.number(0, 2) == 0:
        lines.append(f"    trail by {w.pick(['2 * atr(3)', '2%', '1.5'])}{w.pick(['', ' after 1'])}")
    return lines

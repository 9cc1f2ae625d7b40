"""What an account owns: cash that adds up exactly, open lots, and the records of its fills and trades.

Compiled; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from array import array

import cython
from cython.cimports.libc.math import floor

from compiler.plan import Account
from runtime.machine.grid import steps_per_one
from runtime.machine.instrument import Instrument

if cython.compiled:
    from cython.cimports.runtime.machine.grid import to_grid
    from cython.cimports.runtime.machine.table import Table
else:
    from runtime.machine.grid import to_grid
    from runtime.machine.layout import (
        FACT_COUNT,
        FILL_WIDTH,
        HOLDING_WIDTH,
        INSIDE,
        L_ACTION,
        L_BAR,
        L_FEE,
        L_HIGH,
        L_HOLDING,
        L_ID,
        L_INSIDE,
        L_LOW,
        L_PRICE,
        L_QUANTITY,
        L_SIDE,
        L_STOP,
        L_TAG,
        L_TRAIL,
        L_UNIT,
        LOT_WIDTH,
        TRADE_WIDTH,
    )
    from runtime.machine.table import Table

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))
# Money and quantities closer than this share of themselves are equal: decimal fractions are not exact in binary.
NEAR = cython.declare(cython.double, 1e-9)
# So many days are added before dividing, so that days before 1970 count like those after it.
DAYS_BEFORE = cython.declare(cython.longlong, 1_000_000)
DAY = cython.declare(cython.longlong, 86_400_000_000)  # microseconds


class Purse:
    """Cash, lots and costs of one account in one instrument. `core.Machine` completes it."""

    def set_account(self, account: Account, instrument: Instrument) -> None:
        limits = dict(account.limits)
        self.account, self.instrument = account, instrument
        self.lots, self.fill_rows, self.trade_rows = Table(LOT_WIDTH), Table(FILL_WIDTH), Table(TRADE_WIDTH)
        self.known = array("d", bytes(8 * FACT_COUNT))
        self.capital = account.capital
        self.fee_share, self.fee_unit, self.fee_order = (
            account.commission_share,
            account.commission_per_unit,
            account.commission_per_order,
        )
        self.maker_share = account.terms.maker if account.terms.maker > -1.0 else account.commission_share
        self.platform = account.fills == "tradingview"
        self.path = account.fills in ("ohlc_path", "tradingview")
        self.opens_only = account.fills == "next_open_only"
        self.slip = (floor(account.slippage_ticks) if self.platform else account.slippage_ticks) * instrument.tick
        self.slip_share = account.slippage_share
        self.margin, self.pyramiding = account.margin, account.pyramiding
        self.tick, self.ticks_per_one = instrument.tick, steps_per_one(instrument.tick)
        self.lot, self.lots_per_one = instrument.lot, steps_per_one(instrument.lot)
        self.unit, self.min_notional = instrument.multiplier, instrument.min_notional
        self.has_rates, self.rate_open, self.rate_close = False, NAN, NAN
        self.fill_units, self.trade_units = Table(1), Table(2)
        self.has_holding = account.terms.charges
        self.holding_rows, self.trade_holding = Table(HOLDING_WIDTH), Table(1)
        self.allow_long, self.allow_short = account.direction != "short", account.direction != "long"
        self.max_daily_loss, self.max_drawdown = limits.get("daily_loss", FAR), limits.get("drawdown", FAR)
        self.max_exposure, self.max_position = limits.get("exposure", FAR), limits.get("position", FAR)
        self.max_position_value, self.max_order_value = limits.get("position_value", FAR), limits.get("order_value", FAR)
        self.max_positions, self.max_orders = limits.get("positions", FAR), limits.get("orders_per_day", FAR)
        self.daily = self.max_daily_loss < FAR or self.max_drawdown < FAR
        self.others_value = self.others_gross = self.others_open = self.others_exposed = self.others_reserved = 0.0
        self.factor = 1.0
        self.keeps = True

    def on_ticks(self, price: cython.double, way: cython.int) -> cython.double:
        """A price on the grid of what is traded on this bar, down (-1) or up (+1)."""
        if self.tick <= 0.0:
            return price
        return to_grid(price / self.factor, self.tick, self.ticks_per_one, way) * self.factor

    def on_lots(self, quantity: cython.double) -> cython.double:
        """A quantity down to the lot of what is traded on this bar."""
        if self.lot <= 0.0:
            return quantity
        return to_grid(quantity * self.factor, self.lot, self.lots_per_one, -1) / self.factor

    def start(self) -> None:
        """Back to before the first bar; the records stay."""
        self.cash = self.peak = self.day_equity = self.last_equity = self.capital
        self.cash_low = self.cash_rest = self.size = self.largest = self.turnover = self.commission = 0.0
        self.mark = self.last_profit = self.position_high = self.position_low = NAN
        self.o = self.h = self.l = self.c = NAN
        self.day = self.last_exit_bar = -1.0
        self.bar = self.entries_today = self.orders_today = self.closed_trades = self.position_bar = self.position_inside = 0.0
        self.next_lot = 0.0
        self.multiplier = self.mark_unit = self.unit
        self.lots.clear()
        self.has_times, self.dirty, self.as_maker = False, True, False

    def begin(self, time: cython.longlong) -> None:
        """A new day starts its counts."""
        day: cython.double = 0.0
        if self.has_times:
            day = cython.cast(cython.longlong, (time + DAYS_BEFORE * DAY) // DAY)
        if day != self.day:
            self.day = day
            self.entries_today = 0.0
            self.orders_today = 0.0
            self.day_equity = self.last_equity

    def set_rates(self, at_open: float, at_close: float) -> None:
        """What one unit of the currency of the prices is in account currency at the next bar's open and close; NaN while that is not known."""
        self.has_rates = True
        self.rate_open, self.rate_close = at_open, at_close

    def turn_to(self, rate: cython.double) -> None:
        """From here on, money is counted at this rate."""
        self.multiplier = self.unit * rate

    def know(self) -> None:
        """The facts of plan.FACTS at this close."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        cost: cython.double = 0.0
        profit: cython.double = 0.0
        equity: cython.double = self.equity(self.mark)
        self.known[0] = self.size
        if self.lots.count == 0:
            self.known[1] = NAN
            self.known[2] = 0.0
            self.known[3] = NAN
            self.known[4] = NAN
            self.known[5] = NAN
        else:
            for k in range(self.lots.count):
                at = k * LOT_WIDTH
                cost += self.lots.rows[at + L_PRICE] * self.lots.rows[at + L_QUANTITY]
                if self.has_rates:
                    profit += (
                        (self.mark * self.multiplier - self.lots.rows[at + L_PRICE] * self.lots.rows[at + L_UNIT])
                        * self.lots.rows[at + L_SIDE]
                        * self.lots.rows[at + L_QUANTITY]
                    )
                else:
                    profit += (
                        (self.mark - self.lots.rows[at + L_PRICE])
                        * self.lots.rows[at + L_SIDE]
                        * self.lots.rows[at + L_QUANTITY]
                        * self.multiplier
                    )
            self.known[1] = cost / (self.size if self.size > 0.0 else -self.size)
            self.known[2] = self.bar - self.position_bar
            self.known[3] = profit
            self.known[4] = self.position_high
            self.known[5] = self.position_low
        self.known[6] = self.bar - self.last_exit_bar if self.last_exit_bar >= 0.0 else self.bar
        self.known[7] = self.largest
        self.known[8] = equity
        self.known[9] = self.cash
        self.known[10] = self.entries_today
        self.known[11] = self.closed_trades
        self.known[12] = self.last_profit
        self.known[13] = (self.peak - equity) / self.peak if self.peak > 0.0 else NAN

    def pay(self, amount: cython.double) -> None:
        """Adds to cash without losing a bit: two-sums down three parts, then roundings up into `cash`, twice: where amounts cancel, what was
        the second part is the larger."""
        s: cython.double = self.cash + amount
        b: cython.double = s - self.cash
        e: cython.double = (self.cash - (s - b)) + (amount - b)
        t: cython.double = self.cash_low + e
        b = t - self.cash_low
        f: cython.double = (self.cash_low - (t - b)) + (e - b)
        f = self.cash_rest + f
        self.cash = s + t
        b = self.cash - s
        e = (s - (self.cash - b)) + (t - b)
        if f == 0.0:  # two parts hold it all, and the steps below would change nothing
            self.cash_low = e + 0.0
            self.cash_rest = 0.0
            return
        t = e + f
        b = t - e
        f = (e - (t - b)) + (f - b)
        s = self.cash + t
        b = s - self.cash
        e = (self.cash - (s - b)) + (t - b)
        self.cash = s
        self.cash_low = e + f
        b = self.cash_low - e
        self.cash_rest = (e - (self.cash_low - b)) + (f - b)
        if (self.cash_low > 0.0) == (self.cash_rest > 0.0) and self.cash_low != 0.0 and self.cash_rest != 0.0:
            t = 2.0 * self.cash_low
            s = self.cash + t
            if s - self.cash == t:  # half way between two doubles, and the rest says which is nearer
                self.cash = s
                self.cash_low = -self.cash_low

    def fee(self, price: cython.double, quantity: cython.double) -> cython.double:
        """Commission of a fill: a share of its value, so much a unit, so much an order."""
        value: cython.double = price * quantity * self.multiplier
        share: cython.double = self.maker_share if self.as_maker else self.fee_share
        return share * (value if value > 0.0 else -value) + self.fee_unit * (quantity * self.factor) + self.fee_order

    def equity(self, price: cython.double) -> cython.double:
        """Cash plus the position at this price, plus the account's other positions."""
        own: cython.double = self.cash if self.lots.count == 0 else self.cash + self.size * self.multiplier * price
        return own + self.others_value

    def slipped(self, side: cython.int, price: cython.double) -> cython.double:
        """The price that a market or stop order gets: worse by slippage."""
        return price + side * (self.slip * self.factor + price * self.slip_share)

    def affordable(self, quantity: cython.double, price: cython.double) -> cython.double:
        """The quantity that equity at this price pays for, given the margin; at most `quantity`, on the lot grid."""
        value: cython.double = price * self.multiplier
        size: cython.double = self.size if self.size > 0.0 else -self.size
        equity: cython.double = self.equity(price)
        needed: cython.double = (
            self.margin * (size + quantity) * value + self.margin * self.others_gross + self.fee(price, quantity)
        )
        room: cython.double
        share: cython.double = self.maker_share if self.as_maker else self.fee_share
        if value <= 0.0 or needed <= equity + NEAR * (equity if equity > 0.0 else -equity):
            return quantity
        room = equity - self.fee_order - self.margin * size * value - self.margin * self.others_gross
        # What a maker is paid buys nothing more.
        room = room / (value * (self.margin + (share if share > 0.0 else 0.0)) + self.fee_unit * self.factor)
        room = self.on_lots(room)
        return room if room < quantity else quantity

    def measure(self) -> None:
        """The position's size from its lots."""
        k: cython.Py_ssize_t
        size: cython.double = 0.0
        for k in range(self.lots.count):
            size += self.lots.rows[k * LOT_WIDTH + L_SIDE] * self.lots.rows[k * LOT_WIDTH + L_QUANTITY]
        self.size = size
        if self.lots.count == 0:
            self.position_high = NAN
            self.position_low = NAN
        if size > self.largest:
            self.largest = size
        elif -size > self.largest:
            self.largest = -size
        self.dirty = True

    def record_fill(
        self,
        order: cython.double,
        place: cython.int,
        side: cython.int,
        quantity: cython.double,
        price: cython.double,
        fee: cython.double,
        reason: cython.int,
        action: cython.double,
    ) -> None:
        """Pays for a fill, and records it. Comes before its lots change and `measure`."""
        at: cython.Py_ssize_t
        value: cython.double = price * quantity * self.multiplier
        self.pay(-side * value)
        if fee != 0.0:
            self.pay(-fee)
        self.turnover += value if value > 0.0 else -value
        self.commission += fee
        at = self.fill_rows.more()
        self.fill_rows.rows[at + 1] = self.bar
        if not self.keeps:
            return
        self.fill_rows.rows[at] = order
        self.fill_rows.rows[at + 2] = place
        self.fill_rows.rows[at + 3] = side
        self.fill_rows.rows[at + 4] = quantity
        self.fill_rows.rows[at + 5] = price
        self.fill_rows.rows[at + 6] = fee
        self.fill_rows.rows[at + 7] = reason
        self.fill_rows.rows[at + 8] = self.cash
        self.fill_rows.rows[at + 10] = action
        if self.has_rates:
            at = self.fill_units.more()
            self.fill_units.rows[at] = self.multiplier

    def record_trade(
        self,
        at: cython.Py_ssize_t,
        quantity: cython.double,
        price: cython.double,
        fee: cython.double,
        place: cython.int,
        reason: cython.int,
    ) -> None:
        """Records that `quantity` of the lot at offset `at` was closed, and takes it off the lot."""
        to: cython.Py_ssize_t = self.trade_rows.more()
        units: cython.Py_ssize_t
        held: cython.double
        side: cython.double = self.lots.rows[at + L_SIDE]
        entry: cython.double = self.lots.rows[at + L_PRICE]
        whole: cython.bint = quantity >= self.lots.rows[at + L_QUANTITY]
        entry_fee: cython.double = (
            self.lots.rows[at + L_FEE] if whole else self.lots.rows[at + L_FEE] * (quantity / self.lots.rows[at + L_QUANTITY])
        )
        self.trade_rows.rows[to + 3] = quantity
        self.trade_rows.rows[to + 4] = self.lots.rows[at + L_BAR]
        self.trade_rows.rows[to + 5] = entry
        self.trade_rows.rows[to + 6] = self.bar
        if self.has_rates:
            # Value out less value in, each at the rate of its own fill.
            self.last_profit = side * (price * self.multiplier - entry * self.lots.rows[at + L_UNIT]) * quantity - (
                entry_fee + fee
            )
            units = self.trade_units.more()
            self.trade_units.rows[units] = self.lots.rows[at + L_UNIT]
            self.trade_units.rows[units + 1] = self.multiplier
        else:
            self.last_profit = side * (price - entry) * quantity * self.multiplier - (entry_fee + fee)
        if self.has_holding:
            held = self.lots.rows[at + L_HOLDING]
            held = held if whole else held * (quantity / self.lots.rows[at + L_QUANTITY])
            self.last_profit -= held
            self.lots.rows[at + L_HOLDING] -= held
            units = self.trade_holding.more()
            self.trade_holding.rows[units] = held
        self.trade_rows.rows[to + 8] = self.last_profit
        self.closed_trades += 1.0
        self.last_exit_bar = self.bar
        if self.keeps:
            self.keep_trade(at, to, price, entry_fee + fee, place, reason)
        self.lots.rows[at + L_FEE] -= entry_fee
        self.lots.rows[at + L_QUANTITY] -= quantity

    def keep_trade(
        self,
        at: cython.Py_ssize_t,
        to: cython.Py_ssize_t,
        price: cython.double,
        fee: cython.double,
        place: cython.int,
        reason: cython.int,
    ) -> None:
        """What a record has beside: of the lot at `at`, to row `to`."""
        side: cython.double = self.lots.rows[at + L_SIDE]
        entry: cython.double = self.lots.rows[at + L_PRICE]
        high: cython.double = self.lots.rows[at + L_HIGH]
        low: cython.double = self.lots.rows[at + L_LOW]
        worst: cython.double
        best: cython.double
        if place == INSIDE and not (self.lots.rows[at + L_BAR] == self.bar and self.lots.rows[at + L_INSIDE] != 0.0):
            # The bar's open came before an exit inside it.
            high = self.o if self.o > high else high
            low = self.o if self.o < low else low
        high = price if price > high else high
        low = price if price < low else low
        worst = (low if side > 0.0 else high) - entry
        best = (high if side > 0.0 else low) - entry
        self.trade_rows.rows[to] = self.lots.rows[at + L_ID]
        self.trade_rows.rows[to + 1] = self.lots.rows[at + L_ACTION]
        self.trade_rows.rows[to + 2] = side
        self.trade_rows.rows[to + 7] = price
        self.trade_rows.rows[to + 9] = fee
        self.trade_rows.rows[to + 10] = side * worst / entry if entry > 0.0 else NAN
        self.trade_rows.rows[to + 11] = side * best / entry if entry > 0.0 else NAN
        self.trade_rows.rows[to + 12] = reason

    def take_from(self, at: cython.Py_ssize_t, rest: cython.double) -> cython.double:
        """How much of the lot at `at` goes when `rest` is still to close: all of it when all but dust would go."""
        quantity: cython.double = self.lots.rows[at + L_QUANTITY]
        return quantity if quantity - rest <= NEAR * quantity else rest

    def close_lots(
        self,
        side: cython.int,
        quantity: cython.double,
        tag: cython.int,
        price: cython.double,
        place: cython.int,
        reason: cython.int,
        order: cython.double,
        action: cython.double,
    ) -> cython.double:
        """Closes up to `quantity` of a side's lots (of a tag, unless -1), oldest first, in one fill. Returns how much."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        rest: cython.double = quantity
        total: cython.double = 0.0
        part: cython.double
        fee: cython.double
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            if rest > 0.0 and self.lots.rows[at + L_SIDE] == side and (tag < 0 or self.lots.rows[at + L_TAG] == tag):
                part = self.take_from(at, rest)
                total += part
                rest -= part
        if total <= 0.0:
            return 0.0
        fee = self.fee(price, total)
        self.record_fill(order, place, -side, total, price, fee, reason, action)
        rest = quantity
        k = 0
        while k < self.lots.count and rest > 0.0:
            at = k * LOT_WIDTH
            if self.lots.rows[at + L_SIDE] == side and (tag < 0 or self.lots.rows[at + L_TAG] == tag):
                part = self.take_from(at, rest)
                rest -= part
                self.record_trade(at, part, price, fee * (part / total), place, reason)
                if self.lots.rows[at + L_QUANTITY] <= 0.0:
                    self.lots.remove(k)
                    continue
            k += 1
        self.measure()
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = self.size
        return total

    def stretch(self) -> None:
        """Takes this bar's extremes into the lots, at its close."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        high: cython.double
        low: cython.double
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            high = self.h
            low = self.l
            if self.lots.rows[at + L_BAR] == self.bar and self.lots.rows[at + L_INSIDE] != 0.0:
                # Opened inside this bar: what was good for it may have come before, so of that side only the close counts.
                if self.lots.rows[at + L_SIDE] > 0.0:
                    high = self.c
                else:
                    low = self.c
            if high > self.lots.rows[at + L_HIGH]:
                self.lots.rows[at + L_HIGH] = high
            if low < self.lots.rows[at + L_LOW]:
                self.lots.rows[at + L_LOW] = low
        if self.lots.count > 0:
            high = self.h
            low = self.l
            if self.position_bar == self.bar and self.position_inside != 0.0:
                if self.size > 0.0:
                    high = self.c
                else:
                    low = self.c
            if high > self.position_high:
                self.position_high = high
            if low < self.position_low:
                self.position_low = low

    def tight(self, at: cython.Py_ssize_t) -> cython.double:
        """The nearer of a lot's stop and trail; NaN if it has neither."""
        stop: cython.double = self.lots.rows[at + L_STOP]
        trail: cython.double = self.lots.rows[at + L_TRAIL]
        if stop != stop:
            return trail
        if trail != trail:
            return stop
        return trail if (trail - stop) * self.lots.rows[at + L_SIDE] > 0.0 else stop

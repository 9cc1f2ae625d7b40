"""The position machine: one step a bar, in two halves, from known slots to orders and from prices to fills.

Inside a bar: gaps at the open, resting exits, resting entries, risk limits (`open_half`), then the rules at the close (`close_half`).
Compiled it loops over chunks without the interpreter lock; without its binary the same file runs as plain Python, with the same bits.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any

import cython
import numpy as np
from cython.cimports.libc.math import ceil, floor

from compiler.plan import FACTS, Account, ActionCode, MachineCode, Price
from runtime.machine.codes import (
    CAUSE_NAMES,
    ENDS,
    EVENT_COLUMNS,
    FILL_COLUMNS,
    KINDS,
    ORDER_COLUMNS,
    PLACES,
    REASONS,
    SIZINGS,
    TRADE_COLUMNS,
    VERBS,
)
from runtime.machine.instrument import Instrument

if cython.compiled:
    from cython.cimports.runtime.engine import Engine
    from cython.cimports.runtime.machine.table import Table
    from cython.cimports.runtime.rowcode import Program, RowRunner, run_program
else:
    from runtime.machine.table import Table
    from runtime.rowcode import RowRunner, run_program

NAN = cython.declare(cython.double, float("nan"))
FAR = cython.declare(cython.double, float("inf"))
# Money, lots and ticks closer than this share of themselves are equal: decimal fractions are not exact in binary.
NEAR = cython.declare(cython.double, 1e-9)
DAY = cython.declare(cython.longlong, 86_400_000_000)
DAYS_BEFORE = cython.declare(cython.longlong, 1_000_000)

# An action, as whole numbers.
A_VERB = cython.declare(cython.int, 0)
A_FIRES = cython.declare(cython.int, 1)
A_SIZING = cython.declare(cython.int, 2)
A_SIZE = cython.declare(cython.int, 3)
A_KIND = cython.declare(cython.int, 4)
A_PRICE = cython.declare(cython.int, 5)
A_LIMIT = cython.declare(cython.int, 6)
A_STOP = cython.declare(cython.int, 7)
A_TARGET = cython.declare(cython.int, 8)
A_TRAIL = cython.declare(cython.int, 9)
A_TRAIL_SHARE = cython.declare(cython.int, 10)
A_AFTER = cython.declare(cython.int, 11)
A_AFTER_SHARE = cython.declare(cython.int, 12)
A_HOLD = cython.declare(cython.int, 13)
A_EXPIRE = cython.declare(cython.int, 14)
A_TAG = cython.declare(cython.int, 15)  # the tag it is pending under
A_TARGET_TAG = cython.declare(cython.int, 16)  # exit and cancel: the tag addressed; -1 is all
ACTION_WIDTH = cython.declare(cython.int, 17)

# A resting order. Frozen slots of its attached prices follow the last field.
O_ID = cython.declare(cython.int, 0)
O_ACTION = cython.declare(cython.int, 1)
O_TAG = cython.declare(cython.int, 2)
O_ENTRY = cython.declare(cython.int, 3)  # 1 opens, 0 closes
O_SIDE = cython.declare(cython.int, 4)  # +1 buys, -1 sells
O_KIND = cython.declare(cython.int, 5)
O_QUANTITY = cython.declare(cython.int, 6)
O_PRICE = cython.declare(cython.int, 7)
O_LIMIT = cython.declare(cython.int, 8)
O_MADE = cython.declare(cython.int, 9)
O_EXPIRE = cython.declare(cython.int, 10)  # bars it lives; -1: until cancelled
O_HOLD = cython.declare(cython.int, 11)
O_AFTER = cython.declare(cython.int, 12)  # NaN: the trail starts with the fill
O_TRAIL = cython.declare(cython.int, 13)  # distance when the order was made
O_TARGET_TAG = cython.declare(cython.int, 14)
O_PRESUMED = cython.declare(cython.int, 15)
O_REASON = cython.declare(cython.int, 16)
O_SINCE = cython.declare(cython.int, 17)  # the bar inside which a stop limit became a limit; it counts from the next
O_FROZEN = cython.declare(cython.int, 18)

# An open lot: what one entry bought or sold and has not closed.
L_ID = cython.declare(cython.int, 0)
L_ACTION = cython.declare(cython.int, 1)
L_TAG = cython.declare(cython.int, 2)
L_SIDE = cython.declare(cython.int, 3)
L_QUANTITY = cython.declare(cython.int, 4)
L_PRICE = cython.declare(cython.int, 5)
L_BAR = cython.declare(cython.int, 6)
L_FEE = cython.declare(cython.int, 7)  # commission of the entry, for the quantity still open
L_STOP = cython.declare(cython.int, 8)
L_TARGET = cython.declare(cython.int, 9)
L_TRAIL = cython.declare(cython.int, 10)  # the trail's price; NaN before it is active
L_AFTER = cython.declare(cython.int, 11)
L_HOLD = cython.declare(cython.int, 12)
L_HIGH = cython.declare(cython.int, 13)
L_LOW = cython.declare(cython.int, 14)
L_INSIDE = cython.declare(cython.int, 15)  # 1 if it was opened inside its bar
LOT_WIDTH = cython.declare(cython.int, 16)

BUY = cython.declare(cython.int, VERBS.index("buy"))
SHORT = cython.declare(cython.int, VERBS.index("short"))
SELL = cython.declare(cython.int, VERBS.index("sell"))
COVER = cython.declare(cython.int, VERBS.index("cover"))
EXIT = cython.declare(cython.int, VERBS.index("exit"))
CANCEL = cython.declare(cython.int, VERBS.index("cancel"))
NOTIFY = cython.declare(cython.int, VERBS.index("notify"))

BY_EQUITY = cython.declare(cython.int, SIZINGS.index("equity"))
BY_CASH = cython.declare(cython.int, SIZINGS.index("cash"))
BY_POSITION = cython.declare(cython.int, SIZINGS.index("position"))
BY_RISK = cython.declare(cython.int, SIZINGS.index("risk"))
BY_MONEY = cython.declare(cython.int, SIZINGS.index("money"))
BY_QUANTITY = cython.declare(cython.int, SIZINGS.index("quantity"))
BY_ALL = cython.declare(cython.int, SIZINGS.index("all"))

MARKET = cython.declare(cython.int, KINDS.index("next_open"))
LIMIT = cython.declare(cython.int, KINDS.index("limit"))
STOP = cython.declare(cython.int, KINDS.index("stop"))
STOP_LIMIT = cython.declare(cython.int, KINDS.index("stop_limit"))
THIS_CLOSE = cython.declare(cython.int, KINDS.index("this_close"))

AT_OPEN = cython.declare(cython.int, PLACES.index("open"))
INSIDE = cython.declare(cython.int, PLACES.index("inside"))
AT_CLOSE = cython.declare(cython.int, PLACES.index("close"))

R_ENTRY = cython.declare(cython.int, REASONS.index(""))
R_EXIT = cython.declare(cython.int, REASONS.index("exit"))
R_REVERSED = cython.declare(cython.int, REASONS.index("reversed"))
R_STOP = cython.declare(cython.int, REASONS.index("stop loss"))
R_TARGET = cython.declare(cython.int, REASONS.index("take profit"))
R_TRAIL = cython.declare(cython.int, REASONS.index("trail"))
R_HOLD = cython.declare(cython.int, REASONS.index("hold"))
R_DAILY_LOSS = cython.declare(cython.int, REASONS.index("daily_loss"))
R_DRAWDOWN = cython.declare(cython.int, REASONS.index("drawdown"))
R_ORDERS_PER_DAY = cython.declare(cython.int, REASONS.index("orders_per_day"))
R_DIRECTION = cython.declare(cython.int, REASONS.index("direction"))

E_PENDING = cython.declare(cython.int, ENDS.index("pending"))
E_FILLED = cython.declare(cython.int, ENDS.index("filled"))
E_REPLACED = cython.declare(cython.int, ENDS.index("replaced"))
E_CANCELLED = cython.declare(cython.int, ENDS.index("cancelled"))
E_EXPIRED = cython.declare(cython.int, ENDS.index("expired"))
E_REFUSED = cython.declare(cython.int, ENDS.index("refused at the fill"))
E_NOTHING = cython.declare(cython.int, ENDS.index("nothing to close"))
E_LIMIT = cython.declare(cython.int, ENDS.index("limit reached"))

C_UNKNOWN = cython.declare(cython.int, CAUSE_NAMES.index("unknown"))
C_WRONG_SIDE = cython.declare(cython.int, CAUSE_NAMES.index("wrong side stop"))
C_SIZE = cython.declare(cython.int, CAUSE_NAMES.index("size"))
C_PYRAMIDING = cython.declare(cython.int, CAUSE_NAMES.index("pyramiding"))
C_DIRECTION = cython.declare(cython.int, CAUSE_NAMES.index("direction"))
C_MIN_NOTIONAL = cython.declare(cython.int, CAUSE_NAMES.index("min_notional"))
C_NO_CASH = cython.declare(cython.int, CAUSE_NAMES.index("no cash"))
C_REDUCED = cython.declare(cython.int, CAUSE_NAMES.index("reduced"))
C_POSITION = cython.declare(cython.int, CAUSE_NAMES.index("position"))
C_EXPOSURE = cython.declare(cython.int, CAUSE_NAMES.index("exposure"))
C_ORDER_VALUE = cython.declare(cython.int, CAUSE_NAMES.index("order_value"))
C_POSITIONS = cython.declare(cython.int, CAUSE_NAMES.index("positions"))
C_ORDERS_PER_DAY = cython.declare(cython.int, CAUSE_NAMES.index("orders_per_day"))
C_DAILY_LOSS = cython.declare(cython.int, CAUSE_NAMES.index("daily_loss"))
C_DRAWDOWN = cython.declare(cython.int, CAUSE_NAMES.index("drawdown"))

FILL_WIDTH = cython.declare(cython.int, len(FILL_COLUMNS))
TRADE_WIDTH = cython.declare(cython.int, len(TRADE_COLUMNS))
ORDER_WIDTH = cython.declare(cython.int, len(ORDER_COLUMNS))
EVENT_WIDTH = cython.declare(cython.int, len(EVENT_COLUMNS))
FACT_COUNT = cython.declare(cython.int, len(FACTS))

PATH_MODELS = ("ohlc_path", "tradingview")

STATE = (
    "bar", "day", "day_equity", "last_equity", "cash", "cash_low", "cash_rest", "size", "mark", "peak", "entries_today", "orders_today",
    "closed_trades", "last_profit", "last_exit_bar", "largest", "position_bar", "position_inside", "position_high", "position_low",
    "next_order", "next_lot", "stopped_day", "stopped", "flatten", "ambiguous_bars", "ambiguous_bar", "turnover", "commission", "bars_held_total",
)  # fmt: skip
"""The numbers that `save` keeps, beside orders, lots, open events and the state of the row code."""


class MachineError(ValueError):
    """A program, account or instrument that this machine cannot run, in plain words."""


def to_grid(x: cython.double, step: cython.double, per_one: cython.double, way: cython.int) -> cython.double:
    """x on the grid of `step` (0: no grid), down (-1) or up (+1); what is off it by rounding errors only is on it.

    That is 1e-9 of a step, or 1e-12 of x where that is more; wider, and ten million small lots would be rounded up.

    per_one: steps in one unit where that is a whole number, else 0; dividing by it gives the decimal number that one would write.
    """
    q: cython.double
    r: cython.double
    off: cython.double
    near: cython.double
    if step <= 0.0 or x != x or x - x != 0.0:
        return x
    q = x / step
    if q - q != 0.0 or q > 4e15 or q < -4e15:
        return x
    r = floor(q + 0.5)
    off = q - r
    near = 1e-12 * (r if r > 0.0 else -r)
    if near < NEAR:
        near = NEAR
    if off > near or off < -near:
        r = ceil(q) if way > 0 else floor(q)
    return r / per_one if per_one > 0.0 else r * step


def steps_per_one(step: float) -> float:
    """1 / step where that is a whole number, else 0."""
    if step <= 0.0:
        return 0.0
    whole = float(round(1.0 / step))
    return whole if whole >= 1.0 and abs(whole * step - 1.0) < 1e-12 else 0.0


class Machine:
    """An account that trades one instrument by the actions of a program.

    Drive it with `run` over columns, or with `open_half`, `facts` and `close_half` bar by bar. `take` chooses what happens on a bar that
    could have touched both stop and target: 'stops' (the default) or 'targets' (a scenario).
    Raises MachineError for a program that this fill model cannot run.
    """

    def __init__(self, code: MachineCode, account: Account, instrument: Instrument | None = None, *, take: str = "stops") -> None:
        instrument = instrument or Instrument()
        check(code, account, instrument)
        if take not in ("stops", "targets"):
            raise MachineError(f"`take` is 'stops' or 'targets'; this is {take!r}.")
        self.code, self.account, self.instrument = code, account, instrument
        self.targets_first = take == "targets"
        self.set_account(account, instrument)
        self.set_actions(code)
        self.orders, self.lots = Table(self.order_width), Table(LOT_WIDTH)
        self.open_events = Table(EVENT_WIDTH)
        for _ in range(len(code.actions)):
            self.open_events.add()
        self.fill_rows, self.trade_rows = Table(FILL_WIDTH), Table(TRADE_WIDTH)
        self.order_rows, self.event_rows, self.note_rows = Table(ORDER_WIDTH), Table(EVENT_WIDTH), Table(self.note_width)
        self.set_slots(code)
        self.start()

    def start(self) -> None:
        """Back to before the first bar; the records stay."""
        for name in STATE:
            setattr(self, name, 0.0)
        self.cash = self.peak = self.day_equity = self.last_equity = self.capital
        self.mark = self.last_profit = self.position_high = self.position_low = NAN
        self.day = self.stopped_day = self.last_exit_bar = self.ambiguous_bar = -1.0
        self.orders.clear()
        self.lots.clear()
        self.dirty = True

    def set_account(self, account: Account, instrument: Instrument) -> None:
        limits = dict(account.limits)
        self.capital = account.capital
        self.fee_share, self.fee_unit, self.fee_order = account.commission_share, account.commission_per_unit, account.commission_per_order
        self.platform = account.fills == "tradingview"
        self.opens_only = account.fills == "next_open_only"
        self.slip = (floor(account.slippage_ticks) if self.platform else account.slippage_ticks) * instrument.tick
        self.slip_share = account.slippage_share
        self.margin, self.pyramiding = account.margin, account.pyramiding
        self.tick, self.ticks_per_one = instrument.tick, steps_per_one(instrument.tick)
        self.lot, self.lots_per_one = instrument.lot, steps_per_one(instrument.lot)
        self.multiplier, self.min_notional = instrument.multiplier, instrument.min_notional
        self.allow_long, self.allow_short = account.direction != "short", account.direction != "long"
        self.max_daily_loss, self.max_drawdown = limits.get("daily_loss", FAR), limits.get("drawdown", FAR)
        self.max_exposure, self.max_position = limits.get("exposure", FAR), limits.get("position", FAR)
        self.max_position_value, self.max_order_value = limits.get("position_value", FAR), limits.get("order_value", FAR)
        self.max_positions, self.max_orders = limits.get("positions", FAR), limits.get("orders_per_day", FAR)
        self.daily = self.max_daily_loss < FAR or self.max_drawdown < FAR

    def set_actions(self, code: MachineCode) -> None:
        tags: dict[str, int] = {}
        rows: list[int] = []
        runners: list[RowRunner] = []
        places: list[int] = []
        slots: list[int] = []
        widest = 0
        for at, action in enumerate(code.actions):
            attached: list[int] = []
            width = 0
            for price in (action.stop, action.target):
                if price is None:
                    attached.append(-1)
                    continue
                attached.append(len(runners))
                runners.append(RowRunner(price.code))
                places += [len(slots), len(price.frozen), width]
                slots += price.frozen
                width += len(price.frozen)
            widest = max(widest, width)
            opens = action.verb in ("buy", "short")
            # An order without a tag, and an exit, is pending under its own line.
            own = action.tag if opens or (action.verb in ("sell", "cover") and action.tag) else ""
            pending = tags.setdefault(own or f"\n{at}", len(tags))
            addressed = tags.setdefault(action.tag, len(tags)) if action.tag and action.verb in ("exit", "cancel") else -1
            rows += [
                VERBS.index(action.verb), action.fires, SIZINGS.index(action.sizing), action.size, KINDS.index(action.entry), action.price, action.limit,
                attached[0], attached[1], action.trail, int(action.trail_share), action.trail_after, int(action.trail_after_share), action.hold,
                action.expire, pending, addressed,
            ]  # fmt: skip

        def chosen(*verbs: str) -> list[int]:
            return [at for at, action in enumerate(code.actions) if action.verb in verbs]

        cancels, exits, entries, notes = chosen("cancel"), chosen("sell", "cover", "exit"), chosen("buy", "short"), chosen("notify")
        self.acts = array("i", rows or [0])
        self.cancels, self.cancel_count = array("i", cancels or [0]), len(cancels)
        self.exits, self.exit_count = array("i", exits or [0]), len(exits)
        self.entries, self.entry_count = array("i", entries or [0]), len(entries)
        self.notes, self.note_count = array("i", notes or [0]), len(notes)
        said = [[part for part in action.text if not isinstance(part, str)] for action in code.actions]
        self.note_width = 2 + max((len(parts) for parts in said), default=0)
        starts = [sum(len(parts) for parts in said[:at]) for at in range(len(said) + 1)]
        self.note_slots = array("i", [slot for parts in said for slot in parts] or [0])
        self.note_starts = array("i", starts)
        self.price_places, self.price_slots = array("i", places or [0]), array("i", slots or [0])
        self.order_width = O_FROZEN + widest
        self.frozen = array("d", bytes(8 * max(1, widest)))
        self.values = array("d", bytes(8 * (3 + max(1, widest))))
        self.known = array("d", bytes(8 * FACT_COUNT))
        self.price_runners = runners
        if cython.compiled:
            pointers: cython.Py_ssize_t[::1] = array("q", [0] * max(1, len(runners)))
            self._prices = pointers
            self.prices = cython.cast(cython.pointer(cython.pointer(Program)), cython.address(pointers[0]))
            k: cython.Py_ssize_t
            runner: RowRunner
            for k in range(len(runners)):
                runner = runners[k]
                self.prices[k] = runner.program
            self.values_at, self.known_at = cython.address(self.values[0]), cython.address(self.known[0])
        else:
            self.prices, self.values_at, self.known_at = runners, self.values, self.known

    def set_slots(self, code: MachineCode) -> None:
        self.row = None if code.row is None else RowRunner(code.row)
        self.has_row = code.row is not None
        self.slot_count = len(code.slots)
        if code.row is not None:
            in_row = [code.row.results[slot.index] if slot.where == "row" else -1 for slot in code.slots]
        else:
            in_row = [-1] * len(code.slots)
        self.slot_row = array("i", in_row or [0])
        self.slot_values = array("d", bytes(8 * max(1, len(code.slots))))
        fires = sorted({action.fires for action in code.actions})
        self.every_bar = self.has_row or self.daily
        self.fire_slots, self.fire_count = array("i", fires or [0]), len(fires)
        self.fire_next = array("q", [0] * max(1, len(fires)))
        row_loads = 1 + max((position for _, position in code.row.loads), default=-1) if code.row is not None else 0
        self.row_values = array("d", bytes(8 * max(1, row_loads)))
        self.row_load_count = row_loads
        if cython.compiled:
            self.row_values_at = cython.address(self.row_values[0])
        else:
            self.row_values_at = self.row_values
        self.given = False
        self.record_count = 0
        self.has_times = self.has_equities = False

    # ---- values at the close

    def slot(self, k: cython.int) -> cython.double:
        if self.given:
            return self.slot_values[k]
        if self.slot_row[k] >= 0:
            return self.row.regs[self.slot_row[k]]
        return self.columns[k][self.at]

    def freeze(self, k: cython.int) -> cython.bint:
        """Reads the frozen slots of attached price k. False if one is unknown."""
        j: cython.int
        x: cython.double
        for j in range(self.price_places[3 * k + 1]):
            x = self.slot(self.price_slots[self.price_places[3 * k] + j])
            if x != x:
                return False
            self.frozen[self.price_places[3 * k + 2] + j] = x
        return True

    def attached_price(self, k: cython.int, entry: cython.double, side: cython.int, stop: cython.double) -> cython.double:
        """Attached price k for a fill at `entry`, from what `frozen` holds."""
        j: cython.int
        self.values[0] = entry
        self.values[1] = side
        self.values[2] = stop
        for j in range(self.price_places[3 * k + 1]):
            self.values[3 + j] = self.frozen[self.price_places[3 * k + 2] + j]
        run_program(self.prices[k], self.values_at, self.known_at)
        return self.prices[k].regs[self.prices[k].results[0]]

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
                profit += (self.mark - self.lots.rows[at + L_PRICE]) * self.lots.rows[at + L_SIDE] * self.lots.rows[at + L_QUANTITY] * self.multiplier
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

    # ---- money

    def pay(self, amount: cython.double) -> None:
        """Adds to cash without losing a bit: two-sums down three parts, then one rounding into `cash`."""
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
        self.cash_low = e + f
        b = self.cash_low - e
        self.cash_rest = (e - (self.cash_low - b)) + (f - b)

    def fee(self, price: cython.double, quantity: cython.double) -> cython.double:
        """Commission of a fill: a share of its value, so much a unit, so much an order."""
        value: cython.double = price * quantity * self.multiplier
        return self.fee_share * (value if value > 0.0 else -value) + self.fee_unit * quantity + self.fee_order

    def equity(self, price: cython.double) -> cython.double:
        """Cash plus the position at this price."""
        return self.cash if self.lots.count == 0 else self.cash + self.size * self.multiplier * price

    def slipped(self, side: cython.int, price: cython.double) -> cython.double:
        """The price that a market or stop order gets: worse by slippage."""
        return price + side * (self.slip + price * self.slip_share)

    def affordable(self, quantity: cython.double, price: cython.double) -> cython.double:
        """The quantity that equity at this price pays for, given the margin; at most `quantity`, on the lot grid."""
        value: cython.double = price * self.multiplier
        size: cython.double = self.size if self.size > 0.0 else -self.size
        equity: cython.double = self.equity(price)
        needed: cython.double = self.margin * (size + quantity) * value + self.fee(price, quantity)
        room: cython.double
        if value <= 0.0 or needed <= equity + NEAR * (equity if equity > 0.0 else -equity):
            return quantity
        room = equity - self.fee_order - self.margin * size * value
        room = room / (value * (self.margin + self.fee_share) + self.fee_unit)
        room = to_grid(room, self.lot, self.lots_per_one, -1)
        return room if room < quantity else quantity

    # ---- lots

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
        at = self.fill_rows.add()
        self.fill_rows.rows[at] = order
        self.fill_rows.rows[at + 1] = self.bar
        self.fill_rows.rows[at + 2] = place
        self.fill_rows.rows[at + 3] = side
        self.fill_rows.rows[at + 4] = quantity
        self.fill_rows.rows[at + 5] = price
        self.fill_rows.rows[at + 6] = fee
        self.fill_rows.rows[at + 7] = reason
        self.fill_rows.rows[at + 8] = self.cash
        self.fill_rows.rows[at + 10] = action

    def record_trade(
        self, at: cython.Py_ssize_t, quantity: cython.double, price: cython.double, fee: cython.double, place: cython.int, reason: cython.int
    ) -> None:
        """Records that `quantity` of the lot at offset `at` was closed, and takes it off the lot."""
        lot: cython.double[::1] = self.lots.rows
        to: cython.Py_ssize_t = self.trade_rows.add()
        row: cython.double[::1] = self.trade_rows.rows
        side: cython.double = lot[at + L_SIDE]
        entry: cython.double = lot[at + L_PRICE]
        whole: cython.bint = quantity >= lot[at + L_QUANTITY]
        entry_fee: cython.double = lot[at + L_FEE] if whole else lot[at + L_FEE] * (quantity / lot[at + L_QUANTITY])
        high: cython.double = lot[at + L_HIGH]
        low: cython.double = lot[at + L_LOW]
        worst: cython.double
        best: cython.double
        if place == INSIDE and not (lot[at + L_BAR] == self.bar and lot[at + L_INSIDE] != 0.0):
            # The bar's open came before an exit inside it.
            high = self.o if self.o > high else high
            low = self.o if self.o < low else low
        high = price if price > high else high
        low = price if price < low else low
        worst = (low if side > 0.0 else high) - entry
        best = (high if side > 0.0 else low) - entry
        row[to] = lot[at + L_ID]
        row[to + 1] = lot[at + L_ACTION]
        row[to + 2] = side
        row[to + 3] = quantity
        row[to + 4] = lot[at + L_BAR]
        row[to + 5] = entry
        row[to + 6] = self.bar
        row[to + 7] = price
        self.last_profit = side * (price - entry) * quantity * self.multiplier - (entry_fee + fee)
        row[to + 8] = self.last_profit
        row[to + 9] = entry_fee + fee
        row[to + 10] = side * worst / entry if entry > 0.0 else NAN
        row[to + 11] = side * best / entry if entry > 0.0 else NAN
        row[to + 12] = reason
        self.closed_trades += 1.0
        self.last_exit_bar = self.bar
        lot[at + L_FEE] -= entry_fee
        lot[at + L_QUANTITY] -= quantity

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
        """Closes up to `quantity` of the lots of a side (and of a tag, unless -1), oldest first, in one fill. Returns how much."""
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

    def close_lot(self, k: cython.Py_ssize_t, raw: cython.double, by_limit: cython.bint, place: cython.int, reason: cython.int) -> None:
        """Closes lot k by one of its attached exits."""
        at: cython.Py_ssize_t = k * LOT_WIDTH
        side: cython.int = cython.cast(cython.int, self.lots.rows[at + L_SIDE])
        quantity: cython.double = self.lots.rows[at + L_QUANTITY]
        price: cython.double = raw if by_limit else self.slipped(-side, raw)
        fee: cython.double = self.fee(price, quantity)
        self.record_fill(-1.0, place, -side, quantity, price, fee, reason, self.lots.rows[at + L_ACTION])
        self.record_trade(at, quantity, price, fee, place, reason)
        self.lots.remove(k)
        self.measure()
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = self.size
        self.count_order(raw, place)

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

    # ---- orders

    def end_order(self, k: cython.Py_ssize_t, end: cython.int, filled: cython.double, price: cython.double) -> None:
        """Order k leaves the book for the records."""
        at: cython.Py_ssize_t = k * self.order_width
        to: cython.Py_ssize_t = self.order_rows.add()
        self.order_rows.rows[to] = self.orders.rows[at + O_ID]
        self.order_rows.rows[to + 1] = self.orders.rows[at + O_ACTION]
        self.order_rows.rows[to + 2] = self.orders.rows[at + O_MADE]
        self.order_rows.rows[to + 3] = self.orders.rows[at + O_ENTRY]
        self.order_rows.rows[to + 4] = self.orders.rows[at + O_KIND]
        self.order_rows.rows[to + 5] = self.orders.rows[at + O_SIDE]
        self.order_rows.rows[to + 6] = self.orders.rows[at + O_QUANTITY]
        self.order_rows.rows[to + 7] = self.orders.rows[at + O_PRICE]
        self.order_rows.rows[to + 8] = self.orders.rows[at + O_LIMIT]
        self.order_rows.rows[to + 9] = end
        self.order_rows.rows[to + 10] = self.bar
        self.order_rows.rows[to + 11] = filled
        self.order_rows.rows[to + 12] = price
        self.orders.remove(k)
        self.dirty = True

    def log(self, action: cython.int, cause: cython.int) -> None:
        """Says that an order was not made or filled as written. Repeats of one cause are one row."""
        at: cython.Py_ssize_t = action * EVENT_WIDTH
        event: cython.double[::1] = self.open_events.rows
        to: cython.Py_ssize_t
        j: cython.int
        if event[at] != cause:
            if event[at] != 0.0:
                to = self.event_rows.add()
                for j in range(EVENT_WIDTH):
                    self.event_rows.rows[to + j] = event[at + j]
            event[at] = cause
            event[at + 1] = action
            event[at + 2] = self.bar
            event[at + 4] = 0.0
        event[at + 3] = self.bar
        event[at + 4] += 1.0

    def drop_entries(self, end: cython.int) -> None:
        """Ends all resting entries."""
        k: cython.Py_ssize_t = 0
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] != 0.0:
                self.end_order(k, end, 0.0, NAN)
            else:
                k += 1

    def count_order(self, raw: cython.double, place: cython.int) -> None:
        """Counts a filled order of this day. On the platform's rule the last one allowed flattens everything at once."""
        self.orders_today += 1.0
        if self.platform and self.orders_today == self.max_orders:
            while self.orders.count > 0:
                self.end_order(0, E_LIMIT, 0.0, NAN)
            self.close_everything(raw, place, R_ORDERS_PER_DAY)

    def close_everything(self, raw: cython.double, place: cython.int, reason: cython.int) -> None:
        """Closes all lots in one fill, by a market order."""
        side: cython.int
        if self.lots.count > 0:
            side = 1 if self.size > 0.0 else -1
            self.close_lots(side, FAR, -1, self.slipped(-side, raw), place, reason, -1.0, -1.0)

    def rearm(self) -> None:
        """What the machine must wake for: prices, a bar, or the very next open."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        side: cython.double
        price: cython.double
        until: cython.double
        kind: cython.int
        self.upper = FAR
        self.lower = -FAR
        self.due = FAR
        self.urgent = self.flatten != 0.0
        self.trailing = False
        self.dirty = False
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            price = self.tight(at)
            if side > 0.0:
                if price > self.lower:
                    self.lower = price
                if self.lots.rows[at + L_TARGET] < self.upper:
                    self.upper = self.lots.rows[at + L_TARGET]
            else:
                if price < self.upper:
                    self.upper = price
                if self.lots.rows[at + L_TARGET] > self.lower:
                    self.lower = self.lots.rows[at + L_TARGET]
            if self.lots.rows[at + L_HOLD] >= 0.0:
                until = self.lots.rows[at + L_BAR] + self.lots.rows[at + L_HOLD] + 1.0
                if until < self.due:
                    self.due = until
            if self.acts[cython.cast(cython.int, self.lots.rows[at + L_ACTION]) * ACTION_WIDTH + A_TRAIL] >= 0:
                self.trailing = True
        for k in range(self.orders.count):
            at = k * self.order_width
            kind = cython.cast(cython.int, self.orders.rows[at + O_KIND])
            price = self.orders.rows[at + O_PRICE]
            if kind == MARKET or kind == THIS_CLOSE:
                self.urgent = True
            elif (kind == LIMIT) == (self.orders.rows[at + O_SIDE] > 0.0):
                if price > self.lower:
                    self.lower = price
            elif price < self.upper:
                self.upper = price
            if self.orders.rows[at + O_EXPIRE] >= 0.0:
                until = self.orders.rows[at + O_MADE] + self.orders.rows[at + O_EXPIRE]
                if until < self.due:
                    self.due = until

    def price_at_open(self, at: cython.Py_ssize_t) -> cython.double:
        """Where the order at `at` fills at this open, NaN if it does not; `by_limit` says whether it is free of slippage."""
        side: cython.double = self.orders.rows[at + O_SIDE]
        kind: cython.int = cython.cast(cython.int, self.orders.rows[at + O_KIND])
        beyond: cython.double
        self.by_limit = False
        if kind == MARKET or kind == THIS_CLOSE:
            return self.o
        beyond = (self.o - self.orders.rows[at + O_PRICE]) * side
        if kind == LIMIT:
            self.by_limit = True
            return self.o if beyond < 0.0 else NAN
        if beyond < 0.0:
            return NAN
        if kind == STOP:
            return self.o
        # A stop limit is a limit from here on; where the market is within the limit, it fills at once.
        self.by_limit = True
        self.orders.rows[at + O_KIND] = LIMIT
        self.orders.rows[at + O_PRICE] = self.orders.rows[at + O_LIMIT]
        self.dirty = True
        return self.o if (self.orders.rows[at + O_LIMIT] - self.o) * side >= 0.0 else NAN

    def price_inside(self, at: cython.Py_ssize_t) -> cython.double:
        """Where the order at `at` fills after this open, NaN if it does not."""
        side: cython.double = self.orders.rows[at + O_SIDE]
        kind: cython.int = cython.cast(cython.int, self.orders.rows[at + O_KIND])
        price: cython.double = self.orders.rows[at + O_PRICE]
        worse: cython.double = self.h if side > 0.0 else self.l
        better: cython.double = self.l if side > 0.0 else self.h
        self.by_limit = False
        if kind == MARKET or kind == THIS_CLOSE:
            return NAN
        if kind == LIMIT:
            self.by_limit = True
            return price if (better - price) * side < 0.0 and self.orders.rows[at + O_SINCE] != self.bar else NAN
        if (worse - price) * side < 0.0:
            return NAN
        if kind == STOP:
            return price
        # Triggered inside the bar: filled there if the limit allows that price, else a limit from the next bar on.
        self.by_limit = True
        self.orders.rows[at + O_KIND] = LIMIT
        self.orders.rows[at + O_PRICE] = self.orders.rows[at + O_LIMIT]
        self.orders.rows[at + O_SINCE] = self.bar
        self.dirty = True
        return price if (self.orders.rows[at + O_LIMIT] - price) * side >= 0.0 else NAN

    def fill_exit(self, k: cython.Py_ssize_t, raw: cython.double, place: cython.int) -> None:
        """Fills resting exit k, as far as there is something to close."""
        at: cython.Py_ssize_t = k * self.order_width
        side: cython.int = cython.cast(cython.int, self.orders.rows[at + O_SIDE])
        tag: cython.int = cython.cast(cython.int, self.orders.rows[at + O_TARGET_TAG])
        reason: cython.int = cython.cast(cython.int, self.orders.rows[at + O_REASON])
        price: cython.double = raw if self.by_limit else self.slipped(side, raw)
        closed: cython.double = self.close_lots(
            -side, self.orders.rows[at + O_QUANTITY], tag, price, place, reason, self.orders.rows[at + O_ID], self.orders.rows[at + O_ACTION]
        )
        if closed > 0.0:
            self.end_order(k, E_FILLED, closed, price)
            self.count_order(raw, place)
        else:
            self.end_order(k, E_NOTHING, 0.0, NAN)

    def fill_entry(self, k: cython.Py_ssize_t, raw: cython.double, place: cython.int) -> None:
        """Fills resting entry k: closes what is open on the other side, opens a lot, and rests its attached exits."""
        at: cython.Py_ssize_t = k * self.order_width
        order: cython.double = self.orders.rows[at + O_ID]
        side: cython.int = cython.cast(cython.int, self.orders.rows[at + O_SIDE])
        action: cython.int = cython.cast(cython.int, self.orders.rows[at + O_ACTION])
        tag: cython.double = self.orders.rows[at + O_TAG]
        hold: cython.double = self.orders.rows[at + O_HOLD]
        after: cython.double = self.orders.rows[at + O_AFTER]
        distance: cython.double = self.orders.rows[at + O_TRAIL]
        wanted: cython.double = self.orders.rows[at + O_QUANTITY]
        price: cython.double = raw if self.by_limit else self.slipped(side, raw)
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        quantity: cython.double
        fee: cython.double
        stop: cython.double = NAN
        target: cython.double = NAN
        trail: cython.double = NAN
        to: cython.Py_ssize_t
        j: cython.int
        if self.orders_today >= self.max_orders:
            self.log(action, C_ORDERS_PER_DAY)
            self.end_order(k, E_LIMIT, 0.0, NAN)
            return
        for j in range(self.order_width - O_FROZEN):
            self.frozen[j] = self.orders.rows[at + O_FROZEN + j]
        if self.acts[act + A_STOP] >= 0:
            stop = to_grid(self.attached_price(self.acts[act + A_STOP], price, side, NAN), self.tick, self.ticks_per_one, -side)
        if self.acts[act + A_TARGET] >= 0:
            target = to_grid(self.attached_price(self.acts[act + A_TARGET], price, side, stop), self.tick, self.ticks_per_one, side)
        if self.acts[act + A_TRAIL] >= 0 and after != after:
            trail = price - side * (price * distance if self.acts[act + A_TRAIL_SHARE] != 0 else distance)
            trail = to_grid(trail, self.tick, self.ticks_per_one, -side)
        if (self.acts[act + A_STOP] >= 0 and stop != stop) or (self.acts[act + A_TARGET] >= 0 and target != target):
            self.log(action, C_UNKNOWN)
            self.end_order(k, E_REFUSED, 0.0, NAN)
            return
        if self.size * side < 0.0:
            self.close_lots(-side, FAR, -1, price, place, R_REVERSED, order, action)
        quantity = self.affordable(wanted, price)
        if quantity < wanted:
            self.log(action, C_REDUCED if quantity > 0.0 else C_NO_CASH)
        if quantity > 0.0 and quantity < wanted and quantity * price * self.multiplier < self.min_notional:
            self.log(action, C_MIN_NOTIONAL)
            quantity = 0.0
        if quantity <= 0.0:
            self.end_order(k, E_REFUSED, 0.0, NAN)
            return
        fee = self.fee(price, quantity)
        self.record_fill(order, place, side, quantity, price, fee, R_ENTRY, action)
        if self.lots.count == 0:
            self.position_bar = self.bar
            self.position_inside = 1.0 if place == INSIDE else 0.0
            self.position_high = price
            self.position_low = price
        to = self.lots.add()
        self.lots.rows[to + L_ID] = self.next_lot
        self.lots.rows[to + L_ACTION] = action
        self.lots.rows[to + L_TAG] = tag
        self.lots.rows[to + L_SIDE] = side
        self.lots.rows[to + L_QUANTITY] = quantity
        self.lots.rows[to + L_PRICE] = price
        self.lots.rows[to + L_BAR] = self.bar
        self.lots.rows[to + L_FEE] = fee
        self.lots.rows[to + L_STOP] = stop
        self.lots.rows[to + L_TARGET] = target
        self.lots.rows[to + L_TRAIL] = trail
        self.lots.rows[to + L_AFTER] = after * price if self.acts[act + A_AFTER_SHARE] != 0 else after
        self.lots.rows[to + L_HOLD] = hold
        self.lots.rows[to + L_HIGH] = price
        self.lots.rows[to + L_LOW] = price
        self.lots.rows[to + L_INSIDE] = 1.0 if place == INSIDE else 0.0
        self.next_lot += 1.0
        self.entries_today += 1.0
        self.measure()
        self.fill_rows.rows[(self.fill_rows.count - 1) * FILL_WIDTH + 9] = self.size
        self.end_order(k, E_FILLED, quantity, price)
        self.count_order(raw, place)
        # The order may have been the day's last, which closed everything.
        k = self.lots.count - 1
        if k < 0 or self.lots.rows[k * LOT_WIDTH + L_ID] != self.next_lot - 1.0:
            return
        stop = self.tight(k * LOT_WIDTH)
        j = R_STOP if stop == self.lots.rows[k * LOT_WIDTH + L_STOP] else R_TRAIL
        if (raw - stop) * side <= 0.0:
            self.close_lot(k, raw, False, place, j)
        elif place == INSIDE:
            if ((self.l if side > 0 else self.h) - stop) * side <= 0.0:
                self.close_lot(k, stop, False, place, j)
        elif (raw - target) * side > 0.0:
            self.close_lot(k, raw, True, place, R_TARGET)

    # ---- the half from the open to the close

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

    def first_half(self) -> None:
        """Fills of this bar, then its risk limits. A bar with an unknown price fills nothing."""
        if self.dirty:
            self.rearm()
        if self.o - self.o == 0.0 and self.h - self.h == 0.0 and self.l - self.l == 0.0 and self.c - self.c == 0.0:
            if self.urgent or self.bar >= self.due or self.h >= self.upper or self.l <= self.lower or self.o >= self.upper or self.o <= self.lower:
                self.at_the_open()
                if not self.opens_only:
                    self.exits_inside()
                    self.entries_inside()
        if self.bar >= self.due:
            self.expire_orders()
        if self.c - self.c == 0.0:
            self.mark = self.c
        self.stretch()
        self.limits_at_the_close()

    def at_the_open(self) -> None:
        """Exits, then entries in the order they were made, at the open's price."""
        k: cython.Py_ssize_t = 0
        raw: cython.double
        if self.flatten != 0.0:
            self.close_everything(self.o, AT_OPEN, cython.cast(cython.int, self.flatten))
            self.flatten = 0.0
            self.dirty = True
        self.exits_at_the_open()
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] != 0.0:
                raw = self.price_at_open(k * self.order_width)
                if raw == raw:
                    self.fill_entry(k, raw, AT_OPEN)
                    continue
            k += 1

    def exits_at_the_open(self) -> None:
        """Resting exits that the open reaches, then attached exits that it gaps through or that are due."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        side: cython.double
        stop: cython.double
        raw: cython.double
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] == 0.0:
                raw = self.price_at_open(k * self.order_width)
                if raw == raw:
                    self.fill_exit(k, raw, AT_OPEN)
                    continue
            k += 1
        k = 0
        while k < self.lots.count:
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            stop = self.tight(at)
            count = self.lots.count
            if (self.o - stop) * side <= 0.0:
                self.close_lot(k, self.o, False, AT_OPEN, R_STOP if stop == self.lots.rows[at + L_STOP] else R_TRAIL)
            elif (self.o - self.lots.rows[at + L_TARGET]) * side > 0.0:
                self.close_lot(k, self.o, True, AT_OPEN, R_TARGET)
            elif self.lots.rows[at + L_HOLD] >= 0.0 and self.bar >= self.lots.rows[at + L_BAR] + self.lots.rows[at + L_HOLD] + 1.0:
                self.close_lot(k, self.o, False, AT_OPEN, R_HOLD)
            if self.lots.count == count:
                k += 1

    def exits_inside(self) -> None:
        """Resting exits and attached exits that the bar reaches after its open; stops first, in the scenario targets first."""
        if self.lots.count == 0 and self.orders.count == 0:
            return
        if self.ambiguous_bar != self.bar and self.both_touched():
            self.ambiguous_bar = self.bar
            self.ambiguous_bars += 1.0
        if self.targets_first:
            self.targets_inside()
            self.stops_inside()
        else:
            self.stops_inside()
            self.targets_inside()

    def both_touched(self) -> cython.bint:
        """Whether the bar could have ended a lot at a loss and at a gain, and its prices do not say which came first."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        side: cython.double
        kind: cython.int
        stop: cython.bint
        target: cython.bint
        lot_stop: cython.bint = False
        lot_target: cython.bint = False
        order_stop: cython.bint = False
        order_target: cython.bint = False
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            stop = ((self.l if side > 0.0 else self.h) - self.tight(at)) * side <= 0.0
            target = ((self.h if side > 0.0 else self.l) - self.lots.rows[at + L_TARGET]) * side > 0.0
            if stop and target:
                return True
            lot_stop = lot_stop or stop
            lot_target = lot_target or target
        for k in range(self.orders.count):
            at = k * self.order_width
            side = -self.orders.rows[at + O_SIDE]
            if self.orders.rows[at + O_ENTRY] == 0.0 and self.size * side > 0.0:
                kind = cython.cast(cython.int, self.orders.rows[at + O_KIND])
                if kind == LIMIT and ((self.h if side > 0.0 else self.l) - self.orders.rows[at + O_PRICE]) * side > 0.0:
                    order_target = True
                elif (kind == STOP or kind == STOP_LIMIT) and ((self.l if side > 0.0 else self.h) - self.orders.rows[at + O_PRICE]) * side <= 0.0:
                    order_stop = True
        return (order_target and (lot_stop or order_stop)) or (order_stop and lot_target)

    def stops_inside(self) -> None:
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        side: cython.double
        stop: cython.double
        raw: cython.double
        while k < self.lots.count:
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            stop = self.tight(at)
            count = self.lots.count
            if ((self.l if side > 0.0 else self.h) - stop) * side <= 0.0:
                self.close_lot(k, stop, False, INSIDE, R_STOP if stop == self.lots.rows[at + L_STOP] else R_TRAIL)
            if self.lots.count == count:
                k += 1
        k = 0
        while k < self.orders.count:
            at = k * self.order_width
            if self.orders.rows[at + O_ENTRY] == 0.0 and self.orders.rows[at + O_KIND] != LIMIT:
                raw = self.price_inside(at)
                if raw == raw:
                    self.fill_exit(k, raw, INSIDE)
                    continue
            k += 1

    def targets_inside(self) -> None:
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        count: cython.Py_ssize_t
        side: cython.double
        raw: cython.double
        while k < self.lots.count:
            at = k * LOT_WIDTH
            side = self.lots.rows[at + L_SIDE]
            count = self.lots.count
            if ((self.h if side > 0.0 else self.l) - self.lots.rows[at + L_TARGET]) * side > 0.0:
                self.close_lot(k, self.lots.rows[at + L_TARGET], True, INSIDE, R_TARGET)
            if self.lots.count == count:
                k += 1
        k = 0
        while k < self.orders.count:
            at = k * self.order_width
            if self.orders.rows[at + O_ENTRY] == 0.0 and self.orders.rows[at + O_KIND] == LIMIT:
                raw = self.price_inside(at)
                if raw == raw:
                    self.fill_exit(k, raw, INSIDE)
                    continue
            k += 1

    def entries_inside(self) -> None:
        """Resting entries that the bar reaches after its open, in the order they were made."""
        k: cython.Py_ssize_t = 0
        raw: cython.double
        while k < self.orders.count:
            if self.orders.rows[k * self.order_width + O_ENTRY] != 0.0:
                raw = self.price_inside(k * self.order_width)
                if raw == raw:
                    self.fill_entry(k, raw, INSIDE)
                    continue
            k += 1

    def expire_orders(self) -> None:
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        while k < self.orders.count:
            at = k * self.order_width
            if self.orders.rows[at + O_EXPIRE] >= 0.0 and self.bar >= self.orders.rows[at + O_MADE] + self.orders.rows[at + O_EXPIRE]:
                self.end_order(k, E_EXPIRED, 0.0, NAN)
            else:
                k += 1

    def limits_at_the_close(self) -> None:
        """Daily loss and drawdown, by equity at this close: entries are dropped, and the next open closes everything."""
        equity: cython.double = self.equity(self.mark)
        cause: cython.int = 0
        to: cython.Py_ssize_t
        if equity > self.peak:
            self.peak = equity
        self.last_equity = equity
        if not self.daily:
            return
        if self.max_daily_loss < FAR and self.stopped_day != self.day and equity <= self.day_equity * (1.0 - self.max_daily_loss):
            self.stopped_day = self.day
            cause = C_DAILY_LOSS
        if self.max_drawdown < FAR and self.stopped == 0.0 and equity <= self.peak * (1.0 - self.max_drawdown):
            self.stopped = 1.0
            cause = C_DRAWDOWN
        if cause != 0:
            self.drop_entries(E_LIMIT)
            if self.lots.count > 0:
                self.flatten = R_DRAWDOWN if cause == C_DRAWDOWN else R_DAILY_LOSS
            self.dirty = True
            to = self.event_rows.add()
            self.event_rows.rows[to] = cause
            self.event_rows.rows[to + 1] = -1.0
            self.event_rows.rows[to + 2] = self.bar
            self.event_rows.rows[to + 3] = self.bar
            self.event_rows.rows[to + 4] = 1.0

    # ---- the half at the close

    def second_half(self) -> None:
        """Trails move, then the rules act: cancels, exits, entries in text order, each by what was known before any of them."""
        k: cython.Py_ssize_t
        if self.trailing or self.dirty:
            self.move_trails()
        self.equity_now = self.equity(self.mark)
        self.cash_now = self.cash
        self.size_now = self.size
        for k in range(self.cancel_count):
            if self.slot(self.acts[self.cancels[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.cancel_orders(self.cancels[k])
        for k in range(self.exit_count):
            if self.slot(self.acts[self.exits[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.make_exit(self.exits[k])
        for k in range(self.entry_count):
            if self.slot(self.acts[self.entries[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.make_entry(self.entries[k])
        for k in range(self.note_count):
            if self.slot(self.acts[self.notes[k] * ACTION_WIDTH + A_FIRES]) == 2.0:
                self.take_note(self.notes[k])

    def move_trails(self) -> None:
        """Each trail follows its lot's best price so far, never backwards; it is live from the next bar."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        act: cython.Py_ssize_t
        side: cython.int
        best: cython.double
        distance: cython.double
        level: cython.double
        for k in range(self.lots.count):
            at = k * LOT_WIDTH
            act = cython.cast(cython.int, self.lots.rows[at + L_ACTION]) * ACTION_WIDTH
            if self.acts[act + A_TRAIL] < 0:
                continue
            side = cython.cast(cython.int, self.lots.rows[at + L_SIDE])
            best = self.lots.rows[at + L_HIGH] if side > 0 else self.lots.rows[at + L_LOW]
            level = self.lots.rows[at + L_TRAIL]
            if level != level and not ((best - self.lots.rows[at + L_PRICE]) * side >= self.lots.rows[at + L_AFTER]):
                continue
            distance = self.slot(self.acts[act + A_TRAIL])
            if self.acts[act + A_TRAIL_SHARE] != 0:
                distance = best * distance
            level = to_grid(best - side * distance, self.tick, self.ticks_per_one, -side)
            if level == level and not ((level - self.lots.rows[at + L_TRAIL]) * side <= 0.0):
                self.lots.rows[at + L_TRAIL] = level
                self.dirty = True

    def cancel_orders(self, action: cython.int) -> None:
        k: cython.Py_ssize_t = 0
        tag: cython.double = self.acts[action * ACTION_WIDTH + A_TARGET_TAG]
        at: cython.Py_ssize_t
        while k < self.orders.count:
            at = k * self.order_width
            if tag < 0.0 or self.orders.rows[at + O_TAG] == tag or self.orders.rows[at + O_TARGET_TAG] == tag:
                self.end_order(k, E_CANCELLED, 0.0, NAN)
            else:
                k += 1

    def held(self, side: cython.int, tag: cython.int) -> cython.double:
        """Quantity of the open lots of a side, and of a tag unless -1."""
        k: cython.Py_ssize_t
        total: cython.double = 0.0
        for k in range(self.lots.count):
            if self.lots.rows[k * LOT_WIDTH + L_SIDE] == side and (tag < 0 or self.lots.rows[k * LOT_WIDTH + L_TAG] == tag):
                total += self.lots.rows[k * LOT_WIDTH + L_QUANTITY]
        return total

    def reserved(self, side: cython.int) -> cython.double:
        """What the resting entries of a side are presumed to cost."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        total: cython.double = 0.0
        for k in range(self.orders.count):
            at = k * self.order_width
            if self.orders.rows[at + O_ENTRY] != 0.0 and self.orders.rows[at + O_SIDE] == side:
                total += self.orders.rows[at + O_QUANTITY] * self.orders.rows[at + O_PRESUMED] * self.multiplier
        return total

    def order_price(self, slot: cython.int, kind: cython.int, side: cython.int) -> cython.double:
        """An order's price on the tick grid: buy stops and sell limits up, sell stops and buy limits down."""
        if slot < 0:
            return NAN
        return to_grid(self.slot(slot), self.tick, self.ticks_per_one, -side if kind == LIMIT else side)

    def place_order(
        self,
        action: cython.int,
        entry: cython.int,
        side: cython.int,
        kind: cython.int,
        quantity: cython.double,
        price: cython.double,
        limit: cython.double,
    ) -> cython.Py_ssize_t:
        """A new order rests, in place of the one pending under its tag. Returns its offset."""
        k: cython.Py_ssize_t = 0
        at: cython.Py_ssize_t
        tag: cython.double = self.acts[action * ACTION_WIDTH + A_TAG]
        while k < self.orders.count:
            at = k * self.order_width
            if self.orders.rows[at + O_TAG] == tag and self.orders.rows[at + O_ENTRY] == entry:
                self.end_order(k, E_REPLACED, 0.0, NAN)
            else:
                k += 1
        at = self.orders.add()
        self.orders.rows[at + O_ID] = self.next_order
        self.orders.rows[at + O_ACTION] = action
        self.orders.rows[at + O_TAG] = tag
        self.orders.rows[at + O_ENTRY] = entry
        self.orders.rows[at + O_SIDE] = side
        self.orders.rows[at + O_KIND] = kind
        self.orders.rows[at + O_QUANTITY] = quantity
        self.orders.rows[at + O_PRICE] = price
        self.orders.rows[at + O_LIMIT] = limit
        self.orders.rows[at + O_MADE] = self.bar
        self.orders.rows[at + O_EXPIRE] = -1.0
        self.orders.rows[at + O_HOLD] = -1.0
        self.orders.rows[at + O_AFTER] = NAN
        self.orders.rows[at + O_TRAIL] = NAN
        self.orders.rows[at + O_TARGET_TAG] = -1.0
        self.orders.rows[at + O_PRESUMED] = self.c
        self.orders.rows[at + O_REASON] = R_EXIT
        self.orders.rows[at + O_SINCE] = -1.0
        self.next_order += 1.0
        self.dirty = True
        return at

    def make_exit(self, action: cython.int) -> None:
        """An order to close, for what is held now; nothing held, nothing made."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        verb: cython.int = self.acts[act + A_VERB]
        side: cython.int = 1 if self.size_now > 0.0 else -1
        tag: cython.int = self.acts[act + A_TARGET_TAG]
        kind: cython.int = self.acts[act + A_KIND]
        sizing: cython.int = self.acts[act + A_SIZING]
        held: cython.double
        amount: cython.double = 0.0
        price: cython.double = NAN
        limit: cython.double = NAN
        expire: cython.double = -1.0
        presumed: cython.double = self.c
        quantity: cython.double
        at: cython.Py_ssize_t
        if self.size_now == 0.0 or (verb == SELL and side < 0) or (verb == COVER and side > 0):
            return
        held = self.held(side, tag)
        if held <= 0.0:
            return
        if kind == LIMIT or kind == STOP or kind == STOP_LIMIT:
            price = self.order_price(self.acts[act + A_PRICE] if kind != LIMIT or self.acts[act + A_PRICE] >= 0 else self.acts[act + A_LIMIT], kind, -side)
            presumed = price
            if kind == STOP_LIMIT:
                limit = self.order_price(self.acts[act + A_LIMIT], LIMIT, -side)
                presumed = limit
        if self.acts[act + A_SIZE] >= 0:
            amount = self.slot(self.acts[act + A_SIZE])
        if self.acts[act + A_EXPIRE] >= 0:
            expire = floor(self.slot(self.acts[act + A_EXPIRE])) if self.slot(self.acts[act + A_EXPIRE]) >= 1.0 else NAN
        needs_price: cython.bint = kind == THIS_CLOSE or sizing == BY_EQUITY or sizing == BY_CASH or sizing == BY_MONEY
        if amount != amount or expire != expire or (price != price and kind != MARKET and kind != THIS_CLOSE) or (needs_price and presumed != presumed):
            self.log(action, C_UNKNOWN)
            return
        if kind == STOP_LIMIT and limit != limit:
            self.log(action, C_UNKNOWN)
            return
        if sizing == BY_ALL or (sizing == BY_POSITION and amount >= 1.0):
            quantity = held
        else:
            if sizing == BY_POSITION:
                quantity = amount * held
            elif sizing == BY_QUANTITY:
                quantity = amount
            elif presumed * self.multiplier <= 0.0:
                quantity = 0.0
            elif sizing == BY_EQUITY:
                quantity = amount * self.equity_now / (presumed * self.multiplier)
            elif sizing == BY_CASH:
                quantity = amount * self.cash_now / (presumed * self.multiplier)
            else:
                quantity = amount / (presumed * self.multiplier)
            quantity = to_grid(quantity, self.lot, self.lots_per_one, -1)
            if not quantity > 0.0:
                self.log(action, C_SIZE)
                return
            if quantity > held:
                quantity = held
        at = self.place_order(action, 0, -side, kind, quantity, price, limit)
        self.orders.rows[at + O_EXPIRE] = expire
        self.orders.rows[at + O_TARGET_TAG] = tag
        if kind == THIS_CLOSE:
            self.by_limit = False
            self.fill_exit(self.orders.count - 1, self.c, AT_CLOSE)

    def refusal(self, action: cython.int, side: cython.int) -> cython.int:
        """Why no entry of this side may be made now, whatever its size; 0 if it may."""
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        tag: cython.double = self.acts[action * ACTION_WIDTH + A_TAG]
        entries: cython.double = 0.0
        if self.stopped != 0.0:
            return C_DRAWDOWN
        if self.stopped_day == self.day:
            return C_DAILY_LOSS
        if self.orders_today >= self.max_orders:
            return C_ORDERS_PER_DAY
        if self.max_positions < 1.0 and self.size_now == 0.0:
            return C_POSITIONS
        for k in range(self.lots.count):
            if self.lots.rows[k * LOT_WIDTH + L_SIDE] == side:
                entries += 1.0
        for k in range(self.orders.count):
            # A market entry of this close is on its way; the one that this replaces is not.
            at = k * self.order_width
            if (
                self.orders.rows[at + O_ENTRY] != 0.0
                and self.orders.rows[at + O_KIND] == MARKET
                and self.orders.rows[at + O_SIDE] == side
                and self.orders.rows[at + O_TAG] != tag
            ):
                entries += 1.0
        return C_PYRAMIDING if entries >= self.pyramiding else 0

    def sized(self, action: cython.int, side: cython.int, presumed: cython.double, stop: cython.double) -> cython.double:
        """An entry's quantity from this close's equity and the presumed entry, on the lot grid; NaN if its size is unknown."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        sizing: cython.int = self.acts[act + A_SIZING]
        amount: cython.double = self.slot(self.acts[act + A_SIZE]) if self.acts[act + A_SIZE] >= 0 else NAN
        value: cython.double = presumed * self.multiplier
        fee: cython.double = 0.0 if self.platform else self.fee_order
        quantity: cython.double
        if amount != amount:
            return NAN
        if sizing == BY_QUANTITY:
            quantity = amount
        elif sizing == BY_POSITION:
            quantity = amount * (self.size_now if self.size_now > 0.0 else -self.size_now)
        elif sizing == BY_RISK:
            quantity = amount * self.equity_now / ((presumed - stop) * side * self.multiplier)
        elif value <= 0.0:
            return 0.0
        elif sizing == BY_EQUITY:
            quantity = (amount * self.equity_now - fee) / value
        elif sizing == BY_CASH:
            quantity = (amount * (self.cash_now - self.reserved(side)) - fee) / value
        else:
            quantity = (amount - fee) / value
        if quantity - quantity != 0.0:
            return NAN
        return to_grid(quantity, self.lot, self.lots_per_one, -1)

    def capped(self, action: cython.int, side: cython.int, quantity: cython.double, presumed: cython.double) -> cython.double:
        """The quantity after the limits on one order and on the position; says which of them acted."""
        value: cython.double = presumed * self.multiplier
        size: cython.double = self.size_now * side if self.size_now * side > 0.0 else 0.0
        room: cython.double
        cause: cython.int = 0
        if value <= 0.0:
            return quantity
        room = self.max_order_value / value
        if room < quantity:
            quantity = room
            cause = C_ORDER_VALUE
        room = self.max_position * self.equity_now / value - size if self.max_position < FAR else FAR
        if room < quantity:
            quantity = room
            cause = C_POSITION
        room = self.max_position_value / value - size
        if room < quantity:
            quantity = room
            cause = C_POSITION
        room = self.max_exposure * self.equity_now / value - size if self.max_exposure < FAR else FAR
        if room < quantity:
            quantity = room
            cause = C_EXPOSURE
        if cause != 0:
            quantity = to_grid(quantity, self.lot, self.lots_per_one, -1)
            self.log(action, cause)
        return quantity

    def make_entry(self, action: cython.int) -> None:
        """An order to open, all of it known, sized now; or a row in the trace that says why not."""
        act: cython.Py_ssize_t = action * ACTION_WIDTH
        side: cython.int = 1 if self.acts[act + A_VERB] == BUY else -1
        kind: cython.int = self.acts[act + A_KIND]
        stop_at: cython.int = self.acts[act + A_STOP]
        target_at: cython.int = self.acts[act + A_TARGET]
        closing: cython.bint = not (self.allow_long if side > 0 else self.allow_short)
        price: cython.double = NAN
        limit: cython.double = NAN
        presumed: cython.double = self.c
        stop: cython.double = NAN
        trail: cython.double = NAN
        after: cython.double = NAN
        hold: cython.double = -1.0
        expire: cython.double = -1.0
        quantity: cython.double
        cause: cython.int
        known: cython.bint
        at: cython.Py_ssize_t
        j: cython.int
        if closing and not self.size_now * side < 0.0:
            self.log(action, C_DIRECTION)
            return
        if kind == LIMIT:
            price = self.order_price(self.acts[act + A_PRICE] if self.acts[act + A_PRICE] >= 0 else self.acts[act + A_LIMIT], LIMIT, side)
            presumed = price
        elif kind == STOP or kind == STOP_LIMIT:
            price = self.order_price(self.acts[act + A_PRICE], STOP, side)
            presumed = price
            if kind == STOP_LIMIT:
                limit = self.order_price(self.acts[act + A_LIMIT], LIMIT, side)
                presumed = limit
        known = presumed == presumed and (price == price or kind == MARKET or kind == THIS_CLOSE)
        if stop_at >= 0:
            known = self.freeze(stop_at) and known
        if target_at >= 0:
            known = self.freeze(target_at) and known
        if self.acts[act + A_TRAIL] >= 0:
            trail = self.slot(self.acts[act + A_TRAIL])
            known = known and trail >= 0.0
            if self.acts[act + A_AFTER] >= 0:
                after = self.slot(self.acts[act + A_AFTER])
                known = known and after == after
        if self.acts[act + A_HOLD] >= 0:
            hold = self.slot(self.acts[act + A_HOLD])
            known = known and hold >= 0.0
        if self.acts[act + A_EXPIRE] >= 0:
            expire = self.slot(self.acts[act + A_EXPIRE])
            known = known and expire >= 1.0
        if known and stop_at >= 0:
            stop = to_grid(self.attached_price(stop_at, presumed, side, NAN), self.tick, self.ticks_per_one, -side)
            known = stop == stop
        if known and target_at >= 0:
            known = self.attached_price(target_at, presumed, side, stop) - presumed < FAR
        if not known:
            self.log(action, C_UNKNOWN)
            return
        if closing:
            at = self.place_order(action, 0, side, kind, self.held(-side, -1), price, limit)
            self.orders.rows[at + O_REASON] = R_DIRECTION
            self.orders.rows[at + O_EXPIRE] = floor(expire)
            if kind == THIS_CLOSE:
                self.by_limit = False
                self.fill_exit(self.orders.count - 1, self.c, AT_CLOSE)
            return
        if stop_at >= 0 and (presumed - stop) * side <= 0.0:
            self.log(action, C_WRONG_SIDE)
            return
        cause = self.refusal(action, side)
        if cause != 0:
            self.log(action, cause)
            return
        quantity = self.sized(action, side, presumed, stop)
        if not quantity > 0.0:
            self.log(action, C_SIZE if quantity == quantity else C_UNKNOWN)
            return
        quantity = self.capped(action, side, quantity, presumed)
        if not quantity > 0.0:
            return
        if quantity * presumed * self.multiplier < self.min_notional:
            self.log(action, C_MIN_NOTIONAL)
            return
        at = self.place_order(action, 1, side, kind, quantity, price, limit)
        self.orders.rows[at + O_EXPIRE] = floor(expire)
        self.orders.rows[at + O_HOLD] = floor(hold)
        self.orders.rows[at + O_AFTER] = after
        self.orders.rows[at + O_TRAIL] = trail
        self.orders.rows[at + O_PRESUMED] = presumed
        for j in range(self.order_width - O_FROZEN):
            self.orders.rows[at + O_FROZEN + j] = self.frozen[j]
        if kind == THIS_CLOSE:
            self.by_limit = False
            self.fill_entry(self.orders.count - 1, self.c, AT_CLOSE)

    def take_note(self, action: cython.int) -> None:
        """Records that a notify fired, with the values of its text."""
        j: cython.int
        to: cython.Py_ssize_t = self.note_rows.add()
        self.note_rows.rows[to] = self.bar
        self.note_rows.rows[to + 1] = action
        for j in range(self.note_starts[action], self.note_starts[action + 1]):
            self.note_rows.rows[to + 2 + j - self.note_starts[action]] = self.slot(self.note_slots[j])

    # ---- chunks

    def next_fire(self, i: cython.Py_ssize_t, n: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The first row from i on at which an action fires, or n."""
        k: cython.Py_ssize_t
        j: cython.Py_ssize_t
        b: cython.Py_ssize_t
        found: cython.Py_ssize_t = n
        hits: cython.int
        column: cython.p_double
        for k in range(self.fire_count):
            if self.fire_next[k] < i:
                column = self.columns[self.fire_slots[k]]
                j = i
                hits = 0
                while j + 16 <= n and hits == 0:
                    for b in range(16):
                        hits += column[j + b] == 2.0
                    j += 16
                if hits != 0:
                    j -= 16
                while j < n and column[j] != 2.0:
                    j += 1
                self.fire_next[k] = j
            if self.fire_next[k] < found:
                found = self.fire_next[k]
        return found

    def next_touch(self, i: cython.Py_ssize_t, n: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """The first row from i on, before n, whose prices reach something that rests; else n."""
        j: cython.Py_ssize_t
        for j in range(self.base + i, self.base + n):
            if self.highs[j] >= self.upper or self.lows[j] <= self.lower or self.opens[j] >= self.upper or self.opens[j] <= self.lower:
                return j - self.base
        return n

    def pass_over(self, i: cython.Py_ssize_t, n: cython.Py_ssize_t) -> None:
        """Rows i to n, on which nothing happens: marks equity, and takes their extremes."""
        j: cython.Py_ssize_t
        k: cython.Py_ssize_t
        at: cython.Py_ssize_t
        first: cython.Py_ssize_t = self.base + i
        last: cython.Py_ssize_t = self.base + n
        cash: cython.double = self.cash
        units: cython.double = self.size * self.multiplier
        unknown: cython.double = 0.0
        value: cython.double
        mark: cython.double = self.mark
        high: cython.double = -FAR
        low: cython.double = FAR
        out: cython.p_double = self.equities
        closes: cython.p_double = self.closes
        if self.lots.count == 0:
            if self.has_equities:
                for j in range(first, last):
                    out[j] = cash
        else:
            if self.has_equities:
                for j in range(first, last):
                    value = cash + units * closes[j]
                    out[j] = value
                    unknown += value - value
                if unknown != 0.0:
                    for j in range(first, last):
                        mark = closes[j] if closes[j] - closes[j] == 0.0 else mark
                        out[j] = cash + units * mark
            for j in range(first, last):
                high = self.highs[j] if self.highs[j] > high else high
                low = self.lows[j] if self.lows[j] < low else low
            for k in range(self.lots.count):
                at = k * LOT_WIDTH
                if high > self.lots.rows[at + L_HIGH]:
                    self.lots.rows[at + L_HIGH] = high
                if low < self.lots.rows[at + L_LOW]:
                    self.lots.rows[at + L_LOW] = low
            if high > self.position_high:
                self.position_high = high
            if low < self.position_low:
                self.position_low = low
        j = last - 1
        while j >= first and closes[j] - closes[j] != 0.0:
            j -= 1
        if j >= first:
            self.mark = closes[j]
        self.bar += n - i

    def advance(self, start: cython.Py_ssize_t, n: cython.Py_ssize_t) -> None:
        """Runs n rows: prices from row `start` on, columns from their row 0."""
        i: cython.Py_ssize_t = 0
        k: cython.Py_ssize_t
        e: cython.Py_ssize_t
        self.base = start
        for k in range(self.fire_count):
            self.fire_next[k] = -1
        while i < n:
            if self.dirty:
                self.rearm()
            if not (self.every_bar or self.urgent or self.trailing):
                e = self.next_fire(i, n)
                if self.due < self.bar + (e - i):
                    e = i + cython.cast(cython.Py_ssize_t, self.due - self.bar) if self.due > self.bar else i
                if self.upper < FAR or self.lower > -FAR:
                    e = self.next_touch(i, e)
                if e > i:
                    self.pass_over(i, e)
                    i = e
                    continue
            self.at = i
            self.o = self.opens[start + i]
            self.h = self.highs[start + i]
            self.l = self.lows[start + i]
            self.c = self.closes[start + i]
            self.begin(self.times[start + i] if self.has_times else 0)
            self.first_half()
            if self.has_row:
                self.know()
                for k in range(self.row_load_count):
                    self.row_values[k] = self.row_loads[k][i]
                self.row.run(self.row_values_at, self.known_at)
            for k in range(self.record_count):
                self.records[k][start + i] = self.slot(self.record_slots[k])
            self.second_half()
            if self.has_equities:
                self.equities[start + i] = self.equity(self.mark)
            self.bar += 1.0
            i += 1

    # ---- driving it

    def bind_prices(self, open: Any, high: Any, low: Any, close: Any, time: Any = None, equity: Any = None) -> None:
        """The bars: float64 columns of one length, and int64 microseconds since 1970 of each bar's open (None: all on one day).

        equity: a float64 column that takes the equity at each close. All are read and written in place, and kept.
        """
        self.has_times, self.has_equities = time is not None, equity is not None and len(equity) > 0
        if cython.compiled:
            # Bars may be read-only: they are only read.
            opens: cython.const[cython.double][::1] = as_column(open)  # type: ignore[valid-type]
            highs: cython.const[cython.double][::1] = as_column(high)  # type: ignore[valid-type]
            lows: cython.const[cython.double][::1] = as_column(low)  # type: ignore[valid-type]
            closes: cython.const[cython.double][::1] = as_column(close)  # type: ignore[valid-type]
            self._held_prices = (opens, highs, lows, closes)
            self.opens = cython.cast(cython.p_double, cython.address(opens[0]))
            self.highs = cython.cast(cython.p_double, cython.address(highs[0]))
            self.lows = cython.cast(cython.p_double, cython.address(lows[0]))
            self.closes = cython.cast(cython.p_double, cython.address(closes[0]))
            if time is not None:
                times: cython.const[cython.longlong][::1] = as_times(time)  # type: ignore[valid-type]
                self.times = cython.cast(cython.pointer(cython.longlong), cython.address(times[0]))
                self._held_prices = (*self._held_prices, times)
            if self.has_equities:
                equities: cython.double[::1] = equity
                self.equities = cython.address(equities[0])
                self._held_prices = (*self._held_prices, equities)
        else:
            self.opens, self.highs, self.lows, self.closes = (as_column(column).tolist() for column in (open, high, low, close))
            self.times, self.equities = None if time is None else as_times(time).tolist(), equity

    def bind_columns(self, columns: Mapping[int, Any]) -> None:
        """The kernel's columns that slots and row code read: register -> float64 column of a chunk, read in place, kept.

        Raises KeyError if one is missing.
        """
        slots = [as_column(columns[slot.index]) if slot.where == "column" else None for slot in self.code.slots]
        loads = [as_column(columns[register]) for register in self.code.columns[: self.row_load_count]]
        self._held_columns = (slots, loads)
        self.make_tables()
        if cython.compiled:
            k: cython.Py_ssize_t
            view: cython.const[cython.double][::1]  # type: ignore[valid-type]
            for k in range(len(slots)):
                if slots[k] is not None:
                    view = slots[k]
                    self.columns[k] = cython.cast(cython.p_double, cython.address(view[0]))
            for k in range(len(loads)):
                view = loads[k]
                self.row_loads[k] = cython.cast(cython.p_double, cython.address(view[0]))
        else:
            self.columns = [column if column is None else column.tolist() for column in slots]
            self.row_loads = [column.tolist() for column in loads]

    def record(self, columns: Mapping[int, Any]) -> None:
        """Slots to write down at each close: slot -> float64 column as long as the prices, written in place, kept."""
        slots = list(columns)
        self.record_slots = array("i", slots or [0])
        self.record_count = len(slots)
        self._held_records = [columns[slot] for slot in slots]
        self.make_tables()
        if slots:
            # What is written down at each close is looked at on each bar.
            self.every_bar = True
        if cython.compiled:
            k: cython.Py_ssize_t
            view: cython.double[::1]
            for k in range(len(slots)):
                view = self._held_records[k]
                self.records[k] = cython.address(view[0])
        else:
            self.records = self._held_records

    def make_tables(self) -> None:
        """Room for the addresses of columns."""
        if cython.compiled:
            if self._columns is None:
                columns: cython.Py_ssize_t[::1] = array("q", [0] * max(1, self.slot_count))
                loads: cython.Py_ssize_t[::1] = array("q", [0] * max(1, self.row_load_count))
                self._columns, self._row_loads = columns, loads
                self.columns = cython.cast(cython.pp_double, cython.address(columns[0]))
                self.row_loads = cython.cast(cython.pp_double, cython.address(loads[0]))
            records: cython.Py_ssize_t[::1] = array("q", [0] * max(1, self.record_count))
            if self._records is None or len(self._records) < self.record_count:
                self._records = records
                self.records = cython.cast(cython.pp_double, cython.address(records[0]))

    def run(self, start: int, rows: int) -> None:
        """Takes `rows` bars: prices from row `start`, bound columns from their first row."""
        begin: cython.Py_ssize_t = start
        count: cython.Py_ssize_t = rows
        with cython.nogil:
            self.advance(begin, count)

    def follow(self, engine: Any, start: int, rows: int, chunk: int) -> None:
        """Takes `rows` bars from row `start` of the engine's feeds and of the bound prices, a chunk at a time (compiled only).

        The engine computes a chunk of columns, the machine reads them where they are: nothing is copied, nothing is kept.
        """
        if not cython.compiled:
            raise MachineError("The engine's registers can only be read in place by the compiled machine.")
        driver: Engine = engine
        at: cython.Py_ssize_t = start
        end: cython.Py_ssize_t = start + rows
        size: cython.Py_ssize_t = chunk
        n: cython.Py_ssize_t
        k: cython.Py_ssize_t
        slots: cython.int[::1] = array("i", [slot.index if slot.where == "column" else -1 for slot in self.code.slots] or [0])
        loads: cython.int[::1] = array("i", list(self.code.columns[: self.row_load_count]) or [0])
        self.make_tables()
        with cython.nogil:
            while at < end:
                n = size if end - at > size else end - at
                driver.advance(at, n)
                for k in range(self.slot_count):
                    if slots[k] >= 0:
                        self.columns[k] = driver.regs[slots[k]]
                for k in range(self.row_load_count):
                    self.row_loads[k] = driver.regs[loads[k]]
                self.advance(at, n)
                at += n

    def open_half(self, open: float, high: float, low: float, close: float, time: int | None = None) -> None:
        """The bar up to its close: fills and risk limits. time: microseconds since 1970 of the bar's open; None: all on one day."""
        self.o, self.h, self.l, self.c = open, high, low, close
        self.has_times = time is not None
        self.begin(0 if time is None else time)
        self.first_half()

    def facts(self) -> list[float]:
        """The facts of plan.FACTS at this close; between `open_half` and `close_half`."""
        self.know()
        return list(self.known)

    def close_half(self, slots: Sequence[float]) -> float:
        """The rules at the close, from the value of each slot. Returns the equity at this close."""
        if len(slots) != self.slot_count:
            raise MachineError(f"The program has {self.slot_count} slots; {len(slots)} values were given.")
        for k in range(self.slot_count):
            self.slot_values[k] = slots[k]
        self.given = True
        self.second_half()
        self.given = False
        self.bar += 1.0
        return self.equity(self.mark)

    # ---- records and state

    def finished_events(self) -> list[list[float]]:
        """All rows of the trace, the ones that may still grow included; columns as EVENT_COLUMNS, by first bar."""
        rows = self.event_rows.values().tolist() + [row for row in self.open_events.values().tolist() if row[0] != 0.0]
        return sorted(rows, key=lambda row: (row[2], row[1]))

    def resting(self) -> list[list[float]]:
        """The orders still pending, as rows of ORDER_COLUMNS."""
        rows = []
        for order in self.orders.values().tolist():
            picked = [O_ID, O_ACTION, O_MADE, O_ENTRY, O_KIND, O_SIDE, O_QUANTITY, O_PRICE, O_LIMIT]
            rows.append([order[k] for k in picked] + [float(E_PENDING), NAN, 0.0, NAN])
        return rows

    def open_trades(self) -> list[list[float]]:
        """The open lots, marked to the last known close, as rows of TRADE_COLUMNS with an unknown exit."""
        rows = []
        for lot in self.lots.values().tolist():
            side, quantity, entry, fee = lot[L_SIDE], lot[L_QUANTITY], lot[L_PRICE], lot[L_FEE]
            high, low = max(lot[L_HIGH], self.mark), min(lot[L_LOW], self.mark)
            worst, best = ((low if side > 0 else high) - entry), ((high if side > 0 else low) - entry)
            profit = side * (self.mark - entry) * quantity * self.multiplier - fee
            worst, best = (side * worst / entry, side * best / entry) if entry > 0 else (NAN, NAN)
            rows.append([lot[L_ID], lot[L_ACTION], side, quantity, lot[L_BAR], entry, NAN, NAN, profit, fee, worst, best, float(R_ENTRY)])
        return rows

    def save(self) -> bytes:
        """Everything that decides what comes next, as bytes; the records of what was are not part of it."""
        numbers = [float(getattr(self, name)) for name in STATE]
        for table in (self.orders, self.lots, self.open_events):
            flat = [value for row in table.values().tolist() for value in row]
            numbers += [float(len(flat)), *flat]
        saved = array("d", [NAN if value != value else value for value in numbers]).tobytes()
        return saved + (self.row.save() if self.row is not None else b"")

    def restore(self, saved: bytes) -> None:
        """Continues where `save` was called. Raises MachineError for bytes of another program."""
        size = self.row.state_size * 8 if self.row is not None else 0
        numbers = array("d")
        try:
            numbers.frombytes(saved[: len(saved) - size])
            at = len(STATE)
            parts = []
            for table in (self.orders, self.lots, self.open_events):
                count = int(numbers[at])
                part = list(numbers[at + 1 : at + 1 + count])
                parts.append(part)
                at += 1 + count
                if len(part) != count or count % table.width:
                    raise ValueError
            if at != len(numbers) or len(parts[2]) != self.open_events.count * EVENT_WIDTH:
                raise ValueError
        except (ValueError, IndexError):
            raise MachineError("The saved state does not belong to this program.") from None
        for name, value in zip(STATE, numbers, strict=False):
            setattr(self, name, value)
        for table, part in zip((self.orders, self.lots, self.open_events), parts, strict=True):
            table.set_values(part)
        if self.row is not None:
            self.row.restore(saved[len(saved) - size :])
        self.dirty = True


def check(code: MachineCode, account: Account, instrument: Instrument) -> None:
    """Raises MachineError for what cannot be run: a fill model without priced orders yet, ticks of no size, slots that are not there."""
    if account.fills in PATH_MODELS:
        for action in code.actions:
            priced = action.entry in ("limit", "stop", "stop_limit")
            if priced or action.stop is not None or action.target is not None or action.trail >= 0:
                what = f"`{action.verb}` at a price" if priced else f"`{action.verb}` with a stop, target or trail"
                raise MachineError(f"`fills {account.fills}` does not yet run {what}; use `fills pessimistic` for this program.")
    if account.slippage_ticks > 0 and instrument.tick <= 0:
        raise MachineError("The slippage is a number of ticks, but the instrument's tick size is not known: give one, such as `--tick 0.01`.")
    if not account.capital > 0:
        raise MachineError(f"The capital must be above zero; this is {account.capital}.")
    if not 0 < account.margin <= 1:
        raise MachineError(f"The margin must be above 0 and at most 1; this is {account.margin}.")
    for action in code.actions:
        optional = (action.size, action.price, action.limit, action.trail, action.trail_after, action.hold, action.expire)
        frozen = (slot for price in (action.stop, action.target) if price is not None for slot in price.frozen)
        said = (part for part in action.text if not isinstance(part, str))
        if not 0 <= action.fires < len(code.slots) or any(slot >= len(code.slots) for slot in (*optional, *frozen, *said)):
            raise MachineError(f"An action of the program (`{action.verb}`) reads a slot that the plan does not have.")


def as_column(values: Any) -> Any:
    """A contiguous float64 column, without a copy where it is one."""
    column = np.ascontiguousarray(values, dtype=np.float64)
    # A compiled caller takes the address of the first value, so there must be one.
    return column if len(column) else np.array([NAN])


def as_times(values: Any) -> Any:
    column = np.ascontiguousarray(values, dtype=np.int64)
    return column if len(column) else np.array([0], dtype=np.int64)

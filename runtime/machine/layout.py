"""The layout of the machine's rows: which number means what. `layout.pxd` says the same to C; a test compares them."""

from __future__ import annotations

from compiler.plan import FACTS
from runtime.machine.codes import (
    CAUSE_NAMES,
    ENDS,
    EVENT_COLUMNS,
    FILL_COLUMNS,
    HOLDING_COLUMNS,
    KINDS,
    ORDER_COLUMNS,
    PLACES,
    REASONS,
    SIZINGS,
    TRADE_COLUMNS,
    VERBS,
)

# An action, as whole numbers.
A_VERB = 0
A_FIRES = 1
A_SIZING = 2
A_SIZE = 3
A_KIND = 4
A_PRICE = 5
A_LIMIT = 6
A_STOP = 7
A_TARGET = 8
A_TRAIL = 9
A_TRAIL_SHARE = 10
A_AFTER = 11
A_AFTER_SHARE = 12
A_HOLD = 13
A_EXPIRE = 14
A_TAG = 15  # the tag it is pending under
A_TARGET_TAG = 16  # exit and cancel: the tag addressed; protect: the entries whose lines it replaces; -1 is all
ACTION_WIDTH = 17

# A resting order. Frozen slots of its attached prices follow the last field.
O_ID = 0
O_ACTION = 1
O_TAG = 2
O_ENTRY = 3  # 1 opens, 0 closes
O_SIDE = 4  # +1 buys, -1 sells
O_KIND = 5
O_QUANTITY = 6
O_PRICE = 7
O_LIMIT = 8
O_MADE = 9
O_EXPIRE = 10  # bars it lives; -1: until cancelled
O_HOLD = 11
O_AFTER = 12  # NaN: the trail starts with the fill
O_TRAIL = 13  # distance when the order was made
O_TARGET_TAG = 14
O_PRESUMED = 15
O_REASON = 16
O_SINCE = 17  # the bar inside which a stop limit became a limit; it counts from the next
O_TOTAL = 18  # what a priced entry trades in all, fixed when it is made; NaN: its own size and what it reverses
O_FILLED = 19  # what earlier bars have filled of it; its quantity is the rest
O_PAID = 20  # price times quantity of those fills
O_WHOLE = 21  # what it was made for, once a part of it has been filled; zero before
O_WAITS = 22  # 1 once a bar has not had the volume for it
O_FROZEN = 23

# An open lot: what one entry bought or sold and has not closed.
L_ID = 0
L_ACTION = 1
L_TAG = 2
L_SIDE = 3
L_QUANTITY = 4
L_PRICE = 5
L_BAR = 6
L_FEE = 7  # commission of the entry, for the quantity still open
L_STOP = 8
L_TARGET = 9
L_TRAIL = 10  # the trail's price; NaN before it is active
L_AFTER = 11
L_HOLD = 12
L_HIGH = 13
L_LOW = 14
L_INSIDE = 15  # 1 if it was opened inside its bar
L_ORIGINAL = 16  # quantity at its fill
L_LINES = 17  # the action whose lines it has: its own, or of a later one of its tag
L_DISTANCE = 18  # the trail's distance as last read
L_UNIT = 19  # account money per unit of price and quantity, at its fill
L_HOLDING = 20  # borrow and funding paid for the quantity still open; zero where nothing is charged
L_ORDER = 21  # the order that opened it
L_LEAVING = 22  # why its rest goes at the market at the next opens; zero if it does not
L_BEGUN = 23  # 1 once an exit of its own has filled a part of it
LOT_WIDTH = 24

# A bracket of `protect`: exits of the position as a whole, one row a tag.
B_TAG = 0
B_ACTION = 1
B_SHARE = 2  # 1 or more: all of it
B_QUANTITY = 3  # fixed when it was placed; not for `fills tradingview`
B_STOP = 4
B_TARGET = 5
B_TRAIL = 6  # the trail's price; NaN before it is active
B_BEST = 7  # best price since the trail was first placed; NaN without one
B_ENTRY = 8  # the position's average entry when it was placed
B_AFTER = 9  # distance from there that starts the trail
B_DISTANCE = 10  # the trail's distance as last read
B_FILLED = 11  # 1: it has filled, and does not arm again on this position
BRACKET_WIDTH = 12

BUY = VERBS.index("buy")
SHORT = VERBS.index("short")
SELL = VERBS.index("sell")
COVER = VERBS.index("cover")
EXIT = VERBS.index("exit")
CANCEL = VERBS.index("cancel")
NOTIFY = VERBS.index("notify")
HOLD_TOP = VERBS.index("hold top")
PROTECT = VERBS.index("protect")

BY_EQUITY = SIZINGS.index("equity")
BY_CASH = SIZINGS.index("cash")
BY_POSITION = SIZINGS.index("position")
BY_RISK = SIZINGS.index("risk")
BY_MONEY = SIZINGS.index("money")
BY_QUANTITY = SIZINGS.index("quantity")
BY_ALL = SIZINGS.index("all")

MARKET = KINDS.index("next_open")
LIMIT = KINDS.index("limit")
STOP = KINDS.index("stop")
STOP_LIMIT = KINDS.index("stop_limit")
THIS_CLOSE = KINDS.index("this_close")

AT_OPEN = PLACES.index("open")
INSIDE = PLACES.index("inside")
AT_CLOSE = PLACES.index("close")

R_ENTRY = REASONS.index("")
R_EXIT = REASONS.index("exit")
R_REVERSED = REASONS.index("reversed")
R_STOP = REASONS.index("stop loss")
R_TARGET = REASONS.index("take profit")
R_TRAIL = REASONS.index("trail")
R_HOLD = REASONS.index("hold")
R_DAILY_LOSS = REASONS.index("daily_loss")
R_DRAWDOWN = REASONS.index("drawdown")
R_ORDERS_PER_DAY = REASONS.index("orders_per_day")
R_DIRECTION = REASONS.index("direction")
R_LIQUIDATION = REASONS.index("liquidation")

E_PENDING = ENDS.index("pending")
E_FILLED = ENDS.index("filled")
E_REPLACED = ENDS.index("replaced")
E_CANCELLED = ENDS.index("cancelled")
E_EXPIRED = ENDS.index("expired")
E_REFUSED = ENDS.index("refused at the fill")
E_NOTHING = ENDS.index("nothing to close")
E_LIMIT = ENDS.index("limit reached")
E_LIQUIDATED = ENDS.index("liquidated")

C_UNKNOWN = CAUSE_NAMES.index("unknown")
C_WRONG_SIDE = CAUSE_NAMES.index("wrong side stop")
C_SIZE = CAUSE_NAMES.index("size")
C_PYRAMIDING = CAUSE_NAMES.index("pyramiding")
C_DIRECTION = CAUSE_NAMES.index("direction")
C_MIN_NOTIONAL = CAUSE_NAMES.index("min_notional")
C_NO_CASH = CAUSE_NAMES.index("no cash")
C_REDUCED = CAUSE_NAMES.index("reduced")
C_POSITION = CAUSE_NAMES.index("position")
C_EXPOSURE = CAUSE_NAMES.index("exposure")
C_ORDER_VALUE = CAUSE_NAMES.index("order_value")
C_POSITIONS = CAUSE_NAMES.index("positions")
C_ORDERS_PER_DAY = CAUSE_NAMES.index("orders_per_day")
C_DAILY_LOSS = CAUSE_NAMES.index("daily_loss")
C_DRAWDOWN = CAUSE_NAMES.index("drawdown")
C_NOT_A_MEMBER = CAUSE_NAMES.index("not a member")
C_NO_RATE = CAUSE_NAMES.index("no rate")
C_LIQUIDATION = CAUSE_NAMES.index("liquidation")
C_VOLUME = CAUSE_NAMES.index("volume")

FILL_WIDTH = len(FILL_COLUMNS)
TRADE_WIDTH = len(TRADE_COLUMNS)
ORDER_WIDTH = len(ORDER_COLUMNS)
EVENT_WIDTH = len(EVENT_COLUMNS)
HOLDING_WIDTH = len(HOLDING_COLUMNS)
FACT_COUNT = len(FACTS)

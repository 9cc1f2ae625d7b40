"""The words of the machine's records: what its numbers for kinds, places, causes and ends mean, and each record's columns."""

from __future__ import annotations

VERBS = ("buy", "short", "sell", "cover", "exit", "cancel", "notify", "hold top", "protect")
SIZINGS = ("none", "equity", "cash", "position", "risk", "money", "quantity", "all")
KINDS = ("next_open", "limit", "stop", "stop_limit", "this_close")
PLACES = ("open", "inside", "close")
"""Where in its bar a fill happened."""

REASONS = (
    "",
    "exit",
    "reversed",
    "stop loss",
    "take profit",
    "trail",
    "hold",
    "daily_loss",
    "drawdown",
    "orders_per_day",
    "direction",
    "liquidation",
)
"""Why a lot was closed; '' where a fill opened one."""

ENDS = (
    "pending",
    "filled",
    "replaced",
    "cancelled",
    "expired",
    "refused at the fill",
    "nothing to close",
    "limit reached",
    "liquidated",
)
"""How an order ended."""

CAUSES: dict[str, str] = {
    "": "",
    "unknown": "a part of the order was unknown",
    "wrong side stop": "the stop was not on the losing side of the presumed entry",
    "size": "the size, rounded down to the lot, was not above zero",
    "pyramiding": "as many entries as `pyramiding` allows were open or on their way",
    "direction": "the direction is not allowed, and nothing was open to close",
    "min_notional": "the order's value was below the smallest that the instrument allows",
    "no cash": "nothing could be paid for at the fill",
    "reduced": "the fill was reduced to what could be paid for",
    "position": "the order was reduced, or refused, by `limit position`",
    "exposure": "the order was reduced, or refused, by `limit exposure`",
    "order_value": "the order was reduced, or refused, by `limit order_value`",
    "positions": "refused: `limit positions` allows no more positions",
    "orders_per_day": "refused or dropped: `limit orders_per_day` was reached",
    "daily_loss": "refused, or everything was closed: `limit daily_loss` was reached",
    "drawdown": "refused, or everything was closed: `limit drawdown` was reached",
    "not a member": "the instrument was no member of the universe on that bar",
    "no rate": "no rate from the currency of the prices into that of the account was known yet",
    "liquidation": "everything was closed: equity had fallen to the `maintenance` share of what was held",
    "volume": "filled in part, or not on that bar, by `limit volume`: the rest went on",
}
"""Why an order was not made as written: name -> sentence. Their order numbers them in the records."""

CAUSE_NAMES = tuple(CAUSES)

FILL_COLUMNS = ("order", "bar", "place", "side", "quantity", "price", "commission", "reason", "cash", "position", "action")
TRADE_COLUMNS = (
    "lot", "action", "side", "quantity", "entry_bar", "entry_price", "exit_bar", "exit_price", "profit", "commission", "mae",
    "mfe", "reason",
)  # fmt: skip
ORDER_COLUMNS = (
    "order",
    "action",
    "bar",
    "entry",
    "kind",
    "side",
    "quantity",
    "price",
    "limit",
    "end",
    "end_bar",
    "filled",
    "fill_price",
)
HOLDING_COLUMNS = ("bar", "borrow", "funding", "interest", "cash")
EVENT_COLUMNS = ("cause", "action", "first_bar", "last_bar", "count")

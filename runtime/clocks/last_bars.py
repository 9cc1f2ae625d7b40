"""Orders made on the last bar of a session: they fill when the next one opens, which a reader of the result should know."""

from __future__ import annotations

import numpy as np

from compiler.plan import Plan
from runtime.candles import Candles
from runtime.clocks.axis import schedule
from runtime.clocks.reading import Reading, reads_sessions
from runtime.data.arrays import Flags, Floats, Micros
from runtime.machine.codes import ENDS, KINDS, ORDER_COLUMNS

_BAR, _KIND, _END = (ORDER_COLUMNS.index(name) for name in ("bar", "kind", "end"))


def late_notes(plan: Plan, candles: Candles, order_rows: Floats) -> list[str]:
    """What to say of the market orders of a run, where its program follows sessions. order_rows: as ORDER_COLUMNS names them."""
    if not len(order_rows) or not follows_sessions(plan, candles):
        return []
    filled = order_rows[market_orders(order_rows)]
    times = candles.time[filled[:, _BAR].astype(np.int64)]
    late = late_orders(plan, candles, np.sort(times))
    return late_sentences(len(late), int(late[0]) if len(late) else 0)


def follows_sessions(plan: Plan, candles: Candles) -> bool:
    """Whether a program has sessions of which a bar can be the last."""
    return reads_sessions(plan) and Reading.of(candles, plan.every).length.unit == "m"


def market_orders(order_rows: Floats) -> Flags:
    """Which orders filled at the open that followed."""
    found: Flags = (order_rows[:, _KIND] == KINDS.index("next_open")) & (order_rows[:, _END] == ENDS.index("filled"))
    return found


def late_orders(plan: Plan, candles: Candles, times: Micros) -> Micros:
    """Of the times of bars that made orders, rising, those of a session's last bar. candles: of the run, named as its bars are."""
    if not len(times):
        return times
    reading = Reading.of(candles, plan.every)
    bars = schedule(times, reading.length, reading.calendar)
    session = bars.session
    following = np.minimum(session + 1, len(bars.sessions.open) - 1)
    late = (bars.end >= bars.sessions.close[session]) & (bars.sessions.open[following] > bars.sessions.close[session])
    return times[late]


def late_sentences(count: int, first_time: int) -> list[str]:
    """What is said of so many of them, the first at a time."""
    if not count:
        return []
    first = str(np.datetime64(first_time, "us"))[:10]
    what = "An order was" if count == 1 else f"{count:,} orders were"
    return [
        f"{what} made on the last bar of a session and filled when the next one opened, {'on' if count == 1 else 'first on'} {first}."
    ]

"""Orders made on the last bar of a session: they fill when the next one opens, which a reader of the result should know."""

from __future__ import annotations

import numpy as np

from compiler.plan import Plan
from runtime.candles import Candles
from runtime.clocks.reading import Reading, reads_sessions
from runtime.data.arrays import Floats
from runtime.machine.codes import ENDS, KINDS, ORDER_COLUMNS

_BAR, _KIND, _END = (ORDER_COLUMNS.index(name) for name in ("bar", "kind", "end"))


def late_notes(plan: Plan, candles: Candles, order_rows: Floats) -> list[str]:
    """What to say of the market orders of a run, where its program follows sessions. order_rows: as ORDER_COLUMNS names them."""
    reading = Reading.of(candles, plan.every)
    if not len(order_rows) or not reads_sessions(plan) or reading.length.unit != "m":
        return []
    bars = reading.schedule
    made = order_rows[:, _BAR].astype(np.int64)
    session = bars.session[made]
    following = np.minimum(session + 1, len(bars.sessions.open) - 1)
    late = (bars.end[made] >= bars.sessions.close[session]) & (bars.sessions.open[following] > bars.sessions.close[session])
    late &= (order_rows[:, _KIND] == KINDS.index("next_open")) & (order_rows[:, _END] == ENDS.index("filled"))
    count = int(np.count_nonzero(late))
    if not count:
        return []
    first = str(np.datetime64(int(candles.time[made[late].min()]), "us"))[:10]
    what = "An order was" if count == 1 else f"{count:,} orders were"
    return [
        f"{what} made on the last bar of a session and filled when the next one opened, {'on' if count == 1 else 'first on'} {first}."
    ]

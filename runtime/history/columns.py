"""Every column of a plan over a file that is read block by block: memory holds a block, and the bits are those of all bars at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from compiler.plan import Plan
from runtime.backtest import machine_code
from runtime.clocks.reading import calendar_of, inside_session
from runtime.clocks.sessions import within
from runtime.history.clocks import Feeds
from runtime.history.records import forget
from runtime.history.stored import BLOCK, Stored
from runtime.kernel import CHUNK, bind
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.signals import Signals


def computed_blocks(
    plan: Plan, stored: Stored, instrument: Instrument, session: str = "", size: int = BLOCK
) -> Iterator[Signals]:
    """The columns of each block in order; what reads position or account is written down at each close of a run on these bars.

    session: hours outside of which bars are as if they did not exist. Raises NeedsWhole, DataError, MachineError.
    """
    hours = within(session, calendar_of(stored.specimen)) if session else None
    specimen = stored.specimen if hours is None else inside_session(stored.specimen, hours)
    feeds, kernel = Feeds(plan, specimen), bind(plan, CHUNK)
    numbers = [column.register for column in plan.columns if column.register >= 0]
    facts = [column.slot for column in plan.columns if column.register < 0]
    machine = Machine(machine_code(plan), plan.account, instrument) if facts else None
    done = 0
    for block in stored.blocks(size):
        candles = block.candles if hours is None else inside_session(block.candles, hours)
        rows = len(candles)
        if not rows:
            continue
        registers = {register: np.empty(rows) for register in numbers}
        slots = {slot: np.empty(rows) for slot in facts}
        kernel.engine.attach_feeds(kernel.feed_arrays(feeds.of(candles, done), rows))
        kernel.engine.attach_outputs(registers)
        if machine is None:
            kernel.engine.run(0, rows, CHUNK)
        else:
            equity = np.empty(rows)
            machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, equity, candles.volume)
            machine.record(slots)
            machine.follow(kernel.engine, 0, rows, CHUNK)
            forget(machine)
            for column in slots.values():
                column += 0.0
                column[np.isnan(column)] = np.nan
        done += rows
        yield Signals(candles.time, plan.columns, registers, slots)

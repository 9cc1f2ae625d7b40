"""What is to be said of fills that `limit volume` held back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from compiler.plan import Account
from runtime.machine.codes import CAUSE_NAMES, EVENT_COLUMNS, FILL_COLUMNS

if TYPE_CHECKING:
    from runtime.machine.core import Machine

VOLUME = float(CAUSE_NAMES.index("volume"))
CAUSE, COUNT = (EVENT_COLUMNS.index(name) for name in ("cause", "count"))
ORDER, BAR = (FILL_COLUMNS.index(name) for name in ("order", "bar"))


def held_back(account: Account, runs: Sequence[tuple[Machine, NDArray[np.float64]]]) -> list[str]:
    """How often, and how many orders took more than one bar; nothing where nothing was. runs: machines, each with the volume of its bars."""
    share = dict(account.limits).get("volume")
    if share is None:
        return []
    line = f"`limit volume {100 * round(share, 12):g}%`"
    if not any(bool((volume > 0).any()) for _, volume in runs):
        return [f"The bars have no volume, and {line} fills nothing without: leave the line out, or give bars with their volume."]
    times, filled, parted = 0, 0, 0
    for machine, _ in runs:
        times += sum(int(row[COUNT]) for row in machine.finished_events() if row[CAUSE] == VOLUME)
        rows = machine.fill_rows.values()
        own = rows[rows[:, ORDER] >= 0]
        bars = np.unique(own[:, [ORDER, BAR]], axis=0)
        _, counts = np.unique(bars[:, 0], return_counts=True)
        filled += len(counts)
        parted += int((counts > 1).sum())
    if not times:
        return []
    often = "once" if times == 1 else f"{times:,} times"
    return [f"{line} held fills back {often}; {parted:,} of the {filled:,} orders that filled took more than one bar."]

"""A sweep on Celery's workers: the same table, to the bit, as on this machine."""

from __future__ import annotations

import sys

from apextrade.broker import checked_broker
from apextrade.progress import progress
from apextrade.sweeping.request import Request
from apextrade.sweeping.table import SweepTable, checked_metric
from compiler.inputs import InputError
from runtime.candles import Candles
from runtime.sweep.cut import cut
from runtime.sweep.space import Numbers


def run_on_celery(
    request: Request,
    numbers: Numbers,
    candles: Candles,
    metric: str,
    broker: str,
    detail: Candles | None = None,
    shards: int | None = None,
) -> SweepTable:
    """The table of some combinations on one instrument; shards: in how many it is cut. Ctrl-C keeps what is done. Raises BrokerError."""
    checked_metric(metric)
    if request.program.universe or request.program.compares:
        raise InputError("A program that trades several instruments can't be swept on Celery yet; leave --celery out.")
    checked_broker(broker)
    from apextrade.sweeping.shipped import shipped
    from server.sweeps.coordinator import Coordinator

    task, notes = request.task(
        candles, detail
    )  # what is wrong with the bars or the settings is said here, before anything is sent
    job, bars = shipped(request, numbers, candles, detail, shards)

    def say(sentence: str) -> None:
        print(sentence, file=sys.stderr, flush=True)

    with progress("Sweeping on workers", len(numbers)) as advance:
        found = Coordinator.of(broker, job, cut(request.space, numbers, job.shards), bars, progress=advance, say=say).run()
    if found.resumed:
        notes.append(f"{found.resumed} of {found.shards} shards were done before.")
    if found.resent:
        notes.append(f"{found.resent} shards were lost with their workers, and run again.")
    missing = sum(one.combinations for one in found.failed)
    if found.failed:
        first = found.failed[0]
        notes.append(
            f"{len(found.failed)} of {found.shards} shards were given up after several attempts; their {missing:,} combinations are missing. The first: "
            f"{first.reason.rstrip('.')}."
        )
    return SweepTable(
        request.space,
        found.rows,
        metric,
        len(numbers),
        len(task.candles),
        tuple(notes),
        found.cancelled,
        missing,
        request.program,
    )

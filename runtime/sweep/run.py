"""Runs combinations of a sweep, on one or several threads: the compiled parts let go of the interpreter's lock."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from queue import Empty, SimpleQueue
from threading import Event, Lock

import numpy as np

from compiler.diagnostics import InternalError
from compiler.sweeping.parts import Size
from compiler.sweeping.shared import Shared, share
from runtime.statistics import COLUMNS
from runtime.sweep.allowed import allowed
from runtime.sweep.space import Numbers
from runtime.sweep.task import Market, Rows, Task
from runtime.sweep.tiles import Tile, tiles
from runtime.sweep.worker import Common, Worker

LOOK_S = 0.1
"""Seconds between two reports of progress."""
CACHE = 1 << 20
"""Bytes of columns that a core's second cache keeps beside prices and equity."""
PIECE = 200_000
"""Combinations that are laid out at a time."""


def run(
    task: Task,
    numbers: Numbers,
    *,
    workers: int = 1,
    progress: Callable[[int], None] = lambda combinations: None,
    stop: Event | None = None,
) -> Rows:
    """The figures of some combinations. Each row is, to the bit, what the same run alone gives; workers and budget change nothing.

    numbers: int64 (m,), in order (runtime/sweep/space.py). progress: called on this thread with how many are done since the last call.
    stop: once set, or on Ctrl-C, what is done is returned.
    """
    stop = stop or Event()
    pieces = []
    for start in range(0, len(numbers), PIECE):
        if stop.is_set():
            break
        pieces.append(_piece(task, numbers[start : start + PIECE], workers, progress, stop))
    return Rows(
        np.concatenate([p.numbers for p in pieces]) if pieces else np.empty(0, dtype=np.int64),
        np.concatenate([p.values for p in pieces]) if pieces else np.empty((0, len(COLUMNS))),
        sum(p.tried for p in pieces),
        sum(p.not_allowed for p in pieces),
        tuple(sorted(r for p in pieces for r in p.refused)),
    )


def _piece(task: Task, numbers: Numbers, workers: int, progress: Callable[[int], None], stop: Event) -> Rows:
    places = task.space.places(numbers)
    meets = allowed(task.program, task.space, task.fixed, places)
    kept, places = numbers[meets], places[meets]
    skipped = len(numbers) - len(kept)
    progress(skipped)
    bars = len(task.candles)
    # Where bars have factors, what a constant is scaled by follows from the whole program around it.
    size = Size(task.space.sizes, len(kept), bars)
    shared = None if task.candles.has_factors else share(task.program, task.fixed, task.instrument.tick, size)
    common = Common(
        task, Market(task.candles, task.program.every, task.detail), shared, places, kept,
        np.empty((len(kept), len(COLUMNS))), np.zeros(len(kept), dtype=bool), stop,
    )  # fmt: skip
    workers = max(1, min(workers, len(kept)))
    found = _tiles(common, shared, workers)
    if found is None:
        common.shared = None
        found = _plain_tiles(len(kept), workers)
    try:
        if workers == 1:
            common.advanced = progress
            worker = Worker(common)
            for tile in found:
                worker.run(tile)
        else:
            _on_threads(common, found, workers, progress)
    except KeyboardInterrupt:
        stop.set()
    check(common)
    return Rows(
        kept[common.done],
        common.values[common.done],
        skipped + int(common.done.sum()) + len(common.refused),
        skipped,
        tuple(common.refused),
    )


def check(common: Common) -> None:
    """Runs the first and the last combination again, the whole program for each. Raises InternalError if what was shared gave other bits."""
    done = np.flatnonzero(common.done)
    if common.shared is None or not len(done):
        return
    for row in {int(done[0]), int(done[-1])}:
        whole = Worker(common).whole(row)
        if not np.array_equal(whole, common.values[row], equal_nan=True):
            raise InternalError(f"a combination of a sweep is not what it is alone: {common.inputs(row)}")


def _tiles(common: Common, shared: Shared | None, workers: int) -> list[Tile] | None:
    if shared is None:
        return None
    rows = np.arange(len(common.numbers))
    variants = np.empty((len(rows), len(shared.parts)), dtype=np.int64)
    for at, part in enumerate(shared.parts):
        variants[:, at] = common.numbered(part.inputs, rows)
    columns = common.task.budget // workers // (8 * max(1, len(common.task.candles)))
    return tiles(
        variants,
        common.numbered(shared.rest_inputs, rows),
        columns,
        2 * workers if workers > 1 else 1,
        CACHE // (8 * max(1, len(common.task.candles))),
    )


def _plain_tiles(rows: int, workers: int) -> list[Tile]:
    size = max(1, math.ceil(rows / (4 * workers)))
    return [Tile(np.arange(start, min(rows, start + size))) for start in range(0, rows, size)]


def _on_threads(common: Common, found: Sequence[Tile], workers: int, progress: Callable[[int], None]) -> None:
    """All tiles by several threads; an error of one stops all, and is raised."""
    queue: SimpleQueue[Tile] = SimpleQueue()
    for tile in found:
        queue.put(tile)
    finished, counting = [0], Lock()

    def advanced(rows: int) -> None:
        with counting:
            finished[0] += rows

    def work() -> None:
        worker = Worker(common)
        try:
            while not common.stop.is_set():
                worker.run(queue.get_nowait())
        except Empty:
            return
        except BaseException:
            common.stop.set()
            raise

    common.advanced = advanced
    told = 0
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(work) for _ in range(workers)]
        try:
            waiting = set(futures)
            while waiting:
                _, waiting = wait(waiting, LOOK_S)
                progress(finished[0] - told)
                told = finished[0]
        except KeyboardInterrupt:
            common.stop.set()
            raise
        finally:
            for future in futures:
                if not future.cancelled() and future.done():
                    future.result()
    for future in futures:
        future.result()

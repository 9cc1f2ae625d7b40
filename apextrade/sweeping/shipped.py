"""A sweep as it is sent to workers, and made ready to run there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from threading import Event

import numpy as np

from apextrade.sweeping.request import Request
from apextrade.venue import read_venue
from compiler.inputs import InputError
from compiler.libraries.port import LibraryText, Shelf
from compiler.pipeline import compile_text
from runtime.build import build_name
from runtime.candles import Candles
from runtime.data.packed import pack, unpack
from runtime.sweep.run import run
from runtime.sweep.space import Axis, Numbers, Space
from runtime.sweep.task import Rows
from server.sweeps.asked import AxisSent, Job, LibrarySent, Value, VenueSent, shard_count
from stdlib.library import load

NAME = "<sweep>"
"""What a worker calls the program's text: the file is elsewhere."""


def shipped(
    request: Request, numbers: Numbers, candles: Candles, detail: Candles | None = None, shards: int | None = None
) -> tuple[Job, dict[str, bytes]]:
    """The sweep to send, and its bars by their hash. shards: in how many it is cut. Raises InputError for a setting that can't be sent."""
    program = request.program
    bars: dict[str, bytes] = {}

    def kept(one: Candles) -> str:
        packed = pack(one)
        name = hashlib.sha256(packed).hexdigest()
        bars[name] = packed
        return name

    settings: dict[str, int | float | str | None] = {}
    for name, value in request.settings.items():
        if value is not None and not isinstance(value, (int, float, str)):
            raise InputError(f"`{name}` is sent to workers as a number or a text; this is a {type(value).__name__}.")
        settings[name] = float(value) if isinstance(value, np.floating) else value
    job = Job(
        build=build_name(),
        text=program.source.text,
        every=program.asked_every,
        program=program.hash,
        libraries=tuple(LibrarySent(name=m.shown(), text=m.source.text) for m in program.libraries),
        axes=tuple(AxisSent(name=axis.name, values=axis.values) for axis in request.space.axes),
        fixed=dict(request.fixed),
        settings=settings,
        tick=_number(request.tick),
        lot=_number(request.lot),
        multiplier=_number(request.multiplier),
        venue=None if request.venue is None else VenueSent(name=request.venue.name, text=request.venue.text),
        bars=kept(candles),
        detail=None if detail is None else kept(detail),
        numbers=hashlib.sha256(numbers.astype("<i8").tobytes()).hexdigest(),
        count=len(numbers),
        shards=shards or shard_count(len(numbers), len(candles)),
    )
    return job, bars


def opened(job: Job, bars: Callable[[str], bytes]) -> Callable[[Numbers, Event], Rows]:
    """A sweep that was sent, ready to run on one thread. Raises InputError if the program is another one here, CompileError, DataError."""
    shelf = Shelf(tuple(LibraryText(one.text, one.name) for one in job.libraries))
    program = compile_text(job.text, load(), NAME, shelf, every=job.every)
    if program.hash != job.program:
        raise InputError("The program is another one here than where it was sent from.")
    space = Space(tuple(Axis(axis.name, _values(axis.values)) for axis in job.axes))
    venue = None if job.venue is None else read_venue(job.venue.name, job.venue.text)
    request = Request(program, space, dict(job.fixed), dict(job.settings), job.tick, job.lot, job.multiplier, venue)
    detail = None if job.detail is None else unpack(bars(job.detail))
    task, _ = request.task(unpack(bars(job.bars)), detail)

    def runs(numbers: Numbers, stop: Event) -> Rows:
        return run(task, numbers, workers=1, stop=stop)

    return runs


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


def _values(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """An input's values are of one kind; numbers among them are all floats."""
    return tuple(float(v) if isinstance(v, (int, float)) and not isinstance(v, bool) else v for v in values)

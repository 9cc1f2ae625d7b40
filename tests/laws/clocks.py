"""Ways to run one program that reads other clocks: over a history, one candle at a time, and by the reference interpreter."""

from __future__ import annotations

import numpy as np

from compiler.clocks import Length
from compiler.program import Program
from runtime.backtest import signals
from runtime.candles import Candles
from runtime.clocks.axis import schedule
from runtime.clocks.reading import Reading, finest_inside
from runtime.feeds import Candle
from runtime.finer_fills import FinerFills
from runtime.interpreter.program import interpret
from runtime.machine.instrument import Instrument
from runtime.signals import Signals
from runtime.stream import Stream
from tests.laws.running import Columns

TICK = 0.01


def raw(found: Signals) -> Columns:
    return {name: found.truth(name).astype(np.float64) if c.kind == "truth" else found[name] for name, c in found.columns.items()}


def history(program: Program, candles: Candles, chunk: int = 2048) -> Columns:
    return raw(signals(program.plan({}, TICK, adjusted=candles.has_factors), candles, Instrument(tick=TICK), chunk))


def interpreted(program: Program, candles: Candles) -> Columns:
    return raw(interpret(program, candles, {}, TICK))


def candle_list(candles: Candles) -> list[Candle]:
    columns = [getattr(candles, name).tolist() for name in ("time", "open", "high", "low", "close", "volume")]
    columns.append(candles.factors().tolist())
    return [Candle(*values) for values in zip(*columns, strict=True)]


def pushed(program: Program, candles: Candles, save_every: int = 0, finest: str = "5m") -> Columns:
    """One candle at a time, other instruments' candles as their closes pass; every so many candles saved and restored elsewhere."""
    adjusted = candles.has_factors
    calendars = {name: other.calendar for name, other in candles.beside.items()}

    def new() -> Stream:
        return Stream(
            program.plan({}, TICK, adjusted=adjusted), Instrument(tick=TICK), symbol=candles.symbol, calendar=candles.calendar,
            beside=calendars, finer=finest, adjusted=adjusted,
        )  # fmt: skip

    stream = new()
    length = Reading.of(candles, program.every).length
    ends = schedule(candles.time, length, Reading.of(candles, program.every).calendar).end.tolist()
    waiting = {}
    for name, other in candles.beside.items():
        closes = schedule(other.time, length, Reading.of(other, program.every).calendar).end.tolist()
        waiting[name] = list(zip(closes, candle_list(other), strict=True))
    finer = finer_by_close(program, candles, finest)
    names = [c.name for c in program.plan({}, TICK).columns]
    found: dict[str, list[float]] = {name: [] for name in names}
    for row, candle in enumerate(candle_list(candles)):
        beside = {}
        for name, others in waiting.items():
            due = [c for close, c in others if close <= ends[row]]
            del others[: len(due)]
            beside[name] = due
        inside = [c for close, c in finer if close <= ends[row]]
        del finer[: len(inside)]
        step = stream.push(candle, beside, inside)
        for name, value in zip([c.name for c in step.columns], step.raw, strict=True):
            found[name].append(value)
        if save_every and row % save_every == save_every - 1:
            saved = stream.save()
            stream = new()
            stream.restore(saved)
    return {name: np.array(values, dtype=np.float64) for name, values in found.items()}


def finer_by_close(program: Program, candles: Candles, finest: str) -> list[tuple[int, Candle]]:
    """The finer candles that a stream of the program takes, each with its close."""
    plan = program.plan({}, TICK)
    if candles.finer is None or (finest_inside(plan) is None and FinerFills.of(plan) is None):
        return []
    own = Reading.of(candles, program.every).calendar
    closes = schedule(candles.finer.time, Length.parse(finest), own).end.tolist()
    return list(zip(closes, candle_list(candles.finer), strict=True))

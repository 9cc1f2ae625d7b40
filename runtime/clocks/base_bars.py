"""The bars of a run on the program's own clock: built from the given ones where those are shorter, which then lie inside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from compiler.clocks import Length, why_not
from runtime.candles import Candles
from runtime.clocks.aggregate import aggregate
from runtime.clocks.axis import Buckets, Groups, Schedule, buckets, period_number
from runtime.clocks.reading import Reading, in_session, length_of
from runtime.data.arrays import Micros
from runtime.data.problems import DataError
from runtime.data.steps import step_seconds


def as_traded(candles: Candles, symbols: Sequence[str], session: str, every: str = "") -> Candles:
    """The bars of one instrument as a program of these symbols reads them: named, within its `on session`, as long as its own clock says."""
    named = replace(candles, symbol=symbols[0]) if symbols and not candles.symbol else candles
    return on_base_clock(in_session(named, session), every)


def on_base_clock(candles: Candles, every: str) -> Candles:
    """The bars as long as a program's, other instruments' beside them too. Shorter ones are put together by the calendar and stay as finer bars, where
    no others are given; longer ones are left as they are. A last bar that is not complete is left out.

    Raises DataError where the length is no whole number of the given bars.
    """
    if every and candles.beside:
        candles = replace(candles, beside={name: on_base_clock(bars, every) for name, bars in candles.beside.items()})
    given, wanted = length_of(candles, ""), Length.parse(every) if every else None
    if not len(candles) or given is None or wanted is None or given.minutes >= wanted.minutes:
        return candles
    reason = why_not(wanted, given)
    if reason is not None:
        raise DataError(f"The program is written for bars of {wanted}; they can't be built from bars of {given}. {reason[0]}")
    own = Reading.of(candles, "")
    into = buckets(candles.time, own.schedule, wanted)
    made_of = _of_one_number(own.schedule, into)
    built = aggregate(candles, made_of, step_seconds(str(wanted)))
    starts = _starts(wanted, into.number[made_of.first], own.schedule, made_of.first)
    built = replace(built, time=starts, finer=candles.finer if candles.finer is not None else replace(candles, beside={}))
    return built.rows(slice(0, int(np.count_nonzero(made_of.complete < len(candles)))))


def _of_one_number(bars: Schedule, into: Buckets) -> Groups:
    """The bars that make each of the program's: those of one number, whatever their own ends are, so that no two begin at one time."""
    first = np.flatnonzero(np.append(True, into.number[1:] != into.number[:-1]))
    last = np.append(first[1:], len(into.number)) - 1
    done = bars.end[last] >= into.end[last]
    return Groups(first, last, np.where(done, last, last + 1), np.maximum(into.end[last], bars.end[last]))


def _starts(length: Length, number: Micros, bars: Schedule, first: Micros) -> Micros:
    """When each of the longer bars begins by schedule, whether or not its first part is there."""
    if length.unit == "m":
        return number
    numbers = period_number(bars.sessions, length)
    opened: Micros = bars.sessions.open[
        np.searchsorted(numbers, period_number(bars.sessions, length)[bars.session[first]], "left")
    ]
    return opened


def base_notes(given: Candles, traded: Candles) -> list[str]:
    """What a reader should know where bars were built."""
    here, there = length_of(given, ""), length_of(traded, "")
    if here is None or there is None or len(traded) == len(given) or here.minutes >= there.minutes:
        return []
    return [f"The bars given are of {here}; the program's, of {there}, were built from them."]

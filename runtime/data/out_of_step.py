"""Two feeds side by side: where one has a bar and the other has none."""

from __future__ import annotations

import numpy as np

from runtime.candles import Candles
from runtime.data.problems import Problem, counted, first_five
from runtime.data.steps import step_text


def out_of_step(base: Candles, other: Candles) -> tuple[Problem, ...]:
    """What keeps the bars of two instruments from meeting; () where each has the same times as the other.

    Nothing is changed: on a base bar without a bar of the other, its last one stands. Rows count bars of `base` from 1,
    and of `other` where the sentence speaks of its bars.
    """
    one, two = base.symbol or base.source, other.symbol or other.source
    found = []
    if base.timeframe and other.timeframe and base.timeframe != other.timeframe:
        sentence = f"{one} has a bar every {step_text(base.timeframe)}, {two} every {step_text(other.timeframe)}."
        found.append(Problem("out_of_step", 0, (), "kept", sentence))
    if int(base.time[-1]) < int(other.time[0]) or int(other.time[-1]) < int(base.time[0]):
        spans = [f"{c.symbol or c.source} ({c.first_time} to {c.last_time})" for c in (base, other)]
        sentence = f"{spans[0]} and {spans[1]} share no time at all."
        return (*found, Problem("out_of_step", len(base), (1,), "kept", sentence))
    for here, there, names in ((base, other, (one, two)), (other, base, (two, one))):
        alone = ~np.isin(here.time, there.time, assume_unique=True)
        if alone.any():
            at = first_five(alone, np.arange(1, len(here) + 1))
            moment = str(np.datetime64(int(here.time[at[0] - 1]), "us").astype("M8[s]")).replace("T", " ")
            sentence = f"{counted(int(alone.sum()), 'bar')} of {names[0]} without a bar of {names[1]}, the first at {moment} UTC."
            found.append(Problem("out_of_step", int(alone.sum()), at, "kept", sentence))
    return tuple(found)

"""Aggregates: what many finer bars come to in one bar, `sum_inside(volume on 5m)`. Every one of them is declared here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Aggregate:
    """A function of a value on a finer clock: all its bars that are complete within one bar of the clock around it, as one value.

    takes: a number or a truth on each finer bar. unit: that of its argument, or plain. doc: for readers; `example` compiles with daily bars.
    """

    name: str
    doc: str
    takes: Literal["series", "truth"] = "series"
    unit: Literal["same", "plain"] = "same"

    @property
    def example(self) -> str:
        return f"{self.name}({'(close > open)' if self.takes == 'truth' else 'close'} on 1d) on 1w"


AGGREGATES: tuple[Aggregate, ...] = (
    Aggregate("sum_inside", "The sum of x over the finer bars inside the bar."),
    Aggregate("mean_inside", "The mean of x over the finer bars inside the bar: their sum divided by how many there are."),
    Aggregate("stdev_inside", "The standard deviation of x over the finer bars inside the bar, of the population; 0 of one bar."),
    Aggregate("highest_inside", "The highest x of the finer bars inside the bar."),
    Aggregate("lowest_inside", "The lowest x of the finer bars inside the bar."),
    Aggregate("first_inside", "x on the first finer bar inside the bar."),
    Aggregate("last_inside", "x on the last finer bar inside the bar."),
    Aggregate("count_inside", "On how many of the finer bars inside the bar the condition is true.", takes="truth", unit="plain"),
)

AGGREGATE = {aggregate.name: aggregate for aggregate in AGGREGATES}

RULES = """Its argument is written `x on 5m`: all of x runs on the finer bars, with its own states and warm-up, and every finer bar counts that is complete
after the bar before and not after this one. Unknown where no finer bar is, and where a value that counts is unknown."""
"""What holds of all of them, for readers."""

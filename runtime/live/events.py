"""What happens to live strategies: told by `Pool.push`, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.machine.stepwise import Fill, Order


@dataclass(frozen=True, slots=True)
class Filled:
    """The fill model of a strategy filled an order on the bar that opened at `time` (microseconds since 1970 UTC, as everywhere here)."""

    strategy: str
    symbol: str
    time: int
    fill: Fill


@dataclass(frozen=True, slots=True)
class Ordered:
    """A strategy made an order at the close of the bar; it is live from the next."""

    strategy: str
    symbol: str
    time: int
    order: Order


@dataclass(frozen=True, slots=True)
class Alerted:
    """An `alert when` was true at the close. text: as it is written in the program."""

    strategy: str
    symbol: str
    time: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A `notify` fired. text: filled in."""

    strategy: str
    symbol: str
    time: int
    text: str


@dataclass(frozen=True, slots=True)
class Missing:
    """So many bars that the calendar has between two candles of an instrument did not come."""

    symbol: str
    after: int
    before: int
    bars: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A strategy could not take a bar, and takes no more; the others went on. Remove it, or add it anew."""

    strategy: str
    symbol: str
    time: int
    reason: str


Event = Filled | Ordered | Alerted | Noted | Missing | Failed

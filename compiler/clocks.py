"""Clocks: whose bars an expression runs on, how long they are, and which length may be built from which."""

from __future__ import annotations

from dataclasses import dataclass, replace

from compiler import syntax as s

MINUTES = {"m": 1, "h": 60, "d": 1_440, "w": 10_080, "mo": 44_640}
"""The most minutes that a bar of each unit spans; a month has 31 days."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The bars an expression runs on. symbol '': the run's own instrument; every '': bars as long as the run's own."""

    symbol: str = ""
    every: str = ""

    def on(self, every: str) -> Clock:
        return replace(self, every=every)

    def of(self, symbol: str) -> Clock:
        return replace(self, symbol=symbol)

    def __str__(self) -> str:
        other = self.symbol not in ("", FINER)
        return " ".join([*(["on", self.every] if self.every else []), *(["from", f'"{self.symbol}"'] if other else [])])


BASE = Clock()
FINER = "<finer>"
"""Stands for a symbol: the bars of the run's own instrument that are shorter than the run's own."""


@dataclass(frozen=True, slots=True)
class Length:
    """A bar length: so many minutes, or days, weeks or months of the instrument's calendar."""

    count: int
    unit: str  # m, d, w or mo

    @classmethod
    def of(cls, literal: s.DurationLiteral) -> Length:
        return cls(literal.count * 60, "m") if literal.unit == "h" else cls(literal.count, literal.unit)

    @classmethod
    def parse(cls, text: str) -> Length:
        """The length of a text such as `15m`, `4h` or `1mo`."""
        unit = text.lstrip("0123456789")
        count = int(text[: len(text) - len(unit)])
        return cls(count * 60, "m") if unit == "h" else cls(count, unit)

    @property
    def minutes(self) -> int:
        """The most minutes that one bar spans."""
        return self.count * MINUTES[self.unit]

    def __str__(self) -> str:
        if self.unit == "m" and self.count % 60 == 0:
            return f"{self.count // 60}h"
        return f"{self.count}{self.unit}"


def why_not(slower: Length, base: Length) -> tuple[str, str] | None:
    """Why bars of one length cannot be built from shorter ones, and what to do; None if they can."""
    if slower.unit in ("d", "w") and slower.count != 1:
        return f"Days and weeks are built one at a time; `{slower}` is {slower.count} of them.", f"Write `1{slower.unit}`."
    if slower == base:
        return None
    if slower.unit == "m" and slower.count >= MINUTES["d"]:
        return f"`{slower}` is a day or longer, and days follow the instrument's calendar.", "Write `1d`, `1w` or `1mo`."
    order = ("m", "d", "w", "mo")
    if order.index(slower.unit) < order.index(base.unit) or slower.minutes < base.minutes:
        return (
            f"`on {slower}` is finer than the bars it would be built from, {base}.",
            f"Only bars longer than {base} can be built.",
        )
    if slower.unit == base.unit and slower.count % base.count:
        return f"{slower} is no whole number of {base} bars.", f"Take a multiple of {base}."
    return None


def bars_in(slower: Length, base: Length) -> int:
    """At most so many bars of one length are in one of the other."""
    return max(1, -(-slower.minutes // base.minutes))


SHORTEST_SESSION = 180
"""Minutes that a session has at least, where it is estimated how many finer bars are inside a bar."""
FEWEST_SESSIONS = {"m": 0, "d": 1, "w": 3, "mo": 15}


def fewest_in(slower: Length, finer: Length) -> int:
    """At least so many finer bars are usually in a whole bar of a length: fewer on short days, and where some are missing."""
    if slower.unit == "m":
        return max(1, slower.count // finer.count) if finer.unit == "m" else 1
    sessions = FEWEST_SESSIONS[slower.unit] * slower.count
    if finer.unit == "m":
        return max(1, sessions * SHORTEST_SESSION // finer.count)
    return max(1, sessions // max(1, FEWEST_SESSIONS[finer.unit] * finer.count))

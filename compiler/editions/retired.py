"""Retired spellings: how something was written up to an edition, and how it is written since."""

from __future__ import annotations

from dataclasses import dataclass

NUMBER = "NUMBER"
NAME = "NAME"
"""Kinds of tokens in a pattern; any other part is the token itself. Words in capitals are no names, so these can't be meant."""


@dataclass(frozen=True, slots=True)
class Retired:
    """One row: tokens in a row that were written so up to `edition`, and what each becomes (None: stays, '': goes).

    leads: whether the first token must be the first on its line. was, now: an example before and after.
    """

    edition: int
    was: str
    now: str
    pattern: tuple[str, ...]
    becomes: tuple[str | None, ...]
    why: str
    leads: bool = False


RETIRED: tuple[Retired, ...] = (
    Retired(
        0, "set fast = sma(close, 10)", "let fast = sma(close, 10)", ("set", NAME, "="), ("let", None, None),
        "`set` sounded as if a value could be changed later; a name stands for one series.", leads=True,
    ),
    Retired(
        0, "exit all", "exit position", ("exit", "all"), (None, "position"),
        "What is closed is named, as in `exit 50% of position`.", leads=True,
    ),
    Retired(
        0, "close crosses_above open", "close crosses above open", ("crosses_above",), ("crosses above",),
        "Phrases are words, not names.",
    ),
    Retired(
        0, "close crosses_below open", "close crosses below open", ("crosses_below",), ("crosses below",),
        "Phrases are words, not names.",
    ),
    Retired(
        0, "20 candles", "20 bars", (NUMBER, "candles"), (None, "bars"),
        "One word for one thing: `bars` is also what phrases count, as in `bars since`.",
    ),
    Retired(
        0, "1 candle", "1 bar", (NUMBER, "candle"), (None, "bar"),
        "One word for one thing: `bars` is also what phrases count, as in `bars since`.",
    ),
    Retired(
        0, "ta.rsi(14)", "rsi(14)", ("ta", ".", NAME, "("), ("", "", None, None),
        "The standard library's functions are called by their names alone; a name with a point is a library file's.",
    ),
)  # fmt: skip

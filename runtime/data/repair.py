"""Raw bars into usable ones: what cannot be a price becomes unknown, times are put in order, and all of it is stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from runtime.data.arrays import MICROS_PER_DAY, NO_TIME, Flags, Floats, Micros, Rows
from runtime.data.problems import Action, DataError, Problem, counted, first_five, listed
from runtime.data.raw import RawBars
from runtime.data.split_jumps import jumps

Duplicates: TypeAlias = Literal["error", "first", "last"]
"""What to do when one time has rows that differ: refuse, or keep the first or last of them in the source's order."""

LARGEST = 1e100
"""No market has a price or volume beyond it."""

_ROUNDING = 1e-6
"""Open and close may leave low..high by so much of the price: what rounding and adjusting do, not a mistake."""

_FEW = 20
"""Of fewer bars it is not told how often a factor changes."""

SENTENCES: dict[str, tuple[Action, str, tuple[str, str]]] = {
    "no_time": ("left out", "{bars} no time and cannot be placed", ("has", "have")),
    "infinite": ("made unknown", "{bars} an infinite value", ("has", "have")),
    "not_positive": ("made unknown", "{bars} a price of zero or less, at which nothing can trade", ("has", "have")),
    "negative_volume": ("made unknown", "{bars} a volume below zero", ("has", "have")),
    "unknown_price": ("kept", "{bars} an empty price, which a program sees as unknown", ("has", "have")),
    "unknown_volume": ("kept", "{bars} an empty volume, which a program sees as unknown", ("has", "have")),
    "duplicate": ("left out", "{bars} in the data already, value for value", ("is", "are")),
    "high_below_low": ("made unknown", "{bars} a high below the low; which is right cannot be told", ("has", "have")),
    "outside_range": ("kept", "{bars} an open or close outside low to high", ("has", "have")),
}
"""What is said of bars of each kind, in the order in which it is found: action, sentence, and the verb of one bar and of several."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Columns in order of time, each time once, every value finite or NaN; and every problem met on the way.

    values: shape (5, n), contiguous: open, high, low, close, volume; a sixth is the factor.
    """

    time: Micros
    values: Floats
    rows: Rows
    problems: tuple[Problem, ...]


def mend(raw: RawBars, duplicates: Duplicates = "error") -> Mended:
    """The bars of a source, made usable. Nothing is changed or left out without a Problem that says so.

    - A bar without a time is left out: it cannot be placed.
    - An infinite value (beyond 1e100 is as good), a price of zero or less and a volume below zero become unknown (NaN): nothing
      traded there.
    - A bar with unknown prices is kept; the program sees them as unknown.
    - Times out of order are sorted; of identical rows one is kept; rows that differ are refused (see `duplicates`).
    - A high below its low makes both unknown. Open or close outside low..high is kept and reported.

    The raw bars' values are used up: they may be changed in place.
    Raises DataError if no bar is left, if rows of one time differ and `duplicates` is "error", if a bar has no factor above zero where others have,
    or if prices with a factor are not adjusted by it.
    """
    found = list(raw.problems)
    values = raw.values
    time, rows = raw.time, raw.rows
    word = raw.row_word
    if (lost := time == NO_TIME).any():
        found.append(_problem("no_time", lost, rows, word))
        time, rows, values = time[~lost], rows[~lost], values[:, ~lost]
    if not len(time):
        raise no_bars(raw.source, found)
    _check_factors(values, rows, word, raw.source, tuple(found))
    found += make_unknown(values, rows, word, bool(np.isnan(values[4]).all()))
    if np.isnan(values[3]).all():
        found.append(no_close(values.shape[1], first_five(np.isnan(values[3]), rows)))
    time, rows, values, sorting = in_order(time, rows, values, word)
    found += sorting
    time, rows, values, repeats = each_once(time, rows, values, word, duplicates, raw.source, tuple(found))
    found += repeats
    _check_adjusted(time, values, raw.source, tuple(found))
    found += ranges(values, rows, word)
    values += 0.0  # -0 becomes 0
    values[np.isnan(values)] = np.nan  # one canonical NaN
    return Mended(time, np.ascontiguousarray(values), rows, tuple(found))


def _problem(kind: str, flags: Flags, rows: Rows, word: str) -> Problem:
    return told(kind, int(flags.sum()), first_five(flags, rows), word)


def told(kind: str, n: int, at: tuple[int, ...], word: str) -> Problem:
    """The problem of n bars in the words of SENTENCES. at: the rows of the first five. word: what those numbers count."""
    action, sentence, verb = SENTENCES[kind]
    return _told(kind, n, at, word, action, sentence, verb)


def _told(kind: str, n: int, at: tuple[int, ...], word: str, action: Action, sentence: str, verb: tuple[str, str]) -> Problem:
    """`{bars}` in the sentence becomes `12 bars have`; where they are, and what was done, follow."""
    numbers = [str(r) for r in at] + ["more"] * (n > len(at))
    where = f"{word}{'s' * (n > 1)} {listed(numbers)}"
    text = sentence.replace("{bars}", f"{counted(n, 'bar')} {verb[n != 1]}")
    return Problem(kind, n, at, action, f"{text} ({where}): {action}.")


def _in_any(flags: Flags) -> Flags:
    """Shape (columns, n) to (n,): flagged in any column."""
    return np.asarray(np.logical_or.reduce(flags, axis=0))


def _check_factors(values: Floats, rows: Rows, word: str, source: str, found: tuple[Problem, ...]) -> None:
    """Without its factor nothing is known of what a price was: no bar can be used, and none is made up."""
    if len(values) < 6:
        return
    bad = ~((values[5] > 0) & (values[5] <= LARGEST))
    if bad.any():
        n, at = int(bad.sum()), first_five(bad, rows)
        where = f"{word}{'s' * (n > 1)} {listed([*map(str, at), *['more'] * (n > len(at))])}"
        sentence = f"{source} has {counted(n, 'bar')} without a factor above zero ({where}). Give every bar its factor, 1 where prices are as traded."
        raise DataError(sentence, (*found, Problem("factors", n, at, "refused", sentence)))


def _check_adjusted(time: Micros, values: Floats, source: str, found: tuple[Problem, ...]) -> None:
    """Traded prices beside a factor are not what a factor says: taken as adjusted, every split would be a gain or loss of its ratio. A column that
    changes from bar to bar is none: it would change what every number of a program means."""
    if len(values) < 6:
        return
    factor = values[5]
    changes = int(np.count_nonzero(np.diff(factor)))
    if 2 * changes > len(factor) >= _FEW and np.median(np.diff(time)) < 5 * MICROS_PER_DAY:
        sentence = (
            f"The factor of {source} changes on {changes:,} of {len(factor):,} bars; that of splits does on few. Give a column that means something "
            "else another name, and round one that was computed, so that it changes at splits alone."
        )
        raise DataError(sentence, (*found, Problem("factors", changes, (), "refused", sentence)))
    for jump in jumps(values[0], values[3], factor):
        if jump.as_traded:
            sentence = (
                f"The prices of {source} go from {jump.before:.6g} to {jump.after:.6g} at {np.datetime64(int(time[jump.row]), 'us').astype('M8[D]')}, "
                f"where the factor goes from {factor[jump.row - 1]:.6g} to {factor[jump.row]:.6g}: these are prices as traded. Multiply open, high, low "
                "and close by the factor and divide the volume by it; or leave the factor out and list the splits."
            )
            raise DataError(sentence, (*found, Problem("factors", 1, (), "refused", sentence)))


def no_bars(source: str, found: Sequence[Problem]) -> DataError:
    """The refusal of a source in which no bar has a time."""
    sentence = f"{source} has no bars that can be placed in time." if found else f"{source} has no bars."
    return DataError(sentence, (*found, Problem("unreadable", 0, (), "refused", sentence)))


def no_close(n: int, at: tuple[int, ...]) -> Problem:
    """What is said of n bars of which none has a close."""
    sentence = "No bar has a usable close, so nothing can be computed or traded on them."
    return Problem("unknown_price", n, at, "kept", sentence)


def make_unknown(values: Floats, rows: Rows, word: str, without_volume: bool) -> list[Problem]:
    """Turns values that cannot be into NaN, in place. without_volume: no bar has one, which is said once of all of them."""
    found = []
    prices, volume = values[:4], values[4]
    empty_prices = _in_any(np.isnan(prices))
    empty_volume = np.isnan(volume)
    # Money is price x quantity: what no market has must not overflow there.
    if (infinite := np.abs(values) > LARGEST).any():
        found.append(_problem("infinite", _in_any(infinite), rows, word))
        values[infinite] = np.nan
    if (impossible := prices <= 0).any():
        found.append(_problem("not_positive", _in_any(impossible), rows, word))
        prices[impossible] = np.nan
    if (negative := volume < 0).any():
        found.append(_problem("negative_volume", negative, rows, word))
        volume[negative] = np.nan
    if empty_prices.any():
        found.append(_problem("unknown_price", empty_prices, rows, word))
    if (lacking := empty_volume & ~empty_prices).any() and not without_volume:
        found.append(_problem("unknown_volume", lacking, rows, word))
    return found


def in_order(time: Micros, rows: Rows, values: Floats, word: str) -> tuple[Micros, Rows, Floats, list[Problem]]:
    steps = np.diff(time)
    late = np.concatenate([[False], steps < 0])
    if not late.any():
        return time, rows, values, []
    order = np.argsort(time, kind="stable")
    n = int(late.sum())
    at = first_five(late, rows)
    if (steps <= 0).all():
        sentence = f"The bars stand newest first ({word} {at[0]} is before the one above it): sorted by time."
    else:
        sentence = f"{counted(n, 'bar is', 'bars are')} earlier than the one above (first {word} {at[0]}): sorted by time."
    return time[order], rows[order], values[:, order], [Problem("unsorted", n, at, "sorted", sentence)]


def each_once(
    time: Micros, rows: Rows, values: Floats, word: str, policy: Duplicates, source: str, found: tuple[Problem, ...]
) -> tuple[Micros, Rows, Floats, list[Problem]]:
    again = np.concatenate([[False], np.diff(time) == 0])
    if not again.any():
        return time, rows, values, []
    before, after = values[:, :-1], values[:, 1:]
    same = ((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=0)
    differs = again & ~np.concatenate([[True], same])
    problems = []
    if differs.any() and policy == "error":
        at = int(np.argmax(differs))
        one, other = sorted((int(rows[at - 1]), int(rows[at])))
        sentence = (
            f"{source} has two different bars for {_shown(time[at])} ({word}s {one} and {other})."
            " Remove one of them, or say which to keep: the first or the last."
        )
        problem = Problem("duplicate", int(differs.sum()), first_five(differs, rows), "refused", sentence)
        raise DataError(sentence, (*found, problem))
    group = np.cumsum(~again)
    starts = np.flatnonzero(~again)
    mixed = np.isin(group, group[differs])
    if (plain := again & ~mixed).any():
        problems.append(_problem("duplicate", plain, rows, word))
    keep = ~again
    if mixed.any():
        if policy == "last":
            keep = np.concatenate([keep[1:], [True]])
        gone = mixed & ~keep
        sentence = f"{{bars}} the time of another that differs; the {policy} one is kept"
        first_gone = first_five(gone, rows)
        problems.append(_told("duplicate", int(gone.sum()), first_gone, word, "left out", sentence, ("has", "have")))
    assert len(starts) == int(keep.sum())
    return time[keep], rows[keep], values[:, keep], problems


def ranges(values: Floats, rows: Rows, word: str) -> list[Problem]:
    found = []
    opened, high, low, close = values[:4]
    slack = _ROUNDING * np.abs(high)
    if (crossed := high < low - slack).any():
        found.append(_problem("high_below_low", crossed, rows, word))
        high[crossed] = np.nan
        low[crossed] = np.nan
    top, bottom = np.fmax(opened, close), np.fmin(opened, close)
    if (outside := (top > high + slack) | (bottom < low - slack)).any():
        found.append(_problem("outside_range", outside, rows, word))
    return found


def _shown(micros: np.int64) -> str:
    text = str(np.datetime64(int(micros), "us")).removesuffix(".000000")
    return text.removesuffix("T00:00:00").replace("T", " ")

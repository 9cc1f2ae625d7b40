"""Numbers and times as a reader sees them: always with a unit, an unknown one as a dash."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from apextrade.report.data import Floats

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_US = 86_400_000_000
YEAR_US = 365.25 * DAY_US


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The signs that differ between a page and a terminal that only knows ASCII."""

    minus: str = "\N{MINUS SIGN}"
    dash: str = "\N{EN DASH}"
    infinity: str = "\N{INFINITY}"
    dot: str = " \N{MIDDLE DOT} "
    times: str = "\N{MULTIPLICATION SIGN}"


TYPESET = Glyphs()
ASCII = Glyphs("-", "-", "infinite", ", ", "x")


def plain(value: float, decimals: int, glyphs: Glyphs = TYPESET, *, sign: bool = False) -> str:
    """`1,234.50`; NaN is a dash. A value that rounds to zero has no sign."""
    if math.isnan(value):
        return glyphs.dash
    if math.isinf(value):
        return glyphs.infinity if value > 0 else glyphs.minus + glyphs.infinity
    text = f"{abs(value):,.{decimals}f}"
    if not text.strip("0,."):
        return text
    return (glyphs.minus if value < 0 else "+" if sign else "") + text


def percent(ratio: float, glyphs: Glyphs = TYPESET, *, sign: bool = False, decimals: int | None = None) -> str:
    """A ratio as percent: 0.1234 is `12.3%`. Small ones get two decimals, very large ones none."""
    if math.isnan(ratio):
        return glyphs.dash
    size = abs(ratio)
    places = decimals if decimals is not None else 2 if size < 0.1 else 1 if size < 10 else 0
    return plain(100 * ratio, places, glyphs, sign=sign) + "%"


def money(value: float, currency: str, glyphs: Glyphs = TYPESET, *, sign: bool = False, decimals: int = 2) -> str:
    """`10,000.00 USD`."""
    if math.isnan(value):
        return glyphs.dash
    return f"{plain(value, decimals, glyphs, sign=sign)} {currency}".rstrip()


def counted(n: float, one: str, many: str = "") -> str:
    """`1 bar`, `12 bars`."""
    return f"{n:,.0f} {one if n == 1 else many or one + 's'}"


def quantity(value: float, glyphs: Glyphs = TYPESET) -> str:
    """Eight significant digits or all before the point, at most eight decimals, none that are zero."""
    whole = math.floor(math.log10(abs(value))) if value and math.isfinite(value) else 0
    text = plain(value, max(0, min(8, 7 - whole)), glyphs)
    return text.rstrip("0").rstrip(".") if "." in text else text


def price_decimals(values: Floats) -> int:
    """Decimals that show these values: as many as they have, between 2 and 5; where they have more, four significant digits.

    values: a sample, shape (n,); unknown ones take no part.
    """
    known = values[np.isfinite(values) & (values != 0)]
    if not len(known):
        return 2
    for places in range(2, 6):
        if bool((np.abs(np.round(known, places) - known) <= 1e-9 * np.abs(known)).all()):
            return places
    return min(10, max(2, 3 - math.floor(math.log10(float(np.median(np.abs(known)))))))


def compact(value: float, glyphs: Glyphs = TYPESET) -> str:
    """An axis label: `12.5k`, `3M`, `0.0012`."""
    size = abs(value)
    for limit, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e4, "k")):
        if size >= limit:
            return (glyphs.minus if value < 0 else "") + f"{size / (1e3 if letter == 'k' else limit):.4g}{letter}"
    text = f"{size:,.0f}" if size >= 1000 else f"{size:.6g}"
    return (glyphs.minus if value < 0 else "") + text


def moment(micros: int) -> datetime:
    """The instant in UTC."""
    return _EPOCH + timedelta(microseconds=int(micros))


def date_text(micros: int) -> str:
    """`2024-03-01`."""
    return moment(micros).date().isoformat()


def time_text(micros: int, *, whole_days: bool) -> str:
    """`2024-03-01` where every bar opens at midnight UTC, else `2024-03-01 14:30`, with seconds where there are some."""
    when = moment(micros)
    if whole_days:
        return when.date().isoformat()
    return when.strftime("%Y-%m-%d %H:%M:%S" if when.second else "%Y-%m-%d %H:%M")


def iso_text(micros: int) -> str:
    """For machines: `2024-03-01T14:30:00Z`."""
    return moment(micros).strftime("%Y-%m-%dT%H:%M:%SZ")


_SPANS = (("year", YEAR_US, 1.0), ("month", YEAR_US / 12, 2.0), ("day", DAY_US, 2.0), ("hour", DAY_US / 24, 2.0))


def span_text(micros: float) -> str:
    """A length of time: `13.0 years`, `8.5 months`, `40 days`, `6 hours`."""
    for unit, size, least in _SPANS:
        count = micros / size
        if count >= least:
            return f"{count:.1f} {unit}s" if count < 20 and unit in ("year", "month") else f"{count:,.0f} {unit}s"
    return f"{max(0, micros) / 60e6:,.0f} minutes"


def timeframe_text(seconds: int) -> str:
    """A bar's length as programs write it: `1d`, `4h`, `15m`; '' if unknown."""
    for unit, size in (("mo", 30 * 86_400), ("w", 7 * 86_400), ("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s" if seconds > 0 else ""

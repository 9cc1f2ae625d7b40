"""Numbers as sentences say them: short, and never so short that two that differ look the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isnan


def shown(value: float) -> str:
    """`41.2034`, `1,250,000`, `0.000123`, `unknown`: six digits, or all before the point."""
    if isnan(value):
        return "unknown"
    if abs(value) >= 1e5 and abs(value) < 1e15:
        return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
    text = f"{value:.6g}"
    return "0" if text == "-0" else text


def together(*values: float, percent: bool = False) -> tuple[str, ...]:
    """Numbers that are compared: those that differ are shown so that it can be seen. percent: shares, as `1.5%`."""
    if percent:
        return tuple(text if text == "unknown" else f"{text}%" for text in together(*(100.0 * value for value in values)))
    for digits in (0, 9, 12, 17):
        texts = tuple(shown(v) if not digits or isnan(v) else f"{v:.{digits}g}" for v in values)
        if all(texts[i] != texts[j] or _equal(values[i], values[j]) for i in range(len(values)) for j in range(i)):
            return texts
    return texts


def _equal(a: float, b: float) -> bool:
    return a == b or (isnan(a) and isnan(b))


def counted(n: int, one: str) -> str:
    """`1 bar`, `12 bars`, `2 entries`."""
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{n:,} {one if n == 1 else many}"


def truth_word(code: float) -> str:
    """What a truth code says."""
    return {0.0: "false", 2.0: "true"}.get(code, "unknown")


def time_word(seconds: float) -> str:
    """A time in seconds since 1970: its date, with the time of day (UTC) where it is not midnight."""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{when:%Y-%m-%d}" if (when.hour, when.minute, when.second) == (0, 0, 0) else f"{when:%Y-%m-%d %H:%M} UTC"

"""What both sides do: entries under eight conditions, a trailing stop and a target in average ranges; lengths and factors in one place."""

from __future__ import annotations

from sma_cross.rules import CAPITAL, COMMISSION, QUANTITY

TREND, MIDDLE = 1_000, 50
"""Lengths of simple averages. The first signal comes with the long one, when the recursive averages have forgotten how they began."""
FAST, SLOW, SIGNAL = 12, 26, 9
BAND, BAND_FACTOR = 20, 2.0
STRENGTH, STRENGTH_FROM, STRENGTH_TO = 14, 50.0, 70.0
PLACE, PLACE_TO = 14, 90.0
RANGE, TRAIL, TARGET = 14, 5.0, 7.0
"""Length of the average range, and how many of them the trail stays behind and the target ahead."""

TICK = 2.0**-40
"""Our stops and targets stand on ticks, the peer's anywhere: this grid is finer than what is compared."""

RULE = (
    f"Long only. At a close above its SMA {TREND} and SMA {MIDDLE} and below the upper Bollinger band ({BAND}, {BAND_FACTOR:g}), with EMA {FAST} above "
    f"EMA {SLOW}, the MACD line above its signal, RSI {STRENGTH} between {STRENGTH_FROM:g} and {STRENGTH_TO:g}, and stochastic k {PLACE} below "
    f"{PLACE_TO:g}: {QUANTITY:g} units at the next open, less {COMMISSION:.2%} of the value. Out by a stop {TRAIL:g} ATR {RANGE} behind the highest high "
    f"since, measured anew at each close and never further back, or a target {TARGET:g} ATR above the entry. Capital {CAPITAL:,.0f}."
)

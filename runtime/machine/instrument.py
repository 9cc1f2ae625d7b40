"""What the machine must know of an instrument."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True)
class Instrument:
    """Facts of the traded instrument.

    tick: smallest price step; 0: prices are not rounded. lot: smallest quantity step; 0: quantities are not rounded.
    multiplier: money per unit of price and quantity, in the currency of the prices. min_notional: least value of an order, likewise.
    currency: what the prices are in, such as EUR; '' if that is not known.
    Raises ValueError for a negative or unknown fact.
    """

    tick: float = 0.0
    lot: float = 0.0
    multiplier: float = 1.0
    min_notional: float = 0.0
    currency: str = ""

    def __post_init__(self) -> None:
        for name in ("tick", "lot", "multiplier", "min_notional"):
            value = getattr(self, name)
            if not isfinite(value) or value < 0 or (name == "multiplier" and value == 0):
                raise ValueError(
                    f"An instrument's {name} must be {'above zero' if name == 'multiplier' else 'zero or more'}; this is {value}."
                )

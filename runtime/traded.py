"""Traded prices and quantities, from those of adjusted data and a bar's factor.

A price of the data is the double nearest to the traded price times the factor, a quantity the traded one divided by it. Where a decimal number of
twelve digits gives the very double, that is what was traded; else the quotient is.
"""

from __future__ import annotations

import numpy as np

from runtime.data.arrays import Floats


def traded_price(price: float, factor: float) -> float:
    """What a price of the data was when it was traded."""
    if factor == 1.0 or price != price:
        return price
    found = price / factor
    decimal = float(f"{found:.12g}")
    return decimal if decimal * factor == price else found


def traded_quantity(quantity: float, factor: float) -> float:
    """How many units, as they were then, a quantity of the data is."""
    if factor == 1.0 or quantity != quantity:
        return quantity
    found = quantity * factor
    decimal = float(f"{found:.12g}")
    return decimal if decimal / factor == quantity else found


def traded_prices(prices: Floats, factors: Floats) -> Floats:
    """The same for each of some prices, with a factor each."""
    return np.array([traded_price(p, f) for p, f in zip(prices.tolist(), factors.tolist(), strict=True)], dtype=np.float64)


def traded_quantities(quantities: Floats, factors: Floats) -> Floats:
    """The same for each of some quantities."""
    return np.array([traded_quantity(q, f) for q, f in zip(quantities.tolist(), factors.tolist(), strict=True)], dtype=np.float64)

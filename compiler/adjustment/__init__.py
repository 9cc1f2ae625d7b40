"""Adjustment: a program over prices that are scaled at splits, made to mean what it says of the prices as they were traded.

A price of the data is the traded price times its bar's factor, a quantity the traded one divided by it. exponents.py finds out which power of
which instrument's factor each value of a graph carries, rescaling.py brings every constant and every meeting of two values to one of them.
"""

from compiler.adjustment.exponents import Exponents, Power, power_of
from compiler.adjustment.rescaling import FACTOR_FEED, Rescaled, rescaled

__all__ = ["FACTOR_FEED", "Exponents", "Power", "Rescaled", "power_of", "rescaled"]

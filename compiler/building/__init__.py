"""Building: the graph of a program for one set of input values."""

from compiler.building.builder import Builder
from compiler.building.frame import SYMBOL_FEED, Frame, Refused
from compiler.building.lookback import ROW_PRIMITIVES, depends
from compiler.building.states import finish_states
from compiler.building.ticks import in_ticks

__all__ = ["ROW_PRIMITIVES", "SYMBOL_FEED", "Builder", "Frame", "Refused", "depends", "finish_states", "in_ticks"]

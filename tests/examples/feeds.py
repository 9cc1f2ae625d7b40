"""The bars that an example is tested on: the daily samples, or the made intraday bars that stand beside the examples."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from compiler.program import Program
from runtime.candles import Candles
from runtime.data.samples import read_sample
from tests.examples.programs import FOLDER

MADE = {"ETHUSDT": "15m", "EURUSD": "1h", "SPY": "5m"}
"""The symbols whose bars are made, with the length of those bars."""

TICKS: Mapping[str, float] = MappingProxyType({"EURUSD": 0.00001})
LOTS: Mapping[str, float] = MappingProxyType({"ETHUSDT": 0.001})


def made_file(symbol: str) -> str:
    return str(FOLDER / "data" / f"made_{symbol}_{MADE[symbol]}.csv")


@cache
def bars_of(symbol: str) -> Candles:
    return Candles.from_csv(made_file(symbol), symbol=symbol) if symbol in MADE else Candles.from_raw(read_sample(symbol))


def own_bars(program: Program) -> Candles:
    """The bars of a program of one instrument, with those of the others that it reads."""
    return bars_of(program.symbols[0]).with_others({name: bars_of(name) for name in program.beside})


def tick_of(program: Program) -> float:
    return TICKS.get(program.symbols[0], 0.01)


def lot_of(program: Program) -> float:
    return LOTS.get(program.symbols[0], 1.0)

"""ApexTrade for Python: compile a strategy, run it over candles, backtest it. Each part is imported when it is first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from apextrade import ta as ta
    from apextrade.backtesting import backtest as backtest
    from apextrade.blocks import block_edit as block_edit
    from apextrade.blocks import block_tree as block_tree
    from apextrade.catalogue_document import catalogue as catalogue
    from apextrade.comparing import compare as compare
    from apextrade.examining import examine as examine
    from apextrade.history.bars import History as History
    from apextrade.history.call import backtest_history as backtest_history
    from apextrade.live import Pool as Pool
    from apextrade.program import Program as Program
    from apextrade.program import compile as compile
    from apextrade.program import interpret as interpret
    from apextrade.program import run_tests as run_tests
    from apextrade.sweeping import sweep as sweep
    from compiler.diagnostics import CompileError as CompileError
    from compiler.diagnostics import InternalError as InternalError
    from compiler.inputs import InputError as InputError
    from runtime.candles import Candles as Candles
    from runtime.data.problems import DataError as DataError
    from runtime.data.splits import Split as Split

# Importing NumPy, pandas and the kernels takes longer than checking a program, so nothing is imported before it is asked for.
WHERE: dict[str, str] = {
    "compile": "apextrade.program",
    "Program": "apextrade.program",
    "interpret": "apextrade.program",
    "run_tests": "apextrade.program",
    "backtest": "apextrade.backtesting",
    "History": "apextrade.history.bars",
    "backtest_history": "apextrade.history.call",
    "sweep": "apextrade.sweeping",
    "Pool": "apextrade.live",
    "examine": "apextrade.examining",
    "compare": "apextrade.comparing",
    "block_tree": "apextrade.blocks",
    "block_edit": "apextrade.blocks",
    "catalogue": "apextrade.catalogue_document",
    "ta": "apextrade.ta",
    "CompileError": "compiler.diagnostics",
    "InternalError": "compiler.diagnostics",
    "InputError": "compiler.inputs",
    "Candles": "runtime.candles",
    "DataError": "runtime.data.problems",
    "Split": "runtime.data.splits",
}

__all__ = ["__version__", *WHERE]


def __getattr__(name: str) -> object:
    if name not in WHERE:
        raise AttributeError(f"module 'apextrade' has no attribute {name!r}")
    module = import_module(WHERE[name])
    value = module if module.__name__ == f"{__name__}.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)

"""Parameter sweeps for Python and the command line: what is asked for, the runs, and the table of what came of them."""

from __future__ import annotations

from apextrade.sweeping.call import sweep
from apextrade.sweeping.table import SweepTable

__all__ = ["SweepTable", "sweep"]

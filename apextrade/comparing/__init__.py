"""Several runs side by side: which did best at what, how alike they were, and their equity on one scale."""

from __future__ import annotations

from apextrade.comparing.comparison import Comparison, compare
from apextrade.comparing.ran import Ran

__all__ = ["Comparison", "Ran", "compare"]

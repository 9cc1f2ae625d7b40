"""The closed trades of a run as columns, for figures and tables about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from apextrade.report.data import Floats, TradeRow

Chosen = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """A value for each closed trade, by entry. profit, commission: money. share, mae, mfe: of the entry's value, NaN undefined. bars: held."""

    number: NDArray[np.int64]
    symbol: tuple[str, ...]
    side: tuple[str, ...]
    tag: tuple[str, ...]
    reason: tuple[str, ...]
    profit: Floats
    share: Floats
    commission: Floats
    bars: Floats
    mae: Floats
    mfe: Floats

    def __len__(self) -> int:
        return len(self.number)

    @property
    def won(self) -> Chosen:
        return self.profit > 0


def closed_trades(trades: Iterable[TradeRow]) -> Closed:
    """The trades that have an exit."""
    done = [t for t in trades if not t.is_open]

    def column(values: Iterable[float]) -> Floats:
        return np.fromiter(values, dtype=np.float64, count=len(done))

    return Closed(
        number=np.fromiter((t.id for t in done), dtype=np.int64, count=len(done)),
        symbol=tuple(t.symbol for t in done),
        side=tuple(t.side for t in done),
        tag=tuple(t.tag for t in done),
        reason=tuple(t.exit_reason or "signal" for t in done),
        profit=column(t.profit for t in done),
        share=column(t.profit_share for t in done),
        commission=column(t.commission for t in done),
        bars=column(float(t.bars) for t in done),
        mae=column(t.mae for t in done),
        mfe=column(t.mfe for t in done),
    )

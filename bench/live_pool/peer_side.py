"""The peers of live pools: five indicators a strategy, a bar at a time. Prints a line of JSON for each peer that is installed.

python -m live_pool.peer_side STRATEGIES INSTRUMENTS HISTORY BARS
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

import numpy as np
from live_pool.drawn import Lengths, drawn, prices

Bar = tuple[float, float, float]
Update = Callable[[float, float, float], tuple[Any, ...]]
WINDOW = 1_000
"""Bars that functions over a window see; more than the longest filter needs to forget 1e-4 of where it began."""


def ferro(at: Lengths) -> Update:
    from ferro_ta import streaming as s

    a, b, c, d, e = (
        s.StreamingSMA(at.sma),
        s.StreamingEMA(at.ema),
        s.StreamingRSI(at.rsi),
        s.StreamingATR(at.atr),
        s.StreamingMax(at.top),
    )
    return lambda high, low, close: (
        a.update(close),
        b.update(close),
        c.update(close),
        d.update(high, low, close),
        e.update(high),
    )


def vector(at: Lengths) -> Update:
    import vector_ta as v

    a, b, c, d, e = v.SmaStream(at.sma), v.EmaStream(at.ema), v.RsiStream(at.rsi), v.AtrStream(at.atr), v.DonchianStream(at.top)

    def update(high: float, low: float, close: float) -> tuple[Any, ...]:
        top = e.update(high, low)
        return a.update(close), b.update(close), c.update(close), d.update(high, low, close), None if top is None else top[0]

    return update


def talipp(at: Lengths) -> Update:
    from talipp.indicators import ATR, EMA, RSI, SMA, DonchianChannels
    from talipp.ohlcv import OHLCV

    a, b, c, d, e = SMA(at.sma), EMA(at.ema), RSI(at.rsi), ATR(at.atr), DonchianChannels(at.top)

    def update(high: float, low: float, close: float) -> tuple[Any, ...]:
        bar = OHLCV(close, high, low, close, 0.0)
        for indicator, value in ((a, close), (b, close), (c, close), (d, bar), (e, bar)):
            indicator.add(value)
        return a[-1], b[-1], c[-1], d[-1], None if e[-1] is None else e[-1].ub

    return update


def windowed(of: Callable[[Lengths, Any, Any, Any], tuple[Any, ...]]) -> Callable[[Lengths], Update]:
    def made(at: Lengths) -> Update:
        rows = np.full((3, WINDOW), np.nan)

        def update(high: float, low: float, close: float) -> tuple[Any, ...]:
            rows[:, :-1] = rows[:, 1:]
            rows[:, -1] = high, low, close
            return of(at, rows[0], rows[1], rows[2])

        return update

    return made


def talib(at: Lengths, high: Any, low: Any, close: Any) -> tuple[Any, ...]:
    import talib as t

    return (
        t.SMA(close[-at.sma :], at.sma)[-1], t.EMA(close, at.ema)[-1], t.RSI(close, at.rsi)[-1], t.ATR(high, low, close, at.atr)[-1],
        t.MAX(high[-at.top :], at.top)[-1],
    )  # fmt: skip


def pandas(at: Lengths, high: Any, low: Any, close: Any) -> tuple[Any, ...]:
    import pandas as pd

    h, x = pd.Series(high), pd.Series(close)
    step = x.diff()
    gain, loss = (s.ewm(alpha=1 / at.rsi, adjust=False).mean().iloc[-1] for s in (step.clip(lower=0), -step.clip(upper=0)))
    before = x.shift()
    spread = pd.concat([h, before], axis=1).max(axis=1) - pd.concat([pd.Series(low), before], axis=1).min(axis=1)
    return (
        x.rolling(at.sma).mean().iloc[-1], x.ewm(span=at.ema, adjust=False).mean().iloc[-1], 100 - 100 / (1 + gain / loss),
        spread.ewm(alpha=1 / at.atr, adjust=False).mean().iloc[-1], h.rolling(at.top).max().iloc[-1],
    )  # fmt: skip


PEERS: tuple[tuple[str, str, Callable[[Lengths], Update], int], ...] = (
    ("ferro-ta, streams", "ferro-ta", ferro, 5),
    ("vector-ta, streams", "vector-ta", vector, 5),
    ("talipp", "talipp", talipp, 80),
    ("TA-Lib, a window", "TA-Lib", windowed(talib), 20),
    ("pandas, a window", "pandas", windowed(pandas), 400),
)
"""Name, package, how it is made, and one in how many strategies it runs, so that the slow ones end."""


def contests(strategies: int, instruments: int, history: int, bars: int) -> Iterator[dict[str, object]]:
    given = [prices(k, history + bars) for k in range(instruments)]
    rows = [list(zip(*(p[name].tolist() for name in ("high", "low", "close")), strict=True)) for p in given]
    lengths = drawn(strategies, instruments, shared=True)
    for name, package, made, one_in in PEERS:
        chosen = range(0, strategies, one_in)
        try:
            updates = [made(lengths[k]) for k in chosen]
            said = version(package)
        except (ImportError, AttributeError) as missing:
            yield {"name": name, "missing": str(missing)}
            continue
        start = history - WINDOW if "window" in name else 0
        for row in range(start, history):
            for k, update in zip(chosen, updates, strict=True):
                if "window" in name and row < history - 2:
                    break
                update(*rows[k % instruments][row])
        if "window" in name:
            updates = [filled(made, lengths[k], rows[k % instruments][start:history]) for k in chosen]
        best, found = float("inf"), []
        for row in range(history, history + bars):
            begin = time.perf_counter()
            found = [update(*rows[k % instruments][row]) for k, update in zip(chosen, updates, strict=True)]
            best = min(best, time.perf_counter() - begin)
        values = [[float("nan") if x is None else float(x) for x in one] for one in found]
        yield {"name": f"{name} ({said})", "us": best / len(updates) * 1e6, "chosen": list(chosen), "values": values}


def filled(made: Callable[[Lengths], Update], lengths: Lengths, rows: list[Bar]) -> Update:
    """One whose window holds these bars."""
    update = made(lengths)
    window = next(cell.cell_contents for cell in update.__closure__ or () if isinstance(cell.cell_contents, np.ndarray))
    window[:] = np.array(rows[-WINDOW:]).T
    return update


if __name__ == "__main__":
    for contest in contests(*(int(a) for a in sys.argv[1:5])):
        print(json.dumps(contest), flush=True)

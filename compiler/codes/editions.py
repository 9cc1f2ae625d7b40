"""E023: editions."""

from __future__ import annotations

from compiler.codes.code import Code

EDITIONS: tuple[Code, ...] = (
    Code(
        "E0230",
        "A retired edition",
        "error",
        "Within an edition meanings never change. A program of an earlier one is not guessed at: `apx migrate` rewrites its retired spellings, "
        "and you see what changed.",
        'apx 0\nstrategy "Example"\ntrade "SPY" every 1d\nset quick = ta.sma(close, 10 candles)\nwhen close crosses_below quick\n  exit all\n',
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nlet quick = sma(close, 10 bars)\nwhen close crosses below quick\n  exit position\n',
    ),
)

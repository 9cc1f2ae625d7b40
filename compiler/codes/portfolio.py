"""E053: several instruments on one account."""

from __future__ import annotations

from compiler.codes.code import Code

PORTFOLIO: tuple[Code, ...] = (
    Code(
        "E0530", "An instrument named twice", "error",
        "Each instrument of a `trade` line has one position, one set of resting orders and one place in the order of the instruments.",
        'apx 1\nstrategy "Example"\ntrade "AAPL", "MSFT", "AAPL" every 1d\nplot close\n',
        'apx 1\nstrategy "Example"\ntrade "AAPL", "MSFT" every 1d\nplot close\n',
    ),
)  # fmt: skip

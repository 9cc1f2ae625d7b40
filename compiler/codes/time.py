"""E04: time and clocks."""

from __future__ import annotations

from compiler.codes.code import Code

TIME: tuple[Code, ...] = (
    Code(
        "E0401", "Looking into the future", "error",
        "`x[3]` is the value of x three bars ago. A negative number would ask for a bar that has not happened yet: a program that could read"
        " it would win every test and no trade.",
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot close[-1]\n',
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot close[1]\n',
    ),
)

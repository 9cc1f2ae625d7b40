"""E06: limits."""

from __future__ import annotations

from compiler.codes.code import Code

LIMITS: tuple[Code, ...] = (
    Code(
        "E0601", "Expressions nested too deep", "error",
        "An expression inside an expression inside an expression: more than 200 deep no reader follows. Name parts of it with `let`.",
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot ' + "(" * 250 + "close" + ")" * 250 + "\n",
        'apx 1\nstrategy "Example"\ntrade "SPY" every 1d\nplot (close)\n',
    ),
)

"""E053, W054: several instruments on one account."""

from __future__ import annotations

from compiler.codes.code import Code

_ROTATION = (
    'apx 1\nstrategy "Example"\ntrade "AAPL", "MSFT", "IBM" every 1d\nsettings\n  commission 0.1%\n'
    "every month end\n  hold top {} weighted equally\n"
)

PORTFOLIO: tuple[Code, ...] = (
    Code(
        "E0530", "An instrument named twice", "error",
        "Each instrument of a `trade` line has one position, one set of resting orders and one place in the order of the instruments.",
        'apx 1\nstrategy "Example"\ntrade "AAPL", "MSFT", "AAPL" every 1d\nplot close\n',
        'apx 1\nstrategy "Example"\ntrade "AAPL", "MSFT" every 1d\nplot close\n',
    ),
    Code(
        "E0531", "How many to hold", "error",
        "A rotation holds the same number of instruments every time, so that what it needs is known before it runs.",
        _ROTATION.format("0 of members by roc(close, 60 bars)"), _ROTATION.format("2 of members by roc(close, 60 bars)"),
    ),
    Code(
        "E0532", "Nothing to choose from", "error",
        "`hold top` ranks the members: the instruments of the `trade` line, or those who belong to the universe at the time.",
        _ROTATION.format("2 of stocks by roc(close, 60 bars)"), _ROTATION.format("2 of members by roc(close, 60 bars)"),
    ),
    Code(
        "W0542", "A rotation that holds nothing", "warning",
        "`hold top` holds instruments whose score and weight are known, whose weight is above zero and for which `where` is true. Without any it sells all.",
        _ROTATION.format("2 of members by roc(close, 60 bars) where rsi(14) > 120"), _ROTATION.format("2 of members by roc(close, 60 bars) where rsi(14) > 50"),
    ),
    Code(
        "W0545", "More to hold than there are", "warning",
        "`hold top` chooses among the instruments that `trade` names. Of three, five can't be held.",
        _ROTATION.format("5 of members by roc(close, 60 bars)"), _ROTATION.format("2 of members by roc(close, 60 bars)"),
    ),
)  # fmt: skip

"""E036, W036: the terms of a broker: what holding a position costs, when it is closed by force, how much of a bar it fills."""

from __future__ import annotations

from compiler.codes.code import Code
from compiler.codes.pages import caution, mistake

TERMS: tuple[Code, ...] = (
    mistake(
        "E0360", "Not a rate",
        "`borrow`, `interest`, `funding`, `maintenance` and `maker` are shares, fixed before the run; the whole value or more is a slip of the percent sign.",
        "settings\n  borrow 3 USD per year\nplot close\n", "settings\n  borrow 3% per year\nplot close\n",
    ),
    mistake(
        "E0361", "Funding at no fixed time",
        "Venues pay funding at the same times every day. They are counted from midnight UTC, so the time between two of them divides a day.",
        "settings\n  funding 0.01% per 7h\nplot close\n", "settings\n  funding 0.01% per 8h\nplot close\n",
    ),
    mistake(
        "E0362", "Maintenance not below margin",
        "A position is opened when equity is `margin` of its value, and closed by force when it has fallen to `maintenance` of it.",
        "settings\n  margin 20%\n  maintenance 25%\nplot close\n", "settings\n  margin 50%\n  maintenance 25%\nplot close\n",
    ),
    mistake(
        "E0363", "Not filled in parts",
        "`limit volume` fills orders in parts. What fills whole, `fills tradingview` and `protect`, does not go with it yet.",
        "settings\n  limit volume 10%\n  fills tradingview\nplot close\n", "settings\n  limit volume 10%\n  fills ohlc_path\nplot close\n",
    ),
    caution(
        "W0360", "Interest without borrowed money",
        "Interest is charged on cash below zero. Where every position is paid in full, cash falls below zero by rounding and fees at most.",
        "settings\n  interest 8% per year\nplot close\n", "settings\n  margin 50%\n  interest 8% per year\nplot close\n",
    ),
)  # fmt: skip

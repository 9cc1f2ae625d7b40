"""The closed trades in groups: by side, by instrument, by the entry's tag and by what ended them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from apextrade.report.closed import Chosen, Closed
from apextrade.report.markup import Markup, join, tag
from apextrade.report.numbers import counted, money, percent, plain

HEAD = ("", "Trades", "Won", "Profit", "Profit factor", "Mean", "Median", "Best", "Worst", "Mean bars", "Commission")
MOST = 25  # groups of one kind; the others are one row


def breakdown(trades: Closed, currency: str) -> Markup:
    """The table, with what costs took below; nothing without a closed trade."""
    if not len(trades):
        return join(())
    head = tag("tr", *(tag("th", _unit(name, currency), scope="col", class_="n" if name else "t") for name in HEAD))
    body = [tag("tbody", _row("All closed trades", trades, np.ones(len(trades), dtype=np.bool_)))]
    for title, values in (
        ("Side", trades.side),
        ("Instrument", trades.symbol),
        ("Entry", trades.tag),
        ("Exit by", trades.reason),
    ):
        groups = grouped(values)
        if len(groups) < 2:
            continue
        rows = [tag("tr", tag("th", title, scope="colgroup", colspan=len(HEAD), class_="t"), class_="kind")]
        rows += [_row(name, trades, chosen) for name, chosen in groups]
        body.append(tag("tbody", *rows))
    table = tag("table", tag("thead", head), *body, class_="plain")
    note = "Mean, median, best and worst are profit in percent of the entry's value, after commission. " + costs(trades, currency)
    return join(
        (
            tag("div", table, class_="scroll", tabindex="0", role="region", aria_label="Trades by group"),
            tag("p", note, class_="note"),
        )
    )


def grouped(values: Sequence[str]) -> list[tuple[str, Chosen]]:
    """Each value with the trades that have it, the most frequent first; beyond MOST of them the others are one."""
    names, at = np.unique(np.array(values, dtype=object), return_inverse=True)
    counts = np.bincount(at, minlength=len(names))
    order = sorted(range(len(names)), key=lambda i: (-int(counts[i]), str(names[i])))
    found = [(str(names[i]) or "without a tag", at == i) for i in order[:MOST]]
    if len(order) > MOST:
        found.append((f"{len(order) - MOST:,} others", np.isin(at, order[MOST:])))
    return found


def costs(trades: Closed, currency: str) -> str:
    """What commission took of what the trades made before it."""
    paid = float(trades.commission.sum())
    before = float(trades.profit.sum()) + paid
    if paid <= 0:
        return "No commission was paid."
    text = f"Commission of {money(paid, currency)} was paid on {counted(len(trades), 'closed trade')}, "
    if before <= 0:
        return text + f"which lost {money(-before, currency)} before it."
    if paid > before:
        return text + f"more than the {money(before, currency)} that they made before it."
    return text + f"{percent(paid / before)} of the {money(before, currency)} that they made before it."


def _unit(name: str, currency: str) -> str:
    if name in ("Profit", "Commission"):
        return f"{name}, {currency}"
    return f"{name}, %" if name in ("Won", "Mean", "Median", "Best", "Worst") else name


def _row(name: str, trades: Closed, chosen: Chosen) -> Markup:
    profit, share = trades.profit[chosen], trades.share[chosen]
    share = share[np.isfinite(share)]
    lost = -float(profit[profit < 0].sum())
    factor = float(profit[profit > 0].sum()) / lost if lost > 0 else float("nan")
    total = float(profit.sum())
    shares = [float(f(share)) if len(share) else float("nan") for f in (np.mean, np.median, np.max, np.min)]
    cells = [
        (f"{len(profit):,}", ""),
        (percent(float((profit > 0).mean()), decimals=1).rstrip("%"), ""),
        (plain(total, 2, sign=True), "gain" if total > 0 else "loss" if total < 0 else ""),
        (plain(factor, 2), ""),
        *((percent(value, sign=True, decimals=2).rstrip("%"), "") for value in shares),
        (plain(float(trades.bars[chosen].mean()), 1), ""),
        (plain(float(trades.commission[chosen].sum()), 2), ""),
    ]
    return tag("tr", tag("th", name, scope="row", class_="t"), *(tag("td", text, class_=look or None) for text, look in cells))

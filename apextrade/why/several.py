"""Why, for a terminal, of several instruments on one account: the rotations of an instant, then the rules of each instrument."""

from __future__ import annotations

from collections.abc import Iterator

from apextrade.why.bar import money, position_text, time_text
from apextrade.why.look import Look, one_line, table
from apextrade.why.rules import rule_lines
from runtime.why.numbers import shown
from runtime.why.several import RotationReading, WhyAll


def why_all_text(why: WhyAll, look: Look) -> str:
    """The whole picture."""
    title = one_line(why.title) or "Untitled strategy"
    count = look.paint(f"({why.instant + 1:,} of {why.instants:,})", "dim")
    lines = [f"{look.paint(title, 'bold')}  bars of {look.paint(time_text(why.time), 'bold')} {count}"]
    if why.equity == why.equity:
        lines.append(f"{look.paint('account', 'dim')} equity {money(why.equity)}, cash {money(why.cash)}")
    if why.absent:
        lines.append(f"no bar at this time: {', '.join(map(one_line, why.absent))}")
    for rotation in why.rotations:
        lines += ["", *_rotation(rotation, look)]
    for one in why.instruments:
        place = look.paint(f"({one.bar + 1:,} of {one.bars:,})", "dim")
        prices = "  ".join(f"{look.paint(name, 'dim')} {shown(value)}" for name, value in one.prices.items())
        lines += ["", f"{look.paint(one_line(one.symbol), 'bold')} {place}  {prices}"]
        if one.facts:
            lines.append(f"  {look.paint('position', 'dim')} {position_text(one.facts)}")
        lines += [f"  {look.paint(forced.said, 'bad')}" for forced in one.forced]
        if not one.rules:
            lines.append("  This program has no rules.")
        for rule in one.rules:
            lines += rule_lines(rule, look, indent="  ")
    return "\n".join(lines)


def _rotation(rotation: RotationReading, look: Look) -> Iterator[str]:
    """A table of a rotation: who is held and who is not, with the reason."""
    yield f"{look.paint(one_line(rotation.text), 'bold')} {look.paint(f'(line {rotation.line})', 'dim')}"
    rows = [(look.truth(2 if row.rank else 0), one_line(row.symbol), one_line(row.said)) for row in rotation.rows]
    for cells in table(rows, frozenset((0, 1, 2))):
        yield f"  {'  '.join(cells)}".rstrip()
    if rotation.absent:
        yield f"  took no part, and keeps what it holds: {', '.join(map(one_line, rotation.absent))}"

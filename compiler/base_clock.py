"""The base clock that a run asks for in place of the one in the `trade` line: read, taken, and named where it is why something is refused."""

from __future__ import annotations

import re
from dataclasses import replace

from compiler import syntax as s
from compiler.clocks import MINUTES, Length, why_not
from compiler.diagnostics import Diagnostic, Diagnostics, Edit, Fix, Label
from compiler.resolve import Names
from compiler.source import Span

OF_CLOCKS = ("E0409", "E0412", "E0431", "E0523")
"""Mistakes that depend on how long the program's bars are."""


class BaseClockError(ValueError):
    """A text that is no length of bars. The message says what is."""


def read_every(text: str) -> s.DurationLiteral:
    """The length of a text such as `15m`, as the `trade` line would read it, in no place of the program. Raises BaseClockError."""
    found = isinstance(text, str) and re.fullmatch(r"\s*([0-9]{1,6})(m|h|d|w|mo)\s*", text)
    if not found:
        raise BaseClockError(f"The length of bars is a number and m, h, d, w or mo, such as 15m, 4h or 1d; this is {text!r}.")
    literal = s.DurationLiteral(Span(0, 0), int(found[1]), found[2])  # type: ignore[arg-type]
    if literal.count == 0:
        raise BaseClockError(f"{text.strip()} is no time at all; bars last at least a minute.")
    reason = why_not(Length.of(literal), Length(1, "m"))
    if reason is not None:
        raise BaseClockError(" ".join(reason).replace("`", ""))
    return literal


def take_every(names: Names, every: str) -> None:
    """Has the program run on bars of this length, as if its `trade` line said so; '' leaves it as it is. A library has no bars of its own.

    Raises BaseClockError.
    """
    if not every:
        return
    asked = read_every(every)
    if names.heading is not None:
        return
    trade = names.trade
    if trade is None:
        place = names.strategy.span if names.strategy is not None else Span(0, 0)
        names.trade = s.Trade(place, (), None, replace(asked, span=place))
    elif Length.of(trade.every) == Length.of(asked):
        return
    else:
        names.trade = replace(trade, every=replace(asked, span=trade.every.span))
    names.asked_every = f"{asked.count}{asked.unit}"


def check_every(names: Names, found: Diagnostics) -> None:
    """Reports bars of the `trade` line that no run could be asked for either: days and longer follow the instrument's calendar."""
    if names.trade is None or names.asked_every:
        return
    written = names.trade.every
    length = Length.of(written)
    reason = why_not(length, Length(1, "m"))
    if reason is None:
        return
    meant = next(
        (f"1{unit}" for unit in ("d", "w") if length.minutes == MINUTES[unit]),
        "1" + written.unit if written.unit in ("d", "w") else "",
    )
    same = bool(meant) and Length.parse(meant).minutes == length.minutes
    fixes = (Fix(f"write `{meant}`", (Edit(written.span, meant),), safe=same),) if meant else ()
    found.error("E0409", written.span, *reason, fixes=fixes)


def by_the_run(d: Diagnostic, names: Names) -> Diagnostic:
    """A mistake of clocks, saying that the length of the bars comes from the run where the text says another. Corrections of the text go: they
    would fit this run, and not the text's own bars."""
    if not names.asked_every or names.trade is None or d.code not in OF_CLOCKS or d.source is not None:
        return d
    base = Length.of(names.trade.every)
    said = f"{d.message} {d.hint} {' '.join(label.text for label in d.labels)}"
    if not re.search(rf"\b({base}|{names.asked_every})\b", said):
        return d  # wrong with any base clock
    label = Label(names.trade.every.span, f"the run asks for bars of {names.asked_every}")
    return replace(d, labels=(*(x for x in d.labels if x.span != label.span), label), fixes=())


def asked_note(written: str, asked: str) -> list[str]:
    """What a reader of a result should know where the run took another base clock."""
    if not asked:
        return []
    return [
        f"The program says bars of {written}; this run takes bars of {asked}." if written else f"This run takes bars of {asked}."
    ]

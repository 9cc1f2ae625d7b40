"""The instruments of a program: what its `trade` line names."""

from __future__ import annotations

from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.resolve import Names
from compiler.source import Span


def check_instruments(names: Names, found: Diagnostics) -> None:
    """Reports a symbol that `trade` names twice."""
    symbols = names.trade.symbols if names.trade is not None else ()
    first: dict[str, Span] = {}
    for before, symbol in zip((None, *symbols), symbols, strict=False):
        if symbol.value in first:
            end = before.span.end if before is not None else symbol.span.start
            fix = Fix("remove it", (Edit(Span(end, symbol.span.end), ""),))
            found.error(
                "E0530",
                symbol.span,
                f'"{symbol.value}" is already traded; an instrument has one place in an account.',
                "Remove it here, or name another instrument.",
                (Label(first[symbol.value], "the first time"),),
                (fix,),
            )
        first.setdefault(symbol.value, symbol.span)

"""The instruments of a program: what its `trade` line names."""

from __future__ import annotations

from collections.abc import Iterator

from compiler import syntax as s
from compiler.diagnostics import Diagnostics, Edit, Fix, Label
from compiler.resolve import Names
from compiler.source import Span
from compiler.walk import expressions

EXAMPLES = {"An instrument": "SPY", "A library": "Bands"}


def _named(names: Names) -> Iterator[tuple[s.TextLiteral, str]]:
    if names.trade is not None:
        yield from ((symbol, "An instrument") for symbol in names.trade.symbols)
    if names.heading is not None:
        yield names.heading.title, "A library"
    for statement in names.file.statements:
        yield from ((expr.symbol, "An instrument") for expr in expressions(statement) if isinstance(expr, s.From))


def check_instruments(names: Names, found: Diagnostics) -> None:
    """Reports a symbol that `trade` names twice, and names of instruments and libraries that are empty."""
    for literal, what in _named(names):
        if not literal.value.strip():
            found.error("E0251", literal.span, f"{what} has a name; this one is empty.", f'For example `"{EXAMPLES[what]}"`.')
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

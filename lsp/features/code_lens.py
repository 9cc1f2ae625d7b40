"""`textDocument/codeLens`: "backtest on AAPL" above a strategy, "run test" above each test, with the result in their place once there is one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lsprotocol import types

from compiler import syntax as s
from compiler.source import Span
from lsp.results import ALL, Results, Shown
from lsp.view import View

BACKTEST = "apx.backtest"
TEST = "apx.test"
REPORT = "apx.report"


def code_lens(view: View, results: Results, params: types.CodeLensParams) -> list[types.CodeLens]:
    """The lenses of a document."""
    shown = results.shown(view)
    found: list[types.CodeLens] = []
    statements = list(view.analysis.statements)
    tests = [statement for statement in statements if isinstance(statement, s.Test)]
    strategy = next((x for x in statements if isinstance(x, s.Strategy)), None)
    head = strategy or next((x for x in statements if isinstance(x, s.Trade)), None)
    if head is not None:
        found.append(lens(view, head.span, titled(label(view), shown.get("")), BACKTEST))
        if shown.get("") is not None and shown[""].done:
            found.append(lens(view, head.span, "report", REPORT, {"show": True}))
        if len(tests) > 1:
            found.append(lens(view, head.span, titled(f"run all {len(tests)} tests", shown.get(ALL)), TEST))
    for test, name in zip(tests, names(tests), strict=True):
        found.append(lens(view, test.span, titled("run test", shown.get(name)), TEST, name))
    return found


def label(view: View) -> str:
    """What would be run: `backtest on AAPL`."""
    trade = view.analysis.names.trade
    symbols = [symbol.value for symbol in trade.symbols] if trade is not None else []
    if trade is not None and trade.universe is not None:
        symbols = [trade.universe.name]
    on = ", ".join(symbols) or view.settings.default_data
    return f"backtest on {on}" if on else "backtest"


def titled(label: str, shown: Shown | None) -> str:
    """A lens' title: what it does, or what came of it."""
    if shown is None:
        return label
    if shown.label:
        label = shown.label
    return f"{label}: {shown.text}" + (" (before the last edit)" if shown.old else "")


def names(tests: list[s.Test]) -> Iterator[str]:
    """What tells tests apart: their titles, with a number where one comes twice."""
    seen: Counter[str] = Counter()
    for test in tests:
        title = test.title.value
        seen[title] += 1
        yield title if seen[title] == 1 else f"{title} #{seen[title]}"


def lens(view: View, span: Span, title: str, command: str, *arguments: object) -> types.CodeLens:
    at = view.range(span).start
    return types.CodeLens(types.Range(at, at), types.Command(title, command, arguments=[view.document.uri, *arguments]))

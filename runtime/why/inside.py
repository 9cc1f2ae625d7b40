"""Why a call is unknown although its warm-up is over and all it is given is known: found node by node in the graph of the same run."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from compiler.built import Built
from compiler.inside import column_of, parts, plan_of_parts
from compiler.library import FunctionLibrary
from compiler.nodes import ELSEWHERE, Node
from compiler.operators import BY_NAME
from compiler.plan import Account
from runtime.candles import Candles
from runtime.conversion.rates import Rates
from runtime.machine.instrument import Instrument
from runtime.why.numbers import counted
from runtime.why.observe import Observed, observe

MOST_NUMBERS = 40_000_000
"""A look inside writes down at most so many numbers; where it would be more, the reason is said in general words."""

NOT_FINITE = {
    "div": "a division by zero",
    "sqrt": "the square root of a negative number",
    "log": "the logarithm of zero or less",
    "pow": "a power that is no number",
    "exp": "an exponential too large",
}
EVENTS = ("bars_since", "value_when")


@dataclass(slots=True)
class Inside:
    """Looks into the graph of a run, at most once for each call."""

    built: Built
    library: FunctionLibrary
    candles: Candles
    instrument: Instrument
    account: Account
    rates: Rates | None = None

    def reason(self, node: Node, text: str, bar: int, window: int) -> str:
        """Why a node is unknown on a bar. text: how the program writes it. window: how far back it looks at most.

        '' if nothing was found.
        """
        nodes = parts(node)
        if len(nodes) * (bar + 1) > MOST_NUMBERS:
            return ""
        plan = replace(plan_of_parts(self.built, nodes, self.library), account=self.account)
        seen = self.candles.between(None, np.datetime64(int(self.candles.time[bar]), "us"))
        run = observe(plan, seen, self.instrument, (), None if self.rates is None else self.rates.until(len(seen)))
        cause = _Search(run, window).cause(node, bar)
        return "" if cause is None else cause.sentence(text, bar)


@dataclass(frozen=True, slots=True)
class Cause:
    """What went wrong, and on which bar. what: '' where an event has not happened."""

    what: str
    bar: int
    feed: bool = False

    def sentence(self, text: str, bar: int) -> str:
        back = bar - self.bar
        ago = f" {counted(back, 'bar')} ago" if back else ""
        if self.feed:
            return (
                f"a gap: the data has no {self.what}{ago}, which `{text}` still looks at"
                if back
                else f"the data has no {self.what} on this bar"
            )
        if not self.what:
            return (
                f"what `{text}` waits for has not happened yet" if not back else f"what `{text}` waits for had not happened{ago}"
            )
        return f"{self.what} inside `{text}`{ago}"


class _Search:
    def __init__(self, run: Observed, window: int) -> None:
        self.run, self.window = run, window
        self.seen: set[tuple[int, int]] = set()

    def unknown(self, node: Node, bar: int) -> bool:
        return bar < 0 or self.run.unknown(column_of(node), bar)

    def cause(self, node: Node, bar: int) -> Cause | None:
        """The innermost node that is unknown although what it is made of is known."""
        if bar < 0 or (node.id, bar) in self.seen:
            return None
        self.seen.add((node.id, bar))
        if node.op == "feed":
            return Cause(f"`{node.params[0]}`", bar, True)
        if node.op in ELSEWHERE:
            return None
        if node.op == "lag":
            return self.cause(node.args[0], bar - int(node.params[0]))
        if node.op in ("select", "select_truth"):
            condition, first, second = node.args
            if self.unknown(condition, bar):
                return self.cause(condition, bar)
            return self.cause(first if self.run.value(column_of(condition), bar) == 2.0 else second, bar)
        if node.op in ("or_else", "or_else_truth"):
            return self.cause(node.args[1], bar)
        for argument in node.args:
            whole = argument.kind != "several"
            if not whole or self.unknown(argument, bar):
                found = self.cause(argument, bar)
                if found is not None:
                    return found
        if node.op in NOT_FINITE:
            return Cause(NOT_FINITE[node.op], bar)
        if node.op in EVENTS:
            return Cause("", bar)
        if node.op == "remember":
            return Cause("a remembered value that is not known yet", bar)
        return Cause("a result too large to be a number", bar) if node.op in BY_NAME else self.earlier(node, bar)

    def earlier(self, node: Node, bar: int) -> Cause | None:
        """A window that still holds an unknown value: the last one before this bar."""
        for back in range(1, min(self.window, bar) + 1):
            for argument in node.args:
                if argument.kind != "several" and self.unknown(argument, bar - back):
                    return self.cause(argument, bar - back)
        return None

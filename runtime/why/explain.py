"""Explain: for each rule of a program, what it said on one bar of a run, why, and what became of its orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import isnan

from compiler import syntax as s
from compiler.built import Built
from compiler.builtins import ACROSS
from compiler.clauses import Clause, Clauses, fact, key_of, watched
from compiler.inputs import DEFAULT_TICK, InputValue
from compiler.nodes import reachable
from compiler.plan import Account, ActionCode
from compiler.program import Program
from compiler.walk import action_expressions, children, ungrouped
from runtime.candles import Candles
from runtime.conversion.rates import Rates
from runtime.machine.codes import CAUSES
from runtime.machine.instrument import Instrument
from runtime.machine.notes import note_text
from runtime.traded import traded_price, traded_quantity
from runtime.why.forced import Forced, forced_on, none_open
from runtime.why.inside import Inside
from runtime.why.numbers import counted, shown, truth_word
from runtime.why.observe import MadeOrder, Observed, observe
from runtime.why.readings import ClauseReading, Reader

POSITION_FACTS = (
    "position.size",
    "position.entry_price",
    "position.bars_held",
    "position.profit",
    "account.equity",
    "account.cash",
)

AT_THE_CLOSE = frozenset(CAUSES) - {"", "no cash", "reduced"}
"""Causes that can keep a rule's order from being made; the others come up when one is filled."""


@dataclass(frozen=True, slots=True)
class ActionReading:
    """What one action of a rule did on a bar.

    outcome: 'made' (an order), 'refused', 'nothing' (there was nothing to close), 'done' (notify, cancel), 'idle' (its rule did not fire it).
    cause: the machine's word for a refusal or a reduction. said: a sentence. reasons: for each unknown part of a refused order, why.
    """

    text: str
    verb: str
    line: int
    otherwise: bool
    outcome: str
    cause: str = ""
    said: str = ""
    reasons: tuple[str, ...] = ()
    order: MadeOrder | None = None


@dataclass(frozen=True, slots=True)
class RuleReading:
    """A rule on one bar. number counts from 1 in the order of the text; line is where it begins, from 1."""

    number: int
    line: int
    text: str
    truth: int
    clause: ClauseReading
    actions: tuple[ActionReading, ...]

    @property
    def word(self) -> str:
        return truth_word(float(self.truth))


class Asked:
    """What a run of a program has to write down so that its rules can be explained. more: further expressions, by `clauses.key_of`."""

    def __init__(self, program: Program, more: Iterable[s.Expr] = ()) -> None:
        self.rules = tuple(program.typed.names.rules)
        self.clauses = Clauses(program.typed)
        exprs = [rule.condition for rule in self.rules]
        exprs += [e for rule in self.rules for action in (*rule.actions, *rule.otherwise) for e in action_expressions(action)]
        if self.rules:
            exprs += [fact(name) for name in POSITION_FACTS]
        self.watches = self.clauses.watches([*exprs, *more])


class Explainer:
    """One run of a program, taken apart. bars: those whose orders will be asked about."""

    def __init__(
        self,
        program: Program,
        values: Mapping[str, InputValue],
        candles: Candles,
        instrument: Instrument,
        bars: Iterable[int],
        more: Iterable[s.Expr] = (),
        account: Account | None = None,
        rates: Rates | None = None,
    ) -> None:
        """more: further expressions to write down, by `clauses.key_of`. account: in place of the program's settings. rates: as of a backtest.

        Raises InputError, CompileError, MachineError, FeedError.
        """
        asked = Asked(program, more)
        built, plan = program.watching(asked.watches, values, instrument.tick, candles.has_factors)
        plan = plan if account is None else replace(plan, account=account)
        self._take(program, asked, built, observe(plan, candles, instrument, bars, rates), instrument, True, rates)

    @classmethod
    def of(
        cls, program: Program, asked: Asked, built: Built, run: Observed, instrument: Instrument, alone: bool = True
    ) -> Explainer:
        """A run that is over. alone: its account trades nothing else."""
        found = cls.__new__(cls)
        found._take(program, asked, built, run, instrument, alone)
        return found

    def _take(
        self,
        program: Program,
        asked: Asked,
        built: Built,
        run: Observed,
        instrument: Instrument,
        alone: bool,
        rates: Rates | None = None,
    ) -> None:
        self.program = program
        self.rules, self.clauses = asked.rules, asked.clauses
        self.known = watched(built, program.library)
        self.conditions: tuple[Clause, ...] = tuple(self.clauses.of(rule.condition) for rule in self.rules)
        self.run = run
        self.alone = alone
        self.rotated: dict[int, str] = {}  # what the rotation of a line did with this instrument
        self.nodes = {output.name: output.node for output in built.outputs if output.role == "watch"}
        self.graph = built.graph
        # Beside others what reads the account cannot be computed again alone.
        self.inside = Inside(
            built if alone else replace(built, orders=()), program.library, run.candles, instrument, run.plan.account, rates
        )
        self.reader = Reader(self.clauses, self.known, self.run, self.look)

    def look(self, key: str, text: str, bar: int, window: int) -> str:
        """Why a call is unknown, from the inside."""
        node = self.nodes.get(key)
        if node is None or (not self.alone and any(n.op == "fact" or n.op in ACROSS for n in reachable([node], self.graph))):
            return ""
        return self.inside.reason(node, text, bar, window)

    @property
    def codes(self) -> tuple[ActionCode, ...]:
        return self.run.plan.machine.actions if self.run.plan.machine else ()

    def rule(self, index: int, bar: int) -> RuleReading:
        """A rule as it stood on a bar."""
        rule, clause = self.rules[index], self.reader.clause(self.conditions[index], bar)
        source = self.program.source
        actions = [self.action(a, clause.truth == 2, False, bar) for a in rule.actions]
        actions += [self.action(a, clause.truth == 0, True, bar) for a in rule.otherwise]
        line = source.position(rule.span.start).line + 1
        return RuleReading(index + 1, line, clause.text, clause.truth, clause, tuple(actions))

    def text_and_line(self, action: s.Action) -> tuple[str, int]:
        """The first line of an action, and where it stands, from 1."""
        source = self.program.source
        line = source.position(action.span.start).line
        end = min(action.span.end, source.line_starts()[line] + len(source.line_text(line)))
        return " ".join(source.text[action.span.start : end].split()), line + 1

    def place_of(self, action: s.Action) -> int:
        """Where an action stands in the plan; -1 if it does not."""
        return next((i for i, code in enumerate(self.codes) if code.span == (action.span.start, action.span.end)), -1)

    def action(self, action: s.Action, fires: bool, otherwise: bool, bar: int) -> ActionReading:
        """An action as it went on a bar."""
        text, line = self.text_and_line(action)
        verb = text.split(" ")[0]
        at = self.place_of(action)

        def reading(
            outcome: str, cause: str = "", said: str = "", reasons: tuple[str, ...] = (), order: MadeOrder | None = None
        ) -> ActionReading:
            return ActionReading(text, verb, line, otherwise, outcome, cause, said, reasons, order)

        if not fires or at < 0:
            return reading("idle")
        if isinstance(action, s.NotifyAction):
            return reading("done", said=f'said "{self.note(at, bar)}"')
        if isinstance(action, s.CancelAction):
            gone = sum(order.status == "cancelled" and order.ended == bar for order in self.run.orders)
            return reading("done", said=f"cancelled {gone} pending order{'' if gone == 1 else 's'}")
        causes = [cause for cause, of in self.run.refusals.get(bar, ()) if of == at and cause in AT_THE_CLOSE]
        order = next((order for order in self.run.orders if order.action == at and order.bar == bar), None)
        if order is not None:
            cause = causes[0] if causes else ""
            rotated = f"{self.rotated[line]}; " if line in self.rotated else ""
            return reading("made", cause, rotated + self.made(order) + (f" ({CAUSES[cause]})" if cause else ""), order=order)
        if isinstance(action, s.HoldTop) and line in self.rotated:
            return reading(
                "done", causes[0] if causes else "", self.rotated[line] + (f" ({CAUSES[causes[0]]})" if causes else "")
            )
        if isinstance(action, s.ProtectAction) and not causes:
            return reading(*self.protected(action, at, bar))
        if not causes:
            held = self.run.value("@position.size", bar)
            state = none_open(self.run, bar) if not held else "nothing that it closes was open"
            return reading("nothing", said=f"nothing to close: {state}")
        reasons = self.unknown_parts(action, bar) if causes[-1] == "unknown" else ()
        return reading("refused", causes[-1], f"refused: {CAUSES[causes[-1]]}", reasons)

    def protected(self, action: s.ProtectAction, at: int, bar: int) -> tuple[str, str, str]:
        """What a `protect` did on a bar: outcome, no cause, and a sentence."""
        if not self.run.position(bar):
            return "nothing", "", f"nothing to protect: {none_open(self.run, bar)}"
        guards = [guard for guard in self.run.guards.get(bar, ()) if guard.action == at]
        if not guards:
            return (
                "nothing",
                "",
                "nothing placed: the position has just turned, its exits have filled before, or a later line has replaced them",
            )
        if guards[0].filled:
            return "nothing", "", "nothing placed: its exits have filled on this position already"
        lines = (("stop loss", "stop"), ("take profit", "target"), ("trail", "trail"))
        levels = [f"{name} at {shown(getattr(guards[0], part))}" for name, part in lines if not isnan(getattr(guards[0], part))]
        more = f" on {counted(len(guards), 'entry')}" if len(guards) > 1 and action.tag is not None else ""
        return "done", "", f"live from the next bar: {', '.join(levels) or 'a trail that is not active yet'}{more}"

    def value_of(self, expr: s.Expr, bar: int) -> float:
        """What an expression was worth on a bar; NaN if it was unknown."""
        return self.reader.read(self.clauses.operand(expr), bar)

    def note(self, at: int, bar: int) -> str:
        """The text that a notify gave on a bar."""
        for when, action, values in self.run.notes:
            if (when, action) == (bar, at):
                symbol = self.run.candles.symbol or next(iter(self.program.symbols), "")
                return note_text(self.codes[at], values, symbol)
        return ""

    def made(self, order: MadeOrder) -> str:
        """An order and what became of it."""
        where = {"next_open": "at the next open", "this_close": "at this close", "limit": f"at limit {shown(order.price)}"}.get(
            order.kind
        )
        if where is None:
            where = f"at stop {shown(order.price)}" + ("" if isnan(order.limit) else f" limit {shown(order.limit)}")
        said = f"made: {order.side} {shown(order.quantity)} {where}"
        if order.ended is None:
            return f"{said}; still pending at the end of the data"
        if order.status == "filled":
            when = (
                "at once"
                if order.ended == order.bar
                else "on the next bar"
                if order.ended == order.bar + 1
                else f"{order.ended - order.bar} bars later"
            )
            return f"{said}; filled {when} at {shown(order.fill_price)}" + (
                "" if order.filled == order.quantity else f", {shown(order.filled)} of it"
            )
        return f"{said}; {order.status} {order.ended - order.bar} bar{'' if order.ended - order.bar == 1 else 's'} later"

    def unknown_parts(self, action: s.Action, bar: int) -> tuple[str, ...]:
        """Which parts of an order were unknown, and why."""
        found: dict[str, None] = {}
        for expr in action_expressions(action):
            for part in self.outermost_unknown(expr, bar):
                reason = self.reader.unknowns.reason(part, bar)
                found[f"`{self.clauses.text(part)}` is unknown{f': {reason}' if reason else ''}"] = None
        return tuple(found)

    def outermost_unknown(self, expr: s.Expr, bar: int) -> list[s.Expr]:
        """The unknown expressions in one, the outermost that are written down; what reads the entry price is not."""
        expr = ungrouped(expr)
        value = self.run.value(key_of(expr), bar)
        if value is not None:
            return [expr] if self.run.unknown(key_of(expr), bar) else []
        return [part for child in children(expr) for part in self.outermost_unknown(child, bar)]


def prices_of(candles: Candles, bar: int) -> dict[str, float]:
    """The prices and the volume of a bar, as traded."""
    factor = float(candles.factors()[bar])
    found = {name: traded_price(float(getattr(candles, name)[bar]), factor) for name in ("open", "high", "low", "close")}
    return {**found, "volume": traded_quantity(float(candles.volume[bar]), factor)}


@dataclass(frozen=True, slots=True)
class Why:
    """Every rule of a program on one bar. facts: position and account as the rules saw them, by name; NaN is unknown. Prices are as traded on it.
    forced: positions that were closed by force on it."""

    title: str
    symbol: str
    bar: int
    bars: int
    time: int
    prices: Mapping[str, float]
    facts: Mapping[str, float]
    rules: tuple[RuleReading, ...]
    forced: tuple[Forced, ...] = ()


def why(
    program: Program,
    candles: Candles,
    bar: int,
    values: Mapping[str, InputValue] | None = None,
    instrument: Instrument | None = None,
    account: Account | None = None,
    rates: Rates | None = None,
) -> Why:
    """What each rule said on a bar of a run over all candles, and what became of it. Raises as `Explainer`."""
    found = Explainer(program, values or {}, candles, instrument or Instrument(tick=DEFAULT_TICK), (bar,), (), account, rates)
    facts = {name: found.run.value(f"@{name}", bar) for name in POSITION_FACTS}
    return Why(
        program.title, candles.symbol or next(iter(program.symbols), ""), bar, len(candles), int(candles.time[bar]),
        prices_of(candles, bar),
        {name: value for name, value in facts.items() if value is not None},
        tuple(found.rule(i, bar) for i in range(len(found.rules))), forced_on(found.run, bar, True),
    )  # fmt: skip

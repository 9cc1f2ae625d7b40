"""A compiled program: checked once, then specialised to values of its inputs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from compiler import syntax as s
from compiler.base_clock import asked_note, read_every
from compiler.built import Built, build_program
from compiler.builtins import ACROSS
from compiler.calendar_facts import hours_text
from compiler.clocks import Length
from compiler.currencies import Currencies
from compiler.diagnostics import CompileError, Diagnostic
from compiler.filetests.case import Case
from compiler.inference import Typed
from compiler.inputs import DEFAULT_TICK, InputError, InputInfo, InputValue, broken_requirement
from compiler.libraries.module import Module, all_modules
from compiler.library import FunctionLibrary
from compiler.lower import lower
from compiler.optimise import Optimised, optimise
from compiler.plan import Plan
from compiler.source import Source
from compiler.walk import expressions
from compiler.zones import zone_of


@dataclass(slots=True)
class Program:
    """A program without errors. find_warnings: called once, when its `diagnostics` are first asked for; a run needs none of them."""

    source: Source
    typed: Typed
    library: FunctionLibrary
    inputs: tuple[InputInfo, ...]
    tests: tuple[Case, ...] = ()
    checked: Built | None = None
    """The graph that was checked: that of the inputs' defaults. It is not built a second time."""
    find_warnings: Callable[[], tuple[Diagnostic, ...]] = tuple
    _warnings: tuple[Diagnostic, ...] | None = None
    _plans: dict[tuple[object, ...], Plan] = field(default_factory=dict)
    _optimised: dict[tuple[object, ...], tuple[Built, Optimised]] = field(default_factory=dict)
    _currencies: Currencies | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """The program's warnings, in order of place; those of the libraries that it uses last."""
        if self._warnings is None:
            self._warnings = self.find_warnings()
        return self._warnings

    @property
    def title(self) -> str:
        head = self.typed.names.strategy or self.typed.names.heading
        return head.title.value if head else ""

    @property
    def doc(self) -> str:
        head = self.typed.names.strategy or self.typed.names.heading
        return head.doc if head else ""

    @property
    def currencies(self) -> Currencies:
        """What its text says of currencies."""
        if self._currencies is None:
            self._currencies = Currencies.of(self.typed.names)
        return self._currencies

    @property
    def symbols(self) -> tuple[str, ...]:
        trade = self.typed.names.trade
        return tuple(symbol.value for symbol in trade.symbols) if trade else ()

    @property
    def universe(self) -> str:
        """The universe that `trade` names; '' where it names symbols."""
        trade = self.typed.names.trade
        return trade.universe.name if trade is not None and trade.universe is not None else ""

    @property
    def compares(self) -> bool:
        """Whether the program needs the instruments of a run beside each other: it holds the top of them, or compares them."""
        rules = self.typed.names.rules
        tops = any(isinstance(action, s.HoldTop) for rule in rules for action in (*rule.actions, *rule.otherwise))
        uses = any(isinstance(statement, s.Use) for statement in self.typed.names.file.statements)
        said = uses or any(name in self.source.text for name in ACROSS)
        return tops or (said and bool(self.plan().across))

    @property
    def every(self) -> str:
        """The base clock, such as `1d`: as written, or as the run asks; '' if nothing says."""
        trade = self.typed.names.trade
        return f"{trade.every.count}{trade.every.unit}" if trade else ""

    @property
    def asked_every(self) -> str:
        """The base clock of the run where the text says another, or none; else ''."""
        return self.typed.names.asked_every

    @property
    def clock_notes(self) -> list[str]:
        """That the run took another base clock than the program says, for the reader of a result."""
        trade = next((x for x in self.typed.names.file.statements if isinstance(x, s.Trade)), None)
        return asked_note(f"{trade.every.count}{trade.every.unit}" if trade else "", self.asked_every)

    @property
    def session(self) -> str:
        """The hours of `on session` with their zone, `09:30-16:00@America/New_York`; '' for all bars."""
        trade = self.typed.names.trade
        if trade is None or trade.session is None:
            return ""
        zone = zone_of(trade.zone.value) if trade.zone is not None else ""
        return hours_text(trade.session.value) + (f"@{zone}" if zone else "")

    @property
    def beside(self) -> tuple[str, ...]:
        """The other instruments that the program reads with `from`, in the order of the text."""
        exprs = (part for statement in self.typed.names.file.statements for part in expressions(statement))
        return tuple(dict.fromkeys(part.symbol.value for part in exprs if isinstance(part, s.From)))

    @property
    def hash(self) -> str:
        """Hash of the text, the edition, the standard library, every library that the program uses, however far down, and of the base clock
        where the run asks for another."""
        used = "".join(f"\0{m.title}\0{m.version}\0{m.hash}" for m in self.libraries)
        asked = f"\0every {Length.of(read_every(self.asked_every))}" if self.asked_every else ""
        from hashlib import sha256  # only where it is asked for: its import is a hundredth of a check

        return sha256(f"apx 1\0{self.library.hash}\0{self.source.text}{used}{asked}".encode()).hexdigest()

    @property
    def libraries(self) -> tuple[Module, ...]:
        """The libraries that the program uses, and those that they use, by title."""
        return tuple(sorted(all_modules(self.typed.names.linked.modules), key=lambda m: (m.title, m.version)))

    @property
    def warmup(self) -> int:
        """Bars before every output is known, with the inputs' defaults."""
        return self.plan().warmup

    @property
    def settle(self) -> int:
        """Bars after which an earlier start would change nothing above 1e-6; -1 if there is no such number."""
        return self.plan().settle

    @property
    def cost(self) -> float:
        """Steps that a bar takes at most, with the inputs' defaults (compiler/costs.py)."""
        return self.plan().cost

    @property
    def state(self) -> int:
        """Saved state, in bytes, with the inputs' defaults."""
        return 8 * self.plan().state

    def values(self, given: Mapping[str, InputValue]) -> dict[str, InputValue]:
        """Every input's value: those given, checked against their ranges, else the defaults; then the `require` lines."""
        known = {info.name: info for info in self.inputs}
        for name in given:
            if name not in known:
                listed = ", ".join(f"`{n}`" for n in known) or "none"
                raise InputError(f"The program has no input `{name}`; its inputs: {listed}.")
        result = {name: info.check(given[name]) if name in given else info.default for name, info in known.items()}
        broken = broken_requirement(self.typed, result)
        if broken is not None:
            shown = ", ".join(
                f"{n} = {v:g}" if isinstance(v, float) else f"{n} = {v}"
                for n, v in result.items()
                if re.search(rf"\b{n}\b", broken)
            )
            raise InputError(f"The program requires `{broken}`; it does not hold for {shown}.")
        return result

    def build(self, given: Mapping[str, InputValue] | None = None, tick: float = DEFAULT_TICK, adjusted: bool = False) -> Built:
        """The graph for these inputs. adjusted: for prices that factors were applied to (compiler/adjustment). Raises InputError, or CompileError
        where a value makes no sense (a window of 0)."""
        values = self.values(given or {})
        if not adjusted and self.checked is not None and self.checked.tick == tick and self.checked.inputs == values:
            return self.checked
        built = build_program(self.typed, values, tick, adjusted=adjusted)
        if any(d.severity == "error" for d in built.diagnostics):
            raise CompileError(self.source, built.diagnostics)
        return built

    def optimised(
        self, given: Mapping[str, InputValue] | None = None, tick: float = DEFAULT_TICK, adjusted: bool = False
    ) -> tuple[Built, Optimised]:
        """The graph before and after the passes."""
        values = self.values(given or {})
        key = (tuple(sorted(values.items())), tick, adjusted)
        if key not in self._optimised:
            built = self.build(given, tick, adjusted)
            self._optimised.clear()  # the last one is what plan() for signals and for a backtest share
            self._optimised[key] = (built, optimise(built.graph, built.roots, self.library))
        return self._optimised[key]

    def plan(
        self,
        given: Mapping[str, InputValue] | None = None,
        tick: float = DEFAULT_TICK,
        want: Literal["signals", "backtest"] = "signals",
        adjusted: bool = False,
    ) -> Plan:
        """The plan for these inputs: with every let, rule and plot as a column ('signals'), or only what orders need ('backtest').

        adjusted: for bars with factors, which the plan then reads."""
        key = (tuple(sorted(self.values(given or {}).items())), tick, want, adjusted)
        if key not in self._plans:
            built, optimised = self.optimised(given, tick, adjusted)
            outputs = built.outputs if want == "signals" else ()
            self._plans[key] = lower(optimised, outputs, built.orders, built.account, self.library, self.every, self.session)
        return self._plans[key]

    def watching(
        self, watched: Mapping[str, s.Expr], given: Mapping[str, InputValue], tick: float, adjusted: bool = False
    ) -> tuple[Built, Plan]:
        """The graph and plan of a run that also writes down expressions of the program, each a column of role 'watch'. Texts are left out."""
        built = build_program(self.typed, self.values(given), tick, watched, adjusted=adjusted)
        if any(d.severity == "error" for d in built.diagnostics):
            raise CompileError(self.source, built.diagnostics)
        optimised = optimise(built.graph, built.roots, self.library)
        return built, lower(optimised, built.outputs, built.orders, built.account, self.library, self.every, self.session)

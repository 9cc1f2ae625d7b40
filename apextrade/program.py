"""A compiled program for Python: what it takes and costs, and how to run it over candles or feed it one candle at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from apextrade.currency import Currency, account_of, converted_by, stream_currency, with_currency
from apextrade.finer import with_detail
from apextrade.given_bars import require_candles
from apextrade.libraries import compile_file
from apextrade.values import read_values
from apextrade.venue import VenueName, asked_venue
from compiler.diagnostics import Diagnostic
from compiler.inputs import DEFAULT_TICK, InputInfo
from compiler.limits import Limits
from compiler.pipeline import compile_text
from compiler.plan import Plan
from compiler.program import Program as CompiledProgram
from stdlib.library import load

if TYPE_CHECKING:
    from datetime import date

    import numpy as np

    from runtime.candles import Candles
    from runtime.filetests import TestResult
    from runtime.portfolio.stream import PortfolioStream
    from runtime.portfolio.universe import Universe
    from runtime.signals import Signals
    from runtime.stream import Stream
    from runtime.why.explain import Why
    from runtime.why.several import WhyAll


class Program:
    """A program without errors. Values for its inputs go by name: numbers, or texts as the language writes them (`"2%"`)."""

    __slots__ = ("compiled",)

    def __init__(self, compiled: CompiledProgram) -> None:
        self.compiled = compiled

    @property
    def title(self) -> str:
        return self.compiled.title

    @property
    def text(self) -> str:
        return self.compiled.source.text

    @property
    def symbols(self) -> tuple[str, ...]:
        """The instruments named by `trade`."""
        return self.compiled.symbols

    @property
    def inputs(self) -> tuple[InputInfo, ...]:
        """The declared inputs: name, kind, unit, default, range, choices, label."""
        return self.compiled.inputs

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Warnings; a program with errors is never made."""
        return self.compiled.diagnostics

    @property
    def warmup(self) -> int:
        """Bars before every output is known, with the inputs' defaults."""
        return self.compiled.warmup

    @property
    def settle(self) -> int:
        """Bars after which an earlier start would change nothing above 1e-6; -1 if there is no such number."""
        return self.compiled.settle

    @property
    def cost(self) -> float:
        """Steps that a bar takes at most, with the inputs' defaults: a step is one value read or written (docs/language/ranges.md)."""
        return self.compiled.cost

    @property
    def state(self) -> int:
        """How many bytes are kept from bar to bar, with the inputs' defaults."""
        return self.compiled.state

    @property
    def hash(self) -> str:
        """SHA-256 of the text, the edition, the standard library, the libraries it uses, and `every` where that is not the text's."""
        return self.compiled.hash

    def plan(self, want: Literal["signals", "backtest"] = "signals", tick: float = DEFAULT_TICK, /, **inputs: Any) -> Plan:
        """What the machines run for these inputs. Raises InputError."""
        return self.compiled.plan(read_values(self.compiled, inputs), tick, want)

    @overload
    def run(
        self, candles: Candles, /, *, detail: Candles | None = None, currency: str = "", venue: VenueName = "", **inputs: Any
    ) -> Signals: ...
    @overload
    def run(
        self,
        candles: Mapping[str, Candles],
        /,
        *,
        universe: Universe | None = None,
        detail: Candles | Mapping[str, Candles] | None = None,
        currency: Currency = "",
        venue: VenueName = "",
        **inputs: Any,
    ) -> dict[str, Signals]: ...
    def run(
        self,
        candles: Candles | Mapping[str, Candles],
        /,
        *,
        universe: Universe | None = None,
        detail: Candles | Mapping[str, Candles] | None = None,
        currency: Currency = "",
        venue: VenueName = "",
        **inputs: Any,
    ) -> Signals | dict[str, Signals]:
        """Every `let`, rule, plot and alert over candles: name -> float64 array of shape (n,), NaN unknown. Raises InputError.

        Of a mapping of symbol to candles, all of one account: the same for each symbol. universe: for a program that trades one.
        detail: finer bars, for a program that aggregates them or fills by them, by symbol where the candles are.
        currency: what the prices are in ("": what bars or symbol tell). venue: a profile of costs and facts, as of `apx.backtest`: what reads position or
        account is then what it is in that run.
        """
        from apextrade.signals import computed

        values, profile = read_values(self.compiled, inputs), asked_venue(venue)
        candles = with_currency(with_detail(candles, detail), currency)
        if isinstance(candles, Mapping):
            from apextrade.portfolio import signals

            return signals(self.compiled, candles, values, None, universe, _by_symbol(detail), profile)

        require_candles(candles)
        return computed(self.compiled, candles, values, detail=_of_one(detail), venue=profile)

    def stream(
        self,
        tick: float | Mapping[str, float] | None = None,
        calendar: str | Mapping[str, str] = "",
        beside: Mapping[str, str] | None = None,
        symbols: Sequence[str] = (),
        universe: Universe | None = None,
        lot: float | Mapping[str, float] | None = None,
        finer: str = "",
        currency: Currency = "",
        /,
        *,
        adjusted: bool = False,
        venue: VenueName = "",
        **inputs: Any,
    ) -> Stream | PortfolioStream:
        """The program before its first candle: push(candle), save(), restore(bytes). Raises InputError.

        A program of several instruments on one account: push(candle, symbol) and passed(symbol, time), each of which returns the instants that every feed
        has passed by then. tick: the price step (None: the venue's, else 0.01).
        lot: the quantity step (None: the venue's, else any). calendar: the sessions that the candles follow ('': the usual one of the symbol).
        Each of several instruments may have its own, by symbol. beside: the other instruments that the program reads with `from`, each with its calendar or ''.
        finer: how long the finer candles of `push(candle, finer=…)` are, such as "1m" ('': as `fills detail` says, else the finest that the program
        aggregates).
        adjusted: candles have a factor each, what their traded prices were multiplied by.
        symbols: the instruments in their order (none: those of the `trade` line, or all who ever belonged to the universe). universe: who belongs when.
        currency: what the prices are in, such as "EUR", by symbol where they differ ("": what symbol or calendar tell).
        venue: a profile such as "kraken", or a file of your own, for costs and facts that neither program nor call says.
        """
        from apextrade.venue import known_facts
        from runtime.machine.instrument import Instrument
        from runtime.stream import Stream

        values, profile = read_values(self.compiled, inputs), asked_venue(venue)
        if len(symbols or self.symbols) > 1 or self.compiled.universe or self.compiled.compares:
            from apextrade.portfolio import stream_of

            return stream_of(
                self.compiled, values, symbols, tick, lot, calendar, beside or {}, universe, currency, adjusted, finer, profile
            )
        symbol = next(iter(symbols or self.symbols), "")
        given = {name: of.get(symbol) if isinstance(of, Mapping) else of for name, of in (("tick", tick), ("lot", lot))}
        facts = {"tick": DEFAULT_TICK, **known_facts(profile, symbol, given)}
        plan = self.compiled.plan(values, facts["tick"], "signals", adjusted)
        follows = calendar if isinstance(calendar, str) else calendar.get(symbol, "")
        others = dict.fromkeys(self.compiled.beside, "") | dict(beside or {})
        quote = stream_currency(currency, symbol, follows)
        plan = replace(plan, account=account_of(self.compiled, plan.account, {}, facts["tick"], [quote], profile))
        found = converted_by(self.compiled, plan.account, {symbol: quote}, others) if plan.machine is not None else {}
        instrument, series = Instrument(**facts, currency=quote), found.get(symbol)
        return Stream(
            plan, instrument, symbol=symbol, calendar=follows, beside=others, finer=finer, series=series, adjusted=adjusted
        )

    def test(self, *, venue: VenueName = "") -> tuple[TestResult, ...]:
        """Runs the `test` blocks of the text, in their order: `passed`, `title`, and for what failed what happened instead. venue: a profile of costs and
        facts, for what the program does not say itself."""
        from apextrade.filetests import tested

        return tested(self.compiled, self.compiled.tests, asked_venue(venue))

    @overload
    def why(
        self,
        candles: Candles,
        at: str | date | np.datetime64,
        /,
        *,
        detail: Candles | None = None,
        currency: str = "",
        venue: VenueName = "",
        **inputs: Any,
    ) -> Why: ...
    @overload
    def why(
        self,
        candles: Mapping[str, Candles],
        at: str | date | np.datetime64,
        /,
        *,
        universe: Universe | None = None,
        detail: Mapping[str, Candles] | None = None,
        currency: Currency = "",
        venue: VenueName = "",
        **inputs: Any,
    ) -> WhyAll: ...
    def why(
        self,
        candles: Candles | Mapping[str, Candles],
        at: str | date | np.datetime64,
        /,
        *,
        universe: Universe | None = None,
        detail: Candles | Mapping[str, Candles] | None = None,
        currency: Currency = "",
        venue: VenueName = "",
        **inputs: Any,
    ) -> Why | WhyAll:
        """What each rule said on the bar that is open at a time, which part decided, and what became of its orders.

        Of a mapping of symbol to candles, all of one account: the same for each instrument that has a bar then, and what each rotation held and why.
        The run is that of `backtest` over the same candles. detail: the finer bars that the program aggregates. venue: as of `backtest`.
        Raises InputError, DataError.
        """
        from apextrade.why.explaining import explained, explained_alone

        values, profile = read_values(self.compiled, inputs), asked_venue(venue)
        candles = with_currency(with_detail(candles, detail), currency)
        if isinstance(candles, Mapping):
            return explained(self.compiled, candles, at, values, {}, {}, universe, profile)
        require_candles(candles)
        return explained_alone(self.compiled, candles, at, values, {}, {}, profile)

    def __repr__(self) -> str:
        return f"<Program {self.title!r}: {len(self.inputs)} inputs, warm-up {self.warmup} bars>"


def compile(
    program: str | PathLike[str], *, most_cost: float | None = None, most_state: int | None = None, every: str = ""
) -> Program:
    """A program from its text, or from the path of its file (a text of one line that ends in .apx, or a path object).

    most_cost: steps that a bar may take, most_state: bytes that may be kept from bar to bar, both as the program declares them
    with its inputs' defaults; a program beyond them has an error that names its dearest expression.
    every: how long the program's bars are, such as "15m", in place of what its `trade` line says; clocks are checked against it.
    The libraries that a file uses are looked for beside it; a text has no place to look.
    Raises CompileError, whose `diagnostics` hold every mistake, BaseClockError (a ValueError) for an `every` that is no length of bars,
    and FileNotFoundError if there is no such file.
    """
    limits = Limits(most_cost, most_state)
    if isinstance(program, str) and not _is_path(program):
        return Program(compile_text(program, load(), limits=limits, every=every))
    path = fspath(program)
    if not Path(path).exists():
        raise FileNotFoundError(f"There is no file {path}.")
    return Program(compile_file(path, limits, every))


def _is_path(text: str) -> bool:
    return text.endswith(".apx") and "\n" not in text and "\r" not in text


def _of_one(detail: Candles | Mapping[str, Candles] | None) -> Candles | None:
    return None if isinstance(detail, Mapping) else detail


def _by_symbol(detail: Candles | Mapping[str, Candles] | None) -> Mapping[str, Candles] | None:
    return detail if isinstance(detail, Mapping) else None


@overload
def interpret(
    program: Program,
    candles: Candles,
    /,
    *,
    detail: Candles | None = None,
    currency: str = "",
    venue: VenueName = "",
    **inputs: Any,
) -> Signals: ...
@overload
def interpret(
    program: Program,
    candles: Mapping[str, Candles],
    /,
    *,
    universe: Universe | None = None,
    detail: Candles | Mapping[str, Candles] | None = None,
    currency: Currency = "",
    venue: VenueName = "",
    **inputs: Any,
) -> dict[str, Signals]: ...
def interpret(
    program: Program,
    candles: Candles | Mapping[str, Candles],
    /,
    *,
    universe: Universe | None = None,
    detail: Candles | Mapping[str, Candles] | None = None,
    currency: Currency = "",
    venue: VenueName = "",
    **inputs: Any,
) -> Signals | dict[str, Signals]:
    """The same as `program.run` by the reference interpreter: plain Python, bar by bar, slow; it defines every value."""
    from apextrade.signals import interpreted

    values, profile = read_values(program.compiled, inputs), asked_venue(venue)
    candles = with_currency(with_detail(candles, detail), currency)
    if isinstance(candles, Mapping):
        from apextrade.portfolio import interpreted as interpreted_portfolio

        return interpreted_portfolio(program.compiled, candles, values, None, universe, _by_symbol(detail), profile)
    require_candles(candles)
    return interpreted(program.compiled, candles, values, detail=_of_one(detail), venue=profile)


def run_tests(program: Program | str | PathLike[str], *, venue: VenueName = "") -> tuple[TestResult, ...]:
    """The results of a program's own tests; of its text or path too. venue: as of `program.test`. Raises CompileError, InputError."""
    return (program if isinstance(program, Program) else compile(program)).test(venue=venue)

"""A sweep as it is asked for, before there are bars: what varies, what is fixed, and the settings of its runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from apextrade.backtesting import traded_instrument
from apextrade.currency import account_of, currency_notes, rates_for
from apextrade.venue import Venue
from compiler.inputs import InputError, InputValue
from compiler.plan import Account
from compiler.program import Program
from runtime.candles import Candles
from runtime.clocks.base_bars import as_traded
from runtime.conversion.quoted import quote_currency
from runtime.detail import finer_of_fills
from runtime.sweep.space import Space
from runtime.sweep.task import BUDGET, Task


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """space: the combinations. fixed: values of the other inputs that are not their defaults. settings, venue: as of a backtest."""

    program: Program
    space: Space
    fixed: Mapping[str, InputValue]
    settings: Mapping[str, object] = field(default_factory=dict)
    tick: float | None = None
    lot: float | None = None
    multiplier: float | None = None
    venue: Venue | None = None
    budget: int = BUDGET

    def task(self, candles: Candles, detail: Candles | None = None) -> tuple[Task, list[str]]:
        """The sweep on the bars of one instrument, and what to say of it. detail: finer bars. Raises InputError, DataError."""
        program = self.program
        instrument, notes = traded_instrument(program, candles, self.tick, self.lot, self.multiplier, self.venue)
        if detail is not None:
            candles = candles.with_finer(detail)
        candles = as_traded(candles, program.symbols, program.session, program.every)
        instrument = replace(instrument, currency=quote_currency(candles))
        settled: dict[Account, Account] = {}

        def account(of_program: Account) -> Account:
            if of_program not in settled:
                settled[of_program] = account_of(
                    program, of_program, self.settings, instrument.tick, [instrument.currency], self.venue
                )
            return settled[of_program]

        start = self.inputs()
        plan = program.plan(start, instrument.tick, "backtest", candles.has_factors)
        settings = account(plan.account)
        notes += self.venue.notes(program, self.settings) if self.venue is not None else ()
        own = {candles.symbol: candles}
        rates = rates_for(program, settings, own, candles.beside)
        notes += currency_notes(program, settings, own, candles.beside, rates)
        if settings.fills == "detail" and detail is None:
            detail = finer_of_fills(candles, settings)
        task = Task(
            program, self.space, start, candles, instrument, account, detail if settings.fills == "detail" else None, self.budget,
            rates.get(candles.symbol),
        )  # fmt: skip
        return task, notes

    def inputs(self) -> dict[str, InputValue]:
        """Values of all inputs that meet the requirements: defaults and what is fixed, else a combination that is looked for.

        Raises InputError if none of the first thousand combinations meets them.
        """
        try:
            return self.program.values(self.fixed)
        except InputError as error:
            from itertools import islice, product

            names = [axis.name for axis in self.space.axes]
            for values in islice(product(*(axis.values for axis in self.space.axes)), 1_000):
                try:
                    return self.program.values({**self.fixed, **dict(zip(names, values, strict=True))})
                except InputError:
                    continue
            raise error from None

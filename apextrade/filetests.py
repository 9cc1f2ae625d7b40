"""The tests of a file under the costs and facts of a venue, for what the program does not say itself."""

from __future__ import annotations

from apextrade.venue import Venue, known_facts
from compiler.filetests.case import Case
from compiler.plan import Account
from compiler.program import Program
from runtime.filetests import TestResult, run_test
from runtime.machine.instrument import Instrument


def tested(program: Program, cases: tuple[Case, ...], venue: Venue | None) -> tuple[TestResult, ...]:
    """The results of tests of a program, in their order. The price step stays the test's own: its bars are written on it. Raises InputError."""
    if venue is None:
        return tuple(run_test(program, case) for case in cases)
    symbol = next(iter(program.symbols), "")

    def terms(instrument: Instrument, account: Account) -> tuple[Instrument, Account]:
        facts = known_facts(venue, symbol, {"tick": instrument.tick})
        return Instrument(**facts, currency=instrument.currency), venue.account(program, account, {}, instrument.tick)

    return tuple(run_test(program, case, terms) for case in cases)

"""The tests of a file under the costs and facts of a venue, for what the program does not say itself."""

from __future__ import annotations

from apextrade.venue import Venue, known_facts
from compiler.plan import Account
from compiler.program import Program
from runtime.filetests import TestResult, run_tests
from runtime.machine.instrument import Instrument


def tested(program: Program, venue: Venue | None) -> tuple[TestResult, ...]:
    """Every test in the order of the text. The price step stays the test's own: its bars are written on it. Raises InputError."""
    if venue is None:
        return run_tests(program)
    symbol = next(iter(program.symbols), "")

    def terms(instrument: Instrument, account: Account) -> tuple[Instrument, Account]:
        facts = known_facts(venue, symbol, {"tick": instrument.tick})
        return Instrument(**facts, currency=instrument.currency), venue.account(program, account, {}, instrument.tick)

    return run_tests(program, terms)

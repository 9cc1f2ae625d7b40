"""A backtest over a history: what `apextrade/backtesting.py` does with candles, with bars that are read as they are needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from apextrade.currency import account_of, converted_by, currency_notes
from apextrade.history.bars import History
from apextrade.history.result import HistoryResult
from apextrade.history.tables import write_journal
from apextrade.program import Program
from apextrade.progress import progress
from apextrade.report.numbers import timeframe_text
from apextrade.short_data import short_data
from apextrade.venue import Venue, VenueName, asked_venue
from compiler.clocks import Length
from compiler.inputs import InputError, InputValue
from compiler.program import Program as CompiledProgram
from runtime.candles import Candles
from runtime.clocks.last_bars import late_sentences
from runtime.clocks.reading import Reading, follows_calendar, length_of, outside_notes, usual_calendar_notes
from runtime.conversion.quoted import quote_currency
from runtime.history.alone import alone_with
from runtime.history.needs_whole import READ_WHOLE, NeedsWhole
from runtime.history.records import WIDTHS
from runtime.history.run import CHECKPOINT_BARS, Outcome, Outputs, run_stored
from runtime.history.stored import BLOCK, Stored


def backtest_history(
    program: Program | str | PathLike[str],
    history: History | str | PathLike[str],
    *,
    capital: float | str | None = None,
    commission: float | str | None = None,
    slippage: float | str | None = None,
    fills: str | None = None,
    tick: float | None = None,
    lot: float | None = None,
    multiplier: float | None = None,
    currency: str = "",
    venue: VenueName = "",
    files: Mapping[str, str | PathLike[str]] | None = None,
    checkpoint: str | PathLike[str] | None = None,
    checkpoint_every: int = CHECKPOINT_BARS,
    block: int = BLOCK,
    **inputs: Any,
) -> HistoryResult:
    """Trades a program on bars that stay in their file, in memory that does not grow with them. The figures are those of `apx.backtest`, bit for bit.

    history: a History, or the path of a Parquet file. files: where to write `trades`, `equity`, `orders` and `executions`, each a .csv, .parquet or .json file.
    checkpoint: a file that keeps the state of the run each `checkpoint_every` bars; called again with the same arguments, the run goes on from it, and
    once it has ended the file is gone. block: bars at a time; any number gives the same bits. The other arguments are those of `apx.backtest`.
    Raises NeedsWhole (a DataError) for what can't be read a part at a time, CheckpointError for a checkpoint of another run, or of one that is
    still going on, and what `apx.backtest` does.
    """
    from apextrade.backtesting import compiled
    from apextrade.tables import check_suffix

    if not isinstance(history, History):
        history = History(history)
    program, values = compiled(program, inputs, history)
    if currency:
        history = replace(history, currency=currency)
    wanted = {name: Path(path) for name, path in (files or {}).items()}
    for name, path in wanted.items():
        if name not in WIDTHS:
            raise InputError(f"`files` takes {', '.join(WIDTHS)}; this is {name!r}.")
        check_suffix(path)
    if block < 1 or checkpoint_every < 1:
        raise InputError("`block` and `checkpoint_every` are numbers of bars, 1 or more.")
    settings = {"capital": capital, "commission": commission, "slippage": slippage, "fills": fills}
    facts = {"tick": tick, "lot": lot, "multiplier": multiplier}
    for name, fact in facts.items():
        if isinstance(fact, Mapping):
            raise InputError(f"`{name}` by symbol needs candles by symbol; a History is of one instrument.")
    kept = None if checkpoint is None else Path(checkpoint)
    return run_history(
        program.compiled, history, values, settings, facts, wanted, kept, checkpoint_every, block=block, venue=asked_venue(venue)
    )


def run_history(
    program: CompiledProgram,
    history: History,
    values: Mapping[str, InputValue],
    settings: Mapping[str, object],
    facts: Mapping[str, float | None] | None = None,
    files: Mapping[str, Path] | None = None,
    checkpoint: Path | None = None,
    every: int = CHECKPOINT_BARS,
    stop: Callable[[], bool] = lambda: False,
    block: int = BLOCK,
    venue: Venue | None = None,
) -> HistoryResult:
    """A backtest with settings in place of the program's; None leaves one as it is.

    facts: tick, lot and multiplier. files: where trades, equity, orders and executions go. checkpoint: where the run can be taken up; gone once it has ended.
    every: bars between two of them. stop, block: see `runtime/history/run.py`, which says what it raises. Raises InputError.
    """
    from apextrade.backtesting import traded_instrument

    if program.universe or program.compares:
        raise InputError("The program trades several instruments, and a file is read a part at a time for one alone.")
    stored = named(history.look(next(iter(program.symbols), "")), program)
    bars = stored.specimen
    require_own_length(bars, program)
    facts = facts or {}
    instrument, notes = traded_instrument(program, bars, facts.get("tick"), facts.get("lot"), facts.get("multiplier"), venue)
    notes += program.clock_notes
    if program.every and bars.timeframe and program.every != timeframe_text(bars.timeframe):
        notes.append(f"The program is written for bars of {program.every}; these are bars of {timeframe_text(bars.timeframe)}.")
    plan = program.plan(values, instrument.tick, "backtest")
    instrument = replace(instrument, currency=quote_currency(bars))
    account = account_of(program, plan.account, settings, instrument.tick, [instrument.currency], venue)
    notes += venue.notes(program, settings) if venue is not None else ()
    converted_by(program, account, {bars.symbol: instrument.currency}, ())
    notes += currency_notes(program, account, {bars.symbol: bars}, {}, {})
    plan = replace(plan, account=account)
    wanted = dict(files or {})
    journals = {name: journal_of(name, path, checkpoint) for name, path in wanted.items()}
    identity = {"program": program.hash, "inputs": dict(program.values(values))}
    with ExitStack() as after:
        if checkpoint is not None:
            after.enter_context(alone_with(checkpoint))
        else:
            for path in journals.values():
                after.callback(path.unlink, missing_ok=True)
        with progress("Trading", stored.bars) as advance:
            outcome = run_stored(
                plan,
                stored,
                instrument=instrument,
                session=program.session,
                outputs=Outputs(journals, checkpoint, every),
                identity=identity,
                size=min(block, every) if checkpoint is not None else block,
                progress=advance,
                stop=stop,
            )
        for name, path in wanted.items():
            with progress(f"Writing {path}", outcome.rows[name]) as advance:
                write_journal(name, journals[name], path, outcome, bars.symbol, advance)
        if checkpoint is not None:
            checkpoint.unlink(missing_ok=True)
            for path in journals.values():
                path.unlink(missing_ok=True)
    notes += short_data(plan, outcome.bars)
    if follows_calendar(plan):
        notes += usual_calendar_notes(bars)
        notes += outside_notes(outcome.outside, outcome.bars, Reading.of(bars, plan.every))
    said = (*notes, *outcome.warnings, *late(outcome))
    given = venue is not None or settings.get("commission") is not None
    return HistoryResult(program, bars, program.values(values), outcome, said, wanted, commission_given=given)


def late(outcome: Outcome) -> list[str]:
    """What is said of orders that were made on the last bar of a session."""
    return late_sentences(outcome.late, outcome.first_late)


def named(stored: Stored, program: CompiledProgram) -> Stored:
    """The bars under the program's own symbol where they have none."""
    if stored.specimen.symbol or not program.symbols:
        return stored
    return replace(stored, specimen=replace(stored.specimen, symbol=program.symbols[0]))


def require_own_length(bars: Candles, program: CompiledProgram) -> None:
    """Raises NeedsWhole where the program's bars would have to be built from shorter ones."""
    given, wanted = length_of(bars, ""), Length.parse(program.every) if program.every else None
    if given is not None and wanted is not None and given.minutes < wanted.minutes:
        raise NeedsWhole(
            f"The program is written for bars of {wanted}, which are built from these, of {given}, only where all are at hand. {READ_WHOLE}"
        )


def journal_of(name: str, path: Path, checkpoint: Path | None) -> Path:
    """Where the rows of a file are kept while the run goes on: beside the checkpoint, for the next time, else beside the file."""
    if checkpoint is not None:
        return checkpoint.with_name(f"{checkpoint.name}.{name}")
    return path.resolve().with_name(f".{path.name}.{os.getpid()}.rows")

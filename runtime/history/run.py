"""A backtest over a stored history, block by block: bars through kernel and machine, what happened counted and written down, and all of it forgotten.

Memory does not grow with the bars. The figures are those of `runtime/backtest.py` over the same bars, bit for bit, whatever the size of a block; so are
those of a run that was stopped after any block and taken up again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from compiler.plan import Account, ActionCode, Plan
from runtime.backtest import WITHOUT_FINER, ambiguous_note, close_notes, machine_code, with_tick
from runtime.candles import Candles
from runtime.charged import charged, closed_by_force, day_of
from runtime.clocks.reading import Reading, calendar_of, follows_calendar, inside_session, outside_sessions
from runtime.clocks.sessions import Calendar, within
from runtime.data.arrays import Floats
from runtime.data.problems import DataError, Problem
from runtime.history.checkpoint import CheckpointError, read_checkpoint, write_checkpoint
from runtime.history.clocks import Feeds
from runtime.history.journal import Journal
from runtime.history.mending import Seen
from runtime.history.meter import Meter
from runtime.history.records import WIDTHS, Records, forget
from runtime.history.stored import BLOCK, Block, Stored
from runtime.history.thinning import Thinned
from runtime.kernel import CHUNK, bind
from runtime.machine.codes import CAUSE_NAMES
from runtime.machine.core import Machine
from runtime.machine.instrument import Instrument
from runtime.result import Scenario
from runtime.statistics import STATISTICS, yearly

Progress = Callable[[int], None]

CHECKPOINT_BARS = 10_000_000
"""Bars between two checkpoints, where nobody says otherwise."""


class Stopped(Exception):
    """The run was asked to stop; its checkpoint, if it has one, is written."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a run leaves on the disk. journals: file by the names of WIDTHS. checkpoint: None where it can't be taken up. every: bars between two of them."""

    journals: Mapping[str, Path] = field(default_factory=dict)
    checkpoint: Path | None = None
    every: int = CHECKPOINT_BARS


NOTHING = Outputs()


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A finished run. thinned: rows of `runtime/history/thinning.py`. shown: the last trades, rows as records.TRADE_WIDTH says, of `trades` in all.

    causes: by name of the machine's causes, how often and when first. first_notes, last_notes: (time, row). problems: of the bars. outside: bars outside
    the sessions of their calendar. late, first_late: orders of a session's last bar. ruined: when equity first was zero or less, None if it never was.
    """

    bars: int
    first_time: int
    last_time: int
    stats: Mapping[str, float]
    warnings: tuple[str, ...]
    account: Account
    instrument: Instrument
    actions: tuple[ActionCode, ...]
    thinned: Floats
    shown: Floats
    trades: int
    causes: Mapping[str, tuple[int, int]]
    first_notes: tuple[tuple[int, list[float]], ...]
    last_notes: tuple[tuple[int, list[float]], ...]
    note_count: int
    problems: tuple[Problem, ...]
    outside: int
    late: int
    first_late: int
    ruined: int | None
    every_target: Scenario | None
    resumed: int
    rows: Mapping[str, int]


class Trader:
    """Kernel and machine of one plan, over blocks."""

    def __init__(self, plan: Plan, instrument: Instrument, take: str) -> None:
        self.kernel = bind(plan, CHUNK)
        self.machine = Machine(machine_code(plan), plan.account, instrument, take=take)

    def follow(self, candles: Candles, feeds: list[Floats]) -> Floats:
        """The equity at each close of a block."""
        equity = np.empty(len(candles))
        self.machine.bind_prices(candles.open, candles.high, candles.low, candles.close, candles.time, equity, candles.volume)
        self.kernel.engine.attach_feeds(self.kernel.feed_arrays(feeds, len(candles)))
        self.machine.follow(self.kernel.engine, 0, len(candles), CHUNK)
        return equity

    def save(self) -> list[bytes]:
        return [self.kernel.save(), self.machine.save()]

    def restore(self, saved: list[bytes]) -> None:
        self.kernel.restore(saved[0])
        self.machine.restore(saved[1])


class Run:
    """A run between two blocks: everything that the next one needs."""

    def __init__(self, plan: Plan, stored: Stored, instrument: Instrument, session: str, journals: Mapping[str, Journal]) -> None:
        self.plan, self.stored, self.instrument, self.journals = plan, stored, instrument, journals
        self.session: Calendar | None = within(session, calendar_of(stored.specimen)) if session else None
        self.trader = Trader(plan, instrument, "stops")
        self.other: Trader | None = None
        """The scenario in which every target comes first, from the block on in which it differs."""
        self.other_final, self.other_trades = nan, 0
        self.feeds = Feeds(plan, self.named(stored.specimen))
        self.meter = Meter(plan.account.capital)
        self.records = Records(plan, self.meter, instrument.multiplier, journals)
        self.thinned = Thinned.of(stored.bars)
        self.seen = Seen()
        self.row = self.bars = self.first_time = self.last_time = self.outside = 0
        self.first_close = self.last_close = nan
        self.ruined: int | None = None

    def named(self, candles: Candles) -> Candles:
        """The bars of the program's own hours."""
        return candles if self.session is None else inside_session(candles, self.session)

    def take(self, block: Block) -> None:
        candles = self.named(block.candles)
        if len(candles):
            self.trade(candles)
        self.row, self.seen = block.row, block.seen

    def trade(self, candles: Candles) -> None:
        """Some bars, at least one."""
        feeds = self.feeds.of(candles, self.bars)
        before = self.trader.save() if self.other is None else []
        equity = self.trader.follow(candles, feeds)
        closed = self.trader.machine.trade_rows.count
        if self.other is None and self.trader.machine.ambiguous_bars:
            self.other = Trader(self.plan, self.instrument, "targets")
            self.other.restore(before)
        if self.other is not None:
            self.other_final = float(self.other.follow(candles, feeds)[-1])
            closed = self.other.machine.trade_rows.count
            forget(self.other.machine)
        self.other_trades += closed
        position = self.records.take(self.trader.machine, candles, equity, self.bars)
        self.meter.follow(equity)
        self.thinned.take(candles, equity, position, self.bars)
        if self.ruined is None and equity.min() <= 0.0:
            self.ruined = int(candles.time[int(np.argmax(equity <= 0.0))])
        known = np.flatnonzero(np.isfinite(candles.close))
        if len(known):
            self.first_close = self.first_close if self.first_close == self.first_close else float(candles.close[known[0]])
            self.last_close = float(candles.close[known[-1]])
        if follows_calendar(self.plan):
            self.outside += outside_sessions(Reading.of(candles, self.plan.every))
        self.first_time = self.first_time if self.bars else int(candles.time[0])
        self.last_time = int(candles.time[-1])
        self.bars += len(candles)

    NUMBERS = ("other_final", "other_trades", "row", "bars", "first_time", "last_time", "outside", "first_close", "last_close", "ruined")  # fmt: skip

    def save(self) -> dict[str, Any]:
        """Everything, once what the journals were given is on the disk."""
        for journal in self.journals.values():
            journal.settle()
        return {
            "numbers": {name: getattr(self, name) for name in self.NUMBERS},
            "trader": self.trader.save(),
            "other": None if self.other is None else self.other.save(),
            "feeds": self.feeds.save(),
            "meter": np.array(self.meter.save()),
            "records": self.records.save(),
            "thinned": self.thinned.save(),
            "seen": asdict(self.seen),
            "rows": {name: journal.count for name, journal in self.journals.items()},
        }

    def restore(self, saved: dict[str, Any]) -> None:
        for name, value in saved["numbers"].items():
            setattr(self, name, value)
        self.trader.restore(saved["trader"])
        if saved["other"] is not None:
            self.other = Trader(self.plan, self.instrument, "targets")
            self.other.restore(saved["other"])
        self.feeds.restore(saved["feeds"])
        self.meter.restore(saved["meter"].tolist())
        self.records.restore(saved["records"])
        self.thinned.restore(saved["thinned"])
        seen = saved["seen"]
        known = tuple((kind, n, tuple(at)) for kind, n, at in seen["known"])
        self.seen = Seen(
            **(seen | {"known": known, "last_values": tuple(seen["last_values"]), "first_rows": tuple(seen["first_rows"])})
        )

    def finish(self, resumed: int) -> Outcome:
        """After the last block."""
        machine, account = self.trader.machine, self.plan.account
        if not self.bars:
            raise DataError(f"No bar of {self.stored.name} opens within the hours of `on session`.")
        self.records.finish(machine, self.bars, self.last_time)
        hold = self.last_close / self.first_close - 1.0 if self.first_close == self.first_close else nan
        found = self.meter.finish(
            self.bars, yearly(self.bars, self.first_time, self.last_time), hold, int(self.records.exposed), machine.turnover,
            machine.commission, machine.lots.count, float(int(machine.ambiguous_bars)),
        )  # fmt: skip
        stats = {statistic.name: value for statistic, value in zip(STATISTICS, found, strict=True)}
        stats |= charged(account, [machine])
        if "liquidations" in stats:
            stats["liquidations"] = float(self.records.liquidations)
        scenario = None
        warnings = closed_by_force(account, self.records.liquidations, day_of(self.records.first_liquidation))
        if machine.ambiguous_bars:
            scenario = Scenario(self.other_final, self.other_final / account.capital - 1.0, self.other_trades)
            warnings.append(ambiguous_note(int(machine.ambiguous_bars), scenario, stats["total_return"]))
        causes = {CAUSE_NAMES[cause]: (int(n), int(time)) for cause, (n, _, time) in self.records.causes.items()}
        return Outcome(
            bars=self.bars,
            first_time=self.first_time,
            last_time=self.last_time,
            stats=stats,
            warnings=(*warnings, *close_notes(machine.code)),
            account=account,
            instrument=self.instrument,
            actions=machine.code.actions,
            thinned=self.thinned.rows(),
            shown=self.records.shown,
            trades=self.records.trades,
            causes=causes,
            first_notes=tuple(self.records.first_notes),
            last_notes=tuple(self.records.last_notes),
            note_count=self.records.note_count,
            problems=(*self.stored.problems, *self.seen.problems("row")),
            outside=self.outside,
            late=self.records.late,
            first_late=self.records.first_late,
            ruined=self.ruined,
            every_target=scenario,
            resumed=resumed,
            rows={name: journal.count for name, journal in self.journals.items()},
        )


def run_stored(
    plan: Plan,
    stored: Stored,
    *,
    instrument: Instrument | None = None,
    session: str = "",
    outputs: Outputs = NOTHING,
    identity: Mapping[str, Any] | None = None,
    size: int = BLOCK,
    progress: Progress = lambda bars: None,
    stop: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Trades a plan over a file. What happened is in the journals of `outputs` afterwards, which are the caller's; a checkpoint stays where it is.

    session: the hours of the program. identity: what a checkpoint belongs to beside the plan and the file. size: bars a block; any gives the same bits.
    progress: told how many bars were done. stop: asked after each block; raises Stopped where it says so.
    Raises DataError, FeedError, NeedsWhole and MachineError for what can't be run, CheckpointError for a checkpoint of another run.
    """
    instrument, said = with_tick(instrument or Instrument(), plan.account)
    if plan.account.fills == "detail":
        said.append(WITHOUT_FINER)
    whole = dict(identity or {}) | own_identity(plan, stored, instrument, session, outputs)
    saved: dict[str, Any] | None = None
    if outputs.checkpoint is not None and outputs.checkpoint.exists():
        saved = read_checkpoint(outputs.checkpoint, whole)
    journals: dict[str, Journal] = {}
    try:
        for name, path in outputs.journals.items():
            journals[name] = Journal(path, WIDTHS[name], 0 if saved is None else saved["rows"][name])
    except (OSError, ValueError) as error:
        for journal in journals.values():
            journal.drop()
        raise CheckpointError(f"What the run has written can't be gone on with: {error}") from None
    try:
        run = Run(plan, stored, instrument, session, journals)
        if saved is not None:
            run.restore(saved)
        resumed = run.bars
        progress(resumed)
        settled = run.bars
        for block in stored.blocks(size, run.row, run.seen):
            done = run.bars
            run.take(block)
            progress(run.bars - done)
            stopping = stop()
            if outputs.checkpoint is not None and (stopping or run.bars - settled >= outputs.every):
                write_checkpoint(outputs.checkpoint, whole, run.save())
                settled = run.bars
            if stopping:
                raise Stopped
        outcome = run.finish(resumed)
        for journal in journals.values():
            journal.close()
    except BaseException:
        for journal in journals.values():
            journal.drop()
        raise
    return outcome if not said else with_warnings(outcome, said)


def with_warnings(outcome: Outcome, said: list[str]) -> Outcome:
    return replace(outcome, warnings=(*said, *outcome.warnings))


def own_identity(plan: Plan, stored: Stored, instrument: Instrument, session: str, outputs: Outputs) -> dict[str, Any]:
    """What of a run decides what comes next."""
    kernel = bind(plan).identity()
    return {
        "engine": [kernel["format"], kernel["versions"], kernel["numeric"]],
        "plan": kernel["plan"],
        "data": stored.identity,
        "bars": [stored.low, stored.high, stored.specimen.symbol, stored.specimen.calendar, stored.specimen.timeframe, session],
        "account": asdict(plan.account),
        "instrument": asdict(instrument),
        "files": sorted((name, str(path)) for name, path in outputs.journals.items()),
    }

"""`apx.Pool`: many strategies at once, live: closed candles in, fills, orders, alerts and notes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from apextrade.currency import Currency, account_of, converted_by, stream_currency
from apextrade.given_bars import require_candles
from apextrade.program import Program
from apextrade.values import read_values
from apextrade.venue import VenueName, asked_venue, known_facts
from compiler.inputs import DEFAULT_TICK
from runtime.candles import Candles
from runtime.feeds import Candle
from runtime.kernel import StateMismatch
from runtime.live import pool as live
from runtime.live.crew import Crew
from runtime.live.pool import PoolError
from runtime.live.saving import restored, save
from runtime.live.told import Events
from runtime.machine.instrument import Instrument
from runtime.stream import Step


class Pool:
    """Strategies by name, each on one instrument. What they compute alike is computed once; each gives what its own stream would."""

    __slots__ = ("pool",)

    def __init__(self, *, threads: int | None = None) -> None:
        """threads: that compute a bar of many instruments; None: as many as there are processors, if there is enough to compute for each."""
        self.pool = live.Pool(crew=Crew(threads))

    def add(
        self,
        name: str,
        program: Program,
        symbol: str = "",
        /,
        *,
        history: Candles | None = None,
        tick: float | None = None,
        lot: float | None = None,
        calendar: str = "",
        currency: Currency = "",
        venue: VenueName = "",
        **inputs: Any,
    ) -> None:
        """A strategy from the next candle on; its account begins then, flat. It may come while others run.

        symbol: the instrument ('': that of the program's `trade` line). history: its closed candles before, which warm what the program computes.
        Strategies with the same history share what they compute alike. tick, lot, calendar, currency, venue: as for `program.stream`.
        Raises InputError, PoolError or FeedError, and changes nothing, for what cannot be run here.
        """
        compiled = program.compiled
        if not symbol and len(program.symbols) != 1:
            raise PoolError(f"Say which instrument `{name}` trades: its program names {len(program.symbols) or 'none'}.")
        if compiled.universe or compiled.compares or (not symbol and len(program.symbols) > 1):
            raise PoolError(f"`{name}` trades several instruments on one account: run it by `program.stream`.")
        if history is not None:
            require_candles(history)
        symbol = symbol or program.symbols[0]
        profile = asked_venue(venue)
        facts = {"tick": DEFAULT_TICK, **known_facts(profile, symbol, {"tick": tick, "lot": lot})}
        plan = compiled.plan(read_values(compiled, inputs), facts["tick"], "signals")
        quote = stream_currency(currency, symbol, calendar)
        plan = replace(plan, account=account_of(compiled, plan.account, {}, facts["tick"], [quote], profile))
        if plan.machine is not None and converted_by(compiled, plan.account, {symbol: quote}, dict.fromkeys(compiled.beside, "")):
            raise PoolError(f"`{name}` converts money from one currency into another: run it by `program.stream`.")
        instrument = Instrument(**facts, currency=quote)
        self.pool.add(name, plan, symbol, instrument, calendar=calendar, history=history)

    def remove(self, name: str) -> None:
        """A strategy goes; the others do not notice. Raises PoolError for none of that name."""
        self.pool.remove(name)

    def push(self, candles: Mapping[str, Candle | Mapping[str, Any]], /) -> Events:
        """Takes the candle that each of some instruments has closed. Returns what happened, in order; events are made when they are read.

        Raises FeedError, and changes nothing, for a candle that is none, or does not come after the last of its instrument.
        """
        return self.pool.push(candles)

    def save(self) -> bytes:
        """Everything needed to go on, the strategies included."""
        return save(self.pool)

    def restore(self, saved: bytes, /) -> None:
        """Goes on where `save` was called. An empty pool takes the strategies too; one that has some takes the state of just these.

        Raises StateMismatch, and changes nothing, for a state of other strategies, kernels or arithmetic, and for damaged bytes.
        """
        found = restored(saved)
        if self.pool.places:
            own, theirs = self.hashes, {name: (place.symbol, place.hash) for name, place in found.places.items()}
            for name in [*own, *theirs]:
                if own.get(name) != theirs.get(name):
                    raise StateMismatch(f"The saved pool and this one do not have the same strategies: `{name}` differs.")
        found.crew = self.pool.crew
        self.pool = found

    @property
    def hashes(self) -> dict[str, tuple[str, str]]:
        """Of each strategy its instrument and the hash of its plan: what a restored pool is compared by with what should run."""
        return {name: (place.symbol, place.hash) for name, place in self.pool.places.items()}

    @property
    def failed(self) -> dict[str, str]:
        """Strategies that take no more candles, with the reason."""
        return dict(self.pool.failed)

    @property
    def nodes(self) -> int:
        """How many different computations the strategies come to."""
        return self.pool.nodes

    def __getitem__(self, name: str) -> Step | None:
        """What a strategy said at the last close: its values, and its equity. None before its first candle."""
        return self.pool.step(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.pool.places)

    def __len__(self) -> int:
        return len(self.pool.places)

    def __contains__(self, name: object) -> bool:
        return name in self.pool.places

    def __repr__(self) -> str:
        return f"<Pool of {len(self)} strategies on {len(self.pool.lines)} instruments: {self.nodes} computations>"

"""The plan: what is left of a program for machines to run. Pure data, hashed, the border between compiler and runtime."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Literal

from compiler.operators import OPERATORS
from compiler.terms import NO_TERMS, Terms

# Row operations follow the elementwise operators in one numbering. `p` indexes RowCode.params where an operation needs more than
# registers; `s` is an offset into the row state.
ROW_OPERATIONS: tuple[str, ...] = (
    "move",  # dst = a
    "lag_read",  # dst = value pushed b rows ago from the ring at state s=c (size b); before that params[a] (NaN for numbers, 1 for truth)
    "lag_push",  # push a into the ring at state s=c (size b); comes after every lag_read of that ring
    "held",  # dst = minimum of the last b truths a (rows before the first count as unknown); state s=c: 2 doubles
    "within",  # dst = maximum of the last b truths a, likewise; state s=c: 2 doubles
    "bars_since",  # dst = rows since truth a was last true; unknown before the first and from an unknown until the next true; state s=c: 2
    "init",  # on the first row only: state[c] = a (raw, unknown allowed)
    "prev",  # dst = state[c]
    "keep",  # dst = state[c] = (state[c] if a is unknown as a number else a)
    "keep_truth",  # dst = state[c] = (state[c] if a == 1 else a)
    "fact",  # dst = facts[a], see FACTS
)
ROW_OPCODES: dict[str, int] = {name: len(OPERATORS) + i for i, name in enumerate(ROW_OPERATIONS)}

FACTS: tuple[str, ...] = (
    "position.size",
    "position.entry_price",
    "position.bars_held",
    "position.profit",
    "position.highest",
    "position.lowest",
    "position.last_exit_bars_ago",
    "position.largest",
    "account.equity",
    "account.cash",
    "account.trades_today",
    "account.closed_trades",
    "account.last_profit",
    "account.drawdown",
)


@dataclass(frozen=True, slots=True)
class RowCode:
    """A small straight-line program run once a row.

    Registers are float64; `constants` fill some once, `loads` copy inputs (by position in the caller's inputs) at the start of each row.
    `instructions` are (opcode, dst, a, b, c); opcodes as in OPERATORS followed by ROW_OPERATIONS. `results` are the registers the caller
    reads afterwards. State starts as zeros; state[0] is the number of rows seen before this one (kept by the runner).
    """

    instructions: tuple[tuple[int, int, int, int, int], ...]
    registers: int
    constants: tuple[tuple[int, float], ...]
    loads: tuple[tuple[int, int], ...]
    results: tuple[int, ...]
    params: tuple[float, ...] = ()
    state: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """One kernel call over a chunk: registers in, registers out.

    op is an operator (no params, no state), a primitive of the library (`params` as its declaration lists them), or 'scan' (`code` is run
    row by row; its loads index `inputs`, its results fill `outputs`).
    """

    op: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    params: tuple[float, ...] = ()
    state: int = 0
    code: RowCode | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A named result: a register of the kernel, or (register -1) a slot of the machine that is recorded at each close."""

    name: str
    role: Literal["let", "rule", "plot", "alert", "order", "watch"]
    kind: Literal["number", "truth"]
    unit: str
    register: int
    slot: int = -1
    label: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """A price or distance of an attached line, computed at the fill: row code over [entry, side, stop, frozen...].

    Loads: 0 is the order's own fill price, 1 is +1 long or -1 short, 2 is the stop price (NaN without a stop), 3 and up are the slots of
    `frozen`, read at the close that made the order. One result.
    """

    code: RowCode
    frozen: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionCode:
    """One action of a rule. Slots index the values at the close (MachineCode.slots); -1 is absent.

    fires: slot of a truth (2 acts). verb buy, sell, short, cover, exit, cancel, notify, protect.
    sizing: 'equity' | 'cash' | 'position' (size is a share of it), 'risk' (share of equity at risk to the stop), 'money', 'quantity',
    'all' (sell, cover, exit, protect of everything), 'none'.
    trail: slot of the distance, read again at each close while the position is open; trail_share: the distance is a share of the extreme.
    hold, expire: slots holding a number of bars.
    tag: the tag that names entry and exits; for exit and cancel the tag addressed ('' = all). text: parts of a notify, strings and slots.
    truths: of each slot in text, whether it is a truth.
    'hold top' rotates over the instruments of a run: size is how many, score what ranks them, where a truth, weight their shares (-1: equal).
    """

    verb: Literal["buy", "sell", "short", "cover", "exit", "cancel", "notify", "hold top", "protect"]
    fires: int
    rule: int
    tag: str
    sizing: Literal["equity", "cash", "position", "risk", "money", "quantity", "all", "none"] = "none"
    size: int = -1
    entry: Literal["next_open", "this_close", "limit", "stop", "stop_limit"] = "next_open"
    price: int = -1
    limit: int = -1
    stop: Price | None = None
    target: Price | None = None
    trail: int = -1
    trail_share: bool = False
    trail_after: int = -1
    trail_after_share: bool = False
    hold: int = -1
    expire: int = -1
    text: tuple[str | int, ...] = ()
    span: tuple[int, int] = (0, 0)
    score: int = -1
    where: int = -1
    weight: int = -1
    truths: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """A value known at the close: register `index` of the kernel ('column'), or result `index` of the machine's row code ('row')."""

    where: Literal["column", "row"]
    index: int


@dataclass(frozen=True, slots=True)
class MachineCode:
    """What the position machine runs. `row` is evaluated at each close (None when no slot needs it); its loads index `columns`."""

    slots: tuple[Slot, ...]
    columns: tuple[int, ...]
    row: RowCode | None
    actions: tuple[ActionCode, ...]
    rules: int


@dataclass(frozen=True, slots=True)
class Account:
    """Settings of a run after defaults and overrides. Shares are fractions (0.001 is 0.1 %)."""

    capital: float = 10_000.0
    currency: str = "USD"
    commission_share: float = 0.0
    commission_per_unit: float = 0.0
    commission_per_order: float = 0.0
    slippage_ticks: float = 0.0
    slippage_share: float = 0.0
    fills: Literal["pessimistic", "next_open_only", "ohlc_path", "tradingview", "detail"] = "pessimistic"
    detail: int = 0  # seconds of the finer bars of `fills detail`
    pyramiding: int = 1
    margin: float = 1.0
    limits: tuple[tuple[str, float], ...] = ()
    direction: Literal["both", "long", "short"] = "both"
    terms: Terms = field(default=NO_TERMS, repr=False)


OWN = "*"
"""The symbol of a source that reads the run's own instrument from within another's bars."""


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """Columns that run on other bars, and that a plan reads as feeds: the last completed value of each.

    symbol: whose bars ('' the plan's own instrument, OWN the run's). every: how long they are ('' as long as the plan's own). plan: computes them; its columns
    are named as the feeds that they supply, and it has no machine. aggregates: of each column, what its values within one bar come to, '' for the
    last completed one; () where all are of that kind.
    """

    symbol: str
    every: str
    plan: Plan
    aggregates: tuple[str, ...] = ()


ACROSS_FEED = "across."
"""Feeds of these names compare the instruments of a run."""


@dataclass(frozen=True, slots=True)
class Across:
    """A feed that compares the instruments of a run at each instant: `function` of the register `of`, whose own feeds are of lower levels."""

    feed: str
    function: str
    of: int
    level: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Kernel steps over chunks, then the machine.

    feeds: input columns in register order (register i holds feeds[i]): open, high, low, close, volume, time, time.hour, ...; `held.i.j` is
    column j of source i.
    every: how long the bars are that the program was written for, '' if it does not say. session: the hours of its `on session`, with the
    zone: `09:30-16:00@America/New_York`; '' for all bars.
    constants: (register, value), filled once. registers: how many there are.
    warmup: bars until every output is first known; settle: bars until recursive filters agree to 1e-6 (-1: unbounded).
    """

    feeds: tuple[str, ...]
    constants: tuple[tuple[int, float], ...]
    steps: tuple[Step, ...]
    registers: int
    columns: tuple[Column, ...]
    machine: MachineCode | None
    account: Account
    warmup: int
    settle: int
    cost: float
    state: int
    versions: tuple[tuple[str, int], ...] = ()
    every: str = ""
    session: str = ""
    sources: tuple[SourcePlan, ...] = ()
    across: tuple[Across, ...] = ()

    def to_json(self) -> str:
        """Canonical JSON: equal plans give equal text."""
        return json.dumps(plain(self), sort_keys=True, separators=(",", ":"), allow_nan=True)

    @property
    def hash(self) -> str:
        """Hash of everything that decides the bits: steps, constants, actions, settings and kernel versions."""
        from hashlib import sha256  # only where it is asked for: its import is a hundredth of a check

        return sha256(self.to_json().encode()).hexdigest()


def plain(value: object) -> object:
    """What JSON can hold, dataclasses as mappings of their fields; `dataclasses.asdict` takes three times as long."""
    if isinstance(value, tuple):
        return [plain(item) if isinstance(item, tuple) or hasattr(item, "__slots__") else item for item in value]
    names = getattr(value, "__slots__", ())
    if isinstance(value, Account) and value.terms == NO_TERMS:
        names = [
            name for name in names if name != "terms"
        ]  # a program without terms keeps the text and hash it had before there were any
    return {name: plain(getattr(value, name)) for name in names} if names else value

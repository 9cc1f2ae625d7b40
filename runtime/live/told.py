"""What happened on a bar as numbers, and as events once somebody reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from compiler.plan import Column
from runtime.live.events import Alerted, Event, Filled, Noted, Ordered
from runtime.live.loom import Floats
from runtime.live.series import Seat
from runtime.machine.codes import KINDS, REASONS
from runtime.machine.notes import note_text
from runtime.machine.stepwise import Fill, Order


@dataclass(frozen=True, slots=True)
class News:
    """What machines did on one bar of a series, as `Desks.collect` writes it: seat, kind, how many numbers, those numbers, and again."""

    symbol: str
    time: int
    seats: tuple[Seat, ...]
    numbers: Floats

    def events(self) -> Iterator[Event]:
        numbers, symbol, time = self.numbers.tolist(), self.symbol, self.time
        at = 0
        while at < len(numbers):
            seat, kind, count = self.seats[int(numbers[at])], int(numbers[at + 1]), int(numbers[at + 2])
            row = numbers[at + 3 : at + 3 + count]
            at += 3 + count
            if kind == 0:
                side, quantity, price, commission, action, reason = row
                fill = Fill(side_of(side), quantity, price, commission, tag_of(seat, action), REASONS[int(reason)])
                yield Filled(seat.name, symbol, time, fill)
            elif kind == 1:
                side, form, quantity, price, limit, action = row
                order = Order(side_of(side), KINDS[int(form)], quantity, price, limit, tag_of(seat, action))
                yield Ordered(seat.name, symbol, time, order)
            else:
                assert seat.plan.machine is not None
                yield Noted(seat.name, symbol, time, note_text(seat.plan.machine.actions[int(row[0])], row[1:], symbol))


@dataclass(frozen=True, slots=True)
class Alarms:
    """The alerts that were true at a close of a series: seat and column."""

    symbol: str
    time: int
    seats: tuple[Seat, ...]
    columns: Sequence[tuple[int, Column]]

    def events(self) -> Iterator[Event]:
        return (Alerted(self.seats[at].name, self.symbol, self.time, c.name, c.label) for at, c in self.columns)


class Events(Sequence[Event]):
    """What happened, in order. Events are made when they are first read, and then kept."""

    __slots__ = ("_made", "_parts")

    def __init__(self, parts: list[News | Alarms | Event]) -> None:
        self._parts = parts
        self._made: tuple[Event, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self._parts)

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Event]:
        return iter(self._all())

    @overload
    def __getitem__(self, at: int) -> Event: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Event, ...]: ...
    def __getitem__(self, at: int | slice) -> Event | tuple[Event, ...]:
        return self._all()[at]

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (Events, tuple)) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equal to a tuple, as a list of numbers is not: it may hold NaN

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> tuple[Event, ...]:
        if self._made is None:
            made: list[Event] = []
            for part in self._parts:
                if isinstance(part, (News, Alarms)):
                    made += part.events()
                else:
                    made.append(part)
            self._made, self._parts = tuple(made), list(made)
        return self._made


def tag_of(seat: Seat, action: float) -> str:
    actions = seat.plan.machine.actions if seat.plan.machine is not None else ()
    return actions[int(action)].tag if 0 <= int(action) < len(actions) else ""


def side_of(side: float) -> str:
    return "buy" if side > 0 else "sell"

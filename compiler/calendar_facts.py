"""What a program reads of time: parts of the bar's date, clock times, session facts and schedules, as feeds and states of the graph.

A feed's name carries what it needs: `time.hour@Europe/London`, `time.within@09:30-16:00@America/New_York`, `schedule.day@15:45`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from compiler import syntax as s
from compiler.clocks import Clock
from compiler.nodes import Graph, Node, NodeKind, State
from compiler.zones import zone_of

TIME_PARTS = ("hour", "minute", "weekday", "day", "month", "year")
SESSION_PARTS = ("is_first_bar", "is_last_bar", "age", "open", "high", "low")
PERIODS = ("day", "week", "month")

_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])")


def clock_minutes(text: str) -> int | None:
    """Minutes after midnight of `09:30`; 24:00 is the end of the day; None if it is no clock time."""
    found = _CLOCK.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else 1_441
    return minutes if minutes <= 1_440 else None


def hours(text: str) -> tuple[int, int] | None:
    """The minutes of both ends of `09:30-16:00`; None if it is no span of hours."""
    parts = text.split("-")
    if len(parts) != 2:
        return None
    start, end = clock_minutes(parts[0]), clock_minutes(parts[1])
    return None if start is None or end is None or start == end or start == 1_440 else (start, end)


def hours_text(text: str) -> str:
    """A span of hours without spaces, as feeds name it."""
    return "".join(text.split())


@dataclass(slots=True)
class CalendarFacts:
    """Builds what depends on the calendar alone, on one clock."""

    graph: Graph
    clock: Clock

    def feed(self, name: str, kind: NodeKind = "number") -> Node:
        return self.graph.feed(name, self.clock, kind)

    def phrase(self, expr: s.TimeWithin | s.InZone) -> Node:
        """`time is within "09:30-16:00" in "America/New_York"`, `time.hour in "UTC"`."""
        zone = (zone_of(expr.zone.value) or "") if expr.zone is not None else ""
        if isinstance(expr, s.TimeWithin):
            return self.feed(f"time.within@{hours_text(expr.session.value)}" + (f"@{zone}" if zone else ""), "truth")
        part = expr.operand
        return self.feed(f"time.{part.field.name}@{zone}" if isinstance(part, s.Member) else "time")

    def member(self, base: str, name: str) -> Node:
        if base == "time":
            return self.feed(f"time.{name}")
        match name:
            case "is_first_bar":
                return self.first_of("session")
            case "is_last_bar":
                return self.feed("session.is_last_bar", "truth")
            case "age":
                return self.age()
            case "high" | "low":
                return self.extreme(name)
            case _:
                return self.opened()

    # ------------------------------------------------------------ schedules

    def scheduled(self, expr: s.Scheduled) -> Node:
        """The truth that a schedule's bar has come. A start is the first bar of its period, an end the one that closes it."""
        if expr.at is not None:
            clock = expr.at.value.strip()
            return self.at_time(clock) if expr.late else self.feed(f"schedule.day@{clock}", "truth")
        return self.first_of(expr.period) if expr.edge == "start" else self.feed(f"schedule.{expr.period}_end", "truth")

    def at_time(self, clock: str) -> Node:
        """The first bar of the session that closes at a clock time or later. Of the first bar of the data it is not known whether another came
        before it; that one counts if it is open then."""
        g = self.graph
        reached, open_then = self.feed(f"schedule.reached@{clock}", "truth"), self.feed(f"schedule.day@{clock}", "truth")
        number = self.feed("session.number")
        same = g.node("and", (g.node("eq", (number, g.lag(number, 1))), g.lag(reached, 1)))
        return g.node("and", (reached, g.node("not", (g.node("or_else_truth", (same, g.node("not", (open_then,)))),))))

    def before_close(self, minutes: int) -> Node:
        """True from the bar that closes so many minutes, or fewer, before the scheduled close."""
        return self.feed(f"session.before_close@{minutes}", "truth")

    def first_of(self, period: str) -> Node:
        """Whether a session, week or month begins with this bar. The first bar of the data begins a session, and no week or month:
        what came before it is not known."""
        g = self.graph
        number = self.feed(f"{period}.number")
        differs = g.node("ne", (number, g.lag(number, 1)))
        return g.node("or_else_truth", (differs, g.truth(2))) if period == "session" else differs

    # ------------------------------------------------------------ session facts

    def state(self, name: str) -> tuple[Node, bool]:
        """A state of this clock by its name, and whether it is new and has to be given its next and first."""
        g = self.graph
        for index, state in enumerate(g.states):
            if state.name == name and state.clock == self.clock:
                return g.node("remember", (), (index,), "number"), False
        g.states.append(State(name, "number", clock=self.clock))
        return g.node("remember", (), (len(g.states) - 1,), "number"), True

    def finish(self, remembered: Node, first: Node, following: Node) -> Node:
        state = self.graph.states[int(remembered.params[0])]
        state.first, state.next = first, following
        return remembered

    def previous(self, remembered: Node) -> Node:
        return self.graph.node("prev", (), remembered.params, "number")

    def age(self) -> Node:
        """Bars since the session's first."""
        g = self.graph
        remembered, new = self.state("session.age")
        if new:
            later = g.node("add", (self.previous(remembered), g.const(1.0)))
            self.finish(remembered, g.const(-1.0), g.node("select", (self.first_of("session"), g.const(0.0), later)))
        return remembered

    def extreme(self, which: str) -> Node:
        """The session's highest high or lowest low so far, of the bars whose price is known; unknown where this bar's is."""
        g = self.graph
        op, nothing, compare = ("max", -1.0, "gt") if which == "high" else ("min", 1e300, "lt")
        price = self.feed(which)
        remembered, new = self.state(f"session.{which}")
        if new:
            filled = g.node("or_else", (price, g.const(nothing)))
            later = g.node(op, (self.previous(remembered), filled))
            self.finish(remembered, g.const(nothing), g.node("select", (self.first_of("session"), filled, later)))
        known = g.node("and", (g.node("available", (price,)), g.node(compare, (remembered, g.const(nothing)))))
        return g.node("select", (known, remembered, g.const(float("nan"))))

    def opened(self) -> Node:
        """The open of the session's first bar."""
        g = self.graph
        remembered, new = self.state("session.open")
        if new:
            filled = g.node("or_else", (self.feed("open"), g.const(-1.0)))
            self.finish(
                remembered, g.const(-1.0), g.node("select", (self.first_of("session"), filled, self.previous(remembered)))
            )
        return g.node("select", (g.node("gt", (remembered, g.const(0.0))), remembered, g.const(float("nan"))))

"""`apx check --watch`: programs are checked again when they change, or when what they use beside them does.

Files are asked for their times and sizes four times a second. That costs little, works on every file system, also on those of networks and containers
that send no notices, and finds a file that an editor saved under another name and moved into place.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NoReturn, Protocol, TextIO

from apextrade.checking.folders import files_below, visible
from apextrade.checking.shown import NOTHING, checked_text, counted
from apextrade.failures import UsageError
from compiler import syntax as s
from compiler.diagnostics import Diagnostic
from compiler.pipeline import Checked

EVERY = 0.25
"""Seconds between two looks at the files."""
SHARE = 0.1
"""A look may take this share of the time: in very large folders there are fewer of them."""
MOST_SETTLING = 20
"""So many looks are waited for files to come to rest before they are read all the same."""
KINDS = (".apx", ".lock")
CLEAR = "\x1b[H\x1b[2J"


class Clock(Protocol):
    """Time, as far as watching needs it."""

    def seconds(self) -> float: ...

    def pause(self, seconds: float) -> None: ...

    def now(self) -> datetime: ...


class WallClock:
    """Time as it is."""

    def seconds(self) -> float:
        return time.monotonic()

    def pause(self, seconds: float) -> None:
        time.sleep(seconds)

    def now(self) -> datetime:
        return datetime.now()


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file was written: a save by renaming changes its number, any other its time, mostly its size too."""

    modified: int
    size: int
    number: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one program gave. beside: whether other files of its folder matter to it. text: with the line that counts."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    beside: bool
    sound: bool


@dataclass(slots=True)
class Watch:
    """The programs of some files and folders, under watch.

    check: checks one file; UsageError is shown as what is wrong with that file. defect: called with a failure of the compiler itself, says what becomes of it.
    """

    named: Sequence[str]
    check: Callable[[str], Checked]
    defect: Callable[[Exception, str], str]
    stream: TextIO
    facts: bool = False
    terminal: bool = False
    colour: bool = False
    clock: Clock = field(default_factory=WallClock)
    took: float = 0.0  # seconds, the last look

    def run(self) -> NoReturn:
        """Checks, waits for changes and checks again until it is interrupted. Raises UsageError at once for a name that is no file."""
        for name in self.named:
            if name == "-":
                raise UsageError("--watch needs files or folders; the standard input can't change.")
            if not os.path.exists(name):
                self.check(name)  # which says what is wrong with the name
        seen, outcomes = self.look(), dict[str, Outcome]()
        stale, gone = self.programs(seen), list[str]()
        while True:
            outcomes = {name: outcomes[name] if name not in stale else self.outcome(name) for name in self.programs(seen)}
            self.show(outcomes, stale, gone)
            stale, gone = [], []
            while not stale and not gone:
                before, seen = seen, self.next_look(seen)
                programs = self.programs(seen)
                stale = stale_programs(before, seen, outcomes, programs)
                gone = [name for name in outcomes if name not in programs]

    # ------------------------------------------------------------ the files

    def look(self) -> dict[Path, Stamp]:
        """Every file that matters, as it is now."""
        found: dict[Path, Stamp] = {}
        for name in self.named:
            if os.path.isdir(name):
                paths = files_below(name, KINDS)
            else:
                folder = Path(name).parent
                paths = (folder / file for file in visible(listed(folder), KINDS))
                found.update(stamped(Path(name)))
            for path in paths:
                found.update(stamped(path))
        return found

    def next_look(self, seen: Mapping[Path, Stamp]) -> dict[Path, Stamp]:
        """The files after a while; if some have changed, once they have come to rest."""
        found = self.waited_look()
        for _ in range(MOST_SETTLING if found != seen else 0):
            last, found = found, self.waited_look()
            if found == last:
                break
        return found

    def waited_look(self) -> dict[Path, Stamp]:
        self.clock.pause(max(EVERY, self.took / SHARE))
        begun = self.clock.seconds()
        found = self.look()
        self.took = self.clock.seconds() - begun
        return found

    def programs(self, seen: Mapping[Path, Stamp]) -> list[str]:
        """The programs under watch: a named file also while it is not there, a folder's as long as they are."""
        found: dict[str, None] = {}
        for name in self.named:
            folder = Path(name)
            if not os.path.isdir(name):
                found[name] = None
            else:
                found.update(dict.fromkeys(sorted(str(p) for p in seen if p.suffix == ".apx" and p.is_relative_to(folder))))
        return list(found)

    # ------------------------------------------------------------ checking and showing

    def outcome(self, name: str) -> Outcome:
        if not os.path.exists(name):
            return Outcome(f"{name}: gone; it is checked when it is back\n", (), beside=False, sound=False)
        try:
            checked = self.check(name)
        except UsageError as error:
            return Outcome(f"{name}: {error}\n", (), beside=True, sound=False)
        except Exception as error:
            return Outcome(f"{name}: {self.defect(error, name)}\n", (), beside=True, sound=False)
        uses = any(isinstance(statement, s.Use) for statement in checked.file.statements)
        text = checked_text(checked, self.colour, self.facts)
        return Outcome(text, checked.diagnostics, beside=uses, sound=not checked.diagnostics)

    def show(self, outcomes: Mapping[str, Outcome], stale: Sequence[str], gone: Sequence[str]) -> None:
        """On a terminal the whole state on a cleared screen, elsewhere what is new, line after line."""
        if self.terminal:
            texts = [f"{one.text}\n" for one in outcomes.values() if not one.sound or self.facts or len(outcomes) == 1]
            self.stream.write(
                "".join((CLEAR, *texts, f"{self.clock.now():%H:%M:%S}  {summed(outcomes)}. Watching; Ctrl-C ends.\n"))
            )
        else:
            self.stream.write("".join((*(outcomes[name].text for name in stale), *(f"{name}: gone\n" for name in gone))))
        self.stream.flush()


def summed(outcomes: Mapping[str, Outcome]) -> str:
    """`3 programs: 1 error`, with those that could not be checked."""
    unread = sum(not one.sound and not one.diagnostics for one in outcomes.values())
    found = counted(d for one in outcomes.values() for d in one.diagnostics)
    said = [found] * (found != NOTHING or not unread) + [f"{unread} not checked"] * (unread > 0)
    return f"{len(outcomes)} program{'' if len(outcomes) == 1 else 's'}: {', '.join(said)}"


def stale_programs(
    before: Mapping[Path, Stamp], after: Mapping[Path, Stamp], outcomes: Mapping[str, Outcome], programs: Sequence[str]
) -> list[str]:
    """The programs whose outcome may be another by what has changed: their own file, or one beside them if they use libraries."""
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    folders = {path.parent for path in changed}
    return [
        name
        for name in programs
        if name not in outcomes or Path(name) in changed or (outcomes[name].beside and Path(name).parent in folders)
    ]


def listed(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # gone for now, like the files in it
        return []


def stamped(path: Path) -> dict[Path, Stamp]:
    """A file's stamp under its path; nothing if there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return {}
    return {path: Stamp(status.st_mtime_ns, status.st_size, status.st_ino)}

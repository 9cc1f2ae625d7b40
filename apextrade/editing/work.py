"""One question, one answer: the text is compiled as the command would compile its file, and run by the command's own functions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from apextrade.bars import opened_by
from apextrade.commands import backtest as command
from apextrade.editing.kept_bars import KeptBars, Stamp, stamp_of
from apextrade.editing.questions import Question
from apextrade.editing.tests_asked import tests_of
from apextrade.editing.trading import traded
from apextrade.editing.values_asked import values_of
from apextrade.editing.whose_bars import Chosen, chosen
from apextrade.every import asked_every
from apextrade.failures import UsageError
from apextrade.libraries import Beside, lock_path
from compiler.diagnostic_json import diagnostic_json
from compiler.diagnostics import CompileError
from compiler.pipeline import compile_text
from compiler.program import Program
from compiler.source import Source
from stdlib.library import load

Answer = dict[str, Any]
UNSAVED = "<text>"


@dataclass(slots=True)
class Desk:
    """What is kept between questions. reports: the folder for pages."""

    reports: Path
    bars: KeptBars = field(default_factory=KeptBars)

    def answer(self, question: Question) -> Answer:
        """What is known of a question. A program's mistakes are an answer: `said` is 'diagnostics'.

        Raises UsageError, InputError, DataError and the like, each a sentence for the user.
        """
        if question.ask not in WORK:
            raise UsageError(f"Nothing is known about `{question.ask}`; there are {', '.join(WORK)}.")
        self.bars.folder, self.bars.used = question.folder, set()
        beside = Beside(Path(question.path), overlays=question.overlays) if question.path else None
        args = read_options((*(f"--data={spec}" for spec in question.data), *question.options))
        with opened_by(self.bars.open):
            try:
                program = compiled(question, beside, asked_every(args))
                found = WORK[question.ask](self, question, program, args)
            except CompileError as error:
                source = Source(question.text, question.path or UNSAVED)
                found = {"said": "diagnostics", "diagnostics": [diagnostic_json(d, source) for d in error.diagnostics]}
        return {"said": "done", **found, "files": self.files(beside, found.get("report"))}

    def files(self, beside: Beside | None, page: str | None) -> list[Stamp]:
        """The files that an answer came from, as they were, and the page that it names: with others it could be another."""
        found = set(self.bars.used)
        if page is not None:  # another text of the same file is written in its place
            found.add(stamp_of(Path(page)))
        if beside is not None:
            found |= {stamp_of(path) for path in (*beside.opened, lock_path(beside.program))}
        return sorted(found)


def compiled(question: Question, beside: Beside | None, every: str) -> Program:
    program = compile_text(question.text, load(), question.path or UNSAVED, beside, every=every)
    if program.typed.names.heading is not None and question.ask != "test":
        raise UsageError("A library trades nothing by itself, so there is nothing to run.")
    return program


class Options(argparse.ArgumentParser):
    """Says what is wrong by an exception: there is no command line, and the process goes on."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message)


def read_options(arguments: tuple[str, ...]) -> argparse.Namespace:
    """The options of `apx backtest` as that command reads them. Raises UsageError."""
    parser = Options(prog="apx", add_help=False, allow_abbrev=False)
    command.arguments(parser)
    return parser.parse_args(["FILE", *arguments])


# ---------------------------------------------------------------- the work, by name


def with_bars(work: Callable[[Question, Program, argparse.Namespace, Chosen, Path], Mapping[str, Any]]) -> Work:
    """Work that needs bars: they are chosen first, and the answer says which they are."""

    def done(desk: Desk, question: Question, program: Program, args: argparse.Namespace) -> Answer:
        found = chosen(question, program)
        if found.why:
            return {"said": "no data", "why": found.why}
        args.data = list(found.specs) or None
        return {"data": found.title, **work(question, program, args, found, desk.reports)}

    return done


def which(question: Question, program: Program, args: argparse.Namespace, found: Chosen, reports: Path) -> Mapping[str, Any]:
    """Which bars would be used."""
    return {"specs": list(found.specs), "from": found.origin}


def tests(desk: Desk, question: Question, program: Program, args: argparse.Namespace) -> Answer:
    return dict(tests_of(question, program, args))


Work = Callable[["Desk", Question, Program, argparse.Namespace], Answer]
WORK: dict[str, Work] = {
    "data": with_bars(which),
    "backtest": with_bars(traded),
    "values": with_bars(values_of),
    "test": tests,
}


def warm_up() -> None:
    """Does all that a first question would wait for."""
    text = 'apx 1\nstrategy "warm"\ntrade "AAPL" every 1d\nlet a = sma(close, 3)\nwhen close > a\n  buy 10% of equity\n'
    text += 'test "t"\n  given close = [1, 2, 3, 4]\n  expect buy at bar 3\n'
    desk = Desk(Path())
    for ask in ("backtest", "values", "test"):
        try:
            desk.answer(Question(ask, text, default="AAPL"))
        except Exception as error:  # whoever asks is told; here nobody has asked
            print(f"warming up: {error}", file=sys.stderr)

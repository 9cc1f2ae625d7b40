"""Which bars a program under edit is run over: those it is asked for, those of its `trade` line, or the configured ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from apextrade.bars import named_by_symbol
from apextrade.editing.questions import Question
from apextrade.failures import UsageError
from compiler.program import Program
from runtime.data.problems import DataError


@dataclass(frozen=True, slots=True)
class Chosen:
    """specs: what `--data` would be given; none where the program's own symbols are stored, or samples. title: as a person would call the bars.

    why: a sentence, where there are none.
    """

    specs: tuple[str, ...] = ()
    title: str = ""
    origin: Literal["asked", "trade", "default", "none"] = "none"
    why: str = ""


def chosen(question: Question, program: Program) -> Chosen:
    """The bars of a question. They are opened on the way, so that what was chosen can be used."""
    if question.data:
        return Chosen(question.data, ", ".join(question.data), "asked")
    if program.universe:  # its members have their bars in the store, or the run says whose are missing
        return Chosen((), program.universe, "trade")
    missing: list[str] = []
    for symbol in program.symbols:
        try:
            named_by_symbol(symbol)
        except (UsageError, DataError) as error:
            missing.append(str(error))
    if program.symbols and not missing:
        return Chosen((), ", ".join(program.symbols), "trade")
    if question.default:
        return Chosen((question.default,), question.default, "default")
    named = "The program names no instrument" if not program.symbols else missing[0].removesuffix(" Name the bars with --data.")
    fill = (
        "name one in a `trade` line"
        if not program.symbols
        else f"import them with `apx data import FILE --symbol {program.symbols[0]}`"
    )
    return Chosen(why=f"{named.removesuffix('.')}. To run it here, {fill}, or set default data in the editor's settings.")

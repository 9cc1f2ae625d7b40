"""What an editor asks of a program under edit, read from JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apextrade.failures import UsageError
from compiler.source import Span

OPTIONS: tuple[str, ...] = (
    "from", "to", "calendar", "splits", "beside", "universe", "every", "detail", "set", "capital", "commission", "slippage", "fills", "venue",
    "tick", "lot", "multiplier", "currency",
)  # fmt: skip
"""The options of `apx backtest` that a question may give, each a text or a list of texts: none of them writes a file."""

KEPT_VALUES = 20
MOST_VALUES = 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """A text and what is asked about it.

    path: of the text's file, '' if it has none. overlays: unsaved texts of other files by path. data: the bars as `apx backtest --data` takes them;
    none are those of the program's `trade` line. default: the bars where that line names none that are there. folder: where relative paths begin.
    report: write the page too. at: of a test, a place in it; None asks for all. last: how many bars the values are of. parts: the places of the text
    whose sub-expressions are wanted; None for all of it.
    """

    ask: str
    text: str
    path: str = ""
    overlays: Mapping[Path, str] = field(default_factory=dict)
    data: tuple[str, ...] = ()
    default: str = ""
    folder: Path = Path()
    options: tuple[str, ...] = ()
    report: bool = False
    at: int | None = None
    last: int = KEPT_VALUES
    parts: tuple[Span, ...] | None = None


def read_question(given: Mapping[str, Any]) -> Question:
    """A question from its message. Raises UsageError for what is none."""
    try:
        path = str(given.get("path", ""))
        parts = given.get("parts")
        return Question(
            str(given["ask"]),
            str(given["text"]),
            path,
            {Path(name): str(text) for name, text in given.get("overlays", {}).items()},
            tuple(map(str, given.get("data", ()))),
            str(given.get("default", "")),
            Path(given.get("folder") or (Path(path).parent if path else Path())),
            arguments_of(given.get("options", {})),
            bool(given.get("report", False)),
            None if given.get("at") is None else int(given["at"]),
            max(1, min(int(given.get("last", KEPT_VALUES)), MOST_VALUES)),
            None if parts is None else tuple(Span(int(start), int(end)) for start, end in parts),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError(f"This is no question about a program: {error!r}.") from None


def arguments_of(options: Mapping[str, Any]) -> tuple[str, ...]:
    """Options as the arguments of a command. Raises UsageError for one that can't be given here."""
    found: list[str] = []
    for name, value in options.items():
        if name not in OPTIONS:
            raise UsageError(f"There is no option `{name}` here; there are {', '.join(OPTIONS)}.")
        values: Sequence[object] = value if isinstance(value, (list, tuple)) else [value]
        found += [f"--{name}={one}" for one in values]
    return tuple(found)

"""What checking found, as text: each diagnostic with its lines, and how many there are."""

from __future__ import annotations

from collections.abc import Iterable

from apextrade.render import as_text
from compiler.diagnostics import Diagnostic
from compiler.pipeline import Checked
from compiler.ranges.told import facts_of

NOTHING = "nothing wrong"


def checked_text(one: Checked, colour: bool, facts: bool) -> str:
    """The diagnostics of a program, the line that counts them, and its facts if they are asked for and there are any."""
    parts = [f"{as_text(diagnostic, one.source, colour)}\n\n" for diagnostic in one.diagnostics]
    parts.append(f"{one.source.name}: {counted(one.diagnostics)}\n")
    if facts and one.program is not None:
        parts.append(facts_of(one.program))
    return "".join(parts)


def counted(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`, or `nothing wrong`."""
    found = [d.severity for d in diagnostics]
    numbers = [(found.count(severity), severity) for severity in ("error", "warning")]
    return ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in numbers if n) or NOTHING

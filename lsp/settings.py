"""What a user can set, the one place where each setting is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from compiler.diagnostics import Diagnostic, Severity
from lsp.client import Client

Level = Literal["off", "hint", "info", "warning", "error"]
LEVELS: Final[tuple[Level, ...]] = ("off", "hint", "info", "warning", "error")
Trace = Literal["off", "messages", "verbose"]
TRACES: Final[tuple[Trace, ...]] = ("off", "messages", "verbose")


@dataclass(frozen=True)
class Settings:
    """What a folder's documents are shown with.

    default_data: bars for programs whose `trade` line finds none. units: hints of units, clocks and warm-ups. parameters: hints of what a bare
    number is for. lints: levels of warnings by code, in place of their own. trace: what the client's log is told of requests.
    """

    default_data: str = ""
    units: bool = True
    parameters: bool = True
    lints: Mapping[str, Level] = field(default_factory=dict)
    trace: Trace = "off"
    client: Client = field(default_factory=Client)

    def level(self, diagnostic: Diagnostic) -> Severity | Level:
        """How much a diagnostic matters to the user: an error always does, a warning as its code is set."""
        if diagnostic.severity == "error":
            return "error"
        return self.lints.get(diagnostic.code, diagnostic.severity)

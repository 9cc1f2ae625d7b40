"""One diagnostic code: what a mistake is called, why it is one, and a program before and after its correction."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.diagnostics import Severity
from compiler.libraries.port import Shelf
from compiler.limits import NO_LIMITS, Limits

NO_LIBRARIES = Shelf(())


@dataclass(frozen=True, slots=True)
class Code:
    """The page behind a diagnostic. `failing` gives this code when compiled, `corrected` compiles without it; tests run both.

    `shelf`: the libraries that both may use. `limits`: what both may cost and keep.
    """

    code: str
    title: str
    severity: Severity
    explanation: str
    failing: str
    corrected: str
    shelf: Shelf = NO_LIBRARIES
    limits: Limits = NO_LIMITS

"""What can't be read a part at a time, in plain words; read whole, the same run works."""

from __future__ import annotations

from runtime.data.problems import DataError, Problem


class NeedsWhole(DataError):
    """Bars, or a program, that need all bars at once."""

    def __init__(self, sentence: str, problem: Problem | None = None) -> None:
        super().__init__(sentence, (problem,) if problem is not None else ())

    def __reduce__(self) -> tuple[type[NeedsWhole], tuple[str, Problem]]:  # type: ignore[override]
        return NeedsWhole, (self.message, self.problems[-1])


READ_WHOLE = "Read it whole, without --stream and --checkpoint."

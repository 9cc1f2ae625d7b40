"""What there is to know about a file of bars before it is used: its extent, every problem, every gap."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from runtime.candles import Candles
from runtime.data.gaps import Gap, find_gaps
from runtime.data.problems import DataError, Problem, counted
from runtime.data.repair import Duplicates
from runtime.data.resolve import read_path
from runtime.data.steps import DAY, step_text


@dataclass(frozen=True, slots=True)
class DataReport:
    """The findings on one source. refused: why it cannot be used, or ""; then there are no bars.

    first, last: times of the first and last bar (microseconds UTC), 0 without bars. timeframe: seconds.
    """

    source: str
    symbol: str
    timeframe: int
    bars: int
    first: int
    last: int
    problems: tuple[Problem, ...]
    gaps: tuple[Gap, ...]
    refused: str = ""

    @property
    def is_clean(self) -> bool:
        """Nothing was refused, repaired, made unknown or missing; notes do not count."""
        return not self.refused and not self.gaps and all(p.action == "noted" for p in self.problems)

    @property
    def missing(self) -> int:
        """Bars missing in all gaps together."""
        return sum(g.missing for g in self.gaps)

    def sentences(self, most_gaps: int = 10) -> tuple[str, ...]:
        """The report as lines of text: the extent, then problems, then the largest gaps in order of time."""
        if self.refused:
            return (*(p.sentence for p in self.problems if p.sentence != self.refused), self.refused)
        span = f"{_shown(self.first)} to {_shown(self.last)} UTC"
        extent = f"{counted(self.bars, 'bar')} every {step_text(self.timeframe)}, {span}."
        lines = [extent, *(p.sentence for p in self.problems)]
        if not self.gaps:
            return (*lines, "No bars are missing.")
        word = "weekday" if self.timeframe == DAY else "bar"
        may = " (market holidays look the same)" if self.timeframe == DAY else ""
        lines.append(f"{counted(self.missing, word)} missing in {counted(len(self.gaps), 'gap')}{may}.")
        largest = sorted(sorted(self.gaps, key=lambda g: -g.missing)[:most_gaps], key=lambda g: g.after)
        lines += [f"{_shown(g.after)} to {_shown(g.before)}: {counted(g.missing, word)} missing." for g in largest]
        return tuple(lines)


def check(path: Path, duplicates: Duplicates = "error") -> DataReport:
    """Reads a CSV or Parquet file and reports all that was found; a file that cannot be used is reported, not raised."""
    try:
        return report(read_path(path, duplicates=duplicates))
    except DataError as error:
        return DataReport(str(path), "", 0, 0, 0, 0, error.problems, (), error.message)


def report(candles: Candles) -> DataReport:
    """The findings on bars that have been read."""
    gaps = find_gaps(candles.time, candles.timeframe)
    first, last = int(candles.time[0]), int(candles.time[-1])
    return DataReport(candles.source, candles.symbol, candles.timeframe, len(candles), first, last, candles.repairs, gaps)


def _shown(micros: int) -> str:
    return str(np.datetime64(micros, "us").astype("M8[s]")).replace("T", " ").removesuffix(" 00:00:00")

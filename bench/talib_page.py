"""Makes docs/talib.md: the library beside TA-Lib on real bars and on 100,000 of each hard kind, and every difference explained.

    python -m bench.talib_page [--bars N] [--data FILE]… [--print]

`--data` adds the bars of files to the real ones, one after another. `--print` prints the page and leaves the file as it was. Exit code 1
if a difference above a billionth has no explanation, is larger than that allows, or if TA-Lib is nearer to the exact value than we are.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import talib

from bench.parity import exact
from bench.parity.bars import SETS, Bars, made
from bench.parity.reasons import LEFT_OUT, REASONS, SHARES_OF_NOTHING, WRITTEN
from bench.talib_agreement import AGREES, COMPARISONS, SETTLED, Found, compare, ours, stocks
from runtime.data.csv_reader import read_csv

PAGE = Path(__file__).parents[1] / "docs" / "talib.md"
BARS = 100_000
JUDGED = 25
"""Bars of a set on which a function is judged by its exact value: those on which it and TA-Lib differ most."""
MIN_SHARE = 1e-13
"""Nearer than this to the exact value nothing is judged."""

Floats = npt.NDArray[np.float64]
Exactly = Callable[[Bars, npt.NDArray[np.intp]], npt.NDArray[np.longdouble]]


def part_of_cycle(which: int) -> Exactly:
    return lambda bars, at: exact.cycle(bars)[which][at]


JUDGES: tuple[tuple[str, str, Exactly, tuple[str, ...]], ...] = (
    ("correlation(high, low, 20)", "CORREL", exact.correlation, ("gaps", "flat")),
    ("relative_volatility(close, 14, 10)", "RVI", exact.relative_volatility, ("gaps",)),
    ("chaikin_money_flow(20)", "CMF", exact.money_flow, ("bursts",)),
    ("vwma(close, 20)", "VWMA", exact.volume_weighted, ("bursts",)),
    ("mfi(hlc3, 14)", "MFI", exact.money_flow_index, ("real", "flat", "bursts", "cents")),
    ("volume_oscillator(12, 26)", "PVO", exact.volume_oscillator, ("bursts",)),
    ("dominant_cycle(close).length", "HT_DCPERIOD", part_of_cycle(0), ("gaps", "flat", "cents")),
    ("dominant_cycle(close).in_phase", "HT_PHASOR", part_of_cycle(1), ("gaps", "flat", "cents")),
    ("dominant_cycle(close).quadrature", "HT_PHASOR", part_of_cycle(2), ("gaps", "flat", "cents")),
    ("cycle_phase(close)", "HT_DCPHASE", lambda bars, at: exact.phase(bars, exact.cycle(bars)[0], at), ("gaps",)),
)
"""Where rounding is the reason: the exact value, and the sets on which it decides."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The largest distance from the exact value, ours and TA-Lib's, as a share of the size of the series."""

    call: str
    theirs: str
    bars: str
    ours: float
    talibs: float

    @property
    def stands(self) -> bool:
        return self.ours < self.talibs or self.ours < MIN_SHARE


def judged(sets: dict[str, Bars]) -> list[Verdict]:
    verdicts = []
    comparisons = {(c.ours, c.theirs): c for c in COMPARISONS}
    for call, theirs, value, where in JUDGES:
        for name in where:
            bars = sets[name]
            (mine,), their_own = ours([call], bars), comparisons[call, theirs].call(bars)
            apart = np.abs(mine - their_own)
            apart[:SETTLED] = 0.0
            both = np.isfinite(apart)  # a share of nothing is infinite there, and no measure of the others
            at = np.argsort(np.where(both, apart, 0.0))[-JUDGED:]
            right, size = value(bars, at), np.abs(their_own[SETTLED:][both[SETTLED:]]).mean()
            distances = [float(np.max(np.abs(column[at] - right)) / size) for column in (mine, their_own)]
            verdicts.append(Verdict(call, theirs, name, *distances))
    return verdicts


def real(files: list[Path]) -> Bars:
    """The bundled bars, then those of the files."""
    parts = [stocks()]
    for file in files:
        parts.append(dict(zip(parts[0], read_csv(file).values[:5], strict=True)))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    known = np.all([np.isfinite(column) for column in joined.values()], axis=0)
    return {name: np.ascontiguousarray(column[known]) for name, column in joined.items()}


def complaints(found: dict[str, list[Found]], verdicts: list[Verdict]) -> list[str]:
    """What is not explained, or explained wrongly."""
    said = []
    for name, rows in found.items():
        for row in rows:
            c = row.comparison
            reason = REASONS.get((c.ours, c.theirs))
            if row.difference > (reason.within if reason else AGREES):
                said.append(f"{c.ours} differs from {c.theirs} by {row.difference:.1e} on {name}, and no reason allows it")
            if not row.known_alike and c.ours not in SHARES_OF_NOTHING:
                said.append(f"{c.ours} and {c.theirs} are known on different bars of {name}")
    said += [f"{v.call} on {v.bars}: {v.ours:.1e} from the exact value, TA-Lib {v.talibs:.1e}" for v in verdicts if not v.stands]
    worst = worst_of(found)
    said += [f"the reason for {key} explains nothing any more" for key in REASONS if worst[key][0] <= AGREES]
    return said


def worst_of(found: dict[str, list[Found]]) -> dict[tuple[str, str], tuple[float, str]]:
    """By comparison, the largest difference and the bars it is on."""
    worst: dict[tuple[str, str], tuple[float, str]] = {}
    for name, rows in found.items():
        for row in rows:
            key = row.comparison.ours, row.comparison.theirs
            if key not in worst or row.difference > worst[key][0]:
                worst[key] = row.difference, name
    return worst


def page(found: dict[str, list[Found]], verdicts: list[Verdict], counts: dict[str, int]) -> str:
    worst = worst_of(found)
    alike = sum(difference <= AGREES for difference, _ in worst.values())
    lines = [
        "# The library beside TA-Lib",
        "",
        f"Written by `make talib`, with TA-Lib {talib.__version__}. {len(COMPARISONS)} columns of {len({c.theirs for c in COMPARISONS})} functions that both "
        f"have, on real bars and on {len(SETS)} sets made to be hard, are compared bar by bar after {SETTLED:,} bars, when seeds no longer matter. A difference is "
        f"a share of the larger of TA-Lib's value and the mean size of its series. {alike} columns never differ by more than {AGREES:.0e}; the others are "
        "explained below, each with the most its reason allows; the page is not written if one is beyond it. Candle patterns are compared by "
        "`tests/stdlib/test_candles.py`: they are the same on each of 200,000 candles.",
        "",
        "| bars | number | what they are |",
        "|---|--:|---|",
        f"| real | {counts['real']:,} | daily bars of AAPL, GOOG, IBM and MSFT{', and of files' if counts['files'] else ''}, one after the other |",
        *(f"| {name} | {counts[name]:,} | {what} |" for name, what in SETS.items()),
        "",
        f"## Above {AGREES:.0e}",
        "",
        "| here | TA-Lib | largest | allowed | on | why |",
        "|---|---|--:|--:|---|---|",
    ]
    for (call, theirs), reason in REASONS.items():
        where = [name for name, rows in found.items() for row in rows if at(row) == (call, theirs) and row.difference > AGREES]
        lines.append(
            f"| `{call}` | {theirs} | {worst[call, theirs][0]:.1e} | {reason.within:g} | {', '.join(where)} | {reason.text} |"
        )
    lines += [
        "",
        "## Whose rounding it is",
        "",
        f"Where rounding is the reason, the value is computed again in fractions or in 64 bits of mantissa, on the {JUDGED} bars of a set that differ most.",
        "",
        "| here | TA-Lib | on | ours from the exact value | TA-Lib's |",
        "|---|---|---|--:|--:|",
        *(f"| `{v.call}` | {v.theirs} | {v.bars} | {v.ours:.0e} | {v.talibs:.0e} |" for v in verdicts),
        "",
        "## Unknown here",
        "",
        "A share of nothing, as on flat bars or without volume, is unknown here, so that no rule fires on it. TA-Lib gives 0, 50 or 100. That is so of",
        "",
    ]
    unlike = sorted({row.comparison.ours for rows in found.values() for row in rows if not row.known_alike})
    lines += [
        ", ".join(f"`{call}`" for call in unlike) + ".",
        "",
        "## Every column",
        "",
        "| here | TA-Lib | real bars | all bars | on |",
        "|---|---|--:|--:|---|",
    ]
    for row in found["real"]:
        difference, name = worst[at(row)]
        lines.append(
            f"| `{row.comparison.ours}` | {row.comparison.theirs} | {row.difference:.0e} | {difference:.0e} | {name if difference else ''} |"
        )
    return "\n".join([*lines, "", *functions(), ""])


def at(row: Found) -> tuple[str, str]:
    return row.comparison.ours, row.comparison.theirs


def spelt(name: str) -> str:
    """How a function of TA-Lib is written here."""
    calls = [c.ours for c in COMPARISONS if c.theirs == name]
    if name.startswith("CDL"):
        said = "candle patterns, one function a direction"
    elif calls:
        said = ", ".join(f"`{call}`" for call in calls)
    else:
        said = WRITTEN[name]
    return said + (f". Left out: {LEFT_OUT[name]}" if name in LEFT_OUT else "")


def functions() -> list[str]:
    """The list of TA-Lib's functions. Raises KeyError for one that nobody has thought of."""
    names = [name for name in talib.get_functions() if not name.startswith("CDL")]
    patterns = len(talib.get_functions()) - len(names)
    return [
        "## TA-Lib's functions",
        "",
        f"All {len(names) + patterns}: {patterns} candle patterns (`CDL…`), each a function a direction in the library's reference, and",
        "",
        "| TA-Lib | here |",
        "|---|---|",
        *(f"| {name} | {spelt(name)} |" for name in sorted(names)),
    ]


def measured(bars: int, files: list[Path]) -> tuple[dict[str, list[Found]], list[Verdict], dict[str, int]]:
    sets = {"real": real(files)} | {name: made(name, bars) for name in SETS}
    counts = {name: len(columns["close"]) for name, columns in sets.items()} | {"files": len(files)}
    return {name: compare(columns) for name, columns in sets.items()}, judged(sets), counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bars", type=int, default=BARS, help="bars of each set that is made")
    parser.add_argument(
        "--data", type=Path, action="append", default=[], metavar="FILE", help="a CSV file of bars to add to the real ones"
    )
    parser.add_argument("--print", action="store_true", dest="printed", help="print the page instead of writing it")
    args = parser.parse_args()
    found, verdicts, counts = measured(args.bars, args.data)
    text = page(found, verdicts, counts)
    wrong = complaints(found, verdicts)
    if args.printed:
        print(text)
    print(*wrong, sep="\n", file=sys.stderr)
    if wrong:
        return 1
    if not args.printed:
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

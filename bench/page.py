"""Makes docs/benchmarks.md: runs every measuring script, one after another, and sets what they print beside what it means.

    python bench/page.py [--only NAME]… [--list]

Each section of the page is a script of this folder, what it printed, and its remarks from bench/remarks/. `--only` runs some of them again and keeps the
rest of the page. A script that fails (its results disagree, mostly) ends the run with its code, and the page stays as it was.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rig.computer import ROOT, described, revision

BENCH = Path(__file__).parent
PAGE = ROOT / "docs" / "benchmarks.md"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page. name: of its script and its remarks; arguments: given to the script."""

    name: str
    title: str
    arguments: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        return " ".join(("python", f"bench/{self.name}.py", *self.arguments))


SECTIONS = (
    Section("kernels", "Library functions, a million bars"),
    Section("w1_eight_in_one", "Eight indicators and eight conditions in one run"),
    Section("w2_sma_cross", "One backtest, a million bars"),
    Section("w3_sweep", "A sweep of 4,950 pairs", ("--peer-pairs", "200")),
    Section("w4_conditions", "Eight conditions, a trail and a target, a million bars"),
    Section("w5_live", "Ten thousand live strategies", ("--history", "1500", "--bars", "40")),
    Section("w6_elementwise", "A rule of one bar"),
    Section("w7_pine", "The same script in a Pine runtime"),
    Section("w8_start", "From process start to result"),
    Section("lsp", "The language server, from key to diagnostics", ("--rounds", "1")),
    Section("long_history", "A history longer than memory", ("--bars", "1e7")),
    Section("slopes", "Time and memory against bars and combinations"),
    Section("noise", "Noise called noise"),
)

HEAD = """# Benchmarks

Written by `make bench`: every table is what its script printed in one run, beside its peers, after the results were compared.
A script that finds a difference prints no time. Contestants take turns, so what disturbs one disturbs the others. Trust the ratios more
than the times, and neither to the second digit. The goals are ours; one that is missed says so, and the remarks say where the time goes.
"""

FOOT = """## To repeat

`make bench` runs everything and writes this page; `python bench/page.py --only w2_sma_cross` runs one section of it. The peers are
installed by pip, and by npm where node is there, into folders of the user's cache on first use; the options of each script (`--help`) put
them elsewhere, take an environment that exists, or leave them out. hyperfine times the starts if it is installed; otherwise the script
says so and times them itself.
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", action="append", choices=[section.name for section in SECTIONS], help="run this one again, once or more"
    )
    parser.add_argument("--list", action="store_true", help="say what would run")
    args = parser.parse_args()
    wanted = [section for section in SECTIONS if not args.only or section.name in args.only]
    if args.list:
        print(*(section.command for section in wanted), sep="\n")
        return 0
    printed = printed_before() if args.only else {}
    for section in wanted:
        print(f"== {section.command}", file=sys.stderr, flush=True)
        done = subprocess.run(
            [sys.executable, f"bench/{section.name}.py", *section.arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        if done.returncode:
            print(
                done.stdout,
                f"{section.command} failed with {done.returncode}; the page stays as it was.",
                sep="\n",
                file=sys.stderr,
            )
            return done.returncode
        printed[section.name] = done.stdout.strip()
    PAGE.write_text(page(printed, head_of(printed, args.only)), encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}.", file=sys.stderr)
    return 0


def head_of(printed: dict[str, str], only: list[str] | None) -> list[str]:
    """The machine, the commit and the day."""
    again = f"; the sections {', '.join(only)} were run again by themselves" if only else ""
    return [described()[0] + ".", f"Run at {revision()} on {datetime.now(UTC):%Y-%m-%d}{again}."]


def page(printed: dict[str, str], head: list[str]) -> str:
    """The page of what the scripts printed, by name; sections without any are left out."""
    parts = [HEAD.strip(), "\n".join(head)]
    for section in SECTIONS:
        if section.name in printed:
            parts += [
                f"## {section.title}",
                f"`{section.command}`",
                f"<!-- {section.name} -->\n{printed[section.name]}\n<!-- / -->",
            ]
            remarks = BENCH / "remarks" / f"{section.name}.md"
            if remarks.exists():
                parts.append(remarks.read_text(encoding="utf-8").strip())
    return "\n\n".join([*parts, FOOT])


def printed_before() -> dict[str, str]:
    """What the page holds from earlier runs."""
    if not PAGE.exists():
        return {}
    found = re.findall(r"<!-- (\w+) -->\n(.*?)\n<!-- / -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return dict(found)


if __name__ == "__main__":
    sys.exit(main())

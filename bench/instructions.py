"""Instructions a bar of each main kernel, counted by callgrind: the same whatever else the machine does.

    python bench/instructions.py            compare with bench/instructions.json; exit code 1 if a kernel grew by more than 5 %
    python bench/instructions.py --write    write that file
    python bench/instructions.py ewm lag    only these

All kernels run in one process; what is counted is what each takes with all that it calls, divided by the bars. Valgrind knows no AVX-512, so
it is the AVX2 build that is counted. The instructions of a compiler are its own: another one wants a record of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORD = Path(__file__).with_suffix(".json")
BARS = 20_480
GROWTH = 1.05

KERNELS: dict[str, tuple[tuple[float, ...], int]] = {
    "ewm": ((20.0, 2.0 / 21.0), 1),
    "cumulate": ((), 1),
    "window_sum": ((20.0,), 1),
    "window_weighted": ((20.0,), 1),
    "variance": ((20.0,), 1),
    "covariance": ((20.0,), 2),
    "highest": ((50.0,), 1),
    "lowest": ((50.0,), 1),
    "highest_bars_ago": ((50.0,), 1),
    "lag": ((1.0, float("nan")), 1),
    "mean_deviation": ((20.0,), 1),
    "median": ((20.0,), 1),
    "percentile": ((20.0, 50.0), 1),
    "percentile_rank": ((100.0,), 1),
    "varying_sum": ((30.0,), 2),
    "wave": ((50.0, 0.25), 2),
    "pivot_high": ((5.0, 5.0), 1),
    "add": ((), 2),
    "max": ((), 2),
    "div": ((), 2),
    "sqrt": ((), 1),
    "lt": ((), 2),
    "select": ((), 3),
    "true_range": ((), 3),
    "rise": ((), 1),
    "percent_of_both": ((100.0,), 2),
    "quotient_above": ((0.5,), 2),
    "and_below": ((), 3),
}
"""Kernel -> its parameters, and how many columns it reads."""

CHILD = """
import json, sys
import numpy as np
from compiler.plan import Account, Column, Plan, Step
from runtime.kernel import bind
from stdlib.kernels.table import FUSED
from stdlib.primitives import PRIMITIVES
kernels, bars = json.loads(sys.argv[1]), int(sys.argv[2])
walk = [np.ascontiguousarray(x) for x in 100.0 + np.cumsum(np.random.default_rng(7).normal(0.0, 1e-2, (3, bars)), axis=1)]
out = np.zeros(bars)
for name, (params, inputs) in kernels.items():
    primitive = {p.name: p for p in PRIMITIVES}.get(name)
    state = primitive.state(*params) if primitive else FUSED.get(name, 0)
    step = Step(name, tuple(range(inputs)), (inputs,), tuple(params), state)
    versions = ((name, primitive.version),) if primitive else ()
    feeds = ("open", "high", "low")[:inputs]
    plan = Plan(feeds, (), (step,), inputs + 1, (Column("it", "let", "number", "price", inputs),), None, Account(), 2, -1, 0.0, 2, versions)
    engine = bind(plan, 512).engine
    engine.attach_feeds(walk[:inputs])
    engine.attach_outputs({inputs: out})
    engine.run(0, bars, 512)
"""


class NotCounted(RuntimeError):
    """Callgrind did not count; its own words."""


COUNTED = re.compile(r"^ *([0-9,]+) .*kernels_[0-9]+(?:avx2_)?[a-z]+?_(?:each_)?([a-z_]+) \[", re.M)
"""A line of callgrind_annotate: what a function of the kernels took with what it calls, and its name."""


def instructions(kernels: list[str]) -> dict[str, float]:
    """Instructions a bar of each of these kernels. Raises NotCounted."""
    work = json.dumps({name: KERNELS[name] for name in kernels})
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out"
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", sys.executable, "-c", CHILD, work, str(BARS)]
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise NotCounted(ran.stderr[-800:])
        listing = ["callgrind_annotate", "--inclusive=yes", "--auto=no", "--threshold=100", out]
        told = subprocess.run(listing, capture_output=True, text=True, check=False)
    counts: dict[str, int] = {}
    for count, name in COUNTED.findall(re.sub(r" *\([ 0-9.]+%\)", "", told.stdout)):
        counts[name] = counts.get(name, 0) + int(count.replace(",", ""))
    missing = [name for name in kernels if name not in counts]
    if missing:
        raise NotCounted(f"callgrind saw no call of {', '.join(missing)}. {told.stderr[-800:]}")
    return {name: round(counts[name] / BARS, 2) for name in kernels}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help="default: all")
    parser.add_argument("--write", action="store_true", help="write the record instead of comparing with it")
    args = parser.parse_args()
    unknown = [name for name in args.kernels if name not in KERNELS]
    if unknown:
        parser.error(f"no kernel {', '.join(unknown)}; there are {', '.join(KERNELS)}")
    if shutil.which("valgrind") is None:
        print("valgrind is needed, and is not here.", file=sys.stderr)
        return 2
    if not args.write and not RECORD.exists():
        print(
            f"There is no {RECORD.name} to compare with. Write one first: python bench/instructions.py --write", file=sys.stderr
        )
        return 2
    chosen = args.kernels or list(KERNELS)
    record: dict[str, float] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    grown = []
    print("| kernel | instructions a bar | recorded |\n|---|--:|--:|")
    for name, count in instructions(chosen).items():
        before = record.get(name)
        print(f"| {name} | {count:.2f} | {'' if before is None else f'{before:.2f}'} |", flush=True)
        if before is not None and count > GROWTH * before:
            grown.append(name)
        if args.write:
            record[name] = count
            RECORD.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    if grown and not args.write:
        print(f"\nMore than {100 * (GROWTH - 1):.0f} % above the record: {', '.join(grown)}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

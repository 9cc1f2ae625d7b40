"""Instructions a bar of each main kernel, counted by callgrind: the same whatever else the machine does.

    python bench/instructions.py            compare with bench/instructions.json; exit code 1 if a kernel grew by more than 5 %
    python bench/instructions.py --write    write that file
    python bench/instructions.py ewm lag    only these

One process runs all kernels over few bars, and one for each kernel runs that one over more; the difference is divided by the bars
between. Some ten minutes. Valgrind knows no AVX-512, so it is the AVX2 build that is counted. The instructions of a compiler are its own:
another one wants a record of its own.
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
FEW, MANY = 4_096, 204_800
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
}
"""Kernel -> its parameters, and how many columns it reads."""

CHILD = """
import json, sys
import numpy as np
from compiler.plan import Account, Column, Plan, Step
from runtime.kernel import bind
from stdlib.primitives import PRIMITIVES
kernels, few, many, grown = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
walk = [np.ascontiguousarray(x) for x in 100.0 + np.cumsum(np.random.default_rng(7).normal(0.0, 1e-2, (3, many)), axis=1)]
out = np.zeros(many)
for name, (params, inputs) in kernels.items():
    primitive = {p.name: p for p in PRIMITIVES}.get(name)
    state = primitive.state(*params) if primitive else 0
    step = Step(name, tuple(range(inputs)), (inputs,), tuple(params), state)
    versions = ((name, primitive.version),) if primitive else ()
    feeds = ("open", "high", "low")[:inputs]
    plan = Plan(feeds, (), (step,), inputs + 1, (Column("it", "let", "number", "price", inputs),), None, Account(), 2, -1, 0.0, 2, versions)
    engine = bind(plan, 512).engine
    engine.attach_feeds(walk[:inputs])
    engine.attach_outputs({inputs: out})
    engine.run(0, many if name == grown else few, 512)
"""


class NotCounted(RuntimeError):
    """Callgrind did not count; its own words."""


def instructions(kernels: list[str], grown: str = "") -> int:
    """All instructions of a process that runs these kernels over FEW bars each, and one of them over MANY."""
    work = json.dumps({name: KERNELS[name] for name in kernels})
    still = ["setarch", "-R"] if shutil.which("setarch") else []  # addresses move hash tables about, and their instructions
    with tempfile.TemporaryDirectory() as folder:
        command = [*still, "valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", sys.executable, "-c", CHILD]
        command += [work, str(FEW), str(MANY), grown]
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", ran.stderr)
    if ran.returncode or found is None:
        raise NotCounted(ran.stderr[-800:])
    return int(found[1])


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
    base = instructions(chosen)
    for name in chosen:
        count = round((instructions(chosen, name) - base) / (MANY - FEW), 2)
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

"""Checks hostile programs one after the other in this process and prints what each took, a JSON object a line.

By hand: `python -m tests.compiler.hostile.measured [NAME…]`, with `--table` for people.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from compiler.pipeline import check
from stdlib.library import load
from tests.compiler.hostile.hostile_programs import HEAD, HOSTILE


def peak_megabytes() -> float:
    """The most memory this process has held. Its own page says it; `getrusage` also counts what the process that started it held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def measure(name: str) -> dict[str, object]:
    """What is said of one program (its first three mistakes or warnings), CPU seconds, and the most memory so far in MB."""
    text = HOSTILE[name]
    started = time.process_time()
    result = check(text, load(), "hostile.apx")
    seconds = time.process_time() - started
    errors = [d for d in result.diagnostics if d.severity == "error"]
    warnings = [d for d in result.diagnostics if d.severity != "error"]
    return {
        "name": name, "compiled": result.program is not None, "errors": len(errors), "warnings": len(warnings),
        "seconds": seconds, "megabytes": peak_megabytes(),
        "told": [f"{d.code} line {result.source.position(d.span.start).line + 1}: {d.message}" for d in (*errors, *warnings)[:3]],
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    check(HEAD + "plot sma(close, 3)\n", load())  # what every process pays once
    names = [a for a in arguments if a != "--table"] or list(HOSTILE)
    for name in names:
        one = measure(name)
        if "--table" in arguments:
            print(f"{one['seconds']:5.2f} s {one['megabytes']:4.0f} MB  {name}: {(one['told'] or ['nothing'])[0]}")  # type: ignore[index]
        else:
            print(json.dumps(one), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])

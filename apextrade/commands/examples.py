"""Lists the example programs; prints one, or copies it here to change it."""

from __future__ import annotations

import argparse
from pathlib import Path

from apextrade.failures import UsageError
from apextrade.files import write_whole
from compiler.suggest import closest


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="an example, such as golden_cross")
    parser.add_argument("--copy", action="store_true", help="copy the example into this folder instead of printing it")


def run(args: argparse.Namespace) -> int:
    found = {path.stem: path for path in sorted(folder().glob("*.apx"))}
    if args.name is None:
        if args.copy:
            raise UsageError("Name the example to copy; `apx examples` lists them.")
        width = max(map(len, found), default=0)
        print("\n".join(f"{name:<{width}}  {summary(path.read_text(encoding='utf-8'))}" for name, path in found.items()))
        return 0
    name = args.name.removesuffix(".apx")
    if name not in found:
        near = closest(name, tuple(found))
        raise UsageError(f"There is no example {name}.{f' Did you mean {near}?' if near else ''} `apx examples` lists them.")
    text = found[name].read_text(encoding="utf-8")
    if not args.copy:
        print(text, end="")
        return 0
    target = Path(f"{name}.apx")
    if target.exists():
        raise UsageError(f"{target} exists already; nothing was written.")
    write_whole(target, text.encode())
    print(f"Wrote {target}. Next: apx backtest {target}")
    return 0


def folder() -> Path:
    """Where the examples are: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "examples"
    return inside if inside.is_dir() else package.parent / "examples"


def summary(text: str) -> str:
    """The first line of a program's documentation."""
    return next((line.lstrip("# ").rstrip() for line in text.splitlines() if line.startswith("##")), "")

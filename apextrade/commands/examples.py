"""Lists the example programs; prints one, or copies it here, with the bars it is made for, to change it."""

from __future__ import annotations

import argparse
from pathlib import Path

from apextrade.failures import UsageError
from apextrade.files import write_whole
from apextrade.libraries import Beside
from compiler.libraries.head import library_head
from compiler.pipeline import compile_text
from compiler.suggest import closest
from stdlib.library import load


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="an example, such as golden_cross")
    parser.add_argument(
        "--copy",
        action="store_true",
        help="copy the example, with the libraries and the made bars that it uses, into this folder instead of printing it",
    )


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
    bars = made_bars(text)
    copies = [found[name], *used_by(found[name]), *bars]
    there = [path.name for path in copies if Path(path.name).exists() and not (path is not copies[0] and same(path))]
    if there:
        raise UsageError(f"{' and '.join(there)} {'exists' if len(there) == 1 else 'exist'} already; nothing was written.")
    for path in copies:
        write_whole(Path(path.name), path.read_bytes())
    wrote = " and ".join(path.name for path in copies)
    library = library_head(text) is not None
    data = "".join(f" --data {path.name}" for path in bars)
    print(f"Wrote {wrote}. Next: apx {'check' if library else 'backtest'} {name}.apx{data}")
    return 0


def used_by(example: Path) -> list[Path]:
    """The files of the libraries that an example uses, which it needs beside it."""
    modules = compile_text(example.read_text(encoding="utf-8"), load(), example.name, Beside(example)).libraries
    return [Path(module.source.name) for module in modules]


def made_bars(text: str) -> list[Path]:
    """The files of made bars that are there for an example's instrument and clock; none for those that trade the samples."""
    trade = next((line.split() for line in text.splitlines() if line.startswith("trade ")), [])
    match trade:
        case ["trade", symbol, "every", clock]:
            name = symbol.strip('"')
            path = folder() / "data" / f"made_{name}_{clock}.csv"
            return [path] if path.is_file() else []
    return []


def same(path: Path) -> bool:
    """Whether a file of this name here holds the same."""
    return Path(path.name).read_bytes() == path.read_bytes()


def folder() -> Path:
    """Where the examples are: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "examples"
    return inside if inside.is_dir() else package.parent / "examples"


def summary(text: str) -> str:
    """The first line of a program's documentation."""
    return next((line.lstrip("# ").rstrip() for line in text.splitlines() if line.startswith("##")), "")

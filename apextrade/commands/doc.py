"""Shows a library function: how it is called, what it gives, formula, warm-up and source. Without a name: lists all by theme."""

from __future__ import annotations

import argparse

from apextrade.failures import UsageError
from apextrade.functions import KERNELS, Described, describe, names, program_of
from compiler.library import FunctionLibrary
from compiler.suggest import closest
from stdlib.library import load

KINDS = {
    "series": "a value per bar",
    "condition": "a condition per bar",
    "window": "a number of bars, fixed before the run",
    "number": "a number, fixed before the run",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="a function, such as rsi")


def run(args: argparse.Namespace) -> int:
    library = load()
    if args.name is None:
        print(listing(library))
        return 0
    name = args.name.strip().lower()
    if name in names(library) or name in library.primitives:
        print(page(describe(name)))
        return 0
    near = closest(name, tuple(names(library)))
    raise UsageError(
        f"The library has no function {args.name}.{f' Did you mean {near}?' if near else ''} `apx doc` lists them all."
    )


def listing(library: FunctionLibrary) -> str:
    """Every function with the first sentence of its page, by theme."""
    found = names(library)
    width = max(map(len, found))
    blocks = []
    for theme in dict.fromkeys(found.values()):
        lines = [f"  {name:<{width}}  {first_sentence(summary(name, library))}" for name, of in found.items() if of == theme]
        blocks.append("\n".join([theme, *lines]))
    return "\n\n".join(blocks)


def summary(name: str, library: FunctionLibrary) -> str:
    """A function's documentation, without compiling anything."""
    definition = library.definitions.get(name)
    if definition is None:
        return describe(name).doc
    return " ".join(line.removeprefix("##").strip() for line in definition.text.splitlines() if line.startswith("##"))


def first_sentence(text: str) -> str:
    for at, ch in enumerate(text):
        if ch in ".:;" and text[at + 1 : at + 2] in (" ", ""):
            return text[:at]
    return text


def page(described: Described) -> str:
    """The page of a function as plain text. Figures are those of its example."""
    lines = [described.signature, "", described.doc]
    if described.arguments:
        width = max(len(a.name) for a in described.arguments)
        lines += ["", "Takes"]
        lines += [
            f"  {a.name:<{width}}  {KINDS[a.kind]}{f'; {a.default} if left out' if a.default else ''}"
            for a in described.arguments
        ]
    plan = program_of(described.example).plan()
    lines += ["", "Gives"]
    lines += [f"  {c.name.removeprefix('it').removeprefix('.')}  {c.unit}".rstrip() for c in plan.columns if c.name != "it"]
    lines += [f"  {c.unit}" for c in plan.columns if c.name == "it"]
    lines += [
        "",
        f"For {described.example}",
        f"  warm-up: {bars(plan.warmup)}",
        f"  settles: {settled(plan.warmup, plan.settle)}",
    ]
    if described.formula:
        lines += ["", f"Formula (library {described.theme})", *(f"  {line}" for line in described.formula.splitlines())]
    if described.theme == KERNELS:
        lines += ["", f"Computed by a kernel. Source: {described.source}.", f"Example: {described.shown}"]
    return "\n".join(lines)


def bars(n: int) -> str:
    return "none" if n == 0 else f"{n} bar" if n == 1 else f"{n} bars"


def settled(warmup: int, settle: int) -> str:
    """When the first bar of the data no longer matters."""
    if settle < 0:
        return "never: it depends on every bar since the first"
    return "with the warm-up: it depends on the last bars alone" if settle <= warmup else f"after {bars(settle)}, to a millionth"

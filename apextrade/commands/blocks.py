"""Shows a program as blocks, each with what it says; with --json all that the visual builder needs."""

from __future__ import annotations

import argparse

from apextrade.failures import FOUND_ERRORS
from apextrade.libraries import check_file
from compiler.blocks.tree import TreeBlock, TreeSlot, block_tree
from stdlib.library import load


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a program; - for the standard input")
    parser.add_argument("--json", action="store_true", help="the whole tree as JSON: see docs/language/blocks.md")


def run(args: argparse.Namespace) -> int:
    checked = check_file(args.file)
    tree = block_tree(checked, load())
    if args.json:
        import json

        from compiler.blocks.json_form import tree_json

        print(json.dumps(tree_json(tree), indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines(tree.slot, 0)))
    return FOUND_ERRORS if any(d.severity == "error" for d in checked.diagnostics) else 0


def lines(slot: TreeSlot, depth: int) -> list[str]:
    """One line a block: its id under the one above it, and its sentence."""
    found: list[str] = []
    for block in slot.blocks:
        name = block.id.rsplit("/", 1)[-1]
        found.append(f"{'  ' * depth}{name}  {block.sentence}".rstrip())
        found += [f"{'  ' * (depth + 1)}{said(block, index)}" for index in range(len(block.diagnostics))]
        for inner in block.slots:
            found += lines(inner, depth + 1)
    return found


def said(block: TreeBlock, index: int) -> str:
    diagnostic = block.diagnostics[index]
    return f"! {diagnostic.code}: {diagnostic.message}"

"""Writes lsp/neovim/syntax/apx.vim, which Vim and Neovim colour programs with: `python -m apextrade.vim_syntax`, or `make docs`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from apextrade.highlighting import rendered as textmate_grammar
from grammar.tables import GRAMMAR
from grammar.vim import syntax_file

TARGET = Path(GRAMMAR).parents[1] / "lsp" / "neovim" / "syntax" / "apx.vim"


def rendered() -> str:
    """The file's text."""
    return syntax_file(json.loads(textmate_grammar())["patterns"])


def main() -> int:
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(rendered(), encoding="utf-8")
    print(f"Wrote {TARGET}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

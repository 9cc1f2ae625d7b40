"""What the process of the deep tier is asked of files: what is in folders, what files are, what a file says."""

from __future__ import annotations

from typing import Any

from compiler.library import FunctionLibrary
from lsp.host import Libraries
from lsp.workspace.looking import facts_of, look
from lsp.workspace.mistakes import mistakes
from lsp.workspace.reading import read_entry


def answer_of(question: dict[str, Any], library: FunctionLibrary, libraries: Libraries) -> dict[str, Any]:
    """The answer to one question."""
    match question["ask"]:
        case "look":
            return look([(folder, depth) for folder, depth in question["folders"]])
        case "facts":
            return facts_of(question["paths"])
        case "file":
            return read_entry(question, library, libraries)
        case "mistakes":
            return mistakes(question, library, libraries)
        case "rename":
            from lsp.workspace.renaming_files import rename_in  # a person asks for it, now and then

            return rename_in(question, library, libraries)
    raise ValueError(f"Nothing is known about {question['ask']}.")

"""What the front door gives to the language server: the server itself knows no files of ApexTrade's, only the compiler and the library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from compiler.libraries.port import Resolver
from lsp.warm import Command

Libraries = Callable[[str, Mapping[str, str]], Resolver | None]
"""Where the libraries of a program's file are: its path, and the texts of open files by their paths, which count in place of those on disk."""


@dataclass(frozen=True, slots=True)
class Host:
    """version: of ApexTrade. home: the folder where what is needed to find a defect is kept. libraries: `module:function` of a `Libraries`,

    by name because the process of the deep tier needs it too; '' where texts are in no folder, so that no library is found.

    answer: how the process is started that runs programs; None where nothing may be run, and then no results are offered.
    """

    version: str
    home: Path
    libraries: str = ""
    answer: Command | None = None


def libraries_named(name: str) -> Libraries:
    """The function that a host names."""
    if not name:
        return lambda path, texts: None
    module, _, function = name.partition(":")
    found: Libraries = getattr(import_module(module), function)
    return found

"""The `apx` command: which commands there are, and what becomes of their errors."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path

from apextrade import __version__
from apextrade.failures import BROKEN_PIPE, DEFECT, INTERRUPTED, exit_code, keep, say, say_defect

# Each is a file of apextrade/commands, imported only when it is called.
COMMANDS: tuple[tuple[str, str], ...] = (
    ("new", "write a first program to start from"),
    ("examples", "list, print or copy the example programs"),
    ("check", "say what is wrong with programs"),
    ("fmt", "rewrite programs in the one canonical layout"),
    ("migrate", "rewrite programs of an earlier edition"),
    ("lock", "pin the libraries that programs use"),
    ("test", "run the tests that programs hold"),
    ("blocks", "show a program as the visual builder's blocks"),
    ("edit", "make an edit of a block"),
    ("explain", "explain a diagnostic such as E0301"),
    ("doc", "show a library function, or list them all"),
    ("catalogue", "print everything that can be written, as JSON"),
    ("ir", "show what the compiler made of a program"),
    ("run", "compute every let, rule and plot over bars"),
    ("backtest", "trade a program on past bars"),
    ("sweep", "trade a program with many values of its inputs"),
    ("examine", "say whether a result can be believed"),
    ("compare", "hold several runs against each other"),
    ("why", "say which part of each rule decided on one bar"),
    ("data", "import, check and list bars"),
    ("lsp", "serve editors: diagnostics, completion and more as you type"),
    ("serve", "serve the language over HTTP"),
    ("worker", "run shards of sweeps for other machines"),
    ("answer", "answer an editor's questions about a program"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code: 0 fine, 1 errors found, 2 wrong usage, 3 a defect of ApexTrade."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(errors="replace")  # a quotation mark that the terminal lacks is no reason to stop
    try:
        code = dispatch(arguments)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse: help or wrong usage, already said
        return stop.code if isinstance(stop.code, int) else 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        drop_output()
        return BROKEN_PIPE
    except Exception as error:
        known = exit_code(error)
        if known is not None:
            if isinstance(error, OSError) and error.filename is None:
                drop_output()
            say(error)
            return known
        say_defect(error, keep(error, arguments, home()))
        return DEFECT


def drop_output() -> None:
    """What is still to be written goes nowhere: its reader has gone or the disk is full, also for the flush at Python's exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)


def dispatch(arguments: list[str]) -> int:
    """Parses the arguments with the parser of their command alone, and runs it."""
    parser = argparse.ArgumentParser(prog="apx", description="Check, run and backtest trading strategies written in .apx.")
    parser.add_argument("--version", action="version", version=f"apx {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    called = next((a for a in arguments if not a.startswith("-")), "")
    for name, summary in COMMANDS:
        sub = commands.add_parser(name, help=summary, allow_abbrev=False)
        if name == called:
            module = import_module(f"apextrade.commands.{name}")
            sub.description = module.__doc__
            sub.formatter_class = argparse.RawDescriptionHelpFormatter
            module.arguments(sub)
    names = [name for name, _ in COMMANDS]
    if called and called == arguments[0] and called not in names:
        from compiler.suggest import closest

        near = closest(called, names)
        parser.error(
            f"there is no command {called}. {f'Did you mean {near}?' if near else 'There are ' + ', '.join(names) + '.'}"
        )
    args = parser.parse_args(arguments)
    code: int = import_module(f"apextrade.commands.{args.command}").run(args)
    return code


def home() -> Path:
    """Where the user's own files are: `$APX_HOME`, else `~/.apextrade`."""
    chosen = os.environ.get("APX_HOME", "").strip()
    return Path(chosen) if chosen else Path.home() / ".apextrade"


if __name__ == "__main__":
    sys.exit(main())
